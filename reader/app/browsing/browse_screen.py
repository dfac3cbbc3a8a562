"""The browsing screen: its panes, and the parts that do what concerns several of them.

Panes own their state and its actions, and report what the user did with messages. The screen passes these to
the parts, which update the panes.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.geometry import Size
from textual.reactive import var
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from reader.app import Start
from reader.app.browsing.article_loader import ArticleLoader, ReadTimer, RelatedArticles
from reader.app.browsing.article_picture import ArticlePicture
from reader.app.browsing.feeds import Feeds
from reader.app.browsing.fetching import Fetching
from reader.app.browsing.filters import Filters, TrendCommands
from reader.app.browsing.host import in_daemon_thread
from reader.app.browsing.marks import MarkCommands
from reader.app.browsing.opening import Opening, PipeAndEdit
from reader.app.browsing.pane_sizes import HEIGHTS, WIDTHS, PaneSizes, classes_at, is_single
from reader.app.browsing.refreshing import Refreshing
from reader.app.browsing.results_display import ResultsDisplay
from reader.app.browsing.saved_queries import SavedQueryCommands
from reader.app.browsing.search_input import SearchInput, as_typed
from reader.app.keys import BOX, NO_ARTICLES, NO_RESULTS, Keymap, action_of, action_parts, bindings_for
from reader.app.paint.styles import page_sheet
from reader.app.paint.terminal_output import TerminalOutput
from reader.app.screens.page import drop_outdated
from reader.app.widgets.article_list import ArticleList
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.lines import Footer, InformationLine, Masthead, ResultStatus, SearchBar
from reader.app.widgets.painted_view import ArticleChosen, PaintedView, UrlPressed, ValuePressed
from reader.app.widgets.related_pane import RelatedPane
from reader.app.widgets.sidebar import Sidebar
from reader.app.wording import error_notice, reported_errors
from reader.config.commands import BY_ID, PANES, PaneName, is_allowed
from reader.config.visit import Visit
from reader.errors import ReaderError
from reader.query.results import Headline, Progress
from reader.terminal import Terminal

AGES_EVERY = 60
"""Seconds after which the ages in the list are painted again."""
READING: tuple[PaneName, ...] = ("article", "related")
"""The panes in which keys apply to the article that is shown, not to the list."""

_NAMES: dict[PaneName, str] = {
    "sidebar": "Topics",
    "list": "List",
    "article": "Article",
    "related": "Related",
}

LEAST_READING = 15
"""Lines of the article pane below which an article gets the whole screen when it is read."""

Answer = TypeVar("Answer")


class BrowseScreen(Screen[None]):
    """The screen with all panes.

    Its values are `var` and not `reactive`: each change of a screen's reactive paints everything again, which
    is 40 kB on the way to the terminal.
    """

    BINDINGS = bindings_for("screen")
    AUTO_FOCUS = ""
    """The list has the focus at the start in every layout; Textual would give it to the search bar first."""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    place: var[PaneName] = var("list", init=False)
    """The pane that has the focus or had it last."""
    is_zoomed: var[bool] = var(False, toggle_class="-alone", init=False)
    """Whether the article has the screen to itself."""

    def __init__(
        self,
        start: Start,
        keymap: Keymap,
        seen: Terminal,
        output: TerminalOutput,
        size: Size,
        first_steps: Callable[[], Iterator[Progress]] | None = None,
    ) -> None:
        """`first_steps` continue a refresh that has already begun."""
        super().__init__(classes=" ".join(classes_at(*size)))
        self.start, self.library, self.clock = start, start.library, start.clock
        self.keymap, self.seen, self.output = keymap, seen, output
        self._make_widgets()
        self._make_parts(first_steps)
        self._visit = start.visit
        self.first_theme = self.app.theme
        """The theme unless the user chooses another one."""
        if is_single(self.classes):
            self.add_class(f"-at-{self.place}", update=False)

    def _make_widgets(self) -> None:
        clock = self.clock
        self.masthead = Masthead(id="masthead")
        self.search_bar = SearchBar(id="search")
        self.result_status = ResultStatus(id="status")
        self.information = InformationLine(id="information", classes="-silent")
        self.sidebar = Sidebar(clock, id="sidebar")
        self.articles = ArticleList(clock, id="list")
        self.articles.find = self.library.find
        self.article_pane = ArticlePane(clock, id="article")
        self.related_pane = RelatedPane(clock, id="related")
        self.footer = Footer(id="footer")
        widgets = (self.sidebar, self.articles, self.article_pane, self.related_pane)
        self.panes: Mapping[PaneName, PaintedView] = dict(zip(PANES, widgets, strict=True))

    def _make_parts(self, first_steps: Callable[[], Iterator[Progress]] | None) -> None:
        """Each part is given the screen as its host, and the parts that it works with."""
        self.filters = Filters(self)
        self.refreshing = Refreshing(self, first_steps)
        self.fetching = Fetching(self, self.refreshing)
        self.feeds = Feeds(self, self.filters, self.fetching)
        self.results_display = ResultsDisplay(self, self.filters, self.refreshing, self.feeds)
        self.search_input = SearchInput(self, self.filters)
        self.saved_queries = SavedQueryCommands(self, self.filters)
        self.trends = TrendCommands(self, self.filters)
        self.marks = MarkCommands(self)
        self.opening = Opening(self)
        self.pane_sizes = PaneSizes(self)
        self.picture = ArticlePicture(self)
        self.read_timer = ReadTimer(self, self.marks)
        self.loader = ArticleLoader(
            self, self.filters, self.picture, RelatedArticles(self, self.filters), self.read_timer
        )
        self._parts_with_actions = (
            self.filters,
            self.results_display,
            self.marks,
            self.opening,
            PipeAndEdit(self, self.opening),
            self.picture,
            self.fetching,
            self.feeds,
            self.saved_queries,
            self.trends,
            self.pane_sizes,
        )

    def compose(self) -> ComposeResult:
        """The top lines, the panes, and the footer."""
        with Horizontal(id="top"):
            yield self.masthead
            yield self.search_bar
            yield self.result_status
        yield self.information
        with Container(id="panes"):
            yield self.sidebar
            with Container(id="desk"):
                yield self.articles
                with Container(id="reading"):
                    yield self.article_pane
                    yield self.related_pane
        yield self.footer
        yield Static("Terminal too small", id="too-small")

    def on_mount(self) -> None:
        """Show what the library has, then look for changes."""
        start = self.start
        self.masthead.source = start.source
        is_of_last_visit = bool(start.query.clauses) and str(start.query) == start.visit.query
        self.search_bar.show(as_typed(start.query) if is_of_last_visit else str(start.query))
        self.articles.is_compact = start.config.rows == "compact"
        self.articles.tag_colours = self.article_pane.tag_colours = start.config.tags
        self.pane_sizes.start()
        self.watch_place(self.place)
        for part in ("chart_field", "finding"):
            self.watch(self.sidebar, part, self.show_keys, init=False)
        self.watch(self.articles, "results", self.show_keys, init=False)
        self.set_focus(self.articles)
        # Until a key or the last visit says where: from here on, for keys may come before the first paint.
        self.articles.keeps_article = False
        self.results_display.show_status()
        self.watch(self.search_bar, "typed", self.search_input.typed, init=False)
        self.watch(self.sidebar, "facets", self.search_input.renew_counts, init=False)
        self.watch(self.articles, "highlighted", self.loader.highlight, init=False)
        self.saved_queries.show_views(start.config.views)
        self.results_display.start()
        with suppress(ReaderError):  # it is not there any more
            if start.visit.article:
                self.articles.choose_article(self.library.find(start.visit.article))
        if is_of_last_visit:
            self.say(f"Restored the last search; {self.keymap.in_a_sentence('clear')} clears it")
        self.set_interval(AGES_EVERY, self._once_a_minute)
        # Textual repaints only widgets whose own styles have changed.
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.query("*").refresh())
        self.call_after_refresh(self._after_first_paint)

    def _once_a_minute(self) -> None:
        self.articles.refresh()
        self.keep_visit()

    def _after_first_paint(self) -> None:
        """Start what can wait: the garbage collector, the style sheets of pages, the checks for links and new
        files."""
        if not gc.isenabled():
            gc.freeze()  # objects made by the start live on; collecting among them takes 60 ms
            gc.enable()
        self.app.stylesheet.read(page_sheet())  # 15 ms of the start; the first page would wait for them
        self.opening.look_for_links()
        self.refreshing.start()
        self.feeds.start()
        self.fetching.start()

    def keep_visit(self) -> None:
        """Save where the next visit starts, if that has changed.

        The query is not saved while it is that of the start: options are for one start.
        """
        self.loader.leave_spot()
        last, filters = self.start.visit, self.filters
        visit = Visit(
            query=last.query if filters.query == self.start.query else str(filters.query),
            # From the top, the next visit begins with what is new then, not with what was new this time.
            article=self.articles.headline.id if self.articles.headline and self.articles.cursor else "",
            theme=last.theme if self.app.theme == self.first_theme else self.app.theme,
            sizes=dict(self.pane_sizes.sizes),
            spots=dict(self.loader.left),
            background=self.seen.background,
            is_folded=last.is_folded if filters.is_folded == self.start.begins_folded else filters.is_folded,
        )
        if visit != self._visit:
            self._visit = visit
            self.start.keep_visit(visit)

    def on_unmount(self) -> None:
        """Stop the threads."""
        self.results_display.worker.stop()
        self.refreshing.stop()
        self.fetching.stop()
        self.feeds.stop()

    # What the parts and others need.

    @property
    def headline(self) -> Headline | None:
        """The article that is shown, or about to be."""
        return self.loader.headline

    @property
    def is_settled(self) -> bool:
        """Whether the screen is idle: no query or refresh is running, and the cursor has come to rest."""
        return not (
            self.refreshing.is_refreshing
            or self.results_display.is_pending
            or len(self.footer.pressed) == 1
            or self.articles.is_moving
            or any(not worker.is_finished for worker in self.workers)
        )

    def say(self, sentence: str) -> None:
        self.notify(sentence, markup=False)

    def warn(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", markup=False)

    def in_thread(self, work: Callable[[], object], *, must_finish: bool = False) -> None:
        self.run_worker(
            work if must_finish else in_daemon_thread(work), thread=must_finish, exit_on_error=False
        )

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.warn(error_notice(event.worker.error))

    def open_dialog(self, page: Screen[Answer], then: Callable[[Answer | None], Any] | None = None) -> None:
        def answered(answer: Answer | None) -> None:
            if then is not None:
                with reported_errors(self.warn):
                    then(answer)

        self.app.push_screen(page, answered)

    # Places and layout.

    @property
    def _shown_place(self) -> PaneName:
        """The visible pane, in a layout that shows only one."""
        return "list" if self.place == "search" else self.place

    def go_to(self, place: PaneName) -> None:
        if place == "search":
            self.set_focus(self.search_bar.line)  # at once, for what is typed right behind
            return
        if place == "related" and not self.related_pane.links:
            place = "article"
        self.place = place
        self.set_focus(self.panes[place])

    def watch_place(self, place: PaneName) -> None:
        """Show the keys and the path of the current pane, and in a narrow layout the pane itself."""
        if place != "article":
            self.is_zoomed = False
        self.show_keys()
        self._fit_layout()

    def show_keys(self) -> None:
        """Show the keys of the focused pane in the footer, or of the part of it that has them."""
        part = ""
        if self.place == "sidebar":
            part = BOX if self.sidebar.finding else self.sidebar.chart_field
        elif self.place == "list" and self.articles.results is not None and not len(self.articles):
            part = NO_RESULTS if self.library.total else NO_ARTICLES
        self.footer.hints = self.keymap.hints(self.place, part)

    def _fit_layout(self) -> None:
        """Fold the related links where lines are few; show the path where only one pane is visible."""
        self.related_pane.is_folded = self.has_class("-medium") and self.place != "related"
        self.pane_sizes.fit()
        # A class on the screen styles every widget again (50 kB of painting), so only where it matters.
        here = self._shown_place
        shows_one = is_single(self.classes)
        for one in PANES:
            self.set_class(shows_one and here == one, f"-at-{one}")
        way = PANES[: PANES.index(here) + 1] if self.has_class("-narrow") else ()
        self.masthead.trail = tuple(_NAMES[place] for place in way)

    def on_resize(self, event: events.Resize) -> None:
        """Adapt the layout, and texts that depend on it."""
        drop_outdated(event, self.app)
        if is_single(classes_at(*event.size)):
            # Before Textual hides what no longer fits: it takes the focus from a pane that is hidden.
            self.add_class(f"-at-{self._shown_place}")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self._fit_layout()
        self.results_display.fit_charts()
        self.information.indent = self.search_bar.column_of(0)
        self.result_status.fit()
        self.picture.fit()

    def on_screen_suspend(self) -> None:
        """Another screen opens over this one."""
        self.picture.uncover()

    def on_screen_resume(self) -> None:
        """The other screen has closed."""
        self.picture.draw_again()

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        """Follow the focus: a click or a closed dialog moves it too."""
        if event.widget is not self.focused:
            return  # it has moved on
        if event.widget is self.search_bar.line:
            self.place = "search"
            self.search_input.begin()
            return
        for place, pane in self.panes.items():
            if pane is event.widget:
                self.place = place

    @on(events.DescendantBlur)
    def _focus_lost(self, event: events.DescendantBlur) -> None:
        if event.widget is self.search_bar.line:
            self.search_input.end()

    @on(PaintedView.EdgeMoved)
    def _edge_moved(self, message: PaintedView.EdgeMoved) -> None:
        message.stop()
        self.pane_sizes.drag(message.pane, message.columns, message.rows)

    # Messages of the panes.

    @on(ValuePressed)
    def _value_pressed(self, message: ValuePressed) -> None:
        self.filters.press(message.field, message.value, exclude=message.exclude)

    @on(Sidebar.RangePicked)
    def _range_picked(self, message: Sidebar.RangePicked) -> None:
        self.filters.narrow(message.field, message.value)

    @on(Sidebar.ViewChosen)
    def _view_chosen(self, message: Sidebar.ViewChosen) -> None:
        self.filters.put(message.view.query)

    @on(SearchBar.Entered)
    def _search_entered(self) -> None:
        self.go_to("list")

    @on(ArticleList.SelectionChanged)
    def _selection_changed(self, message: ArticleList.SelectionChanged) -> None:
        self.result_status.selected = f"{message.count:,} selected" if message.count else ""

    @on(ArticleList.ReadFailed)
    def _read_failed(self, message: ArticleList.ReadFailed) -> None:
        self.warn(message.reason)

    @on(ArticleChosen)
    def _article_chosen(self, message: ArticleChosen) -> None:
        if self.place == "related":
            self.loader.follow(message.headline)
        self.show_article(message.headline)
        if not self.has_class("-narrow") and self.article_pane.size.height < LEAST_READING:
            self.is_zoomed = True

    @on(UrlPressed)
    def _url_pressed(self, message: UrlPressed) -> None:
        self.opening.open_links([("", message.url)])

    @on(ArticlePane.Appeared)
    def _article_appeared(self) -> None:
        self.read_timer.start()

    @on(ArticlePane.LinksRequested)
    def _list_links(self, message: ArticlePane.LinksRequested) -> None:
        self.opening.list_links(message.links)

    @on(ArticlePane.PicturePressed)
    def _picture_pressed(self) -> None:
        self.picture.action_show_picture()

    # What the parts report.

    def query_changed(self) -> None:
        self.results_display.query_changed()

    def views_changed(self) -> None:
        self.results_display.recount()

    def marks_changed(self) -> None:
        self.articles.reload()
        self.loader.renew_marks()
        self.results_display.recount()

    def file_changed(self) -> None:
        self.loader.reload()
        self.refreshing.look_again()

    def reopen(self, folder: str) -> None:
        self.start.reopen(folder)
        self.app.exit()

    def articles_changed(self) -> None:
        self.results_display.ask()
        self.loader.reload()

    def refresh_progressed(self, *, is_complete: bool) -> None:
        if is_complete:
            # Else with the answer that has what this refresh found.
            self.articles.keeps_article |= self.results_display.worker.is_idle
            self.feeds.renew_page()
            self.saved_queries.follow_rules()
        self.results_display.show_status()

    def fetch_ended(self) -> None:
        self.feeds.renew_page()

    def topics_changed(self) -> None:
        self.results_display.ask()
        self.loader.renew_marks()

    def show_article(self, headline: Headline) -> None:
        """Read an article, with the list's cursor on it if it is listed."""
        self.loader.show(headline)
        self.articles.choose_article(headline)
        self.go_to("article")

    # What a key applies to.

    @property
    def target(self) -> Headline | None:
        return self.headline if self.place in READING else self.articles.headline

    @property
    def targets(self) -> tuple[Headline, ...]:
        if len(self.articles.selection) and self.place not in READING:
            return self.articles.selection.headlines
        return (self.target,) if self.target is not None else ()

    # Commands. Those of a pane are its own actions.

    async def run_command(self, name: str, times: int | None = None) -> None:
        """Run a command as its key would: in the focused pane, else as `action_run_command` does."""
        is_here = self.place in BY_ID[name].places
        if not (is_here and await self.app.run_action(action_of(name, times), self.panes[self.place])):
            await self.action_run_command(name, times)

    async def action_run_command(self, name: str, times: int | None = None) -> None:
        """Run a command in the screen or the part that has its action, and report why that is not possible;
        else in the pane to which it belongs. What a restricted reader may not do is refused, however it was
        reached."""
        if not is_allowed(name):
            return
        action, *arguments = action_parts(name, times)
        for one in (self, *self._parts_with_actions):
            if method := getattr(one, f"action_{action}", None):
                with reported_errors(self.warn):
                    method(*arguments)
                return
        await self.app.run_action(action_of(name, times), self.panes[BY_ID[name].places[0]])

    def action_move(self, rows: int, times: int = 1) -> None:
        """In the search bar, go to a later search, or to an earlier one (-1); else move in the pane."""
        if self.place == "search":
            self.search_input.recall(rows)
        else:
            self.panes[self.place].action_move(rows, times)

    def action_page_on(self) -> None:
        """Go a page down, or at the end to the next unread article."""
        pane = self.related_pane if self.place == "related" else self.article_pane
        shown, wanted = self.article_pane.shown, self.headline or self.articles.headline
        if not pane.is_on_screen:
            self.articles.page(1)
        elif wanted and not (shown and shown[1].id == wanted.id):
            return  # still loading: nobody can have read to its end
        elif not pane.page(1):
            self.results_display.action_go_to_unread(1)

    def action_go_beside(self, step: int) -> None:
        """Go to the pane to the right, or to the left (-1)."""
        here = PANES.index(self._shown_place)
        self.go_to(PANES[max(min(here + step, len(PANES) - 1), 0)])

    def action_go_round(self, step: int) -> None:
        """Go to the next pane, or to the previous one (-1); in the search bar, complete the word."""
        if self.place == "search":
            self.search_input.complete(step)
            return
        places = [place for place in PANES if place != "related" or self.related_pane.links]
        self.go_to(places[(places.index(self.place) + step) % len(places)])

    def action_search(self) -> None:
        self.is_zoomed = False
        self.go_to("search")

    def action_zoom(self) -> None:
        self.is_zoomed = not self.is_zoomed
        self.go_to("article" if self.is_zoomed else "list")

    def action_back(self) -> None:
        self._step_back()

    def action_back_or_quit(self) -> None:
        if not self._step_back():
            self.app.exit()

    def _step_back(self) -> bool:
        """Go back one step; False if there is none left."""
        if self.place == "sidebar" and self.sidebar.leave_box(keep=False):
            return True
        if self.place == "article":
            if self.article_pane.leave_find():
                return True
            if headline := self.loader.leave_followed():
                self.articles.choose_article(headline)
                return True
        if self.is_zoomed:
            self.action_zoom()
            return True
        if self.place == "list":
            return self.articles.clear_selection() or self.trends.come_back() or self.fetching.stop_fetching()
        self.go_to("article" if self.place == "related" else "list")
        return True

    def action_select(self) -> None:
        """Toggle the selection of the article being read."""
        if self.place not in READING:
            self.articles.action_select()
        elif self.headline is not None:
            self.articles.toggle_selection(self.headline)

    def action_extend_selection(self, rows: int) -> None:
        """Extend the selection in the list, unless an article is being read."""
        if self.place not in READING:
            self.articles.action_extend_selection(rows)

    def action_exclude(self) -> None:
        """Outside the sidebar: say where this command works."""
        exclude, go = map(self.keymap.in_a_sentence, ("exclude", "focus_facets"))
        self.say(f"{exclude} excludes a topic or provider in the sidebar; {go} goes there")

    def action_next_theme(self) -> None:
        names = [name for name in self.app.available_themes if name not in BUILTIN_THEMES]
        here = names.index(self.app.theme) if self.app.theme in names else -1
        self.app.theme = names[(here + 1) % len(names)]
        self.say(f"Theme: {self.app.theme}")

    def action_show_help(self) -> None:
        from reader.app.screens.help import Help  # loaded when it is first opened

        self.app.push_screen(Help(self.keymap))

    def action_show_palette(self) -> None:
        from reader.app.browsing.palette import open_palette  # loaded when it is first opened

        open_palette(self)

    def action_redraw(self) -> None:
        self.app.app_resume_signal.publish(self.app)

    def action_suspend(self) -> None:
        self.app.action_suspend_process()

    def action_quit(self) -> None:
        self.app.exit()
