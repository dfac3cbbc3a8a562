"""What an open screen has loaded, and what it leaves until someone asks for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.index.files import text_of, write

_LATER = (
    "PIL", "argparse", "email", "http", "optparse", "pydoc", "tomllib", "urllib.request",
    "watchfiles.cli", "xml", "reader.app.browsing.palette", "reader.app.screens.dialogs",
    "reader.app.screens.help", "reader.app.screens.saved_queries", "reader.cli.config", "reader.cli.marking",
    "httpx2", "feedparser", "psycopg", "tomlkit", "reader.feeds", "reader.app.screens.feeds",
    "reader.library.export", "reader.marks.backups", "PIL", "reader.opening.relay",
)  # fmt: skip
"""Dialogs and help, other commands, what only some articles or settings need."""

_CODE = """
import asyncio, json, sys
from reader.app.reader_app import ReaderApp
from reader.app import Start
from reader.config import Config
from reader.library import Library
from reader.library.sources import open_library
from reader.query import Query

async def main():
    library = open_library([sys.argv[1]])
    async with ReaderApp(Start(library, Query(), Config())).run_test(size=(140, 40)) as pilot:
        screen = pilot.app.screen
        while not (len(screen.articles) and screen.is_settled):
            await pilot.pause(0.05)
        await pilot.press("slash", "a", "down", "escape", "j", "tab", "j")
        await pilot.pause(0.3)
        print(json.dumps(sorted(sys.modules)))
    library.close()

asyncio.run(main())
"""


def test_browsing_and_searching_load_nothing_that_they_do_not_need(tmp_path: Path) -> None:
    """Each of these is memory, and time of the start, that most visits never ask for."""
    for number in range(3):
        write(
            tmp_path / "news" / f"{number}.md", text_of(f"About {number}", "2024-05-01", body="Some *text*.")
        )
    homes = {f"READER_{kind}_DIR": str(tmp_path / kind) for kind in ("CACHE", "DATA", "CONFIG", "STATE")}
    found = subprocess.run(
        [sys.executable, "-c", _CODE, str(tmp_path / "news")],
        env=os.environ | homes, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    loaded = set(json.loads(found.stdout.splitlines()[-1]))
    assert "markdown_it" in loaded, "an article was shown"
    assert sorted(loaded & set(_LATER)) == []
