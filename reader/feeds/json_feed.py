"""Parses JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from reader.article.identity import is_web
from reader.article.text import clean_line
from reader.feeds.entries import (
    MOST_IN_ENTRY,
    Enclosure,
    Entry,
    FeedDocument,
    NotAFeed,
    Picture,
    date_of,
    joined,
    number_of,
    text_of,
    type_of,
    unique,
)


def read_json(raw: bytes, url: str) -> FeedDocument:
    """The parsed document. Raises NotAFeed."""
    try:
        table = json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise NotAFeed("its JSON can't be read; tell the site") from None
    items = table.get("items") if isinstance(table, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(table.get("version")):
        raise NotAFeed("it is JSON, but not a JSON Feed; look for another address at the site")
    site = joined(url, _text(table, "home_page_url"))
    return FeedDocument(
        title=text_of(_text(table, "title"), "text/plain"),
        site=site,
        entries=tuple(_entry(item, table, site, url) for item in items if isinstance(item, dict)),
        format="JSON Feed " + (_text(table, "version").rstrip("/").rpartition("/")[2] or "1"),
    )


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any], site: str, url: str) -> Entry:
    base = site or url
    guid = clean_line(_text(item, "id"))[:2000]
    link = joined(base, _text(item, "url")) or (guid if is_web(guid) else "")
    link = link or joined(base, _text(item, "external_url"))
    files = [one for one in _list(item, "attachments") if isinstance(one, dict)]
    enclosures = tuple(
        Enclosure(address, clean_line(_text(one, "mime_type")).lower(), number_of(one.get("size_in_bytes")))
        for one in files
        if (address := joined(base, _text(one, "url")))
    )
    pictures = (joined(base, _text(item, name)) for name in ("image", "banner_image"))
    content, plain = _text(item, "content_html"), _text(item, "content_text")
    published, updated = date_of(_text(item, "date_published")), date_of(_text(item, "date_modified"))
    summary = _text(item, "summary")
    return Entry(
        guid=guid,
        link=link,
        title=text_of(_text(item, "title"), "text/plain"),
        published=published or updated,
        updated=updated if published and updated != published else "",
        authors=_authors(item) or _authors(feed),
        topics=unique(clean_line(tag) for tag in _list(item, "tags") if isinstance(tag, str)),
        pictures=tuple(Picture(address) for address in unique(pictures)),
        enclosures=enclosures,
        type=type_of(enclosures),
        summary=escape(summary)[:MOST_IN_ENTRY],
        content=(content or escape(plain))[:MOST_IN_ENTRY],
        base=link or base,
    )


def _authors(table: Mapping[str, Any]) -> tuple[str, ...]:
    named = [*_list(table, "authors"), table.get("author")]
    return unique(clean_line(_text(one, "name")) for one in named if isinstance(one, dict))


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if isinstance(value, str) else str(value) if is_number else ""


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []
