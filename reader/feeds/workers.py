"""Processes that read documents, so that a hostile one can be ended and the others are not kept waiting.

A worker is a program of its own that answers lines of JSON over its pipes and ends when they do. What it
imports (feedparser, html-to-markdown, trafilatura) is in no other process.
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
from reader.feeds.document import Entry, NotAFeed, Picture
from reader.feeds.fulltext import NoText, ReadablePage
from reader.feeds.matching import Reading, compared, reading_of
from reader.feeds.state import EntryState
from reader.permissions import require

if TYPE_CHECKING:
    from reader.feeds.network import Answer

PATIENCE = 30.0
"""Seconds that a document may take to read."""
MOST_MEMORY = 1 << 30
"""Bytes of address space that a worker may grow by."""
MOST_ANSWER = 1 << 30
"""Bytes of an answer."""


class Unread(ReaderError):
    """A document was too much for a worker; `str()` says so."""


_ERRORS: Mapping[str, type[ReaderError]] = {one.__name__: one for one in (Unread, NotAFeed, NoText)}
"""Those that travel from a worker to whoever asked."""


class Workers:
    """A few processes, started when the first document comes."""

    def __init__(self, count: int = 0) -> None:
        """By default one for each processor this process may use, at most four."""
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._started: list[asyncio.subprocess.Process] = []
        self._idle: asyncio.LifoQueue[asyncio.subprocess.Process | None] = asyncio.LifoQueue()
        for _ in range(count or min(usable, 4)):
            self._idle.put_nowait(None)

    async def read_feed(
        self, answer: Answer, known: Sequence[EntryState] = (), *, repeats: bool = False, oldest: str = "",
        has_texts: bool = True,
    ) -> Reading:  # fmt: skip
        """A feed compared with what is known of it; see `read_feed`. Raises NotAFeed, Unread."""
        row = await self._ask(
            "read_feed", answer, known=known, repeats=repeats, oldest=oldest, has_texts=has_texts
        )
        return reading_of(row)

    async def read_page(self, answer: Answer) -> ReadablePage:
        """The article on a page. Raises NoText, Unread."""
        page = ReadablePage(*await self._ask("read_page", answer))
        return page._replace(authors=tuple(page.authors), topics=tuple(page.topics))

    async def _ask(self, task: str, answer: Answer, **said: Any) -> Any:
        said |= {"task": task, "content_type": answer.content_type, "url": answer.url}
        found = await self.exchanged(said, answer.body)
        if "error" in found:
            raise _ERRORS[found["kind"]](found["error"])
        return found["found"]

    async def exchanged(self, said: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
        """What a process makes of a task by `answer_to`. Raises Unread."""
        process = await self._idle.get()
        is_whole = False
        try:
            if process is None or process.returncode is not None:
                process = await self._start()
            assert process.stdin and process.stdout
            async with asyncio.timeout(PATIENCE):
                process.stdin.write(json.dumps({**said, "size": len(raw)}).encode() + b"\n")
                process.stdin.write(raw)
                await process.stdin.drain()
                found: dict[str, Any] = json.loads(await process.stdout.readline())
            is_whole = True
            return found
        except TimeoutError:
            raise Unread("it takes too long to read; tell the site that its feed is damaged") from None
        except (OSError, ValueError):
            raise Unread("it can't be read: it ended the process that tried; tell the site") from None
        finally:
            if process is not None and not is_whole:  # what it still says would be the next one's answer
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
        """End them."""
        for process in self._started:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            if process.stdin:
                process.stdin.close()  # or it would complain when it is collected


def serve() -> None:
    """What a worker does: answer tasks until the reader closes the pipe."""
    import signal

    # Ctrl-C reaches the whole process group; ending is the reader's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.limit_memory(MOST_MEMORY)
    tasks, answers = sys.stdin.buffer, sys.stdout
    sys.stdout = sys.stderr  # nothing printed gets among the answers
    try:
        while line := tasks.readline():
            said = json.loads(line)
            found = answer_to(said, tasks.read(said.pop("size")))
            print(json.dumps(found), file=answers, flush=True)
    finally:
        os._exit(0)  # nothing to put away, and nobody to hear of the pipe's end


def answer_to(said: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """What a task finds in these bytes, or what is wrong with them."""
    task = said.pop("task")
    try:
        return {"found": (read_feed if task == "read_feed" else fulltext.read_page)(raw, **said)}
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
    """A feed's document compared with what is known of it. Raises NotAFeed.

    `has_texts` is False while the feed is only being looked for.
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
        if len(summary) > len(body):  # all that the content says is "Read more"
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
    """The title of an entry that has neither title nor text: the words of its address."""
    name = unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2]).partition(".")[0]
    words = clean_line(re.sub(r"[-_+]+", " ", name))
    return _first_words(words) if re.search(r"[^\W\d_]{3}", words) else ""


def _first_words(text: str, most: int = 80) -> str:
    """The title of an entry that has none."""
    if len(text) <= most:
        return text
    return (text[: most + 1].rpartition(" ")[0] or text[:most]).rstrip(" ,;:.-") + "…"
