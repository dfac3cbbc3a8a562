"""Which articles of a chunk have which words: turned round from the words of each article."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import repeat

from reader.index.packing import lows_of


class Inverter:
    """Takes the words of articles, in the order of their numbers, at most a block's."""

    def __init__(self) -> None:
        self._members: dict[str, list[int]] = defaultdict(list)

    def add(self, member: int, words: str) -> None:
        """Note the words of an article, with blanks between them; `member` is its number within the block."""
        # An article has some 200 words: this loop runs without the interpreter, at half the time.
        lists = map(self._members.__getitem__, set(words.split()))
        deque(map(list.append, lists, repeat(member)), maxlen=0)

    def take(self) -> tuple[list[str], list[bytes]]:
        """The words, each once and in order, and for each the low halves of its numbers (see `packing`)."""
        words = sorted(self._members)
        return words, [lows_of(self._members[word]) for word in words]
