"""Publishing: the database has what the folder's index has, and never half of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reader.index import schema as index_schema
from reader.index.sets import read_set
from reader.library.folder.library import FolderLibrary
from reader.query import parse
from tests.conftest import rarely
from tests.index.files import opened, refresh, text_of, write, write_four
from tests.index.test_stories import ARTICLES, Version, put
from tests.postgres_server import PostgresServer, new_database

if TYPE_CHECKING:
    from reader.library.postgres.publish import Publication, PublishStep


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[FolderLibrary]:
    """Four articles, not yet read."""
    library = FolderLibrary.open([write_four(tmp_path / "news")])
    yield library
    library.close()


def steps(library: FolderLibrary, address: str) -> Iterator[PublishStep]:
    """A publication, step by step."""
    from reader.library.postgres.publish import Publisher

    return Publisher(*library.publishable(), address).run()


def publish(library: FolderLibrary, address: str) -> Publication:
    """Refresh and publish, and what was done."""
    refresh(library)
    *_, last = steps(library, address)
    assert last.report is not None
    return last.report


def rows(address: str, question: str) -> list[tuple[object, ...]]:
    """What the database answers."""
    from reader.library.postgres.connection import connect

    with closing(connect(address)) as connection:
        return connection.execute(question.encode()).fetchall()


def titles(address: str) -> list[object]:
    """The published titles, A to Z."""
    return [title for (title,) in rows(address, "select title from article order by sort_title")]


def assert_same_sets(library: FolderLibrary, address: str) -> None:
    """Every set of the index is in the database, no other one, and each article has its row."""
    from pyroaring import BitMap

    from reader.index.packing import unpack

    found: dict[tuple[int, str], BitMap] = {}
    for field, value, block, data in rows(address, "select field, value, block, data from sets"):
        assert isinstance(field, int) and isinstance(value, str) and isinstance(block, int)
        assert isinstance(data, bytes)
        found[field, value] = found.get((field, value), BitMap()) | unpack(block, data)
    with closing(index_schema.connect(library.publishable()[0].location)) as local:
        named = local.execute("select distinct field, value from sets where field != 50").fetchall()
        for field, value in {*named, *found}:
            assert found.get((field, value), BitMap()) == read_set(local, field, value), (field, value)
        wanted = local.execute("select number, key, title from articles order by number").fetchall()
        assert rows(address, "select number, key, title from article order by number") == wanted
        choices = local.execute("select field, folded, value from choices").fetchall()
        assert {*rows(address, "select field, folded, value from choice")} == {*choices}


def test_a_first_publication_has_everything(folder: FolderLibrary, shared: str) -> None:
    """Articles, sets and values are in the database as in the index; a second time nothing is sent."""
    report = publish(folder, shared)
    assert report[:5] == (4, 4, 0, 0, 0) and report.sets > 0 and report.generation > 0
    assert_same_sets(folder, shared)
    again = publish(folder, shared)
    assert again[:5] == (4, 0, 0, 0, 4) and again.sets == 0 and again.generation == report.generation


def test_a_first_publication_leaves_every_index(folder: FolderLibrary, shared: str) -> None:
    """The tables have the same indexes and keys after the first publication as before, an administrator's
    too, whether it was completed or not."""
    question = (
        "select indexdef from pg_indexes where schemaname = 'news' union all"
        " select conname || pg_get_constraintdef(oid) from pg_constraint"
        " where connamespace = 'news'::regnamespace order by 1"
    )
    from reader.library.postgres.connection import connect

    with closing(connect(shared)) as connection:
        connection.execute("create index own on article(lower(url))")
    before = rows(shared, question)
    refresh(folder)
    interrupted = steps(folder, shared)
    assert isinstance(interrupted, Generator)
    while next(interrupted).phase != "indexes":
        pass
    interrupted.close()
    assert rows(shared, question) == before and titles(shared) == []
    publish(folder, shared)
    assert rows(shared, question) == before
    assert_same_sets(folder, shared)


def test_stories_are_those_of_the_index(shared: str, tmp_path: Path) -> None:
    """Each article has the story of the folder's index, also after a second publication that changes
    some."""
    versions = [Version(str(number), one) for number, one in enumerate(ARTICLES)]
    with closing(opened(tmp_path)) as library:
        for some in (versions[::2], versions[1::2], []):
            put(tmp_path, some)
            report = publish(library, shared)
            with closing(index_schema.connect(library.publishable()[0].location)) as local:
                wanted = local.execute("select number, story, coverage from stories order by 1").fetchall()
            assert rows(shared, "select number, story, coverage from story order by 1") == wanted != []
    assert report.added == report.changed == 0


def test_only_what_changed_is_sent(folder: FolderLibrary, shared: str, tmp_path: Path) -> None:
    """A new, an edited and a deleted article are each counted, and the rest stays as it is."""
    first = publish(folder, shared)
    write(tmp_path / "news" / "e.md", text_of("e", "2024-02-01", url="https://news.example/e", body="chips"))
    write(tmp_path / "news" / "a.md", text_of("a", "2024-01-04", url="https://news.example/a", body="more"))
    (tmp_path / "news" / "d.md").unlink()
    report = publish(folder, shared)
    assert report[:5] == (4, 1, 1, 1, 2) and report.generation > first.generation
    assert titles(shared) == ["a", "b", "c", "e"]
    assert_same_sets(folder, shared)


def test_an_index_that_was_built_anew_is_published_as_it_is(
    folder: FolderLibrary, shared: str, tmp_path: Path
) -> None:
    """Where all numbers have changed, the database follows."""
    publish(folder, shared)
    write(tmp_path / "news" / "0.md", text_of("zero", "2023-12-01", url="https://news.example/0"))
    refresh(folder, rebuild=True)
    publish(folder, shared)
    assert_same_sets(folder, shared)


def test_rare_and_common_words_are_sets_of_their_own(shared: str, tmp_path: Path) -> None:
    """A word that few articles have is found in a row by itself, as one that many have."""
    for number in range(120):
        body = f"common word{number} {'xylophone' if number % 40 == 0 else ''}"
        write(tmp_path / "news" / f"{number}.md", text_of(f"Story {number}", "2024-01-01", body=body))
    with closing(FolderLibrary.open([tmp_path / "news"])) as library:
        publish(library, shared)
        assert_same_sets(library, shared)
        write(tmp_path / "news" / "late.md", text_of("Late", "2024-01-02", body="common xylophone word7"))
        publish(library, shared)
        assert_same_sets(library, shared)
    assert rows(shared, "select 1 from sets where field = 1 and value = 'xylophone'")


def test_an_article_comes_back_as_it_went(shared: str, tmp_path: Path) -> None:
    """The record in the database gives the article again, without its place on this machine and without what
    is secured."""
    from reader.library.postgres.records import article_of

    text = text_of(
        "A title", "2024-01-04T10:00:00+02:00", url="https://ana:pw@news.example/a", body="Some *text*.",
        secured="token-that-stays", topics="[AI, Chips]", quality="70", odd="{b: 1, a: [x, y]}",
        author="Ana", relatedArticles="[{title: Other, webUrl: 'https://news.example/b'}]",
    )  # fmt: skip
    write(tmp_path / "news" / "sub" / "a.md", text)
    with closing(FolderLibrary.open([tmp_path / "news"])) as library:
        publish(library, shared)
        [headline] = library.select(parse("")).window(0, 10)
        before = library.article(headline)
    [(record, body, path)] = rows(shared, "select record, body, path from article")
    assert path == "sub/a.md"
    article = article_of(record, str(body), str(path))
    assert article.secured is None and [*article.other] == [*before.other]
    assert article == before._replace(
        path="sub/a.md", secured=None, original_url="https://news.example/a", problems=article.problems
    )
    everything = str(rows(shared, "select article::text from article"))
    assert "token-that-stays" not in everything and str(tmp_path) not in everything
    assert "ana:pw" not in everything


def test_words_stand_as_phrases_are_asked(shared: str, tmp_path: Path) -> None:
    """Each searched text is a line of words with a space around each, the title's first."""
    write(tmp_path / "news" / "a.md", text_of("Silicon forge", "2024-01-04", body="A *cold* Day."))
    with closing(FolderLibrary.open([tmp_path / "news"])) as library:
        publish(library, shared)
    [(stored, title)] = rows(shared, "select words, title_words from article")
    assert title == " silicon forge "
    assert str(stored).split("\n")[0] == title and " a cold day " in str(stored).split("\n")


def test_a_second_publisher_is_told(folder: FolderLibrary, shared: str) -> None:
    """While one publishes, another gets a sentence, and the first one's work is whole."""
    from reader.errors import ReaderError

    refresh(folder)
    first = steps(folder, shared)
    while next(first).phase != "sets":
        pass
    with pytest.raises(ReaderError, match="is being published already"):
        publish(folder, shared)
    *_, last = first
    assert last.report is not None and last.report.added == 4
    assert_same_sets(folder, shared)


def test_only_the_owner_publishes(folder: FolderLibrary, shared: str, member: str) -> None:
    """Publishing with a role that may only read raises an error, and such a role can't keep its owner from
    publishing."""
    from reader.errors import ReaderError
    from reader.library.postgres.connection import connect

    with closing(connect(member, autocommit=False)) as reading:
        reading.execute("select pg_advisory_lock(key) from generate_series(1852143470, 1852143480) key")
        reading.execute("select from meta, article, sets")
        assert publish(folder, shared).added == 4
    with pytest.raises(ReaderError, match="publish as its owner"):
        publish(folder, member)


def test_who_reads_meanwhile_sees_the_former_state(
    folder: FolderLibrary, shared: str, tmp_path: Path
) -> None:
    """Nothing of a publication is seen before all of it is there, and LISTEN hears of it then."""
    from reader.library.postgres.connection import connect
    from reader.library.postgres.schema import CHANNEL

    publish(folder, shared)
    write(tmp_path / "news" / "e.md", text_of("e", "2024-02-01", url="https://news.example/e"))
    refresh(folder)
    with closing(connect(shared)) as listening:
        listening.execute(f"listen {CHANNEL}".encode())
        for step in steps(folder, shared):
            if step.report is None:
                assert titles(shared) == ["a", "b", "c", "d"]
        [heard] = listening.notifies(timeout=10, stop_after=1)
    assert step.report is not None and heard.payload == str(step.report.generation)
    assert titles(shared) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("phase", ["articles", *rarely("compare", "sets")])
def test_a_publisher_that_is_killed_leaves_the_former_state(
    folder: FolderLibrary, shared: str, tmp_path: Path, phase: str
) -> None:
    """SIGKILL at any moment leaves what was there, and the next publication is whole."""
    publish(folder, shared)
    for number in range(40):
        write(tmp_path / "news" / f"{number}.md", text_of(f"n{number}", "2024-02-01", body=f"word{number}"))
    (tmp_path / "news" / "a.md").unlink()
    before = rows(shared, "select key, stamp from article order by key")
    code = (
        "import sys, time; from reader.library.folder.library import FolderLibrary\n"
        "from reader.library.postgres.publish import Publisher\n"
        "library = FolderLibrary.open([sys.argv[1]]); [*library.refresh()]\n"
        "for step in Publisher(*library.publishable(), sys.argv[2]).run():\n"
        "    print(step.phase, flush=True)\n"
        "    if step.phase == sys.argv[3]: time.sleep(100)\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "news"), shared, phase], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    while running.stdout.readline().strip() not in (phase, ""):
        pass
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    assert rows(shared, "select key, stamp from article order by key") == before
    _until_unlocked(shared)
    assert publish(folder, shared)[:4] == (43, 40, 0, 1)
    assert_same_sets(folder, shared)


def test_a_server_that_is_killed_is_a_sentence_and_keeps_the_former_state(
    tmp_path: Path, mortal_server: PostgresServer
) -> None:
    """A server that dies during a publication is an error, and has the former state when it is back."""
    from reader.errors import ReaderError
    from reader.library.postgres.setup import set_up

    with (
        new_database(mortal_server) as url,
        closing(FolderLibrary.open([write_four(tmp_path / "news")])) as library,
    ):
        set_up(url)
        publish(library, url)
        write(tmp_path / "news" / "e.md", text_of("e", "2024-02-01", body="chips"))
        refresh(library)
        with pytest.raises(ReaderError, match="connection to .* was lost"):
            for step in steps(library, url):
                if step.phase == "sets":
                    mortal_server.kill()
        mortal_server.start()
        assert titles(url) == ["a", "b", "c", "d"]
        assert publish(library, url).added == 1
        assert_same_sets(library, url)


@pytest.mark.parametrize("seed", [1, *rarely(2, 3)])
def test_after_any_changes_the_database_has_what_the_index_has(
    shared: str, tmp_path: Path, seed: int
) -> None:
    """Articles are added, removed and changed in any order, with occasional rebuilds of the index."""
    import random

    chance = random.Random(seed)
    place = tmp_path / "news"
    names = [f"{number}.md" for number in range(60)]
    place.mkdir()
    mtime = 1_700_000_000_000_000_000
    with closing(FolderLibrary.open([place])) as library:
        for turn in range(5):
            for name in chance.sample(names, 25):
                mtime += 1_000_000_007
                if chance.random() < 0.3:
                    (place / name).unlink(missing_ok=True)
                    continue
                date = (
                    f"20{chance.randint(10, 24)}-0{chance.randint(1, 9)}-11" if chance.random() < 0.8 else ""
                )
                body = " ".join(f"w{chance.randint(0, 300)}" for _ in range(30))
                topics = f"[T{chance.randint(0, 5)}]"
                write(place / name, text_of(f"Story {name}", date, body=body, topics=topics), mtime)
            refresh(library, rebuild=turn == 3)
            publish(library, shared)
            assert_same_sets(library, shared)


def _until_unlocked(address: str) -> None:
    """Wait until the server has noticed that a publisher is gone."""
    from time import monotonic, sleep

    end = monotonic() + 30
    question = (
        "select 1 from pg_stat_activity where datname = current_database() and pid != pg_backend_pid()"
        " and xact_start is not null and backend_type = 'client backend'"
    )
    while rows(address, question) and monotonic() < end:
        sleep(0.05)


def test_everything_is_sent_anew_where_that_is_wanted(folder: FolderLibrary, shared: str) -> None:
    """What another program damaged is whole again, and the next publication sends only differences."""
    import psycopg

    publish(folder, shared)
    with psycopg.connect(shared, autocommit=True) as connection:
        connection.execute("update news.sets set data = 'nonsense'")
        connection.execute("update news.article set title = ''")
        connection.execute("insert into news.meta values('unfinished', '')")
    assert publish(folder, shared).added == 4
    assert_same_sets(folder, shared)
    assert publish(folder, shared).unchanged == 4


def test_another_collection_does_not_replace_it(shared: str, tmp_path: Path) -> None:
    """A folder that has nothing in common with what is published, or is empty, is refused."""
    from reader.errors import ReaderError

    for number in range(100):
        write(tmp_path / "one" / f"{number}.md", text_of(f"n{number}", "2024-02-01", body=f"word{number}"))
    write(tmp_path / "two" / "x.md", text_of("other", "2024-02-01"))
    (tmp_path / "empty").mkdir()
    with closing(FolderLibrary.open([tmp_path / "one"])) as library:
        publish(library, shared)
    for name in ("two", "empty"):
        with (
            closing(FolderLibrary.open([tmp_path / name])) as library,
            pytest.raises(ReaderError, match="none of which is in this collection"),
        ):
            publish(library, shared)
    assert len(titles(shared)) == 100


def test_a_persons_marks_stay_at_home(folder: FolderLibrary, shared: str) -> None:
    """What the publisher read or tagged is in no table of the shared collection."""
    from reader.marks.mark import Change

    refresh(folder)
    folder.mark(folder.select(parse("")).window(0, 2), Change(read=True, add_tags=("private",)))
    publish(folder, shared)
    assert rows(shared, f"select 1 from sets where field = {index_schema.SetKind.MARK}") == []
    assert rows(shared, "select 1 from mark") == []


def test_problems_and_duplicates_are_published_below_the_folder(shared: str, tmp_path: Path) -> None:
    """What `check` says is there for the readers, with paths that say nothing of the publisher's machine."""
    write(tmp_path / "news" / "bad.md", text_of("a", "no date at all", url="https://news.example/a"))
    write(tmp_path / "news" / "same.md", text_of("a", "2024-01-01", url="https://news.example/a"))
    with closing(FolderLibrary.open([tmp_path / "news"])) as library:
        publish(library, shared)
    problems = rows(shared, "select path, field from problem")
    assert problems == [("bad.md", "publishedDateTime")]
    assert {*rows(shared, "select path, shown from duplicate")} == {("bad.md", "same.md")}


def test_a_damaged_index_is_a_sentence(folder: FolderLibrary, shared: str) -> None:
    """A set of the folder's index with a wrong checksum is an error, and nothing is published."""
    from reader.errors import ReaderError

    refresh(folder)
    with closing(index_schema.connect(folder.publishable()[0].location)) as local:
        local.execute("update rare set data = zeroblob(9) where field = 1")
    with pytest.raises(ReaderError, match="reader index --rebuild"):
        [*steps(folder, shared)]
    assert titles(shared) == []


def test_a_newer_schema_is_a_sentence(folder: FolderLibrary, shared: str) -> None:
    """What a newer reader has set up is left alone; an older one is brought forward."""
    from reader.errors import ReaderError
    from reader.library.postgres.connection import check_schema, connect

    with closing(connect(shared)) as connection:
        connection.execute("update meta set value = '99' where key = 'version'")
        with pytest.raises(ReaderError, match="newer version of reader"):
            check_schema(connection, shared)
    with pytest.raises(ReaderError, match="newer version of reader"):
        publish(folder, shared)


def test_an_older_schema_is_brought_forward(
    folder: FolderLibrary, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration runs with the first publication of a newer reader, and what is there stays."""
    from reader.errors import ReaderError
    from reader.library.postgres import connection as connecting
    from reader.library.postgres import publish as publishing
    from reader.library.postgres.schema import VERSION

    publish(folder, shared)
    for module in (publishing, connecting):
        monkeypatch.setattr(module, "VERSION", VERSION + 1)
    monkeypatch.setattr(
        publishing, "MIGRATIONS", {VERSION: "alter table news.meta add column extra text; select 1"}
    )
    with closing(connecting.connect(shared)) as connection:
        with pytest.raises(ReaderError, match="older version of reader"):
            connecting.check_schema(connection, shared)
        publish(folder, shared)
        assert connecting.check_schema(connection, shared) > 0
    assert rows(shared, "select extra from meta where key = 'version'") == [(None,)]


def test_a_collection_of_the_first_version_is_brought_forward(
    folder: FolderLibrary, shared: str, member: str
) -> None:
    """Readers then have the order of titles, which it did not have."""
    from reader.library.postgres.connection import connect
    from reader.library.sources import open_library

    publish(folder, shared)
    with closing(connect(shared)) as connection:
        connection.execute(
            "drop table title_order; create index article_by_title on article(sort_title, number);"
            "update meta set value = '1' where key = 'version'"
        )
    assert publish(folder, shared).unchanged == 4
    with closing(open_library([member])) as library:
        assert [one.title for one in library.select(parse("sort:title")).window(0, 9)] == ["a", "b", "c", "d"]
    assert rows(shared, "select to_regclass('article_by_title')") == [(None,)]


def test_an_index_that_was_published_last_is_not_compared(
    folder: FolderLibrary, shared: str, tmp_path: Path
) -> None:
    """Until something was written to it, or another one was published."""

    def phases(library: FolderLibrary) -> list[str]:
        refresh(library)
        return [step.phase for step in steps(library, shared)]

    publish(folder, shared)
    assert phases(folder) == ["compare", "done"]
    write(tmp_path / "news" / "e.md", text_of("e", "2024-02-01"))
    assert "sets" in phases(folder) and phases(folder) == ["compare", "done"]
    with closing(FolderLibrary.open([write_four(tmp_path / "other")])) as other:
        assert "sets" in phases(other) and phases(other) == ["compare", "done"]
    assert "sets" in phases(folder) and phases(folder) == ["compare", "done"]
    assert_same_sets(folder, shared)


def test_names_that_are_no_text_do_not_stop_it(shared: str, tmp_path: Path) -> None:
    """A file name that is not UTF-8 is published with replacement characters."""
    place = tmp_path / "news"
    place.mkdir()
    raw = os.fsencode(place) + b"/caf\xe9.md"
    with open(raw, "w", encoding="utf-8") as file:
        file.write(text_of("Coffee", "2024-01-01"))
    with closing(FolderLibrary.open([place])) as library:
        assert publish(library, shared).added == 1
    assert rows(shared, "select path from article") == [("caf�.md",)]
