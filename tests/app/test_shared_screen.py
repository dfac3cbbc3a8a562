"""The screen over a shared collection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from reader.app import Start
from reader.app.reader_app import ReaderApp
from reader.config import Config
from reader.library.folder.library import FolderLibrary
from reader.library.sources import open_library
from reader.query import parse
from tests.app.pilot import MEDIUM, browse, line, notices, picture, press, send, settled, until
from tests.index.files import every, opened, refresh, text_of, write
from tests.library.kinds import publish
from tests.postgres_server import PostgresServer, new_database


@pytest.fixture
def address(mortal_server: PostgresServer) -> Iterator[str]:
    """A database on a server that the test may kill."""
    with new_database(mortal_server) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[FolderLibrary]:
    """Three hundred articles, so that the list has pages that were never read."""
    for number in range(300):
        day = f"2024-0{number // 28 % 9 + 1}-{number % 28 + 1:02}"
        write(tmp_path / "news" / f"{number:03}.md", text_of(f"Harbour {number:03}", day))
    library = opened(tmp_path / "news")
    yield library
    library.close()


async def shows(pilot: Pilot[int], text: str) -> None:
    """Wait until the screen shows a text."""
    await until(pilot, lambda: text in picture(pilot))


async def test_publications_arrive_and_a_lost_server_is_awaited(
    mortal_server: PostgresServer, address: str, folder: FolderLibrary, tmp_path: Path
) -> None:
    """Published articles are listed without a key; while the server is down, everything loaded stays, keys
    do no harm, and the list continues when it is back."""
    publish(folder, address, is_first=True)
    library = open_library([address])
    start = Start(library, parse(""), Config(mark_read_after=-1), "postgresql://news@db.example/news")
    app = ReaderApp(start)
    async with app.run_test(size=MEDIUM) as pilot:
        await settled(pilot)
        assert "300 of 300" in line(pilot, 0) and "postgresql://news@db" in line(pilot, 0)
        await press(pilot, "s", "j", "s")
        assert len(every(library, "is:starred")) == 2
        write(tmp_path / "news" / "new.md", text_of("Brand new", "2024-12-01"))
        refresh(folder)
        publish(folder, address)
        await shows(pilot, "Brand new")
        await shows(pilot, "301 of 301")
        assert "301 unread" in line(pilot, 0), "both change at once"
        mortal_server.kill()
        await send(pilot, "G", "s", "n", "slash", "h", "a", "r", "enter", "home", "e")
        await shows(pilot, "no server answers")
        assert all("secret" not in notice for notice in notices(app))
        assert "Brand new" in picture(pilot)
        mortal_server.start()
        await shows(pilot, "300 of 301")
        await press(pilot, "G")
        await shows(pilot, "Harbour 000")
        assert browse(pilot).is_settled, until
    library.close()
