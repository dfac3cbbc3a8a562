"""The fast lane: the layout that machines write, read by a few regular expressions instead of a YAML parser.

Whatever it gives is exactly what `yaml_header` gives for the same text; any doubt is None, and the
general parser reads the file. It takes a sixth of the time, and reading is nine tenths of building an index.
Lines are not counted here: only a file with a problem needs them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from reader.article.record import Value
from reader.parsing.parsed import MAX_HEADER

# Possessive repeats stand on single characters only: on groups, Python before 3.11.5 matches wrongly
# (gh-106052).
# A quoted text on one line with the escapes that JSON and YAML share. A plain text that YAML can't take for
# anything else: no ": ", no "#", no tab, no indicator in front, no blank at the end.
_VALUE = (
    r'("[^"\\\n]*+(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})[^"\\\n]*+)*"'
    r"|(?:[+$./(]?\w|-[\w.])[^\n:#\t]*+(?::[^\s:#][^\n:#\t]*+)*(?<! ))\n"
)
_ITEM = _VALUE.replace("(", "(?:", 1)
HEAD_KEYS = (
    "category",
    "title",
    "excerpt",
    "publishedDateTime",
    "originalUrl",
    "webUrl",
    "type",
    "quality",
    "heat",
    "published",
)
_BLOCK_KEYS = ("provider", "topics", "images", "related", "secured")
# YAML takes no key of more than 1,024 characters.
_KEY = rf"(?!(?:{'|'.join(HEAD_KEYS + _BLOCK_KEYS)}):)[A-Za-z_][\w-]{{0,99}}+"


_FAR = MAX_HEADER + 1


def _line(indent: int, key: str) -> str:
    return rf"(?:{' ' * indent}{key}: {_VALUE})?"


def _lines(indent: int, *keys: str) -> str:
    return "".join(_line(indent, key) for key in keys)


def _images(indent: int) -> str:
    blank = " " * indent
    rest = "".join(rf"(?:{blank}  {key}: {_ITEM})?" for key in _IMAGE_KEYS)
    return rf"(?:\n?{blank[2:]}images:\n((?:{blank}- url: {_ITEM}{rest})+))?"


_EXTRA = rf"((?:{_KEY}: {_ITEM})*)"
_IMAGE_KEYS = ("width", "height", "isCached")


class _Layout(NamedTuple):
    head: re.Pattern[str]
    related: re.Pattern[str]
    tail: re.Pattern[str]
    field: re.Pattern[str]
    image: re.Pattern[str]


@cache
def _layout() -> _Layout:
    # Compiled when the first file is read: they take 13 ms, and most starts read no file.
    head = (
        _lines(0, *HEAD_KEYS)
        + _EXTRA
        + rf"(?:\n?provider:\n(?=  [nd]){_lines(2, 'name', 'domain')})?"
        + rf"(?:\n?topics:\n((?:  - {_ITEM})+))?"
        + _images(2)
        + "(\n?related:\n(?=  - title: ))?"
    )
    related = (
        _lines(4, "excerpt", "publishedDateTime", "webUrl", "type")
        + rf"(?:    provider:\n(?=      [nd]){_lines(6, 'name', 'domain')})?"
        + _line(4, "quality")
        + _images(6)
    )
    image = "".join(rf"(?: *{key}: {_VALUE})?" for key in _IMAGE_KEYS)
    return _Layout(
        re.compile("---\n" + head),
        re.compile(rf"  - title: {_VALUE}{related}"),
        re.compile(rf"\n?(?:secured: {_VALUE})?{_EXTRA}\n?---[ \t]*(?:\n|\Z)"),
        re.compile(rf"([\w-]+): {_VALUE}"),
        re.compile(rf" *- url: {_VALUE}{image}"),
    )


# What YAML refuses, what it takes for a line break, and byte order marks, which it sometimes drops.
_NOT_PLAIN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_ASCII_CONTROLS = bytes(code for code in range(128) if (code < 32 and code not in b"\t\n") or code == 127)
_ESCAPE = re.compile(r"\\(u....|.)")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
NULLS = frozenset(("null", "Null", "NULL"))


class Header(NamedTuple):
    """What a canonical header says."""

    fields: dict[str, Value]
    end: int
    """Characters of the text that the header takes with its fences; the body begins there."""


class Parts(NamedTuple):
    """A canonical header as it is written: what `value_of` makes values of, None where nothing stands."""

    scalars: Sequence[str | None]
    """In the order of `HEAD_KEYS`."""
    extra: str
    """Lines of other keys."""
    name: str | None
    """The provider's, and its domain."""
    domain: str | None
    topics: str | None
    """A line each."""
    images: str | None
    related: Sequence[re.Match[str]]
    secured: str | None
    more: str
    """More lines of other keys."""
    end: int
    """See `Header.end`."""


def match(text: str, *, is_plain: bool = False) -> Parts | None:
    """The parts of a file's header in the canonical layout; None for every other.

    `is_plain`: the caller has seen that there are no control characters in an ASCII text.
    """
    if not text.startswith("---\n"):
        return None
    layout = _layout()
    # Looking no further than a header may go: backtracking takes a hundred times what it has passed.
    head = layout.head.match(text, 0, _FAR)
    if not head:
        return None
    *scalars, extra, name, domain, topics, images, has_related = head.groups()
    place = head.end()
    related: list[re.Match[str]] = []
    if has_related:
        while one := layout.related.match(text, place, _FAR):
            related.append(one)
            place = one.end()
    tail = layout.tail.match(text, place, _FAR)
    if not tail:
        return None
    end = tail.end()
    if end > MAX_HEADER or not (is_plain or _is_plain(text[:end])):
        return None
    if text.find("[[", 0, end) >= 0:  # `[[Page]]` becomes its words
        return None
    return Parts(scalars, extra, name, domain, topics, images, related, tail[1], tail[2], end)


def read(text: str) -> Header | None:
    """The header of a file in the canonical layout; None for every other."""
    found = match(text)
    if found is None:
        return None
    fields: dict[str, Value] = {
        key: value_of(raw) for key, raw in zip(HEAD_KEYS, found.scalars, strict=True) if raw is not None
    }
    if found.extra and not _add(fields, found.extra):
        return None
    if found.name is not None or found.domain is not None:
        fields["provider"] = _provider(found.name, found.domain)
    if found.topics is not None:
        fields["topics"] = list(map(value_of, topics_in(found.topics)))
    if found.images is not None:
        fields["images"] = _pictures(found.images)
    if found.related:
        fields["related"] = list(map(_related, found.related))
    if found.secured is not None:
        fields["secured"] = value_of(found.secured)
    if found.more and not _add(fields, found.more):
        return None
    return Header(fields, found.end)


def topics_in(lines: str) -> list[str]:
    """The topics as they are written."""
    return [line[4:] for line in lines.split("\n")[:-1]]


def images_in(lines: str) -> list[tuple[str, str, str, str]]:
    """url, width, height and isCached of each picture as they are written; empty where nothing stands."""
    return _layout().image.findall(lines)


def value_of(raw: str) -> str | None:
    """What a scalar means that is written so."""
    if raw[0] != '"':
        return None if raw in NULLS else raw
    if "\\" in raw:
        return _ESCAPE.sub(_unescaped, raw[1:-1])
    return raw[1:-1]


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPED.get(code, code)


def _is_plain(header: str) -> bool:
    if header.isascii():
        raw = header.encode("ascii")
        return len(raw.translate(None, _ASCII_CONTROLS)) == len(raw)
    return _NOT_PLAIN.search(header) is None


def _add(fields: dict[str, Value], lines: str) -> bool:
    """Add more `key: value` lines; False where a key is there already."""
    for key, raw in _layout().field.findall(lines):
        if key in fields:
            return False
        fields[key] = value_of(raw)
    return True


def _provider(name: str | None, domain: str | None) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if name is not None:
        found["name"] = value_of(name)
    if domain is not None:
        found["domain"] = value_of(domain)
    return found


def _pictures(lines: str) -> list[Value]:
    found: list[Value] = []
    for url, width, height, is_cached in images_in(lines):
        one: dict[str, Value] = {"url": value_of(url)}
        if width:
            one["width"] = value_of(width)
        if height:
            one["height"] = value_of(height)
        if is_cached:
            one["isCached"] = value_of(is_cached)
        found.append(one)
    return found


def _related(match: re.Match[str]) -> dict[str, Value]:
    title, excerpt, date, url, kind, name, domain, quality, images = match.groups()
    found: dict[str, Value] = {"title": value_of(title)}
    if excerpt is not None:
        found["excerpt"] = value_of(excerpt)
    if date is not None:
        found["publishedDateTime"] = value_of(date)
    if url is not None:
        found["webUrl"] = value_of(url)
    if kind is not None:
        found["type"] = value_of(kind)
    if name is not None or domain is not None:
        found["provider"] = _provider(name, domain)
    if quality is not None:
        found["quality"] = value_of(quality)
    if images is not None:
        found["images"] = _pictures(images)
    return found
