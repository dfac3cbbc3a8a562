"""Which articles of the list are selected: a plain value holder that knows no screen."""

from __future__ import annotations

from collections.abc import Callable

from reader.query.results import Headline


class Selection:
    """Articles by id, in the order in which they were selected; they stay so when the question changes."""

    def __init__(self) -> None:
        self._chosen: dict[str, Headline] = {}
        self._stretch: tuple[int, int] | None = None
        """Where extending began and where it has come to."""

    def __len__(self) -> int:
        return len(self._chosen)

    @property
    def ids(self) -> frozenset[str]:
        """What the list paints as selected."""
        return frozenset(self._chosen)

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """The articles, with the marks that they had when they were selected."""
        return tuple(self._chosen.values())

    def toggle(self, headline: Headline) -> None:
        """Select an article, or no longer."""
        self._stretch = None
        if self._chosen.pop(headline.id, None) is None:
            self._chosen[headline.id] = headline

    def extend(self, start: int, stop: int, at: Callable[[int], Headline | None]) -> None:
        """Let the stretch that ends at one position end at another: longer, or shorter where it goes back."""
        if self._stretch is None or self._stretch[1] != start:
            self._stretch = (start, start)
        first = self._stretch[0]
        kept = range(min(first, stop), max(first, stop) + 1)
        for position in range(min(first, start), max(first, start) + 1):
            headline = at(position)
            if headline is not None and position not in kept:
                self._chosen.pop(headline.id, None)
        for position in kept:
            headline = at(position)
            if headline is not None:
                self._chosen.setdefault(headline.id, headline)
        self._stretch = (first, stop)

    def clear(self) -> None:
        """Select nothing."""
        self._chosen.clear()
        self._stretch = None
