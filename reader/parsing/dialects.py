"""An article made of a header's fields: what each key in `aliases` means, and what stands in for it.

Conversion by type is `fields`' work, reading the text `frontmatter`'s.
"""

from __future__ import annotations

import re

from reader.article.dates import When, seconds_of
from reader.article.identity import identity_of, identity_without_address, is_web, text_key, title_key
from reader.article.plain_text import name_text, plain_text
from reader.article.record import MAX_NAME, MAX_TITLE, Article, Image, Place, Provider, Value
from reader.article.text import clean, clean_line, display_path
from reader.article.urls import UnsafeUrl, checked_url, openable, shown_host, without_user
from reader.errors import shown
from reader.parsing.aliases import Header, normal
from reader.parsing.dates import FOLDER_PAGES, date_in_name, parted_name
from reader.parsing.fields import (
    Notes,
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
from reader.parsing.frontmatter import Parsed

_DATE_OF_PUBLISHED = re.compile(r"(?=.*\d)(?=.*[^\d\s])", re.DOTALL | re.ASCII)
"""What a date has and `true`, `no` or `1` have not."""
_MOST_NAMED = 100
"""Characters of a `source` that is a publisher's name; a longer text tells where something comes from."""


def article_of(parsed: Parsed, place: Place) -> Article:
    """The article that a file's fields and body say. Never raises: what is wrong is in its problems."""
    notes = Notes(place.path, parsed.lines)
    for flaw in parsed.problems:
        notes.add_at(*flaw)
    header = Header(parsed.fields)
    body = clean(parsed.body).lstrip("\n").rstrip()
    date = _date(header, place, notes)
    original, web = _urls(header, place, notes)
    stated = _words(header, "title", parsed, notes) or _first_heading(body)
    page = "" if is_web(original) or is_web(web) else _page(header, original or web, stated, date, place)
    seconds = None if date is None else seconds_of(date)
    topics, category = _topics(header, place, notes)
    provider = _provider(header, original or web, place, notes)
    quality, heat = header.take("quality"), header.take("heat")
    kind, related = header.take("type"), header.take("related")
    return Article(
        path=place.path,
        identity=identity_of(original, "")
        or identity_of(web, "")
        or identity_of(page, "")
        or identity_without_address(stated, seconds, body, place.relative.rpartition("/")[2]),
        title=bounded(stated, MAX_TITLE, "title", notes) or _title_in_name(place),
        excerpt=_words(header, "excerpt", parsed, notes) or _first_paragraph(body),
        published_date_time=date,
        original_url=original,
        web_url=web,
        provider=provider._replace(name=bounded(provider.name, MAX_NAME, "provider", notes)),
        topics=_bounded_names(topics, "topics", notes),
        category=bounded(category, MAX_NAME, "category", notes),
        type=bounded(name_text(text_of(kind[1], kind[0], notes)), MAX_NAME, "type", notes),
        quality=quality_of(quality[1], quality[0], notes),
        heat=integer_of(heat[1], heat[0], notes),
        author=_bounded_names(_authors(header, notes), "author", notes),
        published=_published(header, place, notes),
        images=_images(header, notes),
        related=related_of(related[1], related[0], notes),
        secured=_secured(header, notes),
        other=kept_fields(header.left),
        body=body,
        problems=tuple(notes.problems),
        title_key=title_key(stated),
        text_key=text_key(body),
        page=page,
        base=page or (f"{place.site.url}/" if place.site else ""),
    )


# The workers of a load are done sooner without the module for Markdown: few files need it.
def _first_heading(body: str) -> str:
    if not body:
        return ""
    from reader.article.markdown import first_heading

    return first_heading(body)


def _first_paragraph(body: str) -> str:
    if not body:
        return ""
    from reader.article.markdown import first_paragraph

    return first_paragraph(body)


def _text(header: Header, field: str, notes: Notes) -> str:
    key, value = header.take(field)
    return text_of(value, key, notes)


def _words(header: Header, field: str, parsed: Parsed, notes: Notes) -> str:
    """A text without formatting, unless it was taken as it is written."""
    key, value = header.take(field)
    text = text_of(value, key, notes)
    return text if key in parsed.as_written else plain_text(text)


def _bounded_names(names: tuple[str, ...], field: str, notes: Notes) -> tuple[str, ...]:
    if not names or max(map(len, names)) <= MAX_NAME:
        return names
    return tuple(dict.fromkeys(bounded(name, MAX_NAME, field, notes) for name in names))


def _date(header: Header, place: Place, notes: Notes) -> When | None:
    key, value = header.take(
        "publishedDateTime", lambda key, value: normal(key) != "published" or _is_date(value)
    )
    above = ""
    if isinstance(value, dict) and (inner := Header(value).take("publishedDateTime"))[0]:
        above, (key, value) = f"{key}.", inner  # a blog of MkDocs has `date: {created: …, updated: …}`
    if key and (read := date_of(value, key, notes, above)):
        return read
    found = date_in_name(place.relative)
    for key in header.names("path"):
        value = header.left[key]
        if found is None and isinstance(value, str):
            found = date_in_name(value)
    return found


def _is_date(published: Value) -> bool:
    """Whether `published` says when (Obsidian), and not whether."""
    return isinstance(published, str) and _DATE_OF_PUBLISHED.match(published) is not None


def _urls(header: Header, place: Place, notes: Notes) -> tuple[str, str]:
    # Other names count where they hold an address of the web, and not a path within the site.
    original_key, value = header.take(
        "originalUrl",
        lambda key, value: normal(key) == "originalurl" or _is_address(value),
    )
    original = text_of(value, original_key, notes)
    web_key, value = header.take("webUrl")
    web = text_of(value, web_key, notes)
    for key, url in ((original_key, original), (web_key, web)):
        if url and not openable(url) and not (place.site and url.startswith("/")):
            try:
                checked_url(url)
            except UnsafeUrl as error:
                notes.add(key, f"{shown(without_user(url))} can't be opened: {error.reason}")
    return original, web


def _is_address(value: Value) -> bool:
    """Whether a value is an address of the web; one with a space in it can be opened, too."""
    if not isinstance(value, str):
        return False
    url = value.strip()
    return is_web(url) or (url.lower().startswith(("http://", "https://")) and openable(url) != "")


def _page(header: Header, path: str, title: str, date: When | None, place: Place) -> str:
    """The address of an article's page on its site: its own path, else what the permalink says."""
    if place.site is None:
        return ""
    stated = (header.left[key] for key in header.names("originalUrl"))
    paths = [path, *(value.strip() for value in stated if isinstance(value, str))]
    own = header.left.get({"zola": "path", "hugo": "url"}.get(place.site.generator, ""))
    if isinstance(own, str) and own.strip() and not is_web(own):
        paths.append("/" + own.strip().lstrip("/"))
    for path in paths:
        if path.startswith("/") and not path.startswith("//") and ":" not in path:
            return place.site.absolute(clean_line(path))
    if not (place.site.permalink or place.site.permalinks):
        return ""
    from reader.parsing.page import page_of  # few articles have a site that says what their pages are

    slug = header.left.get("slug")
    return page_of(
        place.site,
        place,
        date,
        title=title,
        slug=clean_line(slug).strip("/") if isinstance(slug, str) else "",
        name=_name_of(place),
        categories=_categories(header),
    )


def _categories(header: Header) -> list[str]:
    """A Jekyll post's categories, which may be part of its address."""
    for key in ("category", "categories"):
        value = header.left.get(key)
        if isinstance(value, str):
            return [value] if key == "category" else value.split()
        if isinstance(value, list):
            return [one for one in value if isinstance(one, str)]
    return []


def _provider(header: Header, link: str, place: Place, notes: Notes) -> Provider:
    key, value = header.take("provider")
    if normal(key) == "source" and isinstance(value, str) and len(value) > _MOST_NAMED and not is_web(value):
        header.left[key], value = value, None
    found = provider_of(value, key, notes)
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


def _topics(header: Header, place: Place, notes: Notes) -> tuple[tuple[str, ...], str]:
    if any(header.names("topics")):
        key, value = header.take("topics")
        return tuple(texts_of(value, key, notes)), name_text(_text(header, "category", notes))
    by_blanks = _is_jekyll(header, place)
    category: Value = None
    found: list[str] = []
    for key in header.names("tags"):
        value = header.left.pop(key)
        name = normal(key)
        if name == "category":
            category = value
        found += texts_of(value, key, notes, by_blanks=by_blanks and name in ("tags", "categories"))
    for key in ("tags", "categories"):
        found += texts_of(_taxonomy(header.left, key), f"taxonomies.{key}", notes)
    if not found:
        key, value = header.take("keywords")
        found = texts_of(value, key, notes)
    # As a list it says topics (Jekyll), unless there is just one.
    if isinstance(category, list) and len(category) != 1 or isinstance(category, dict):
        category = None
    return tuple(dict.fromkeys(found)), name_text(text_of(category, "category", notes))


def _is_jekyll(header: Header, place: Place) -> bool:
    """Whether a file is a Jekyll post, where a text of several words is several tags."""
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


def _authors(header: Header, notes: Notes) -> tuple[str, ...]:
    key, value = header.take("author")
    if not key:
        key, value = "taxonomies.authors", _taxonomy(header.left, "authors")
    return tuple(names_of(value, key, notes))


def _published(header: Header, place: Place, notes: Notes) -> bool | None:
    key, value = header.take("published", lambda _, value: not _is_date(value))
    published = boolean_of(value, key, notes)
    key, value = header.take("draft")
    draft = boolean_of(value, key, notes)
    if header.take("status", lambda _, value: isinstance(value, str) and value.strip().lower() == "draft")[0]:
        draft = True
    if draft or (draft is None and published is None and "_drafts" in place.path.split("/")):
        return False
    return published if draft is None or published is not None else True


def _images(header: Header, notes: Notes) -> tuple[Image, ...]:
    for key in header.names("images"):
        value = header.left[key]
        if normal(key) == "images" or is_picture(value):
            del header.left[key]
            if value:
                return images_of(value, key, notes)
    return ()


def _secured(header: Header, notes: Notes) -> str | None:
    _, value = header.take("secured")
    if value is None or isinstance(value, str):
        return value
    notes.add("secured", "must be a string")
    return None


def _title_in_name(place: Place) -> str:
    name = _name_of(place)
    if (dated := parted_name(name)) and not dated[1]:
        return dated[0].isoformat()
    return " ".join(name.replace("-", " ").replace("_", " ").split()) or "untitled"


def _name_of(place: Place) -> str:
    """A file's name without its date and ending; that of its folder where it stands for it."""
    parts = place.relative.split("/")
    name = parts[-1].rpartition(".")[0] or parts[-1]
    if name.lower() in FOLDER_PAGES and len(parts) > 1:
        name = parts[-2]
    dated = parted_name(name)
    return display_path(dated[1] if dated and dated[1] else name)
