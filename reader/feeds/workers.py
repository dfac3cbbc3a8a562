"""Worker processes that parse documents, so that one stuck on a hostile document can be killed while the
others continue. A worker is a separate program that answers lines of JSON over its pipes and exits when they
are closed. Only workers import feedparser, html-to-markdown and trafilatura.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from reader import processes
from reader.article.text import clean_line
from reader.errors import ReaderError
from reader.feeds import document, fulltext, html
from reader.feeds.entries import Entry, NotAFeed, Picture
from reader.feeds.fulltext import NoText, ReadablePage
from reader.feeds.matching import Reading, compared, reading_of
from reader.feeds.state import EntryState
from reader.permissions import require

if TYPE_CHECKING:
    from reader.feeds.network import Response

PATIENCE = 30.0
"""Maximum seconds to parse a document."""
MOST_MEMORY = 1 << 30
"""Maximum bytes by which a worker's address space may grow."""
MOST_ANSWER = 1 << 30
"""Maximum bytes of an answer."""


class Unread(ReaderError):
    """A worker failed on a document; `str()` says how."""


_ERRORS: Mapping[str, type[ReaderError]] = {one.__name__: one for one in (Unread, NotAFeed, NoText)}
"""Errors that a worker passes on to the caller."""


class Workers:
    """A pool of processes, started with the first document."""

    def __init__(self, count: int = 0) -> None:
        """By default one per processor available to this process, at most four."""
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._started: list[asyncio.subprocess.Process] = []
        self._idle: asyncio.LifoQueue[asyncio.subprocess.Process | None] = asyncio.LifoQueue()
        for _ in range(count or min(usable, 4)):
            self._idle.put_nowait(None)

    async def read_feed(
        self,
        response: Response,
        known: Sequence[EntryState] = (),
        *,
        repeats: bool = False,
        oldest: str = "",
        has_texts: bool = True,
    ) -> Reading:
        """A feed compared with its state; see `read_feed`. Raises NotAFeed, Unread."""
        row = await self._ask(
            "read_feed", response, known=known, repeats=repeats, oldest=oldest, has_texts=has_texts
        )
        return reading_of(row)

    async def read_page(self, response: Response) -> ReadablePage:
        """The article on a page. Raises NoText, Unread."""
        page = ReadablePage(*await self._ask("read_page", response))
        return page._replace(authors=tuple(page.authors), topics=tuple(page.topics))

    async def _ask(self, task: str, response: Response, **arguments: Any) -> Any:
        arguments |= {"task": task, "content_type": response.content_type, "url": response.url}
        found = await self.exchanged(arguments, response.body)
        if "error" in found:
            raise _ERRORS[found["kind"]](found["error"])
        return found["found"]

    async def exchanged(self, arguments: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
        """A process's answer to a task (`answer_to`). Raises Unread."""
        process = await self._idle.get()
        is_whole = False
        try:
            if process is None or process.returncode is not None:
                process = await self._start()
            assert process.stdin and process.stdout
            async with asyncio.timeout(PATIENCE):
                process.stdin.write(json.dumps({**arguments, "size": len(raw)}).encode() + b"\n")
                process.stdin.write(raw)
                await process.stdin.drain()
                found: dict[str, Any] = json.loads(await process.stdout.readline())
            is_whole = True
            return found
        except TimeoutError:
            raise Unread("it takes too long to parse; tell the site that its feed is damaged") from None
        except (OSError, ValueError):
            raise Unread("it can't be parsed: it crashed the parser; tell the site") from None
        finally:
            if process is not None and not is_whole:  # its late answer would be taken for the next one's
                with suppress(ProcessLookupError):
                    process.kill()
                process = None
            self._idle.put_nowait(process)

    async def _start(self) -> asyncio.subprocess.Process:
        require("network")
        pipe, quiet = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *processes.command(__name__, "serve"), stdin=pipe, stdout=pipe, stderr=quiet, limit=MOST_ANSWER
        )
        self._started.append(process)
        return process

    async def aclose(self) -> None:
        """End the processes."""
        for process in self._started:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            if process.stdin:
                process.stdin.close()  # else it warns when it is garbage-collected


def serve() -> None:
    """The worker's main loop: answers tasks until the reader closes the pipe."""
    import signal

    # Ctrl-C reaches the whole process group; the reader decides when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.limit_memory(MOST_MEMORY)
    tasks, answers = sys.stdin.buffer, sys.stdout
    sys.stdout = sys.stderr  # keep printed output out of the answers
    try:
        while line := tasks.readline():
            arguments = json.loads(line)
            found = answer_to(arguments, tasks.read(arguments.pop("size")))
            print(json.dumps(found), file=answers, flush=True)
    finally:
        os._exit(0)  # nothing to clean up, and nobody to report the closed pipe to


def answer_to(arguments: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """The result of a task on these bytes, or its error."""
    task = arguments.pop("task")
    try:
        return {"found": (read_feed if task == "read_feed" else fulltext.read_page)(raw, **arguments)}
    except (MemoryError, RecursionError):
        return {"kind": "Unread", "error": "it is too large or too deeply nested to read; tell the site"}
    except ReaderError as error:
        kind = type(error).__name__
        return {"kind": kind if kind in _ERRORS else "Unread", "error": str(error)}
    except Exception as error:
        return {"kind": "Unread", "error": f"it can't be read ({type(error).__name__}); tell the site"}


def read_feed(
    raw: bytes, content_type: str, url: str, known: Sequence[Sequence[Any]] = (), *, repeats: bool = False,
    oldest: str = "", has_texts: bool = True,
) -> Reading:  # fmt: skip
    """A feed's document compared with its state. Raises NotAFeed. `has_texts` is False during
    discovery, which needs no texts.
    """
    found = document.read(raw, content_type, url)
    states = [EntryState(*row) for row in known]
    prepare = _prepared if has_texts else lambda entry: ("", "", entry)
    return compared(found, states, repeats=repeats, prepare=prepare, oldest=oldest)


def _prepared(entry: Entry) -> tuple[str, str, Entry]:
    body, picture = html.converted(entry.content or entry.summary, entry.base)
    summary = ""
    if entry.content and entry.summary:
        summary, other = html.converted(entry.summary, entry.base)
        if len(summary) > len(body):  # the content is only "Read more"
            body, picture = summary, other or picture
    excerpt = html.excerpt_of(summary, body)
    pictures = entry.pictures or ((Picture(picture),) if picture else ())
    addresses = [html.web_address(entry.base, one.url) for one in pictures]
    return (
        excerpt,
        body,
        entry._replace(
            title=entry.title or _first_words(excerpt) or _words_of(entry.link),
            link=html.without_tracking(entry.link),
            pictures=tuple(
                one._replace(url=url) for one, url in zip(pictures, addresses, strict=True) if url
            ),
        ),
    )


def _words_of(link: str) -> str:
    """A title for an entry that has neither title nor text: the words of its URL."""
    name = unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2]).partition(".")[0]
    words = clean_line(re.sub(r"[-_+]+", " ", name))
    return _first_words(words) if re.search(r"[^\W\d_]{3}", words) else ""


def _first_words(text: str, most: int = 80) -> str:
    """A title for an entry that has none."""
    if len(text) <= most:
        return text
    return (text[: most + 1].rpartition(" ")[0] or text[:most]).rstrip(" ,;:.-") + "…"
