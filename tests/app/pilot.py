"""Steps of many tests of the screen: press keys, wait for what comes of them, look at the screen.

No other test uses private names of Textual, except those of `reader/app/early`.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from reader.app.browsing.browse_screen import BrowseScreen
from reader.app.widgets.article_list import REST
from reader.app.widgets.painted_view import ArticleChosen, PaintedView, UrlPressed, ValuePressed
from reader.query.results import Headline

Pane = TypeVar("Pane", bound=PaintedView)
WIDE, MEDIUM, NARROW = (140, 40), (100, 30), (60, 20)


def browse(pilot: Pilot[int]) -> BrowseScreen:
    """The browsing screen, whatever lies over it."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, BrowseScreen)
    return screen


async def settled(pilot: Pilot[int]) -> BrowseScreen:
    """Wait until every thread has answered, every answer was handled, and the cursor has come to rest."""
    screen = browse(pilot)
    for _ in range(400):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        if screen.is_settled:
            return screen
        await pilot.pause(REST / 4)
    raise AssertionError("the screen never came to rest")


async def press(pilot: Pilot[int], *keys: str) -> BrowseScreen:
    """Press keys and wait for what comes of them."""
    await pilot.press(*keys)
    return await settled(pilot)


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
    """A pane without the others, and what it told."""

    CSS = "ArticlePane { height: 1fr; } RelatedPane { max-height: 100%; }"

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        """The pane."""
        yield self.pane

    @on(ArticleChosen)
    @on(UrlPressed)
    @on(ValuePressed)
    def _keep(self, message: Message) -> None:
        self.told.append(message)

    @property
    def seen(self) -> list[str]:
        """The lines in the window."""
        return [self.pane.render_line(y).text.rstrip() for y in range(self.pane.size.height)]
