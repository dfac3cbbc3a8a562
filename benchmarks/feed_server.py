"""A server of made feeds on loopback, its own program so that it costs the client nothing.

`python -m benchmarks.feed_server FEEDS ENTRIES` prints its port and serves `/N.xml` until its stdin ends.
With a third argument each answer takes this many milliseconds.
"""

from __future__ import annotations

import asyncio
import re
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

_REQUEST = re.compile(rb"GET /(\d+)\.xml")
_TEXT = "the harbour ferry sailed late because of wind and rain that came from the west"
_WORDS = _TEXT.split()


def feed(number: int, entries: int) -> bytes:
    """A made feed: entries of about 3 kB of HTML with links, a list and a picture."""
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    items = []
    for entry in range(entries):
        seed = number * 31 + entry
        paragraphs = "".join(
            f"<p>{' '.join(_WORDS[(seed * part + place * 7) % len(_WORDS)] for place in range(60))}"
            f' <a href="https://paper{number}.example/{entry}/{part}">more</a>.</p>'
            for part in range(1, 7)
        )
        html = (
            f'{paragraphs}<ul><li>one</li><li>two</li></ul><img src="/pictures/{seed}.jpg" alt="A picture">'
        )
        date = format_datetime(begin - timedelta(hours=seed % 700))
        items.append(
            f"<item><title>Headline {entry} of paper {number}</title><guid>{number}-{entry}</guid>"
            f"<link>https://paper{number}.example/{entry}</link><pubDate>{date}</pubDate>"
            f"<category>Topic {seed % 9}</category><description>{escape(html)}</description></item>"
        )
    head = f"<title>Paper {number}</title><link>https://paper{number}.example/</link>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


async def _serve(feeds: int, entries: int, delay: float) -> None:
    made = [feed(number, entries) for number in range(feeds)]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                found = _REQUEST.match(head)
                body = made[int(found[1])] if found else b""
                await asyncio.sleep(delay)
                if b"if-none-match" in head.lower():
                    writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
                else:
                    size = f"Content-Length: {len(body)}\r\n".encode()
                    writer.write(
                        b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: text/xml\r\n' + size + b"\r\n" + body
                    )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    _delay = float(sys.argv[3]) / 1000 if len(sys.argv) > 3 else 0.0
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), _delay))
