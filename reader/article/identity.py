"""What makes two files the same article: the address, the title with its date, the text.

Only text is looked at; opening a URL, and what may be opened, is the opener's business.
"""

from __future__ import annotations

import re

from reader.article.record import key_of

SHORTEST_TEXT = 16
"""Characters; a shorter body ("TODO") says nothing about which article it is."""

_WEB = re.compile(r"(https?)://([^/?#\\\s]+)([^#\s]*)(#\S*)?", re.IGNORECASE)
_NORMAL = re.compile(r"https?://[a-z0-9.-]+(?:/[^#\s]*)?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]*))?")


def identity_of(url: str, relative: str) -> str:
    """The normalised URL where it is an absolute http or https one, else `relative`.

    Scheme and host are lower case; the default port, every `utm_` parameter, `user:password@` and an anchor
    are omitted; all else stays, also a fragment that names its own page (`#/one`, `#!/one`).
    """
    if _NORMAL.fullmatch(url) and "utm_" not in url.lower():
        return url
    found = _WEB.fullmatch(url)
    host = _host(found) if found else None
    if not found or not host:
        return relative
    rest = found[3]
    if "utm_" in rest.lower():
        rest = _without_tracking(rest)
    route = found[4] if found[4] and found[4][1:2] in ("/", "!") else ""
    return f"{found[1].lower()}://{host}{rest}{route}"


def anchor_of(url: str) -> str:
    """The fragment of a URL; empty for none."""
    return url.partition("#")[2]


def identity_without_address(title: str, seconds: int | None, body: str, name: str) -> str:
    """The identity of an article that states no address: its title with its date where the file says both,
    else its text with the file's name. `title` is empty and `seconds` None if the file doesn't say."""
    if title and seconds is not None:
        return f"title:{seconds} {title.casefold()}"
    return f"text:{key_of(body) if body else 0:016x} {name}"


def title_key(title: str) -> int | None:
    """Stands for a title; None for none."""
    return key_of(title.casefold()) if title else None


def text_key(body: str) -> int | None:
    """Stands for a text; None for one too short to tell articles apart."""
    return key_of(body) if len(body) >= SHORTEST_TEXT else None


def host_of(url: str) -> str:
    """The lower-case host of an absolute http or https URL, without its port; empty for any other text."""
    found = _WEB.fullmatch(url)
    host = _host(found) if found else None
    if not host:
        return ""
    return host if host.endswith("]") else host.partition("]")[0] + "]" if "]" in host else host.split(":")[0]


def is_web(url: str) -> bool:
    """Whether this is an absolute http or https URL with a host."""
    return bool(host_of(url))


def _host(found: re.Match[str]) -> str | None:
    """Host and, where it is not the scheme's own, port; None if that is no host."""
    parts = _HOST.fullmatch(found[2].rpartition("@")[2].lower())
    if not parts:
        return None
    if parts[2] and parts[2] != _DEFAULT_PORTS[found[1].lower()]:
        return f"{parts[1]}:{parts[2]}"
    return parts[1]


def _without_tracking(rest: str) -> str:
    path, mark, query = rest.partition("?")
    kept = [part for part in query.split("&") if not part.lower().startswith("utm_")]
    return path + mark + "&".join(kept) if kept else path
