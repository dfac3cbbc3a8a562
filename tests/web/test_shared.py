"""A shared collection in a browser, and through a restricted reader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.real_screen import environment_of
from tests.postgres_server import database, postgres_server
from tests.web.test_server import screen, seen, serving

__all__ = ["database", "postgres_server"]


@pytest.mark.long
async def test_visitors_read_and_mark_what_a_database_has(
    database: str,  # noqa: F811, the fixture
    tmp_path: Path,
) -> None:
    """Nothing is written on the machine that serves: the marks are the role's, in the database."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.md").write_text("---\ntitle: Harbour pilot\n---\nText.\n")
    desk, home = tmp_path / "desk", tmp_path / "home"  # which `serving` uses too
    for words, where in (
        (["publish", str(news), "--to", database, "--init"], desk),
        (["mark", "star", database, "--restricted"], home),
    ):
        command = [sys.executable, "-m", "reader", *words]
        subprocess.run(command, env=environment_of(where, {}), check=True, capture_output=True)
    with serving(database, tmp_path) as server:
        async with screen(server.address) as socket:
            text = await seen(socket, "Harbour pilot")
    assert "postgresql" not in text
    assert not [path for path in home.rglob("*") if path.is_file()]
