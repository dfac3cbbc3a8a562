"""`keep`: articles of a feed that are older than the user wants are removed, but never what they marked.

Nothing else in the reader deletes an article, but for `unsubscribe --delete-articles`, which is here too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from reader.article.dates import iso
from reader.feeds.articles import NewsFolder
from reader.feeds.state import EntryState, Stage, State
from reader.feeds.subscriptions import Subscription

Protected = Callable[[Sequence[str]], set[str]]
"""Which of some articles, by their paths under the news folder, must stay: starred, tagged or noted ones."""


def remove_expired(
    state: State,
    news: NewsFolder,
    feeds: Sequence[Subscription],
    protected: Protected,
    now: float | None = None,
) -> int:
    """Remove what is older than its feed's `keep`; gives how many. Raises StorageError."""
    now = time.time() if now is None else now
    known = state.feeds()
    removed = 0
    for one in feeds:
        feed = known.get(one.address)
        if not one.keep or feed is None:
            continue
        oldest = iso(datetime.fromtimestamp(now - one.keep, UTC))
        old = [row for row in state.entries(feed.id) if row.stage == Stage.WRITTEN and _date(row) < oldest]
        removed += len(_remove(state, news, feed.id, old, protected))
    return removed


def remove_all(state: State, news: NewsFolder, address: str, protected: Protected) -> tuple[int, int]:
    """Remove all articles of a feed; gives how many, and how many stay. Raises StorageError."""
    feed = state.feed(address)
    rows = state.entries(feed.id)
    written = [row for row in rows if row.stage == Stage.WRITTEN and news.exists(row.path)]
    gone = _remove(state, news, feed.id, written, protected)
    # What was removed may come again with a new subscription; what stays must not come twice.
    stay = {row.key for row in written} - set(gone)
    state.forget(feed.id, [row.key for row in rows if row.key not in stay])
    state.store(feed._replace(etag="", modified="", due=0))
    return len(gone), len(stay)


def _remove(
    state: State, news: NewsFolder, feed: int, rows: Sequence[EntryState], protected: Protected
) -> list[str]:
    there = [row for row in rows if news.exists(row.path)]
    kept = protected([row.path for row in there]) if there else set()
    gone = [row for row in there if row.path not in kept and news.remove(row.path, row.written)]
    # Remembered as seen: while the feed still has them they must not come back.
    state.remember(feed, [row._replace(stage=Stage.PASSED, path="", written="") for row in gone])
    return [row.key for row in gone]


def _date(row: EntryState) -> str:
    return row.published or iso(datetime.fromtimestamp(row.seen, UTC))
