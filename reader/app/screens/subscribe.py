"""The dialog that subscribes: an address, what was found there, a folder. Nothing is kept before its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList

from reader.app.paint.cells import cut, one_line
from reader.app.screens.dialogs import LastPart
from reader.app.screens.page import KeyLine, Page
from reader.article.text import clean_line
from reader.errors import counted
from reader.feeds.subscriptions import Subscription

Found = Sequence[dict[str, Any]]
"""Candidates, as `reader.feeds.discovery` has them."""
Discover = Callable[[str, Callable[[Found, str], object]], Callable[[], None]]
"""Looks for feeds at an address, then calls with what was found or why nothing was; gives what ends it."""

MOST_SHOWN = 3
"""Newest titles of a feed."""


class SubscribePage(Page["Subscription | None"]):
    """Closes with the subscription that the person wants, or with None."""

    def __init__(self, discover: Discover, folders: Sequence[str]) -> None:
        super().__init__()
        self._discover, self._folders = discover, folders
        self._end: Callable[[], None] | None = None
        self._look = 0
        self.found: Found = ()
        """The feeds that were found."""

    def compose(self) -> ComposeResult:
        """The address; when feeds were found, those, the newest of one, and the folder."""
        with Vertical(classes="dialog"):
            yield Label(Content("Subscribe to a feed, or to the feed of a page"), classes="dialog--question")
            yield Input(placeholder="https://blog.example", compact=True, id="feed-address")
            yield Label("", id="feed-said", classes="dialog--details")
            yield OptionList(id="feed-found", markup=False)
            yield Label("", id="feed-newest", classes="dialog--details")
            yield Label("Folder (may stay empty)", id="feed-folder-label")
            yield Input(
                suggester=LastPart(self._folders) if self._folders else None, compact=True, id="feed-folder"
            )
            yield KeyLine(("enter", "look"), ("back", "cancel"), id="feed-keys")

    def on_mount(self) -> None:
        """Begin with the address."""
        for line in self.query(Input):
            line.select_on_focus = line.cursor_blink = False
        self._show_found(())
        self._say("")
        self.query_one("#feed-address").focus()

    @property
    def chosen(self) -> dict[str, Any] | None:
        """The feed under the cursor."""
        place = self.query_one(OptionList).highlighted
        return self.found[place] if place is not None and place < len(self.found) else None

    @on(Input.Submitted, "#feed-address")
    def _look_there(self, event: Input.Submitted) -> None:
        event.stop()
        address = clean_line(event.value)
        if not address:
            return
        self._stop_looking()
        self._look += 1
        look = self._look
        self._show_found(())
        self._say("Looking for feeds…")

        def show(found: Found, reason: str) -> None:
            if look == self._look and self.is_mounted:
                self._have_found(found, reason)

        self._end = self._discover(address, show)

    def _have_found(self, found: Found, reason: str) -> None:
        self._end = None
        self._say(reason, is_warning=True)
        self._show_found(found)
        if len(found) == 1:
            self.query_one("#feed-folder").focus()
        elif found:
            self.query_one(OptionList).focus()

    def _show_found(self, found: Found) -> None:
        self.found = found
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([self._row(one) for one in found])
        listed.highlighted = 0 if found else None
        for name in ("#feed-found", "#feed-newest", "#feed-folder-label", "#feed-folder"):
            self.query_one(name).display = bool(found)
        keys = self.query_one("#feed-keys", KeyLine)
        if found:
            keys.show(("enter", "subscribe"), ("tab", "next line"), ("back", "cancel"))
        else:
            keys.show(("enter", "look"), ("back", "cancel"))
        self._show_newest()

    def _row(self, one: dict[str, Any]) -> Content:
        about = ", ".join(filter(None, (one["format"], counted(one["entries"], "article"))))
        title = one_line(one["title"] or one["url"])
        return Content.assemble((cut(title, 44), "bold"), "  ", (about, "$foreground-muted"))

    @on(OptionList.OptionHighlighted)
    def _show_newest(self) -> None:
        one = self.chosen
        titles = [f"· {cut(one_line(title), 60)}" for title in one["newest"][:MOST_SHOWN]] if one else []
        shown = [cut(one_line(one["url"]), 62), *titles] if one else []
        self.query_one("#feed-newest", Label).update(Content("\n".join(shown)))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one("#feed-folder").focus()

    @on(Input.Submitted, "#feed-folder")
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        if self.chosen is not None:
            name = clean_line(self.chosen["title"])
            self.dismiss(Subscription(self.chosen["url"], name, clean_line(event.value)))

    def _say(self, sentence: str, *, is_warning: bool = False) -> None:
        said = self.query_one("#feed-said", Label)
        said.display = bool(sentence)
        said.set_class(is_warning, "-warning")
        said.update(Content(sentence))

    def _stop_looking(self) -> None:
        if self._end is not None:
            self._end()
            self._end = None

    def action_leave(self) -> None:
        """Close; nothing is kept."""
        self._stop_looking()
        super().action_leave()
