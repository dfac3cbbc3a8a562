"""An index damaged in any place is rebuilt; what goes wrong with one query or file is reported."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reader.errors import QueryError, ReaderError, StorageError
from reader.index import entry, search
from reader.index.view import IndexView
from reader.library import Change, Library
from reader.library.folder.library import FolderLibrary
from reader.query import Query, Term, parse
from tests.conftest import rarely
from tests.index.files import NOW, named, opened, refresh, text_of, titles, write

DAMAGES = [
    "update sets set data = x'00'",
    "update sets set data = x'0000'",
    "update sets set data = 'text'",
    "update rare set data = x'00'",
    "update sets set block = 99999; update blocks set block = 99999; update rare set block = 99999",
    "update blocks set block = 1 << 40",
    "update blocks set block = -1",
    "update articles set title = x'ff'",
    "update articles set topics = x'ff'",
    "update articles set title = cast(x'ff' as text)",
    "update choices set value = cast(x'ff' as text)",
    "update folders set path = cast(path || x'ff' as text)",
    "update articles set date = 'soon'",
    "update articles set date = 1 << 60",
    "update articles set key = 'none' || number",
    "update articles set quality = x'00'",
    "update choices set folded = x'00'",
    "update choices set value = x'00'",
    "update meta set value = 'many'",
    "update meta set value = null",
    "update folders set signature = 'x'",
    "update folders set root = 'x'",
    "update folders set root = 7",
    "update titles set number = -1",
    "update sets set value = cast(value as blob)",
    "update sets set part = 7",
    "update blocks set block = block + 1",
    "update articles set url = x'ff', provider = x'ff'",
    "update meta set value = x'ff' where key like 'number.%'",
    "update others set key = 'x'; update racy set digest = 7",
    "delete from sets",
    "update or replace sets set field = -1",
    "update sets set field = -1 where field = 40",
    "update sets set field = field + 1000",
    "update sets set value = 'x' where value = 'live'",
    "delete from rare; delete from sets where field < 10",
    "delete from articles where number % 2",
    "delete from articles",
    "drop table if exists sets",
    "drop table if exists articles",
    "drop table if exists folders",
    "drop table if exists choices",
    "drop table if exists meta",
    "drop table if exists titles",
    "drop table if exists blocks",
    "drop table if exists others",
    "drop table if exists problems",
    "drop table if exists racy",
    "alter table articles rename column title to heading",
]


def ask_everything(library: Library) -> list[list[str]]:
    """Whatever a screen or a command asks, with what there is to read in it."""
    queries = (
        "", "alpha", "alph*", "topic:AI", "quality:>=5", "sort:title", "sort:provider",
        "since:2024-01-02",
    )  # fmt: skip
    found = []
    for query in queries:
        results = library.select(parse(query), NOW)
        shown = results.window(0, 10)
        found.append([one.title for one in shown])
        [results.position(one.number) for one in shown]
        [library.article(one).body for one in shown]
    for field in ("topic", "provider", "folder", "quality", "date", "tag"):
        found.append([one.value for one in library.facet(field, Query(), NOW).values])
    found.append([problem.reason for problem in library.problems()])
    found.append([str(library.total), *map(str, library.duplicates())])
    return found


def damage(how: str) -> None:
    """Change the newest edition of the index."""
    path = max(Path(os.environ["READER_CACHE_DIR"]).glob("indexes/*/*.db"), key=lambda path: int(path.stem))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(how)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Three articles with topics and qualities."""
    for place, title in enumerate(("alpha", "beta", "gamma"), 1):
        write(
            tmp_path / "feed" / title / f"{title}.md",
            text_of(
                title, f"2024-01-0{place}T10:00:00Z", topics="[AI]", quality=f"{place}0", provider="Post"
            ),
        )
    return tmp_path / "feed"


def test_a_damaged_schema(feed: Path) -> None:
    """Tables whose statements are no text any more are rebuilt."""
    opened(feed).close()
    path = max(Path(os.environ["READER_CACHE_DIR"]).glob("indexes/*/*.db"))
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE meta", b"CREATE T\xffBLE meta"))
    assert len(titles(opened(feed))) == 3


@pytest.mark.parametrize("how", DAMAGES)
def test_damage_is_put_right(feed: Path, how: str) -> None:
    """A question that meets it is answered anyway, and the next reader has all answers again."""
    library = opened(feed)
    wanted = ask_everything(library)
    for _ in range(2):
        damage(how)
        assert ask_everything(library) == wanted
    library.mark(named(library, "alpha"), Change(starred=True))
    assert titles(library, "is:starred") == ["alpha"]
    refresh(library)
    assert ask_everything(library) == wanted
    library.close()
    damage(how)
    library = FolderLibrary.open([feed])
    for _ in library.refresh_for(None):
        pass
    assert ask_everything(library) == wanted
    library.close()


def test_whatever_is_raised_while_a_query_is_evaluated_is_a_sentence(
    feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is rebuilt once at most for it; other questions are answered as before."""
    library = opened(feed)
    evaluate = search.Search._value

    def failing(self: Any, among: Any, term: Any, value: Any) -> Any:
        if term.field == "author":
            raise ZeroDivisionError("what nobody thought of")
        return evaluate(self, among, term, value)

    monkeypatch.setattr(search.Search, "_value", failing)
    for _ in range(3):
        with pytest.raises(ReaderError, match="what nobody thought of"):
            library.select(parse("author:x"), NOW)
        assert titles(library, "alpha") == ["alpha"]
    assert len(library.notices) == 1
    library.close()


@pytest.mark.parametrize("error", [ValueError("odd"), OverflowError("far"), OSError("gone")])
def test_a_value_that_cannot_be_used_is_a_mistake_of_the_query(
    feed: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Not damage: nothing is rebuilt."""
    library = opened(feed)

    def failing(*_: object) -> Any:
        raise error

    monkeypatch.setattr("reader.query.dates.since", failing)
    with pytest.raises(QueryError, match=str(error)):
        library.select(Query((Term("since", ("7d",)),)), NOW)
    with pytest.raises(QueryError, match=str(error)):
        parse("since:9d")
    assert not library.notices
    library.close()


@pytest.mark.parametrize(
    "text", ["until:0001", "since:9999", "date:0001..9999", "until:9999-12-31", "heat:>999999999"]
)
def test_the_ends_of_the_calendar_are_ordinary_values(feed: Path, text: str) -> None:
    """They are answered, in any direction."""
    library = opened(feed)
    library.select(parse(text), NOW).window(0, 9)
    library.facet("date", parse(text), NOW)
    library.close()


@pytest.mark.parametrize("seam", ["article_in", "entry_of", "read_content"])
@pytest.mark.parametrize(
    "error", [RecursionError("deep"), *rarely(TypeError("odd"), ValueError("digits"), OverflowError("far"))]
)
@pytest.mark.parametrize("count", [3, 1200])
def test_whatever_is_raised_while_a_file_is_read_is_its_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seam: str, error: Exception, count: int
) -> None:
    """The other files are articles; `check` names the one."""
    for place in range(count):
        write(tmp_path / "feed" / f"{place}.md", text_of(f"t{place}"))
    write(tmp_path / "feed" / "bad.md", text_of("bad"))
    right: Callable[..., Any] = getattr(entry, seam)

    def failing(*arguments: Any, **named: Any) -> Any:
        if "bad" in repr(arguments):
            raise error
        return right(*arguments, **named)

    monkeypatch.setattr(entry, seam, failing)
    monkeypatch.setattr("reader.index.update.worker_count", lambda: 1)
    library = opened(tmp_path / "feed")
    assert library.total == count
    (problem,) = library.problems()
    assert problem.path.endswith("bad.md") and str(error) in problem.reason
    assert refresh(library).unchanged >= count
    library.close()


def test_a_full_disk_is_said(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the storage is no damage: nothing is rebuilt."""
    library = opened(feed)

    def failing(*_: object) -> Any:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    monkeypatch.setattr(IndexView, "use_marks", failing)
    with pytest.raises(StorageError, match="disk is full"):
        library.select(Query(), NOW)
    assert not library.notices
    library.close()


def test_a_time_after_2262_is_no_obstacle(tmp_path: Path) -> None:
    """SQLite's integers end there; the file is read once, and again when it changes."""
    path = write(tmp_path / "feed" / "late.md", text_of("late"))
    os.utime(path, (20_000_000_000, 20_000_000_000))
    os.utime(path.parent, (20_000_000_000, 20_000_000_000))
    library = opened(tmp_path / "feed")
    assert titles(library) == ["late"]
    assert refresh(library).unchanged == 1
    library.close()
