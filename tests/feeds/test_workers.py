"""What a worker makes of a feed's entries."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from reader.feeds.entries import NotAFeed
from reader.feeds.matching import News
from reader.feeds.network import Response
from reader.feeds.workers import Unread, Workers, read_feed
from tests.feeds.site import item, rss

URL = "https://paper.example/feed"
WHOLE = "The whole text of it is here, with many words that tell the story to its end."


def only(item: str) -> News:
    """The one entry of a feed that is new."""
    raw = rss(f"<item>{item}</item>").replace(
        b"<rss ", b'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    )
    (one,) = read_feed(raw, "", URL).news
    return one


@pytest.mark.parametrize("content", ["<p></p>", '<p><a href="x">Read more</a></p>'])
def test_the_longer_of_content_and_summary_is_the_text(content: str) -> None:
    """A content of "Read more" does not replace the description."""
    one = only(
        f"<title>A</title><description>{WHOLE}</description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>"
    )
    assert (one.body, one.excerpt) == (WHOLE, WHOLE)


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("<title>A</title><link>https://paper.example/the-ferry</link>", "A"),
        ("<description>Said. More.</description><link>https://paper.example/the-ferry</link>", "Said. More."),
        ("<link>https://paper.example/2026/the-ferry_is%20late.html</link>", "the ferry is late"),
        ("<link>https://paper.example/2026/12345</link>", ""),
    ],
)
def test_an_entry_without_a_title_gets_one(item: str, title: str) -> None:
    """It is the beginning of its text, else the words of its address."""
    assert only(item).entry.title == title


async def test_a_document_that_overloads_a_worker_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process is ended, and the next document is parsed by another one."""
    good = Response(200, URL, "", {}, rss(item(1)))
    async with aclosing(Workers(1)) as workers:
        assert (await workers.read_feed(good)).total == 1
        monkeypatch.setattr("reader.feeds.workers.PATIENCE", 0.2)
        with pytest.raises(Unread, match="takes too long"):
            await workers.read_feed(good._replace(body=b"<rss><channel>" + b"<a>" * 300_000))
        monkeypatch.undo()
        with pytest.raises(NotAFeed, match="web page"):
            await workers.read_feed(good._replace(body=b"<html>"))
        assert (await workers.read_feed(good)).news[0].body == "Text of number 1."
