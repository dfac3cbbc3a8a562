"""Where incoming articles are kept (feeds and saved pages), and whether there are any.

Small on purpose: every command without a SOURCE asks here, and must not import what fetching needs.
"""

from __future__ import annotations

import os
import re

from reader.config import paths, private_files

FEEDS = "feeds.toml"
"""The name of the file with the subscriptions, in the configuration folder."""
SAVED = "saved"
"""The folder for single pages that were saved, in the news folder."""

_FEED = re.compile(rb"^[ \t]*(?:\[\[[ \t]*[\"']?feed[\"']?[ \t]*\]\]|[\"']?feed[\"']?[ \t]*=)", re.MULTILINE)


def folder(configured: str = "") -> str:
    """The news folder, whether it is there or not: the one in the configuration, READER_NEWS_DIR, or `news`
    in the data folder."""
    chosen = configured or os.environ.get("READER_NEWS_DIR", "")
    if chosen:
        return os.path.abspath(os.path.expanduser(chosen))
    return os.path.join(paths.folder_of("data"), "news")


def feeds_file() -> str:
    """The path of the file with the subscriptions, whether it is there or not."""
    return os.path.join(paths.folder_of("config"), FEEDS)


def has_subscriptions() -> bool:
    """Whether there seems to be a subscription. Looks for its heading only; parsing TOML takes 5 ms."""
    try:
        return _FEED.search(private_files.read(feeds_file(), 1 << 24)) is not None
    except OSError:
        return False


def is_in_use(configured: str = "") -> bool:
    """Whether `reader` without a SOURCE opens the news folder: a feed was subscribed to or a page saved."""
    return has_subscriptions() or os.path.isdir(os.path.join(folder(configured), SAVED))
