"""What of a URL tells two articles apart, and the host in it.

Only text is looked at; opening a URL, and what may be opened, is the opener's business.
"""

from __future__ import annotations

import re

_WEB = re.compile(r"(https?)://([^/?#\\\s]+)([^#\s]*)(#\S*)?", re.IGNORECASE)
_NORMAL = re.compile(r"https?://[a-z0-9.-]+(?:/[^#\s]*)?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]*))?")


def identity_of(url: str, relative: str) -> str:
    """What marks hang on: the normalised URL where it is an absolute http or https one, else `relative`.

    Scheme and host are lower case; the default port, the fragment, every `utm_` parameter and
    `user:password@` are left out; all else stays as it is.
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
    return f"{found[1].lower()}://{host}{rest}"


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
    """Host and, where it is not the scheme's own, port; None where that is no host."""
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
