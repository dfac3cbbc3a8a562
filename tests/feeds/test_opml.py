"""Lists of feeds: OPML, malformed too, and newsboat's urls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.feeds.opml import MOST_FEEDS, InvalidFeedList, read, written
from reader.feeds.subscriptions import Subscription

HEAD = '<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>x</title></head><body>'


def opml(inside: str) -> bytes:
    """A document with these outlines."""
    return f"{HEAD}{inside}</body></opml>".encode()


def test_written_opml_can_be_read_again() -> None:
    """Names, folders and topics are kept; users and passwords are not written."""
    feeds = (
        Subscription("https://u:secret@a.example/f?x=1&y=2", 'A & "B" <c>', topics=("X", "Y")),
        Subscription("https://b.example/", "B", "Sea & Sky"),
    )
    text = written(feeds)
    assert "secret" not in text
    assert 'version="2.0"' in text
    found = read(text.encode(), "x").subscriptions
    assert found == (feeds[0]._replace(url="https://a.example/f?x=1&y=2"), feeds[1])


def test_bare_ampersands_and_quotes_are_read() -> None:
    """Many real files contain them."""
    raw = opml(
        '<outline text="A & B" xmlUrl="http://a.example/?x=1&y=2"/><outline text="C" xmlUrl="http://c.example/">'
    )
    assert [one.url for one in read(raw, "x").subscriptions] == [
        "http://a.example/?x=1&y=2",
        "http://c.example/",
    ]
    raw = opml('<outline text="say "hi"" xmlUrl="http://a.example/"/>')
    assert [one.url for one in read(raw, "x").subscriptions] == ["http://a.example/"]


def test_a_feed_is_in_its_innermost_folder() -> None:
    """Attribute names may be in any case, and a BOM may precede the document."""
    raw = b"\xef\xbb\xbf" + opml(
        '<outline text="All"><outline title="Sea"><outline text="A" XMLURL="http://a.example/"/></outline>'
        '<outline text="B" xmlUrl="http://b.example/"/></outline><outline text="C" xmlUrl="http://c.example/"/>'
    )
    assert [(one.name, one.folder) for one in read(raw, "x").subscriptions] == [
        ("A", "Sea"),
        ("B", "All"),
        ("C", ""),
    ]


def test_deep_nesting_is_read() -> None:
    """50,000 nested outlines do not exceed the recursion limit."""
    deep = '<outline text="x">' * 50_000 + '<outline xmlUrl="http://a.example/"/>' + "</outline>" * 50_000
    assert len(read(opml(deep), "x").subscriptions) == 1


def test_declared_entities_are_not_expanded() -> None:
    """They stay as written; predefined ones are resolved."""
    raw = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + opml(
        '<outline text="&b; &amp; &#66;" xmlUrl="http://a.example/"/>'
    )
    assert [one.name for one in read(raw, "feeds.opml").subscriptions] == ["&b; & B"]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "utf-8", "no-such-encoding", "idna"])
def test_the_declared_encoding_is_used(encoding: str) -> None:
    """If there is no such encoding, the file is read as UTF-8."""
    text = (
        opml('<outline text="Gr\u00f6\u00dfe" xmlUrl="http://a.example/"/>')
        .decode()
        .replace("UTF-8", encoding)
    )
    raw = text.encode(encoding if encoding.startswith(("iso", "utf")) else "utf-8")
    assert [one.name for one in read(raw, "x").subscriptions] == ["Gr\u00f6\u00dfe"]


def test_comments_and_other_tags_are_not_outlines() -> None:
    """Unclosed comments are ignored too, and so is a namespace prefix."""
    raw = opml(
        '<!-- <outline xmlUrl="http://no.example/"/> --><title/><o:outline text="A" xmlUrl="http://a.example/"/>'
        '<outlines xmlUrl="http://no.example/"/><!-- <outline xmlUrl="http://no.example/"/>'
    )
    assert [one.url for one in read(raw, "x").subscriptions] == ["http://a.example/"]


def test_newsboat_urls_are_read() -> None:
    """The first tag is the folder, `~` precedes a name, and lines that run programs are refused."""
    raw = b"""# mine
https://a.example/feed "Two Words" sea ~"A Name" !
https://b.example/feed
exec:~/bin/feed.sh
"filter:~/bin/x:https://c.example/"
"query:Unread:unread = \\"yes\\""
file:///etc/passwd
"""
    found = read(raw, "urls")
    assert found.subscriptions == (
        Subscription("https://a.example/feed", "A Name", "Two Words", topics=("sea",)),
        Subscription("https://b.example/feed"),
    )
    assert [sentence.partition(":")[0] for sentence in found.refused] == [f"line {n}" for n in (4, 5, 6, 7)]
    assert "runs a program" in found.refused[0] and "runs a program" in found.refused[1]


@pytest.mark.parametrize(
    "raw", [b"", b"hello world", b"<html><body>x</body></html>", b"\x89PNG\r\n", b"<opml/>"]
)
def test_other_files_are_refused(raw: bytes) -> None:
    """The error names the file."""
    with pytest.raises(InvalidFeedList, match="feeds.opml"):
        read(raw, "feeds.opml")


@given(st.binary(max_size=200), st.sampled_from([b"", HEAD.encode(), b"<opml><body><outline "]))
def test_any_bytes_are_read_or_refused(raw: bytes, before: bytes) -> None:
    """Nothing but InvalidFeedList is raised."""
    try:
        read(before + raw, "x")
    except InvalidFeedList:
        return


def test_the_number_of_feeds_is_limited() -> None:
    """The first ones are taken, and the limit is reported."""
    outlines = "".join(f'<outline text="F" xmlUrl="https://h{n}.example/"/>' for n in range(MOST_FEEDS + 5))
    found = read(opml(outlines), "x.opml")
    assert len(found.subscriptions) == MOST_FEEDS and "more than 10,000 feeds" in found.refused[0]
    lines = "\n".join(f"https://h{n}.example/" for n in range(MOST_FEEDS + 5))
    assert len(read(lines.encode(), "urls").subscriptions) == MOST_FEEDS


def test_the_number_of_outlines_is_limited() -> None:
    """A million unclosed outlines are not all read."""
    with pytest.raises(InvalidFeedList):
        read(HEAD.encode() + b'<outline text="a">' * 1_000_000, "x.opml")
