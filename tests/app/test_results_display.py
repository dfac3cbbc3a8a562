"""Queries in a thread: answers in time are returned, late ones reported; only the latest query counts."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from time import monotonic

import pytest

from reader.app.browsing.results_display import Answer, Counts, LatestQueryWorker, Question
from reader.errors import StorageError
from reader.library.muting import Muting
from reader.query import parse
from tests.app.build import NOW, articles
from tests.fake_library import ListResults, SlowLibrary

LONG = 60.0


class Desk:
    """A library, who asks it, and what was told."""

    def __init__(self) -> None:
        self.library = SlowLibrary(articles(5))
        self.answers: list[tuple[Question, Answer]] = []
        self.worker = LatestQueryWorker(
            self.library, lambda: NOW, lambda *answer: self.answers.append(answer)
        )

    def ask(self, text: str, patience: float = LONG) -> list[Answer]:
        """Ask, and wait so long."""
        query = parse(text)
        return [answer for _, answer in self.worker.ask(Question(query, query, (), Muting()), patience)]

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


def test_answers_in_time_are_returned(desk: Desk) -> None:
    """The results, then the counts."""
    results, counts = desk.ask("a")
    assert isinstance(results, ListResults) and isinstance(counts, Counts)
    assert desk.answers == [] and desk.worker.is_idle


def test_late_answers_are_reported(desk: Desk) -> None:
    """The caller waits no longer than it wants."""
    desk.library.may_answer.clear()
    assert desk.ask("a", 0.01) == []
    assert not desk.worker.is_idle
    desk.library.may_answer.set()
    desk.wait()
    assert [type(answer) for _, answer in desk.answers] == [ListResults, Counts]


def test_of_waiting_queries_only_the_latest_is_answered(desk: Desk) -> None:
    """A query that was overtaken gets no counts; one that never began gets no answer."""
    desk.library.may_answer.clear()
    for text in ("a", "ab", "abc"):
        assert desk.ask(text, 0.01) == []
    desk.library.may_answer.set()
    desk.wait()
    lists = [str(question.query) for question, answer in desk.answers if isinstance(answer, ListResults)]
    counts = [str(question.query) for question, answer in desk.answers if isinstance(answer, Counts)]
    assert lists == ["a", "abc"] and counts == ["abc"]


def test_errors_are_answers_too(desk: Desk) -> None:
    """Expected and unexpected ones; the next query is answered as usual."""
    desk.library.failure = StorageError("no room")
    assert desk.ask("a") == [desk.library.failure]
    desk.library.failure = ZeroDivisionError("by nothing")
    assert desk.ask("b") == [desk.library.failure]
    desk.library.failure = None
    assert len(desk.ask("c")) == 2
