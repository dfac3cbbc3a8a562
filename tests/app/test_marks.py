"""Marks: what the keys change, what is shown, and undo."""

from __future__ import annotations

from reader.config import Config
from reader.errors import StorageError
from tests.app.build import articles
from tests.app.conftest import Launch
from tests.app.pilot import NARROW, WIDE, headline, line, notices, picture, press, settled, until
from tests.fake_library import FakeLibrary


async def test_r_and_s_toggle_and_u_undoes(start: Launch) -> None:
    """List, article and counts follow; Ctrl-R redoes."""
    async with start(5).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "r", "s")
        assert headline(screen).is_read and headline(screen).is_starred
        assert screen.article_pane.shown is not None and screen.article_pane.shown[1].is_starred
        assert "4 unread" in line(pilot, 0)
        await press(pilot, "u")
        assert not headline(screen).is_starred
        await press(pilot, "u")
        assert not headline(screen).is_read
        await press(pilot, "ctrl+r")
        assert headline(screen).is_read


async def test_a_marked_row_stays_in_the_list(start: Launch) -> None:
    """In a list of unread articles, a read one stays until the query is run again."""
    async with start(5, "is:unread").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "r")
        assert len(screen.articles) == 5 and headline(screen).is_read
        counts = {view.name: view.articles for view in screen.sidebar.views}
        assert counts["Unread"] == 4
        await press(pilot, "1")
        await press(pilot, "2")
        assert len(screen.articles) == 4


async def test_an_article_is_read_after_it_was_shown_long_enough(start: Launch) -> None:
    """Articles that the cursor passes stay unread."""
    config = Config(mark_read_after=1.5)
    async with start(9, config=config).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "j", "j", "j")
        await until(pilot, lambda: headline(screen, 3).is_read)
        read = [headline(screen, place).is_read for place in range(9)]
        assert read[3] and not read[1] and not read[2] and not any(read[4:])


async def test_in_a_narrow_layout_time_counts_from_when_the_article_is_visible(start: Launch) -> None:
    """An article that the user marks as unread stays unread."""
    async with start(3, config=Config(mark_read_after=0.01)).run_test(size=NARROW) as pilot:
        screen = await press(pilot, "j")
        await pilot.pause(0.1)
        await settled(pilot)
        assert not headline(screen, 1).is_read
        await press(pilot, "enter")
        await until(pilot, lambda: headline(screen, 1).is_read)
        await press(pilot, "r", "escape", "enter")
        await pilot.pause(0.1)
        await settled(pilot)
        assert not headline(screen, 1).is_read


async def test_nothing_becomes_read_before_the_first_key(start: Launch) -> None:
    """And undo does not change what became read by itself."""
    async with start(3, config=Config(mark_read_after=0.01)).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        await pilot.pause(0.1)
        assert not headline(screen, 0).is_read
        await press(pilot, "l")
        await until(pilot, lambda: headline(screen, 0).is_read)
        await press(pilot, "s", "u")
        first = screen.articles.at(0)
        assert first is not None and first.is_read and not first.is_starred
        await press(pilot, "u")
        assert headline(screen, 0).is_read
        assert notices(pilot.app) == ["Nothing to undo"]


async def test_capital_a_asks_and_can_be_undone(start: Launch) -> None:
    """Answering n marks nothing; y marks all listed articles."""
    async with start(20, "topic:AI").run_test(size=WIDE) as pilot:
        screen = await press(pilot, "A")
        listed = len(screen.articles)
        assert f"Mark all {listed} listed" in picture(pilot)
        await press(pilot, "n")
        assert screen.result_status.unread == f"{listed} unread"
        await press(pilot, "A", "y")
        assert screen.result_status.unread == "0 unread"
        await press(pilot, "u")
        assert screen.result_status.unread == f"{listed} unread"


async def test_t_changes_the_tags(start: Launch) -> None:
    """Tags are separated by commas; omitted ones are removed; Esc changes nothing."""
    async with start(3).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "t", *"later, work", "enter")
        assert headline(screen).tags == ("later", "work")
        await press(pilot, "t", "ctrl+u", *"work", "enter")
        assert headline(screen).tags == ("work",)
        await press(pilot, "t", "ctrl+u", "escape")
        assert headline(screen).tags == ("work",)


async def test_marks_that_cannot_be_saved_are_reported(start: Launch) -> None:
    """With the reason, and the screen shows no mark."""

    class Full(FakeLibrary):
        def mark(self, *_: object, **__: object) -> int:
            raise StorageError("The disk is full [/x].")

    async with start(library=Full(articles(3))).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "s")
        assert any("The disk is full [/x]." in said for said in notices(pilot.app))
        assert not headline(screen).is_starred


async def test_without_an_article_a_key_says_so(start: Launch) -> None:
    """Each key that needs one; pressed again it is reported once."""
    async with start(0).run_test(size=WIDE) as pilot:
        for key in "rstaoOLyYep#":
            await press(pilot, key, key)
            await press(pilot, key)
            assert notices(pilot.app) == ["No article selected."], key
            pilot.app.clear_notifications()


async def test_a_notice_replaces_earlier_ones(start: Launch) -> None:
    """Notices do not pile up over the panes."""
    async with start(3).run_test(size=WIDE) as pilot:
        for keys in ("A", "y"), ("u",), ("ctrl+r",):
            await press(pilot, *keys)
        assert notices(pilot.app) == ["Redone: 3 marked read"]


async def test_nothing_to_undo_or_redo_is_reported(start: Launch) -> None:
    """Each with its own notice."""
    async with start(3).run_test(size=WIDE) as pilot:
        for key, sentence in (("u", "Nothing to undo"), ("ctrl+r", "Nothing to redo")):
            await press(pilot, key)
            assert notices(pilot.app) == [sentence]
        await settled(pilot)
