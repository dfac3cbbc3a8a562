"""What a worker makes of a feed's entries."""

from __future__ import annotations

import pytest

from reader.feeds.matching import News
from reader.feeds.workers import read_feed
from tests.feeds.site import rss

WHOLE = "The whole text of it is here, with many words that tell the story to its end."


def only(item: str) -> News:
    """The one entry of a feed that is new."""
    raw = rss(f"<item>{item}</item>").replace(
        b"<rss ", b'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    )
    (one,) = read_feed(raw, "", "https://paper.example/feed").news
    return one


@pytest.mark.parametrize("content", ["<p></p>", '<p><a href="x">Read more</a></p>'])
def test_the_text_is_the_longer_of_two(content: str) -> None:
    """A content that says nothing does not replace a description that says all."""
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
def test_an_entry_without_a_title_is_called_by_its_text_or_address(item: str, title: str) -> None:
    """The first words of its text, else the words of its address; numbers are none."""
    assert only(item).entry.title == title
