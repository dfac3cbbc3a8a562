"""How one headline becomes the lines of a row: signs, title, provider, topics, and columns that never shift.

Pure: a headline and a width in, pieces of text out. The widget knows the colours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from reader.app.paint.cells import (
    AGE_WIDTH,
    CURSOR,
    HEAT_WIDTH,
    Piece,
    cut,
    fill,
    fill_left,
    heat_column,
    one_line,
    quality_bar,
    thumb,
    width_of,
)
from reader.app.reading.hits import Sought, hits_in
from reader.app.reading.lines import Span
from reader.article.dates import age
from reader.config.settings import colour_of
from reader.query.results import Headline

SELECTED = "✓"
UNREAD, STAR, DRAFT, NOTE = "●", "★", "draft", "note"
BAR_WIDTH = 5
ROOMY = 24
"""Minimum lines of a list for a blank line between rows of two lines."""

INSET = 2
"""The indent of the articles of an unfolded story."""
_SIGN_WIDTH = 4
"""Cells before a title: selection, cursor, unread sign, blank."""
_PROVIDER_WIDTH = 16
"""Cells of the provider in a compact row."""
_LEAST_TITLE = 24
"""Cells of the title in a compact row, before it has tags."""
_LEAST_CUT = 3
"""Minimum cells of a word that is cut."""


class Row(NamedTuple):
    """A headline and how its row is shown."""

    headline: Headline
    cursor: str = ""
    """The style of the cursor if it is on this row."""
    is_selected: bool = False
    tag_colours: Mapping[str, str] = {}
    """The colours that the user chose for tags."""
    sought: Sought = ()
    """The words of the search, marked where they are in the title."""


class Measures(NamedTuple):
    """The measures that any article of the collection has; the others get no column."""

    quality: bool = True
    heat: bool = True


ALL_MEASURES = Measures()


def measures_of(is_measured: Callable[[str], bool]) -> Measures:
    """The measures of a collection; `is_measured` returns whether any article has one."""
    return Measures(quality=is_measured("quality"), heat=is_measured("heat"))


class Window(NamedTuple):
    """The visible part of a list of rows."""

    width: int
    """Cells of a line, the right margin included."""
    height: int
    """Lines."""
    top: int
    """The line of the whole list that is the first in the window."""
    total: int
    """Rows in all."""
    is_compact: bool = False
    measures: Measures = ALL_MEASURES

    @property
    def row_height(self) -> int:
        """Lines of a row, the blank one between rows included."""
        if self.is_compact:
            return 1
        return 3 if self.height >= ROOMY else 2

    def showing(self, row: int) -> Window:
        """The window moved as little as is needed to show a row whole."""
        top = row * self.row_height
        above = top + min(self.row_height, 2) - self.height
        return self._replace(top=max(min(self.top, top), above))


def line_in(window: Window, y: int, row: Row | None, now: datetime) -> list[Piece]:
    """Line `y` of a window, which shows this row or none; includes the right margin."""
    part = (y + window.top) % window.row_height
    mark = Piece(thumb(y, window.height, window.top, window.total * window.row_height), "thumb")
    if row is None or part == 2:
        return [Piece(" " * (window.width - 1), "ground"), mark]
    is_compact, measures = window.is_compact, window.measures
    return [*line(row, part, window.width - 1, now, is_compact=is_compact, measures=measures), mark]


def line(
    row: Row, part: int, width: int, now: datetime, *, is_compact: bool, measures: Measures = ALL_MEASURES
) -> list[Piece]:
    """The first or second line of a row, with its indent and signs."""
    if is_compact:
        rest = compact(row, width, now, measures)
    else:
        headline, inset = row.headline, _inset(row.headline)
        room = width - _SIGN_WIDTH - inset
        if part:
            columns = _columns(headline, width - _SIGN_WIDTH, now, measures)
            about = _about(row, room - cell_len(columns))
            rest = [Piece(" " * (2 + inset), "meta"), *about, Piece(columns, "meta")]
        else:
            title = _title(row, room - 2)
            rest = [Piece(" " * inset, "ground"), _unread(headline), *title, _star(headline)]
    return [*gutter(row, part), *rest]


def gutter(row: Row, part: int) -> list[Piece]:
    """The start of a line of a row; in the first line, the signs of selection and cursor."""
    selected = Piece(SELECTED if row.is_selected and not part else " ", "selected")
    return [selected, Piece(CURSOR if row.cursor else " ", row.cursor or "ground")]


def _inset(headline: Headline) -> int:
    """The indent of a row: an article of the story that is unfolded above it."""
    return INSET if headline.fold is not None and headline.fold.is_inside else 0


def _folded(headline: Headline) -> str:
    """How many further articles of its story there are: `+3` in its row, `3 below` where they are listed."""
    fold = headline.fold
    if fold is None or fold.is_inside:
        return ""
    return f"{fold.others} below" if fold.is_open else f"+{fold.others}"


def compact(row: Row, width: int, now: datetime, measures: Measures = ALL_MEASURES) -> list[Piece]:
    """The one line of a row; a narrow list leaves out quality and heat, then the provider, the age last."""
    headline = row.headline
    columns = _columns(headline, width - _SIGN_WIDTH - _LEAST_TITLE - _PROVIDER_WIDTH - 2, now, measures)
    provider = ""
    if width - cell_len(columns) > _SIGN_WIDTH + _LEAST_TITLE + _PROVIDER_WIDTH:
        provider = "  " + fill(one_line(headline.provider), _PROVIDER_WIDTH)
    draft = f" {DRAFT}" if headline.is_draft else ""
    folded = f" {_folded(headline)}".rstrip()
    inset = _inset(headline)
    room = width - _SIGN_WIDTH - 2 - inset - cell_len(draft + folded + provider + columns)
    tags = _fitting(_tags(row), room - _LEAST_TITLE)
    room -= width_of(tags)
    return [
        Piece(" " * inset, "ground"),
        _unread(headline),
        *_title(row, room),
        *tags,
        Piece(folded + draft, "meta"),
        _star(headline),
        Piece(provider + columns, "meta"),
    ]


def _unread(headline: Headline) -> Piece:
    fold = headline.fold
    is_read = headline.is_read and (fold is None or fold.is_open or not fold.unread)
    return Piece("  " if is_read else f"{UNREAD} ", "unread")


def _title(row: Row, width: int) -> list[Piece]:
    headline = row.headline
    title = fill(one_line(headline.title), width)
    style = "read" if headline.is_read else "title"
    pieces, at = [], 0
    for hit in hits_in([(Span(title),)], row.sought):
        pieces += [Piece(title[at : hit.start], style), Piece(title[hit.start : hit.end], "hit")]
        at = hit.end
    return [*pieces, Piece(title[at:], style)]


def _star(headline: Headline) -> Piece:
    return Piece(f" {STAR}" if headline.is_starred else "  ", "star")


def _about(row: Row, width: int) -> list[Piece]:
    """Provider · draft · note · #tags · topics in exactly this many cells, as much of it as has room."""
    headline, fold = row.headline, row.headline.fold
    others = ", ".join(fold.providers) if fold is not None and not fold.is_open else ""
    whom = " ".join(filter(None, (headline.provider or headline.domain, _folded(headline), others)))
    words = (whom, DRAFT if headline.is_draft else "", NOTE if headline.has_note else "")
    pieces = [Piece(one_line(" · ".join(filter(None, words))), "meta")]
    pieces += _tags(row)
    topics = one_line(" · ".join([*headline.topics, *(f"+{topic}" for topic in headline.added_topics)]))
    pieces.append(Piece(f" · {topics}" if topics and width_of(pieces) else topics, "meta"))
    fitting = _fitting(pieces, width - 1)
    return [*fitting, Piece(" " * (width - width_of(fitting)), "meta")]


def _tags(row: Row) -> list[Piece]:
    """The tags with a space before each, in their colours."""
    colours = row.tag_colours
    return [Piece(f" #{one_line(tag)}", f"tag-{colour_of(tag, colours)}") for tag in row.headline.tags]


def _fitting(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """As much of the pieces as has room, the last one cut."""
    fitting: list[Piece] = []
    for piece in pieces:
        left = width - width_of(fitting)
        if cell_len(piece.text) > left:
            if left > _LEAST_CUT:
                fitting.append(Piece(cut(piece.text, left), piece.style))
            break
        fitting.append(piece)
    return fitting


def _columns(headline: Headline, width: int, now: datetime, measures: Measures) -> str:
    """Quality, heat and age, right-aligned; fewer of them where there is little room or none has them."""
    columns = " " + fill_left(age(headline.date, now) if headline.date else "", AGE_WIDTH)
    if measures.heat and width >= 2 * HEAT_WIDTH + AGE_WIDTH + 6:
        columns = " " + heat_column(headline.heat) + columns
    if measures.quality and width >= 2 * HEAT_WIDTH + AGE_WIDTH + BAR_WIDTH + 10:
        columns = " " + quality_bar(headline.quality, BAR_WIDTH) + columns
    return columns
