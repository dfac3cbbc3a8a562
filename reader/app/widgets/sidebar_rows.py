"""Which rows the sidebar has: views, each facet with its live counts, folded where there are many, and the
charts of quality and dates.

Pure: facets and a Query in, rows out. The widget paints them and moves among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from reader.app.paint.cells import Piece
from reader.app.widgets.article_row import UNREAD
from reader.app.widgets.sidebar_chart import RANGES, Chart, line_of
from reader.article.periods import in_words
from reader.article.text import fold
from reader.query import Query, Term
from reader.query import fields as query_fields
from reader.query.results import Facet, FacetValue

Kind: TypeAlias = Literal["head", "view", "value", "more", "nothing", "blank", "upper", "chart"]
State: TypeAlias = Literal["", "included", "excluded"]

VIEWS = "view"
"""The section of the views, which is no field of an article."""
HEADS: Mapping[str, str] = {VIEWS: "VIEWS", **{one.name: one.heading for one in query_fields.FIELDS}}
COUNTED = tuple(field.name for field in query_fields.FIELDS if field.heading)
"""Everything that is counted for the sidebar, in the order in which it is shown."""
FIELDS = tuple(name for name in COUNTED if name in query_fields.FACETS)
"""The facets with values to choose."""
HIGH = 32
"""Lines of a sidebar in which charts have two lines."""
STEPS = "− +"
"""The sign of a chart in which nothing is chosen: keys move along it."""
BY_NAME = "A–Z"
ALL = "all"
"""Over the column of the views' totals, as the list's sign of what is unread is over the other."""
LEAST_SHOWN, LEAST_ON_HIGH = 3, 5
"""Values of a folded facet that are shown however low the screen is, and where it is high enough for more."""


class ViewCount(NamedTuple):
    """A saved query, with how many articles of the whole collection it selects."""

    name: str
    query: Query
    articles: int | None = None
    """None while it has not been counted."""
    unread: int = 0
    """How many of those are unread."""


class Row(NamedTuple):
    """One line of the sidebar."""

    kind: Kind
    section: str
    """A field, or VIEWS."""
    label: str = ""
    articles: int | None = None
    """How many there are, or would be."""
    state: State = ""
    note: str = ""
    """Of a view or value, how many are unread, as wide as in the rest of its section; of a head, what is
    at its right."""
    bars: tuple[Piece, ...] = ()
    """A line of a chart."""

    @property
    def is_choice(self) -> bool:
        """Whether the cursor can stand on it; where nothing is found too, for it to stay in its section."""
        return self.kind in ("view", "value", "more", "chart", "nothing")

    @property
    def place(self) -> tuple[str, str, str]:
        """What the cursor holds on to when counts and order change."""
        return self.kind, self.section, "" if self.kind == "more" else self.label


class Folding(NamedTuple):
    """How the person has opened up the sections."""

    open: frozenset[str] = frozenset()
    """Facets of which every value is shown."""
    finding: Mapping[str, str] = {}
    """What stands in the box of each facet that has one open."""
    is_by_name: bool = False
    """Whether values stand from A to Z, and not the most frequent first."""


def rows_of(
    views: Sequence[ViewCount],
    facets: Sequence[Facet],
    query: Query,
    folding: Folding,
    height: int,
    charts: Sequence[Row] = (),
) -> list[Row]:
    """Every row, in order; `height` says how many lines there are, to share them among the facets."""
    shown = [facet for facet in facets if facet.field in FIELDS and _is_worth_showing(facet, query)]
    rows = _view_rows(views, query)
    sections = {field: [row for row in charts if row.section == field] for field in RANGES}
    left = height - len(rows) - sum(len(found) + 1 for found in sections.values() if found)
    least = LEAST_SHOWN if height < HIGH else LEAST_ON_HIGH
    sizes = [sum(1 for one in facet.values if one.count) for facet in shown]
    shares = _shares(sizes, left, least)
    note = BY_NAME if folding.is_by_name else ""
    for facet, share in zip(shown, shares, strict=True):
        head = Row("head", facet.field, HEADS[facet.field], note=note)
        sections[facet.field] = [head, *_facet_rows(facet, query, folding, share)]
    for field in COUNTED:
        if found := sections.get(field):
            rows += [Row("blank", field), *found]
    return rows


def chart_rows(chart: Chart, room: int, height: int, mark: int | None) -> Iterator[Row]:
    """A chart under its head, `room` cells wide; with `mark`, the bar on which the person stands."""
    field, lines = chart.field, 2 if height >= HIGH else 1
    note = chart.told or STEPS
    if mark is not None and field == "date":
        note = f"{in_words(chart.values[mark])}  {chart.counts[mark]:,}"
    yield Row("head", field, HEADS[field], state="included" if chart.told else "", note=note)
    for y in range(lines):
        kind: Kind = "chart" if y == lines - 1 else "upper"
        yield Row(kind, field, bars=line_of(chart, y, lines, room, mark))


def in_steady_order(new: Sequence[Facet], old: Sequence[Facet]) -> tuple[Facet, ...]:
    """The new counts in the order of the old ones, so that no row moves away from under a hand at work."""
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
    """Which view the query is, or else grew out of: the one that shares the most clauses with it."""
    best, most = None, -1
    for place, view in enumerate(views):
        if view.query == query:
            return place
        clauses = view.query.clauses
        if all(clause in query.clauses for clause in clauses) and len(clauses) > most:
            best, most = place, len(clauses)
    return best


def _is_worth_showing(facet: Facet, query: Query) -> bool:
    if query_fields.BY_NAME[facet.field].is_always_shown:
        return bool(facet.values)
    return len(facet.values) > 1 or bool(query.included(facet.field) or query.excluded(facet.field))


def _view_rows(views: Sequence[ViewCount], query: Query) -> list[Row]:
    active = active_view(views, query)
    notes = _unread_notes([(view.unread, view.articles) for view in views])
    total = max((len(f"{view.articles or 0:,}") for view in views), default=0)
    heads = f"{UNREAD}{ALL:>{max(total + 2, len(ALL) + 1)}}" if any(notes) else ""
    return [
        Row("head", VIEWS, HEADS[VIEWS], note=heads),
        *(
            Row(
                "view", VIEWS, view.name, view.articles, "included" if place == active else "",
                note=notes[place],
            )
            for place, view in enumerate(views)
        ),
    ]  # fmt: skip


def _unread_notes(counts: Sequence[tuple[int | None, int | None]]) -> list[str]:
    """What stands before each total, given as (unread, total): both stand in a column. Empty where nothing is
    unread."""
    unread = [_short(number) if number else "" for number, _ in counts]
    totals = [len(f"{total or 0:,}") for _, total in counts]
    width, widest = max(map(len, unread), default=0), max(totals, default=0)
    if not width:
        return ["" for _ in counts]
    return [f"{one:>{width}} {' ' * (widest - total)}" for one, total in zip(unread, totals, strict=True)]


def _short(number: int) -> str:
    """A number in at most four characters: `999`, `9.9k`, `128k`, `1.2M`."""
    if number < 1000:
        return str(number)
    for unit in "kMG":
        number, rest = divmod(number, 1000)
        if number < 10:
            return f"{number}.{rest // 100}{unit}"
        if number < 1000:
            return f"{number}{unit}"
    return "lots"


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


def _facet_rows(facet: Facet, query: Query, folding: Folding, share: int) -> list[Row]:
    states: dict[str, State] = {}
    chosen = _chosen(facet.field, query)
    # Thousands of values are compared only where something is chosen.
    values = [one for one in facet.values if one.count or (chosen and fold(one.value) in chosen)]
    total = len(values)
    if chosen:
        states = {name: one.state for name, one in chosen.items()}
        kept_out = {fold(one.value): one.count for one in facet.kept_out}
        known = {fold(one.value): place for place, one in enumerate(values)}
        for name, one in chosen.items():
            count = kept_out.get(name, 0)
            if name not in known:
                values.append(FacetValue(one.label, count))
            elif name in kept_out:
                values[known[name]] = values[known[name]]._replace(count=count)
        total = len(values)
    if folding.is_by_name:
        values.sort(key=lambda one: (not one.count, fold(one.value)))
    wanted = folding.finding.get(facet.field)
    if wanted:
        values = _found(fold(wanted), values)
        if not values:
            return [Row("nothing", facet.field, "no such value")]
    is_folded = facet.field not in folding.open and len(values) > share
    if is_folded:
        rest = values[share - 1 :] if states else ()
        values = values[: share - 1] + [one for one in rest if states.get(fold(one.value))]
    notes = _unread_notes([(one.unread, one.count) for one in values])
    rows = [
        Row(
            "value",
            facet.field,
            one.value,
            one.count,
            states.get(fold(one.value), "") if states else "",
            note,
        )
        for one, note in zip(values, notes, strict=True)
    ]
    if is_folded and total > len(values) and not wanted:
        rows.append(Row("more", facet.field, f"{total - len(values):,} more"))
    elif is_folded and wanted:
        rows.append(Row("more", facet.field, "more"))
    elif facet.field in folding.open and total > share and not wanted:
        rows.append(Row("more", facet.field, "fewer"))
    return rows


def _found(letters: str, values: Sequence[FacetValue]) -> list[FacetValue]:
    """The values with these letters: first those that begin so, then those of which a word does."""

    def distance(name: str) -> int:
        return 0 if name.startswith(letters) else 1 if f" {letters}" in name else 2

    found = [(fold(one.value), one) for one in values]
    return [one for name, one in sorted(found, key=lambda pair: distance(pair[0])) if letters in name]


def _chosen(field: str, query: Query) -> dict[str, Row]:
    """What is chosen or excluded of a facet, by folded value; a value still being typed is no choice yet."""
    chosen: dict[str, Row] = {}
    for clause in query.clauses:
        if isinstance(clause, Term) and clause.field == field and not clause.prefix:
            state: State = "excluded" if clause.negated else "included"
            chosen.update({fold(value): Row("value", field, value, 0, state) for value in clause.values})
    return chosen
