"""What a worker can be asked (`reader.feeds.workers`): each task takes bytes and gives what JSON can hold."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from reader.article.text import clean_line
from reader.feeds import document, html, matching
from reader.feeds.entry import Entry, Picture
from reader.feeds.state import EntryState


def read_feed(
    raw: bytes, content_type: str, url: str, known: list[list[Any]], repeats: bool, oldest: str, is_new: bool
) -> Any:
    """A feed's document compared with what is known of it, as a Reading. Raises NotAFeed.

    `is_new`: nobody wants its texts yet (a subscription is being looked for).
    """
    found = document.read(raw, content_type, url)
    states = [EntryState(*row) for row in known]
    prepare = _unprepared if is_new else _prepared
    return matching.compared(found, states, repeats=repeats, prepare=prepare, oldest=oldest)


def read_page(raw: bytes, content_type: str, url: str) -> Any:
    """A page's article, as a Page. Raises NoText."""
    from reader.feeds import fulltext

    return fulltext.extracted(raw, content_type, url)


def _unprepared(entry: Entry) -> tuple[str, str, Entry]:
    return "", "", entry


def _prepared(entry: Entry) -> tuple[str, str, Entry]:
    body, picture = html.converted(entry.content or entry.summary, entry.base)
    summary = ""
    if entry.content and entry.summary:
        summary, other = html.converted(entry.summary, entry.base)
        if len(summary) > len(body):  # all that the content says is "Read more"
            body, picture = summary, other or picture
    excerpt = html.excerpt_of(summary, body)
    if not entry.pictures and picture:
        entry = entry._replace(pictures=(Picture(picture),))
    pictures = tuple(
        one._replace(url=address)
        for one in entry.pictures
        if (address := html.web_address(entry.base, one.url))
    )
    title = entry.title or _first_words(excerpt) or _words_of(entry.link)
    return (
        excerpt,
        body,
        entry._replace(title=title, link=html.without_tracking(entry.link), pictures=pictures),
    )


def _words_of(link: str) -> str:
    """What an entry is called that has neither title nor text: as its address says."""
    name = unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2]).partition(".")[0]
    words = clean_line(re.sub(r"[-_+]+", " ", name))
    return _first_words(words) if re.search(r"[^\W\d_]{3}", words) else ""


def _first_words(text: str, most: int = 80) -> str:
    """What an entry without a title is called."""
    if len(text) <= most:
        return text
    return (text[: most + 1].rpartition(" ")[0] or text[:most]).rstrip(" ,;:.-") + "…"
