"""Extracts the readable text of a page with trafilatura, an optional extra because it depends on lxml."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Any, NamedTuple

from reader.article.identity import host_of
from reader.article.markdown import first_paragraph
from reader.article.text import clean, clean_line
from reader.errors import ReaderError, UsageError
from reader.feeds.document import MAGIC
from reader.feeds.entries import date_of, joined, text_of, unique
from reader.feeds.html import web_address

_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")

LEAST_WORDS = 8
"""A page with fewer is not an article."""


class NoText(ReaderError):
    """The page has no text worth keeping; `str()` says why."""


class ReadablePage(NamedTuple):
    """The article of a page."""

    title: str
    body: str
    """Markdown."""
    excerpt: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    site: str = ""
    topics: tuple[str, ...] = ()
    picture: str = ""
    url: str = ""
    """Its canonical URL if that is on the same host, else the URL that was fetched."""


def require() -> None:
    """Raises UsageError if the extra is missing."""
    if find_spec("trafilatura") is None:
        raise UsageError("full text needs an extra: pip install 'news-reader-tui[full-text]'")


def read_page(raw: bytes, content_type: str, url: str) -> ReadablePage:
    """The article on a page. Raises NoText."""
    import trafilatura

    head = raw[:1024].lstrip().lower()
    if head.startswith(tuple(mark for mark, _ in MAGIC)):
        raise NoText(f"{content_type.partition(';')[0] or 'this'} is not a page with text")
    text = trafilatura.extract(
        raw, url=url, output_format="markdown", include_comments=False, include_images=True,
        include_links=True, include_formatting=True, include_tables=True,
    )  # fmt: skip
    body = clean(text or "").strip()
    body = _LINK.sub(lambda link: _absolute(link, url), body)
    if len(body.split()) < LEAST_WORDS:
        raise NoText("no text was found on the page; it may need a browser or a login")
    found: Any = trafilatura.extract_metadata(raw, default_url=url)
    title = text_of(found.title, "text/plain") or first_paragraph(body)[:80]
    canonical = joined(url, found.url or "")
    lines = body.split("\n", 1)
    if lines[0].lstrip("# ").strip() == title:
        body = lines[1].strip() if len(lines) > 1 else body
    return ReadablePage(
        title=title,
        body=body,
        excerpt=text_of(found.description, "text/plain") or first_paragraph(body),
        authors=unique(clean_line(name) for name in (found.author or "").split(";")),
        published=date_of(found.date or ""),
        site="" if host_of(f"http://{found.sitename}/") == host_of(url) else clean_line(found.sitename or ""),
        topics=unique(clean_line(tag) for tag in [*(found.tags or ()), *(found.categories or ())]),
        picture=web_address(url, found.image or ""),
        url=canonical if host_of(canonical) == host_of(url) else url,
    )


def _absolute(link: re.Match[str], url: str) -> str:
    """A Markdown link or picture with an absolute URL; without a valid URL only its text."""
    address = web_address(url, link[3])
    if not address:
        return "" if link[1] else link[2]
    return f"{link[1]}[{link[2]}]({address.replace('(', '%28').replace(')', '%29')})"
