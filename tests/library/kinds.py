"""The same articles behind each kind of Library, so that one test asks both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from reader.library import Library
from reader.library.folder.library import FolderLibrary
from tests.postgres_server import PostgresServer, new_database

KINDS = ("folder", "shared")


@contextmanager
def library_of_kind(request: pytest.FixtureRequest, kind: str, folder: FolderLibrary) -> Iterator[Library]:
    """The Library of a folder, or the shared one to which it was published."""
    if kind == "folder":
        yield folder
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with ExitStack() as stack:
        url = stack.enter_context(new_database(server))
        publish(folder, url, is_first=True)
        from reader.library.postgres.library import SharedLibrary

        library = SharedLibrary(url)
        stack.callback(library.close)
        yield library


def publish(folder: FolderLibrary, url: str, *, is_first: bool = False) -> None:
    """Bring what the folder's index has into a database."""
    from reader.library.postgres.publish import Publisher
    from reader.library.postgres.setup import set_up

    if is_first:
        set_up(url)
    *_, last = Publisher(*folder.publishable(), url).run()
    assert last.report is not None
