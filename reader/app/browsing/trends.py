"""Trends: the page that shows them, and the way from there to a narrower list and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from reader.app.browsing.filters import Filters, show_matches
from reader.app.browsing.host import Host
from reader.app.wording import unforeseen
from reader.article.dates import day_of
from reader.errors import ReaderError
from reader.library import Library
from reader.query import Query

if TYPE_CHECKING:
    from reader.app.screens.trends import Asked, TrendsPage
    from reader.query.trends import TrendField


class TrendCommands:
    """Opens the page of trends, and returns to it."""

    def __init__(self, host: Host, library: Library, filters: Filters, clock: Callable[[], datetime]) -> None:
        self._host, self._library, self._filters, self._clock = host, library, filters, clock
        self._asked: Asked | None = None
        self._chosen: tuple[TrendField, str] | None = None
        """What the list was narrowed to."""
        self._narrowed: tuple[Query, Query] | None = None
        """The question before the list was narrowed to a trend, and after."""

    def action_show_trends(self) -> None:
        """Show the trends of the listed articles, whatever their dates."""
        from reader.app.screens.trends import Asked, TrendsPage  # loaded when it is first opened

        page = TrendsPage(self._asked or Asked(), lambda asked: self._find(page, asked), self._chosen)

        def narrow(chosen: tuple[TrendField, str] | None) -> None:
            self._asked, self._chosen = page.asked, chosen
            if chosen is not None:
                self._narrow(page.asked, *chosen)

        self._host.open_dialog(page, narrow)

    def _narrow(self, asked: Asked, field: TrendField, value: str) -> None:
        from reader.app.screens.trends import SPANS
        from reader.query.trends import trend_span

        before = self._filters.query
        span = trend_span(SPANS[asked.span][0], "", None, self._clock())
        show_matches(self._host, self._filters, span.query(before, field, value))
        self._narrowed = before, self._filters.query

    def come_back(self) -> bool:
        """Ask what was asked before the list was narrowed to a trend, and show the page again; False if the
        question is another one by now."""
        narrowed, self._narrowed = self._narrowed, None
        if narrowed is None or self._filters.query != narrowed[1]:
            return False
        self._filters.put(narrowed[0])
        self.action_show_trends()
        return True

    def _find(self, page: TrendsPage, asked: Asked) -> None:
        from reader.app.screens.trends import MOST_VALUES, MOST_WORDS, SPANS
        from reader.query.trends import trend_span, without_dates

        now = self._clock()
        span = trend_span(SPANS[asked.span][0], "", None, now)
        query = without_dates(self._filters.query)
        query = self._filters.without_muted(query)

        def find() -> None:
            try:
                values = self._library.trends(asked.field, query, span, now, limit=MOST_VALUES)
                words = self._library.trends("word", query, span, now, limit=MOST_WORDS)
                first = (
                    () if values.articles else self._library.select(query.with_sort("date"), now).window(0, 1)
                )
                newest = day_of(first[0].date) if first and first[0].date else None
            except ReaderError as error:
                self._host.call_later(page.show_error, asked, str(error))
            except Exception as error:
                self._host.call_later(page.show_error, asked, unforeseen(error))
            else:
                self._host.call_later(page.show, asked, values, words, newest)

        self._host.in_thread(find)
