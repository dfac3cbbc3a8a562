"""What the folders above an article say about it: its sub-folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from os.path import commonprefix

_DATED = re.compile(r"(?:19|20)\d\d(?:[-_.]?[01]\d(?:[-_.]?[0-3]\d)?)?", re.ASCII)
"""A year, a month or a day in one part: `2026`, `2026-11`, `20261102`."""
_WITHIN_YEAR = re.compile(r"[0-3]?\d", re.ASCII)
"""A month or a day; dated only below a dated part."""
_OF_JEKYLL = frozenset(("_posts", "_drafts"))


def folder_of(relative: str) -> str:
    """The sub-folder of a file given by its path under the collection's root: `land/fox` for
    `land/2026/11/fox/den.md`. Dated parts and Jekyll's `_posts` and `_drafts` are left out; "" for none."""
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
