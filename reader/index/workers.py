"""Worker processes for a cold load: each reads, parses and makes words; the writer only merges.

Not forked, as the screen has threads, but programs of their own, so that a script that uses the library is
not run a second time. A worker waits on its own pipe and ends when the pipe does, so no worker outlives the
reader, whatever end that comes to.
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
"""Tasks handed out for each worker: one being done, the others so that it never waits for the writer."""

_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from reader.index import workers; workers.serve()"
"""What a worker runs, given the places where the reader itself looks for modules."""


def worker_count() -> int:
    """How many workers are worth having: one for each processor this process may use, at most eight."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)


class IndexWorkers:
    """A few processes that do tasks; with one processor or none to be had, the tasks are done right here."""

    def __init__(self, count: int) -> None:
        self._idle: SimpleQueue[Popen[bytes] | None] = SimpleQueue()
        self._processes: list[Popen[bytes]] = []
        if count > 1 and sys.executable:
            self._start(count)
        from concurrent.futures import ThreadPoolExecutor

        self._threads = ThreadPoolExecutor(self.count, thread_name_prefix="worker")

    def _start(self, count: int) -> None:
        from subprocess import DEVNULL, PIPE, Popen

        # -P: no module comes from the folder that the reader happens to be started in.
        command = [sys.executable, "-P", "-X", f"utf8={sys.flags.utf8_mode}", "-c", _PROGRAM, *sys.path]
        for _ in range(count):
            try:
                # Nobody needs to hear a worker that is ended half-way: its task is done here.
                process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
            except OSError:
                # No more processes allowed: those that did start will do, or none.
                return
            self._processes.append(process)
            self._idle.put(process)

    @property
    def count(self) -> int:
        """How many tasks are done at the same time."""
        return max(len(self._processes), 1)

    def map(self, function: Callable[[Task], TaskOutcome], tasks: Iterable[Task]) -> Iterator[TaskOutcome]:
        """The outcomes in the tasks' order; a few tasks are under way from now on, at any time."""
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
            # The worker was killed; its task is still ours to do.
            self._idle.put(None)
            return function(task)
        self._idle.put(process)
        if error is not None:
            raise error
        return outcome  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the workers; tasks under way are finished first."""
        from contextlib import suppress
        from subprocess import TimeoutExpired

        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            assert process.stdin and process.stdout
            with suppress(OSError):  # one that was killed takes no more
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
    """What a worker does: answer tasks until the reader lets go of the pipe."""
    import gc
    import signal

    # Ctrl-C reaches the whole process group; ending is the reader's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nothing here makes cycles, and collecting costs up to 8 % of a load.
    gc.disable()
    tasks, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing printed gets among the answers
    try:
        while True:
            function, task = pickle.load(tasks)
            try:
                answer: tuple[Any, Exception | None] = (function(task), None)
            except Exception as error:
                answer = (None, error)
            _send(answers, answer)
    finally:
        os._exit(0)  # nothing to put away, and nobody to hear of the pipe's end


def _send(pipe: IO[bytes], message: object) -> None:
    pickle.dump(message, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()
