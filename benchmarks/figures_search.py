"""From a key in the search bar to the answer of the Library: page, total and every facet's counts.

In the processor's time: everything lies in memory, so nobody waits for anything but the processor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from time import process_time
from typing import TYPE_CHECKING

from benchmarks import corpus
from benchmarks.bench import Bench
from benchmarks.table import Figure
from benchmarks.timing import at_home, percentile

if TYPE_CHECKING:
    from reader.library import Library

FACETS = ("topic", "provider", "category", "type")
PAGE = 50
TEXTS = ("", corpus.word(0), f"{corpus.word(1)} {corpus.word(2)}", corpus.word(3_000))
"""Everything, nearly everything, a half, and a few."""


def figures(bench: Bench, typed: Sequence[str]) -> Iterator[Figure]:
    """The middle and the slowest hundredth of these texts, with facets and without."""
    from reader.library.sources import open_library

    with at_home(bench.home):
        library = open_library([bench.corpus.folder])
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
    limit = 0.016 if count < 1_000_000 else 0.005 if count < 10_000_000 else 0.05
    yield Figure(f"{len(typed)} searches, all facets too, p99", count, percentile(wholes, 99), limit=limit)


def _answer(library: Library, text: str) -> tuple[float, float]:
    """Seconds to the page and the total, and to the last facet."""
    from reader.query import parse

    began, now = process_time(), datetime.now(UTC)
    query = parse(text, typing=True)
    results = library.select(query, now)
    len(results)
    results.window(0, PAGE)
    paged = process_time()
    for field in FACETS:
        library.facet(field, query, now)
    return paged - began, process_time() - began


def orders(bench: Bench) -> Iterator[Figure]:
    """What the first page of each order costs, and one from the middle or the end of any of them."""
    from reader.library.sources import open_library
    from reader.query import SORTS

    count = bench.corpus.size
    with at_home(bench.home):
        library = open_library([bench.corpus.folder])
        try:
            list(library.refresh())
            yield Figure("by title for the first time", count, _first_page(library, "sort:title")[0])
            others: list[float] = []
            for order in SORTS:
                found = [
                    _first_page(library, f"{text} sort:{way}{order}")
                    for text in TEXTS for way in ("", "-") for _ in range(2)
                ][1::2]  # fmt: skip
                others += [rest for _, rest in found]
                first = max(first for first, _ in found)
                yield Figure(f"first page by {order}, slowest of {len(found)}", count, first, limit=0.016)
            yield Figure("page from the middle or the end, slowest", count, max(others), limit=0.016)
        finally:
            library.close()


def _first_page(library: Library, text: str) -> tuple[float, float]:
    """Seconds to the first page, and to the slower one of the middle and the end."""
    from reader.query import parse

    began = process_time()
    results = library.select(parse(text))
    results.window(0, PAGE)
    first = process_time() - began
    places = (len(results) // 2, max(len(results) - PAGE, 0))
    others = []
    for place in places:
        began = process_time()
        results.window(place, place + PAGE)
        others.append(process_time() - began)
    return first, max(others)


ASKED, RULES = 200, 500
"""Articles for which related ones are looked for; rules that give topics."""


def found_out(bench: Bench) -> Iterator[Figure]:
    """What related articles, trends and topics by rule cost."""
    from reader.library.sources import open_library
    from reader.query import Query, parse
    from reader.query.topic_rules import topic_rules
    from reader.query.trends import trend_span

    count, goal = bench.corpus.size, 0.05 if bench.corpus.size < 1_000_000 else 0.1
    with at_home(bench.home):
        library = open_library([bench.corpus.folder])
        try:
            list(library.refresh())
            results = library.select(Query())
            places = range(0, len(results), max(len(results) // ASKED, 1))
            seconds: list[float] = []
            for place in places:
                headline = results.window(place, place + 1)[0]
                article = library.article(headline)
                seconds.append(_seconds(lambda: library.find_related(headline, article, Query())))  # noqa: B023
            yield Figure(f"related to {len(seconds)} articles, p50", count, percentile(seconds, 50))
            yield Figure(
                f"related to {len(seconds)} articles, p99", count, percentile(seconds, 99), limit=goal
            )
            newest = results.window(0, 1)[0].date
            now = newest if isinstance(newest, datetime) else datetime.now(UTC)
            for field in ("topic", "word"):
                span = trend_span("1y", "", None, now)
                spent = _seconds(lambda: library.trends(field, Query(), span, now))  # noqa: B023
                yield Figure(f"trends of a year by {field}", count, spent)
            texts = {
                f"R{one}": f"{corpus.word(one + 50)} OR {corpus.word(one + 600)}" for one in range(RULES)
            }
            library.use_topics(topic_rules(texts)[0])
            for when, query in (("first", Query()), ("then", parse(corpus.word(3)))):
                spent = _seconds(lambda: library.facet("topic", query))  # noqa: B023
                yield Figure(f"topics with {RULES} rules, {when}", count, spent)
        finally:
            library.close()


def _seconds(ask: Callable[[], object]) -> float:
    began = process_time()
    ask()
    return process_time() - began
