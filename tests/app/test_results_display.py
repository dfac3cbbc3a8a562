"""Questions in a thread: what is answered in time is given at once, the rest told; only the newest counts."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from time import monotonic

import pytest

from reader.app.browsing.results_display import (
    CountsAnswer,
    FailedAnswer,
    LatestAnswer,
    LatestQueryWorker,
    Question,
    ResultsAnswer,
)
from reader.errors import StorageError
from reader.library.muting import Muting
from reader.query import parse
from tests.app.build import NOW, articles
from tests.fake_library import SlowLibrary

LONG = 60.0


class Desk:
    """A library, who asks it, and what was told."""

    def __init__(self) -> None:
        self.library = SlowLibrary(articles(5))
        self.told: list[LatestAnswer] = []
        self.worker = LatestQueryWorker(self.library, self.told.append, lambda: NOW)

    def ask(self, text: str, patience: float = LONG) -> list[LatestAnswer]:
        """Ask, and wait so long."""
        query = parse(text)
        return self.worker.ask(Question(query, query, (), Muting()), patience)

    def wait(self) -> None:
        """Until all is answered."""
        end = monotonic() + LONG
        while not self.worker.is_idle and monotonic() < end:
            Event().wait(0.005)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk whose thread ends with the test."""
    desk = Desk()
    yield desk
    desk.library.may_answer.set()
    desk.worker.stop()


def test_what_is_answered_in_time_is_given_and_not_told(desk: Desk) -> None:
    """The list and the counts, in this order."""
    results, facets = desk.ask("a")
    assert isinstance(results, ResultsAnswer) and isinstance(facets, CountsAnswer)
    assert desk.told == [] and desk.worker.is_idle


def test_what_comes_late_is_told(desk: Desk) -> None:
    """Nobody waits longer than is reported."""
    desk.library.may_answer.clear()
    assert desk.ask("a", 0.01) == []
    assert not desk.worker.is_idle
    desk.library.may_answer.set()
    desk.wait()
    assert [type(one) for one in desk.told] == [ResultsAnswer, CountsAnswer]


def test_of_those_that_wait_only_the_newest_is_answered(desk: Desk) -> None:
    """A question that was overtaken gets no counts, and one that never began no answer."""
    desk.library.may_answer.clear()
    for text in ("a", "ab", "abc"):
        assert desk.ask(text, 0.01) == []
    desk.library.may_answer.set()
    desk.wait()
    lists = [str(one.results.query) for one in desk.told if isinstance(one, ResultsAnswer)]
    counts = [str(one.query) for one in desk.told if isinstance(one, CountsAnswer)]
    assert lists == ["a", "abc"] and counts == ["abc"]


def test_failures_are_answers_too(desk: Desk) -> None:
    """Those that are foreseen and the others; the next question is answered as ever."""
    desk.library.failure = StorageError("no room")
    (failed,) = desk.ask("a")
    assert isinstance(failed, FailedAnswer) and not failed.is_bug and failed.reason == "no room"
    desk.library.failure = ZeroDivisionError("by nothing")
    (unforeseen,) = desk.ask("b")
    assert (
        isinstance(unforeseen, FailedAnswer)
        and unforeseen.is_bug
        and "ZeroDivisionError" in unforeseen.reason
    )
    desk.library.failure = None
    assert len(desk.ask("c")) == 2
