"""Steps of many tests of the screen: press keys, wait for what comes of them, look at the screen.

No other test uses private names of Textual, except those of `reader/app/early`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, Generic, TypeVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import App, ComposeResult, ScreenStackError
from textual.events import Key, MouseDown, MouseEvent, MouseMove, MouseUp
from textual.keys import key_to_character
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from reader.app.browsing.browse_screen import BrowseScreen
from reader.app.keys import named
from reader.app.reader_app import ReaderApp
from reader.app.widgets.painted_view import ArticleChosen, PaintedView, UrlPressed, ValuePressed
from reader.query.results import Headline

Pane = TypeVar("Pane", bound=PaintedView)
WIDE, MEDIUM, NARROW = (140, 40), (100, 30), (60, 20)
PATIENCE = 60
"""Seconds after which a test that waits fails."""


def browse(pilot: Pilot[int]) -> BrowseScreen:
    """The browsing screen, whatever lies over it."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, BrowseScreen)
    return screen


async def quiet(pilot: Pilot[Any]) -> None:
    """Wait until every message is handled and the result is painted; threads may go on."""
    app, quiet_rounds = pilot.app, 0
    with suppress(ScreenStackError):  # the app has ended
        while app.is_running and quiet_rounds < 2:  # after one, a handler may still wait for another
            await pilot.pause(0)
            await pilot.wait_for_animation()  # Textual scrolls with its next frame, even without animations
            nodes = [app, *(node for one in app.screen_stack for node in one.walk_children(with_self=True))]
            quiet_rounds = 0 if any(node.message_queue_size for node in nodes) else quiet_rounds + 1


async def until(pilot: Pilot[Any], is_so: Callable[[], object]) -> None:
    """Wait until something is so, and until its messages are handled."""
    latest = monotonic() + PATIENCE
    await quiet(pilot)
    while not is_so():
        assert monotonic() < latest, f"it never came to that:\n{picture(pilot)}"
        await asyncio.sleep(0.005)
    await quiet(pilot)


async def settled(pilot: Pilot[int]) -> BrowseScreen:
    """Wait until every thread has answered, every answer is handled, and the cursor has come to rest."""
    screen = browse(pilot)

    def is_settled() -> bool:
        return screen.is_settled and not _holds_keys(pilot)

    await until(pilot, is_settled)
    while not is_settled():
        await until(pilot, is_settled)
    return screen


def _holds_keys(pilot: Pilot[Any]) -> bool:
    app = pilot.app
    return isinstance(app, ReaderApp) and app.is_running and app.holds_keys


def key_event(key: str) -> Key:
    """A key as it comes from the terminal."""
    return Key(named(key) if len(key) == 1 else key, key_to_character(key))


async def send(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys and wait until they are handled; threads may go on.

    All arrive before the first is looked at, as over a slow line: no key may depend on a pause before it.
    """
    for key in keys:
        pilot.app.post_message(key_event(key))
    await until(pilot, lambda: not _holds_keys(pilot))


async def press(pilot: Pilot[int], *keys: str) -> BrowseScreen:
    """Press keys, all at once, and wait for what comes of them."""
    await settled(pilot)
    await send(pilot, *keys)
    return await settled(pilot)


async def _move_mouse(
    pilot: Pilot[Any], place: tuple[int, int], pane: type[Widget] | None, *events: type[MouseEvent]
) -> None:
    origin = pilot.app.screen.query_one(pane).region.offset if pane is not None else (0, 0)
    x, y = place[0] + origin[0], place[1] + origin[1]
    for event in events:
        pilot.app.post_message(event(None, x, y, 0, 0, 1, False, False, False))
    await quiet(pilot)


async def click(
    pilot: Pilot[Any], place: tuple[int, int], pane: type[Widget] | None = None, *, times: int = 1
) -> None:
    """Click on a place of the screen, or of a pane, and wait for what comes of it."""
    await _move_mouse(pilot, place, pane, *(MouseDown, MouseUp) * times)
    if isinstance(pilot.app, ReaderApp):
        await settled(pilot)


async def drag(
    pilot: Pilot[int], start: tuple[int, int], end: tuple[int, int], pane: type[Widget] | None = None
) -> None:
    """Drag the mouse from one place of the screen, or of a pane, to another."""
    for place, event in ((start, MouseDown), (end, MouseMove), (end, MouseUp)):
        await _move_mouse(pilot, place, pane, event)
    await settled(pilot)


def headline(screen: BrowseScreen, row: int | None = None) -> Headline:
    """The headline in a row of the list, or under its cursor."""
    found = screen.articles.headline if row is None else screen.articles.at(row)
    assert found is not None
    return found


def strips(app: App[Any]) -> list[Strip]:
    """What is on the terminal, line by line, with its colours."""
    return app.screen._compositor.render_strips()


def line(pilot: Pilot[int], y: int) -> str:
    """The text of one line of the terminal."""
    return strips(pilot.app)[y].text


def picture(pilot: Pilot[int]) -> str:
    """All the text on the terminal."""
    return "\n".join(strip.text for strip in strips(pilot.app))


def notices(app: App[Any]) -> list[str]:
    """What the notices on the screen say."""
    return [one.message for one in app._notifications]


def is_leaving(app: App[Any]) -> bool:
    """Whether the app has been asked to end."""
    return app._exit


def style_of_codes(codes: str) -> Style:
    """The style that SGR parameters mean."""
    (span,) = Text.from_ansi(f"\x1b[{codes}m.").spans
    assert isinstance(span.style, Style)
    return span.style


class Alone(App[None], Generic[Pane]):
    """A pane without the others, and the messages that it posts."""

    CSS = "ArticlePane { height: 1fr; } RelatedPane { max-height: 100%; }"

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane
        self.messages: list[Message] = []

    def compose(self) -> ComposeResult:
        """The pane."""
        yield self.pane

    @on(ArticleChosen)
    @on(UrlPressed)
    @on(ValuePressed)
    def _keep(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def seen(self) -> list[str]:
        """The lines in the window."""
        return [self.pane.render_line(y).text.rstrip() for y in range(self.pane.size.height)]
