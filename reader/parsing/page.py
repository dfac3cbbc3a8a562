"""The page that an article without an address has on its site, by the site's permalinks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.article.dates import When
from reader.article.record import Place, Site
from reader.parsing.dates import FOLDER_PAGES

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

_LANGUAGE = re.compile(r"\.[a-z]{2}(?:-[A-Za-z]{2})?\Z")
"""A language at the end of a name: the addresses of its pages depend on more than the name."""
_SIMPLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*")
"""A name of which every generator makes the same: of others each drops and replaces what it thinks fit."""


def page_of(
    site: Site,
    place: Place,
    date: When | None,
    *,
    title: str,
    slug: str,
    name: str,
    categories: Sequence[str],
) -> str:
    """The address of an article's page. Empty if it can't be told.

    `slug` is what the header says, `name` the file's name without its date and ending.
    """
    folder = place.path[len(site.folder) :].rpartition("/")[0].strip("/")
    file = place.path.rpartition("/")[2].rpartition(".")[0]
    is_page = file.lower() in FOLDER_PAGES
    permalink = site.permalink_in(folder)
    above, sections = _around(site, folder)
    if site.generator in ("hugo", "zola"):
        if file == "_index":
            return site.page("/{sections}/", _in_addresses(site, {"sections": sections}))
        if is_page:
            sections, _, file = sections.rpartition("/")
        if _LANGUAGE.search(file):
            return ""
    values = {
        "slug": slug or (name if site.generator != "hugo" else file),
        "filename": file,
        "name": name,
        "title": slug or (title if site.generator == "hugo" else name),
        "folder": folder,
        "section": sections.partition("/")[0],
        "sections": sections,
        "categories": "/".join(dict.fromkeys(map(str.lower, (*filter(None, above.split("/")), *categories)))),
    }
    return site.page(permalink, _in_addresses(site, values) | _of_date(date))


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
        "month_name": MONTHS[date.month - 1].lower(), "y_day": f"{date.timetuple().tm_yday:03}",
    }  # fmt: skip


def _in_addresses(site: Site, values: dict[str, str]) -> dict[str, str]:
    """Folders and names as a generator writes them in an address; those are missing that can't be told."""
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
