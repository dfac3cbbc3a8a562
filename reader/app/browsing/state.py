"""What the subjects of the browsing screen share: its three values, its panes, its way to the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from textual import getters, on
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from reader.app.keys.keymap import Keymap
from reader.app.paint.canvas import Box
from reader.app.pane import Pane
from reader.app.terminal_output import TerminalOutput
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.lines import Footer, InformationLine, Masthead, Standing
from reader.app.widgets.related_pane import RelatedPane
from reader.app.widgets.search_bar import SearchBar
from reader.app.widgets.sidebar import Sidebar
from reader.app.wording import unforeseen
from reader.article.record import Article
from reader.config import Config
from reader.config.commands import Place
from reader.library import Library
from reader.library.muting import Muting
from reader.query import Query
from reader.query.results import Headline, Results
from reader.terminal import Terminal


class Browsing(Screen[None]):
    """The state of the browsing screen; subjects derive from it and `BrowseScreen` from all of them.

    Its values are `var` and not `reactive`: each change of a screen's reactive paints everything again, which
    is 40 kB on the way to the terminal.
    """

    current_query: var[Query] = var(Query(), init=False)
    """The question; the search bar's text says the same."""
    results: var[Results | None] = var(None, init=False, always_update=True)
    """The answer to the newest question that has one."""
    headline: var[Headline | None] = var(None, init=False)
    """The article that is shown."""
    place: var[Place] = var("list", init=False)
    """The pane that has the focus or had it last."""
    is_zoomed: var[bool] = var(False, toggle_class="-alone", init=False)
    """Whether the article has the screen to itself."""

    is_refreshing: var[bool] = var(True)
    """Whether a refresh is under way; the first one is from the beginning."""

    seen: Terminal
    """What the terminal can do, as far as it shows without asking."""
    output: TerminalOutput
    """Writes pictures and the clipboard to the terminal."""

    sidebar = getters.query_one("#sidebar", Sidebar)
    articles = getters.query_one("#list", ArticleList)
    article_pane = getters.query_one("#article", ArticlePane)
    related_pane = getters.query_one("#related", RelatedPane)
    search_bar = getters.query_one("#search", SearchBar)
    masthead = getters.query_one("#masthead", Masthead)
    standing = getters.query_one("#standing", Standing)
    information = getters.query_one("#information", InformationLine)
    footer = getters.query_one("#footer", Footer)

    def __init__(self, library: Library, query: Query, config: Config, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.library = library
        self.config = config
        self.clock = clock
        """What the time is; ages are told from it."""
        self.sizes: dict[str, int] = {}
        """What the person made wider or narrower, by name, in cells or lines."""
        self.rules = Muting()
        """What the configuration wants left out."""
        self.shows_muted = False
        """Whether the person wants to see it all the same."""
        self.set_reactive(Browsing.current_query, query)

    @property
    def asked_query(self) -> Query:
        """The question as the library gets it: the current one, without what is muted."""
        return self.current_query.and_also(self.muting.of(self.current_query))

    @property
    def muting(self) -> Muting:
        """What is left out of answers now."""
        return Muting() if self.shows_muted else self.rules

    @property
    def panes(self) -> Mapping[Place, Widget]:
        """The widgets of the places that can have the focus."""
        return {
            "sidebar": self.sidebar,
            "list": self.articles,
            "article": self.article_pane,
            "related": self.related_pane,
        }

    @property
    def shown_place(self) -> Place:
        """The pane that is shown where only one is."""
        return "list" if self.place == "search" else self.place

    @property
    def pane(self) -> Pane:
        """What moves when a key says so: the pane with the focus, the list while in the search bar."""
        pane: dict[Place, Pane] = {
            "sidebar": self.sidebar,
            "article": self.article_pane,
            "related": self.related_pane,
        }
        return pane.get(self.place, self.articles)

    def say(self, sentence: str, *, is_warning: bool = False) -> None:
        """Show a message for a moment. The text is never read as markup."""
        self.notify(sentence, severity="warning" if is_warning else "information", markup=False)

    def in_thread(self, work: Callable[[], None], group: str) -> None:
        """Do slow work in a thread. It only posts messages; `unforeseen` has what it did not foresee."""
        self.run_worker(work, thread=True, group=group, exit_on_error=False)

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.say(unforeseen(event.worker.error), is_warning=True)

    @property
    def keymap(self) -> Keymap:
        """Which keys do what."""
        raise NotImplementedError

    def fit_sizes(self) -> None:
        """Give the panes the sizes that were chosen, as far as there is room."""
        raise NotImplementedError

    def picture_box(self, article: Article) -> Box | None:
        """The room to keep for the article's picture; None where none is shown by itself."""
        raise NotImplementedError

    def load_picture(self, article: Article, box: Box) -> None:
        """Make the article's picture in a thread."""
        raise NotImplementedError

    def leave_spot(self) -> None:
        """Remember how far the article on the screen was read."""
        raise NotImplementedError

    def recall_spot(self, headline: Headline) -> None:
        """Go on reading where this article was left."""
        raise NotImplementedError

    def copy(self, text: str) -> None:
        """Send a text to the clipboard."""
        raise NotImplementedError

    def put(self, query: Query) -> None:
        """Ask this from now on, and show its text."""
        raise NotImplementedError

    def show(self, headline: Headline) -> None:
        """Show an article, with the list's cursor on it where it is listed."""
        raise NotImplementedError

    def go_to(self, place: Place) -> None:
        """Give a place the focus."""
        raise NotImplementedError

    def leave_selection(self) -> bool:
        """Select nothing any more; False where nothing was selected."""
        raise NotImplementedError

    def ask(self) -> None:
        """Ask the current question (again); the answer comes as a message."""
        raise NotImplementedError

    def recount(self) -> None:
        """Count anew because marks have changed; what is listed stays."""
        raise NotImplementedError

    def read_again(self) -> None:
        """Read the shown article again, for its file may have changed."""
        raise NotImplementedError

    def show_standing(self) -> None:
        """Say how many match of how many, and what to do where there is nothing."""
        raise NotImplementedError
