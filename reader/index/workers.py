"""Worker processes for a cold load: each reads, parses and makes words; the writer only merges.

Spawned, not forked: the screen has threads. A worker waits on its own pipe and ends when the pipe does, so no
worker outlives the reader, whatever end that comes to.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

_IN_FLIGHT = 3
"""Tasks handed out for each worker: one being done, the others so that it never waits for the writer."""


def worker_count() -> int:
    """How many workers are worth having: one for each processor this process may use, at most eight."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)


class Workers:
    """A few processes that do tasks; with one processor or none to be had, the tasks are done right here."""

    def __init__(self, count: int) -> None:
        self._idle: SimpleQueue[Connection | None] = SimpleQueue()
        self._count = 0
        self._processes: list[Any] = []
        if count > 1:
            self._start(count)
        from concurrent.futures import ThreadPoolExecutor

        self._threads = ThreadPoolExecutor(max(self._count, 1), thread_name_prefix="worker")

    def _start(self, count: int) -> None:
        from contextlib import redirect_stderr
        from multiprocessing import get_context, resource_tracker

        # The first process brings a tracker along that inherits stderr, of which the screen has taken the
        # place: its stand-in has no descriptor, and the start would fail on it.
        with redirect_stderr(sys.__stderr__):
            resource_tracker.ensure_running()
        spawning = get_context("spawn")
        for _ in range(count):
            ours, theirs = spawning.Pipe()
            process = spawning.Process(target=serve, args=(theirs,), daemon=True)
            try:
                process.start()
            except OSError:
                # No more processes allowed: those that did start will do, or none.
                ours.close()
                return
            finally:
                theirs.close()
            self._processes.append(process)
            self._idle.put(ours)
            self._count += 1

    @property
    def count(self) -> int:
        """How many tasks are done at the same time."""
        return max(self._count, 1)

    def map(self, function: Callable[[Task], Outcome], tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes in the tasks' order; a few tasks are under way at any time."""
        if not self._count:
            yield from map(function, tasks)
            return
        waiting: deque[Future[Outcome]] = deque()
        for task in tasks:
            waiting.append(self._threads.submit(self._ask, function, task))
            if len(waiting) >= self._count * _IN_FLIGHT:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _ask(self, function: Callable[[Task], Outcome], task: Task) -> Outcome:
        connection = self._idle.get()
        if connection is None:
            self._idle.put(None)
            return function(task)
        try:
            connection.send((function, task))
            outcome, error = connection.recv()
        except (EOFError, OSError):
            # The worker was killed; its task is still ours to do.
            self._idle.put(None)
            return function(task)
        self._idle.put(connection)
        if error is not None:
            raise error
        return outcome  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the workers; tasks under way are finished first."""
        self._threads.shutdown(cancel_futures=True)
        while not self._idle.empty():
            if connection := self._idle.get():
                connection.close()
        for process in self._processes:
            process.join(1)
            if process.is_alive():
                process.kill()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def serve(connection: Connection) -> None:
    """What a worker does: answer tasks until the reader lets go of the pipe."""
    import gc
    import signal

    # Ctrl-C reaches the whole process group; ending is the reader's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nothing here makes cycles, and collecting costs up to 8 % of a load.
    gc.disable()
    while True:
        try:
            function, task = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[Any, Exception | None] = (function(task), None)
        except Exception as error:
            answer = (None, error)
        try:
            connection.send(answer)
        except OSError:
            return
