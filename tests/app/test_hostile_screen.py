"""Tests of the bytes that reach the terminal: whatever the files hold, it obeys the reader alone."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.app.real_screen import RealScreen
from tests.conftest import rarely

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")

ATTACKS = (
    r"\e]0;PWNED\a",
    r"\e[31;5mPWNED",
    r"\x9b31mPWNED",
    r"\x9d0;PWNED\x9c",
    r"\ePPWNED\e\\",
    r"\e_PWNED\e\\",
    r"\u202ePWNED\u202c",
    r"\u2066PWNED\u2069",
    r"[/x]",
    r"[@click=app.quit]PWNED[/]",
    r"[link=https://pwned.example]PWNED[/link]",
    r"\x00\x07\x08\x7f",
    r"\U000e0041\u200b\ufeff",
    r"\e]8;;https://pwned.example\a",
)
"""As they are in double quotes of YAML, which makes ESC out of plain ASCII."""

OWN_OSC = {b"8", b"11", b"22", b"52"}
"""What the reader itself says with OSC: a link, a question, the mouse pointer, the clipboard."""
_OSC = re.compile(rb"\x1b\](\d*)")
_OWN = re.compile("\x1b\\](?:8|11|22|52);[^\x07\x1b]*(?:\x07|\x1b\\\\)")
_CONTROLS = re.compile(
    "[\x00-\x07\x0b\x0c\x0e-\x1a\x7f\x80-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
    "|[\U000e0000-\U000e007f]"
)


def article(number: int, attack: str) -> str:
    """An article that holds the attack wherever text can be."""
    raw = attack.replace(r"\e", r"\x1b").encode().decode("unicode_escape")
    references = "".join(f"&#{ord(letter)};" for letter in raw)
    return f"""---
title: "Calm{number:02} {attack} sea"
excerpt: "Quiet{number:02} {attack} excerpt"
publishedDateTime: "2021-06-{number + 1:02}T10:00:00Z"
originalUrl: "https://calm.example/{number}?{attack.replace(chr(92), "")}"
provider: {{name: "Post{number:02} {attack} x", domain: "calm.example"}}
author: ["Writer{number:02} {attack}"]
topics: ["Topic{number:02} {attack}"]
strange: "Other{number:02} {attack}"
related:
  - title: "Near{number:02} {attack}"
    webUrl: "https://near.example/{number}"
    provider: {{name: "N {attack}"}}
---
# Heading {raw}

Body{number:02} {raw} goes on. [text {raw}](https://body.example/{number})
<b title="{raw}">HTML {raw}</b> {references} [{references}](https://refs.example/)

<p class="{raw}">In a block {raw} {references} <a href="https://refs.example/{raw}">{references}</a></p>

```
code {raw}
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one article for each attack, some of them in the file's name too."""
    made = tmp_path / "news"
    made.mkdir()
    for number, attack in enumerate(ATTACKS):
        name = f"{number}\x1b]0;PWNED\x07[b].md" if number % 3 == 0 else f"{number}.md"
        (made / name).write_text(article(number, attack), "utf-8", "replace")
    return made


LIST, SIDEBAR = "j k move   ⏎ read", "Space select"
"""What the line of keys says there."""

STEPS = (
    ("\r", "j k scroll"),
    ("l", "⏎ follow"),
    ("y", "Sent to the terminal"),
    ("\x1b\x1b", LIST),
    ("ff", SIDEBAR),
    ("Fpost", "⌕ post"),
    ("\x1b", "PROVIDERS                ⌕ "),
    ("/calmer [/x", "No articles found"),
    ("\x1b", "filter   c clear"),
    ("c", "14 of 14"),
    (":", "A command, topic"),
    ("topic", "Topic: Topic09 [@click"),
    ("\x1b", "Body00"),
    ("?", "find a key or a word"),
    ("q", LIST),
    ("A", "Mark all 14"),
    ("y", "marked read"),
    ("t", "Tags, separated"),
)
"""Keys through all that can be seen, each with what shows that it was obeyed."""


def parts_of_article(number: int) -> list[str]:
    """What is in every part of its pane."""
    return [f"{word}{number:02}" for word in ("Quiet", "Writer", "Body", "Other", "Near")]


def assert_only_own(written: bytes) -> None:
    """Nothing that a file said was reported to the terminal as a control."""
    text = _OWN.sub("", written.decode("utf-8"))
    found = _CONTROLS.search(text)
    assert not found, repr(text[max(found.start() - 60, 0) : found.end() + 60])
    assert set(_OSC.findall(written)) <= OWN_OSC
    assert not re.search(rb"\x1b[P_^X]", written)
    assert b"\x1b]8;;https://pwned" not in written and b"\x1b]0;" not in written
    assert b"\x1b[31;5m" not in written


@pytest.mark.parametrize("kind", ["xterm-kitty", *rarely("xterm-256color")])
def test_no_byte_of_a_hostile_folder_is_obeyed(kind: str, folder: Path, tmp_path: Path) -> None:
    """List, article, related links, sidebar, palette, help and notices say it as text, and go on working,
    also where addresses are links of the terminal's own."""
    variables = {"TERM": kind}
    with RealScreen(folder, tmp_path / "home", columns=200, rows=60, variables=variables) as screen:
        screen.press_for("", "Calm13", *parts_of_article(13))
        for number in reversed(range(len(ATTACKS) - 1)):
            screen.press_for("j", *parts_of_article(number))
        for keys, text in STEPS:
            screen.press_for(keys, text)
        screen.press("\x1b")  # what comes late counts too
        written = bytes(screen.written)
        screen.press("Q")
        assert screen.wait_for_end() == 0
    assert_only_own(written)
    links = set(re.findall(rb"\x1b\]8;[^;]*;([^\x07\x1b]+)", written))
    assert bool(links) is (kind == "xterm-kitty")
    assert all(re.fullmatch(rb"https://(calm|body|refs|pwned)\.example[!-~]*", link) for link in links)
    seen = "\n".join(screen.seen)
    assert "[/x] sea" in seen and "[@click=app.quit]PWNED[/] sea" in seen
    for word in ("Quiet00", "Body00", "Near01", "Post00", "Topic00", "Writer00", "Other00"):
        assert word in seen, word


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, *rarely({"TERM": "xterm", "COLORTERM": ""})])
def test_a_terminal_with_few_colours_or_none(folder: Path, tmp_path: Path, variables: dict[str, str]) -> None:
    """Every pane, help, palette and dialog are painted without an error, and the terminal is given back."""
    with RealScreen(folder, tmp_path / "home", variables=variables) as screen:
        screen.wait_for("Calm13")
        for keys in ("jj", "\r", "\x1b", "f", " ", "/sea", "\r", "?", "q", ":", "\x1b", "A", "n", "Q"):
            screen.press(keys, 0.1)
        assert screen.wait_for_end() == 0
    assert b"Traceback" not in screen.written
    assert b"\x1b[?1049l" in screen.written and b"\x1b[?25h" in screen.written
    if "NO_COLOR" in variables:
        looks = re.findall(rb"\x1b\[([\d;]+)m", screen.written)
        codes = {int(code) for look in looks for code in look.split(b";")}
        assert codes <= {0, 1, 2, 3, 4, 7, 9}


@pytest.mark.long
def test_the_first_load_on_a_real_terminal(tmp_path: Path) -> None:
    """Many files are read by worker processes, which start although the screen has taken stderr's place."""
    news = tmp_path / "news"
    news.mkdir()
    for number in range(3_300):
        (news / f"{number}.md").write_text(f"---\ntitle: Story {number}\n---\nText.\n", "utf-8")
    with RealScreen(news, tmp_path / "home") as screen:
        screen.wait_for("3,300 of 3,300")
        screen.press("\x03")
        assert screen.wait_for_end() == 0
    assert b"went wrong" not in screen.written
