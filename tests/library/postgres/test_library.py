"""The Library of a shared collection: publications meanwhile, lost servers, hostile rows, passwords."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

import psycopg
import pytest

from reader.errors import QueryError, ReaderError
from reader.library import Change
from reader.library.folder.library import FolderLibrary
from reader.library.sources import open_library
from reader.query import parse
from tests.index.files import NOW, every, opened, refresh, text_of, titles, write
from tests.library.kinds import publish
from tests.postgres_server import PASSWORD, PostgresServer, new_database

if TYPE_CHECKING:
    from reader.library.postgres.library import SharedLibrary


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[FolderLibrary]:
    """A folder with three articles."""
    for number in range(3):
        write(tmp_path / "news" / f"{number}.md", text_of(f"Title {number}", f"2024-01-0{number + 1}"))
    library = opened(tmp_path / "news")
    yield library
    library.close()


@pytest.fixture
def library(folder: FolderLibrary, shared: str) -> Iterator[SharedLibrary]:
    """The same, shared."""
    from reader.library.postgres.library import SharedLibrary

    publish(folder, shared)
    found = SharedLibrary(shared)
    yield found
    found.close()


def add(folder: FolderLibrary, tmp_path: Path, shared: str, name: str, date: str) -> None:
    """Publish one more article."""
    write(tmp_path / "news" / f"{name}.md", text_of(name, date))
    refresh(folder)
    publish(folder, shared)


def end_connections(shared: str) -> None:
    """End everyone else's connections, as a server does that is stopped."""
    with psycopg.connect(shared, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid != pg_backend_pid()"
        )


def test_a_publication_is_seen_by_the_next_question(
    library: SharedLibrary, folder: FolderLibrary, tmp_path: Path, shared: str
) -> None:
    """An older answer pages on with what is published now, and counts it."""
    results = library.select(parse(""), NOW)
    assert len(results) == 3
    before = library.generation
    add(folder, tmp_path, shared, "Newest", "2024-02-01")
    add(folder, tmp_path, shared, "Oldest", "2023-01-01")
    assert [one.title for one in results.window(0, 9)] == [
        "Newest",
        "Title 2",
        "Title 1",
        "Title 0",
        "Oldest",
    ]
    assert len(results) == library.total == 5 and library.generation != before
    assert titles(library, "sort:-date")[0] == "Oldest"


def test_parts_of_addresses_and_paths_are_found_as_in_the_folder(shared: str, tmp_path: Path) -> None:
    """Whatever signs they have, in any case of ASCII letters, with or without the index of trigrams that
    docs/shared.md describes for large collections."""
    from reader.library.postgres.library import SharedLibrary

    names = ("100%", "a_b", "axb", "Back\\slash", "ÉTÉ", "été", "UPPER", "it's")
    for name in names:
        write(
            tmp_path / "news" / f"{name}.md",
            text_of(f"T {name}", "2024-01-01", url=f"https://n.example/{name}"),
        )
    queries = [f'url:"{part}"' for part in (*names, "%", "_", "\\", "upper", "x_b", "e/a", "'")]
    queries += [f'path:"{part}.md"' for part in (*names, "upper", "x_b", "%")]
    with (
        closing(opened(tmp_path / "news")) as folder,
        psycopg.connect(shared, autocommit=True) as connection,
    ):
        publish(folder, shared)
        with closing(SharedLibrary(shared)) as library:
            for statement in (
                "set search_path = news, public",
                "create extension pg_trgm schema public",
                "create index on article using gin(lower(url) gin_trgm_ops, lower(path) gin_trgm_ops)",
                "set enable_seqscan = off",
            ):
                for query in queries:
                    assert titles(library, query) == titles(folder, query), query
                try:
                    connection.execute(statement.encode())
                except psycopg.errors.FeatureNotSupported:
                    return  # PostgreSQL without its contributed extensions
        plan = connection.execute("explain select from article where lower(url) like '%slash%'").fetchall()
        assert "article_lower_lower1_idx" in str(plan)


def test_a_reader_has_few_connections_and_leaves_no_transaction_open(
    library: SharedLibrary, shared: str
) -> None:
    """Four at most: for questions, for pages, for marks and for notices; so that many can read at once."""
    from reader.library.postgres import library as module

    library._seconds = module.LONG + 1  # as if the last answer had taken long
    for _ in range(3):
        library.wait_for_change(0.01)
        library.glance(parse("title"), NOW)
        library.mark(every(library)[:1], Change(starred=True))
        library.note(every(library)[0])
        library.undo()
        with library._index.connections.transaction(), library._index.connections.transaction():
            assert len(every(library)) == 3
    with psycopg.connect(shared) as connection:
        states = connection.execute(
            "select state from pg_stat_activity where datname = current_database()"
            " and application_name = 'reader' and backend_type = 'client backend'"
        ).fetchall()
    assert states == [("idle",)] * 4


def test_what_is_withdrawn_is_gone(
    library: SharedLibrary, folder: FolderLibrary, tmp_path: Path, shared: str
) -> None:
    """A deleted article is not listed, found or read any more, and a mark on it does no harm."""
    (gone,) = [one for one in every(library) if one.title == "Title 1"]
    library.mark([gone], Change(starred=True))
    (tmp_path / "news" / "1.md").unlink()
    refresh(folder)
    publish(folder, shared)
    assert titles(library) == ["Title 2", "Title 0"] and titles(library, "is:starred") == []
    for ask in (lambda: library.find(gone.id), lambda: library.article(gone)):
        with pytest.raises(ReaderError):
            ask()
    assert [article for _, article, _ in library.read([gone])] == [None]


def test_waiting_is_told_of_a_publication(
    library: SharedLibrary, folder: FolderLibrary, tmp_path: Path, shared: str
) -> None:
    """At once, not at the next look; and then the refresh says that answers may have changed."""
    [*library.refresh()]
    assert not library.wait_for_change(0.01)
    publishing = Thread(target=lambda: add(folder, tmp_path, shared, "New", "2024-02-01"))
    publishing.start()
    began = monotonic()
    assert any(library.wait_for_change(2) for _ in range(10))
    assert monotonic() - began < 20
    publishing.join()
    assert [one.changed for one in library.refresh()] == [True]
    assert [one.changed for one in library.refresh()] == [False]


def test_a_lost_connection_fails_no_question(library: SharedLibrary, shared: str) -> None:
    """The next question uses a new connection; so does a change of marks."""
    results = library.select(parse("title"), NOW)
    for _ in range(3):
        end_connections(shared)
        assert len(results.window(0, 9)) == 3
        end_connections(shared)
        assert len(library.facet("provider", parse("")).values) == 1
        end_connections(shared)
        assert library.mark(results.window(0, 1), Change(starred=True)) in (0, 1)
    assert len(every(library, "is:starred")) == 1


def test_a_dead_server_is_a_sentence(
    library: SharedLibrary, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a server, questions raise one clear error, the total stays, and waiting raises nothing."""
    assert library.total == 3
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = f"postgresql://news:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{unused.getsockname()[1]}/x"
        for one in (library._index.connections, library._index.marks, library._watch):
            monkeypatch.setattr(one, "_address", dead)
        end_connections(shared)
        with pytest.raises(ReaderError, match="no server answers") as raised:
            library.select(parse(""), NOW)
        assert PASSWORD not in str(raised.value) and "secret" not in str(raised.value)
        assert library.total == 3
        assert not library.wait_for_change(0.01)


def test_hostile_rows_are_cleaned(library: SharedLibrary, shared: str) -> None:
    """What someone else wrote into the tables is shown as harmless as what is in a file."""
    with psycopg.connect(shared, autocommit=True) as connection:
        connection.execute(
            "update news.article set title = E'a\\x1b[2Jb\\u202e', provider = E'p\\x07',"
            " url = 'javascript:x', path = '/etc/passwd', topics = E't\\x1b',"
            " body = E'\\x1b]0;title\\x07body', record ="
            ' \'{"title": "a\\u001b[2J", "webUrl": "javascript:x", "topics": 7, "images": [3]}\''
        )
    for one in every(library):
        assert (one.title, one.provider, one.topics, one.url) == ("ab", "p", ("t",), "")
        article = library.article(one)
        assert "\x1b" not in article.title + article.body and "\x07" not in article.body
        assert (article.url, article.topics, article.images, article.path) == ("", (), (), "")


def test_damaged_sets_are_a_sentence(library: SharedLibrary, shared: str) -> None:
    """No traceback where a set is no set: publish again."""
    with psycopg.connect(shared, autocommit=True) as connection:
        connection.execute("update news.sets set data = 'nonsense' where field = 40")
    with pytest.raises(ReaderError, match="publish"):
        library.select(parse(""), NOW)


def test_values_of_a_question_are_parameters(library: SharedLibrary) -> None:
    """Quotes, percent signs, backslashes and NULs in a question find nothing and break nothing."""
    for text in ("'; drop table article; --", "%s", "100%", "\\'", "a\0b", "\ud800", "_", "*"):
        for field in ("title", "url", "path", "provider", "topic", "author", "tag", "domain"):
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            with suppress(QueryError):
                library.select(parse(f'{field}:"{quoted}"'), NOW).window(0, 9)
    assert library.total == 3 and len(every(library)) == 3


def test_a_role_sees_its_own_marks(library: SharedLibrary, member: str) -> None:
    """Two roles read the same articles and mark them apart."""
    from reader.library.postgres.library import SharedLibrary

    library.mark(every(library)[:1], Change(read=True))
    other = SharedLibrary(member)
    try:
        assert len(every(other, "is:unread")) == 3
        other.mark(every(other), Change(starred=True))
        assert len(every(other, "is:starred")) == 3 and every(library, "is:starred") == []
    finally:
        other.close()


def test_marks_of_another_machine_are_seen(library: SharedLibrary, shared: str) -> None:
    """The same role elsewhere: the next question knows what it marked, and waiting ends."""
    from reader.library.postgres.library import SharedLibrary

    [*library.refresh()]
    elsewhere = SharedLibrary(shared)
    try:
        elsewhere.mark(every(elsewhere)[:2], Change(read=True, add_tags=("x",)))
    finally:
        elsewhere.close()
    assert library.wait_for_change(0.01)
    assert len(every(library, "is:read")) == 2 and len(every(library, "tag:x")) == 2


def test_a_long_answer_is_preceded_by_the_newest(
    shared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least those of the newest blocks, in their order; nothing where the answer is quick, where it has
    another order, or where that would not fill a screen."""
    from reader.library.postgres import library as module

    # What has no date is numbered in a block of its own, below all others.
    for name, date in (("Title 0", "2024-01-01"), ("Title 1", "2024-01-02"), ("Title without a date", "")):
        write(tmp_path / "news" / f"{name}.md", text_of(name, date))
    with closing(opened(tmp_path / "news")) as folder:
        publish(folder, shared)
    with closing(module.SharedLibrary(shared)) as library:
        query = parse("title")
        monkeypatch.setattr(module, "LONG", 60.0)
        assert len(library.select(query, NOW)) == 3 and library.glance(query, NOW) is None
        monkeypatch.setattr(module, "LONG", -1.0)
        monkeypatch.setattr(module, "NEWEST_BLOCKS", 1)
        assert library.glance(query, NOW) is None
        monkeypatch.setattr(module, "SCREENFUL", 1)
        first = library.glance(query, NOW)
        assert first is not None and not first.is_exact and library.select(query, NOW).is_exact
        assert [one.title for one in first.window(0, 9)] == ["Title 1", "Title 0"]
        assert library.glance(parse("title sort:title"), NOW) is None
        library.mark(first.window(0, 1), Change(read=True))
        again = library.glance(parse("title is:unread"), NOW)
        assert again is not None and len(again) == 1


def test_the_screen_and_the_command_line_open_it_by_its_address(
    library: SharedLibrary, shared: str, tmp_path: Path
) -> None:
    """One address alone; a folder beside it is a sentence."""
    found = open_library([shared])
    assert found.total == 3 and PASSWORD not in found.refreshed_by
    found.close()
    with pytest.raises(ReaderError, match="combined"):
        open_library([shared, tmp_path])


def test_rules_for_topics_work_as_for_a_folder(library: SharedLibrary, folder: FolderLibrary) -> None:
    """They are answered from the shared sets."""
    from reader.query.topic_rules import topic_rules

    rules, _ = topic_rules({"Second": "title:1"})
    for one in (library, folder):
        one.use_topics(rules)
        assert titles(one, "topic:Second") == ["Title 1"]
        assert [row.added_topics for row in every(one)] == [(), ("Second",), ()]


def test_a_server_that_is_started_again_is_noticed(
    folder: FolderLibrary, mortal_server: PostgresServer
) -> None:
    """Waiting ends when the server is back, and the refresh then reports a change."""
    from reader.library.postgres.library import SharedLibrary

    with new_database(mortal_server) as url:
        publish(folder, url, is_first=True)
        with closing(SharedLibrary(url)) as library:
            [*library.refresh()]
            library.wait_for_change(0.01)
            mortal_server.kill()
            assert not library.wait_for_change(0.01)
            mortal_server.start()
            assert any(library.wait_for_change(0.2) for _ in range(50))
            assert [one.changed for one in library.refresh()] == [True]


def test_a_standby_is_read_and_its_primary_marked(
    folder: FolderLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks go to the server that takes them and are seen at once, though the standby hears of them later; it
    sends no notices, so a publication is seen by looking."""
    from reader.library.postgres import library as module
    from reader.library.postgres.library import SharedLibrary
    from tests.postgres_server import servers_folder

    monkeypatch.setattr(module, "LOOK_SECONDS", 0.1)
    with servers_folder() as place, ExitStack() as stack:
        primary = PostgresServer(place / "one").start()
        stack.callback(primary.stop)
        publish(folder, primary.url(), is_first=True)
        standby = PostgresServer(place / "two", primary=primary).start()
        stack.callback(standby.stop)
        both = standby.url().replace(f":{standby.port}/", f":{standby.port},127.0.0.1:{primary.port}/")
        library = stack.enter_context(closing(SharedLibrary(both)))
        assert len(every(library)) == 3
        with psycopg.connect(standby.url(), autocommit=True) as connection:
            connection.execute("select pg_wal_replay_pause()")
            assert library.mark(every(library)[:2], Change(read=True)) == 2
            assert len(every(library, "is:read")) == 2 and library.undo() == "2 marked read"
            assert every(library, "is:read") == []
            connection.execute("select pg_wal_replay_resume()")
        [*library.refresh()]
        add(folder, tmp_path, primary.url(), "New", "2024-02-01")
        # The marks of above may arrive first.
        assert any(library.wait_for_change(0.1) and titles(library)[0] == "New" for _ in range(100))
