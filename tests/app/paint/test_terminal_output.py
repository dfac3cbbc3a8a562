"""What a terminal can't show is reported otherwise, in the same width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from reader.app.paint.terminal_output import AsciiSigns, NoColours, in_ascii
from reader.app.widgets.sidebar_charts import LEVELS
from reader.terminal import Terminal
from tests.app.build import an_article
from tests.app.conftest import Launch
from tests.app.pilot import MEDIUM, picture, press, settled, strips

PAGE = Color.parse("#101010")


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40))
def test_ascii_takes_the_same_room(text: str) -> None:
    """Letters lose their marks, wide ones become two question marks; columns stay where they are."""
    plain = in_ascii(text)
    assert plain.isascii() and cell_len(plain) == cell_len(text)


def test_letters_stay_readable() -> None:
    """What ASCII has a letter for, it gets."""
    assert in_ascii("Café “à la” Zürich…") == 'Cafe "a la" Zurich~'
    assert in_ascii("海ab") == "??ab"


def test_levels_of_charts_stay_levels() -> None:
    """Each height of a bar has its own sign, none is a question mark, and more is never paler."""
    levels = in_ascii(LEVELS)
    assert len(set(levels)) == len(LEVELS) and "?" not in levels
    assert levels == " _.:-=+*#"


def test_only_signs_where_only_signs_were_asked_for() -> None:
    """A user's text keeps its own letters."""
    segments = [Segment("▌● Café – “x” ★", Style.parse("red")), Segment("plain", None)]
    (first, second) = AsciiSigns(is_all=False).apply(segments, PAGE)
    assert first.text == ">* Café – “x” *" and first.style == segments[0].style
    assert second == segments[1]


def test_without_colours_emphasis_stays() -> None:
    """Dim text is faint, a ground that means something is inverse, and no colour is left; nothing ends."""
    dim = RichColor.parse("#808080")
    styles = ["bold #ffffff on #101010", "#808080 on #101010", "#101010 on #ffcc00", "italic underline red"]
    segments = [Segment("x", Style.parse(style)) for style in styles] + [Segment("x", None)]
    bold, faint, inverse, italic, none = [
        one.style for one in NoColours(lambda: dim).apply(segments, PAGE) if one.style is not None
    ]
    assert (bold.bold, faint.dim, inverse.reverse) == (True, True, True)
    assert (bold.dim, faint.reverse, italic.italic, italic.underline) == (None, None, True, True)
    for style in (bold, faint, inverse, italic, none):
        assert style.color is None and style.bgcolor is None


async def test_a_terminal_without_unicode_gets_ascii(start: Launch) -> None:
    """Every pane, whatever the articles are written in."""
    app = start([an_article("Ein Café – 海の話", topics=("Reisen",), provider="Überland")])
    poor = Terminal(True, False, False, "", 16, is_unicode=False)
    app = type(app)(app.start, seen=poor)
    async with app.run_test(size=MEDIUM) as pilot:
        await settled(pilot)
        assert picture(pilot).isascii() and "Enter read" in picture(pilot)
        assert "Ein Cafe - ??" in picture(pilot)
        assert app.theme == "reader-terminal"


async def test_without_colours_the_chosen_row_is_turned_round(start: Launch) -> None:
    """In lists whose highlight is else only another ground."""
    app = start(12)
    seen = Terminal(True, False, False, "", 0, is_unicode=True)
    app = type(app)(app.start, seen=seen)
    async with app.run_test(size=MEDIUM) as pilot:
        await press(pilot, "V", "j")
        y = next(y for y, text in enumerate(picture(pilot).split("\n")) if "is:unread" in text)
        strip = strips(pilot.app)[y]
        turned = "".join(text for text, style, _ in strip if style is not None and style.reverse)
        assert "Unread" in turned and "is:unread" in turned
