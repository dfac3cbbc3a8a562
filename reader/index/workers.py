"""Worker processes for a cold load: they read, parse and split words; the writer only merges.

Workers are not forked, because the screen has threads, but run as separate programs, so that a script that
uses the library is not run a second time. A worker waits on its pipe and exits when the pipe is closed, so
none outlives the reader, however that ends.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from subprocess import Popen

Task = TypeVar("Task")
TaskOutcome = TypeVar("TaskOutcome")

_IN_FLIGHT = 3
"""Tasks queued per worker: one in progress, the others so that it never waits for the writer."""

_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from reader.index import workers; workers.serve()"
"""The program of a worker, given the reader's own module search path."""


def worker_count() -> int:
    """Returns the number of workers to use: one per processor available to this process, at most eight."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)


class IndexWorkers:
    """A pool of processes; with a single processor, or if none can be started, tasks run in this process."""

    def __init__(self, count: int) -> None:
        self._idle: SimpleQueue[Popen[bytes] | None] = SimpleQueue()
        self._processes: list[Popen[bytes]] = []
        if count > 1 and sys.executable:
            self._start(count)
        from concurrent.futures import ThreadPoolExecutor

        self._threads = ThreadPoolExecutor(self.count, thread_name_prefix="worker")

    def _start(self, count: int) -> None:
        from subprocess import DEVNULL, PIPE, Popen

        # -P: import no module from the current folder.
        command = [sys.executable, "-P", "-X", f"utf8={sys.flags.utf8_mode}", "-c", _PROGRAM, *sys.path]
        for _ in range(count):
            try:
                # A worker that dies need not be reported: its task is done here.
                process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
            except OSError:
                # No more processes allowed: make do with those that started, if any.
                return
            self._processes.append(process)
            self._idle.put(process)

    @property
    def count(self) -> int:
        """Returns how many tasks run at the same time."""
        return max(len(self._processes), 1)

    def map(self, function: Callable[[Task], TaskOutcome], tasks: Iterable[Task]) -> Iterator[TaskOutcome]:
        """Yields the results in the order of the tasks; starts a few tasks ahead."""
        if not self._processes:
            return map(function, tasks)
        todo = iter(tasks)
        started = deque(
            self._threads.submit(self._ask, function, task) for task in islice(todo, self.count * _IN_FLIGHT)
        )
        return self._outcomes(function, todo, started)

    def _outcomes(
        self,
        function: Callable[[Task], TaskOutcome],
        todo: Iterator[Task],
        started: deque[Future[TaskOutcome]],
    ) -> Iterator[TaskOutcome]:
        while started:
            outcome = started.popleft().result()
            started.extend(self._threads.submit(self._ask, function, task) for task in islice(todo, 1))
            yield outcome

    def _ask(self, function: Callable[[Task], TaskOutcome], task: Task) -> TaskOutcome:
        process = self._idle.get()
        if process is None:
            self._idle.put(None)
            return function(task)
        assert process.stdin and process.stdout
        try:
            _send(process.stdin, (function, task))
            outcome, error = pickle.load(process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            # The worker was killed: do its task here.
            self._idle.put(None)
            return function(task)
        self._idle.put(process)
        if error is not None:
            raise error
        return outcome  # type: ignore[no-any-return]

    def close(self) -> None:
        """Stop the workers; tasks in progress are finished first."""
        from contextlib import suppress
        from subprocess import TimeoutExpired

        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            assert process.stdin and process.stdout
            with suppress(OSError):  # a killed worker reads no more
                process.stdin.close()
            process.stdout.close()
        for process in self._processes:
            try:
                process.wait(1)
            except TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self) -> IndexWorkers:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def serve() -> None:
    """The worker's main loop: handles tasks until the reader closes the pipe."""
    import gc
    import signal

    # Ctrl-C reaches the whole process group; the reader decides when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nothing here creates cycles, and garbage collection costs up to 8 % of a load.
    gc.disable()
    tasks, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # keep printed output out of the results
    try:
        while True:
            function, task = pickle.load(tasks)
            try:
                answer: tuple[Any, Exception | None] = (function(task), None)
            except Exception as error:
                answer = (None, error)
            _send(answers, answer)
    finally:
        os._exit(0)  # nothing to clean up, and nobody to report the closed pipe to


def _send(pipe: IO[bytes], message: object) -> None:
    pickle.dump(message, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()
