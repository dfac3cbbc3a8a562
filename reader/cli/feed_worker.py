"""The process that fetches feeds for the screen, so that neither its imports nor its work delay a key. It
reads one task as JSON from stdin, writes a line of JSON for each step, and exits. It also exits as soon as
the screen closes its stdin: a fetch can be killed at any moment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Any

from reader.errors import ReaderError, reason_of

NICE = 10
"""Its niceness, inherited by its own processes: the screen has priority."""


def serve() -> None:
    """Run the task on stdin; the last line of output is the result or an error message."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(NICE)
    # Linux schedules this process's own session as a group with its own priority.
    with suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as group:
        group.write(str(NICE))
    task = json.loads(sys.stdin.readline())
    Thread(target=_end_with_the_screen, daemon=True).start()
    answers, sys.stdout = sys.stdout, sys.stderr
    with suppress(BrokenPipeError):
        for answer in answers_to(**task):
            print(json.dumps(answer), file=answers, flush=True)


def answers_to(task: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Run a task; the last answer is its result or an error message."""
    try:
        yield from _TASKS[task](**arguments)
    except ReaderError as error:
        yield {"error": str(error)}
    except OSError as error:
        yield {"error": reason_of(error)}


def _end_with_the_screen() -> None:
    sys.stdin.read()
    os._exit(0)


def _fetch(urls: list[str], force: bool, is_asked_for: bool) -> Iterator[dict[str, Any]]:
    from reader.cli import feeds as command
    from reader.feeds import fetching

    known, folder = command.read_feeds()
    wanted = [one for one in known if one.address in urls] if urls else known
    report = fetching.FetchReport()
    steps = fetching.fetch(
        wanted,
        folder=folder,
        force=force,
        is_named=bool(urls),
        protected=partial(command.marked_articles, folder),
        report=report,
    )
    try:
        for step in steps:
            yield {**step._asdict(), "new": report.new, "failed": report.failed}
    except fetching.Busy:
        if is_asked_for:
            raise
    yield {"report": report.record()}


def _discover(url: str) -> Iterator[dict[str, Any]]:
    from reader.feeds import discovery

    yield {"found": [one._asdict() for one in discovery.discover(url)]}


def _keep_full_text(path: str, url: str) -> Iterator[dict[str, Any]]:
    from reader.cli.feeds import read_feeds
    from reader.feeds import saving

    saving.keep_full_text(path, url, folder=read_feeds()[1])
    yield {"found": True}


_TASKS: Mapping[str, Callable[..., Iterator[dict[str, Any]]]] = {
    "fetch": _fetch,
    "discover": _discover,
    "full_text": _keep_full_text,
}
