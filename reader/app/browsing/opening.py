"""Opening pages, and copying and showing their addresses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from threading import Timer
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from reader import terminal
from reader.app.browsing.host import Host
from reader.app.wording import NO_ARTICLE, reported_errors
from reader.errors import ReaderError, counted
from reader.opening import clipboard, opener, programs
from reader.opening.programs import late_failures, run_here
from reader.permissions import is_in_browser
from reader.terminal import Terminal

if TYPE_CHECKING:
    from reader.app.screens.pipe import Piping
    from reader.query.results import Headline

Link = tuple[str, str]
"""Title and URL, as in the file."""

SLOW = 0.6
"""Seconds after which a slow step is announced."""
LOOK_AGAIN = (3.0, 12.0)
"""Seconds after which a browser that was started is checked for failure."""


class Opening:
    """Opens pages, copies and shows their addresses; everything slow is done in threads."""

    def __init__(self, host: Host) -> None:
        self._host, self._config, self._keys = host, host.start.config, host.keymap.in_a_sentence
        self.terminal: Terminal | None = None
        """What this terminal can do, as far as it is known yet."""

    def look_for_links(self) -> None:
        """Make the article's addresses links (OSC 8) if the terminal shows those: at once, or when tmux has
        said whether it passes them on."""
        seen = self._host.seen
        self._have_links(seen.links is True)
        if seen.links is None and seen.multiplexer == "tmux":
            self._host.in_thread(
                lambda: self._host.call_later(self._have_links, self._terminal_now().links is True)
            )

    def _have_links(self, are_shown: bool) -> None:
        self._host.article_pane.has_links = are_shown
        self._host.article_pane.refresh()

    def _links(self) -> list[Link]:
        """The related link in its pane, else the addresses of the targets; says if there are none."""
        related = self._host.related_pane
        if self._host.place == "related":
            found = [(related.current_title, related.current_url)]
        else:
            found = [(headline.title, headline.url) for headline in self._host.targets]
        links = [link for link in found if link[1]]
        if not found:
            self._host.say(NO_ARTICLE)
        elif not links:
            which = "These articles have" if len(found) > 1 else "This article has"
            self._host.say(f"{which} no address")
        return links

    def _terminal_now(self) -> Terminal:
        """The terminal; inside tmux another one may be attached by now. Runs in a thread."""
        if self.terminal is None or self.terminal.multiplexer == "tmux":
            self.terminal = terminal.here(self._config.terminal)
        return self.terminal

    def action_copy_url(self) -> None:
        self.copy("\n".join(url for _, url in self._links()))

    def action_copy_markdown(self) -> None:
        """Copy title and address as a Markdown link; several as a list of links."""
        from reader.library.export import markdown_link

        lines = [markdown_link(title or url, url) for title, url in self._links()]
        self.copy("\n".join(f"- {line}" for line in lines) if len(lines) > 1 else "".join(lines))

    def copy(self, text: str) -> None:
        """Copy a text to the clipboard in a thread; nothing if it is empty."""
        if text:
            self._host.in_thread(lambda: self._copy(text))

    def _copy(self, text: str) -> None:
        """Runs in a thread."""
        copied = self._sent(text)
        keys = self._keys("show_address")
        sentence = copied.sentence if copied.ok else f"{copied.sentence}; {keys} shows the address"
        self._report(sentence, is_warning=not copied.ok)

    def _sent(self, text: str) -> clipboard.Copied:
        """Runs in a thread."""
        try:
            plan = clipboard.plan(text, self._terminal_now(), self._config.copy)
        except ReaderError as error:
            return clipboard.Copied(False, str(error))
        return clipboard.carry_out(
            plan, lambda sequence: self._host.app.call_from_thread(self._host.output.write, sequence)
        )

    def action_show_address(self) -> None:
        """Show the addresses to click, select or scan; opens and copies nothing."""
        good: list[Link] = []
        for title, url in self._links():
            with reported_errors(self._host.warn):
                good.append((title, opener.checked_url(url)))
        if good:
            self._show_page("", good)

    def _show_page(self, sentence: str, links: Sequence[Link]) -> None:
        from reader.app.screens.addresses import Address  # loaded when it is first opened

        here = self.terminal or terminal.glance(self._config.terminal)
        if self._config.signs == "ascii":  # a code's half blocks would be replaced like all signs
            here = here._replace(is_unicode=False)
        self._host.open_dialog(Address(sentence, links, here, self.copy, self._host.output))

    def action_open_page(self) -> None:
        self.open_links(self._links())

    def list_links(self, links: Sequence[Link]) -> None:
        """List links, to open or copy one."""
        from reader.app.screens.addresses import Links  # loaded when it is first opened

        def open_link(url: str | None) -> None:
            if url:
                self.open_links([("", url)])

        self._host.open_dialog(Links(links, self.copy), open_link)

    def open_links(self, links: Sequence[Link]) -> None:
        """Open pages in a thread, after asking if there are several; each address is checked first."""
        from reader.app.screens.dialogs import Confirm  # loaded when it is first opened

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self._host.in_thread(lambda: self._open(links))

        if len(links) == 1:
            answered(True)
        elif links:
            titles = [title or opener.shown_host(url) or url for title, url in links]
            self._host.open_dialog(Confirm(f"Open {len(links)} pages?", titles), answered)

    def _open(self, links: Sequence[Link]) -> None:
        """Runs in a thread; if no browser takes them, the addresses are shown and copied."""
        here = self._terminal_now()
        sentences: list[str] = []
        left: list[Link] = []
        reason = ""
        for title, url in links:
            try:
                plan = opener.plan(url, here, self._config)
            except ReaderError as error:
                self._report(str(error), is_warning=True)
                continue
            outcome = self._carried_out(plan, here)
            if outcome.ok:
                sentences.append(outcome.sentence)
            else:
                left.append((title, plan.url))
                reason = outcome.sentence
        if sentences:
            self._report(
                sentences[0] if len(sentences) == 1 else f"Sent {len(sentences)} pages to the browser"
            )
        if left:
            sent = self._sent("\n".join(url for _, url in left))
            sentence = f"{reason}. {sent.sentence}." if sent.ok else f"{reason}."
            self._host.call_later(self._show_page, sentence, left)

    def _carried_out(self, plan: opener.Plan, here: Terminal) -> opener.Outcome:
        """Carry out a plan; a notice announces the relay if it is slow."""
        if is_in_browser():
            app = self._host.app
            app.call_from_thread(app.open_url, plan.url)
            return opener.Outcome(True, f"Opened in your browser: {opener.shown_host(plan.url)}")
        if not any(step.kind == "relay" for step in plan.steps):
            return opener.carry_out(plan, here, self._step_aside)
        asking = Timer(SLOW, self._report, ["Contacting your machine…"])
        asking.start()
        try:
            return opener.carry_out(plan, here, self._step_aside)
        finally:
            asking.cancel()

    def action_open_text(self) -> None:
        if links := self._links():
            self._host.in_thread(lambda: self._open_text(links[0][1]))

    def _open_text(self, url: str) -> None:
        """Runs in a thread."""
        try:
            plan = opener.plan_text(url, self._config)
        except ReaderError as error:
            self._report(str(error), is_warning=True)
            return
        outcome = opener.carry_out(plan, self._terminal_now(), self._step_aside)
        self._report(outcome.sentence, is_warning=not outcome.ok)

    def _step_aside(self, argv: Sequence[str]) -> str | None:
        """Runs in a thread: give the terminal to a program until it ends; the reason if it fails."""
        failure: str | None = self._host.app.call_from_thread(self.run_aside, argv)
        return failure

    def run_aside(self, argv: Sequence[str]) -> str | None:
        """Give the terminal to a program until it ends; the reason if it fails. For the main thread."""
        try:
            with self._host.app.suspend():
                code = run_here(argv, {})
        except (OSError, SuspendNotSupported) as error:
            return f"{argv[0]}: {getattr(error, 'strerror', None) or 'cannot suspend the screen here'}"
        return f"{argv[0]} exited with code {code}" if code else None

    def _report(self, sentence: str, *, is_warning: bool = False) -> None:
        """Runs in a thread: report the outcome."""
        self._host.call_later(self._host.warn if is_warning else self._say_done, sentence)

    def _say_done(self, sentence: str) -> None:
        self._host.say(sentence)
        for seconds in LOOK_AGAIN:
            self._host.set_timer(seconds, self._look_for_failures)

    def _look_for_failures(self) -> None:
        for failure in late_failures():
            keys = self._keys("copy_url")
            self._host.warn(f"The browser failed: {failure}; {keys} copies the address")


class PipeAndEdit:
    """Passes articles to other programs."""

    def __init__(self, host: Host, opening: Opening) -> None:
        """`opening` copies and leaves the terminal to a program."""
        self._host, self._opening = host, opening
        self._last_piping: Piping | None = None

    def action_pipe(self) -> None:
        from reader.app.screens.pipe import AskPipe, CommandOutput, Piping  # loaded when it is first opened

        headlines = self._host.targets
        if not headlines:
            self._host.say(NO_ARTICLE)
            return

        def begin(piping: Piping | None) -> None:
            if piping is not None:
                self._last_piping = piping
                text = partial(self._as_text, headlines, piping.form)
                self._host.open_dialog(CommandOutput(piping, text, self._opening.copy))

        what = "this article" if len(headlines) == 1 else counted(len(headlines), "article")
        self._host.open_dialog(AskPipe(what, self._last_piping or Piping("")), begin)

    def _as_text(self, headlines: tuple[Headline, ...], form: str) -> str:
        """The articles as text for the command; called in a thread. Raises ReaderError."""
        from reader.library.export import json_array, json_text, markdown_article, record

        read = self._host.library.read(headlines)
        found = [(article, headline, note) for headline, article, note in read if article]
        if not found:
            raise ReaderError("the file is gone; refresh the list")
        if form == "markdown":
            return "\n---\n\n".join(markdown_article(article) for article, _, _ in found)
        texts = [json_text(record(*one, body=True), indent=2) for one in found]
        return f"{texts[0]}\n" if len(texts) == 1 else "".join(json_array(texts))

    def action_edit_file(self) -> None:
        """Open the article's file in the editor, or in the pager if it is read-only."""
        headline = self._host.target
        if headline is None:
            self._host.say(NO_ARTICLE)
            return
        path = self._host.library.article(headline).path
        if not os.path.isabs(path):
            raise ReaderError("the file of this article is not on this machine")
        if failure := self._opening.run_aside(programs.program_for(path, os.environ)):
            self._host.warn(failure)
        self._host.file_changed()
