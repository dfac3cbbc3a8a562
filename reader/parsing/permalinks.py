"""The page of an article on its site: its own path there, else the site's permalink filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reader.article.dates import When
from reader.article.identity import is_web
from reader.article.record import Place, Site, Value
from reader.article.text import clean_line, display_path
from reader.parsing.dates import FOLDER_PAGES, MONTHS, parted_name

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_MAY_BE_EMPTY = frozenset(("folder", "categories", "sections"))
"""Parts of a permalink that are missing for an article in the top folder."""
_LANGUAGE = re.compile(r"\.[a-z]{2}(?:-[A-Za-z]{2})?\Z")
"""A language at the end of a name: the addresses of its pages depend on more than the name."""
_SIMPLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*")
"""A name that every generator writes in the same way in an address; they differ in all others."""
_OWN_PATH = {"zola": "path", "hugo": "url"}
"""The key by which a generator lets an article choose its path."""


def page_of(
    place: Place, fields: Mapping[str, Value], paths: Iterable[Value], title: str, date: When | None
) -> str:
    """The URL of an article's page on its site; empty if unknown.

    `fields` are those of its header that have no other meaning, `paths` what its header gives as its URL.
    """
    site = place.site
    if site is None:
        return ""
    own = fields.get(_OWN_PATH.get(site.generator, ""))
    if isinstance(own, str) and own.strip() and not is_web(own):
        own = "/" + own.strip().lstrip("/")
    for value in (*paths, own):
        path = value.strip() if isinstance(value, str) else ""
        if path.startswith("/") and not path.startswith("//") and ":" not in path:
            return site.url + clean_line(path)
    return _page_by_permalink(site, place, fields, title, date) if site.permalink or site.permalinks else ""


def name_of(place: Place) -> str:
    """A file's name without its date and extension; the folder's name for index files."""
    parts = place.relative.split("/")
    name = parts[-1].rpartition(".")[0] or parts[-1]
    if name.lower() in FOLDER_PAGES and len(parts) > 1:
        name = parts[-2]
    dated = parted_name(name)
    return display_path(dated[1] if dated and dated[1] else name)


def _page_by_permalink(
    site: Site, place: Place, fields: Mapping[str, Value], title: str, date: When | None
) -> str:
    folder = place.path[len(site.folder) :].rpartition("/")[0].strip("/")
    file = place.path.rpartition("/")[2].rpartition(".")[0]
    above, sections = _around(site, folder)
    if site.generator in ("hugo", "zola"):
        if file == "_index":
            return _filled(site, "/{sections}/", _in_addresses(site, {"sections": sections}))
        if file.lower() in FOLDER_PAGES:
            sections, _, file = sections.rpartition("/")
        if _LANGUAGE.search(file):
            return ""
    stated, name = fields.get("slug"), name_of(place)
    slug = clean_line(stated).strip("/") if isinstance(stated, str) else ""
    categories = [*filter(None, above.split("/")), *_categories(fields)]
    values = {
        "slug": slug or (name if site.generator != "hugo" else file),
        "filename": file,
        "name": name,
        "title": slug or (title if site.generator == "hugo" else name),
        "folder": folder,
        "section": sections.partition("/")[0],
        "sections": sections,
        "categories": "/".join(dict.fromkeys(map(str.lower, categories))),
    }
    by_part = (permalink for part, permalink in site.permalinks if f"/{part}/" in f"/{folder}/")
    permalink = next(by_part, site.permalink)
    return _filled(site, permalink, _in_addresses(site, values) | _of_date(date))


def _filled(site: Site, permalink: str, values: Mapping[str, str]) -> str:
    """The URL for a permalink; empty if a value is missing."""
    names = _PLACEHOLDER.findall(permalink)
    is_known = all(values.get(name) or (name in _MAY_BE_EMPTY and name in values) for name in names)
    if not permalink or not is_known:
        return ""
    path = _PLACEHOLDER.sub(lambda found: values[found[1]], permalink)
    return f"{site.url}/{re.sub('/{2,}', '/', path).lstrip('/')}"


def _categories(fields: Mapping[str, Value]) -> list[str]:
    """A Jekyll post's categories, which may be part of its URL."""
    for key in ("category", "categories"):
        value = fields.get(key)
        if isinstance(value, str):
            return [value] if key == "category" else value.split()
        if isinstance(value, list):
            return [one for one in value if isinstance(one, str)]
    return []


def _around(site: Site, folder: str) -> tuple[str, str]:
    """The folders above and below the one that holds all of a site's articles."""
    if not site.permalinks:
        return "", folder
    root = site.permalinks[-1][0]
    above, found, below = f"/{folder}/".partition(f"/{root}/")
    return (above.strip("/"), below.strip("/")) if found else ("", folder)


def _of_date(date: When | None) -> dict[str, str]:
    if date is None:
        return {}
    return {
        "year": f"{date.year:04}", "month": f"{date.month:02}", "day": f"{date.day:02}",
        "short_year": f"{date.year % 100:02}", "i_month": str(date.month), "i_day": str(date.day),
        "month_name": MONTHS[date.month - 1], "y_day": f"{date.timetuple().tm_yday:03}",
    }  # fmt: skip


def _in_addresses(site: Site, values: dict[str, str]) -> dict[str, str]:
    """Folders and names as every generator writes them in a URL; without those that generators write
    differently."""
    if not site.generator:
        return values
    made = {}
    for key, path in values.items():
        parts = [part.strip() for part in path.split("/") if part.strip()]
        if site.generator == "jekyll":
            if "?" not in path and "#" not in path:
                made[key] = "/".join(parts)
        elif all(map(_SIMPLE.fullmatch, parts)):
            whole = re.sub("[ -]+", "-", "/".join(parts).lower())
            made[key] = re.sub("[_-]+", "-", whole).strip("-") if site.generator == "zola" else whole
    return made
