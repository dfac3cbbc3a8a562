"""Makes docs/screen.svg, the README's picture: the real screen on the sample, at 140 by 40, on a fixed day.

    .venv/bin/python scripts/make_picture.py

It uses its own folder for index and marks, so it shows the same for everyone. Nothing imports this.
"""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, datetime
from html import escape, unescape
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.cells import cell_len

COLUMNS, ROWS = 140, 40
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
"""Shortly after the newest article of the sample."""
STARRED, READ = (1, 6), (3, 4, 7, 8)
"""Places in the list, newest first, that were starred and read before."""
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "screen.svg"

_FONTS = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
"""Where the export tells viewers to fetch a font from: pictures fetch nothing."""


_RUN = re.compile(r'(<text [^>]*?x=")([0-9.]+)("[^>]*?textLength=")([0-9.]+)("[^>]*>)([^<]*)</text>')
_PLAIN = re.compile(r"[^\u2000-\uffff]+|.", re.DOTALL)
"""Letters that every font has go together; signs, which another font may lend, each to its own cell."""


def in_cells(svg: str) -> str:
    """The picture with every sign in its own cell: one that another font lends moves no letter beside it."""
    return _RUN.sub(_parted, svg)


def _parted(run: re.Match[str]) -> str:
    head, left, middle, width, tail, text = run.groups()
    text = unescape(text)
    if not text.strip():
        return ""
    cell = float(width) / cell_len(text)
    parts, at = [], 0
    for part in _PLAIN.findall(text):
        size = cell_len(part)
        if part.strip():
            place, length = float(left) + at * cell, size * cell
            fit = ' lengthAdjust="spacingAndGlyphs"' if len(part) == 1 else ""
            parts.append(f"{head}{place:.1f}{middle}{length:.1f}{tail[:-1]}{fit}>{escape(part)}</text>")
        at += size
    return "".join(parts)


async def picture() -> str:
    """The screen as SVG, with an article chosen that has something to show."""
    from reader.app import Start
    from reader.app.browsing.browse_screen import BrowseScreen
    from reader.app.reader_app import ReaderApp
    from reader.config import Config
    from reader.config.paths import data_dir
    from reader.library import Change
    from reader.library.sources import open_library
    from reader.query import Query

    library = open_library([data_dir("sample_feed")])
    try:
        list(library.refresh())
        newest = library.select(Query(), NOW).window(0, 10)
        library.mark([newest[place] for place in STARRED], Change(starred=True))
        library.mark([newest[place] for place in READ], Change(read=True))
        # Never read by itself: the picture does not depend on how long it takes to make.
        app = ReaderApp(Start(library, Query(), Config(mark_read_after=-1), "~/news", clock=lambda: NOW))
        async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
            screen = app.screen
            assert isinstance(screen, BrowseScreen)
            while getattr(screen, "is_refreshing", True) or not screen.articles.results:
                await pilot.pause(0.05)
            await pilot.pause(1)
            return in_cells(_FONTS.sub("", app.export_screenshot(title="reader ~/news")))
    finally:
        library.close()


def main() -> None:
    """Write the picture."""
    with TemporaryDirectory() as home:
        for kind in ("CACHE", "DATA", "CONFIG", "STATE"):
            os.environ[f"READER_{kind}_DIR"] = f"{home}/{kind}"
        PICTURE.write_text(asyncio.run(picture()), encoding="utf-8")


if __name__ == "__main__":
    main()
