"""One line on the terminal that says how far a refresh has come.

Writes to stderr, only where that is a terminal, and leaves nothing behind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from time import monotonic

from reader.cli.layout import columns, cut
from reader.query.results import Progress, Report

PATIENCE = 0.5
"""Seconds without a word: a shorter refresh should not flicker."""

_PAUSE = 0.1
"""Seconds between two paintings, so that a slow line over SSH is not flooded."""


def follow(steps: Iterable[Progress], *, patience: float = PATIENCE) -> Report:
    """Go through a refresh to its end, showing a bar once it takes longer than `patience` seconds."""
    report = Report()
    is_shown = sys.stderr.isatty()
    began = monotonic()
    painted = began + patience - _PAUSE
    was_painted = False
    try:
        for step in steps:
            report = step.report or report
            now = monotonic()
            if is_shown and now - painted >= _PAUSE:
                sys.stderr.write("\r" + cut(line(step, now - began), columns(2) - 1) + "\x1b[K")
                sys.stderr.flush()
                painted, was_painted = now, True
    finally:
        if was_painted:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
    return report


def line(step: Progress, seconds: float) -> str:
    """How far it has come, in words, with a bar and the time left once the work is known."""
    from reader.errors import counted  # most refreshes are over before anything is painted

    if step.phase == "scan" or not step.to_read:
        return f"looking for articles: {counted(step.seen, 'file')}"
    if step.phase == "date":
        return f"looking for dates: {step.read:,} of {counted(step.to_read, 'file')}"
    part = min(step.read / step.to_read, 1.0)
    bar = "━" * round(part * 20) + "─" * (20 - round(part * 20))
    left = f", {round(seconds * (1 - part) / part):,} s left" if 0.02 < part < 1 and seconds > 1 else ""
    return f"reading {bar} {step.read:,} of {counted(step.to_read, 'file')}{left}"
