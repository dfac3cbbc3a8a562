"""The page of feeds: the articles and errors of each; fetch, edit, pause, unsubscribe, undo. Every change is
written to feeds.toml at once; one that cannot be written is reported and not made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Checkbox, Input, Label, OptionList

from reader.app.keys import binding
from reader.app.paint.cells import cut, fill, fill_left, one_line
from reader.app.screens.dialogs import LastPart
from reader.app.screens.page import MOVING, KeyLine, Page
from reader.app.widgets.lines import TextLine
from reader.app.wording import reported_errors
from reader.article.dates import age
from reader.article.text import clean_line
from reader.errors import counted
from reader.feeds import subscriptions
from reader.feeds.state import NEVER_FETCHED, FeedState
from reader.feeds.subscriptions import Subscription, duration_text, seconds_of, values_of

ROOMY = 120
"""Columns of the terminal from which a row has all its parts."""
KEYS = (
    ("enter", "show articles"), ("f", "fetch"), ("e", "edit"), ("p", "pause"), ("d", "unsubscribe"),
    ("undo", "undo"), ("subscribe", "subscribe"), ("import_feeds", "import"), ("back", "back"),
)  # fmt: skip
KEYS_WITHOUT_FEEDS = KEYS[-4:]


class FeedRow(NamedTuple):
    """A feed, as the page shows it."""

    feed: Subscription
    state: FeedState = NEVER_FETCHED
    articles: int | None = None
    """Number of articles in the news folder; None if unknown."""
    unread: int | None = None
    value: str = ""
    """Its folder, as written in a query; empty if everything is in it."""

    @property
    def label(self) -> str:
        """Its name: the user's, else the feed's title."""
        return self.feed.name or self.state.title or self.feed.address

    @property
    def fetched(self) -> str:
        """The time since the last fetch."""
        if not self.feed.enabled:
            return "paused"
        if not self.state.fetched:
            return "never"
        return age(datetime.fromtimestamp(self.state.fetched, UTC), datetime.now(UTC))


class _Undo(NamedTuple):
    """How a change made on the page is undone."""

    address: str
    """Of the feed."""
    sentence: str
    """The notice afterwards."""
    change: Callable[[], object]


class FeedsPage(Page["tuple[str, str] | None"]):
    """Closes with what to do next ("show" a folder, "subscribe", "import"), or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        binding("manage_feeds", "leave"),
        Binding("f", "fetch", "Fetch"),
        binding("refresh", "fetch"),
        Binding("e", "edit", "Edit"),
        Binding("p", "pause", "Pause"),
        Binding("d,delete", "unsubscribe", "Unsubscribe"),
        binding("undo", "undo"),
        binding("subscribe", "answer('subscribe')"),
        binding("import_feeds", "answer('import')"),
    ]

    def __init__(self, fetch: Callable[[str], object]) -> None:
        """`fetch` fetches the feed with this address, then calls `show`."""
        super().__init__()
        self._fetch = fetch
        self._rows: Sequence[FeedRow] = ()
        self._known: dict[str, FeedRow] = {}
        """By address; also of feeds unsubscribed on this page, since undo restores them."""
        self._undoing: list[_Undo] = []
        self._fetching = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content("Feeds"), classes="dialog--question")
            yield Label("", id="feeds-heads")
            yield OptionList(markup=False, classes="body")
            yield Label("", id="feeds-about", classes="dialog--details")
            yield KeyLine(*KEYS)

    def on_resize(self, event: events.Resize) -> None:
        self.show(self._rows)

    @property
    def row(self) -> FeedRow | None:
        """The feed under the cursor."""
        return self.under_cursor(self._rows)

    def show(self, rows: Sequence[FeedRow]) -> None:
        """Show these feeds; the cursor stays on its feed."""
        self._known |= {row.feed.address: row for row in rows}
        if rows is not self._rows:
            self._fetching = ""
        before, self._rows = self._rows, rows
        if not self.is_open:
            return  # when it opens, it gets its size and shows them
        place, addresses = self.list_cursor, [row.feed.address for row in rows]
        here = before[place].feed.address if place < len(before) else ""
        if here in addresses:
            place = addresses.index(here)
        self.show_options(map(self._line, rows), place)
        self.query_one("#feeds-heads", Label).update(self._heads())
        self.query_one(KeyLine).show(*(KEYS if rows else KEYS_WITHOUT_FEEDS))
        self._show_about()

    @property
    def _widths(self) -> tuple[int, int]:
        """Cells of the name, and of the folder."""
        width = self.app.size.width
        if width >= ROOMY:
            return 32, 14
        return max(self.line_width - 33, 8), 0

    def _line(self, row: FeedRow) -> Content:
        name, folder = self._widths
        numbers = [f"{one:,}" if one is not None else "" for one in (row.unread, row.articles)]
        parts: list[Any] = [(fill(one_line(row.label), name), "bold" if row.unread else "")]
        if folder:
            parts += ["  ", (fill(one_line(row.feed.folder), folder), "$foreground-muted")]
        for number, width in zip(numbers, (6, 8), strict=True):
            parts += [" ", (fill_left(number, width), "$foreground-muted")]
        parts += ["  ", (fill(row.fetched, 8), "$foreground-muted")]
        if trouble := row.state.trouble:
            parts += ["  ", (cut(trouble, max(self.line_width - 79, 1)) if folder else "!", "$warning")]
        return Content.assemble(*parts)

    def _heads(self) -> Content:
        name, folder = self._widths
        middle = f"  {fill('folder', folder)}" if folder else ""
        words = f"{fill('name', name)}{middle} {fill_left('unread', 6)} {fill_left('articles', 8)}  fetched"
        return Content.styled(words if self._rows else "", "$foreground-muted")

    @on(OptionList.OptionHighlighted)
    def _show_about(self) -> None:
        row, width = self.row, self.line_width
        if row is None:
            sentence = "No feeds yet: subscribe to one, or import an OPML file or newsboat's urls."
            self.query_one("#feeds-about", Label).update(Content(sentence))
            return
        one = row.feed
        about = [f"every {duration_text(one.every)}"] if one.every else []
        about += [f"keeps {duration_text(one.keep)}"] if one.keep else []
        about += ["full text"] if one.full_text else []
        about += ["fetching…"] if self._fetching == one.address else []
        settings = "".join(f" · {part}" for part in about)
        address = cut(one_line(one.address), max(width - len(settings), 8))
        shown = Content(f"{address}{settings}")
        if trouble := row.state.trouble:
            shown = Content.assemble(shown, "\n", (one_line(trouble), "$warning"))
        self.query_one("#feeds-about", Label).update(shown)

    def action_answer(self, what: str) -> None:
        self.dismiss((what, ""))

    @on(OptionList.OptionSelected)
    def _choose(self) -> None:
        if self.row is not None and self.row.articles:
            self.dismiss(("show", self.row.value))
        elif self.row is not None:
            is_empty = self.row.articles == 0 or self.row.state is NEVER_FETCHED
            sentence = (
                "This feed has no articles yet" if is_empty else "Open your news folder to see its articles"
            )
            self.warn(sentence)

    def action_fetch(self) -> None:
        if self.row is not None:
            self._fetching = self.row.feed.address
            self._fetch(self.row.feed.address)
            self._show_about()

    def action_edit(self) -> None:
        if self.row is None:
            return
        feed = self.row.feed

        def change(values: Mapping[str, Any] | None) -> None:
            if values:
                self._change(feed, values)

        self.app.push_screen(FeedForm(feed), change)

    def action_pause(self) -> None:
        """Pause fetching the feed, or resume it."""
        if self.row is not None:
            self._change(self.row.feed, {"enabled": False if self.row.feed.enabled else None})

    def action_unsubscribe(self) -> None:
        """Unsubscribe from the feed; its articles are kept."""
        if self.row is None:
            return
        feed = self.row.feed
        with reported_errors(self.warn):
            removed = subscriptions.remove(feed.address)
            notice = f"Subscribed to {feed.label} again"
            self._undoing.append(_Undo(feed.address, notice, lambda: subscriptions.restore(removed)))
            self.show([row for row in self._rows if row.feed.address != feed.address])
            self.say(f"Unsubscribed from {feed.label}; its articles are kept")

    def action_undo(self) -> None:
        if not self._undoing:
            self.say("Nothing to undo")
            return
        undo = self._undoing.pop()
        with reported_errors(self.warn):
            undo.change()
            self.say(undo.sentence)
        self._load_again()
        addresses = [row.feed.address for row in self._rows]
        if undo.address in addresses:
            self.query_one(OptionList).highlighted = addresses.index(undo.address)

    def _change(self, feed: Subscription, values: Mapping[str, Any]) -> None:
        before = {key: values_of(feed).get(key) for key in values}
        with reported_errors(self.warn):
            subscriptions.change(feed.address, values)
            notice = f"{feed.label} was restored"
            self._undoing.append(
                _Undo(feed.address, notice, lambda: subscriptions.change(feed.address, before))
            )
            self._load_again()

    def _load_again(self) -> None:
        """Read feeds.toml again; the other data of each feed are kept."""
        with reported_errors(self.warn):
            feeds = subscriptions.load()[0]
            self.show([self._known.get(one.address, FeedRow(one))._replace(feed=one) for one in feeds])


def _full_text(is_on: bool) -> str:
    return f"Full text of each article: {'yes' if is_on else 'no'}"


class FeedForm(Page["Mapping[str, Any] | None"]):
    """The settings of one feed; closes with those that were changed, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", priority=True),
        Binding("down", "app.focus_next", "Down"),
        Binding("up", "app.focus_previous", "Up"),
    ]
    LINES: ClassVar[Mapping[str, str]] = {
        "name": "Name", "folder": "Folder", "every": "Fetch every (30m, 6h)", "keep": "Keep for (90d)",
    }  # fmt: skip

    def __init__(self, feed: Subscription) -> None:
        super().__init__()
        self._feed = feed
        self._values = values_of(feed)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(cut(one_line(self._feed.address), 56)), classes="dialog--question")
            for key, words in self.LINES.items():
                yield Label(words, classes="form--label")
                yield TextLine(self._values.get(key, ""), id=f"feed-{key}")
            yield Checkbox(_full_text(self._feed.full_text), self._feed.full_text, compact=True)
            yield Label("", classes="dialog--error")
            yield KeyLine(("enter", "save"), ("tab", "next line"), ("back", "cancel"))

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """Show the state in words too: without colours a tick is invisible."""
        event.checkbox.label = _full_text(event.value)

    def on_input_submitted(self) -> None:
        self.action_keep()

    def action_keep(self) -> None:
        """Close with the changed settings, unless a duration is invalid."""
        changed: dict[str, Any] = {}
        for key in self.LINES:
            line = self.query_one(f"#feed-{key}", Input)
            text = clean_line(line.value)
            try:
                if text and key in ("every", "keep"):
                    text = duration_text(seconds_of(text))
            except ValueError as error:
                self.refuse(str(error))
                line.focus()
                return
            changed[key] = text or None
        changed["full_text"] = self.query_one(Checkbox).value or None
        self.dismiss({key: value for key, value in changed.items() if value != self._values.get(key)})


Found = Sequence[dict[str, Any]]
"""Candidates found by `reader.feeds.discovery`."""
Discover = Callable[[str, Callable[[Found, str], object]], Callable[[], None]]
"""Looks for feeds at an address and calls back with them or an error, unless the function that it returns is
called before."""

MOST_SHOWN = 3
"""Number of a feed's newest titles shown."""


class SubscribePage(Page["Subscription | None"]):
    """Closes with the subscription that the user wants, or with None."""

    def __init__(self, discover: Discover, folders: Sequence[str]) -> None:
        super().__init__()
        self._discover, self._folders = discover, folders
        self._end: Callable[[], None] | None = None
        """Cancels the search for feeds, if one is running."""
        self.found: Found = ()
        """The feeds that were found."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content("Subscribe to a feed, or to the feed of a page"), classes="dialog--question")
            yield TextLine(placeholder="https://blog.example", id="feed-address")
            yield Label("", id="feed-message", classes="dialog--details")
            yield OptionList(id="feed-found", markup=False)
            yield Label("", id="feed-newest", classes="dialog--details")
            yield Label("Folder (optional)", id="feed-folder-label")
            suggester = LastPart(self._folders) if self._folders else None
            yield TextLine(suggester=suggester, id="feed-folder")
            yield KeyLine(("enter", "find feeds"), ("back", "cancel"), id="feed-keys")

    def on_mount(self) -> None:
        self._show_found(())
        self._say("")

    @property
    def chosen(self) -> dict[str, Any] | None:
        """The feed under the cursor."""
        return self.under_cursor(self.found)

    @on(Input.Submitted, "#feed-address")
    def _look_there(self, event: Input.Submitted) -> None:
        address = clean_line(event.value)
        if not address:
            return
        self._stop_looking()
        self._show_found(())
        self._say("Looking for feeds…")
        self._end = self._discover(address, self._have_found)

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
        self.show_options(map(self._row, found), 0)
        for name in ("#feed-found", "#feed-newest", "#feed-folder-label", "#feed-folder"):
            self.query_one(name).display = bool(found)
        keys = self.query_one("#feed-keys", KeyLine)
        if found:
            keys.show(("enter", "subscribe"), ("tab", "next line"), ("back", "cancel"))
        else:
            keys.show(("enter", "find feeds"), ("back", "cancel"))
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
    def _choose(self) -> None:
        self.query_one("#feed-folder").focus()

    @on(Input.Submitted, "#feed-folder")
    def _keep(self, event: Input.Submitted) -> None:
        if self.chosen is not None:
            name = clean_line(self.chosen["title"])
            self.dismiss(Subscription(self.chosen["url"], name, clean_line(event.value)))

    def _say(self, sentence: str, *, is_warning: bool = False) -> None:
        label = self.query_one("#feed-message", Label)
        label.display = bool(sentence)
        label.set_class(is_warning, "-warning")
        label.update(Content(sentence))

    def _stop_looking(self) -> None:
        if self._end is not None:
            self._end()
            self._end = None

    def action_leave(self) -> None:
        self._stop_looking()
        super().action_leave()
