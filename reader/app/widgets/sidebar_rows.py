"""The rows of the sidebar and how one is painted: views, each facet with its live counts, folded where there
are many, and the charts of quality and dates.

Pure: facets and a Query in, rows and pieces of text out. The widget knows the colours and moves the cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from reader.app.paint.cells import CURSOR, Piece, cut, cut_start, fill, fill_left, one_line, short_number
from reader.app.widgets.article_row import UNREAD
from reader.app.widgets.sidebar_chart import RANGES, Chart, ends_of, line_of
from reader.article.dates import in_words
from reader.article.text import fold
from reader.query import Query, Term
from reader.query import fields as query_fields
from reader.query.results import Facet, FacetValue

Kind: TypeAlias = Literal["head", "view", "value", "more", "nothing", "blank", "upper", "chart", "scale"]
State: TypeAlias = Literal["", "included", "excluded"]

VIEWS = "view"
"""The section of the views, which is no field of an article."""
HEADS: Mapping[str, str] = {VIEWS: "VIEWS", **{one.name: one.heading for one in query_fields.FIELDS}}
COUNTED = tuple(field.name for field in query_fields.FIELDS if field.heading)
"""Everything that is counted for the sidebar, in the order in which it is shown."""
FIELDS = tuple(name for name in COUNTED if name in query_fields.FACETS)
"""The facets with values to choose."""
HIGH = 32
"""Lines of a sidebar in which charts have two lines, and one more for the ends of their scale."""
BY_NAME = "A–Z"
ALL = "all"
"""Over the column of totals, as the list's sign of what is unread is over the other."""
FIND, CARET = "⌕", "▏"
_MARKS: Mapping[State, str] = {"included": "■", "excluded": "−", "": "□"}
LEAST_SHOWN, LEAST_ON_HIGH = 3, 5
"""Values of a folded facet that are shown however low the screen is, and where it is high enough for more."""


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
    """How many there are, or would be."""
    state: State = ""
    note: str = ""
    """Of a view or value, how many are unread, in a column; of a head, what is at its right."""
    bars: tuple[Piece, ...] = ()
    """A line of a chart, or of its scale."""

    @property
    def is_choice(self) -> bool:
        """Whether the cursor can be on it; also if nothing is found, to keep it in its section."""
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
    """What is in the box of each facet that has one open."""
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
    least = LEAST_SHOWN if height < HIGH else LEAST_ON_HIGH
    shown = [
        (facet, values, chosen)
        for facet in facets
        if facet.field in FIELDS
        for chosen in [_chosen(facet.field, query)]
        for values in [_values(facet, chosen)]
        if _is_worth_showing(facet, values, bool(chosen))
    ]
    shares = _shares([len(values) for _, values, _ in shown], left, least)
    for (facet, values, chosen), share in zip(shown, shares, strict=True):
        head = SidebarRow(
            "head", facet.field, HEADS[facet.field], note=BY_NAME if unfolded.is_by_name else ""
        )
        sections[facet.field] = [head, *_facet_rows(facet.field, values, chosen, unfolded, share)]
    for field in COUNTED:
        if found := sections.get(field):
            rows += [SidebarRow("blank", field), *found]
    return _in_columns(rows, facets, views, gap)


def chart_rows(chart: Chart, room: int, height: int, mark: int | None) -> Iterator[SidebarRow]:
    """A chart under its head, `room` cells wide; with `mark`, the bar on which the user is."""
    field, is_high = chart.field, height >= HIGH
    note = chart.chosen_words or ("" if is_high else _ends_in(chart, room, room - len(HEADS[field]) - 1))
    if mark is not None and field == "date":
        note = f"{in_words(chart.values[mark])}  {chart.counts[mark]:,}"
    yield SidebarRow("head", field, HEADS[field], state="included" if chart.chosen_words else "", note=note)
    if is_high:
        yield SidebarRow("upper", field, bars=line_of(chart, 0, 2, room, mark))
    yield SidebarRow("chart", field, bars=line_of(chart, int(is_high), 1 + is_high, room, mark))
    if is_high:
        first, last = ends_of(chart, room)
        width = chart.width_of_bar(room) * (len(chart.values) - chart.first_shown(room))
        scale = first if first == last else f"{first} {last:>{max(width - len(first) - 1, 0)}}"
        yield SidebarRow("scale", field, bars=(Piece(scale, "empty"),))


def _ends_in(chart: Chart, room: int, width: int) -> str:
    """The ends of a scale in this many cells, of dates the years alone where there is little room."""
    ends = ends_of(chart, room)
    years = [end[-4:] if chart.field == "date" else end for end in ends]
    told = (" – ".join(dict.fromkeys(words)) for words in (ends, years))
    return next((words for words in told if len(words) <= width), "")


def in_steady_order(new: Sequence[Facet], old: Sequence[Facet]) -> tuple[Facet, ...]:
    """The new counts in the order of the old ones, so that no row moves while it is in use."""
    places = {(facet.field, one.value): place for facet in old for place, one in enumerate(facet.values)}
    last = len(places)
    return tuple(
        facet._replace(
            values=tuple(sorted(facet.values, key=lambda one: places.get((facet.field, one.value), last)))
        )
        if facet.field in FIELDS
        else facet
        for facet in new
    )


def active_view(views: Sequence[ViewCount], query: Query) -> int | None:
    """The view that the query is, or that it narrows: the one with the most clauses in common."""
    best, most = None, -1
    for place, view in enumerate(views):
        if view.query == query:
            return place
        clauses = view.query.clauses
        if all(clause in query.clauses for clause in clauses) and len(clauses) > most:
            best, most = place, len(clauses)
    return best


def _is_worth_showing(facet: Facet, values: Sequence[FacetValue], is_chosen: bool) -> bool:
    if query_fields.BY_NAME[facet.field].is_always_shown or is_chosen:
        return bool(values)
    return bool(values) and len(facet.values) > 1


def _view_rows(views: Sequence[ViewCount], query: Query, unfolded: Unfolded) -> list[SidebarRow]:
    active = active_view(views, query)
    rows = [
        SidebarRow("view", VIEWS, view.name, view.articles, "included" if place == active else "")
        for place, view in enumerate(views)
    ]
    # A view without articles takes no room, but for the one that is shown.
    worth = [row for row in rows if row.articles != 0 or row.state]
    is_open = VIEWS in unfolded.open
    if len(worth) < len(rows):
        label = "fewer" if is_open else f"{len(rows) - len(worth)} empty"
        worth = [*(rows if is_open else worth), SidebarRow("more", VIEWS, label)]
    return [SidebarRow("head", VIEWS, HEADS[VIEWS]), *worth]


def _in_columns(
    rows: Sequence[SidebarRow], facets: Sequence[Facet], views: Sequence[ViewCount], gap: int
) -> list[SidebarRow]:
    """The rows with the unread count before the total, both aligned over the whole sidebar."""
    unread = {(VIEWS, view.name): view.unread for view in views}
    for facet in facets:
        unread |= {(facet.field, one.value): one.unread or 0 for one in facet.values}
    numbers = [unread.get((row.section, row.label), 0) if row.articles is not None else 0 for row in rows]
    counts = [short_number(number) if number else "" for number in numbers]
    width = max(map(len, counts), default=0)
    total = max((len(f"{row.articles or 0:,}") for row in rows), default=0)
    if not width:
        return list(rows)
    heads = f"{UNREAD}{ALL:>{max(total + gap, len(ALL) + 1)}}"
    return [
        row._replace(note=f"{count:>{width}}{' ' * (gap - 1 + total - len(f'{row.articles:,}'))}")
        if row.articles is not None
        else row._replace(note=heads)
        if (row.kind, row.section) == ("head", VIEWS)
        else row
        for row, count in zip(rows, counts, strict=True)
    ]


def _shares(sizes: Sequence[int], height: int, least: int) -> list[int]:
    """How many lines of values each facet gets: small ones all theirs, the others equal parts of the rest."""
    left = height - 2 * len(sizes)
    shares = [0] * len(sizes)
    order = sorted(range(len(sizes)), key=lambda place: sizes[place])
    for done, place in enumerate(order):
        fair = max(left // (len(sizes) - done), least + 1)
        shares[place] = min(sizes[place], fair)
        left -= shares[place]
    return shares


def _values(facet: Facet, chosen: Mapping[str, SidebarRow]) -> list[FacetValue]:
    """The values that some article has, and those selected or excluded."""
    # Thousands of values are compared only where something is chosen.
    if not chosen:
        return [one for one in facet.values if one.count]
    values = [one for one in facet.values if one.count or fold(one.value) in chosen]
    kept_out = {fold(one.value): one.count for one in facet.kept_out}
    known = {fold(one.value): place for place, one in enumerate(values)}
    for name, one in chosen.items():
        count = kept_out.get(name, 0)
        if name not in known:
            values.append(FacetValue(one.label, count))
        elif name in kept_out:
            values[known[name]] = values[known[name]]._replace(count=count)
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
    is_folded = field not in unfolded.open and len(values) > share
    if is_folded:
        rest = values[share - 1 :] if chosen else ()
        values = values[: share - 1] + [one for one in rest if fold(one.value) in chosen]
    rows = [
        SidebarRow("value", field, one.value, one.count, chosen[name].state if name in chosen else "")
        for one in values
        for name in [fold(one.value) if chosen else ""]
    ]
    if is_folded and total > len(values) and not wanted:
        rows.append(SidebarRow("more", field, f"{total - len(values):,} more"))
    elif is_folded and wanted:
        rows.append(SidebarRow("more", field, "more"))
    elif field in unfolded.open and total > share and not wanted:
        rows.append(SidebarRow("more", field, "fewer"))
    return rows


def _found(letters: str, values: Sequence[FacetValue]) -> list[FacetValue]:
    """The values with these letters: first those that start with them, then those with a word that does."""

    def distance(name: str) -> int:
        return 0 if name.startswith(letters) else 1 if f" {letters}" in name else 2

    found = [(fold(one.value), one) for one in values]
    return [one for name, one in sorted(found, key=lambda pair: distance(pair[0])) if letters in name]


def _chosen(field: str, query: Query) -> dict[str, SidebarRow]:
    """What is chosen or excluded of a facet, by folded value; a value still being typed is no choice yet."""
    chosen: dict[str, SidebarRow] = {}
    for clause in query.clauses:
        if isinstance(clause, Term) and clause.field == field and not clause.prefix:
            state: State = "excluded" if clause.negated else "included"
            chosen.update(
                {fold(value): SidebarRow("value", field, value, 0, state) for value in clause.values}
            )
    return chosen


def head(row: SidebarRow, width: int, typed: str | None, *, is_typing: bool) -> list[Piece]:
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
    """A line about what is below the last visible one."""
    return [Piece(cut(f" ↓ {words}", width), "empty")]


def choice(row: SidebarRow, width: int, cursor: str) -> list[Piece]:
    """A view, a value or a fold; `cursor` is the style of the cursor, empty if it is elsewhere."""
    if row.kind == "blank":
        return []
    if row.kind in ("chart", "upper", "scale"):
        return [Piece(CURSOR if cursor else " ", cursor or "ground"), *row.bars]
    count = "" if row.articles is None else f" {row.articles:,}"
    mark = {"value": f"{_MARKS[row.state]} ", "more": "… "}.get(row.kind, "")
    is_pale = row.kind in ("more", "nothing") or row.articles == 0
    style = "chosen" if row.state else "empty" if is_pale else "label"
    note = f" {row.note}" if row.note else ""
    room = width - 1 - len(mark) - len(count) - len(note)
    label = one_line(row.label)
    if row.kind == "value" and query_fields.BY_NAME[row.section].is_path:
        label = cut_start(label, room)  # the last folder tells more than the first
    return [
        Piece(CURSOR if cursor else " ", cursor or "ground"),
        Piece(f"{mark}{fill(label, room)}", style),
        Piece(note, "chosen" if row.state else "label"),
        Piece(count, "chosen" if row.state else "count"),
    ]
