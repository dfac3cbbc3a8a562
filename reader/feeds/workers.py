"""Processes that read documents, so that a hostile one can be ended and the others are not kept waiting.

A worker is its own program that answers JSON with JSON over its pipes and ends when they do. What it
imports (feedparser, html-to-markdown, trafilatura) is in no other process.
"""

from __future__ import annotations

import asyncio
import json
import os
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

from reader.errors import ReaderError
from reader.permissions import require

PATIENCE = 30.0
"""Seconds that a document may take to read."""
MOST_MEMORY = 1 << 30
"""Bytes of address space that a worker may grow by."""
_HEAD = struct.Struct(">II")
_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from reader.feeds import workers; workers.serve()"


class Unread(ReaderError):
    """A document was too much for a worker; `str()` says so."""


def worker_count() -> int:
    """One for each processor this process may use, at most four: memory is for other programs too."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 4)


class Workers:
    """A few processes, started when the first document comes."""

    def __init__(self, count: int = 0, patience: float = PATIENCE) -> None:
        self._idle: asyncio.LifoQueue[asyncio.subprocess.Process | None] = asyncio.LifoQueue()
        self._patience = patience
        self._all: set[asyncio.subprocess.Process] = set()
        self._ending: set[asyncio.subprocess.Process] = set()
        for _ in range(count or worker_count()):
            self._idle.put_nowait(None)

    async def ask(self, task: str, raw: bytes, **said: Any) -> Any:
        """The answer to a task about these bytes. Raises Unread, or what the task raised as ReaderError."""
        process = await self._idle.get()
        try:
            if process is None or process.returncode is not None or process not in self._all:
                process = await self._started()
            head = json.dumps({"task": task, **said}).encode()
            async with asyncio.timeout(self._patience):
                answer = json.loads(await self._exchange(process, head, raw))
        except TimeoutError:
            self._ended(process)
            raise Unread("it takes too long to read; tell the site that its feed is damaged") from None
        except (OSError, ValueError, asyncio.IncompleteReadError):
            self._ended(process)
            raise Unread("it can't be read: it ended the process that tried; tell the site") from None
        except BaseException:
            self._ended(process)  # an answer that nobody waits for would be the next one's
            raise
        finally:
            self._idle.put_nowait(process)
        if "error" in answer:
            raise _errors()[answer["kind"]](answer["error"])
        return answer["found"]

    @staticmethod
    async def _exchange(process: asyncio.subprocess.Process, head: bytes, raw: bytes) -> bytes:
        assert process.stdin and process.stdout
        process.stdin.write(_HEAD.pack(len(head), len(raw)) + head)
        process.stdin.write(raw)
        await process.stdin.drain()
        length, _ = _HEAD.unpack(await process.stdout.readexactly(_HEAD.size))
        return await process.stdout.readexactly(length)

    async def _started(self) -> asyncio.subprocess.Process:
        require("network")
        pipe, quiet = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        # -P: no module comes from the folder that the reader happens to be started in.
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-X",
                "utf8=1",
                "-c",
                _PROGRAM,
                *sys.path,
                stdin=pipe,
                stdout=pipe,
                stderr=quiet,
            )  # fmt: skip
        )
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._all.add(await starting)  # or nobody would end it
            raise
        self._all.add(process)
        return process

    def _ended(self, process: asyncio.subprocess.Process | None) -> None:
        if process is not None:
            self._ending.add(process)
            self._all.discard(process)
            with suppress(ProcessLookupError):
                process.kill()

    async def close(self) -> None:
        """End them."""
        for process in list(self._all):
            self._ended(process)
        for process in self._ending:
            await process.wait()
            # The pipe's transport would otherwise complain when it is collected.
            if process.stdin:
                process.stdin.close()


def serve() -> None:
    """What a worker does: answer tasks until the reader lets go of the pipe."""
    import signal

    # Ctrl-C reaches the whole process group; ending is the reader's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory()
    tasks, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing printed gets among the answers
    try:
        while (head := tasks.read(_HEAD.size)) and len(head) == _HEAD.size:
            length, size = _HEAD.unpack(head)
            said = json.loads(tasks.read(length))
            _answer(answers, _done(said, tasks.read(size)))
    finally:
        os._exit(0)  # nothing to put away, and nobody to hear of the pipe's end


def _done(said: dict[str, Any], raw: bytes) -> dict[str, Any]:
    from reader.feeds import tasks

    try:
        return {"found": getattr(tasks, said.pop("task"))(raw, **said)}
    except (MemoryError, RecursionError):
        return {"kind": "Unread", "error": "it is too large or too deeply nested to read; tell the site"}
    except ReaderError as error:
        kind = type(error).__name__
        return {"kind": kind if kind in _errors() else "Unread", "error": str(error)}
    except Exception as error:
        return {"kind": "Unread", "error": f"it can't be read ({type(error).__name__}); tell the site"}


def _errors() -> Mapping[str, type[ReaderError]]:
    from reader.feeds.document import NotAFeed
    from reader.feeds.fulltext import NoText

    return {"Unread": Unread, "NotAFeed": NotAFeed, "NoText": NoText}


def _answer(pipe: IO[bytes], answer: dict[str, Any]) -> None:
    raw = json.dumps(answer).encode("utf-8", "replace")
    pipe.write(_HEAD.pack(len(raw), 0) + raw)
    pipe.flush()


def _limit_memory() -> None:
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MOST_MEMORY, used + MOST_MEMORY))
    except (ImportError, OSError, ValueError):
        return  # no such limit here: time is limited anyway
