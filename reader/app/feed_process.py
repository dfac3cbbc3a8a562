"""What needs the network or a parser of feeds is done by a process of its own (`reader.cli.feed_worker`).

So the screen loads neither, a fetch never makes a key wait, and ending it is ending the process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from threading import Lock
from typing import Any

from reader.errors import ReaderError

_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from reader.cli import feed_worker; feed_worker.serve()"


class FeedProcess:
    """One task, carried out step by step; `end` may be called from any thread, also before it has begun."""

    def __init__(self, task: str, **said: Any) -> None:
        self._task = {"task": task, **said}
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()
        self.is_ended = False
        """Whether somebody has ended it: what comes now is too late."""

    def steps(self) -> Iterator[dict[str, Any]]:
        """Its answers. Blocks. Raises ReaderError."""
        with self._lock:
            if self.is_ended:
                return
            # -P: no module comes from the folder that the reader happens to be started in.
            self._process = process = subprocess.Popen(
                [sys.executable, "-P", "-X", "utf8=1", "-c", _PROGRAM, *sys.path],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                encoding="utf-8", start_new_session=True,
            )  # fmt: skip
        assert process.stdin and process.stdout
        is_answered = False
        try:
            process.stdin.write(json.dumps(self._task) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                answer = json.loads(line)
                if self.is_ended:
                    return
                if "error" in answer and len(answer) == 1:
                    raise ReaderError(answer["error"])
                is_answered = is_answered or bool({"report", "found"} & answer.keys())
                yield answer
        except (OSError, ValueError):
            pass  # it was ended, or ended by itself: said below
        finally:
            self._put_away(process)
        if not (is_answered or self.is_ended):
            raise ReaderError("the process that fetches ended early; try again")

    def answer(self) -> dict[str, Any] | None:
        """Its last answer; None where it was ended. Blocks. Raises ReaderError."""
        return next(iter(deque(self.steps(), maxlen=1)), None)

    def end(self) -> None:
        """End it: nothing is lost, and nothing half-written."""
        self.is_ended = True
        with self._lock:
            if self._process is not None:
                self._process.kill()

    @staticmethod
    def _put_away(process: subprocess.Popen[str]) -> None:
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        process.kill()
        process.wait()
