"""A list folded by stories: which article represents a story, and what is listed below it.

A story is represented by its first article in the list's order, so it keeps that article's position. The
match is never turned into a list: articles in no story stay a set.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.index.order import DateOrder, Order, RowOfSets, order_of
from reader.index.stretches import TitleOrder
from reader.query import Query

if TYPE_CHECKING:
    from reader.index.view import IndexView


class FoldedOrder:
    """The rows of a match: stories, articles in no story, and below each opened story its other articles."""

    def __init__(
        self,
        view: IndexView,
        query: Query,
        match: BitMap,
        opened: Iterable[int],
        unread: BitMap | None = None,
    ) -> None:
        """`opened` has the numbers of the first articles of the opened stories; with `unread`, only rows with
        one of those articles are listed."""
        self._all = view.stories
        inside = match & self._all.members
        self._inside = inside
        self._leader_of = _leaders(view, query, match, inside)
        """Story -> the number of the article that represents it."""
        leaders = BitMap(self._leader_of.values())
        self._shown = (match - inside) | leaders
        self.stories = len(self._shown)
        """Number of rows while no story is opened."""
        is_open = {story for story in opened if story in self._leader_of}
        below = self._members(view, [*is_open])
        if unread is not None:
            wanted = self._all.last_of_each((unread & inside).to_array())
            unread = unread | BitMap([self._leader_of[story] for story in wanted])
            self._shown &= unread
        self._order = order_of(view, query, self._shown)
        rows = sorted(
            (self._order.position(self._leader_of[story]), [
                number for number in numbers
                if number in match and number not in leaders and (unread is None or number in unread)
            ])
            for story, numbers in below.items() if self._leader_of[story] in self._shown
        )  # fmt: skip
        self._below = [numbers for _, numbers in rows if numbers]
        self._starts: list[int] = []
        """The positions at which the other articles of each opened story begin."""
        count = 0
        for place, numbers in rows:
            if numbers:
                self._starts.append(place + 1 + count)
                count += len(numbers)
        self._count = len(self._shown) + count

    @staticmethod
    def _members(view: IndexView, stories: Sequence[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for story, number, _ in view.store.story_members(stories) if stories else ():
            found[story].append(number)
        return found

    def __len__(self) -> int:
        return self._count

    def window(self, start: int, stop: int) -> list[int]:
        """See `reader.index.order.Order`."""
        found: list[int] = []
        place, stop = start, min(stop, self._count)
        while place < stop:
            at = bisect_right(self._starts, place) - 1
            if at >= 0 and place < self._starts[at] + len(self._below[at]):
                within = place - self._starts[at]
                part = self._below[at][within : within + stop - place]
            else:
                end = self._starts[at + 1] if at + 1 < len(self._starts) else self._count
                listed = sum(map(len, self._below[: at + 1]))
                part = self._order.window(place - listed, min(stop, end) - listed)
                if not part:
                    break
            found += part
            place += len(part)
        return found

    def position(self, number: int) -> int:
        """See `reader.index.order.Order`; an article folded into a row has that row's position."""
        for start, numbers in zip(self._starts, self._below, strict=True):
            if number in numbers:
                return start + numbers.index(number)
        leader = self._leader_of.get(self._all.story_of(number), number)
        before = self._order.position(leader)
        for start, numbers in zip(self._starts, self._below, strict=True):
            if start > before:
                break
            before += len(numbers)
        return before

    def is_inside(self, number: int) -> bool:
        """Returns whether an article is listed below its story's row."""
        return number not in self._shown

    def with_folded(self, numbers: Sequence[int]) -> list[int]:
        """Returns these rows and the articles that are folded into them."""
        wanted = BitMap(numbers)
        listed = {number for below in self._below for number in below}
        stories = {self._all.story_of(number) for number in numbers} - {0}
        folded = [
            number for number in self._inside
            if self._all.story_of(number) in stories and number not in wanted and number not in listed
        ]  # fmt: skip
        return [*numbers, *folded]


def _leaders(view: IndexView, query: Query, match: BitMap, inside: BitMap) -> dict[int, int]:
    """Returns story -> its article of the match that comes first in the query's order."""
    by_date = partial(_first_by_date, view)
    if query.sort == "date" and query.is_reversed:
        return by_date(inside, is_reversed=True)
    if query.sort == "date":
        kept = view.stories.newest
        if kept is None or kept[0] != inside:
            kept = view.stories.newest = (inside, by_date(inside))
        return kept[1]
    order = order_of(view, query, match)
    found: dict[int, int] = {}
    if isinstance(order, RowOfSets):
        for numbers in order.sets:
            first = by_date(inside & numbers)
            found = first | found
        return found
    assert isinstance(order, TitleOrder)
    in_order = [*order.of(inside)]
    return view.stories.last_of_each(in_order[::-1])


def _first_by_date(view: IndexView, inside: BitMap, *, is_reversed: bool = False) -> dict[int, int]:
    """Returns story -> the newest (or oldest) of these articles."""
    numbers = inside.to_array()
    found = view.stories.last_of_each(numbers[::-1] if is_reversed else numbers)
    late = inside & view.late
    if late:
        # Late articles are not in date order: compare all articles of their stories.
        touched = {*view.stories.last_of_each(late.to_array())}
        some = BitMap([number for number in inside if view.stories.story_of(number) in touched])
        order: Order = DateOrder(view, some, is_reversed=is_reversed)
        found |= view.stories.last_of_each(order.window(0, len(some))[::-1])
    return found
