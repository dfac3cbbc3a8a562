"""Which articles of the list are selected; knows no widget."""

from __future__ import annotations

from collections.abc import Callable

from reader.query.results import Headline


class Selection:
    """Articles by id, in the order in which they were selected; a new query does not change them."""

    def __init__(self) -> None:
        self._chosen: dict[str, Headline] = {}
        self._stretch: tuple[int, int] | None = None
        """Where extending began and where it is now."""

    def __len__(self) -> int:
        return len(self._chosen)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the selected articles."""
        return frozenset(self._chosen)

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """The articles, with the marks they had when they were selected."""
        return tuple(self._chosen.values())

    def toggle(self, headline: Headline) -> None:
        """Select an article, or deselect it."""
        self._stretch = None
        if self._chosen.pop(headline.id, None) is None:
            self._chosen[headline.id] = headline

    def extend(self, start: int, stop: int, at: Callable[[int], Headline | None]) -> None:
        """Move the end of the stretch from one position to another: it grows, or shrinks on the way back."""
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
        """Deselect all."""
        self._chosen.clear()
        self._stretch = None
