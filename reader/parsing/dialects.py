"""Which key means which field: the collection's own keys, and those of the usual site generators.

The order of the keys is the contract: the first one that is there wins. Conversion by type is `fields`' work,
reading the text `frontmatter`'s.
"""

from __future__ import annotations

import re

from reader.article.dates import When
from reader.article.identity import identity_of, is_web
from reader.article.markdown import first_heading, first_paragraph
from reader.article.plain_text import plain_text, unlinked
from reader.article.record import Article, Place, Provider, Value
from reader.article.text import clean, display_path
from reader.article.urls import UnsafeUrl, checked_url, openable, shown_host, without_user
from reader.errors import shown
from reader.parsing.dates import date_in_name
from reader.parsing.fields import (
    Notes,
    boolean_of,
    date_of,
    images_of,
    integer_of,
    kept_of,
    names_of,
    provider_of,
    quality_of,
    related_of,
    text_of,
    texts_of,
)
from reader.parsing.parsed import Parsed

_TITLE = ("title", "Title", "headline")
_DATE = ("publishedDateTime", "date", "Date", "pubDate", "published_at", "published", "lastmod", "created")
_NO_DAY = tuple(key for key in _DATE if key != "published")
_DATED_PATHS = ("path", "slug", "permalink")
_OTHER_URLS = ("source_url", "canonical", "canonical_url", "external_url", "link", "url", "permalink")
_TAGS = ("tags", "categories", "category")
_PROVIDER = ("provider", "source", "publisher")
_EXCERPT = ("excerpt", "summary", "description", "deck", "dek", "subtitle")
_AUTHOR = ("author", "authors", "by")

_DAY = re.compile(r"\s*\d{4}[-/]\d{1,2}[-/]\d", re.ASCII)
_NAME_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[-_. ]+(?=.)", re.ASCII)
_MOST_NAMED = 100
"""Characters of a `source` that is a publisher's name; a longer text tells where something comes from."""
_FOLDER_PAGES = frozenset(("index", "_index", "readme"))
"""Names of files that stand for their folder (Hugo's and Docusaurus' page bundles)."""


def article_of(parsed: Parsed, place: Place) -> Article:
    """The article that a file's fields and body say. Never raises: what is wrong is in its problems."""
    notes = Notes(place.path, parsed.lines)
    for flaw in parsed.problems:
        notes.add_at(*flaw)
    left = dict(parsed.fields)
    body = clean(parsed.body).lstrip("\n").rstrip()
    date = _date(left, place, notes)
    original, web = _urls(left, notes)
    link = original or web
    topics, category = _topics(left, notes)
    take = left.pop
    return Article(
        path=place.path,
        identity=_identity(original, web, place),
        title=plain_text(_first_text(left, _TITLE, notes)) or first_heading(body) or _title_in_name(place),
        excerpt=plain_text(_first_text(left, _EXCERPT, notes)) or (first_paragraph(body) if body else ""),
        published_date_time=date,
        original_url=original,
        web_url=web,
        provider=_provider(left, link, place, notes),
        topics=topics,
        category=category,
        type=unlinked(text_of(take("type", None), "type", notes)),
        quality=quality_of(take("quality", None), "quality", notes),
        heat=integer_of(take("heat", None), "heat", notes),
        author=_authors(left, notes),
        published=_published(left, notes),
        images=images_of(take("images", None), "images", notes),
        related=related_of(take("related", None), "related", notes),
        secured=_secured(take("secured", None), notes),
        other=_other(left),
        body=body,
        problems=tuple(notes.problems),
    )


def _first(left: dict[str, Value], keys: tuple[str, ...]) -> tuple[str, Value]:
    """Take the first key that is there with something in it; ("", None) for none."""
    for key in keys:
        if key in left:
            value = left.pop(key)
            if value is not None and value != "":
                return key, value
    return "", None


def _first_text(left: dict[str, Value], keys: tuple[str, ...], notes: Notes) -> str:
    key, value = _first(left, keys)
    return text_of(value, key, notes)


def _date(left: dict[str, Value], place: Place, notes: Notes) -> When | None:
    key, value = _first(left, _DATE if _is_day(left.get("published")) else _NO_DAY)
    if key and (read := date_of(value, key, notes)):
        return read
    found = date_in_name(place.relative)
    for key in _DATED_PATHS:
        value = left.get(key)
        if found is None and isinstance(value, str):
            found = date_in_name(value)
    return found


def _is_day(published: Value) -> bool:
    """Whether `published` says when (Obsidian), and not whether."""
    return isinstance(published, str) and _DAY.match(published) is not None


def _urls(left: dict[str, Value], notes: Notes) -> tuple[str, str]:
    original = text_of(left.pop("originalUrl", None), "originalUrl", notes)
    web = text_of(left.pop("webUrl", None), "webUrl", notes)
    if not original:
        for key in _OTHER_URLS:
            value = left.get(key)
            if isinstance(value, str) and is_web(value.strip()):
                original = text_of(left.pop(key), key, notes)
                break
    for key, url in (("originalUrl", original), ("webUrl", web)):
        if url and not openable(url):
            try:
                checked_url(url)
            except UnsafeUrl as error:
                notes.add(key, f"{shown(without_user(url))} can't be opened: {error.reason}")
    return original, web


def _identity(original: str, web: str, place: Place) -> str:
    relative = place.prefix + place.relative
    return identity_of(original, "") or identity_of(web, relative)


def _provider(left: dict[str, Value], link: str, place: Place, notes: Notes) -> Provider:
    key, value = _first(left, _PROVIDER)
    if key == "source" and isinstance(value, str) and len(value) > _MOST_NAMED and not is_web(value):
        left[key], value = value, None
    found = provider_of(value, key, notes)
    if isinstance(value, dict) and len(value) > ("name" in value) + ("domain" in value):
        left[key] = {one: value[one] for one in value if one not in ("name", "domain")}
    if "://" in found.name and is_web(found.name):
        link, found = found.name, Provider()
    if found.name:
        return found
    host = shown_host(link).removeprefix("www.")
    return Provider(host, host) if host else Provider(display_path(place.folder))


def _topics(left: dict[str, Value], notes: Notes) -> tuple[tuple[str, ...], str]:
    if "topics" in left:
        topics = texts_of(left.pop("topics"), "topics", notes)
        return tuple(topics), text_of(left.pop("category", None), "category", notes)
    category = left.get("category")
    united: dict[str, None] = {}
    for key in _TAGS:
        united.update(dict.fromkeys(texts_of(left.pop(key, None), key, notes)))
    for key in ("tags", "categories"):
        united.update(dict.fromkeys(texts_of(_taxonomy(left, key), f"taxonomies.{key}", notes)))
    # As a list it says topics (Jekyll), unless there is just one.
    if isinstance(category, list) and len(category) != 1 or isinstance(category, dict):
        category = None
    return tuple(united), unlinked(text_of(category, "category", notes))


def _taxonomy(left: dict[str, Value], key: str) -> Value:
    """Take a value out of Zola's table `taxonomies`, without changing the header that was parsed."""
    table = left.get("taxonomies")
    if not isinstance(table, dict) or key not in table:
        return None
    rest = {one: value for one, value in table.items() if one != key}
    if rest:
        left["taxonomies"] = rest
    else:
        del left["taxonomies"]
    return table[key]


def _authors(left: dict[str, Value], notes: Notes) -> tuple[str, ...]:
    key, value = _first(left, _AUTHOR)
    if not key:
        if "taxonomies" not in left:
            return ()
        key, value = "taxonomies.authors", _taxonomy(left, "authors")
    return tuple(names_of(value, key, notes))


def _published(left: dict[str, Value], notes: Notes) -> bool | None:
    said = None if _is_day(left.get("published")) else left.pop("published", None)
    published = boolean_of(said, "published", notes)
    draft = boolean_of(left.pop("draft", None), "draft", notes)
    status = left.get("status")
    if isinstance(status, str) and status.strip().lower() == "draft":
        del left["status"]
        draft = True
    if draft:
        return False
    return published if draft is None or published is not None else True


def _secured(value: Value, notes: Notes) -> str | None:
    if value is None or isinstance(value, str):
        return value
    notes.add("secured", "must be one text")
    return None


def _other(left: dict[str, Value]) -> dict[str, Value]:
    kept = kept_of(left) if left else {}
    assert isinstance(kept, dict)
    return kept


def _title_in_name(place: Place) -> str:
    parts = place.relative.split("/")
    name = parts[-1].rpartition(".")[0] or parts[-1]
    if name.lower() in _FOLDER_PAGES and len(parts) > 1:
        name = parts[-2]
    name = _NAME_DATE.sub("", name, count=1) if _NAME_DATE.match(name) else name
    return " ".join(display_path(name).replace("-", " ").replace("_", " ").split()) or "untitled"
