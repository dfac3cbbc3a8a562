"""Stories in the index: recomputed only for the days around added, removed or changed articles.

The compared words are stored in the articles' rows. Links between articles are stored too, so that a story of
many days is regrouped without reading unchanged days. Triggers on the table `articles` record the days that
are due, so the next refresh completes one that was killed.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil
from typing import NamedTuple, TypeAlias

from pyroaring import BitMap

from reader.index.schema import STORED, select_in
from reader.index.sets import change_set
from reader.index.workers import IndexWorkers
from reader.query.results import Progress
from reader.stories.likeness import DAY, MOST_A_DAY, REPORT_DAYS, days_of, unpack
from reader.stories.linking import AFFECTED_DAYS, DAYS_BEFORE, Link, groups, links_in

LEAST_TASK, MOST_TASK = 3_000, 20_000
"""Articles per task of a worker: fewer balance the load, more read fewer days twice."""

COVERAGE = STORED["coverage"]

StoredText: TypeAlias = tuple[int, int, str, bytes]
"""Key, seconds, provider and words of an article, as sent to a worker."""


class LinkTask(NamedTuple):
    """The days linked in one task, with the articles of these and the surrounding days."""

    since: int
    until: int
    texts: list[StoredText]
    """In ascending order."""


def link_stretch(task: LinkTask) -> list[tuple[float, int, int]]:
    """Returns the links of these days; runs in a worker."""
    days = days_of(unpack(*row) for row in task.texts)
    return [tuple(link) for link in links_in(days, task.since, task.until)]  # type: ignore[misc]


class StoryFinder:
    """Updates the stories of an index; its user must be the only writer."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @property
    def is_due(self) -> bool:
        """Returns whether any stories may have changed."""
        return self._connection.execute("select 1 from story_days_due").fetchone() is not None

    @property
    def has_stories(self) -> bool:
        """Returns whether there are any stories."""
        return self._connection.execute("select 1 from stories").fetchone() is not None

    def due_articles(self) -> int:
        """Returns how many articles are to be processed."""
        query = "select count(*) from articles where date >= ? and date < ?"
        spans = [
            ((since - DAYS_BEFORE) * DAY, (until + REPORT_DAYS + 1) * DAY) for since, until in self._due()
        ]
        return sum(self._connection.execute(query, span).fetchone()[0] for span in spans)

    def run(self, workers: IndexWorkers | None) -> Iterator[Progress]:
        """Process the due days, yielding how many are done; the last step comes when all is written."""
        tasks = [
            stretch for since, until in self._due() for stretch in self._stretches(since, until, workers)
        ]
        before: dict[tuple[int, ...], float] = {}
        after: dict[tuple[int, ...], float] = {}
        stretches = (self._stretch(since, until) for since, until in tasks)
        found = workers.map(link_stretch, stretches) if workers else map(link_stretch, stretches)
        first = tasks[0][0] if tasks else 0
        days = max(tasks[-1][1] - first, 1) if tasks else 0
        for (since, until), links in zip(tasks, found, strict=True):
            query = "select day, later, earlier, score from story_links where day between ? and ?"
            for *link, score in self._connection.execute(query, (since, until)):
                before[tuple(link)] = score
            after.update(self._numbered(links))
            yield Progress("stories", read=min(until - first, days), to_read=days)
        self._write(before, after)
        yield Progress("stories", read=days, to_read=days, changed=True)

    def _due(self) -> list[tuple[int, int]]:
        """Returns the days whose articles may have different links to earlier ones, as ranges."""
        rows = self._connection.execute("select day from story_days_due order by day")
        found: list[tuple[int, int]] = []
        for (day,) in rows:
            since, until = day + AFFECTED_DAYS[0], day + AFFECTED_DAYS[-1]
            if found and since <= found[-1][1] + 1:
                found[-1] = found[-1][0], until
            else:
                found.append((since, until))
        return found

    def _stretches(self, since: int, until: int, workers: IndexWorkers | None) -> Iterator[tuple[int, int]]:
        """Splits days into stretches of similar numbers of articles."""
        dates = self._connection.execute(
            "select date from articles where date >= ? and date < ?", (since * DAY, (until + 1) * DAY)
        )
        sizes = Counter(date // DAY for (date,) in dates)
        articles, count = sum(sizes.values()), workers.count if workers else 1
        tasks = ceil(articles / min(max(articles // (4 * count), LEAST_TASK), MOST_TASK))
        if tasks > count:
            # As many of the same size for each worker: none waits for another.
            tasks = ceil(tasks / count) * count
        most = ceil(articles / max(tasks, 1))
        start, count = since, 0
        for day in sorted(sizes):
            count += sizes[day]
            if count >= most:
                yield start, day
                start, count = day + 1, 0
        if start <= until:
            yield start, until

    def _stretch(self, since: int, until: int) -> LinkTask:
        rows = self._connection.execute(
            "select key, date, provider, story_words from articles where date >= ? and date < ?"
            " and length(story_words) order by date, key",
            ((since - DAYS_BEFORE) * DAY, (until + REPORT_DAYS + 1) * DAY),
        )
        texts: list[StoredText] = []
        for _, of_day in groupby(rows, key=lambda row: row[1] // DAY):
            found = list(of_day)
            if len(found) <= MOST_A_DAY:
                texts += found
        return LinkTask(since, until, texts)

    def _numbered(
        self, links: Sequence[tuple[float, int, int]]
    ) -> Iterator[tuple[tuple[int, int, int], float]]:
        """Returns links as stored: by numbers, not keys."""
        keys = {key for _, *ends in links for key in ends}
        known = {key: (number, date) for number, key, date, _ in self._articles("key", keys)}
        for score, first, second in links:
            if first in known and second in known:
                later, date = known[second]
                yield (date // DAY, later, known[first][0]), score

    def _articles(self, column: str, values: Iterable[int]) -> Iterator[tuple[int, int, int, str]]:
        """Returns (number, key, date, provider) for the articles with these values in a column."""
        query = f"select number, key, date, provider from articles where {column} in (??)"
        return select_in(self._connection, query, sorted(values))

    def _write(self, before: dict[tuple[int, ...], float], after: dict[tuple[int, ...], float]) -> None:
        gone = [link for link in before if link not in after]
        came = [link for link, score in after.items() if before.get(link) != score]
        with self._connection:
            self._connection.execute("begin immediate")
            self._connection.executemany(
                "delete from story_links where day = ? and later = ? and earlier = ?", gone
            )
            self._connection.executemany(
                "insert or replace into story_links values(?, ?, ?, ?)",
                [(*link, after[link]) for link in sorted(came)],
            )
            self._group({number for _, *ends in gone + came for number in ends})
            self._connection.execute("delete from story_days_due")
            self._connection.execute("update meta set value = value + 1 where key = 'generation'")

    def _group(self, touched: set[int]) -> None:
        """Regroup these articles and all that are linked with them into stories."""
        links = self._links_around(touched)
        members = touched | {number for link in links for number in link[:2]}
        known = {
            number: (date, key, provider) for number, key, date, provider in self._articles("number", members)
        }
        number_of = {key: number for number, (_, key, _) in known.items()}
        found = groups(
            Link(score, known[earlier][1], known[later][1]) for later, earlier, score in links
            if earlier in known and later in known
        )  # fmt: skip
        rows: dict[int, tuple[int, int]] = {}
        for keys in found:
            numbers = [number_of[key] for key in keys]
            first = min(numbers, key=lambda number: known[number][:2])
            coverage = len({known[number][2].casefold() for number in numbers})
            rows.update(dict.fromkeys(numbers, (first, coverage)))
        self._replace(members, rows)

    def _links_around(self, touched: Iterable[int]) -> list[tuple[int, int, float]]:
        """Returns (later, earlier, score) of every link reachable from these articles."""
        found: dict[tuple[int, int], float] = {}
        seen: set[int] = set()
        wanted = set(touched)
        while wanted:
            seen |= wanted
            here = sorted(wanted)
            wanted = set()
            for column in ("later", "earlier"):
                query = f"select later, earlier, score from story_links where {column} in (??)"
                for later, earlier, score in select_in(self._connection, query, here):
                    found[later, earlier] = score
                    wanted.update({later, earlier} - seen)
        return [(later, earlier, score) for (later, earlier), score in found.items()]

    def _replace(self, members: Iterable[int], rows: dict[int, tuple[int, int]]) -> None:
        """Store the stories of these articles and their coverage."""
        query = "select number, coverage from stories where number in (??)"
        before = dict(select_in(self._connection, query, sorted(members)))
        self._connection.executemany(
            "delete from stories where number = ?", [(number,) for number in sorted(members)]
        )
        self._connection.executemany(
            "insert into stories values(?, ?, ?)", [(number, *row) for number, row in sorted(rows.items())]
        )
        came, gone = _by_coverage({number: row[1] for number, row in rows.items()}), _by_coverage(before)
        for coverage in sorted(came.keys() | gone.keys()):
            change_set(
                self._connection, COVERAGE, str(coverage), came[coverage], gone[coverage] - came[coverage]
            )


def _by_coverage(found: dict[int, int]) -> defaultdict[int, BitMap]:
    """Returns the articles by coverage, without those with a coverage of one, which need no set."""
    sets: defaultdict[int, BitMap] = defaultdict(BitMap)
    for number, coverage in found.items():
        if coverage > 1:
            sets[coverage].add(number)
    return sets


def forget(connection: sqlite3.Connection) -> None:
    """Delete all stories and mark every day as due, because stories are switched off. In a transaction."""
    for (coverage,) in connection.execute("select distinct coverage from stories").fetchall():
        rows = connection.execute("select number from stories where coverage = ?", (coverage,))
        change_set(connection, COVERAGE, str(coverage), BitMap(), BitMap([number for (number,) in rows]))
    connection.execute("delete from stories")
    connection.execute("delete from story_links")
    days = {(date // DAY,) for (date,) in connection.execute("select date from articles where date not null")}
    connection.executemany("insert or ignore into story_days_due values(?)", days)
