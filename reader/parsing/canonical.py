"""A fast path: parses the layout that programs write with a few regular expressions instead of a YAML parser.
It returns the same article as the general parser in a third of the time, or None in any doubt; then the
general parser is used. Without it a cold load takes half as long again. Its patterns take 13 ms to compile,
so it is imported with the first file.
"""

from __future__ import annotations

import re
from itertools import chain

from reader.article.identity import identity_of, text_key, title_key
from reader.article.plain_text import name_text, plain_text
from reader.article.record import MAX_NAME, MAX_TITLE, Article, Image, Place, Provider, Related, Value
from reader.article.text import clean, clean_line
from reader.article.urls import openable
from reader.parsing.aliases import KNOWN, normal
from reader.parsing.dates import parse_date
from reader.parsing.fields import kept_fields, unique_topics
from reader.parsing.headers import MAX_ENTRIES, MAX_HEADER

# Possessive repeats are on single characters only: on groups, Python before 3.11.5 matches wrongly
# (gh-106052). A quoted text on one line with the escapes that JSON and YAML share. A plain text that is
# unambiguous in YAML: no ": ", no "#", no tab, no leading indicator, no trailing blank.
_TEXT = (
    r'("[^"\\\n]*+(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})[^"\\\n]*+)*"'
    r"|(?:[+$./(]?\w|-[\w.])[^\n:#\t]*+(?::[^\s:#][^\n:#\t]*+)*(?<! ))"
)
_NOT_TEXT = {
    "quality": "([0-9]{1,2}|100)",
    "heat": "(-?[0-9]{1,9})",
    "width": "([0-9]{1,9})",
    "height": "([0-9]{1,9})",
    "published": "(true|false)",
    "isCached": "(true|false)",
}
"""The form of fields other than texts; the general parser reads any other form."""
_SCALARS = (
    "category", "title", "excerpt", "publishedDateTime", "originalUrl", "webUrl", "type", "quality", "heat",
    "published",
)  # fmt: skip
_OWN = (*_SCALARS, "provider", "topics", "images", "related", "secured")
_PICTURE = ("width", "height", "isCached")
_OF_LINK = 7
"""Texts of a related link: title, excerpt, date, URL, type, provider's name and domain."""
_FAR = MAX_HEADER + 1

# What YAML rejects, what it treats as a line break, and byte order marks, which it sometimes drops.
_NOT_PLAIN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_ASCII_CONTROLS = bytes(code for code in range(128) if (code < 32 and code not in b"\t\n") or code == 127)
_ESCAPE = re.compile(r"\\(u....|.)")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_NULLS = frozenset(("null", "Null", "NULL"))


def _lines(indent: str, *keys: str) -> str:
    return "".join(rf"(?:{indent}{key}: {_NOT_TEXT.get(key, _TEXT)}\n)?" for key in keys)


def _uncaptured(pattern: str) -> str:
    return pattern.replace("(", "(?:", 1)


def _images(indent: str) -> str:
    rest = "".join(rf"(?:{indent}  {key}: {_uncaptured(_NOT_TEXT[key])}\n)?" for key in _PICTURE)
    return rf"(?:\n?{indent[2:]}images:\n((?:{indent}- url: {_ITEM}\n{rest})+))?"


_ITEM = _uncaptured(_TEXT)
# YAML accepts no key of more than 1,024 characters.
_KEY = rf"(?!(?:{'|'.join(_OWN)}):)[A-Za-z_][\w-]{{0,99}}+"
_EXTRA = rf"((?:{_KEY}: {_ITEM}\n)*)"
_HEAD = re.compile(
    "---\n"
    + _lines("", *_SCALARS)
    + _EXTRA
    + rf"(?:\n?provider:\n(?=  [nd]){_lines('  ', 'name', 'domain')})?"
    + rf"(?:\n?topics:( \[\]\n|\n(?:  - {_ITEM}\n)+))?"
    + _images("  ")
    + "(\n?related:\n(?=  - title: ))?"
)
_LINK = re.compile(
    rf"  - title: {_TEXT}\n"
    + _lines("    ", "excerpt", "publishedDateTime", "webUrl", "type")
    + rf"(?:    provider:\n(?=      [nd]){_lines('      ', 'name', 'domain')})?"
    + _lines("    ", "quality")
    + _images("      ")
)
_TAIL = re.compile(rf"\n?{_lines('', 'secured')}{_EXTRA}\n?---[ \t]*(?:\n|\Z)")
_FIELD = re.compile(rf"([\w-]+): {_TEXT}\n")
_IMAGE = re.compile(rf" *- url: {_TEXT}\n{_lines(' *', *_PICTURE)}")


class _Doubt(ValueError):
    """Syntax that only the general parser reads."""


def canonical_article(text: str, place: Place) -> Article | None:
    """The article of a file with this text; None in any doubt."""
    try:
        return _article(text, place)
    except ValueError:
        return None


def _article(text: str, place: Place) -> Article:
    # Search no further than a header may extend: backtracking takes a hundred times as long as matching.
    head = _HEAD.match(text, 0, _FAR)
    if not head:
        raise _Doubt
    *stated, quality, heat, published, extra, name, domain, items, images, has_related = head.groups()
    end = head.end()
    links: list[re.Match[str]] = []
    while has_related and (link := _LINK.match(text, end, _FAR)):
        links.append(link)
        end = link.end()
    tail = _TAIL.match(text, end, _FAR)
    if not tail or not _is_plain(text, tail.end()):
        raise _Doubt
    secured, more = tail.groups()
    listed = [line[4:] for line in items.split("\n")[1:-1]] if items else []
    category, title, excerpt, date, original, web, kind, name, domain, *texts = _texts(
        [*stated, name, domain, *listed, *chain.from_iterable(link.groups()[:_OF_LINK] for link in links)]
    )
    topics, texts = texts[: len(listed)], texts[len(listed) :]
    identity = identity_of(original, "") or identity_of(web, "")
    title, excerpt, name = plain_text(title), plain_text(excerpt), _name(name)
    # Defaults come from the body, the file's name, its folder, the category.
    if not (title and excerpt and date and name and identity and (items or not category)):
        raise _Doubt
    if len(title) > MAX_TITLE or "://" in name or (published is None and "_drafts" in place.path):
        raise _Doubt
    if not (_is_openable(original) and (web == original or _is_openable(web))):
        raise _Doubt
    author, other = _others(extra + more) if extra or more else ((), {})
    body = clean(text[tail.end() :]).lstrip("\n").rstrip()
    return Article(
        path=place.path,
        identity=identity,
        title=title,
        excerpt=excerpt,
        published_date_time=parse_date(date),
        original_url=original,
        web_url=web,
        provider=Provider(name, domain),
        topics=tuple(unique_topics(map(_name, topics))),
        category=_name(category),
        type=_name(kind),
        quality=int(quality) if quality else None,
        heat=int(heat) if heat else None,
        author=author,
        published=None if published is None else published == "true",
        images=_pictures(images),
        related=tuple(
            _related(texts[number * _OF_LINK : (number + 1) * _OF_LINK], *link.groups()[_OF_LINK:])
            for number, link in enumerate(links)
        ),
        secured=(_value(secured) or None) if secured else None,
        other=other,
        body=body,
        title_key=title_key(title),
        text_key=text_key(body),
        base=f"{place.site.url}/" if place.site else "",
    )


def _is_plain(text: str, end: int) -> bool:
    """Whether YAML reads a header of this length unchanged, and its size is within the limits."""
    header = text[:end]
    if end > MAX_ENTRIES and (end > MAX_HEADER or header.count("\n") + header.count(",") > MAX_ENTRIES):
        return False
    if "[[" in header:  # `[[Page]]` becomes its words
        return False
    if header.isascii():
        raw = header.encode("ascii")
        return len(raw.translate(None, _ASCII_CONTROLS)) == len(raw)
    return _NOT_PLAIN.search(header) is None


def _texts(raw: list[str | None]) -> list[str]:
    """Each value as one line of clean text (see `fields.text_of`); "" for none."""
    lines = [(one[1:-1] if one[0] == '"' else one) if one else "" for one in raw]
    together = "\n".join(("", *lines, ""))
    # Nearly always only the quotes have to be removed.
    if "\\" not in together and "  " not in together and " \n" not in together and "\n " not in together:
        bare = "".join(lines)
        if bare.isprintable() and clean(bare) is bare and _NULLS.isdisjoint(lines):
            return lines
    return [clean_line(_value(one) or "") if one else "" for one in raw]


def _value(raw: str) -> str | None:
    """The value of a scalar as written."""
    if raw[0] != '"':
        return None if raw in _NULLS else raw
    if "\\" in raw:
        return _ESCAPE.sub(_unescaped, raw[1:-1])
    return raw[1:-1]


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPED.get(code, code)


def _is_openable(url: str) -> bool:
    """Whether there is no problem with an address."""
    return not url or bool(openable(url))


def _name(text: str) -> str:
    if len(text) > MAX_NAME:
        raise _Doubt
    return name_text(text) if "&" in text else text


def _others(lines: str) -> tuple[tuple[str, ...], dict[str, Value]]:
    """The author, and the fields of all further keys."""
    author: tuple[str, ...] = ()
    other: dict[str, Value] = {}
    for key, raw in _FIELD.findall(lines):
        value = _value(raw)
        if key == "author" and value and not author:
            author = tuple(filter(None, [_name(clean_line(value))]))
        elif normal(key) in KNOWN or key in other:
            raise _Doubt
        else:
            other[key] = value
    return author, kept_fields(other)


def _pictures(lines: str | None) -> tuple[Image, ...]:
    found = []
    for raw, width, height, cached in _IMAGE.findall(lines) if lines else ():
        url = clean_line(_value(raw) or "")
        if not url:
            raise _Doubt
        found.append(
            Image(
                url,
                int(width) if width else None,
                int(height) if height else None,
                cached == "true" if cached else None,
            )
        )
    return tuple(found)


def _related(texts: list[str], quality: str | None, images: str | None) -> Related:
    title, excerpt, date, url, kind, name, domain = texts
    title = plain_text(title)
    if len(title) > MAX_TITLE:
        raise _Doubt
    return Related(
        title,
        plain_text(excerpt),
        parse_date(date) if date else None,
        url,
        kind,
        Provider(_name(name or domain), domain),
        int(quality) if quality else None,
        _pictures(images),
    )
