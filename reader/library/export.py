"""Exports articles and headlines as JSON records, CSV and TSV rows, and Markdown; selects fields by name.

`docs/json.md` describes the record. Nothing here writes to a stream or depends on the library or the command
line, so that the screen can export an article in the same form.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from reader.article.dates import When, iso
from reader.article.record import Article, Image, Provider, Related, Value
from reader.article.text import clean
from reader.article.urls import openable, without_user
from reader.errors import UsageError, nearest, shown
from reader.query.results import Headline

Json: TypeAlias = "dict[str, Any]"
"""An object for `json.dumps`."""

Tree: TypeAlias = "dict[str, Tree | None]"
"""Names of fields split at dots; None = the whole value."""

COLUMNS = (
    "id", "date", "title", "provider", "domain", "url", "topics", "category", "type",
    "quality", "heat", "draft", "read", "starred", "tags", "story", "coverage",
)  # fmt: skip
"""The header row of CSV and TSV."""

UNTITLED = "(without a title)"
"""The title of a related link without title and URL."""

# Legal in a JSON string, but interpreted by terminals: DEL, C1, bidi controls, tag characters, BOM. Also the
# surrogates for undecodable bytes of a path, which can't be encoded as UTF-8.
_UNSHOWN = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\U000e0000-\U000e007f]"
)
_ADDRESS = re.compile(r"\s*[a-zA-Z][\w+.-]*://\S+\s*")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>])")
_NOT_IN_LINK = re.compile(r"[\s()<>\\]")
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""First characters of cells that a spreadsheet would evaluate as formulas, including full-width forms."""

_NAMING = ("title", "name", "webUrl", "url", "domain")
"""In text, a map is represented by the first of these keys with a value."""

_BREAKS = re.compile(r"[\t\r\n\v\f\x85\u2028\u2029]+")
_PIECES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\\([nt\\])|[{}]")


def record(
    article: Article, headline: Headline, note: str = "", *, body: bool = False, secured: bool = False
) -> Json:
    """Returns an article as the JSON object described in `docs/json.md`: every key present, unknown = None.

    The `secured` token is included only on request, unchanged; the body only with `body`.
    """
    result: Json = {
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
        result["secured"] = article.secured
    result |= {
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
        result["body"] = article.body
    return result


def other_value(value: Value) -> Value:
    """Returns the value of an unknown field, without users and passwords in URLs."""
    if isinstance(value, str):
        return without_user(value) if _ADDRESS.fullmatch(value) else value
    if isinstance(value, list):
        return [other_value(one) for one in value]
    if isinstance(value, dict):
        return {key: other_value(one) for key, one in value.items()}
    return value


def json_text(value: object, indent: int | None = None) -> str:
    """JSON with letters as they are and everything that a terminal would obey as `\\uXXXX`."""
    import json  # takes 4 ms, which a table doesn't need

    return _UNSHOWN.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent))


def json_array(texts: Iterable[str]) -> Iterator[str]:
    """Yields a JSON array piece by piece, each item on its own lines."""
    before = "[\n"
    for text in texts:
        yield before + text
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def row(headline: Headline) -> tuple[str, ...]:
    """Returns a headline as the cells of `COLUMNS`; unknown = empty, booleans are `true` and `false`."""
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
        text_of(headline.quality),
        text_of(headline.heat),
        text_of(headline.is_draft),
        text_of(headline.is_read),
        text_of(headline.is_starred),
        ", ".join(headline.tags),
        headline.story,
        str(headline.coverage),
    )


def csv_line(cells: Sequence[str]) -> str:
    """Returns one line of CSV (RFC 4180) with its CRLF; cells that a spreadsheet would evaluate get an
    apostrophe."""
    import csv  # only for this format
    from io import StringIO

    line = StringIO()
    csv.writer(line).writerow(map(_harmless, cells))
    return line.getvalue()


def tsv_line(cells: Sequence[str]) -> str:
    """Returns one line of tab-separated cells; tabs and line breaks in a cell become spaces, and cells that a
    spreadsheet would evaluate get an apostrophe."""
    return "\t".join(re.sub(r"[\t\r\n\v\f\x85\u2028\u2029]", " ", _harmless(cell)) for cell in cells) + "\n"


def markdown_link(title: str, url: str) -> str:
    """Returns `[title](url)` with Markdown syntax in both escaped; without a URL, only the title."""
    return f"[{_plain(title)}]({_link(url)})" if url else _plain(title)


def markdown_item(headline: Headline) -> str:
    """Returns a headline as a Markdown list item: `- [title](url) — provider, date`."""
    day = _instant(headline.date)
    about = ", ".join(filter(None, (_plain(headline.provider), day and day[:10])))
    return f"- {markdown_link(headline.title, headline.url)}" + (f" — {about}" if about else "")


def markdown_article(article: Article) -> str:
    """Returns a whole article as Markdown: heading, source, excerpt, body, related links."""
    from reader.article.markdown import repeats_body  # takes 10 ms, which a list of headlines doesn't need

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
    """Returns the body without surrounding blank lines and without a first heading that repeats the title."""
    from reader.article.markdown import without_title  # as above

    return without_title(article.body, article.title).strip("\n")


# Fields selected by name, for `--fields` and `--template`. A name is a key of the record, or a path into it
# (`provider.name`, `related.title`), or `url`. Names are checked against a record, so that there is a single
# list of them.


def names_of(text: str) -> tuple[str, ...]:
    """Returns the names in a `--fields` list, each once. Raises UsageError for an unknown one."""
    names = dict.fromkeys(filter(None, re.split(r"[\s,]+", text)))
    if not names:
        raise UsageError("--fields needs names separated by commas, like --fields title,provider.name")
    for name in names:
        check_name(name)
    return tuple(names)


def every_name() -> list[str]:
    """Returns all names, for completion, except those of extra fields, which only the files know."""
    sample = _sample()
    deep = [f"{key}.{part}" for key in ("provider", "related", "images") for part in _keys(sample[key])]
    return [*sample, *deep]


def check_name(name: str) -> None:
    """Raises UsageError for an unknown name, suggesting the nearest known one."""
    here: Any = _sample()
    parts = name.split(".")
    for place, part in enumerate(parts):
        here = here[0] if isinstance(here, list) and here else here
        if place and parts[0] == "other":
            return
        if not isinstance(here, dict) or part not in here:
            known = [".".join([*parts[:place], key]) for key in here] if isinstance(here, dict) else parts[:1]
            raise UsageError(f"unknown field {shown(name)}; {nearest(name, known)}")
        here = here[part]


def need_file(names: Iterable[str]) -> bool:
    """Returns whether these need an article's file: the values of the others are in the index."""
    known = {*known_record(_SAMPLE), "provider.name"} - {"provider"}
    return not known.issuperset(names)


def known_record(headline: Headline) -> Json:
    """Returns the part of the record that the index knows, with `url`."""
    return {
        "title": headline.title,
        "publishedDateTime": iso(headline.date) if headline.date else None,
        "provider": {"name": headline.provider or None},
        "topics": list(headline.topics),
        "addedTopics": list(headline.added_topics),
        "category": headline.category or None,
        "type": headline.type or None,
        "quality": headline.quality,
        "heat": headline.heat,
        "id": headline.id,
        "story": headline.story or None,
        "coverage": headline.coverage,
        "read": headline.is_read,
        "starred": headline.is_starred,
        "tags": list(headline.tags),
        "url": headline.url or None,
    }


def tree_of(names: Iterable[str]) -> Tree:
    """Returns the names as a tree for `picked`."""
    tree: Tree = {}
    for name in names:
        first, _, rest = name.partition(".")
        here = tree
        # A key of extra fields may contain dots, so it is not split.
        parts = [first, rest] if first == "other" and rest else name.split(".")
        for part in parts[:-1]:
            below = here.setdefault(part, {})
            if below is None:
                break
            here = below
        else:
            here[parts[-1]] = None
    return tree


def picked(value: Json, tree: Tree) -> Json:
    """Returns the record with only these keys, in the same shape; missing ones are None."""
    return {key: _picked(value_of(value, key), below) for key, below in tree.items()}


def value_of(value: Any, name: str) -> Any:
    """Returns the value of a record under a name; a list of values if the name leads into a list."""
    if isinstance(value, list):
        return [value_of(one, name) for one in value]
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    first, dot, rest = name.partition(".")
    return value_of(value.get(first), rest) if dot else None


def text_of(value: Any) -> str:
    """Returns a value as text: unknown = empty, booleans `true` and `false`, lists joined by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(filter(None, map(text_of, value)))
    if isinstance(value, Mapping):
        named = next((value[key] for key in _NAMING if value.get(key)), None)
        return str(named) if named else json_text(value) if any(value.values()) else ""
    return clean(str(value))  # keep file names as they are


class Template(NamedTuple):
    """A line with names in braces."""

    pieces: tuple[tuple[str, str], ...]
    """(literal text, name of the field after it); the last name is empty."""

    @property
    def names(self) -> tuple[str, ...]:
        """The fields named in it."""
        return tuple(name for _, name in self.pieces if name)

    def filled(self, record: Json) -> str:
        """Returns the line for one article, without a newline; line breaks in values become spaces."""
        return "".join(
            text + (_BREAKS.sub(" ", text_of(value_of(record, name))) if name else "")
            for text, name in self.pieces
        )


def template_of(text: str) -> Template:
    """Parse a template: `{name}`, `{{` and `}}` for braces, `\\n`, `\\t`, `\\\\`.

    Raises UsageError with the position.
    """
    return Template(tuple(_pieces(text)))


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
    """Returns the character as a JSON escape; a surrogate pair beyond U+FFFF."""
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _harmless(cell: str) -> str:
    """Returns the cell, with an apostrophe before what a spreadsheet would evaluate."""
    is_number = cell[:1] in ("+", "-") and cell[1:].isdecimal()
    return "'" + cell if cell.startswith(_FORMULA) and not is_number else cell


def _plain(text: str) -> str:
    """Returns the text on one line, with Markdown syntax escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _link(url: str) -> str:
    """Returns the URL with characters that would end a Markdown link percent-encoded."""
    return _NOT_IN_LINK.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    plain, end = "", 0
    for found in _PIECES.finditer(text):
        plain += text[end : found.start()]
        end = found.end()
        if found[0] in ("{{", "}}"):
            plain += found[0][0]
        elif found[2]:
            plain += {"n": "\n", "t": "\t", "\\": "\\"}[found[2]]
        elif found[1] is None:
            raise UsageError(
                f"--template: at character {found.start() + 1}: unmatched brace; "
                'write "{title}" for a field and "{{" for the brace itself'
            )
        else:
            name = found[1].strip()
            try:
                check_name(name)
            except UsageError as error:
                raise UsageError(f"--template: at character {found.start() + 2}: {error}") from None
            yield plain, name
            plain = ""
    yield plain + text[end:], ""


def _picked(value: Any, tree: Tree | None) -> Any:
    if tree is None:
        return value
    if isinstance(value, list):
        return [_picked(one, tree) for one in value]
    return picked(value, tree) if isinstance(value, dict) else None


def _keys(value: Any) -> list[str]:
    return list(value[0] if isinstance(value, list) else value)


@cache
def _sample() -> Json:
    """Returns a record with every possible key."""
    article = Article("", "", "", images=(Image(""),), related=(Related(images=(Image(""),)),))
    return record(article, _SAMPLE, body=True, secured=True) | {"url": None}


_SAMPLE = Headline(0, "", "", "", "", (), None, None, None, "", "", "", False, False, False, ())
