"""The site and the sub-folder of an article, from the folders above it. A site is declared in the
configuration, or detected: a folder above the articles with a configuration of Jekyll, Hugo, Zola or Eleventy
that has a title and a URL. Only data files are read, and only their first 64 kB; nothing is run.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from os.path import commonprefix

from reader.article.identity import is_web
from reader.article.record import Site, Value
from reader.article.text import clean_line

MOST_BYTES = 64 * 1024
"""Maximum bytes read of a site's configuration."""

_KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "_config.yml": (("title", "name"), ("url",)),
    "_config.yaml": (("title", "name"), ("url",)),
    "_config.toml": (("title", "name"), ("url",)),
    **{
        f"{name}.{ending}": (("title",), ("baseurl", "base_url"))
        for name in ("hugo", "config", "config/_default/hugo", "config/_default/config")
        for ending in ("toml", "yaml", "yml", "json")
    },
    **{
        f"{folder}_data/{name}.{ending}": (("title", "name"), ("url", "base", "baseurl"))
        for folder in ("", "src/")
        for name in ("site", "metadata", "meta")
        for ending in ("json", "yaml", "yml")
    },
}
"""Configurations by their path in the site's folder; in each the keys of its title and of its address."""

SITE_FILES = frozenset(path for path in _KEYS if path.startswith(("_config", "hugo", "config.")))
"""Names of files that configure a site and are not articles."""

_JEKYLL_WORDS = {
    ":year": "{year}", ":month": "{month}", ":day": "{day}", ":title": "{slug}", ":slug": "{slug}",
    ":output_ext": ".html", ":categories": "{categories}", ":short_year": "{short_year}",
    ":i_month": "{i_month}", ":i_day": "{i_day}", ":y_day": "{y_day}",
}  # fmt: skip
_JEKYLL_STYLES = {
    "": "/{categories}/{year}/{month}/{day}/{slug}.html",
    "date": "/{categories}/{year}/{month}/{day}/{slug}.html",
    "pretty": "/{categories}/{year}/{month}/{day}/{slug}/",
    "ordinal": "/{categories}/{year}/{y_day}/{slug}.html",
    "none": "/{categories}/{slug}.html",
}
"""The patterns of Jekyll's named permalinks, and its default."""

_HUGO_WORDS = {
    ":year": "{year}", ":month": "{month}", ":monthname": "{month_name}", ":day": "{day}",
    ":yearday": "{y_day}", ":slug": "{slug}", ":title": "{title}", ":filename": "{filename}",
    ":contentbasename": "{filename}", ":slugorfilename": "{slug}", ":slugorcontentbasename": "{slug}",
    ":section": "{section}", ":sections": "{sections}",
}  # fmt: skip

_DATED = re.compile(r"(?:19|20)\d\d(?:[-_.]?[01]\d(?:[-_.]?[0-3]\d)?)?", re.ASCII)
"""A year, a month or a day in one part: `2026`, `2026-11`, `20261102`."""
_WITHIN_YEAR = re.compile(r"[0-3]?\d", re.ASCII)
"""A month or a day; dated only below a dated part."""
_OF_JEKYLL = frozenset(("_posts", "_drafts"))


def folder_of(relative: str) -> str:
    """The sub-folder of a file given by its path under the collection's root: `land/fox` for
    `land/2026/11/fox/den.md`. Dated parts and Jekyll's `_posts` and `_drafts` are omitted; "" for none."""
    kept: list[str] = []
    is_dated = False
    for part in relative.split("/")[:-1]:
        is_dated = bool(_DATED.fullmatch(part) or (is_dated and _WITHIN_YEAR.fullmatch(part)))
        if not is_dated and part not in _OF_JEKYLL:
            kept.append(part)
    return "/".join(kept)


def shared_part(folders: Iterable[str]) -> str:
    """What all these folders begin with, in whole parts: `content` for `content/news` and `content/notes`.

    The facet shows each folder without it and without the "/" after it; "" where they have nothing in common.
    """
    return "/".join(commonprefix([folder.split("/") if folder else [] for folder in folders]))


def provider_folder(relative: str) -> str:
    """The first sub-folder of a file's path under the collection's root, which may name who published it;
    empty if that is a date or one of Jekyll's own."""
    first, below, _ = relative.partition("/")
    return first if below and not _DATED.fullmatch(first) and first not in _OF_JEKYLL else ""


@lru_cache(4096)
def site_above(folder: str) -> Site | None:
    """The innermost site around a folder; cached until `look_again`."""
    return next(filter(None, map(site_in, _above(folder))), None)


def look_again() -> None:
    """Forget the sites found so far: their configurations may have changed."""
    site_above.cache_clear()
    site_in.cache_clear()


def stamps_above(folder: str) -> list[tuple[str, int, int]]:
    """The configurations of sites in a folder and above, with their times and sizes, which change with the
    site."""
    return [
        (f"{one}/{path}", seen.st_mtime_ns, seen.st_size)
        for one in _above(folder)
        for path, seen in _configurations(one)
    ]


def _above(folder: str) -> Iterator[str]:
    """A folder and those above it, up to the user's home, where no site can be."""
    home = os.path.expanduser("~")
    while folder != home and folder != os.path.dirname(folder):
        name = os.path.basename(folder)
        # Most folders of a large collection are dated, and no site's.
        if not (_DATED.fullmatch(name) or _WITHIN_YEAR.fullmatch(name)):
            yield folder
        folder = os.path.dirname(folder)


# A collection has thousands of folders, most with the same ones above them.
@lru_cache(4096)
def site_in(folder: str) -> Site | None:
    """The site described by a configuration in this folder itself."""
    for path, _ in _configurations(folder):
        text = _read(f"{folder}/{path}")
        from reader.article.plain_text import name_text  # its patterns take 3 ms, and few folders have a site

        titles, addresses = _KEYS[path]
        fields = _fields(text, path)
        title, url = name_text(_first(fields, titles)), _first(fields, addresses)
        if title and is_web(url):
            base = _first(fields, ("baseurl",)) if path.startswith("_config") else ""
            whole = url.rstrip("/") + (f"/{base.strip('/')}" if base.strip("/") else "")
            return _with_permalinks(Site(folder, title, whole), fields, path)
    return None


def _configurations(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """The configurations in a folder, by their path in it. Links are none."""
    below = {name for name in ("config/", "_data/", "src/") if os.path.isdir(f"{folder}/{name}")}
    for path in _KEYS:
        if "/" not in path or path[: path.index("/") + 1] in below:
            with suppress(OSError):
                seen = os.lstat(f"{folder}/{path}")
                if stat.S_ISREG(seen.st_mode):
                    yield path, seen


def _read(path: str) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with open(descriptor, "rb") as file, suppress(OSError):
        return file.read(MOST_BYTES).decode("utf-8", "replace")
    return ""


def _fields(text: str, path: str) -> dict[str, Value]:
    """The fields of a configuration by their names in lower case, read as an article's header is."""
    from reader.parsing.frontmatter import read  # only where there is such a file

    if path.endswith(".toml"):
        text = f"+++\n{text}\n+++\n"
    elif path.endswith(".json"):
        text = f"---json\n{text}\n---\n"
    return {key.lower(): value for key, value in read(text, is_yaml=True).fields.items()}


def _first(fields: Mapping[str, Value], keys: Iterable[str]) -> str:
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and clean_line(value):
            return clean_line(value)
    return ""


def _with_permalinks(site: Site, fields: Mapping[str, Value], path: str) -> Site:
    """A site with its permalinks: those of its configuration, or the generator's defaults."""
    if path.startswith("_config"):
        stated = _first(fields, ("permalink",))
        pattern = _JEKYLL_STYLES[stated] if stated in _JEKYLL_STYLES else _translated(stated, _JEKYLL_WORDS)
        of_posts = (("_posts", pattern),) if pattern else ()
        is_for_all = stated.startswith("/") and "{categories}" not in pattern
        return site._replace(permalink=pattern if is_for_all else "", permalinks=of_posts, generator="jekyll")
    if "_data/" in path:
        return site._replace(generator="eleventy")
    if "base_url" in fields and "baseurl" not in fields:
        return site._replace(permalinks=(("content", "/{sections}/{slug}/"),), generator="zola")
    site = site._replace(generator="hugo")
    if fields.get("languages") or fields.get("defaultcontentlanguageinsubdir") == "true":
        return site  # with several languages a URL depends on more than the file
    root = _first(fields, ("contentdir",)).strip("/") or "content"
    usual = "/{sections}/{slug}.html" if fields.get("uglyurls") == "true" else "/{sections}/{slug}/"
    return site._replace(permalinks=(*_hugo_sections(fields.get("permalinks"), root), (root, usual)))


def _hugo_sections(table: Value, root: str) -> Iterator[tuple[str, str]]:
    """The permalinks of Hugo's sections: in `permalinks`, or in its table `page`."""
    if not isinstance(table, dict):
        return
    pages = table.get("page")
    for section, pattern in {**table, **(pages if isinstance(pages, dict) else {})}.items():
        if isinstance(pattern, str):
            translated = _translated(clean_line(pattern), _HUGO_WORDS)
            yield (root if section == "/" else f"{root}/{section.strip('/')}"), translated


def _translated(pattern: str, words: Mapping[str, str]) -> str:
    """A permalink with our placeholders; empty if it has others that we can't fill."""
    for word in sorted(words, key=len, reverse=True):
        pattern = pattern.replace(word, words[word])
    return "/" + pattern.lstrip("/") if pattern and ":" not in pattern else ""
