"""URLs from outside: which of them may be opened, how they are written, and whose page they really lead to.

Pure text; starting a browser belongs to `reader.opening.opener`.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from reader.errors import ReaderError, shown

MOST_CHARACTERS = 2048
"""Longer URLs are refused: some browsers and most command lines' logs cut them, and no article needs them."""

_SAFE = "/?:@!$&'()*+,;=-._~%"
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_IP6 = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\])(:\d*)?", re.ASCII)
# Letters of other scripts that a Latin reader takes for a, c, d, e, h, i, j, l, o, p, q, s, u, v, w, x, y.
_LOOKALIKES = frozenset("асԁеһіјӏорԛѕцѵԝхуϳονικυρα")
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "HANGUL"},
    {"LATIN", "CJK", "BOPOMOFO"},
)
"""Scripts that are mixed in honest names, as in Unicode's "highly restrictive" level (UTS 39)."""


class UnsafeUrl(ReaderError):
    """A URL that is not opened."""


def checked_url(url: str) -> str:
    """The URL as it may be given to a browser: http or https, a host, percent-encoded, without user and
    password, at most 2,048 characters. A host in another script stays as it is. Raises UnsafeUrl."""
    parts = _split(url)
    host = _host(parts.netloc, url)
    path, query, fragment = (_encoded(part) for part in (parts.path, parts.query, parts.fragment))
    checked = urlunsplit((parts.scheme.lower(), host, path, query, fragment))
    if len(checked) > MOST_CHARACTERS:
        raise _refused(url, f"it has {len(checked):,} characters; {MOST_CHARACTERS:,} are the most")
    return checked


def linkable(url: str) -> str:
    """The URL as a terminal takes it for a link of its own (OSC 8): checked, and in printable ASCII, with a
    host in another script as browsers ask for it. Empty where it is not opened."""
    try:
        parts = urlsplit(checked_url(url))
    except UnsafeUrl:
        return ""
    labels = [label if label.isascii() else _punycode(label) for label in parts.netloc.split(".")]
    return urlunsplit(parts._replace(netloc=".".join(labels)))


def shown_host(url: str) -> str:
    """The host that a URL really leads to, for showing; empty where the URL can't be opened.

    A name whose letters are of several scripts, or only of letters that look Latin, is in punycode.
    """
    try:
        parts = _split(url)
        host = _host(parts.netloc, url)
    except UnsafeUrl:
        return ""
    name = host if host.startswith("[") and host.endswith("]") else re.sub(r":\d*$", "", host)
    labels = name.split(".")
    is_latin_zone = labels[-1].isascii()
    return ".".join(_punycode(label) if _misleads(label, is_latin_zone) else label for label in labels)


def _split(url: str) -> SplitResult:
    text = url.strip(" ")
    # urlsplit drops tabs and newlines in silence, so look before it does.
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zs", "Zl", "Zp") for char in text):
        raise _refused(url, "it has blanks or control characters in it")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _refused(url, "it is not written like a URL") from None
    if parts.scheme.lower() not in ("http", "https") or port == 0:
        raise _refused(url, "only pages at http:// and https:// are")
    return parts


def _host(netloc: str, url: str) -> str:
    """The host and port, without user and password, in the letters that a browser would make of it."""
    # Browsers take "\\" for "/": what stands before it would be their host, what stands behind it ours.
    if "\\" in netloc:
        raise _refused(url, "there is a backslash in its host")
    place = netloc.rpartition("@")[2]
    if _IP6.fullmatch(place):
        return place.lower().removesuffix(":")
    name, colon, port = place.partition(":")
    name = unicodedata.normalize("NFKC", name.translate(_DOTS)).lower()
    if not any(char.isalnum() for char in name):
        raise _refused(url, "it names no host")
    if not all(char.isalnum() or char in "-._" or unicodedata.category(char)[0] == "M" for char in name):
        raise _refused(url, "its host has characters that no host has")
    return f"{name}:{port}" if colon and port else name


def _encoded(part: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", part), safe=_SAFE)


def _misleads(label: str, is_latin_zone: bool) -> bool:
    if label.isascii():
        return False
    letters = [char for char in label if char.isalpha()]
    scripts = {unicodedata.name(char, "UNKNOWN").split()[0] for char in letters}
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        return True
    return is_latin_zone and bool(letters) and _LOOKALIKES.issuperset(letters)


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode("ascii")


def _refused(url: str, reason: str) -> UnsafeUrl:
    return UnsafeUrl(f"{shown(url)} is not opened: {reason}.")
