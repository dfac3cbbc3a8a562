"""What makes two files the same article: the URL, the title with its date, or the text.

An edited text is recognised by its sketch, a few bytes from which the overlap of two texts can be estimated.
It covers words and pairs of neighbouring words, so it reflects both changed words and a changed order, and
keeps the smallest of their checksums, which are a fair sample of any text (a "bottom-k sketch").
"""

from __future__ import annotations

import re
from array import array
from hashlib import blake2b
from itertools import pairwise
from zlib import crc32

from reader.article.text import words

SHORTEST_TEXT = 16
"""Minimum characters; a shorter body ("TODO") doesn't identify an article."""

_WEB = re.compile(r"(https?)://([^/?#\\\s]+)([^#\s]*)(#\S*)?", re.IGNORECASE)
_NORMAL = re.compile(r"https?://[a-z0-9.-]+(?:/[^#\s]*)?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]*))?")


def identity_of(url: str, relative: str) -> str:
    """The normalised URL if it is absolute http or https, else `relative`. Scheme and host are lower-cased;
    the default port, every `utm_` parameter, `user:password@` and an anchor are omitted; everything else is
    kept, also a fragment that names a page (`#/one`, `#!/one`).
    """
    if _NORMAL.fullmatch(url) and "utm_" not in url.lower():
        return url
    found = _WEB.fullmatch(url)
    host = _host(found) if found else None
    if not found or not host:
        return relative
    scheme, (name, port) = found[1].lower(), host.groups()
    rest, mark, parameters = found[3].partition("?")
    if "utm_" in found[3].lower():
        parameters = "&".join(one for one in parameters.split("&") if not one.lower().startswith("utm_"))
        mark = "?" if parameters else ""
    route = found[4] if found[4] and found[4][1:2] in ("/", "!") else ""
    place = f"{name}:{port}" if port and port != _DEFAULT_PORTS[scheme] else name
    return f"{scheme}://{place}{rest}{mark}{parameters}{route}"


def key_of(identity: str) -> int:
    """The 63-bit number that represents an identity in both databases.

    It is the head of BLAKE2b's default 64-byte digest, so its first 48 bits are the article's id.
    """
    digest = blake2b(identity.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def id_of(key: int) -> str:
    """The public 12-digit id of an article with this key."""
    return f"{key >> 15:012x}"


def anchor_of(url: str) -> str:
    """The fragment of a URL; empty for none."""
    return url.partition("#")[2]


def identity_without_address(title: str, seconds: int | None, body: str, name: str) -> str:
    """The identity of an article without a URL: its title with its date if the file has both, else its text
    with the file's name. `title` is empty and `seconds` None if the file has none."""
    if title and seconds is not None:
        return f"title:{seconds} {title.casefold()}"
    return f"text:{key_of(body) if body else 0:016x} {name}"


def title_key(title: str) -> int | None:
    """A digest of a title; None for none."""
    return key_of(title.casefold()) if title else None


def text_key(body: str) -> int | None:
    """A digest of a text; None if it is too short to tell articles apart."""
    return key_of(body) if len(body) >= SHORTEST_TEXT else None


def host_of(url: str) -> str:
    """The lower-case host of an absolute http or https URL, without its port; empty for any other text."""
    found = _WEB.fullmatch(url)
    host = _host(found) if found else None
    return host[1] if host else ""


def is_web(url: str) -> bool:
    """Whether this is an absolute http or https URL with a host."""
    return bool(host_of(url))


def _host(found: re.Match[str]) -> re.Match[str] | None:
    """Host and port; None if invalid."""
    return _HOST.fullmatch(found[2].rpartition("@")[2].lower())


MOST_KEPT = 24
"""Number of checksums in a sketch; texts with fewer words and pairs are compared exactly."""

MOST_READ = 1000
"""Maximum characters of a text that are used."""

SURE_NAMED, SURE = 0.5, 0.6
"""Minimum overlap of a text and its edited version: under the same file name as a fraction of the shorter
one, else of both together."""

SURE_WITHIN, FEWEST_WITHIN = 0.9, 16
"""Minimum fraction of the shorter text in the longer one, and minimum number of words and pairs, if text was
appended or removed."""

FEWEST_NAMED, FEWEST = 3, 8
"""Minimum words and pairs in both texts, under the same file name and under different ones."""


def sketch_of(text: str) -> bytes:
    """The sketch of a text: the number of its words and pairs, then the smallest checksums."""
    found = " ".join(words(text[:MOST_READ])).encode().split()
    together = {*map(crc32, found), *map(crc32, map(b" ".join, pairwise(found)))}
    return array("I", [len(together), *sorted(together)[:MOST_KEPT]]).tobytes()


def sketch_likeness(one: bytes, other: bytes, *, has_same_name: bool) -> float:
    """Returns a score up to 1 for two sketches of one text before and after an edit; 0 if doubtful."""
    first_size, first = _opened(one)
    second_size, second = _opened(other)
    sample = set(sorted(first | second)[:MOST_KEPT])
    if not sample:
        return 0.0
    among = len(sample & first & second) / len(sample)
    both = first_size + second_size
    shared = among * both / (1 + among)
    of_shorter = min(1.0, shared / max(1, min(first_size, second_size)))
    if has_same_name and shared >= FEWEST_NAMED and of_shorter >= SURE_NAMED:
        return of_shorter
    is_within = shared >= FEWEST_WITHIN and of_shorter >= SURE_WITHIN
    return among if is_within or (shared >= FEWEST and among >= SURE) else 0.0


def _opened(sketch: bytes) -> tuple[int, set[int]]:
    size, *kept = array("I", sketch) or (0,)
    return size, set(kept)
