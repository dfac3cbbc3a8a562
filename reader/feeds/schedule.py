"""When a feed is fetched again."""

from __future__ import annotations

from collections.abc import Mapping

EVERY = 3600
"""Default seconds between two fetches of a feed."""
LONGEST = 86400
"""Maximum seconds by which a server, or repeated failures, can delay a fetch."""
FIRST_RETRY = 600
"""Seconds before a failed feed is fetched again; doubled after each further failure."""


def due_after_success(now: float, every: int, ttl: int, headers: Mapping[str, str]) -> float:
    """When to fetch again after a response: after the user's interval, or longer if the feed wants that.
    `ttl` is in minutes."""
    fresh = max(max_age(headers), ttl * 60)
    return now + min(max(every or EVERY, fresh), max(LONGEST, every))


def due_after_failure(now: float, every: int, failures: int, wait: float) -> float:
    """When to fetch again after this many consecutive failures; not before the server's `Retry-After`."""
    back_off: float = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LONGEST)
    return now + max(back_off, wait, min(every, LONGEST) if failures > 1 else 0)


def max_age(headers: Mapping[str, str]) -> int:
    """The seconds that a response is fresh, from `Cache-Control`; 0 if not given."""
    directives: dict[str, str] = {}
    for part in headers.get("cache-control", "").lower().split(","):
        name, _, value = part.strip().partition("=")
        directives[name] = value.strip('" ')
    if "no-cache" in directives or "no-store" in directives:
        return 0
    fresh, age = (
        int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        for text in (directives.get("max-age", ""), headers.get("age", ""))
    )
    return max(fresh - age, 0)
