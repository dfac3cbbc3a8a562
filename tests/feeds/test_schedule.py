"""When a feed is fetched again: after an answer, and after failures."""

from __future__ import annotations

import pytest

from reader.feeds.schedule import due_after_failure, due_after_success

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("every", "ttl", "headers", "seconds"),
    [
        (0, 0, {}, 3600),
        (1800, 0, {}, 1800),
        (60, 0, {}, 60),
        (0, 120, {}, 7200),
        (0, 0, {"cache-control": "public, max-age=7200"}, 7200),
        (0, 0, {"cache-control": "max-age=7200", "age": "3600"}, 3600),
        (0, 0, {"cache-control": "no-cache, max-age=9000"}, 3600),
        (0, 0, {"cache-control": "max-age=99999999"}, 86400),
        (0, 99999, {}, 86400),
        (7 * 86400, 0, {}, 7 * 86400),
        (0, 0, {"cache-control": "max-age=x"}, 3600),
    ],
)
def test_when_a_feed_is_fetched_again(every: int, ttl: int, headers: dict[str, str], seconds: int) -> None:
    """After the user's interval, or later if the feed asks for that, up to a day."""
    assert due_after_success(NOW, every, ttl, headers) == NOW + seconds


def test_failures_are_retried_less_and_less_often() -> None:
    """The delay doubles up to a day, and is never shorter than Retry-After."""
    waits = [due_after_failure(NOW, 0, number, 0) - NOW for number in range(1, 12)]
    assert waits[:3] == [600, 1200, 2400]
    assert waits[-1] == 86400
    assert due_after_failure(NOW, 0, 1, 5000) == NOW + 5000
