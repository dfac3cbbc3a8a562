"""Slow work in threads that quitting does not wait for: a server, a browser or a relay may take its time.

Textual's own thread workers are waited for when the event loop ends. Work that must be finished, such as
writing marks, belongs there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


def begin(work: Callable[[], Result]) -> Future[Result]:
    """Do work in its own thread; its result is dropped if nothing waits for it any more."""
    future: Future[Result] = Future()
    context = copy_context()

    def run() -> None:
        future.set_running_or_notify_cancel()
        try:
            result = context.run(work)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    Thread(target=run, daemon=True).start()
    return future


async def in_daemon_thread(work: Callable[[], object]) -> None:
    """Wait for work that is done in its own thread. Raises what the work raises."""
    await asyncio.wrap_future(begin(work))
