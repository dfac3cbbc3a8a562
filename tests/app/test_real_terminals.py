"""The reader on every kind and size of terminal: it starts, answers keys, and leaves all as it was."""

from __future__ import annotations

import re
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.app.real_screen import RealScreen
from tests.conftest import LONG

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")

KINDS = ("", "dumb", "vt100", "linux", "screen-256color", "tmux-256color", "xterm-256color", "xterm-kitty")
LOCALES = ("C", "C.UTF-8")
SIZES = ((20, 5), (40, 10), (80, 24), (120, 40), (300, 100))
SOME = (
    ("", "C", (80, 24)),
    ("vt100", "C", (40, 10)),
    ("xterm-kitty", "C.UTF-8", (120, 40)),
)
REST = [pytest.param(*case, marks=LONG) for case in product(KINDS, LOCALES, SIZES) if case not in SOME]

SWITCHES = (b"1049", b"1000", b"1003", b"1006", b"2004", b"1004")
"""The modes of a terminal that the reader turns on: the second screen, the mouse, pasting, focus."""


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small folder whose titles have letters of several scripts."""
    folder = tmp_path_factory.mktemp("news")
    for number, title in enumerate(("Ärger in 東京", "שלום to 🚢", "Plain sea", "e\u0301tude")):
        (folder / f"{number}.md").write_text(
            f"---\ntitle: '{title}'\npublishedDateTime: 2026-11-2{number}T10:00:00Z\ntopics: [Sea, 海]\n"
            f"originalUrl: https://a.example/{number}\n---\n# {title}\n\n| a | b |\n|--|--|\n| 1 | 2 |\n",
            "utf-8",
        )
    return folder


@pytest.mark.parametrize(("kind", "locale", "size"), [*SOME, *REST])
def test_it_starts_works_and_leaves(
    kind: str, locale: str, size: tuple[int, int], news: Path, tmp_path: Path
) -> None:
    """No traceback, no hang, and whatever was switched on is off again; a terminal without a cursor gets a
    sentence instead of a screen."""
    variables = {"TERM": kind, "LANG": locale, "COLORTERM": ""}
    with RealScreen(news, tmp_path, columns=size[0], rows=size[1], variables=variables) as screen:
        if kind in ("", "dumb"):
            assert screen.wait_for_end() == 2
            assert b"reader list" in screen.written and b"\x1b[?1049h" not in screen.written
            return
        screen.wait_for("\x1b[?2004h")  # before that Ctrl-C ends a start, and there are headlines already
        screen.wait_for("4 of 4" if size[0] >= 40 else "\x1b[?1049h")
        for keys in ("jjk", "\r", " ", "h", "/sea", "\x1b", "?", "\x1b", "L", "c", "\x1b", "o", "\x1b", "z"):
            screen.press(keys, quiet=0.05)
        screen.resize(size[0] + 30, size[1] + 7)
        screen.press("L", quiet=0.1)
        screen.press("\x03", quiet=0.05)
        assert screen.wait_for_end() == 0, bytes(screen.written[-2000:])
        assert_left_as_it_was(screen)


def assert_left_as_it_was(screen: RealScreen) -> None:
    """Every mode that was switched on is switched off, the cursor is there, and nothing fell over."""
    written = bytes(screen.written)
    assert b"Traceback" not in written and b"Error" not in written
    for mode in SWITCHES:
        last = re.findall(rb"\x1b\[\?" + mode + rb"([hl])", written)[-1:]
        assert last in ([], [b"l"]), mode
    assert re.findall(rb"\x1b\[\?25([hl])", written)[-1:] == [b"h"]
    assert len(re.findall(rb"\x1b\[>\d+u", written)) == written.count(b"\x1b[<u")
    assert screen.is_line_restored


@pytest.mark.parametrize("answers", [True, False], ids=["answers", "is mute"])
def test_the_doctor_asks_the_terminal(answers: bool, news: Path, tmp_path: Path) -> None:
    """What it says of itself is told and not left to the shell; one that is mute is not waited for long."""
    command = [sys.executable, "-m", "reader", "doctor", str(news)]
    with RealScreen(news, tmp_path, command=command) as screen:
        screen.wait_for("\x1b[c")
        if answers:
            screen.press("\x1bP>|foot(1.16.2)\x1b\\\x1b]11;rgb:ff/f0/e0\x1b\\\x1b[?62;4;22c", quiet=0.01)
        assert screen.wait_for_end() == 0
        text = bytes(screen.written).decode().replace("\r", "")
        assert ("it identifies as foot(1.16.2)" in text) is answers
        assert ("sixel  (it reports this itself)" in text) is answers
        assert ("light  (it reports its colour)" in text) is answers
        assert "62;4" not in text and screen.is_line_restored
