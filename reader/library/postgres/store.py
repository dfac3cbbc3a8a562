"""Reads the stored sets and columns of a shared collection.

Every value is a parameter. Rows may have been written by others, so texts are cleaned like those of files.
"""

from __future__ import annotations

import os
import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import LiteralString

import psycopg
from psycopg.rows import TupleRow
from pyroaring import BitMap

from reader.article.record import Article
from reader.article.text import clean_line, words
from reader.article.urls import openable
from reader.index.backend import HEADLINE_COLUMNS, ArticleRow, KnownValue, headline
from reader.index.entry import searched_texts
from reader.index.schema import PREFIX_LENGTHS, STATED_DATE, UNDATED, SetKind
from reader.index.search import goes_on, has_phrase
from reader.index.sets import united
from reader.library.postgres.records import article_of, storable
from reader.query.results import Headline
from reader.stories.likeness import pack

_LAST = "\U0010ffff"

FEW_DATES = 64
"""Articles read at once to find the first one in order."""

MOST_NAMED = 20_000
"""Up to this many candidates are listed in a search of URLs or paths; with more, all articles are
searched."""

TITLES_MS = 60_000
"""Time limit for reading the order of all titles, once per publication."""

_HEADLINES = f"select {HEADLINE_COLUMNS}, first_key, coverage from article left join story using(number)"
_ARTICLE_ROW = f"number, key, url, 0, path, title_key, text_key, {STATED_DATE}"


class PostgresStore:
    """Implements `reader.index.backend.SetStore` on a connection held by the caller."""

    def __init__(self, connection: Callable[[], psycopg.Connection], newest: int | None = None) -> None:
        """`connection` is called for each query. With `newest`, only that many blocks with the highest
        numbers are read."""
        self._connection = connection
        self.is_whole = newest is None
        self._first_block = 0
        if newest is not None:
            self._first_block = min(sorted(self.blocks())[-newest:], default=0)

    def _rows(self, question: LiteralString, *values: object) -> list[TupleRow]:
        # In binary: as text, a set would be sent as twice as many hexadecimal digits.
        return self._connection().cursor(binary=True).execute(question, values).fetchall()

    def _numbers(self, question: LiteralString, *values: object) -> list[int]:
        return [number for (number,) in self._rows(question, *values)]

    def set_of(self, field: int, value: str) -> BitMap:
        return united(
            (block, 0, data)
            for block, data in self._rows(
                "select block, data from sets where field = %s and value = %s and block >= %s",
                field,
                storable(value),
                self._first_block,
            )  # fmt: skip
        )

    def sets_of(self, field: int, values: Sequence[str]) -> list[BitMap]:
        rows: dict[str, list[tuple[int, int, bytes]]] = {}
        wanted = [*map(storable, values)]
        for value, block, data in self._rows(
            "select value, block, data from sets where field = %s and value = any(%s) and block >= %s",
            field, wanted, self._first_block,
        ):  # fmt: skip
            rows.setdefault(value, []).append((block, 0, data))
        return [united(rows.get(value, ())) for value in wanted]

    def set_starting(self, field: int, start: str) -> BitMap:
        start = storable(start)
        crowded: list[TupleRow] = []
        if field == SetKind.WORD and len(start) <= PREFIX_LENGTHS[-1]:
            crowded = self._rows(
                "select block, data from sets where field = %s and value = %s and block >= %s",
                SetKind.PREFIX, start, self._first_block,
            )  # fmt: skip
        # If a prefix is crowded in a block, its set has all words with it.
        others = self._rows(
            "select block, data from sets"
            " where field = %s and value >= %s and value < %s and block >= %s and not block = any(%s)",
            field, start, start + _LAST, self._first_block, [block for block, _ in crowded],
        )  # fmt: skip
        return united((block, 0, data) for block, data in [*crowded, *others])

    def blocks(self) -> list[int]:
        return self._numbers("select block from block where block >= %s", self._first_block)

    def has_articles(self) -> bool:
        return bool(self._rows("select 1 from article limit 1"))

    def values_of(self, field: int) -> list[KnownValue]:
        rows = self._rows("select folded, value from choice where field = %s order by folded, value", field)
        return [(folded, clean_line(value), value) for folded, value in rows]

    def titles(self) -> array[int]:
        """See SetStore; transfers 4 bytes per article."""
        self._rows("select set_config('statement_timeout', %s, true)", str(TITLES_MS))
        numbers = array("I")
        for (packed,) in self._rows("select numbers from title_order order by prefix"):
            numbers.frombytes(packed)
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers

    def dates_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
        return iter(
            self._rows(
                "select coalesce(date, %s), number from article where number = any(%s)", UNDATED, [*numbers]
            )
        )

    def dated_from(self, date: int) -> Iterator[tuple[int, int]]:
        """See SetStore; reads only as many rows as are consumed."""
        number = -1
        while rows := self._rows(
            # Not a row comparison, which is not pushed down to shards.
            "select number, date from article where date >= %s and (date > %s or number > %s)"
            " order by date, number limit %s",
            date, date, number, FEW_DATES,
        ):  # fmt: skip
            yield from rows
            number, date = rows[-1]

    def titles_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        rows = self._rows("select number, title from article where number = any(%s)", [*numbers])
        return ((number, clean_line(title)) for number, title in rows)

    def words_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        rows = self._rows(
            "select number, title, record::json->>'excerpt' from article where number = any(%s)", [*numbers]
        )
        return ((number, pack(words(title), words(excerpt or ""))) for number, title, excerpt in rows)

    def stories(self) -> list[tuple[int, int]]:
        return [(number, story) for number, story in self._rows("select number, story from story order by 1")]

    def story_members(self, numbers: Sequence[int]) -> list[tuple[int, int, str]]:
        # Listed by number: with a plain join, shards would send all articles.
        rows = self._rows(
            "with member as (select story, number from story"
            " where story in (select story from story where number = any(%s)))"
            " select story, number, provider from member join article using(number)"
            " where article.number = any(array(select number from member)) order by date desc, key desc",
            [*numbers],
        )
        return [(story, number, clean_line(provider)) for story, number, provider in rows]

    def keyed_between(self, low: int, high: int) -> list[int]:
        return self._numbers("select number from article where key between %s and %s", low, high)

    def with_url(self, parts: Sequence[str], among: BitMap) -> list[int]:
        found = " or ".join(["lower(url) like %s"] * len(parts))
        return self._numbers(
            f"select number from article where ({found}) and (%s or number = any(%s))",
            *map(_anywhere, parts), *_named(among),
        )  # fmt: skip

    def with_path(self, part: str, among: BitMap) -> list[int]:
        return self._numbers(
            "select number from article where lower(path) like %s and (%s or number = any(%s))",
            _anywhere(part), *_named(among),
        )  # fmt: skip

    def with_phrase(
        self, numbers: Sequence[int], field: str, wanted: Sequence[str], prefix: bool
    ) -> Iterable[int]:
        if not words(wanted[0]):
            return self._with_signs(numbers, field, wanted)
        # Words are separated by spaces, each text is on its own line.
        text = storable(f" {' '.join(wanted)}{'' if goes_on(wanted[-1], prefix) else ' '}")
        if field == "title":
            return self._numbers(
                "select number from article where number = any(%s) and strpos(title_words, %s) > 0",
                [*numbers], text,
            )  # fmt: skip
        return self._numbers(
            "select number from article where number = any(%s) and strpos(words, %s) > 0", [*numbers], text
        )

    def _with_signs(self, numbers: Sequence[int], field: str, wanted: Sequence[str]) -> Iterator[int]:
        rows = self._rows(
            "select number, record::text, body, path from article where number = any(%s)"
            " and (strpos(title, %s) > 0 or strpos(record::text, %s) > 0 or strpos(body, %s) > 0)",
            [*numbers], *[storable(wanted[0])] * 3,
        )  # fmt: skip
        for number, record, body, path in rows:
            article = read_article(record, body, path)
            texts = (article.title,) if field == "title" else (article.title, *searched_texts(article))
            if has_phrase(texts, wanted, False):
                yield number

    def headlines(self, numbers: Sequence[int], marks: Mapping[str, BitMap]) -> list[Headline]:
        rows = self._rows(f"{_HEADLINES} where number = any(%s)", [*numbers])
        found = {row[0]: row for row in rows}
        return [_cleaned(headline(found[number], marks)) for number in numbers if number in found]

    def headlines_keyed(self, low: int, high: int, most: int, marks: Mapping[str, BitMap]) -> list[Headline]:
        where = "key between %s and %s order by key limit %s"
        rows = self._rows(f"{_HEADLINES} where {where}", low, high, most)
        return [_cleaned(headline(row, marks)) for row in rows]

    def identities(self, numbers: Sequence[int]) -> list[ArticleRow]:
        """Returns the rows of the articles with these numbers, without deleted ones."""
        rows = self._rows(f"select {_ARTICLE_ROW} from article where number = any(%s)", [*numbers])
        return [*map(ArticleRow._make, rows)]

    def numbers_from(self, heads: Iterable[int]) -> list[int]:
        wanted = [*heads]
        question: LiteralString = "select number from article where (key >> 15) = any(%s)"
        return self._numbers(question, wanted) if wanted else []

    def numbers_of(self, keys: Sequence[int]) -> list[int]:
        """Returns the numbers of the articles with these keys."""
        return self._numbers("select number from article where key = any(%s)", [*keys])

    def articles(self, keys: Sequence[int]) -> dict[int, Article]:
        """Returns the whole articles with these keys."""
        rows = self._rows("select key, record::text, body, path from article where key = any(%s)", [*keys])
        return {key: read_article(record, body, path) for key, record, body, path in rows}


def read_article(record: str, body: str, path: str) -> Article:
    """Returns the article of a row; its path is relative to the published root, not on this machine."""
    import json

    try:
        fields = json.loads(record)
    except (ValueError, RecursionError):
        fields = {}
    # A row must never name a local file, whatever it contains.
    return article_of(fields, body, "" if os.path.isabs(path) else path)


def _anywhere(part: str) -> str:
    """Returns a pattern for LIKE, which unlike `strpos` can use an index of trigrams if the administrator
    created one. The columns have the collation C, which only folds ASCII, like SQLite."""
    text = storable(part).encode().lower().decode()
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _named(among: BitMap) -> tuple[bool, list[int]]:
    """Returns whether to search all articles, and otherwise the numbers of those to search."""
    return (True, []) if len(among) > MOST_NAMED else (False, [*among])


def _cleaned(found: Headline) -> Headline:
    """Returns a headline, cleaned like that of a file."""
    return found._replace(
        title=clean_line(found.title), provider=clean_line(found.provider), domain=clean_line(found.domain),
        topics=tuple(map(clean_line, found.topics)), category=clean_line(found.category),
        type=clean_line(found.type), url=openable(found.url),
    )  # fmt: skip
