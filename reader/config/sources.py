"""What the reader opens: a SOURCE can be a folder, a file or the address of a shared collection; without one,
the news folder, where feeds and saved pages are kept, if it is in use.

Small on purpose: every command imports this, and must not load what fetching needs.
"""

from __future__ import annotations

import os
import re

from reader.config import paths, private_files

_SCHEMES = ("postgresql://", "postgres://")

FEEDS = "feeds.toml"
"""The name of the file with the subscriptions, in the configuration folder."""
SAVED = "saved"
"""The folder for single pages that were saved, in the news folder."""

_FEED = rb"^[ \t]*(?:\[\[[ \t]*[\"']?feed[\"']?[ \t]*\]\]|[\"']?feed[\"']?[ \t]*=)"
"""The heading of a subscription in feeds.toml. Compiled when needed."""


def is_shared(source: str | os.PathLike[str]) -> bool:
    """Whether a SOURCE is a shared collection."""
    return isinstance(source, str) and source.startswith(_SCHEMES)


def named(source: str | os.PathLike[str]) -> str:
    """A SOURCE for display and storage: an absolute path, or a URL without its password and parameters, some
    of which are secret too."""
    if not isinstance(source, str) or not is_shared(source):
        return os.path.abspath(source)
    main, _, parameters = source.partition("://")[2].partition("?")
    if "@" in parameters:
        # It belongs to a parameter, or to a password with a "?" in it, which may begin after the first ":".
        return f"postgresql://{main.partition(':')[0]}"
    user, at, place = main.rpartition("@")  # the last one, as a password may have others
    return f"postgresql://{re.split('[:/]', user)[0]}{at}{_PORT.sub(_only_a_port, place)}"


_PORT = re.compile(r"\[[^]]*\]|:[^,/]*")


def _only_a_port(found: re.Match[str]) -> str:
    """An IPv6 address or a port, unchanged; anything not numeric may be a password without its host."""
    text = found.group()
    return text if text.startswith("[") or text[1:].isdecimal() or text == ":" else ":…"


def news_folder(configured: str = "") -> str:
    """The news folder, whether it exists or not: the one in the configuration, READER_NEWS_DIR, or `news` in
    the data folder."""
    chosen = configured or os.environ.get("READER_NEWS_DIR", "")
    if chosen:
        return os.path.abspath(os.path.expanduser(chosen))
    return os.path.join(paths.folder_of("data"), "news")


def feeds_file() -> str:
    """The path of the file with the subscriptions, whether it exists or not."""
    return os.path.join(paths.folder_of("config"), FEEDS)


def has_subscriptions() -> bool:
    """Whether there seems to be a subscription, by its heading: parsing TOML takes 5 ms."""
    try:
        return re.search(_FEED, private_files.read(feeds_file(), 1 << 24), re.MULTILINE) is not None
    except OSError:
        return False


def is_in_use(configured: str = "") -> bool:
    """Whether `reader` without a SOURCE opens the news folder: there is a feed or a saved page."""
    return has_subscriptions() or os.path.isdir(os.path.join(news_folder(configured), SAVED))
