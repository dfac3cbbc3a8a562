"""The reader behind a page of `reader serve`: a process of its own, restricted, without a terminal."""

from __future__ import annotations

import json
import os

from reader.cli import STOPPED
from reader.permissions import restrict


def main() -> int:
    """Show the screen to the browser at the other end of stdin and stdout; the exit code."""
    restrict()
    sources = json.loads(os.environ.pop("READER_SERVED"))
    from reader.cli.screen import show_served

    try:
        return show_served(sources)
    except KeyboardInterrupt:
        return STOPPED
