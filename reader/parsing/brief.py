"""The short way from a canonical file to its article, with as much of it as the index keeps.

Sizes of pictures, dates and excerpts of related links are not in the index: here they are only looked at,
whether there would be a problem with them. With any doubt about anything the answer is None, and the file is
read as every other. What the index takes from a brief article is exactly what it takes from the whole one
(pinned by a property test), at half the price: a cold load takes a third longer without.
"""

from __future__ import annotations

import re

from reader.article.dates import When
from reader.article.identity import identity_of, text_key, title_key
from reader.article.plain_text import has_formatting
from reader.article.record import MAX_NAME, MAX_TITLE, Article, Image, Place, Provider, Related
from reader.article.text import clean, clean_line, fold
from reader.article.urls import openable
from reader.parsing.canonical import NULLS, images_in, match, topics_in, value_of
from reader.parsing.dates import parse_date

_QUALITIES: dict[str | None, int | None] = {None: None, **{str(number): number for number in range(101)}}
_ARE_PUBLISHED: dict[str | None, bool | None] = {None: None, "true": True, "false": False}
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_SIZE = re.compile(r"[0-9]{0,9}")
_CACHED = frozenset(("", "true", "false"))
_IMAGES = (Image("brief"),)


def brief_article(text: str, place: Place) -> Article | None:
    """The article of a file with this text, where it is beyond doubt."""
    found = match(text)
    if found is None or found.extra or found.more:
        return None
    category, title, excerpt, date, original, web, kind, quality, heat, published = found.scalars
    links = len(found.related)
    stated, told, *others = _lines(
        [
            title, excerpt, *[one[1] for one in found.related], original, web, category, kind, found.name,
            found.domain, *(topics_in(found.topics) if found.topics else ()),
        ]
    )  # fmt: skip
    titles = others[:links]
    original_url, web_url, category_name, type_name, name, domain, *topics = others[links:]
    when = _date(date)
    identity = identity_of(original_url, "") or identity_of(web_url, "")
    # What is missing is looked for elsewhere: in the body, the file's name, the folder.
    if when is None or not (stated and told and topics and name and identity) or "://" in name:
        return None
    names = "\n".join((category_name, type_name, name, *topics))
    if (
        max(map(len, (stated, *titles))) > MAX_TITLE
        or max(map(len, (category_name, type_name, name, *topics))) > MAX_NAME
    ):
        return None
    if has_formatting("\n".join((stated, told, *titles))) or "&" in names or "[[" in names:
        return None
    if not (_is_openable(original_url) and (web_url == original_url or _is_openable(web_url))):
        return None
    if (
        quality not in _QUALITIES
        or published not in _ARE_PUBLISHED
        or not (heat is None or _INTEGER.fullmatch(heat))
    ):
        return None
    if not (_are_plain(topics) and _are_sound(found.images) and all(map(_is_sound, found.related))):
        return None
    body = clean(text[found.end :]).lstrip("\n").rstrip()
    return Article(
        path=place.path,
        identity=identity,
        title=stated,
        excerpt=told,
        published_date_time=when,
        original_url=original_url,
        web_url=web_url,
        provider=Provider(name, domain),
        topics=tuple(topics),
        category=category_name,
        type=type_name,
        quality=_QUALITIES[quality],
        heat=None if heat is None else int(heat),
        published=_ARE_PUBLISHED[published],
        images=_IMAGES if found.images else (),
        related=tuple(map(Related, titles)),
        body=body,
        title_key=title_key(stated),
        text_key=text_key(body),
    )


def _lines(raw: list[str | None]) -> list[str]:
    """What each value means as one line of clean text (see `fields.text_of`); "" for none."""
    lines = [(one[1:-1] if one[0] == '"' else one) if one else "" for one in raw]
    together = "\n".join(("", *lines, ""))
    # Nearly always there is nothing to be done but to drop the quotes.
    if "\\" not in together and "  " not in together and " \n" not in together and "\n " not in together:
        bare = "".join(lines)
        if bare.isprintable() and clean(bare) is bare and NULLS.isdisjoint(lines):
            return lines
    return [clean_line(value_of(one) or "") if one else "" for one in raw]


def _date(raw: str | None) -> When | None:
    """None if that is no date."""
    try:
        return parse_date(clean_line(value_of(raw) or "")) if raw else None
    except ValueError:
        return None


def _is_openable(url: str) -> bool:
    """Whether there is no problem with an address."""
    return not url or bool(openable(url))


def _are_plain(topics: list[str]) -> bool:
    """Whether none is empty, a tag with its sign, or the same as another."""
    return (
        all(topics)
        and not any(topic[0] == "#" for topic in topics)
        and len({*map(fold, topics)}) == len(topics)
    )


def _is_sound(related: re.Match[str]) -> bool:
    """Whether there is no problem with a related link."""
    date, quality, images = related[3], related[8], related[9]
    return (date is None or _date(date) is not None) and quality in _QUALITIES and _are_sound(images)


def _are_sound(images: str | None) -> bool:
    """Whether there is no problem with any of these pictures."""
    return images is None or all(
        clean_line(value_of(url) or "")
        and _SIZE.fullmatch(width)
        and _SIZE.fullmatch(height)
        and is_cached in _CACHED
        for url, width, height, is_cached in images_in(images)
    )
