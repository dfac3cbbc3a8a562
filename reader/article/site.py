"""The site that articles belong to: its name, its address, and where its articles have their pages."""

from __future__ import annotations

import re
from typing import NamedTuple

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
PLACEHOLDERS = ("year", "month", "day", "slug", "folder")
"""What may stand in a permalink, in braces."""

SKIPPED_FOLDERS = ("node_modules", "bower_components", "vendor", "_site", "venv", "__pycache__")
"""What tools put beside articles. Not in `reader.config`: the workers of a load would import all of it."""


class Site(NamedTuple):
    """A site whose files lie in a folder."""

    folder: str
    """Absolute."""
    name: str
    url: str
    """Of the web, without a "/" at its end: relative links start here."""
    permalink: str = ""
    """The path of an article that states no address, like `/{year}/{month}/{slug}/`; empty: not known."""

    def page(self, *, year: int, month: int, day: int, slug: str, folder: str) -> str:
        """The address of an article's page; a year of 0 is no date. Empty where it can't be told."""
        values = {"slug": slug, "folder": folder}
        if year:
            values |= {"year": f"{year:04}", "month": f"{month:02}", "day": f"{day:02}"}
        names = _PLACEHOLDER.findall(self.permalink)
        if not self.permalink or not all(name in values for name in names) or ("slug" in names and not slug):
            return ""
        path = _PLACEHOLDER.sub(lambda found: values[found[1]], self.permalink)
        return self.absolute("/" + re.sub("/{2,}", "/", path).lstrip("/"))

    def absolute(self, path: str) -> str:
        """The address of a path from the top of the site."""
        return self.url + path
