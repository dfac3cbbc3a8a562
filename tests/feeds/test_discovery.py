"""From an address to the feeds that are there."""

from __future__ import annotations

import pytest

from reader.errors import ReaderError
from reader.feeds.discovery import NoFeed, discover, with_scheme
from reader.feeds.entries import NotAFeed
from reader.feeds.network import FetchError
from tests.feeds.conftest import QUICK
from tests.feeds.site import Page, Site, item, rss

pytestmark = pytest.mark.usefixtures("quick_workers")


def page(inside: str) -> Page:
    """A web page with this in its head."""
    return Page(f"<!DOCTYPE html><html><head>{inside}</head><body>Hello</body></html>".encode())


def link(address: str, kind: str = "application/rss+xml", title: str = "") -> str:
    """A link to a feed."""
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{address}">'


def test_a_feed_is_found_at_its_own_address(site: Site) -> None:
    """With its title, how many entries it has, and the newest three."""
    site.pages["/feed"] = Page(rss(*(item(n) for n in range(5)), title="Harbour"))
    (found,) = discover(site.url + "/feed", limits=QUICK)
    assert (found.url, found.title, found.entries) == (site.url + "/feed", "Harbour", 5)
    assert found.newest == ("Title 4", "Title 3", "Title 2")


def test_a_page_names_its_feeds(site: Site) -> None:
    """In its order, those for comments last, and what is none omitted."""
    site.pages["/"] = page(link("/comments", title="Comments") + link("/a") + link("b") + link("/none"))
    for path in ("/comments", "/a", "/b"):
        site.pages[path] = Page(rss(item(1), title=path))
    assert [one.title for one in discover(site.url, limits=QUICK)] == ["/a", "/b", "/comments"]


def test_a_page_that_leads_to_another_is_followed(site: Site) -> None:
    """Sites in several languages have a first page that only leads on; one that leads to itself ends."""
    leads = page('<meta http-equiv="refresh" content="0; url=/en/">')
    site.pages |= {"/": leads, "/en/": page(link("posts.xml")), "/en/posts.xml": Page(rss(item(1)))}
    assert [one.url for one in discover(site.url, limits=QUICK)] == [f"{site.url}/en/posts.xml"]
    site.pages["/en/"] = leads
    with pytest.raises(NoFeed):
        discover(site.url, limits=QUICK)


def test_the_usual_places_are_tried(site: Site) -> None:
    """Where a page names none."""
    site.pages["/"] = page("")
    site.pages["/rss.xml"] = Page(rss(item(1), title="Here"))
    assert [one.title for one in discover(site.url, limits=QUICK)] == ["Here"]


def test_a_circle_ends(site: Site) -> None:
    """The page names a feed that redirects to the page (trap 28)."""
    site.pages["/"] = page(link("/feed"))
    site.pages["/feed"] = Page(headers={"Location": "/"}, status=302)
    with pytest.raises(NoFeed, match="links to no feed"):
        discover(site.url + "/", limits=QUICK)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [(404, b"", "404"), (200, b"%PDF-1.7", "a PDF"), (200, b"", "empty"), (403, b"<html>", "refused")],
)
def test_what_is_no_feed_has_a_sentence(site: Site, status: int, body: bytes, says: str) -> None:
    """It names the address and what is there."""
    site.pages["/x"] = Page(body, status=status)
    with pytest.raises(ReaderError, match=says) as caught:
        discover(site.url + "/x", limits=QUICK)
    assert "/x" in str(caught.value)


def test_a_feed_that_moved_is_found_where_it_is_now(site: Site) -> None:
    """Only where it has moved for good."""
    site.pages["/old"] = Page(headers={"Location": "/new"}, status=301)
    site.pages["/new"] = Page(rss(item(1)))
    assert discover(site.url + "/old", limits=QUICK)[0].url == site.url + "/new"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("blog.example", "https://blog.example"),
        ("feed://blog.example/x", "https://blog.example/x"),
        ("feed:https://blog.example/x", "https://blog.example/x"),
        (" http://blog.example ", "http://blog.example"),
    ],
)
def test_what_people_type(typed: str, meant: str) -> None:
    """An address without a scheme is one with https."""
    assert with_scheme(typed) == meant


def test_a_broken_feed_is_not_replaced_by_another(site: Site) -> None:
    """The usual places are for web pages: for a feed with broken XML the sentence names the line."""
    site.pages["/news.xml"] = Page(b'<?xml version="1.0"?>\n<rss version="2.0"><channel>\n<title>X</ti')
    site.pages["/rss"] = Page(rss(item(1)))
    with pytest.raises(NotAFeed, match="news.xml.*line 3"):
        discover(site.url + "/news.xml")


def test_every_failure_names_the_address(site: Site) -> None:
    """Of several addresses it is clear which one failed."""
    site.pages["/loop"] = Page(headers={"Location": "/loop"}, status=302)
    with pytest.raises(FetchError, match="/loop.*redirected"):
        discover(site.url + "/loop")
