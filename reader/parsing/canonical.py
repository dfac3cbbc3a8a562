"""The fast lane: the layout that programs write, read by a few regular expressions instead of a YAML parser.

It gives exactly what `yaml_header` gives for the same text, or None in any doubt; then the general parser
reads the file. Without it a cold load takes half as long again, and misses its budget.
Lines are not counted here: only a file with a problem needs them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from reader.article.record import Value
from reader.parsing.parsed import MAX_ENTRIES, MAX_HEADER

# Possessive repeats are on single characters only: on groups, Python before 3.11.5 matches wrongly
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


class CanonicalMatch(NamedTuple):
    """A canonical header taken apart, each value as it is written; None for one that is not there."""

    scalars: list[str | None]
    """In the order of HEAD_KEYS."""
    extra: str | None
    """Lines of other keys."""
    name: str | None
    domain: str | None
    topics: str | None
    """Its lines, and so on."""
    images: str | None
    related: list[re.Match[str]]
    secured: str | None
    more: str | None
    """Lines of other keys behind `secured`."""
    end: int


class CanonicalHeader(NamedTuple):
    """What a canonical header says."""

    fields: dict[str, Value]
    end: int
    """Characters of the text that the header takes with its fences; the body begins there."""


def match(text: str) -> CanonicalMatch | None:
    """The header of a file in the canonical layout, as it is written; None for every other."""
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
    if not tail or not _is_plain(text, tail.end()):
        return None
    secured, more = tail.groups()
    return CanonicalMatch(scalars, extra, name, domain, topics, images, related, secured, more, tail.end())


def read(text: str) -> CanonicalHeader | None:
    """The fields of a file in the canonical layout; None for every other."""
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
    for key, raw, make in (
        ("topics", found.topics, _topics),
        ("images", found.images, _pictures),
        ("secured", found.secured, value_of),
    ):
        if raw is not None:
            fields[key] = make(raw)
    if found.related:
        fields["related"] = list(map(_related, found.related))
    if found.more and not _add(fields, found.more):
        return None
    return CanonicalHeader(fields, found.end)


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


def _is_plain(text: str, end: int) -> bool:
    """Whether nothing in a header of this length makes a difference to YAML or to the bounds for headers."""
    header = text[:end]
    if end > MAX_ENTRIES and (end > MAX_HEADER or header.count("\n") + header.count(",") > MAX_ENTRIES):
        return False
    if "[[" in header:  # `[[Page]]` becomes its words
        return False
    if header.isascii():
        raw = header.encode("ascii")
        return len(raw.translate(None, _ASCII_CONTROLS)) == len(raw)
    return _NOT_PLAIN.search(header) is None


def _add(fields: dict[str, Value], lines: str) -> bool:
    """Add more `key: value` lines; False if a key is there already."""
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


def _topics(lines: str) -> Value:
    return [value_of(line) for line in topics_in(lines)]


def topics_in(lines: str) -> list[str]:
    """The topics of these lines, each as it is written."""
    return [line[4:] for line in lines.split("\n")[:-1]]


def images_in(lines: str) -> list[tuple[str, str, str, str]]:
    """Address, width, height and `isCached` of the pictures in these lines, as written; "" for none."""
    return _layout().image.findall(lines)


def _pictures(lines: str) -> Value:
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
