"""Saves single pages as articles: fetches them, extracts the text, writes it to `saved` in the news
folder."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from reader.article.dates import iso
from reader.article.identity import host_of
from reader.article.network import is_public
from reader.article.text import display_path, fold
from reader.config.sources import SAVED
from reader.errors import UsageError
from reader.feeds import fulltext
from reader.feeds.articles import NewsFolder, rendered
from reader.feeds.discovery import with_scheme
from reader.feeds.entries import Entry, Picture
from reader.feeds.fulltext import NoText, ReadablePage
from reader.feeds.html import without_tracking
from reader.feeds.matching import address_of, believable
from reader.feeds.network import FetchError, Limits, Network
from reader.feeds.state import EntryState, Stage, State
from reader.feeds.workers import Unread, Workers

FEED = "saved:"
"""The URL under which saved pages are entries of a feed in the state."""


class Saved(NamedTuple):
    """The result for one page."""

    url: str
    title: str = ""
    path: str = ""
    """Absolute; empty if it failed."""
    is_new: bool = False
    error: str = ""


async def page_at(url: str, network: Network, workers: Workers, *, is_trusted: bool) -> ReadablePage:
    """The article on a page. Raises FetchError, NoText, Unread."""
    kinds = "text/html, application/xhtml+xml, */*;q=0.5"
    response = await network.get(url, {"Accept": kinds}, is_trusted=is_trusted)
    response.require_success()
    return await workers.read_page(response)


def save(
    urls: Sequence[str], *, topics: Sequence[str] = (), folder: str = "", limits: Limits | None = None
) -> list[Saved]:
    """Save these pages; the result of one that failed has the reason, and the others continue. Blocks. Raises
    UsageError if the extra is missing, StorageError."""
    fulltext.require()
    return asyncio.run(_save([with_scheme(url) for url in urls], topics, NewsFolder(folder), limits))


def keep_full_text(path: str, url: str, *, folder: str = "", limits: Limits | None = None) -> None:
    """Write the full text of an article's page to its file, which no later fetch changes. Blocks. `path` is
    absolute, `url` is the page. Raises UsageError if the extra is missing, or the file did not come from a
    feed or was edited; FetchError, NoText, StorageError.
    """
    fulltext.require()
    news = NewsFolder(folder)
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath(news.root))
    with State() as state:
        found = state.entry_at(relative)
        if found is None:
            raise UsageError(f"{display_path(path)} did not come from a feed; its text is unchanged")
        feed, row = found
        text = news.text(relative)
        header, line, _ = text.partition("\n---\n")
        if not line or news.digest(relative) != row.written:
            raise UsageError(f"{display_path(path)} was edited, so it was not changed")
        page = asyncio.run(_page(url, limits, is_trusted=_is_private_feed(text)))
        news.put(relative, f"{header}{line}\n{page.body}\n", [row.written], is_new=False)
        state.remember(feed, [row._replace(written="")])


def _is_private_feed(text: str) -> bool:
    """Whether the article's feed is at an IP address of this machine or a private network."""
    found = re.search(r'^feed: "(.*)"$', text, re.MULTILINE)
    host = (urlsplit(found[1]).hostname or "") if found else ""
    return host == "localhost" or (host.replace(".", "").isdigit() and not is_public(host))


async def _page(url: str, limits: Limits | None, *, is_trusted: bool) -> ReadablePage:
    async with aclosing(Network(limits)) as network, aclosing(Workers(1)) as workers:
        # The URL comes from a feed: it must not lead to this machine, unless the feed is on it.
        return await page_at(url, network, workers, is_trusted=is_trusted)


async def _save(
    urls: Sequence[str], topics: Sequence[str], folder: NewsFolder, limits: Limits | None
) -> list[Saved]:
    done = []
    with State() as state:
        async with aclosing(Network(limits)) as network, aclosing(Workers(1)) as workers:
            for url in urls:
                try:
                    page = await page_at(url, network, workers, is_trusted=True)
                    done.append(_kept(page, url, topics, folder, state))
                except (FetchError, NoText, Unread) as error:
                    done.append(Saved(url, error=str(error)))
    return done


def _kept(page: ReadablePage, url: str, topics: Sequence[str], folder: NewsFolder, state: State) -> Saved:
    link = without_tracking(page.url)
    identity = address_of(link)
    feed = state.feed(FEED)
    for row in state.entries(feed.id):
        if row.identity == identity and folder.exists(row.path):
            return Saved(url, page.title, f"{folder.root}/{row.path}")
    now = datetime.now(UTC)
    published = believable(page.published, now)
    entry = Entry(
        link=link, title=page.title, published=published, authors=page.authors,
        pictures=(Picture(page.picture),) if page.picture else (),
    )  # fmt: skip
    host = host_of(link).removeprefix("www.")
    all_topics = {fold(topic): topic for topic in reversed((*topics, *page.topics))}
    text = rendered(
        entry, excerpt=page.excerpt, body=page.body, seen=iso(now), provider=(page.site or host, host),
        topics=tuple(all_topics.values())[::-1], saved=iso(now),
    )  # fmt: skip
    path = folder.free_path(SAVED, page.title or urlsplit(link).path, (published or iso(now))[:10])
    digest, _ = folder.put(path, text)
    row = EntryState(
        identity, identity, path, "", digest, Stage.WRITTEN, now.timestamp(), fold(page.title)[:200],
        published,
    )  # fmt: skip
    state.remember(feed.id, [row])
    return Saved(url, page.title, f"{folder.root}/{path}", is_new=True)
