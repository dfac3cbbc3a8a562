"""The page of trends: topics, providers or folders with a line of bars each, and rising words.

The caller asks the library and passes the counts in. Closes with the value to show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from reader.app.keys import binding
from reader.app.paint.cells import cut, fill, fill_left, one_line
from reader.app.screens.page import MOVING, KeyLine, Page
from reader.errors import counted
from reader.query.dates import in_words, joined
from reader.query.fields import BY_NAME
from reader.query.trends import (
    TREND_FIELDS,
    Trend,
    TrendField,
    Trends,
    TrendSpan,
    signed,
    sparklines,
    trend_span,
)

KEYS = (
    ("enter", "show articles"), ("pane_left pane_right", "shorter, longer"),
    ("focus_facets", "next field"), ("back", "back"),
)  # fmt: skip
SPANS: Sequence[tuple[str, str]] = (
    ("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"), ("1y", "1 year"),
)  # fmt: skip
"""The times to choose from, as queries have them and in words."""
FIELDS = tuple(field for field in TREND_FIELDS if field != "word")
"""What the first part of the page counts."""
MOST_VALUES, MOST_WORDS = 12, 8

_COUNT, _CHANGE = 6, 7
"""Cells of the numbers."""
_LEAST_VALUE, _MOST_VALUE = 12, 30
"""Cells of a value."""
_MOST_BARS = 40
_LEAST_HEADLINE = 30
"""Minimum cells for a headline beside the bars of its word; with fewer it is below."""


class TrendRequest(NamedTuple):
    """What the page shows or waits for."""

    field: TrendField = "topic"
    span: int = 1
    """An index in SPANS."""

    def span_at(self, now: datetime) -> TrendSpan:
        """The time span that ends now."""
        return trend_span(SPANS[self.span][0], "", None, now)


Row = tuple[TrendField, str]
"""A field and its value."""


class TrendsPage(Page["Row | None"]):
    """Closes with the field and the value to narrow the list to, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        binding("show_trends", "leave"),
        binding("pane_left", "span(-1)"),
        binding("pane_right", "span(1)"),
        binding("focus_facets", "next_field"),
    ]

    def __init__(
        self,
        asked: TrendRequest,
        ask: Callable[[TrendsPage, TrendRequest], object],
        chosen: Row | None = None,
    ) -> None:
        """`ask` queries the trends, then calls `show`; the cursor starts on `chosen`, if that is listed."""
        super().__init__()
        self.asked = asked
        self._ask = ask
        self._found: tuple[Trends, Trends] | None = None
        self._newest: date | None = None
        self._error = ""
        self._is_first = True
        """Whether nothing was shown yet."""
        self._rows: list[Row | None] = []
        """What each option stands for; None for a heading."""
        self._chosen = chosen
        """The cursor's last position in a list."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("", id="trends-spans", classes="dialog--question")
            yield Label("", id="trends-about")
            yield OptionList(markup=False, classes="body")
            yield KeyLine(*KEYS)

    def on_mount(self) -> None:
        self._go(self.asked)

    def on_resize(self, event: events.Resize) -> None:
        self._show_lines()

    def _go(self, asked: TrendRequest) -> None:
        self.asked, self._found, self._error = asked, None, ""
        self._show_lines()
        self._ask(self, asked)

    def show(self, asked: TrendRequest, values: Trends, words: Trends, newest: date | None = None) -> None:
        """Show these trends, unless others are wanted by now; at first those of a field that articles have.
        `newest` is the day of the newest article if this time has none."""
        if asked != self.asked:
            return
        if not values.values and values.articles and self._is_first and values.field != FIELDS[-1]:
            self.action_next_field()
            return
        self._is_first = False
        self._found, self._newest = (values, words), newest
        self._show_lines()

    def show_error(self, asked: TrendRequest, reason: str) -> None:
        """Show why there are none."""
        if asked == self.asked:
            self._error = reason
            self._show_lines()

    def action_span(self, step: int) -> None:
        """Show a shorter period, or a longer one."""
        span = max(min(self.asked.span + step, len(SPANS) - 1), 0)
        if span != self.asked.span:
            self._go(self.asked._replace(span=span))

    def action_next_field(self) -> None:
        """Count the values of the next field."""
        place = FIELDS.index(self.asked.field)
        self._go(self.asked._replace(field=FIELDS[(place + 1) % len(FIELDS)]))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        row = self._rows[event.option_index]
        if row is not None:
            self.dismiss(row)

    def _show_lines(self) -> None:
        if not self.is_open:
            return
        self.query_one("#trends-spans", Label).update(self._spans())
        self.query_one("#trends-about", Label).update(Content.styled(self._about(), "$foreground-muted"))
        if self._rows:
            self._chosen = self.under_cursor(self._rows)
        entries = self._entries()
        self._rows = [row for _, row in entries]
        first = next((place for place, row in enumerate(self._rows) if row), None)
        place = self._rows.index(self._chosen) if self._chosen and self._chosen in self._rows else first
        self.show_options([Option(line, disabled=row is None) for line, row in entries], place)

        listed = self.query_one(OptionList)

        def show_heading() -> None:
            if listed.highlighted == first:
                listed.scroll_home(animate=False)

        self.call_after_refresh(show_heading)  # the list may have been filled before it had its height

    def _entries(self) -> list[tuple[Content, Row | None]]:
        """The lines, and what each stands for."""
        if self._found is None:
            return []
        values, words = self._found
        bars = iter(sparklines([one.counts for one in (*values.values, *words.values)], self._bars))
        numbers = f"{fill_left('articles', _COUNT + 2)}{fill_left('change', _CHANGE)}"
        entries: list[tuple[Content, Row | None]] = []
        for heading, found in ((BY_NAME[values.field].heading, values), ("RISING WORDS", words)):
            if found.values:
                entries += [(Content(), None)] if entries else []
                heads = f"{fill(heading, self._value_width)} {numbers}"
                entries.append((Content.styled(heads, "$foreground-muted"), None))
                entries += [(self._line(one, next(bars)), (found.field, one.value)) for one in found.values]
        if values.articles and not words.values:
            entries += [(Content(), None)] if entries else []
            entries.append((Content.styled("No word is used more than before.", "$foreground-muted"), None))
        return entries

    @property
    def _bars(self) -> int:
        """The width of the bars."""
        return max(min(self.line_width - _LEAST_VALUE - _COUNT - _CHANGE - 6, _MOST_BARS), 4)

    @property
    def _value_width(self) -> int:
        return max(min(self.line_width - self._bars - _COUNT - _CHANGE - 6, _MOST_VALUE), _LEAST_VALUE)

    def _line(self, one: Trend, bars: str) -> Content:
        """Value, count, change, bars; the headline of a word after them or below."""
        parts: list[Any] = [
            fill(one_line(one.value), self._value_width),
            (f" {fill_left(f'{one.count:,}', _COUNT + 2)}", ""),
            (fill_left(signed(one.change), _CHANGE), "bold" if one.change > 0 else "$foreground-muted"),
            "  ",
            (bars, "$primary"),
        ]
        if one.headline is not None:
            title = one_line(one.headline.title)
            room = self.line_width - self._value_width - _COUNT - _CHANGE - len(bars) - 8
            if room >= _LEAST_HEADLINE:
                parts.append((f"  {cut(title, room)}", "$foreground-muted"))
            else:
                parts.append((f"\n  {cut(title, self.line_width - 3)}", "$foreground-muted"))
        return Content.assemble(*parts)

    def _spans(self) -> Content:
        """The periods to choose from; the current one is marked by more than a colour."""
        parts: list[Any] = ["Trends "]
        for place, (_, words) in enumerate(SPANS):
            is_chosen = place == self.asked.span
            parts.append((f" [{words}]" if is_chosen else f"  {words} ", "bold" if is_chosen else "not bold"))
        return Content.assemble(*parts)

    def _about(self) -> str:
        """What was counted, or why there is nothing."""
        if self._error:
            return self._error
        if self._found is None:
            return "Counting…"
        values, words = self._found
        days = in_words(joined(values.periods))
        if not values.articles:
            newest = f" The newest is from {in_words(self._newest.isoformat())}." if self._newest else ""
            return f"No articles from {days}.{newest}"
        about = f"{days} · {counted(values.articles, 'article')}, {values.before:,} before"
        return about if values.values else f"{about} · none has a {values.field}"
