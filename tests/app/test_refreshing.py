"""Refreshing: the first load, R, changes on disk, and a quick end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from threading import Event, current_thread, main_thread
from typing import Any

from reader.app.browsing.refreshing import Pace
from reader.errors import StorageError
from reader.query import Query
from reader.query.results import Facet, Folding, Progress
from tests.app.build import an_article, articles
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, browse, headline, line, notices, picture, press, quiet, send, settled, until
from tests.fake_library import FakeLibrary, ListResults


async def test_the_first_headlines_are_there_before_the_last_file_is_read(start: Launch) -> None:
    """They can be used while a thin bar shows the progress."""
    go_on = Event()

    class Slow(FakeLibrary):
        def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
            for step in super().refresh(rebuild=rebuild):
                yield step
                if step.phase == "read" and not go_on.is_set():
                    go_on.wait(5)

    library = Slow(articles(120), at_once=False)
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = browse(pilot)
        await until(pilot, lambda: "20 of 120 read" in line(pilot, 1))
        assert len(screen.articles) == 20
        await send(pilot, "j")
        assert screen.articles.cursor == 1
        held = screen.articles.headline
        go_on.set()
        await settled(pilot)
        assert len(screen.articles) == 120
        assert screen.articles.headline == held
        assert "read" not in line(pilot, 1)


async def test_the_list_begins_with_the_newest_article(start: Launch) -> None:
    """Also with one that the first refresh finds, however long the answer with it takes."""
    may_answer = Event()

    class Slow(FakeLibrary):
        def select(self, *args: Any, **options: Any) -> ListResults:
            if current_thread() is not main_thread():
                may_answer.wait(60)
            return super().select(*args, **options)

    library = Slow(articles(3))
    library.to_come = [an_article("Just in", hours=0)]
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = browse(pilot)
        try:
            await until(pilot, lambda: not screen.refreshing.is_refreshing)
            assert len(screen.articles) == 3
        finally:
            may_answer.set()
        await settled(pilot)
        assert screen.articles.cursor == 0 and headline(screen).title == "Just in"


async def test_total_and_unread_articles_change_together(start: Launch) -> None:
    """While the unread articles of a larger collection are counted, the old total is shown."""
    may_count = Event()
    may_count.set()

    class Slow(FakeLibrary):
        def facet(self, field: str, *args: Any, **options: Any) -> Facet:
            may_count.wait(60)
            return super().facet(field, *args, **options)

    library = Slow(articles(3))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        before = line(pilot, 0)
        assert "3 of 3" in before and "3 unread" in before
        may_count.clear()
        try:
            library.to_come = [an_article("Just in", hours=0)]
            library.changed.set()
            await until(pilot, lambda: len(screen.articles) == 4 and not screen.refreshing.is_refreshing)
            assert line(pilot, 0) == before
        finally:
            may_count.set()
        await settled(pilot)
        assert "4 of 4" in line(pilot, 0) and "4 unread" in line(pilot, 0)


async def test_a_change_on_disk_is_noticed(start: Launch) -> None:
    """New articles appear without a key."""
    library = FakeLibrary(articles(3))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        library.to_come = [an_article("Just in", hours=0)]
        library.changed.set()
        await until(pilot, lambda: len(screen.articles) == 4)
        assert "4 of 4" in line(pilot, 0)
        await settled(pilot)


async def test_new_problems_of_files_are_reported(start: Launch) -> None:
    """With the command that lists them; R reports the result in any case."""

    class Flawed(FakeLibrary):
        flaws = 2

        def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
            for step in super().refresh(rebuild=rebuild):
                report = step.report and step.report._replace(problems=self.flaws)
                yield step._replace(report=report)

    library = Flawed(articles(3), at_once=False)
    async with start(library=library).run_test(size=WIDE) as pilot:

        def said() -> list[str]:
            found = notices(pilot.app)
            pilot.app.clear_notifications()
            return found

        await settled(pilot)
        assert said() == ["2 problems in the files: reader check lists them"]
        library.to_come = [an_article("Just in", hours=0)]
        browse(pilot).refreshing.look_again()
        await settled(pilot)
        assert said() == []
        await press(pilot, "R")
        assert said() == ["Nothing new in 4 files; 2 problems in the files: reader check lists them"]
        library.flaws = 0
        library.to_come = [an_article("And another", hours=0)]
        await press(pilot, "R")
        assert said() == ["1 new"]


async def test_an_empty_collection_says_what_to_do(start: Launch) -> None:
    """It shows the first article as soon as there is one."""
    library = FakeLibrary([])
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert "No articles yet." in picture(pilot)
        library.to_come = articles(1)
        await press(pilot, "R")
        assert screen.headline is not None


async def test_a_failed_refresh_is_reported_and_can_be_repeated(start: Launch) -> None:
    """The list stays."""

    class Full(FakeLibrary):
        is_full = False

        def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
            if self.is_full:
                raise StorageError("The disk is full.")
            return super().refresh(rebuild=rebuild)

    library = Full(articles(3))
    library.is_full = True
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        assert any("The disk is full." in said for said in notices(pilot.app))
        assert len(screen.articles) == 3
        library.is_full = False
        library.to_come = [an_article("Just in", hours=0)]
        await press(pilot, "R")
        assert len(screen.articles) == 4


async def test_quitting_does_not_wait_for_the_threads(start: Launch) -> None:
    """A look for changes takes seconds, a refresh minutes."""
    has_begun, may_go_on, has_gone_on = Event(), Event(), Event()

    class Stuck(FakeLibrary):
        def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
            yield Progress("scan")
            has_begun.set()
            may_go_on.wait(60)
            has_gone_on.set()

        def wait_for_change(self, timeout: float) -> bool:
            may_go_on.wait(60)
            has_gone_on.set()
            return False

    library = Stuck([], at_once=False)
    async with start(library=library).run_test(size=WIDE) as pilot:
        await until(pilot, has_begun.is_set)
    assert not has_gone_on.is_set()
    may_go_on.set()


async def test_an_unexpected_error_is_reported_and_the_reader_continues(start: Launch) -> None:
    """The next query is answered as usual."""

    class Broken(FakeLibrary):
        is_broken = False

        def select(
            self, query: Query, now: datetime | None = None, *, folding: Folding | None = None
        ) -> ListResults:
            if self.is_broken:
                raise ZeroDivisionError("by \x1b[0m nothing")
            return super().select(query, now)

    library = Broken(articles(30))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        library.is_broken = True
        await press(pilot, "S", "j", "enter")
        said = notices(pilot.app)
        assert said == ["Internal error: ZeroDivisionError: by nothing"]
        library.is_broken = False
        await press(pilot, "S", "j", "enter")
        assert screen.articles.results is not None and screen.articles.results.query.sort == "heat"


def test_the_time_left_is_estimated_from_reading() -> None:
    """Finding files and scanning them for dates is not counted."""
    pace = Pace()
    steps = [
        (30.0, Progress("scan", 1000)),
        (31.0, Progress("read", 1000, 100, 1000)),
        (60.0, Progress("read", 1000, 200, 1000)),
        (62.0, Progress("read", 1000, 400, 1000)),
    ]
    assert [pace.left(step, now) for now, step in steps] == ["", "", "", "6 s left"]


def test_a_scan_between_two_steps_restarts_the_estimate() -> None:
    """The first headlines are read while the rest is still being found."""
    pace = Pace()
    for now, read in ((1.0, 100), (2.0, 200), (4.0, 300)):
        pace.left(Progress("read", 900, read, 900), now)
    assert pace.left(Progress("scan", 900), 5.0) == ""
    assert pace.left(Progress("read", 900, 400, 900), 90.0) == ""


async def test_an_empty_list_is_explained_only_after_the_search_for_files(start: Launch) -> None:
    """Before that, nobody knows that the collection is empty."""
    go_on = Event()

    class Slow(FakeLibrary):
        def refresh(self, *, rebuild: bool = False, shows_first: bool = True) -> Iterator[Progress]:
            go_on.wait(5)
            yield from super().refresh(rebuild=rebuild)

    async with start(library=Slow([], at_once=False)).run_test(size=WIDE) as pilot:
        await quiet(pilot)
        assert "Looking for articles…" in picture(pilot)
        assert "No articles yet." not in picture(pilot)
        go_on.set()
        await settled(pilot)
        assert "No articles yet." in picture(pilot)
