"""A shared collection in PostgreSQL beside its floor: bare psycopg that gets the same bytes, in the same run.

On the clock, with one server on loopback: a question waits for the server as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import psycopg

from benchmarks import corpus
from benchmarks.bench import Bench
from benchmarks.figures_search import FACETS, PAGE
from benchmarks.floors import Floor
from benchmarks.table import Figure
from benchmarks.timing import at_home, percentile, rounds_of, timed

if TYPE_CHECKING:
    from reader.library import Library
    from reader.query import Query

_SETS = "select block, data from news.sets where field = 1 and value = any(%s)"
_PAGE = """
select number, key, title, provider, domain, topics, date, is_day, quality, heat, category, type, url, draft
from news.article where number = any(%s)"""
_TABLES = ("article", "sets")
PIECE = 16 << 20
"""Bytes that the floor of a publication sends at once."""
READ = 0.1
"""Part of the articles that are marked as read."""


def figures(bench: Bench, typed: Sequence[str]) -> Iterator[Figure]:
    """Publishing, then pages, counts, facets and marks."""
    from tests.postgres_server import PostgresServer, new_database, servers_folder

    count = bench.corpus.size
    with ExitStack() as stack:
        stack.enter_context(at_home(bench.home))
        folder = stack.enter_context(servers_folder())
        server = PostgresServer(folder / "one", shared_buffers="512MB", max_wal_size="2GB").start()
        stack.callback(server.stop)
        url = stack.enter_context(new_database(server))
        published = timed(partial(_publish, bench.folder, url, is_first=True))
        copied = Floor("COPY of the same rows", _copied(url))
        yield Figure("publish, the first time", count, published, copied)
        yield Figure("publish, nothing new", count, timed(partial(_publish, bench.folder, url)))
        from reader.library.postgres.library import SharedLibrary

        library = stack.enter_context(closing(SharedLibrary(url)))
        bare = stack.enter_context(closing(psycopg.connect(url, autocommit=True, prepare_threshold=None)))
        yield from _searches(library, bare, count, typed)
        yield from _marks(library, count, bench.rounds)


def _publish(folder: str, url: str, *, is_first: bool = False) -> None:
    from reader.library.folder.library import FolderLibrary
    from reader.library.postgres.publish import Publisher
    from reader.library.postgres.setup import set_up

    if is_first:
        set_up(url)
    with closing(FolderLibrary.open([folder])) as library:
        for _ in Publisher(*library.publishable(), url).run():
            pass


def _copied(url: str) -> float:
    """Seconds that the rows of both tables take into an equal table, piece by piece from the client's
    memory."""
    spent = 0.0
    with psycopg.connect(url, autocommit=True) as there, psycopg.connect(url, autocommit=True) as here:
        for table in _TABLES:
            copy = f"copy_{table}"
            here.execute(f"create table {copy} (like news.{table} including indexes)".encode())
            with there.cursor().copy(f"copy news.{table} to stdout (format binary)".encode()) as out:
                with here.cursor().copy(f"copy {copy} from stdin (format binary)".encode()) as target:
                    for piece in _pieces(out):
                        began = perf_counter()
                        target.write(piece)
                        spent += perf_counter() - began
                    began = perf_counter()
                spent += perf_counter() - began
            here.execute(f"drop table {copy}".encode())
    return spent


def _pieces(rows: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    """The same bytes in larger pieces."""
    piece = bytearray()
    for row in rows:
        piece += row
        if len(piece) > PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _searches(
    library: Library, bare: psycopg.Connection, count: int, typed: Sequence[str]
) -> Iterator[Figure]:
    from reader.query import SORTS, parse

    first = timed(lambda: _answer(library, ""))
    numbers: list[int] = []
    pages, wholes, floors = [], [], []
    for text in typed:
        page, whole, numbers = _answer(library, text)
        pages.append(page)
        wholes.append(whole)
        floors.append(timed(partial(_bare, bare, text.split(), numbers)))
    name = f"{len(typed)} searches, page and exact total"
    yield Figure("the first question, with all facets", count, first)
    for which in (50, 99):
        floor = Floor("psycopg, the same sets and rows", percentile(floors, which))
        yield Figure(f"{name}, p{which}", count, percentile(pages, which), floor)
        yield Figure(f"{len(typed)} searches, all facets, p{which}", count, percentile(wholes, which), floor)
    for order in SORTS:
        query = parse(f"{corpus.word(1)} sort:{order}")
        opened = timed(partial(_page, library, query, is_first=True))
        middle = rounds_of(partial(_page, library, query), 3)
        yield Figure(f"sort:{order}, first page for the first time", count, opened)
        yield Figure(f"sort:{order}, a page of the middle", count, middle)


def _answer(library: Library, text: str) -> tuple[float, float, list[int]]:
    """Seconds to the page and the total, and to the last facet; the numbers on the page."""
    from reader.query import parse

    began, now = perf_counter(), datetime.now(UTC)
    query = parse(text, typing=True)
    results = library.select(query, now)
    len(results)
    shown = results.window(0, PAGE)
    paged = perf_counter()
    for field in FACETS:
        library.facet(field, query, now)
    return paged - began, perf_counter() - began, [one.number for one in shown]


def _bare(connection: psycopg.Connection, words: Sequence[str], numbers: Sequence[int]) -> None:
    connection.execute("begin")
    connection.cursor(binary=True).execute(_SETS, ([*words],)).fetchall()
    connection.cursor(binary=True).execute(_PAGE, ([*numbers],)).fetchall()
    connection.execute("commit")


def _page(library: Library, query: Query, *, is_first: bool = False) -> None:
    results = library.select(query)
    place = 0 if is_first else len(results) // 2
    results.window(place, place + PAGE)


def _marks(library: Library, count: int, rounds: int) -> Iterator[Figure]:
    from reader.library import Change
    from reader.query import parse
    from reader.query.results import Stretch

    everything = library.select(parse(""))
    many = max(int(count * READ), 1)
    took = timed(lambda: library.mark(Stretch(everything, 0, many), Change(read=True)))
    yield Figure(f"{many:,} articles marked read", count, took)
    ones = everything.window(0, rounds + 1)
    turns = iter(range(len(ones) + 1))

    def star() -> None:
        library.mark([ones[next(turns) % len(ones)]], Change(starred=True))

    yield Figure("one article starred", count, rounds_of(star, rounds))
    yield Figure(
        "unread, page and total", count,
        rounds_of(lambda: library.select(parse("is:unread")).window(0, PAGE), rounds),
    )  # fmt: skip
