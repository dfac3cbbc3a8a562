"""Maps articles to their stories, for very many articles at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import sub

from pyroaring import BitMap


class Stories:
    """A map from article to story: 4 bytes for each number between the first and the last."""

    def __init__(self, rows: Iterable[tuple[int, int]]) -> None:
        """Takes (number, story), sorted by number."""
        numbers, stories = array("I"), array("I")
        for number, story in rows:
            numbers.append(number)
            stories.append(story)
        self.members = BitMap(numbers)
        """All articles that are in a story."""
        self.newest: tuple[BitMap, dict[int, int]] | None = None
        """Cache of the last question's articles and the newest of each story: unfolding one asks again."""
        self._base = numbers[0] if numbers else 0
        self._stories = array("I", bytes(4 * (numbers[-1] - self._base + 1 if numbers else 0)))
        for number, story in zip(numbers, stories, strict=True):
            self._stories[number - self._base] = story

    def story_of(self, number: int) -> int:
        """Returns an article's story; 0 for none."""
        place = number - self._base
        return self._stories[place] if 0 <= place < len(self._stories) else 0

    def last_of_each(self, numbers: Sequence[int]) -> dict[int, int]:
        """Returns story -> the last of these members in it."""
        # Runs in C: half the articles of a match may be in stories.
        places = map(sub, numbers, repeat(self._base))
        return dict(zip(map(self._stories.__getitem__, places), numbers, strict=True))
