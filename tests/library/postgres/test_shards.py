"""A collection over several servers: the same answers, small questions, and nodes that die under readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import psycopg
import pytest
from pyroaring import BitMap

from reader.errors import ReaderError
from reader.index.schema import SetKind
from reader.library.folder.library import FolderLibrary
from reader.library.postgres import index
from reader.library.postgres.connection import connect
from reader.library.postgres.publish import Publisher
from reader.library.postgres.setup import NoRights, set_up
from reader.library.postgres.store import PostgresStore
from reader.library.sources import open_library
from reader.query import parse
from tests.conftest import LONG, rarely
from tests.index.files import refresh, text_of, write
from tests.postgres_server import PASSWORD, PostgresServer, as_role, new_database, programs, servers_folder


@pytest.fixture
def three(postgres_server: PostgresServer) -> Iterator[list[str]]:
    """The addresses of three new databases, for a first server and two shards."""
    with ExitStack() as stack:
        yield [stack.enter_context(new_database(postgres_server)) for _ in range(3)]


def spread(folder: Path, count: int = 30) -> Path:
    """Articles with and without a date: the latter have numbers in their own block, on the other
    shard."""
    for number in range(count):
        date = f"2024-01-{number % 28 + 1:02}" if number % 3 else ""
        body = f"common chips word{number} {'xylophone' if number % 5 == 0 else ''}"
        text = text_of(f"Story {number}", date, url=f"https://news.example/{number}", body=body, quality="70")
        write(folder / f"{number}.md", text)
    return folder


def publish(folder: FolderLibrary, address: str) -> None:
    """Refresh and publish."""
    refresh(folder)
    for _ in Publisher(*folder.publishable(), address).run():
        pass


QUERIES = (
    "", "chips", "xyloph*", "word1*", "common -xylophone", '"common chips"', "title:story", "sort:title",
    "has:body", "until:2024-01-10", "url:example/1", "path:2.md", "is:starred", "quality:>50",
    "sort:provider",
)  # fmt: skip


def test_shards_answer_as_the_folder_does(three: list[str], tmp_path: Path) -> None:
    """Each question finds the same articles in the same order; both shards hold some of them, and a
    publication of what changed reaches them."""
    place = spread(tmp_path / "news")
    main, *shards = three
    with closing(FolderLibrary.open([place])) as folder:
        assert set_up(main, shards=shards)
        assert not set_up(main, shards=shards)
        publish(folder, main)
        for address in shards:
            with closing(connect(address)) as shard:
                assert shard.execute("select 1 from article").fetchone()
        (place / "7.md").unlink()
        write(place / "new.md", text_of("New", "2024-02-01", body="chips new"))
        publish(folder, main)
        with closing(open_library([main])) as shared:
            for text in QUERIES:
                query = parse(text)
                mine, theirs = folder.select(query), shared.select(query)
                assert len(mine) == len(theirs), text
                assert [one.id for one in mine.window(0, 50)] == [one.id for one in theirs.window(0, 50)], (
                    text
                )
            assert folder.facet("date", parse("")) == shared.facet("date", parse(""))


def test_a_reader_without_rights_reaches_no_shard(
    three: list[str], other_role: tuple[str, str], tmp_path: Path
) -> None:
    """A member of the readers' group reads through the first server, and changes nothing there or on a
    shard."""
    main, *shards = three
    with closing(FolderLibrary.open([spread(tmp_path)])) as folder:
        set_up(main, [other_role[0]], shards=shards)
        publish(folder, main)
        member = as_role(main, *other_role)
        with closing(open_library([member])) as shared:
            assert len(shared.select(parse("chips"))) == 30
        with closing(connect(member)) as connection:
            for statement in (
                "delete from article", "delete from article_0", "select 1 from article_0",
                "select umoptions from pg_user_mapping",
                "create foreign table x(a int) server news_shard_0",
            ):  # fmt: skip
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
            options = connection.execute("select umoptions from pg_user_mappings").fetchall()
            assert all(value is None for (value,) in options)


def test_an_administrator_gets_a_script_without_passwords(
    three: list[str], other_role: tuple[str, str], tmp_path: Path
) -> None:
    """A role that may not set shards up gets the script, with a word where each password belongs; once it was
    run the role publishes."""
    main, *shards = three
    with (
        closing(FolderLibrary.open([spread(tmp_path)])) as folder,
        psycopg.connect(main, autocommit=True) as administrator,
    ):
        own = as_role(main, *other_role)
        with pytest.raises(NoRights) as caught:
            set_up(own, shards=shards)
        assert PASSWORD not in caught.value.script and caught.value.script.count("PASSWORD OF news") == 4
        script = caught.value.script.replace("PASSWORD OF news", PASSWORD)
        administrator.execute(script.encode())
        assert not set_up(own, shards=shards)
        publish(folder, own)
        with closing(open_library([own])) as shared:
            assert len(shared.select(parse("chips"))) == 30


def test_a_shard_that_is_in_use_is_refused(three: list[str], tmp_path: Path) -> None:
    """A database that holds articles already is no shard for another collection."""
    main, one, two = three
    with closing(FolderLibrary.open([spread(tmp_path)])) as folder:
        set_up(one)
        publish(folder, one)
        with pytest.raises(ReaderError, match="already has articles") as caught:
            set_up(main, shards=[one, two])
        assert "a secret" not in str(caught.value)
        set_up(main)
        with pytest.raises(ReaderError, match="already set up"):
            set_up(main, shards=[two])


def test_a_publication_that_broke_off_between_shards_is_loaded_anew(three: list[str], tmp_path: Path) -> None:
    """After a server died while the shards were committing, the next publication trusts none of them."""
    main, *shards = three
    with closing(FolderLibrary.open([spread(tmp_path)])) as folder:
        set_up(main, shards=shards)
        publish(folder, main)
        with closing(connect(main)) as connection:
            connection.execute("insert into meta values('unfinished', '')")
        with closing(connect(shards[0])) as shard:
            shard.execute("delete from article")
        publish(folder, main)
        with closing(open_library([main])) as shared:
            assert len(shared.select(parse("")).window(0, 50)) == 30


SLOW_COMMIT = """
create function news.wait() returns trigger language plpgsql as $$
begin
  if current_setting('test.waited', true) is distinct from 'yes' then
    perform set_config('test.waited', 'yes', true), pg_sleep({seconds});
  end if;
  return null;
end $$;
create constraint trigger wait after insert on news.sets deferrable initially deferred
  for each row execute function news.wait();"""
"""Makes a shard wait for a while when it commits."""


@pytest.mark.parametrize("slow", [2, *rarely(1)])
def test_servers_that_die_between_two_commits_are_healed(
    mortal_server: PostgresServer, postgres_server: PostgresServer, tmp_path: Path, slow: int
) -> None:
    """SIGKILL of the first server and of a shard that has not committed yet, while another shard may have:
    readers go on and are warned, and the next publication makes everything whole."""
    with servers_folder() as place, ExitStack() as stack:
        mortal = mortal_server, PostgresServer(place / "shard").start()
        stack.callback(mortal[1].stop)
        main, dying, other = (
            stack.enter_context(new_database(server)) for server in (*mortal, postgres_server)
        )
        shards = [dying, other] if slow == 1 else [other, dying]
        folder = stack.enter_context(closing(FolderLibrary.open([spread(tmp_path)])))
        set_up(main, shards=shards)
        publish(folder, main)
        with closing(connect(dying)) as shard:
            shard.execute(SLOW_COMMIT.format(seconds=60).encode())
        (tmp_path / "7.md").unlink()
        for number in range(30, 90):
            date = "2024-03-01" if number % 2 else ""
            write(tmp_path / f"-{number}.md", text_of(f"Story {number}", date, body="common chips"))
        refresh(folder, rebuild=True)  # so that both shards get other articles
        failed: list[BaseException] = []

        def publishing() -> None:
            try:
                publish(folder, main)
            except ReaderError as error:
                failed.append(error)

        thread = Thread(target=publishing)
        thread.start()
        _until(main, "select exists(select from meta where key = 'unfinished')")
        _until(dying, "select exists(select from pg_stat_activity where wait_event = 'PgSleep')")
        with closing(open_library([main])) as shared:
            assert shared.select(parse("chips")).window(0, 50)
            for server in mortal:
                server.kill()
            thread.join(60)
            assert len(failed) == 1
            for server in mortal:
                server.start()
            [*shared.refresh()]
            assert shared.select(parse("chips")).window(0, 50)
            [notice] = shared.notices
            assert "interrupted" in notice
            with closing(connect(dying)) as shard:
                shard.execute("drop function news.wait cascade")
            publish(folder, main)
            for text in QUERIES:
                mine, theirs = (one.select(parse(text)).window(0, 100) for one in (folder, shared))
                assert [one.id for one in mine] == [one.id for one in theirs], text
            [*shared.refresh()]
            assert shared.notices == [notice]


def test_no_answer_mixes_two_publications(
    three: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While shards commit one after the other, a question waits for the last one."""
    monkeypatch.setattr(index, "COMMITTING", 60)
    main, *shards = three
    with closing(FolderLibrary.open([spread(tmp_path)])) as folder:
        set_up(main, shards=shards)
        publish(folder, main)
        for address in shards:
            with closing(connect(address)) as shard:
                shard.execute(SLOW_COMMIT.format(seconds=0.2).encode())

        def turns_seen() -> set[str]:
            found = shared.select(parse("chips")).window(0, 50)
            assert len(found) == 30
            return {one.title.partition(" of ")[0] for one in found}

        with closing(open_library([main])) as shared:
            before = turns_seen()
            for turn in ("One", "Two"):
                for number in range(30):
                    date = "2024-03-01" if number % 2 else ""
                    write(tmp_path / f"{number}.md", text_of(f"{turn} of {number}", date, body="chips"))
                refresh(folder, rebuild=True)
                thread = Thread(target=publish, args=(folder, main))
                thread.start()
                while thread.is_alive():
                    assert turns_seen() in (before, {turn})
                thread.join()
                before = {turn}
                assert turns_seen() == before


def _until(address: str, question: str) -> None:
    """Wait until a server answers yes."""
    with closing(connect(address)) as connection:
        end = monotonic() + 60
        while connection.execute(question.encode()).fetchone() != (True,):
            assert monotonic() < end, question
            sleep(0.02)


class Explained(PostgresStore):
    """A store that says how its questions are answered, instead of answering them."""

    def __init__(self, connection: psycopg.Connection) -> None:
        super().__init__(lambda: connection)
        self.plans: list[str] = []
        self._asked = connection

    def _rows(self, question: str, *values: object) -> list[tuple[object, ...]]:
        rows = self._asked.execute(f"explain (verbose, costs off) {question}".encode(), values).fetchall()
        self.plans.append("\n".join(line for (line,) in rows))
        return []


def test_shards_are_asked_for_nothing_but_the_answer(three: list[str], tmp_path: Path) -> None:
    """Every condition travels to the shards, which answer at once; what is in order is merged in order."""
    main, *shards = three
    with closing(FolderLibrary.open([spread(tmp_path)])) as folder:
        set_up(main, shards=shards)
        publish(folder, main)
        with closing(connect(main)) as connection:
            store = Explained(connection)
            store.set_of(SetKind.WORD, "chips")
            store.sets_of(SetKind.WORD, ["chips", "common"])
            store.set_starting(SetKind.WORD, "chipsets")
            store.keyed_between(1, 2)
            store.numbers_from([1, 2])
            store.numbers_of([1, 2])
            store.headlines([1, 2], {})
            store.identities([1, 2])
            store.articles([1, 2])
            list(store.dates_of([1, 2]))
            store.with_phrase([1, 2], "text", ["common", "chips"], False)
            store.with_url(["a", "b"], BitMap([1]))
            store.with_path("a", BitMap([1]))
            store.story_members([1, 2])
            list(store.words_of([1, 2]))
            for plan in store.plans:
                assert plan.count("Remote SQL") == plan.count("WHERE") == 2, plan
                assert "Filter" not in plan and plan.count("Async Foreign Scan") == 2, plan
            store.plans.clear()
            list(store.dated_from(5))
            [plan] = store.plans
            assert "Merge Append" in plan and "Filter" not in plan and plan.count("ORDER BY date") == 2, plan


@pytest.mark.parametrize("_", [pytest.param(0, marks=LONG)])
def test_no_page_fails_and_no_mark_is_lost_when_nodes_die(tmp_path: Path, _: int) -> None:
    """SIGKILL of a shard's and of the first server's primary while pages are read: every page is there, marks
    say a sentence until there is a writer again, and each that was reported to be set is set."""
    programs()
    with servers_folder() as folder, ExitStack() as stack:

        def started(name: str, primary: PostgresServer | None = None, **settings: str) -> PostgresServer:
            server = PostgresServer(folder / name, primary=primary, **settings).start()
            stack.callback(server.stop)
            return server

        pairs = []
        for name in ("main", "one", "two"):
            primary = started(name)
            pairs.append((primary, started(f"{name}b", primary)))
            if name == "main":
                with psycopg.connect(primary.url(), autocommit=True) as connection:
                    connection.execute("alter system set synchronous_standby_names = '*'")
                    connection.execute("select pg_reload_conf()")
        main, one, two = (_of_both(*pair) for pair in pairs)
        set_up(main, shards=[one, two])
        with closing(FolderLibrary.open([spread(tmp_path / "news", 200)])) as library:
            publish(library, main)
        set_keys, sentences, pages = _read_and_mark(main, pairs)
        assert pages > 50 and len(set_keys) > 20 and sentences > 0
        with closing(open_library([main])) as shared:
            found = {one.id for one in shared.select(parse("is:starred")).window(0, 500)}
        assert set_keys <= found


def _of_both(primary: PostgresServer, standby: PostgresServer) -> str:
    """An address that names both servers."""
    url = primary.url()
    return url.replace(f":{primary.port}/", f":{primary.port},127.0.0.1:{standby.port}/")


def _read_and_mark(
    address: str, pairs: list[tuple[PostgresServer, PostgresServer]]
) -> tuple[set[str], int, int]:
    """Read pages and set marks while two primaries are killed; what was reported as set, how many sentences
    there were instead, and how many pages were read."""
    from reader.library import Change

    stop = Event()
    failed: list[BaseException] = []
    done: set[str] = set()
    counts = {"pages": 0, "sentences": 0}
    with closing(open_library([address])) as shared:
        ids = [*shared.select(parse("")).window(0, 200)]

    def read() -> None:
        with closing(open_library([address])) as shared:
            while not stop.is_set():
                query = parse(("chips", "common", "word1*", "")[counts["pages"] % 4])
                try:
                    results = shared.select(query)
                    assert len(results.window(0, 30)) == min(30, len(results)) > 0
                except BaseException as error:
                    failed.append(error)
                    return
                counts["pages"] += 1

    def mark() -> None:
        with closing(open_library([address])) as shared:
            while not stop.is_set():
                one = ids[(len(done) + counts["sentences"]) % len(ids)]
                try:
                    shared.mark([one], Change(starred=True))
                    done.add(one.id)
                except ReaderError:
                    counts["sentences"] += 1
                stop.wait(0.02)

    threads = [Thread(target=read), Thread(target=mark)]
    for thread in threads:
        thread.start()
    try:
        for primary, standby in (pairs[1], pairs[0]):
            stop.wait(3)
            primary.kill()
            stop.wait(2)
            standby.promote()
        stop.wait(5)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not failed, failed[0]
    return done, counts["sentences"], counts["pages"]
