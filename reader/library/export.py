"""Articles and headlines as other programs read them: JSON records, rows of a sheet, Markdown lines.

`docs/json.md` describes the record. Nothing here writes to a stream, asks the library or knows the
command line, so that the screen can hand an article on in the same form.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from reader.article.dates import When, iso
from reader.article.record import Article, Image, Provider, Related, Value
from reader.article.urls import openable, without_user
from reader.query.results import Headline

Json: TypeAlias = "dict[str, Any]"
"""What `json.dumps` takes as an object."""

COLUMNS = (
    "id", "date", "title", "provider", "domain", "url", "topics", "category", "type",
    "quality", "heat", "draft", "read", "starred", "tags", "story", "coverage",
)  # fmt: skip
"""The header row of CSV and TSV."""

UNTITLED = "(without a title)"
"""The title of a related link without title and URL."""

# Legal inside a JSON string, but a terminal obeys them: DEL, C1, bidi controls, tag characters, BOM. And the
# surrogates that stand for bytes of a path: no file in UTF-8 takes them as they are.
_UNSHOWN = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\U000e0000-\U000e007f]"
)
_ADDRESS = re.compile(r"\s*[a-zA-Z][\w+.-]*://\S+\s*")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>])")
_NOT_IN_LINK = re.compile(r"[\s()<>\\]")
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""First characters of cells that a spreadsheet would run, full-width forms included."""


def record(
    article: Article, headline: Headline, note: str = "", *, body: bool = False, secured: bool = False
) -> Json:
    """An article as the JSON object that `docs/json.md` describes: every key present, unknown = None.

    The `secured` token is included only on request, unchanged; the body only with `body`.
    """
    made: Json = {
        "title": article.title,
        "excerpt": article.excerpt or None,
        "publishedDateTime": _instant(article.published_date_time),
        "originalUrl": without_user(article.original_url) or None,
        "webUrl": without_user(article.web_url) or None,
        "provider": _provider(article.provider),
        "topics": list(article.topics),
        "addedTopics": list(headline.added_topics),
        "category": article.category or None,
        "type": article.type or None,
        "quality": article.quality,
        "heat": article.heat,
        "authors": list(article.author),
        "published": article.published,
        "images": [_image(image) for image in article.images],
        "related": [_related(related) for related in article.related],
    }
    if secured:
        made["secured"] = article.secured
    made |= {
        "other": {key: other_value(value) for key, value in article.other.items()},
        "id": headline.id,
        "path": article.path if os.path.isabs(article.path) else None,
        "story": headline.story or None,
        "coverage": headline.coverage,
        "read": headline.is_read,
        "starred": headline.is_starred,
        "tags": list(headline.tags),
        "note": note or None,
    }
    if body:
        made["body"] = article.body
    return made


def other_value(value: Value) -> Value:
    """A value of a field without a name of its own; addresses in it are without user and password."""
    if isinstance(value, str):
        return without_user(value) if _ADDRESS.fullmatch(value) else value
    if isinstance(value, list):
        return [other_value(one) for one in value]
    if isinstance(value, dict):
        return {key: other_value(one) for key, one in value.items()}
    return value


def json_text(value: object, indent: int | None = None) -> str:
    """JSON with letters as they are and everything that a terminal would obey as `\\uXXXX`."""
    import json  # 4 ms that a table does without

    return _UNSHOWN.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent))


def json_array(texts: Iterable[str]) -> Iterator[str]:
    """The pieces of a JSON array with each of these JSON texts on lines of its own, however many they are."""
    before = "[\n"
    for text in texts:
        yield before + text
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def row(headline: Headline) -> tuple[str, ...]:
    """A headline as the cells of `COLUMNS`; unknown = empty, yes and no are `true` and `false`."""
    return (
        headline.id,
        _instant(headline.date) or "",
        headline.title,
        headline.provider,
        headline.domain,
        headline.url,
        ", ".join(headline.topics),
        headline.category,
        headline.type,
        _number(headline.quality),
        _number(headline.heat),
        _flag(headline.is_draft),
        _flag(headline.is_read),
        _flag(headline.is_starred),
        ", ".join(headline.tags),
        headline.story,
        str(headline.coverage),
    )


def csv_line(cells: Sequence[str]) -> str:
    """One line of RFC 4180 with its CRLF; a cell that a spreadsheet would run gets an apostrophe."""
    return ",".join(_csv_cell(cell) for cell in cells) + "\r\n"


def tsv_line(cells: Sequence[str]) -> str:
    """One line of tab separated cells; tabs and line ends inside a cell become blanks, and a cell that a
    spreadsheet would run gets an apostrophe."""
    return "\t".join(re.sub(r"[\t\r\n\v\f\x85\u2028\u2029]", " ", _harmless(cell)) for cell in cells) + "\n"


def markdown_link(title: str, url: str) -> str:
    """`[title](url)` with what Markdown would read in either escaped; the title alone without a URL."""
    return f"[{_plain(title)}]({_link(url)})" if url else _plain(title)


def markdown_item(headline: Headline) -> str:
    """A headline as one item of a Markdown list: `- [title](url) — provider, date`."""
    day = _instant(headline.date)
    about = ", ".join(filter(None, (_plain(headline.provider), day and day[:10])))
    return f"- {markdown_link(headline.title, headline.url)}" + (f" — {about}" if about else "")


def markdown_article(article: Article) -> str:
    """A whole article as Markdown: heading, where it is from, excerpt, body, related links."""
    from reader.article.markdown import repeats_body  # 10 ms that a list of headlines does without

    about = [article.provider.name or article.provider.domain, _instant(article.published_date_time) or ""]
    parts = [f"# {_plain(article.title)}", _plain(" · ".join(filter(None, about)))]
    if article.url:
        parts.append(f"<{_link(article.url)}>")
    if article.excerpt and not repeats_body(article.excerpt, article.body):
        parts.append("> " + article.excerpt.replace("\n", "\n> "))
    parts.append(body_alone(article))
    if article.related:
        links = [
            markdown_link(link.title or without_user(link.web_url) or UNTITLED, openable(link.web_url))
            for link in article.related
        ]
        parts.append("\n".join(["## Related\n", *(f"{n}. {link}" for n, link in enumerate(links, 1))]))
    return "\n\n".join(filter(None, parts)) + "\n"


def body_alone(article: Article) -> str:
    """The body without blank lines around it, and without a first heading that only repeats the title."""
    from reader.article.markdown import without_title  # as above

    return without_title(article.body, article.title).strip("\n")


def _instant(then: When | None) -> str | None:
    return iso(then) if then else None


def _provider(provider: Provider) -> Json:
    return {"name": provider.name or None, "domain": provider.domain or None}


def _image(image: Image) -> Json:
    return {
        "url": without_user(image.url),
        "width": image.width,
        "height": image.height,
        "isCached": image.is_cached,
    }


def _related(related: Related) -> Json:
    return {
        "title": related.title or None,
        "excerpt": related.excerpt or None,
        "publishedDateTime": _instant(related.published_date_time),
        "webUrl": without_user(related.web_url) or None,
        "type": related.type or None,
        "provider": _provider(related.provider),
        "quality": related.quality,
        "images": [_image(image) for image in related.images],
    }


def _escaped(found: re.Match[str]) -> str:
    """The character as JSON escapes, a pair of them beyond U+FFFF."""
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run."""
    is_number = cell[:1] in ("+", "-") and cell[1:].isdecimal()
    return "'" + cell if cell.startswith(_FORMULA) and not is_number else cell


def _csv_cell(cell: str) -> str:
    cell = _harmless(cell)
    if any(mark in cell for mark in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _flag(flag: bool) -> str:
    return "true" if flag else "false"


def _plain(text: str) -> str:
    """The text on one line, with every character escaped that Markdown would read."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _link(url: str) -> str:
    """The URL with what would end a Markdown link percent-encoded."""
    return _NOT_IN_LINK.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)
