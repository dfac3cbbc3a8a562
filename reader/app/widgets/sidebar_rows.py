"""The rows of the sidebar and how they are painted: views, each facet with its live counts, folded if there
are many values, and two charts, qualities as a histogram and dates as a sparkline, of which a range can be
selected. Pure functions: facets and a Query in; rows, pieces of text and texts for the Query out. The
selection is only kept in the Query, so typing changes a chart and a chart changes the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from reader.app.paint.cells import BEST, CURSOR, Piece, cut_start, fill, fill_left, one_line, short_number
from reader.app.widgets.article_row import UNREAD
from reader.article.text import fold
from reader.query import Query, Term, dates
from reader.query import fields as query_fields
from reader.query.dates import TimeSpan, in_words, joined
from reader.query.fields import DATE_FIELDS
from reader.query.grammar import bounds
from reader.query.results import Facet, FacetValue

Kind: TypeAlias = Literal["head", "view", "value", "more", "nothing", "blank", "upper", "chart", "scale"]
State: TypeAlias = Literal["", "included", "excluded"]

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
_MARKS: Mapping[State, str] = {"included": "■", "excluded": "−", "": "□"}
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
    state: State = ""
    note: str = ""
    """Of a view or value, how many are unread, in a column; of a head, what is at its right."""
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
    return _in_columns(rows, facets, views, gap)


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
        SidebarRow("view", VIEWS, view.name, view.articles, "included" if place == active else "")
        for place, view in enumerate(views)
    ]
    # A view without articles is hidden, unless it is the current one.
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
    counts, totals = [], []
    for row in rows:
        number = unread.get((row.section, row.label), 0) if row.articles is not None else 0
        counts.append(short_number(number) if number else "")
        totals.append(f"{row.articles or 0:,}")
    width, total = (max(map(len, texts), default=0) for texts in (counts, totals))
    if not width:
        return list(rows)
    aligned = []
    for row, count, articles in zip(rows, counts, totals, strict=True):
        if row.articles is not None:
            row = row._replace(note=f"{count:>{width}}{' ' * (gap - 1 + total - len(articles))}")
        elif (row.kind, row.section) == ("head", VIEWS):
            row = row._replace(note=f"{UNREAD}{ALL:>{max(total + gap, len(ALL) + 1)}}")
        aligned.append(row)
    return aligned


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
        rows.append(SidebarRow("value", field, one.value, one.count, row.state if row else ""))
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
            state: State = "excluded" if clause.negated else "included"
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


LEVELS = " ▁▂▃▄▅▆▇█"
STEP = 5
"""How far a key moves the minimum quality."""
MIDDLE = ">=50"
"""The minimum quality that is set first."""
WIDEST = 4
"""Cells of a bar at most, with the gap after it."""


class Chart(NamedTuple):
    """Bars side by side, each for one value of a facet."""

    field: str
    values: tuple[str, ...]
    counts: tuple[int, ...]
    chosen: tuple[int, int] | None
    """The first and the last selected bar; None if none is."""
    chosen_words: str
    """The selection in words; empty if there is none."""

    def width_of_bar(self, room: int) -> int:
        """The width of a bar."""
        return max(min(room // max(len(self.values), 1), WIDEST), 1)

    def bar_at(self, column: int, room: int) -> int:
        """The bar at a column of the chart, or the nearest one."""
        first = self.first_shown(room)
        return max(min(first + column // self.width_of_bar(room), len(self.values) - 1), first)

    def first_shown(self, room: int) -> int:
        """The bar at the left edge: not the first if there is no room for all."""
        return max(len(self.values) - max(room, 1), 0)


def chart_of(facet: Facet, query: Query, now: datetime) -> Chart:
    """The chart of a facet, with the query's selection."""
    values = tuple(one.value for one in facet.values)
    terms = _choices(query, facet.field)
    if facet.field == "quality":
        low, high = _quality(terms)
        ranges = map(_range, values)
        inside = [place for place, (least, most) in enumerate(ranges) if most >= low and least <= high]
    else:
        chosen = [[_span(term.field, value, now) for value in term.values] for term in terms]
        bars = [dates.on(value, now) for value in values if terms]
        inside = [place for place, bar in enumerate(bars) if all(_meets(bar, spans) for spans in chosen)]
    ends = (inside[0], inside[-1]) if terms and inside else None
    return Chart(facet.field, values, tuple(one.count for one in facet.values), ends, _in_words(terms))


def chart_rows(chart: Chart, room: int, height: int, mark: int | None) -> Iterator[SidebarRow]:
    """A chart under its head, `room` cells wide; `mark` is the current bar."""
    field, is_high = chart.field, height >= HIGH
    first, last = ends_of(chart, room)
    note = chart.chosen_words
    if mark is not None and field == "date":
        note = f"{in_words(chart.values[mark])}  {chart.counts[mark]:,}"
    elif not note and not is_high:
        # The ends of the scale, of dates the years alone where there is little room.
        years = (first[-4:], last[-4:]) if field == "date" else ()
        notes = (" – ".join(dict.fromkeys(ends)) for ends in ((first, last), years))
        note = next((words for words in notes if len(words) <= room - len(HEADS[field]) - 1), "")
    yield SidebarRow("head", field, HEADS[field], state="included" if chart.chosen_words else "", note=note)
    if is_high:
        yield SidebarRow("upper", field, bars=line_of(chart, 0, 2, room, mark))
    yield SidebarRow("chart", field, bars=line_of(chart, int(is_high), 1 + is_high, room, mark))
    if is_high:
        width = chart.width_of_bar(room) * (len(chart.values) - chart.first_shown(room))
        scale = first if first == last else f"{first} {last:>{max(width - len(first) - 1, 0)}}"
        yield SidebarRow("scale", field, bars=(Piece(scale, "empty"),))


def line_of(chart: Chart, y: int, height: int, room: int, mark: int | None) -> tuple[Piece, ...]:
    """Line `y` of a chart that is `height` lines high; the bar with the mark stands out."""
    most, size = max(chart.counts, default=0), chart.width_of_bar(room)
    pieces = []
    for place in range(chart.first_shown(room), len(chart.counts)):
        count = chart.counts[place]
        # Zero is a thin line, so that few are never mistaken for none.
        level = max(-(-count * 8 * height // most), 2) if count else 1
        glyph = LEVELS[max(min(level - 8 * (height - 1 - y), 8), 0)]
        is_chosen = chart.chosen is not None and chart.chosen[0] <= place <= chart.chosen[1]
        style = "mark" if place == mark else "chosen" if is_chosen else "count" if count else "thumb"
        style = "ground" if glyph == " " else style
        bar = glyph * (size - 1) + " " if size > 2 else glyph * size
        pieces.append(Piece(bar, style))
    return tuple(pieces)


def ends_of(chart: Chart, room: int) -> tuple[str, str]:
    """The ends of the scale: the lowest and highest quality, or the first and last period."""
    first, last = chart.values[chart.first_shown(room)], chart.values[-1]
    if chart.field == "quality":
        return str(_range(first)[0]), str(_range(last)[1])
    start = first if first.startswith("..") else first.partition("..")[0]  # "..2025-01" has no start
    return in_words(start), in_words(last.strip(".").rpartition("..")[2])


def picked(chart: Chart, first: int, last: int) -> str:
    """The range of bars as written in a query; "" for all."""
    first, last = sorted((first, last))
    end = len(chart.values) - 1
    if (first, last) == (0, end):
        return ""
    if chart.field == "date":
        return joined(chart.values[first : last + 1])
    low, high = _range(chart.values[first])[0], _range(chart.values[last])[1]
    return f">={low}" if last == end else f"<={high}" if first == 0 else f"{low}..{high}"


def extended(chart: Chart, mark: int) -> str:
    """The selection extended to the marked bar, as written in a query; "" if that is selected already."""
    if chart.chosen is None:
        return picked(chart, mark, mark)
    first, last = chart.chosen
    return "" if first <= mark <= last else picked(chart, min(first, mark), max(last, mark))


def stepped(query: Query, step: int) -> str:
    """The range of quality with its lower end moved by this many steps; "" if it includes everything."""
    low, high = _quality(_choices(query, "quality"))
    low = max(min(low // STEP * STEP + step * STEP, high), 0)
    if high == BEST:
        return f">={low}" if low else ""
    return f"{low}..{high}" if low else f"<={high}"


def _choices(query: Query, field: str) -> list[Term]:
    fields = DATE_FIELDS if field == "date" else (field,)
    terms = (part for part in query.clauses if isinstance(part, Term))
    return [term for term in terms if term.field in fields and not term.negated]


def _range(value: str) -> tuple[int, int]:
    low, high = bounds(value)
    return low or 0, BEST if high is None else high


def _quality(terms: Sequence[Term]) -> tuple[int, int]:
    """The lowest and highest quality that all of these ranges allow."""
    low, high = 0, BEST
    for term in terms:
        lows, highs = zip(*map(_range, term.values), strict=True)
        low, high = max(low, min(lows)), min(high, max(highs))
    return low, high


def _span(field: str, value: str, now: datetime) -> TimeSpan:
    if field == "since":
        return TimeSpan(dates.since(value, now), None)
    return TimeSpan(None, dates.until(value, now)) if field == "until" else dates.on(value, now)


def _meets(bar: TimeSpan, spans: Sequence[TimeSpan]) -> bool:
    """Whether a bar overlaps one of these spans of time."""
    for span in spans:
        is_empty = span.start is not None and span.start == span.stop
        begins = bar.stop is None or span.start is None or span.start < bar.stop
        ends = bar.start is None or span.stop is None or span.stop > bar.start
        if begins and ends and not is_empty:
            return True
    return False


def _in_words(terms: Sequence[Term]) -> str:
    """The selection; empty if there is none."""
    if not terms:
        return ""
    term = terms[0]
    if term.field == "quality":
        low, high = _quality(terms)
        return f"≥ {low}" if high == BEST else f"≤ {high}" if not low else f"{low} – {high}"
    words = in_words(term.values[0]) if term.field == "date" else f"{term.field} {in_words(term.values[0])}"
    return words + " …" * (len(terms) > 1 or len(term.values) > 1)
