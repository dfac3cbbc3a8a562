"""Finds the feeds of an address: the address itself, those that its page declares, then the usual places.
`discover` blocks and may be called from any thread. Nothing is saved here; see `subscriptions.add`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing, suppress
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from reader.article.text import clean_line
from reader.errors import ReaderError, shown
from reader.feeds.entries import NotAFeed, joined
from reader.feeds.login import login_of
from reader.feeds.network import FetchError, Limits, Network, Response
from reader.feeds.subscriptions import Subscription, without_credentials
from reader.feeds.workers import Unread, Workers

MOST_NAMED = 12
"""Maximum number of feeds tried for one page."""
_PLACES = ("feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss", "feed.json", "feeds/posts/default")
"""Usual paths of feeds on a site."""
_KINDS = re.compile(
    r"application/(?:rss\+xml|atom\+xml|feed\+json|rdf\+xml|xml|json)|text/xml", re.IGNORECASE
)
_REFRESH = re.compile(r"(?i)url\s*=\s*[\"']?([^\"'\s]+)")
_YOUTUBE = re.compile(
    r"https://(?:www\.|m\.)?youtube\.com/(?:channel/(UC[\w-]{20,})|playlist\?list=([\w-]+))"
)


class FoundFeed(NamedTuple):
    """A feed that was found."""

    url: str
    """Its URL; with user and password if the user gave them."""
    title: str
    entries: int
    newest: tuple[str, ...] = ()
    """The titles of the newest three."""
    format: str = ""
    """ "RSS 2.0", "Atom 1.0", "JSON Feed 1.1"."""


class NoFeed(ReaderError):
    """The address is not a feed, and its page declares none."""

    exit_code = 1


def discover(url: str, *, limits: Limits | None = None) -> list[FoundFeed]:
    """The feeds of an address, best first; only one if it is a feed itself. Blocks. Raises
    ReaderError."""
    return asyncio.run(_discover(with_scheme(url), limits))


def with_scheme(url: str) -> str:
    """The address as a URL to request: `blog.example` means https, and `feed:` is replaced."""
    url = clean_line(url)
    if url.lower().startswith("feed:"):
        url = url[5:].removeprefix("//")
    if "://" not in url[:12]:
        url = f"https://{url}"
    return url


async def _discover(url: str, limits: Limits | None) -> list[FoundFeed]:
    async with aclosing(Network(limits)) as network, aclosing(Workers()) as workers:
        return await _Search(network, workers, url).run()


class _Search:
    """One search for feeds. No address is requested twice, as pages may declare feeds that redirect back to
    them."""

    def __init__(self, network: Network, workers: Workers, url: str) -> None:
        self._network, self._workers, self._url = network, workers, url
        self._asked: set[str] = set()

    async def run(self) -> list[FoundFeed]:
        url = without_credentials(self._url)
        name = shown(url)
        login = await asyncio.to_thread(login_of, Subscription(self._url))
        try:
            response = await self._network.get(url, is_trusted=True, login=login)
            response.require_success()
        except FetchError as error:
            raise FetchError(str(error) if name in str(error) else f"{name}: {error}") from None
        self._asked |= {url, response.url}
        try:
            return [await self._candidate(response, self._url)]
        except NotAFeed as error:
            reason = str(error)
        links = _Links(response)
        # A page that only redirects, for example to the user's language.
        if not links.feeds and (further := await self._fetched(links.elsewhere, response)):
            response, links = further, _Links(further)
        if found := await self._all(links.feeds, response):
            return found
        if "web page" not in reason:
            raise NotAFeed(f"{name}: {reason}")
        root = f"{urlsplit(response.url).scheme}://{urlsplit(response.url).netloc}/"
        page = response.url.rstrip("/") + "/"
        places = [urljoin(base, place) for place in _PLACES for base in (page, root)]
        if found := await self._all(places, response, most=1):
            return found
        raise NoFeed(
            f"{name} links to no feed, and none was found in the usual places; look for an RSS or Atom link "
            "on the page"
        )

    async def _all(self, urls: Sequence[str], page: Response, most: int = MOST_NAMED) -> list[FoundFeed]:
        found: list[FoundFeed] = []
        for url in list(dict.fromkeys(urls))[: MOST_NAMED * 2]:
            if len(found) < most and (response := await self._fetched(url, page)):
                with suppress(NotAFeed, Unread):
                    found.append(await self._candidate(response, url))
        return found

    async def _fetched(self, url: str, page: Response) -> Response | None:
        """The response of an address that a page declares; None if it fails or was requested
        before."""
        if url and url not in self._asked:
            self._asked.add(url)
            with suppress(FetchError):
                response = await self._network.get(url, is_trusted=page.is_private)
                if response.is_success and response.url not in self._asked - {url}:
                    self._asked.add(response.url)
                    return response
        return None

    async def _candidate(self, response: Response, url: str) -> FoundFeed:
        reading = await self._workers.read_feed(response, has_texts=False)
        return FoundFeed(
            response.moved_to or url, reading.title, reading.total, reading.newest, reading.format
        )


class _Links(HTMLParser):
    """The feeds that a page declares, by `<link rel="alternate">` and the like."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self._base = response.url
        self._found: list[tuple[str, str]] = []
        self.elsewhere = ""
        """The URL of a meta refresh; usually empty."""
        if found := _YOUTUBE.match(response.url):
            what = f"channel_id={found[1]}" if found[1] else f"playlist_id={found[2]}"
            self._found.append((f"https://www.youtube.com/feeds/videos.xml?{what}", ""))
        self.feed(response.body[: 1 << 20].decode("utf-8", "replace"))

    @property
    def feeds(self) -> list[str]:
        """Their URLs in the page's order; comment feeds last."""
        return [url for url, _ in sorted(self._found, key=lambda one: "comment" in " ".join(one).lower())]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a tag that declares a feed."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "base" and attributes.get("href"):
            self._base = joined(self._base, attributes["href"]) or self._base
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            target = _REFRESH.search(attributes.get("content", ""))
            self.elsewhere = self.elsewhere or (joined(self._base, target[1]) if target else "")
        if tag != "link" or not attributes.get("href"):
            return
        rels = attributes.get("rel", "").lower().split()
        if ("alternate" in rels and _KINDS.match(attributes.get("type", ""))) or "feed" in rels:
            if "oembed" in attributes["href"] or "wp-json" in attributes["href"]:
                return
            if url := joined(self._base, attributes["href"]):
                self._found.append((url, attributes.get("title", "")))
