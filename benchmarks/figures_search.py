"""From a key in the search bar to the answer of the Library: page, total and every facet's counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.bench import Bench
from benchmarks.table import Figure
from benchmarks.timing import at_home, percentile

if TYPE_CHECKING:
    from reader.library import Library

FACETS = ("topic", "provider", "category", "type")
PAGE = 50


def figures(bench: Bench, typed: Sequence[str]) -> Iterator[Figure]:
    """The middle and the slowest hundredth of these texts, with facets and without."""
    from reader.library import Library

    with at_home(bench.home):
        library = Library.open([bench.corpus.folder])
        try:
            list(library.refresh())
            _answer(library, typed[0])
            pages, wholes = zip(*(_answer(library, text) for text in typed), strict=True)
        finally:
            library.close()
    count = bench.corpus.size
    yield Figure(f"{len(typed)} searches, page and total, p50", count, percentile(pages, 50))
    yield Figure(f"{len(typed)} searches, page and total, p99", count, percentile(pages, 99), limit=0.005)
    yield Figure(f"{len(typed)} searches, all facets too, p50", count, percentile(wholes, 50))
    limit = 0.005 if count >= 1_000_000 else 0.016
    yield Figure(f"{len(typed)} searches, all facets too, p99", count, percentile(wholes, 99), limit=limit)


def _answer(library: Library, text: str) -> tuple[float, float]:
    """Seconds to the page and the total, and to the last facet."""
    from reader.query import parse

    began, now = perf_counter(), datetime.now(UTC)
    query = parse(text, typing=True)
    results = library.select(query, now)
    len(results)
    results.window(0, PAGE)
    paged = perf_counter()
    for field in FACETS:
        library.facet(field, query, now)
    return paged - began, perf_counter() - began
