"""The terminal is asked for its ground; the answer is never a key, and nobody waits for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.app.early.osc_reply_filter import EXPECTED, QUESTION, OscReplyFilter, is_worth_asking
from reader.terminal import TRUECOLOUR, Terminal
from tests.app.real_screen import RealScreen

ANSWERS = {
    "\x1b]11;rgb:ffff/ffff/ffff\x1b\\": "light",
    "\x1b]11;rgb:ff/f0/e0\x07": "light",
    "\x1b]11;rgba:1c1c/1c1c/1c1c/ffff\x1b\\": "dark",
}
SOME_KEYS = ["j", "/", "é", "\x1b[A", "\x1b", "\x1b]x", "\x1b[<0;1;1M", "1", ";", "\x1b]11;rgb:z"]
KEYS = st.lists(st.sampled_from(SOME_KEYS), max_size=9).map("".join)
LIGHT_GROUND = "ground=48;2;252;251;248"


@given(KEYS, st.sampled_from(sorted(ANSWERS)), KEYS, st.data())
def test_the_answer_alone_is_taken_out(before: str, answer: str, after: str, data: st.DataObject) -> None:
    """In however many parts it comes, and whatever was typed around it, in its order."""
    sieve, sent, got = OscReplyFilter(), before + answer + after, ""
    sieve.ask()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(sent)), max_size=5)))
    for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        got += sieve.sift(sent[start:end])
    assert got == before + after
    assert sieve.background == ANSWERS[answer]


@given(KEYS)
def test_without_an_answer_nothing_is_lost(keys: str) -> None:
    """What looks like the beginning of one is kept for a moment, and then is what was typed."""
    sieve = OscReplyFilter()
    sieve.ask()
    got = "".join(map(sieve.sift, keys))
    sieve._since -= 1
    assert got + sieve.overdue() == keys and not sieve.background


def test_an_esc_waits_only_while_an_answer_may_come() -> None:
    """Textual waits for the rest of a key too, and twice that would be felt: `Esc c` would be Alt-C."""
    sieve = OscReplyFilter()
    assert sieve.sift("\x1b") == "\x1b"
    sieve.ask()
    assert sieve.sift("\x1b") == "" and sieve.sift("c") == "\x1bc"
    sieve._asked -= EXPECTED
    assert sieve.sift("\x1b") == "\x1b"


def test_who_is_asked() -> None:
    """Terminals with colours enough for a theme, and not those that may show the question."""
    seen = Terminal(True, False, False, "", TRUECOLOUR, is_unicode=True)
    assert is_worth_asking(seen) and is_worth_asking(seen._replace(colours=256, multiplexer="tmux"))
    assert not is_worth_asking(seen._replace(colours=16)) and not is_worth_asking(seen._replace(is_tty=False))
    assert not is_worth_asking(seen._replace(multiplexer="screen"))
    assert not is_worth_asking(seen._replace(emulator="Linux console"))


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with some articles, already indexed or not."""
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.md").write_text(f"---\ntitle: Story {number}\n---\nText.\n")
    return folder


def grounds(screen: RealScreen) -> set[str]:
    """The grounds of all cells."""
    return {part for row in screen.glass.looks for look in row for part in look.split() if "ground" in part}


needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")


@needs_pty
def test_a_light_terminal_gets_the_light_theme(news: Path, tmp_path: Path) -> None:
    """As soon as it answers, though the answer comes in parts and late; the next visit begins so."""
    with RealScreen(news, tmp_path / "home") as screen:
        screen.wait_for(QUESTION)
        screen.press("", quiet=0.6)
        assert LIGHT_GROUND not in grounds(screen)
        screen.press("\x1b]11;rgb:ffff/f", quiet=0.01)
        screen.press("fff/ffff\x1b\\", quiet=0.01)
        assert screen.wait_until(lambda: grounds(screen) >= {LIGHT_GROUND})
        assert "3 of 3" in screen.glass.text and "rgb" not in screen.glass.text
        screen.press("q")
        assert screen.wait_for_end() == 0
    with RealScreen(news, tmp_path / "home") as screen:
        screen.wait_for("3 of 3")
        screen.wait_for(QUESTION)  # for it may be another terminal today
        assert LIGHT_GROUND in grounds(screen)
        screen.press("\x1b]11;rgb:0000/0000/0000\x1b\\", quiet=0.01)
        assert screen.wait_until(lambda: LIGHT_GROUND not in grounds(screen))
        screen.press("q")
        assert screen.wait_for_end() == 0


@needs_pty
@pytest.mark.parametrize("variables", [{"COLORFGBG": "0;15"}, {"TERM": "linux"}, {"NO_COLOR": "1"}, {}])
def test_nobody_asks_in_vain(variables: dict[str, str], news: Path, tmp_path: Path) -> None:
    """Where the ground is known, can't be asked for, or means nothing since a theme was chosen."""
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("" if variables else "theme = 'reader-night'\n")
    with RealScreen(news, tmp_path / "home", variables={"COLORTERM": "", **variables}) as screen:
        screen.wait_for("3 of 3")
        screen.press("q", quiet=0.5)
        assert screen.wait_for_end() == 0
    assert QUESTION.encode() not in screen.written


@needs_pty
def test_an_end_right_after_the_question_leaves_nothing_for_the_shell(news: Path, tmp_path: Path) -> None:
    """The answer is still taken in, and the terminal given back behind it."""
    with RealScreen(news, tmp_path / "home") as screen:
        screen.wait_for(QUESTION)
        screen.press("Q", quiet=0.1)
        screen.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", quiet=0.01)
        assert screen.wait_for_end() == 0
        assert b"11;rgb" not in screen.written and screen.is_line_restored
