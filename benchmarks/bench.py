"""What each figure is made from: a corpus, its own home, and how often to repeat."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import Corpus

BIG = 20_000
"""From this many articles on, what takes seconds is done once."""


class Bench(NamedTuple):
    """One collection under measurement."""

    corpus: Corpus
    home: Path
    """Holds the index; filled by `reader index` before anything warm is measured."""
    rounds: int
    """How often a short thing is repeated; the median counts."""
    is_quick: bool = False

    @property
    def folder(self) -> str:
        """The collection, as the command line takes it."""
        return str(self.corpus.folder)

    @property
    def few(self) -> int:
        """How often a long thing is repeated."""
        return 1 if self.is_quick or self.corpus.size >= BIG else 3
