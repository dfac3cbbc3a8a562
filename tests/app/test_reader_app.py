"""The application as a whole: notices, hostile text, sizes, help and palette."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from reader.app.browsing.palette import PLACEHOLDERS
from reader.app.paint.themes import themes
from reader.app.reader_app import ReaderApp
from reader.config import Config
from reader.config.commands import PaneName
from tests.app.build import an_article, articles
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, line, notices, picture, press, quiet, send, settled, until
from tests.conftest import rarely
from tests.fake_library import SlowLibrary

MARKUP = "[/x] [@click=app.quit]x[/] [red]"


async def test_notices_are_shown_once_and_never_parsed_as_markup(start: Launch) -> None:
    """Those of the caller, of the library, and about the configuration."""
    config = Config(theme="no[/x]such", keys={"fly": "f"})
    app = start(3, config=config, notices=("Working from memory [/x]", "Working from memory [/x]"))
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        said = notices(app)
        assert len(said) == 2 and said[0] == "Working from memory [/x]"
        assert said[1].endswith('(and 1 more; "reader config show" lists them)')
        assert app.theme == themes()[0].name


async def test_markup_in_data_is_text_everywhere(start: Launch) -> None:
    """In list, article, sidebar, related links, palette, dialogs and the search bar."""
    some = [an_article(MARKUP, topics=(MARKUP,), provider=MARKUP, body=MARKUP, url="https://a.example/1")]
    async with start(some).run_test(size=WIDE) as pilot:
        await press(pilot, "f", "space")
        assert picture(pilot).count("[/x]") >= 4
        await press(pilot, "t", *"[/x]", "enter")
        await press(pilot, ":", *"topic")
        assert "Topic: [/x]" in picture(pilot)
        assert app_is_running(pilot.app)


async def test_control_characters_are_removed_from_queries(start: Launch) -> None:
    """The search bar shows and accepts clean text only."""
    async with start(3).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/")
        screen.search_bar.line.value = "a\x1b]0;x\x07b\u202ec"
        await settled(pilot)
        assert screen.search_bar.text == "abc"
        assert "\x1b" not in line(pilot, 0)


async def test_changes_of_size_in_quick_succession(start: Launch) -> None:
    """An outdated size is not laid out: two sizes would take turns forever."""
    async with start(3).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        laid_out: list[Size] = []
        screen.screen_layout_refresh_signal.subscribe(screen, lambda shown: laid_out.append(shown.size))
        for columns in (100, 60, 140):
            screen.post_message(Resize(Size(columns, 40), Size(columns, 40)))
            screen.call_later(lambda: None)  # else Textual makes one of them
        screen.refresh(layout=True)
        await settled(pilot)
        assert set(laid_out) == {Size(140, 40)} and len(laid_out) < 10


async def test_without_colours_everything_is_painted(start: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR the output has no colour; without it, it has."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with start(30).run_test(size=WIDE) as pilot:
        await press(pilot, "f", "j", "space", "/", "a")
        await press(pilot, "escape", "escape", "?")
        assert "MOVING" in picture(pilot)


TYPED_IN = ("slash", "ctrl+f", "t", "vertical_line", "a", "colon", "question_mark slash")
"""The keys that lead to each line or page to type in."""


async def test_no_cursor_blinks(start: Launch) -> None:
    """The cursor of every input is visible and steady: an idle screen sends nothing."""
    async with start(3).run_test(size=WIDE) as pilot:
        for keys in TYPED_IN:
            await press(pilot, "enter", *keys.split())
            typing = pilot.app.focused
            assert isinstance(typing, Input | TextArea), keys
            assert not typing.cursor_blink, keys
            assert isinstance(typing, TextArea) or typing._cursor_visible, keys
            await press(pilot, *["escape"] * 3)


async def test_each_theme_paints(start: Launch) -> None:
    """The reader's own and Textual's."""
    config = Config(theme="reader-paper", mark_read_after=-1)
    async with start(5, config=config).run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert pilot.app.theme == "reader-paper"
        for theme in (*(theme.name for theme in themes()), "ansi-dark", "textual-light"):
            pilot.app.theme = theme
            await settled(pilot)
            assert "VIEWS" in picture(pilot), theme


async def test_the_help_page_has_every_command(start: Launch) -> None:
    """With the keys as configured."""
    config = Config(mark_read_after=-1, keys={"toggle_star": "f7"})
    async with start(3, config=config).run_test(size=(140, 90)) as pilot:
        await press(pilot, "?")
        shown = picture(pilot)
        assert "F7" in shown and "Add or remove a star" in shown and "sort:quality" in shown
        await press(pilot, "?")
        assert "VIEWS" in picture(pilot)


async def test_the_help_page_is_searched(start: Launch) -> None:
    """By a key or by words; Esc first ends the search, then closes the page."""
    async with start(3).run_test(size=WIDE) as pilot:
        await press(pilot, "?", "/", "s", "t", "a", "r")
        shown = picture(pilot)
        assert "Add or remove a star" in shown and "Move down one row" not in shown
        await press(pilot, "backspace", "backspace", "backspace", "backspace", "G")
        assert "Go to the bottom" in picture(pilot) and "Add or remove a star" not in picture(pilot)
        await press(pilot, "q", "q")
        assert "No matching keys" in picture(pilot)
        await press(pilot, "escape")
        assert "Move down one row" in picture(pilot)
        await press(pilot, "escape")
        assert "VIEWS" in picture(pilot)


async def test_the_palette_jumps_to_articles(start: Launch) -> None:
    """By words of any article, listed or not; its title is never parsed as markup."""
    some = [*articles(30), an_article("The [/b] gulls of [Fenwick] Road")]
    async with start(some, "number").run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        await _choose(pilot, "gulls fenw")
        assert screen.place == "article" and screen.article_pane.shown is not None
        assert screen.article_pane.shown[0].title == "The [/b] gulls of [Fenwick] Road"


@pytest.mark.parametrize("columns", [40, 50, 60, 80])
async def test_the_placeholder_of_the_palette_fits(start: Launch, columns: int) -> None:
    """The longest one for which there is room."""
    async with start(1).run_test(size=(columns, 20)) as pilot:
        await press(pilot, ":")
        assert any(f" {words}  " in picture(pilot) for words in PLACEHOLDERS)


async def test_words_of_a_title_come_before_scattered_letters_of_a_name(start: Launch) -> None:
    """The letters of "train" are in "Theme: reader-terminal" too, in that order."""
    async with start([an_article("The night train")]).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        await _choose(pilot, "train")
        assert screen.place == "article"


async def test_the_palette_runs_commands_views_orders_and_themes(start: Launch) -> None:
    """A few letters and Enter."""
    async with start(30).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        steps: list[tuple[str, Callable[[], object]]] = [
            ("compact", lambda: screen.articles.is_compact),
            ("c rows", lambda: not screen.articles.is_compact),
            ("view u", lambda: str(screen.filters.query) == "is:unread"),
            ("oldest", lambda: screen.filters.query.is_reversed),
            ("er-light", lambda: pilot.app.theme == "reader-light"),
            ("c chips", lambda: screen.filters.query.included("topic") == ("Chips",)),
        ]
        for letters, is_done in steps:
            await _choose(pilot, letters)
            assert is_done(), letters


async def test_of_notices_in_quick_succession_the_last_is_shown(start: Launch) -> None:
    """A key that is held down does not fill the screen with notices; warnings stay."""
    async with start(1).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        for number in range(5):
            screen.say(f"Notice {number}")
        await quiet(pilot)
        assert notices(pilot.app) == ["Notice 4"]
        for _ in range(2):
            screen.warn("Careful")
        screen.say("Done")
        await quiet(pilot)
        assert notices(pilot.app) == ["Careful", "Done"]


async def test_enter_in_the_palette_waits_for_what_is_typed(start: Launch) -> None:
    """During a search, Enter does not run a command that was found before."""
    library = SlowLibrary(articles(3))
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await press(pilot, ":")
        assert "Read the article" in picture(pilot)
        library.may_answer.clear()
        await send(pilot, *"compact", "enter")
        assert pilot.app.screen is not screen
        library.may_answer.set()
        await until(pilot, lambda: screen.articles.is_compact)
        assert pilot.app.screen is screen and screen.place == "list"


async def _choose(pilot: Pilot[int], letters: str) -> None:
    await press(pilot, ":", *["space" if char == " " else char for char in letters])
    await press(pilot, "enter")


def app_is_running(app: object) -> bool:
    """Whether nothing has ended it."""
    return isinstance(app, ReaderApp) and app.is_running and app.size != Size(0, 0)


@pytest.mark.parametrize("place", ["article", "sidebar", *rarely("list", "related")])
async def test_a_smaller_terminal_shows_the_focused_pane(start: Launch, place: PaneName) -> None:
    """A larger one gives the focus to the same pane, with the sidebar as wide as in its layout."""
    async with start().run_test(size=(140, 40)) as pilot:
        screen = await settled(pilot)
        screen.go_to(place)
        await settled(pilot)
        where = screen.place
        for size, width in (((60, 20), None), ((90, 30), 24), ((60, 20), None), ((90, 30), 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert screen.place == where
            assert screen.focused is screen.panes[where]
            assert width is None or screen.sidebar.outer_size.width == width


async def test_the_path_to_a_pane_is_cut_at_its_beginning(start: Launch) -> None:
    """The name of the pane is kept longest."""
    async with start().run_test(size=(60, 20)) as pilot:
        screen = await settled(pilot)
        screen.masthead.trail = ("Topics", "List", "Article", "Related")
        for columns, words in ((33, " … › List › Article › Related"), (12, " … › Related")):
            screen.masthead.styles.width = columns
            await quiet(pilot)
            assert line(pilot, 0).startswith(f"{words} ")
