"""How one headline becomes the lines of a row: signs, title, provider, topics, and columns that never shift.

Pure: a headline and a width in, pieces of text out. The widget knows the colours.
"""

from __future__ import annotations

from datetime import datetime

from rich.cells import cell_len

from reader.app.bars import HEAT_WIDTH, heat_column, quality_bar
from reader.app.painting import Piece, cut, fill, fill_left, one_line
from reader.dates import age
from reader.results import Headline

CURSOR = "▌"
UNREAD, STAR, DRAFT = "●", "★", "draft"
AGE_WIDTH = 6
"""Cells of an age, from `now` to `18 Jun`."""
BAR_WIDTH = 5

_SIGN_WIDTH = 4
"""Blank, cursor, unread sign, blank: what stands before a title."""
_PROVIDER_WIDTH = 16
"""Cells of the provider in a compact row."""


def comfortable(headline: Headline, width: int, now: datetime) -> tuple[list[Piece], list[Piece]]:
    """The two lines of a row: title over meta."""
    title = [
        _unread(headline),
        _title(headline, width - _SIGN_WIDTH - 2),
        _star(headline),
    ]
    columns = _columns(headline, width - _SIGN_WIDTH, now)
    room = width - _SIGN_WIDTH - cell_len(columns)
    meta = [Piece(" " * 2, "meta"), Piece(fill(_about(headline, room), room) + columns, "meta")]
    return title, meta


def compact(headline: Headline, width: int, now: datetime) -> list[Piece]:
    """The one line of a row; a narrow list leaves columns out, the age last."""
    columns = _columns(headline, width - _SIGN_WIDTH - 24, now)
    provider = ""
    if width - cell_len(columns) > _SIGN_WIDTH + 24 + _PROVIDER_WIDTH:
        provider = "  " + fill(one_line(headline.provider), _PROVIDER_WIDTH)
    draft = f" {DRAFT}" if headline.is_draft else ""
    room = width - _SIGN_WIDTH - 2 - cell_len(draft + provider + columns)
    return [
        _unread(headline),
        _title(headline, room),
        Piece(draft, "meta"),
        _star(headline),
        Piece(provider + columns, "meta"),
    ]


def _unread(headline: Headline) -> Piece:
    return Piece("  " if headline.is_read else f"{UNREAD} ", "unread")


def _title(headline: Headline, width: int) -> Piece:
    return Piece(fill(one_line(headline.title), width), "read" if headline.is_read else "title")


def _star(headline: Headline) -> Piece:
    return Piece(f" {STAR}" if headline.is_starred else "  ", "star")


def _about(headline: Headline, width: int) -> str:
    """Provider · draft · topics · tags, as much of it as has room."""
    parts = [headline.provider or headline.domain, DRAFT if headline.is_draft else "", *headline.topics]
    parts += [f"#{tag}" for tag in headline.tags]
    return cut(one_line(" · ".join(part for part in parts if part)), width - 1)


def _columns(headline: Headline, width: int, now: datetime) -> str:
    """Quality, heat and age, right-aligned; fewer of them where there is little room."""
    told = fill_left(age(headline.date, now) if headline.date else "", AGE_WIDTH)
    columns = " " + told
    if width >= 2 * HEAT_WIDTH + AGE_WIDTH + 6:
        columns = " " + heat_column(headline.heat) + columns
    if width >= 2 * HEAT_WIDTH + AGE_WIDTH + BAR_WIDTH + 10:
        columns = " " + quality_bar(headline.quality, BAR_WIDTH) + columns
    return columns
