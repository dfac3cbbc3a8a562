"""The browsing screen: sidebar, list, article and related links; what they do is in `reader.app.browsing`."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.geometry import Size
from textual.theme import BUILTIN_THEMES, Theme

from reader.app.browsing.finding import Finding
from reader.app.browsing.handing import Handing
from reader.app.browsing.marking_many import MarkingMany
from reader.app.browsing.picturing import Picturing
from reader.app.browsing.refreshing import Refreshing
from reader.app.browsing.remembering import Remembering
from reader.app.browsing.searching import Searching
from reader.app.browsing.showing import Showing
from reader.app.browsing.sizing import Sizing
from reader.app.browsing.viewing import Viewing
from reader.app.geometry import HEIGHTS, WIDTHS, classes_at, is_single
from reader.app.keys.keymap import Keymap, bindings
from reader.app.start import Start
from reader.app.terminal_output import TerminalOutput
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.lines import Footer, InformationLine, Masthead, Standing, TooSmall
from reader.app.widgets.related_pane import RelatedPane
from reader.app.widgets.search_bar import SearchBar
from reader.app.widgets.sidebar import Sidebar
from reader.terminal import Terminal

AGES_EVERY = 60
"""Seconds after which the ages in the list are told anew."""


class BrowseScreen(
    Searching, Finding, Picturing, Viewing, Showing, MarkingMany, Refreshing, Handing, Sizing, Remembering
):
    """Everything at a glance: what there is, what matches, what it says, what belongs to it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    """The commands' own keys; the app's keymap has the person's."""
    AUTO_FOCUS = ""
    """The list has the focus at the start in every layout; Textual would give it to the search bar first."""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(
        self,
        start: Start,
        keymap: Keymap,
        seen: Terminal,
        output: TerminalOutput,
        size: Size,
    ) -> None:
        self._start = start
        self.seen, self.output = seen, output
        super().__init__(start.library, start.query, start.config, start.clock)
        classes = classes_at(*size)
        self.set_classes([*classes, f"-at-{self.place}"] if is_single(classes) else classes)
        self._keymap = keymap

    @property
    def keymap(self) -> Keymap:
        """Which keys do what."""
        return self._keymap

    def compose(self) -> ComposeResult:
        """The lines above, the panes, the line below."""
        with Horizontal(id="top"):
            yield Masthead(id="masthead")
            yield SearchBar(id="search")
            yield Standing(id="standing")
        yield InformationLine(id="information", classes="-silent")
        with Container(id="panes"):
            yield Sidebar(self.clock, id="sidebar")
            with Container(id="desk"):
                yield ArticleList(self.clock, id="list")
                with Container(id="reading"):
                    yield ArticlePane(self.clock, id="article")
                    yield RelatedPane(self.clock, id="related")
        yield Footer(id="footer")
        yield TooSmall(id="too-small")

    def on_mount(self) -> None:
        """Show what the library has, then look for what is new."""
        self.masthead.source = self._start.source
        self.search_bar.show(str(self.current_query))
        self.articles.is_compact = self.config.rows == "compact"
        self.articles.tag_colours = self.article_pane.tag_colours = self.config.tags
        self.begin_visit(self._start.visit, self._start.keep_visit)
        self.watch_place(self.place)
        for part in ("chart_field", "finding"):
            self.watch(self.sidebar, part, self.show_keys, init=False)
        self.set_focus(self.articles)
        # Until a key or the last visit says where: from here on, for keys may come before the first paint.
        self.articles.keeps_article = False
        self.show_standing()
        self.start_searching()
        self.start_asking()
        self.go_to_article(self._start.visit.article)
        self.set_interval(AGES_EVERY, self._once_a_minute)
        self.app.theme_changed_signal.subscribe(self, self._paint_anew)
        self.call_after_refresh(self._after_first_paint)

    def _once_a_minute(self) -> None:
        self.articles.refresh()
        self.keep_visit()

    def _paint_anew(self, theme: Theme) -> None:
        """Repaint the panes: Textual repaints only widgets whose own styles have changed."""
        self.query("*").refresh()

    def _after_first_paint(self) -> None:
        """Start what could wait: looking for links and for new files."""
        self.look_for_links()
        self.start_refreshing()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way: no question, no refresh, no cursor still moving."""
        return not (
            self.is_refreshing
            or self.is_asking
            or len(self.footer.pressed) == 1
            or self.articles.is_moving
            or any(not worker.is_finished for worker in self.workers)
        )

    def on_unmount(self) -> None:
        """Let the threads go."""
        self.stop_asking()
        self.stop_refreshing()

    def on_resize(self, event: events.Resize) -> None:
        """The layout follows the width; words that depend on it too."""
        if is_single(classes_at(*event.size)):
            # Before Textual hides what no longer fits: it takes the focus from a pane that is hidden.
            self.add_class(f"-at-{self.shown_place}")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self.fit_layout()
        self.fit_charts()
        self.information.indent = self.search_bar.column_of(0)
        self.standing.fit()
        self.fit_picture()

    def action_toggle_rows(self) -> None:
        """One line a row, or two."""
        self.articles.is_compact = not self.articles.is_compact

    def action_show_help(self) -> None:
        """Show all keys."""
        from reader.app.screens.help import Help

        self.app.push_screen(Help(self.keymap))

    def action_show_palette(self) -> None:
        """Find any command, topic, provider, view, theme or order."""
        from reader.app.palette import open_palette

        open_palette(self)

    def action_next_theme(self) -> None:
        """Go to the next of the reader's own themes."""
        names = [name for name in self.app.available_themes if name not in BUILTIN_THEMES]
        here = names.index(self.app.theme) if self.app.theme in names else -1
        self.app.theme = names[(here + 1) % len(names)]
        self.say(f"Theme: {self.app.theme}")

    def action_redraw(self) -> None:
        """Paint everything again."""
        self.app.app_resume_signal.publish(self.app)

    def action_quit(self) -> None:
        """Quit at once."""
        self.app.exit()
