"""Builds an article from a header's fields: the meaning of each key in `aliases`, and the defaults.

`fields` converts by type, `frontmatter` reads the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from types import ModuleType

from reader.article.dates import When, seconds_of
from reader.article.identity import identity_of, identity_without_address, is_web, text_key, title_key
from reader.article.plain_text import name_text, plain_text
from reader.article.record import MAX_NAME, MAX_TITLE, Article, Image, Place, Provider, Value
from reader.article.text import clean, display_path
from reader.article.urls import UnsafeUrl, checked_url, openable, shown_host, without_user
from reader.errors import shown
from reader.parsing.aliases import PLACES, normal
from reader.parsing.dates import date_in_name, parted_name
from reader.parsing.fields import (
    Converted,
    Problems,
    boolean_of,
    bounded,
    date_of,
    images_of,
    integer_of,
    is_picture,
    kept_fields,
    names_of,
    provider_of,
    quality_of,
    related_of,
    text_of,
    texts_of,
)
from reader.parsing.headers import Parsed
from reader.parsing.permalinks import name_of, page_of

_DATE_OF_PUBLISHED = re.compile(r"(?=.*\d)(?=.*[^\d\s])", re.DOTALL | re.ASCII)
"""Tells a date from `true`, `no` or `1`."""
_MOST_NAMED = 100
"""Maximum length of a `source` that names a publisher; a longer text describes an origin."""


class Header:
    """The fields of one header, taken one by one by any of their names."""

    def __init__(self, fields: Mapping[str, Value], problems: Problems) -> None:
        self.left = dict(fields)
        """Fields that have not been taken yet."""
        self.problems = problems
        self._keys: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        """The keys of each field, with their places among its names."""
        for key in fields:
            for field, place in PLACES.get(normal(key), ()):
                self._keys[field].append((place, key))

    def names(self, field: str) -> list[str]:
        """The remaining keys of a field, as written, the preferred one first."""
        return [key for _, key in sorted(self._keys[field], key=itemgetter(0)) if key in self.left]

    def take(self, field: str, fits: Callable[[str, Value], bool] | None = None) -> tuple[str, Value]:
        """Take the first key of a field that has a value, and empty ones before it; ("", None) if there is
        none. `fits` restricts which keys and values may be taken.
        """
        for key in self.names(field):
            if fits is None or fits(key, self.left[key]):
                value = self.left.pop(key)
                if value is not None and value != "":
                    return key, value
        return "", None

    def convert(self, field: str, how: Callable[[Value, str, Problems], Converted]) -> Converted:
        """Take a field and convert it."""
        key, value = self.take(field)
        return how(value, key, self.problems)

    def name(self, field: str) -> str:
        """Take a field whose value is a name."""
        return _bounded_name(self.convert(field, text_of), field, self.problems)


def article_of(parsed: Parsed, place: Place) -> Article:
    """The article with a file's fields and body. Never raises; errors are in its problems."""
    problems = Problems(place.path, parsed.lines)
    for flaw in parsed.flaws:
        problems.add_at(*flaw)
    header = Header(parsed.fields, problems)
    body = clean(parsed.body).lstrip("\n").rstrip()
    date = _date(header, place)
    original, web = _urls(header, place)
    stated = _words(header, "title", parsed) or (_markdown().first_heading(body) if body else "")
    page = ""
    if not (is_web(original) or is_web(web)):
        paths = [original or web, *(header.left[key] for key in header.names("originalUrl"))]
        page = page_of(place, header.left, paths, stated, date)
    seconds = None if date is None else seconds_of(date)
    topics, category = _topics(header, place)
    provider = _provider(header, original or web, place)
    return Article(
        path=place.path,
        identity=identity_of(original, "")
        or identity_of(web, "")
        or identity_of(page, "")
        or identity_without_address(stated, seconds, body, place.relative.rpartition("/")[2]),
        title=bounded(stated, MAX_TITLE, "title", problems) or _title_in_name(place),
        excerpt=_words(header, "excerpt", parsed) or (_markdown().first_paragraph(body) if body else ""),
        published_date_time=date,
        original_url=original,
        web_url=web,
        provider=provider._replace(name=bounded(provider.name, MAX_NAME, "provider", problems)),
        topics=_bounded_names(topics, "topics", problems),
        category=category,
        type=header.name("type"),
        quality=header.convert("quality", quality_of),
        heat=header.convert("heat", integer_of),
        author=_bounded_names(_authors(header), "author", problems),
        published=_published(header, place),
        images=_images(header),
        related=header.convert("related", related_of),
        secured=header.convert("secured", _secured),
        other=kept_fields(header.left),
        body=body,
        problems=tuple(problems.found),
        title_key=title_key(stated),
        text_key=text_key(body),
        page=page,
        base=page or (f"{place.site.url}/" if place.site else ""),
    )


def _markdown() -> ModuleType:
    # Imported late: few files need it, and the workers of a load start faster without it.
    from reader.article import markdown

    return markdown


def _words(header: Header, field: str, parsed: Parsed) -> str:
    """A text without formatting, unless its key was unparsable and kept as written."""
    key, value = header.take(field)
    text = text_of(value, key, header.problems)
    return text if key in parsed.as_written else plain_text(text)


def _bounded_name(text: str, field: str, problems: Problems) -> str:
    return bounded(name_text(text), MAX_NAME, field, problems)


def _bounded_names(names: Sequence[str], field: str, problems: Problems) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bounded(name, MAX_NAME, field, problems) for name in names))


def _date(header: Header, place: Place) -> When | None:
    key, value = header.take(
        "publishedDateTime", lambda key, value: normal(key) != "published" or _is_date(value)
    )
    if isinstance(value, dict) and (inner := Header(value, header.problems).take("publishedDateTime"))[0]:
        key, value = f"{key}.{inner[0]}", inner[1]  # a blog of MkDocs has `date: {created: …, updated: …}`
    if key and (read := date_of(value, key, header.problems)):
        return read
    found = date_in_name(place.relative)
    for key in header.names("path"):
        value = header.left[key]
        if found is None and isinstance(value, str):
            found = date_in_name(value)
    return found


def _is_date(published: Value) -> bool:
    """Whether `published` is a date (Obsidian) and not a flag."""
    return isinstance(published, str) and _DATE_OF_PUBLISHED.match(published) is not None


def _urls(header: Header, place: Place) -> tuple[str, str]:
    # Other names count if they have a web address, and not a path within the site.
    original_key, value = header.take(
        "originalUrl",
        lambda key, value: normal(key) == "originalurl" or _is_address(value),
    )
    original = text_of(value, original_key, header.problems)
    web_key, value = header.take("webUrl")
    web = text_of(value, web_key, header.problems)
    for key, url in ((original_key, original), (web_key, web)):
        if url and not openable(url) and not (place.site and url.startswith("/")):
            try:
                checked_url(url)
            except UnsafeUrl as error:
                header.problems.add(key, f"{shown(without_user(url))} can't be opened: {error.reason}")
    return original, web


def _is_address(value: Value) -> bool:
    """Whether a value is an address of the web; one with a space in it can be opened, too."""
    if not isinstance(value, str):
        return False
    url = value.strip()
    return is_web(url) or (url.lower().startswith(("http://", "https://")) and openable(url) != "")


def _provider(header: Header, link: str, place: Place) -> Provider:
    key, value = header.take("provider")
    if normal(key) == "source" and isinstance(value, str) and len(value) > _MOST_NAMED and not is_web(value):
        header.left[key], value = value, None
    found = provider_of(value, key, header.problems)
    if isinstance(value, dict) and len(value) > ("name" in value) + ("domain" in value):
        header.left[key] = {one: value[one] for one in value if one not in ("name", "domain")}
    if "://" in found.name and is_web(found.name):
        link, found = found.name, Provider()
    if found.name:
        return found
    host = shown_host(link).removeprefix("www.")
    if host:
        return Provider(host, host)
    if place.site:
        return Provider(place.site.name, shown_host(place.site.url).removeprefix("www."))
    return Provider(display_path(place.section or place.folder))


def _topics(header: Header, place: Place) -> tuple[list[str], str]:
    if any(header.names("topics")):
        return header.convert("topics", texts_of), header.name("category")
    by_spaces = _is_jekyll(header, place)
    category: Value = None
    found: list[str] = []
    for key in header.names("tags"):
        value = header.left.pop(key)
        name = normal(key)
        if name == "category":
            category = value
        found += texts_of(value, key, header.problems, by_spaces=by_spaces and name in ("tags", "categories"))
    for key in ("tags", "categories"):
        found += texts_of(_taxonomy(header.left, key), f"taxonomies.{key}", header.problems)
    if not found:
        found = header.convert("keywords", texts_of)
    # A list means topics (Jekyll), unless it has only one item.
    if isinstance(category, list) and len(category) != 1 or isinstance(category, dict):
        category = None
    category = text_of(category, "category", header.problems)
    return found, _bounded_name(category, "category", header.problems)


def _is_jekyll(header: Header, place: Place) -> bool:
    """Whether a file is a Jekyll post, in which several words are several tags."""
    parts = place.path.split("/")
    is_dated = parted_name(parts[-1]) is not None
    return "_posts" in parts or "_drafts" in parts or (is_dated and "layout" in header.left)


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


def _authors(header: Header) -> list[str]:
    key, value = header.take("author")
    if not key:
        key, value = "taxonomies.authors", _taxonomy(header.left, "authors")
    return names_of(value, key, header.problems)


def _published(header: Header, place: Place) -> bool | None:
    key, value = header.take("published", lambda _, value: not _is_date(value))
    published = boolean_of(value, key, header.problems)
    draft = header.convert("draft", boolean_of)
    if header.take("status", lambda _, value: isinstance(value, str) and value.strip().lower() == "draft")[0]:
        draft = True
    if draft or (draft is None and published is None and "_drafts" in place.path.split("/")):
        return False
    return published if draft is None or published is not None else True


def _images(header: Header) -> tuple[Image, ...]:
    for key in header.names("images"):
        value = header.left[key]
        if normal(key) == "images" or is_picture(value):
            del header.left[key]
            if value:
                return images_of(value, key, header.problems)
    return ()


def _secured(value: Value, _key: str, problems: Problems) -> str | None:
    if value is None or isinstance(value, str):
        return value
    problems.add("secured", "must be a string")
    return None


def _title_in_name(place: Place) -> str:
    name = name_of(place)
    if (dated := parted_name(name)) and not dated[1]:
        return dated[0].isoformat()
    return " ".join(name.replace("-", " ").replace("_", " ").split()) or "untitled"
