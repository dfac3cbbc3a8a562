"""How one row of the sidebar becomes pieces of text. Pure; the widget knows the colours."""

from __future__ import annotations

from collections.abc import Mapping

from reader.app.paint.cells import Piece, cut, cut_start, fill, fill_left, one_line
from reader.app.widgets.sidebar_rows import FIELDS, Row, State

CURSOR, FIND, CARET = "▌", "⌕", "▏"
_MARKS: Mapping[State, str] = {"included": "■", "excluded": "−", "": "□"}


def head(row: Row, width: int, typed: str | None, *, is_typing: bool) -> list[Piece]:
    """The head of a section: its name, and the sign of its box or what is typed in it."""
    if not is_typing and not typed:
        sign = f"{row.note} {FIND}".lstrip() if row.section in FIELDS else row.note
        room = max(width - len(row.label) - 1, 0)
        return [
            Piece(f" {row.label}", "head"),
            Piece(fill_left(sign, room), "chosen" if row.state else "head"),
        ]
    room = width - len(row.label) - 2
    box = f"{FIND} {cut_start(typed or '', room - 4)}{CARET if is_typing else ''}"
    return [Piece(f" {row.label} ", "head"), Piece(fill_left(box, room), "box")]


def further(words: str, width: int) -> list[Piece]:
    """What there is below the last line in sight."""
    return [Piece(cut(f" ↓ {words}", width), "empty")]


def choice(row: Row, width: int, cursor: str) -> list[Piece]:
    """A view, a value or a fold; `cursor` is the ink of the cursor, empty where it stands elsewhere."""
    if row.kind == "blank":
        return []
    if row.kind in ("chart", "upper"):
        return [Piece(CURSOR if cursor else " ", cursor or "ground"), *row.bars]
    count = "" if row.articles is None else f"{row.articles:,}"
    mark = {"value": f"{_MARKS[row.state]} ", "more": "… "}.get(row.kind, "")
    is_pale = row.kind in ("more", "nothing") or row.articles == 0
    ink = "chosen" if row.state else "empty" if is_pale else "label"
    room = width - 1 - len(mark) - max(len(count), 1) - 1 - len(row.note) - bool(row.note)
    return [
        Piece(CURSOR if cursor else " ", cursor or "ground"),
        Piece(f"{mark}{fill(one_line(row.label), room)}{' ' if row.note else ''}", ink),
        Piece(row.note, "chosen" if row.state else "label"),
        Piece(f" {count}", "chosen" if row.state else "count"),
    ]
