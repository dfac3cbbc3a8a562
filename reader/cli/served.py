"""The reader behind a page of `reader serve`: a separate process, restricted, without a terminal."""

from __future__ import annotations

import json
import os

from reader.cli import ended_well
from reader.permissions import restrict


def main() -> int:
    """Runs the screen for the browser connected to stdin and stdout; returns the exit code."""
    restrict()
    sources = json.loads(os.environ.pop("READER_SERVED"))
    return ended_well(lambda: _show(sources))


def _show(sources: list[str]) -> int:
    from reader.cli.screen import show_served

    return show_served(sources)
