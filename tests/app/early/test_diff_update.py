"""Few bytes for each key, and the same picture as with all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from benchmarks.terminal_emulator import TerminalEmulator
from reader.app.early.diff_update import ScreenBuffer
from reader.app.paint.cells import widest
from tests.app.real_screen import RealScreen

COLUMNS, ROWS = 24, 3
CONSOLE = Console(color_system="truecolor", force_terminal=True)
STYLES = [
    Style.parse(text)
    for text in ("#aabbcc on #101010", "bold #aabbcc on #101010", "red on default", "italic dim", "none")
]
STYLES += [STYLES[0] + Style(link="https://sea.example/a?b=1;2"), Style(link="http://fog.example/")]
TEXTS = ("a", "bc", " ", "   ", "海", "é", "●", "e\u0301", "🚢", "🇩🇪", "\u2764\ufe0f")


@st.composite
def lines(draw: st.DrawFn) -> Strip:
    """A painted line of the screen's width, wide characters in it."""
    parts = draw(st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(STYLES)), max_size=12))
    return Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(COLUMNS, STYLES[0])


def whole(strips: Sequence[Strip]) -> LayoutUpdate:
    """All lines at once."""
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, COLUMNS, len(strips)))


def some(strips: Sequence[Strip], rows: Sequence[int]) -> ChopsUpdate:
    """Only these lines, as they are after a widget was painted again."""
    return ChopsUpdate(
        [{0: strip} for strip in strips],
        [(row, 0, COLUMNS) for row in rows],
        [[COLUMNS] for _ in strips],
    )


@given(st.lists(st.lists(lines(), min_size=ROWS, max_size=ROWS), min_size=1, max_size=4), st.data())
def test_the_picture_is_the_same(pages: list[list[Strip]], data: st.DataObject) -> None:
    """Whatever is painted after whatever, each cell shows what the whole line would have shown."""
    page, changes, whole_lines = (
        ScreenBuffer(),
        TerminalEmulator(COLUMNS, ROWS),
        TerminalEmulator(COLUMNS, ROWS),
    )
    shown: list[Strip] = []
    for strips in pages:
        rows = sorted(data.draw(st.sets(st.integers(0, ROWS - 1), min_size=1)))
        if not shown or data.draw(st.booleans()):
            update: ChopsUpdate | LayoutUpdate = whole(strips)
            shown = list(strips)
        else:
            shown = [strips[row] if row in rows else shown[row] for row in range(ROWS)]
            update = some(shown, rows)
        everything = update.render_segments(CONSOLE)
        said = page.difference(update, CONSOLE)
        changes.feed((everything if said is None else said).encode())
        whole_lines.feed(everything.encode())
        assert changes.lines == whole_lines.lines
        assert changes.looks == whole_lines.looks
        assert changes.links == whole_lines.links


def test_what_has_not_changed_is_not_sent() -> None:
    """The same picture again costs nothing, one letter a jump and its look."""
    page = ScreenBuffer()
    before = [Strip([Segment("a" * COLUMNS, STYLES[0])])]
    after = [Strip([Segment("a" * 11 + "b" + "a" * 12, STYLES[0])])]
    page.difference(whole(before), CONSOLE)
    assert page.difference(whole(before), CONSOLE) == ""
    assert page.difference(whole(after), CONSOLE) == (
        "\x1b[1;12H\x1b[0;38;2;170;187;204;48;2;16;16;16mb\x1b[0m"
    )


def test_after_forgetting_everything_is_sent() -> None:
    """Another program had the terminal."""
    page = ScreenBuffer()
    strips = [Strip([Segment("a" * COLUMNS, STYLES[0])])]
    page.difference(whole(strips), CONSOLE)
    page.forget()
    assert page.difference(whole(strips), CONSOLE) is None


def test_columns_hold_beside_a_text_of_doubtful_width() -> None:
    """Whether a vowel sign takes a cell or none, what is to its right is put there by number."""
    assert widest("हिन्दी") == cell_len("हिन्दी") + 2
    page = ScreenBuffer()
    line = Strip([Segment("हिन्दी समाचार".ljust(20) + "12h", STYLES[0])])
    said = page.difference(whole([line]), CONSOLE)
    assert said is not None
    column = line.cell_length - 3
    assert f"\x1b[1;{column + 1}H12h" in said


@pytest.mark.parametrize(
    "emoji",
    ["\u2764\ufe0f", "1\ufe0f\u20e3", "🇩🇪", "👍🏽", "👨\u200d👩\u200d👧", "\U0001f3f4\u200d\u2620\ufe0f"],
)
def test_columns_hold_beside_emoji_of_doubtful_width(emoji: str) -> None:
    """Whatever a terminal makes of a flag, a keycap or a joined emoji, what follows is in its column."""
    assert widest(emoji) >= cell_len(emoji) == 2
    line = Strip([Segment(f"a {emoji} {emoji}b".ljust(20) + "12h", STYLES[0])])
    said = ScreenBuffer().difference(whole([line]), CONSOLE)
    assert said is not None
    for column, text in ((1, f"a {emoji}"), (6, emoji), (8, "b"), (line.cell_length - 2, "12h")):
        assert f"\x1b[1;{column}H{text}" in said


def test_a_flag_changes_as_a_whole() -> None:
    """Two flags with one letter in common: a terminal would join the new letter with nothing."""
    buffer = ScreenBuffer()
    german, danish = (Strip([Segment(f"{flag} it".ljust(COLUMNS), STYLES[0])]) for flag in ("🇩🇪", "🇩🇰"))
    buffer.difference(whole([german]), CONSOLE)
    said = buffer.difference(whole([danish]), CONSOLE)
    assert said is not None and "🇩🇰" in said


def linked(url: str) -> str:
    """What is sent for one word that is painted as a link."""
    strips = [Strip([Segment("word", Style(link=url)), Segment(" " * (COLUMNS - 4), STYLES[0])])]
    said = ScreenBuffer().difference(whole(strips), CONSOLE)
    assert said is not None
    return said


def test_a_link_says_which_parts_belong_together() -> None:
    """It is opened once with its number, closed behind its words, and the same wherever it goes on."""
    (number,) = re.findall(
        r"\x1b]8;id=([0-9a-f]+);https://sea\.example/\x1b\\word", linked("https://sea.example/")
    )
    assert f"id={number};" in linked("https://sea.example/")
    assert f"id={number};" not in linked("https://sea.example/other")
    assert linked("https://sea.example/").count("\x1b]8;;\x1b\\") == 1


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://sea.example/a b\x1b\\c", ""),
        ("https://sea.example/\x07\x1b]0;x", ""),
        ("https://sea.example/é?ü=“", "https://sea.example/%C3%A9?%C3%BC=%E2%80%9C"),
        ("https://me:secret@bücher.example/", "https://xn--bcher-kva.example/"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https:///nowhere", ""),
        ("https://sea.example/" + "a" * 3000, ""),
    ],
)
def test_only_what_may_be_opened_is_a_link(url: str, told: str) -> None:
    """In printable ASCII, whoever painted it; anything else is only its words."""
    said = linked(url)
    assert re.findall(r"\x1b]8;id=[0-9a-f]+;([!-~]*)\x1b\\", said) == ([told] if told else [])
    assert "word" in said and said.count("\x1b]8;") == (2 if told else 0)


@pytest.mark.parametrize("kind", ["xterm-256color", "xterm-kitty"])
def test_a_move_of_the_cursor_is_small(kind: str, tmp_path: Path) -> None:
    """Under 1,500 bytes at 100x30, the other article included, and its links where the terminal has links;
    going to another pane, too."""
    news = tmp_path / "news"
    news.mkdir()
    for number in range(30):
        text = f"---\ntitle: Harbour news number {number}\ndate: 2021-06-{number + 1:02}\n"
        text += f"provider: Harbour Post\noriginalUrl: https://harbour.example/2021/06/news-number-{number}\n---\n\n"
        text += "Seen by [the pilots](https://pilots.example/seen) at five.\n\n"
        (news / f"{number}.md").write_text(text + f"A paragraph of article {number}, quite short.\n\n" * 9)
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("mark_read_after = -1\n")
    variables = {"TERM": kind, "SSH_CONNECTION": "1 2 3 4"}
    with RealScreen(news, tmp_path / "home", columns=100, rows=30, variables=variables) as screen:
        screen.wait_for("30 of 30")
        screen.wait_for("A paragraph of article 29")
        screen.press("")
        for keys in ("j", "j", "k", "\t", "j"):
            before = len(screen.written)
            screen.press(keys)
            assert 0 < len(screen.written) - before < 1500, keys
        assert "Harbour news number 28" in screen.emulator.text
        leads = {link for line in screen.emulator.links for link in line if link}
        article = {"https://harbour.example/2021/06/news-number-28", "https://pilots.example/seen"}
        assert leads == (article if kind == "xterm-kitty" else set())
        screen.press("Q")
        screen.wait_for_end()
