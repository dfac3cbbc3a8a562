"""The rows of the sidebar and how they are painted: views, and each facet with its live counts, folded if
there are many values. Pure functions: facets and a Query in; rows and pieces of text out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from reader.app.paint.cells import CURSOR, Piece, cut_start, fill, fill_left, one_line, short_number
from reader.app.widgets.article_row import UNREAD
from reader.article.text import fold
from reader.query import Query, Term
from reader.query import fields as query_fields
from reader.query.results import Facet, FacetValue

Kind: TypeAlias = Literal["head", "view", "value", "more", "nothing", "blank", "upper", "chart", "scale"]
ValueState: TypeAlias = Literal["", "included", "excluded"]

VIEWS = "view"
"""The section of the views, which is not a field of articles."""
HEADS: Mapping[str, str] = {VIEWS: "VIEWS", **{one.name: one.heading for one in query_fields.FIELDS}}
COUNTED = tuple(field.name for field in query_fields.FIELDS if field.heading)
"""Everything that is counted for the sidebar, in the order in which it is shown."""
FIELDS = tuple(name for name in COUNTED if name in query_fields.FACETS)
"""The facets with values to choose."""
RANGES = ("quality", "date")
"""The facets that are charts."""
HIGH = 32
"""Minimum lines of a sidebar for charts of two lines, and for one more with the ends of their scale."""
BY_NAME = "A–Z"
ALL = "all"
"""The head of the column of totals; that of unread articles has the sign of unread rows."""
FIND, CARET = "⌕", "▏"
_MARKS: Mapping[ValueState, str] = {"included": "■", "excluded": "−", "": "□"}
LEAST_SHOWN, LEAST_ON_HIGH = 3, 5
"""Number of values shown of a folded facet on a low screen, and on a higher one."""


class ViewCount(NamedTuple):
    """A saved query with the number of articles that it selects."""

    name: str
    query: Query
    articles: int | None = None
    """None while it has not been counted."""
    unread: int = 0
    """How many of those are unread."""


class SidebarRow(NamedTuple):
    """One line of the sidebar."""

    kind: Kind
    section: str
    """A field, or VIEWS."""
    label: str = ""
    articles: int | None = None
    """How many articles match, or would match."""
    state: ValueState = ""
    unread: int = 0
    """How many of the articles are unread."""
    note: str = ""
    """Of a view or value, what is unread, in a column; of a head, what is at its right."""
    bars: tuple[Piece, ...] = ()
    """A line of a chart, or of its scale."""

    @property
    def is_choice(self) -> bool:
        """Whether the cursor can be on it; also on "no match", which keeps the cursor in its section."""
        return self.kind in ("view", "value", "more", "chart", "nothing")

    @property
    def place(self) -> tuple[str, str, str]:
        """Identifies the row when counts and order change."""
        return self.kind, self.section, "" if self.kind == "more" else self.label


class Unfolded(NamedTuple):
    """How the user has unfolded the sections."""

    open: frozenset[str] = frozenset()
    """Sections of which every row is shown."""
    finding: Mapping[str, str] = {}
    """The text in the open box of each facet."""
    is_by_name: bool = False
    """Whether values are from A to Z, and not the most frequent first."""


def rows_of(
    views: Sequence[ViewCount],
    facets: Sequence[Facet],
    query: Query,
    unfolded: Unfolded,
    height: int,
    charts: Sequence[SidebarRow] = (),
    gap: int = 2,
) -> list[SidebarRow]:
    """Every row, in order; `height` says how many lines there are, to share them among the facets, `gap` how
    many spaces are between what is unread and the total."""
    rows = _view_rows(views, query, unfolded)
    sections = {field: [row for row in charts if row.section == field] for field in RANGES}
    left = height - len(rows) - sum(len(found) + 1 for found in sections.values() if found)
    shown = []
    for facet in facets:
        if facet.field in FIELDS:
            chosen = _chosen(facet.field, query)
            values = _values(facet, chosen)
            is_choice = chosen or len(facet.values) > 1
            if values and (is_choice or query_fields.BY_NAME[facet.field].is_always_shown):
                shown.append((facet.field, values, chosen))
    least = LEAST_SHOWN if height < HIGH else LEAST_ON_HIGH
    shares = _shares([len(values) for _, values, _ in shown], left, least)
    note = BY_NAME if unfolded.is_by_name else ""
    for (field, values, chosen), share in zip(shown, shares, strict=True):
        head = SidebarRow("head", field, HEADS[field], note=note)
        sections[field] = [head, *_facet_rows(field, values, chosen, unfolded, share)]
    for field in COUNTED:
        if found := sections.get(field):
            rows += [SidebarRow("blank", field), *found]
    return _in_columns(rows, gap)


def in_steady_order(new: Sequence[Facet], old: Sequence[Facet]) -> tuple[Facet, ...]:
    """The new counts in the order of the old ones, so that no row moves while it is in use."""
    before = {facet.field: facet.values for facet in old}
    return tuple(
        _in_order_of(before.get(facet.field, ()), facet) if facet.field in FIELDS else facet for facet in new
    )


def _in_order_of(values: Sequence[FacetValue], facet: Facet) -> Facet:
    places = {one.value: place for place, one in enumerate(values)}
    steady = sorted(facet.values, key=lambda one: places.get(one.value, len(places)))
    return facet._replace(values=tuple(steady))


def active_view(views: Sequence[ViewCount], query: Query) -> int | None:
    """The view that the query equals or narrows: the one with the most clauses in common."""
    best, most = None, -1
    for place, view in enumerate(views):
        if view.query == query:
            return place
        clauses = view.query.clauses
        if all(clause in query.clauses for clause in clauses) and len(clauses) > most:
            best, most = place, len(clauses)
    return best


def _view_rows(views: Sequence[ViewCount], query: Query, unfolded: Unfolded) -> list[SidebarRow]:
    active = active_view(views, query)
    rows = [
        SidebarRow(
            "view", VIEWS, view.name, view.articles, "included" if place == active else "", view.unread
        )
        for place, view in enumerate(views)
    ]
    # A view without articles is hidden, unless it is the current one.
    worth = [row for row in rows if row.articles != 0 or row.state]
    is_open = VIEWS in unfolded.open
    if len(worth) < len(rows):
        label = "fewer" if is_open else f"{len(rows) - len(worth)} empty"
        worth = [*(rows if is_open else worth), SidebarRow("more", VIEWS, label)]
    return [SidebarRow("head", VIEWS, HEADS[VIEWS]), *worth]


def _in_columns(rows: list[SidebarRow], gap: int) -> list[SidebarRow]:
    """The rows with the unread count before the total, both aligned over the whole sidebar."""
    width = max((len(_unread(row)) for row in rows), default=0)
    if not width:
        return rows
    total = max(len(f"{row.articles or 0:,}") for row in rows)
    aligned = []
    for row in rows:
        if row.articles is not None:
            before_total = " " * (gap - 1 + total - len(f"{row.articles:,}"))
            row = row._replace(note=f"{_unread(row):>{width}}{before_total}")
        elif (row.kind, row.section) == ("head", VIEWS):
            row = row._replace(note=f"{UNREAD}{ALL:>{max(total + gap, len(ALL) + 1)}}")
        aligned.append(row)
    return aligned


def _unread(row: SidebarRow) -> str:
    return short_number(row.unread) if row.unread and row.articles is not None else ""


def _shares(sizes: Sequence[int], height: int, least: int) -> list[int]:
    """How many lines of values each facet gets: small ones all theirs, the others equal parts of the rest."""
    left = height - 2 * len(sizes)
    shares = [0] * len(sizes)
    for done, place in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        shares[place] = min(sizes[place], max(left // (len(sizes) - done), least + 1))
        left -= shares[place]
    return shares


def _values(facet: Facet, chosen: Mapping[str, SidebarRow]) -> list[FacetValue]:
    """The values that some article has, and those selected or excluded."""
    # Thousands of values are compared only where something is chosen.
    if not chosen:
        return [one for one in facet.values if one.count]
    kept_out = {fold(one.value): one.count for one in facet.kept_out}
    values, known = [], set()
    for one in facet.values:
        name = fold(one.value)
        if one.count or name in chosen:
            is_kept_out = name in chosen and name in kept_out
            values.append(one._replace(count=kept_out[name]) if is_kept_out else one)
            known.add(name)
    values += [
        FacetValue(row.label, kept_out.get(name, 0)) for name, row in chosen.items() if name not in known
    ]
    return values


def _facet_rows(
    field: str, values: list[FacetValue], chosen: Mapping[str, SidebarRow], unfolded: Unfolded, share: int
) -> list[SidebarRow]:
    total = len(values)
    if unfolded.is_by_name:
        values = sorted(values, key=lambda one: (not one.count, fold(one.value)))
    wanted = unfolded.finding.get(field)
    if wanted:
        values = _found(fold(wanted), values)
        if not values:
            return [SidebarRow("nothing", field, "no match")]
    is_open = field in unfolded.open
    is_folded = not is_open and len(values) > share
    if is_folded:
        rest = values[share - 1 :] if chosen else ()
        values = values[: share - 1] + [one for one in rest if fold(one.value) in chosen]
    rows = []
    for one in values:
        row = chosen.get(fold(one.value)) if chosen else None
        state = row.state if row else ""
        rows.append(SidebarRow("value", field, one.value, one.count, state, one.unread or 0))
    hidden = total - len(values)
    if is_folded and (wanted or hidden):
        rows.append(SidebarRow("more", field, "more" if wanted else f"{hidden:,} more"))
    elif is_open and total > share and not wanted:
        rows.append(SidebarRow("more", field, "fewer"))
    return rows


def _found(letters: str, values: Sequence[FacetValue]) -> list[FacetValue]:
    """The values that start with these letters, then those with a word that does."""

    def distance(name: str) -> int:
        return 0 if name.startswith(letters) else 1 if f" {letters}" in name else 2

    found = [(fold(one.value), one) for one in values]
    return [one for name, one in sorted(found, key=lambda pair: distance(pair[0])) if letters in name]


def _chosen(field: str, query: Query) -> dict[str, SidebarRow]:
    """The selected and excluded values of a facet, by folded value; not those still being typed."""
    chosen: dict[str, SidebarRow] = {}
    for clause in query.clauses:
        if isinstance(clause, Term) and clause.field == field and not clause.prefix:
            state: ValueState = "excluded" if clause.negated else "included"
            for value in clause.values:
                chosen[fold(value)] = SidebarRow("value", field, value, 0, state)
    return chosen


def head(row: SidebarRow, width: int, typed: str | None, *, is_typing: bool) -> list[Piece]:
    """The head of a section: its name, and the sign of its box or what is typed in it."""
    room = max(width - len(row.label) - 1, 0)
    if is_typing or typed:
        box = f"{FIND} {cut_start(typed or '', room - 5)}{CARET if is_typing else ''}"
        return [Piece(f" {row.label} ", "head"), Piece(fill_left(box, room - 1), "box")]
    sign = f"{row.note} {FIND}".lstrip() if row.section in FIELDS else row.note
    return [Piece(f" {row.label}", "head"), Piece(fill_left(sign, room), "chosen" if row.state else "head")]


def choice(row: SidebarRow, width: int, cursor: str) -> list[Piece]:
    """A view, a value or a fold; `cursor` is the style of the cursor, empty if it is elsewhere."""
    if row.kind == "blank":
        return []
    start = Piece(CURSOR if cursor else " ", cursor or "ground")
    if row.bars:
        return [start, *row.bars]
    count = "" if row.articles is None else f" {row.articles:,}"
    mark = {"value": f"{_MARKS[row.state]} ", "more": "… "}.get(row.kind, "")
    is_pale = row.kind in ("more", "nothing") or row.articles == 0
    note = f" {row.note}" if row.note else ""
    room = width - 1 - len(mark) - len(count) - len(note)
    label = one_line(row.label)
    if row.kind == "value" and query_fields.BY_NAME[row.section].is_path:
        label = cut_start(label, room)  # the end of a path says more than its start
    return [
        start,
        Piece(f"{mark}{fill(label, room)}", "chosen" if row.state else "empty" if is_pale else "label"),
        Piece(note, "chosen" if row.state else "label"),
        Piece(count, "chosen" if row.state else "count"),
    ]
