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
    """It is returned with its title, its number of entries and the newest three."""
    site.pages["/feed"] = Page(rss(*(item(n) for n in range(5)), title="Harbour"))
    (found,) = discover(site.url + "/feed", limits=QUICK)
    assert (found.url, found.title, found.entries) == (site.url + "/feed", "Harbour", 5)
    assert found.newest == ("Title 4", "Title 3", "Title 2")


def test_the_feeds_that_a_page_declares_are_found(site: Site) -> None:
    """They are in the page's order, with comment feeds last and links to other documents omitted."""
    site.pages["/"] = page(link("/comments", title="Comments") + link("/a") + link("b") + link("/none"))
    for path in ("/comments", "/a", "/b"):
        site.pages[path] = Page(rss(item(1), title=path))
    assert [one.title for one in discover(site.url, limits=QUICK)] == ["/a", "/b", "/comments"]


def test_a_meta_refresh_is_followed_once(site: Site) -> None:
    """Sites in several languages have such a first page; one that refreshes to itself does not loop."""
    leads = page('<meta http-equiv="refresh" content="0; url=/en/">')
    site.pages |= {"/": leads, "/en/": page(link("posts.xml")), "/en/posts.xml": Page(rss(item(1)))}
    assert [one.url for one in discover(site.url, limits=QUICK)] == [f"{site.url}/en/posts.xml"]
    site.pages["/en/"] = leads
    with pytest.raises(NoFeed):
        discover(site.url, limits=QUICK)


def test_usual_paths_are_tried_without_a_link(site: Site) -> None:
    """A page that declares no feed may still have one at a usual path."""
    site.pages["/"] = page("")
    site.pages["/rss.xml"] = Page(rss(item(1), title="Here"))
    assert [one.title for one in discover(site.url, limits=QUICK)] == ["Here"]


def test_a_feed_that_redirects_to_its_page_does_not_loop(site: Site) -> None:
    """A page that declares a feed which redirects back to the page has no feed."""
    site.pages["/"] = page(link("/feed"))
    site.pages["/feed"] = Page(headers={"Location": "/"}, status=302)
    with pytest.raises(NoFeed, match="links to no feed"):
        discover(site.url + "/", limits=QUICK)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [(404, b"", "404"), (200, b"%PDF-1.7", "a PDF"), (200, b"", "empty"), (403, b"<html>", "refused")],
)
def test_other_documents_are_named_in_the_error(site: Site, status: int, body: bytes, says: str) -> None:
    """The error names the address and what was found there."""
    site.pages["/x"] = Page(body, status=status)
    with pytest.raises(ReaderError, match=says) as caught:
        discover(site.url + "/x", limits=QUICK)
    assert "/x" in str(caught.value)


def test_only_a_permanent_redirect_changes_the_address(site: Site) -> None:
    """After a permanent redirect the feed is found at its new address, after a temporary one at the old."""
    site.pages["/old"] = Page(headers={"Location": "/new"}, status=301)
    site.pages["/new"] = Page(rss(item(1)))
    assert discover(site.url + "/old", limits=QUICK)[0].url == site.url + "/new"
    site.pages["/old"] = Page(headers={"Location": "/new"}, status=302)
    assert discover(site.url + "/old", limits=QUICK)[0].url == site.url + "/old"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("blog.example", "https://blog.example"),
        ("feed://blog.example/x", "https://blog.example/x"),
        ("feed:https://blog.example/x", "https://blog.example/x"),
        (" http://blog.example ", "http://blog.example"),
    ],
)
def test_an_address_without_a_scheme_means_https(typed: str, meant: str) -> None:
    """Addresses are completed as people type them."""
    assert with_scheme(typed) == meant


def test_usual_paths_are_not_tried_for_a_broken_feed(site: Site) -> None:
    """For a feed with broken XML the error names the line."""
    site.pages["/news.xml"] = Page(b'<?xml version="1.0"?>\n<rss version="2.0"><channel>\n<title>X</ti')
    site.pages["/rss"] = Page(rss(item(1)))
    with pytest.raises(NotAFeed, match="news.xml.*line 3"):
        discover(site.url + "/news.xml")


def test_every_error_names_its_address(site: Site) -> None:
    """Of several addresses, the error says which one failed."""
    site.pages["/loop"] = Page(headers={"Location": "/loop"}, status=302)
    with pytest.raises(FetchError, match="/loop.*redirected"):
        discover(site.url + "/loop")
