"""What is read from the bytes of a feed's document."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.feeds.document import read
from reader.feeds.entries import Entry, NotAFeed, Picture, text_of
from tests.feeds.site import atom, item, rss

URL = "https://feeds.example/blog/feed.xml"


def only(raw: bytes, kind: str = "application/xml") -> Entry:
    """The one entry of a document."""
    (entry,) = read(raw, kind, URL).entries
    return entry


def test_the_fields_of_an_rss_item() -> None:
    """Title, link, guid, date in UTC, authors, topics and text are read."""
    extra = item(
        1, pubDate="Mon, 06 May 2024 10:00:00 +0200", category="Sea",
        **{"dc:creator": "Ana Lund", "content:encoded": "<p>All of it, and more.</p>"},
    )  # fmt: skip
    raw = rss(extra).replace(
        b"<rss ",
        b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/"'
        b' xmlns:content="http://purl.org/rss/1.0/modules/content/" ',
    )
    entry = only(raw)
    assert (entry.title, entry.link, entry.guid) == ("Title 1", "https://paper.example/1", "guid-1")
    assert entry.published == "2024-05-06T08:00:00Z"
    assert entry.authors == ("Ana Lund",)
    assert entry.topics == ("Sea",)
    assert entry.content == "<p>All of it, and more.</p>"
    assert entry.summary == "<p>Text of number 1.</p>"


def test_a_text_longer_than_the_buffer_is_whole() -> None:
    """Entities, lines and CDATA sections stay in their order."""
    text = "".join(
        f"&lt;p&gt;{number} &amp;amp; on\n<![CDATA[<b>é</b>]]>&lt;/p&gt;" for number in range(9_000)
    )
    raw = rss(f"<item><title>A</title><guid>1</guid><description>{text}</description></item>")
    expected = "".join(f"<p>{number} &amp; on\n<b>é</b></p>" for number in range(9_000))
    assert only(raw).content == expected


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (
            b'<rss version="0.91"><channel><title>T</title><item><title>A</title></item></channel></rss>',
            "RSS",
        ),
        (
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            b'<channel rdf:about="x"><title>T</title></channel>'
            b'<item rdf:about="y"><title>A</title></item></rdf:RDF>',
            "RSS 1.0",
        ),
        (
            b'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>T</title><entry><title>A</title>'
            b"<issued>2024-01-02T03:04:05Z</issued></entry></feed>",
            "Atom 0.3",
        ),
        (atom("<entry><title>A</title><id>1</id></entry>"), "Atom 1.0"),
        (
            json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1",
                    "title": "T",
                    "items": [{"id": 1, "title": "A"}],
                }
            ).encode(),
            "JSON Feed 1.1",
        ),
    ],
)
def test_every_format_is_read_and_named(raw: bytes, name: str) -> None:
    """All versions of RSS, RDF, Atom and JSON Feed have their title, entry and format."""
    document = read(raw, "", URL)
    assert [entry.title for entry in document.entries] == ["A"]
    assert document.format.startswith(name)


def test_the_fields_of_a_json_feed_item() -> None:
    """Dates, authors, tags, attachments and pictures are read."""
    feed = {
        "version": "https://jsonfeed.org/version/1",
        "title": "T",
        "home_page_url": "https://paper.example/",
        "author": {"name": "Ana"},
        "items": [
            {
                "id": "https://paper.example/1", "title": "A", "content_html": "<p>x</p>", "summary": "s",
                "date_published": "2024-05-06T10:00:00+02:00", "tags": ["Sea", "sea"], "image": "/i.png",
                "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}],
            }
        ],
    }  # fmt: skip
    entry = only(json.dumps(feed).encode(), "application/feed+json")
    assert entry.link == "https://paper.example/1"
    assert entry.published == "2024-05-06T08:00:00Z"
    assert (entry.authors, entry.topics, entry.type) == (("Ana",), ("Sea",), "audio")
    assert entry.enclosures[0].url == "https://paper.example/a.mp3"
    assert entry.pictures[0].url == "https://paper.example/i.png"


def test_the_base_of_relative_addresses() -> None:
    """It is xml:base, else the entry's link, else the site, else the feed."""
    entry = (
        '<entry><title>A</title><id>1</id><link href="one"/><content type="html">&lt;p/&gt;</content></entry>'
    )
    assert only(atom(entry, base="https://other.example/deep/")).link == "https://other.example/deep/one"
    assert only(atom(entry)).link == "https://paper.example/one"
    assert only(atom(entry)).base == "https://paper.example/one"
    assert only(atom(entry, base="http://[::1")).title == "A"
    bare = atom(entry).replace(b'<link href="https://paper.example/"/>', b"")
    assert only(bare).link == "https://feeds.example/blog/one"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Don&amp;#x27;t", "Don't"),
        ("Fish &amp;amp; Chips", "Fish & Chips"),
        ("A <b>bold</b> plan", "A bold plan"),
        ("1 < 2 and <unknown> tags", "1 < 2 and <unknown> tags"),
        ("\x1b[31mred\u202e", "red"),
    ],
)
def test_titles_are_plain_text(written: str, meant: str) -> None:
    """Tags are removed and entities resolved, even if escaped twice."""
    assert text_of(written, "text/html") == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Sep 23, 2024", "2024-09-23"),
        ("2024-09-23T10:00:00", "2024-09-23T10:00:00Z"),
        ("2024-09-23", "2024-09-23"),
        ("Mon, 23 Sep 2024 10:00 EST", "2024-09-23T15:00:00Z"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", ""),
        ("1970-01-01", ""),
        ("1717747750", "2024-06-07T08:09:10Z"),
        ("2024-W23-5", "2024-06-07"),
        ("2024\u5e7406\u670807\u65e5", "2024-06-07"),
        ("Vendredi, 7 juin 2024 10:00:00 +0200", "2024-06-07T08:00:00Z"),
        ("Sat, 08 Jun 2024 01:00:00 BST", "2024-06-08T01:00:00Z"),
        ("06/07/2024 08:00", ""),
        ("soon", ""),
    ],
)
def test_dates_are_in_utc_or_a_day(written: str, meant: str) -> None:
    """A date without a zone is in UTC, unusual forms are read, and an unreadable one is empty."""
    assert only(rss(item(1, pubDate=written))).published == meant


def test_enclosures_are_completed_and_merged() -> None:
    """Type and length may be missing; a file that is named twice is one enclosure with both."""
    files = (
        '<enclosure url="https://files.example/a.mp3"/>'
        '<media:content xmlns:media="http://search.yahoo.com/mrss/" url="https://files.example/a.mp3"'
        ' fileSize="1000" type="audio/mpeg"/>'
    )
    entry = only(rss(item(1).replace("</item>", files + "</item>")))
    assert [tuple(one) for one in entry.enclosures] == [("https://files.example/a.mp3", "audio/mpeg", 1000)]
    assert entry.type == "audio"


LATIN = rss(item(1, title="Größe")).decode()


@pytest.mark.parametrize(
    ("raw", "kind", "title"),
    [
        (b"\xef\xbb\xbf" + LATIN.encode(), "", "Größe"),
        (b"\n\n  " + LATIN.encode(), "", "Größe"),
        (b"\xef\xbb\xbf\n" + LATIN.encode(), "", "Größe"),
        (b"\x00" + LATIN.encode(), "", "Größe"),
        (LATIN.encode().replace("ß".encode(), b"\xff"), "text/xml", "Grö\ufffde"),
        (LATIN.replace("utf-8", "iso-8859-1").encode("iso-8859-1"), "", "Größe"),
        (
            LATIN.replace(' encoding="utf-8"', "").replace("Größe", "Море").encode("windows-1251"),
            "text/xml; charset=windows-1251",
            "Море",
        ),
        (LATIN.partition("?>")[2].encode(), "text/xml", "Größe"),
        (LATIN.encode("cp1252"), "text/xml; charset=utf-8", "Größe"),
    ],
    ids=[
        "BOM",
        "blank lines",
        "BOM and line",
        "zero",
        "bad byte",
        "declared",
        "reported",
        "text/xml",
        "cp1252",
    ],
)
def test_the_encoding_of_a_document(raw: bytes, kind: str, title: str) -> None:
    """Spaces before the declaration, a charset of the server and a few invalid bytes do not garble
    letters."""
    assert only(raw, kind).title == title


@pytest.mark.parametrize(
    ("written", "title", "link"),
    [
        ("Fish & Chips, AT&T</title><link>https://a.example/?x=1&copy=2&section=3</link>",
         "Fish & Chips, AT&T", "https://a.example/?x=1&copy=2&section=3"),
        ("A&nbsp;b &hellip; &eacute; &made;</title>", "A b \u2026 \u00e9 &made;", ""),
        ("<![CDATA[R&D &lt;x]]> & y<!-- R&D --></title>", "R&D <x & y", ""),
        ("a&#27;[2Jb&#x0;c\x0bd & e</title>", "a[2Jbcd & e", ""),
    ],
)  # fmt: skip
def test_broken_references_are_repaired(written: str, title: str, link: str) -> None:
    """A bare `&`, an HTML entity or a control character damages neither title nor address."""
    raw = f"<rss version='2.0'><channel><title>T</title><item><title>{written}</item></channel></rss>"
    entry = only(raw.encode())
    assert (entry.title, entry.link) == (title, link)


def test_declared_entities_are_resolved() -> None:
    """Entities of the document's own DOCTYPE are known, on one line or on several."""
    declared = '<!DOCTYPE rss [<!ENTITY sea "The Sea"><!ENTITY nbsp "&#160;">]>'
    for line in (declared, declared.replace("<!", "\n<!")):
        head = f"<?xml version='1.0'?>{line}<rss version='2.0'><channel>"
        raw = f"{head}<item><title>&sea;&nbsp;& more</title></item></channel></rss>"
        assert only(raw.encode()).title == "The Sea & more"


def test_empty_entries_are_dropped() -> None:
    """This applies to RSS and to JSON Feed."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": None}, {"id": True}, "x"]}
    assert read(json.dumps(feed).encode(), "", URL).entries == ()
    assert read(rss("<item></item>", "<item><guid>1</guid></item>"), "", URL).entries == ()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ana@paper.example (Ana Lund)", "Ana Lund"),
        ("Ana Lund &lt;ana@paper.email&gt;", "Ana Lund"),
        ("ana@paper.com (Ana Lund)", "Ana Lund"),
        ("ana@paper.photography", ""),
        ("Ana Lund", "Ana Lund"),
    ],
)
def test_mail_addresses_are_removed_from_authors(written: str, name: str) -> None:
    """Only the name is left, however long the top-level domain is."""
    authors = only(rss(f"<item><title>A</title><author>{written}</author></item>")).authors
    assert authors == ((name,) if name else ())


def test_the_article_s_own_address_is_used() -> None:
    """FeedBurner names it beside its own; in Atom the content may name it."""
    origin = "<feedburner:origLink>https://paper.example/real</feedburner:origLink>"
    raw = rss(item(1).replace("</item>", origin + "</item>"))
    spaces = b'<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    assert only(raw.replace(b"<rss ", spaces)).link == "https://paper.example/real"
    elsewhere = '<entry><title>A</title><id>1</id><content src="/whole.html" type="text/html"/></entry>'
    assert only(atom(elsewhere)).link == "https://paper.example/whole.html"
    assert only(atom("<entry><title>A</title><id>1</id></entry>")).link == ""


def test_external_entities_are_not_read() -> None:
    """Nothing of a file named by an entity gets into the text."""
    raw = rss(item(1, title="&secret;")).replace(b"&amp;secret;", b"&secret;")
    raw = raw.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>', 1)
    assert "root:" not in only(raw).title


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "web page"),
        (b"%PDF-1.7 x", "a PDF"),
        (b'{"a": 1}', "not a JSON Feed"),
        (b"plain words", "not a feed"),
        (b'<opml version="2.0"><body/></opml>', "OPML"),
        (b'<?xml version="1.0"?>\n<a>\n<b></a>', "line 3"),
    ],
)
def test_the_error_names_what_a_document_is(raw: bytes, says: str) -> None:
    """A document that is not a feed is refused with a description of it."""
    with pytest.raises(NotAFeed, match=says):
        read(raw, "text/html", URL)


@given(st.binary(max_size=300), st.sampled_from([b"", b"<rss>", b"{", b"<feed ", b"\x1f\x8b"]))
def test_any_bytes_are_read_or_refused(raw: bytes, before: bytes) -> None:
    """Nothing but NotAFeed is raised, whatever comes."""
    try:
        read(before + raw, "text/xml", URL)
    except NotAFeed:
        return


MEDIA = b'<rss xmlns:media="http://search.yahoo.com/mrss/" '
PICTURE = (
    '<media:content url="https://m.example/a.png" medium="image">'
    '<media:description type="plain">A long description of what the picture shows</media:description>'
    "</media:content>"
)
TOOT = "<description>&lt;p&gt;Ships&lt;/p&gt;</description>"


@pytest.mark.parametrize("inside", [TOOT + PICTURE, PICTURE + TOOT])
def test_a_picture_s_description_is_not_the_entry_s_text(inside: str) -> None:
    """The entry keeps its own text, whatever the order of the elements."""
    entry = only(rss(f"<item><title>A</title>{inside}</item>").replace(b"<rss ", MEDIA))
    assert (entry.content, entry.summary) == ("<p>Ships</p>", "")
    assert [one.url for one in entry.pictures] == ["https://m.example/a.png"]


def test_a_video_takes_fields_from_its_media_group() -> None:
    """Its thumbnail is the picture and its description the text."""
    entry = only(
        b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015"'
        b' xmlns:media="http://search.yahoo.com/mrss/"><title>Channel</title><entry><id>yt:video:abc</id>'
        b"<yt:videoId>abc</yt:videoId><title>A voyage</title>"
        b'<link rel="alternate" href="https://video.example/watch?v=abc"/><media:group>'
        b'<media:content url="https://video.example/v/abc" type="application/x-shockwave-flash"/>'
        b'<media:thumbnail url="https://i.video.example/abc.jpg" width="480" height="360"/>'
        b"<media:description>What is seen.</media:description></media:group></entry></feed>"
    )
    assert (entry.type, entry.content) == ("video", "What is seen.")
    assert entry.link == "https://video.example/watch?v=abc"
    assert entry.pictures == (Picture("https://i.video.example/abc.jpg", 480, 360),)


def test_a_guid_is_a_link_only_if_it_is_an_address() -> None:
    """This holds without isPermaLink="false" too: a podcast's "ep2" is not a link."""
    for guid, link in (("ep2", ""), ("https://p.example/2", "https://p.example/2")):
        assert only(rss(f"<item><title>A</title><guid>{guid}</guid></item>")).link == link


@pytest.mark.parametrize("between", ["", "\n"])
def test_entities_of_rss_091_are_resolved(between: str) -> None:
    """The DOCTYPE of RSS 0.91 names an external list of entities, whose letters are known."""
    raw = (
        f'<?xml version="1.0"?>{between}<!DOCTYPE rss SYSTEM "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
        '<rss version="0.91"><channel><title>T</title><item><title>Caf&eacute;</title></item></channel></rss>'
    )
    assert only(raw.encode()).title == "Caf\u00e9"
