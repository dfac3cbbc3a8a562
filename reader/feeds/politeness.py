"""When a feed is asked again, and what a server's answer means in words. Pure: no clock, no network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reader.article.dates import iso

EVERY = 3600
"""Seconds between two fetches of a feed that says nothing else, nor the user."""
LONGEST = 86400
"""No server can put a fetch off for longer, and no row of failures."""
LEAST = 300
"""No feed is asked more often by itself."""
REVALIDATE = 7 * 86400
"""Seconds after which a feed is asked without validators once: some servers say "not modified" forever."""
FIRST_RETRY = 600
"""Seconds until a feed that failed is asked again; twice as long after each further failure."""
HOST_REST = 600
"""Seconds that a host is left alone which refused without saying for how long."""


def due_after_success(now: float, every: int, ttl: int, headers: Mapping[str, str]) -> float:
    """When to ask again after an answer: the user's interval, or longer where the feed wishes it."""
    wished = max(max_age(headers), ttl * 60)
    return now + min(max(every or EVERY, wished, LEAST if not every else 0), max(LONGEST, every))


def due_after_failure(now: float, every: int, failures: int, wait: float) -> float:
    """When to ask again after this many failures in a row; not before the server's own `Retry-After`."""
    back_off: float = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LONGEST)
    return now + max(back_off, wait, min(every, LONGEST) if failures > 1 else 0)


def max_age(headers: Mapping[str, str]) -> int:
    """The seconds for which the answer is fresh, by `Cache-Control`; 0 if it does not say."""
    said: dict[str, str] = {}
    for part in headers.get("cache-control", "").lower().split(","):
        name, _, value = part.strip().partition("=")
        said[name] = value.strip('" ')
    if "no-cache" in said or "no-store" in said:
        return 0
    value = said.get("max-age", "")
    age = headers.get("age", "")
    seconds = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    return max(seconds - (int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0), 0)


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """The seconds that a server wants to be left alone; 0 if it does not say."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(int(text), LONGEST)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return 0
    then = then.replace(tzinfo=then.tzinfo or UTC)
    return min(max(then.timestamp() - now, 0.0), LONGEST)


def rests_host(status: int) -> bool:
    """Whether a host that answered so is to be left alone as a whole."""
    return status in (429, 503)


def status_sentence(status: int, wait: float, now: float, *, is_page: bool) -> str:
    """What a status that is no success means, with the remedy."""
    if status == 404:
        return "not found (404); look at its site for the new address"
    if status == 410:
        return "gone (410): the site has ended this feed, so it is not fetched any more; unsubscribe from it"
    if status in (401, 407):
        return f"needs a password ({status}); put it into ~/.netrc, or set password_command for this feed"
    if status == 403:
        page = " with a web page" if is_page else ""
        return f"refused (403){page}: the site blocks feed readers or requires a login"
    if status == 429:
        return f"too many requests (429); {_then(wait, now)}"
    if status == 451:
        return "not available here for legal reasons (451)"
    if status >= 500:
        return f"the server failed ({status}); {_then(wait, now)}"
    if status == 304:
        return "not modified (304), but nothing was fetched before; look at the address in a browser"
    if 300 <= status < 400:
        return f"moved ({status}), but it does not say where to; look at its site for the new address"
    return f"the server said {status}; look at the address in a browser"


def _then(wait: float, now: float) -> str:
    return f"next attempt after {iso(datetime.fromtimestamp(now + wait, UTC))}" if wait else "try again later"
