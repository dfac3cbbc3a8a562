"""When a feed is asked again."""

from __future__ import annotations

import pytest

from reader.feeds import politeness

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
def test_after_an_answer(every: int, ttl: int, headers: dict[str, str], seconds: int) -> None:
    """The user's interval, or longer where the feed wishes it, up to a day."""
    assert politeness.due_after_success(NOW, every, ttl, headers) == NOW + seconds


def test_after_failures_ever_later() -> None:
    """Twice as long each time, a day at most, never before Retry-After."""
    waits = [politeness.due_after_failure(NOW, 0, number, 0) - NOW for number in range(1, 12)]
    assert waits[:3] == [600, 1200, 2400]
    assert waits[-1] == 86400
    assert politeness.due_after_failure(NOW, 0, 1, 5000) == NOW + 5000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("Fri, 15 Jan 2027 08:01:40 GMT", 100),
        ("Fri, 15 Jan 2021 08:00:00 GMT", 0),
        ("soon", 0),
        ("", 0),
        ("-5", 0),
        ("999999999", 86400),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: int) -> None:
    """What is neither says nothing."""
    assert politeness.retry_after({"retry-after": text}, NOW) == seconds


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 451, 500, 503, 300, 418])
def test_every_status_has_a_sentence(status: int) -> None:
    """It names the number."""
    assert str(status) in politeness.status_sentence(status, 0, NOW, is_page=True)
