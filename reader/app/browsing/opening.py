"""Getting pages and their addresses out: to a browser, to the clipboard, before the person's eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Timer

from textual import on
from textual.app import SuspendNotSupported
from textual.message import Message

from reader.app.browsing.copying import Copying, Link
from reader.app.messages import UrlPressed
from reader.errors import ReaderError
from reader.opening import opener
from reader.opening.starting import late_failures, run_here
from reader.terminal import Terminal

SLOW = 0.6
"""Seconds after which it is said what is being waited for."""
LOOK_AGAIN = (3.0, 12.0)
"""Seconds after which it is seen whether a browser that was started has failed in the meantime."""


class Opening(Copying):
    """Every key by which a page or its address leaves the screen."""

    @dataclass
    class NotOpened(Message):
        """No browser took these pages: their addresses are to be shown."""

        sentence: str
        links: Sequence[Link]
        """Their URLs are checked."""

    def action_open_page(self) -> None:
        """Open the page in the person's browser, or the pages of the selected articles."""
        self.open_links(self.links_meant())

    def action_open_text(self) -> None:
        """Read the page in a text browser, in this terminal."""
        if links := self.links_meant():
            self.in_thread(lambda: self._open_text(links[0][1]), "open")

    def action_show_address(self) -> None:
        """Show the address to press, select or scan; nothing is opened or copied."""
        good: list[Link] = []
        for title, url in self.links_meant():
            try:
                good.append((title, opener.checked_url(url)))
            except ReaderError as error:
                self.say(str(error), is_warning=True)
        if good:
            self.post_message(self.NotOpened("", good))

    @on(UrlPressed)
    def _url_pressed(self, message: UrlPressed) -> None:
        self.open_links([("", message.url)])

    def open_links(self, links: Sequence[Link]) -> None:
        """Open pages in a thread, after asking where they are several; each is checked before."""
        if len(links) > 1:
            self._ask_for_several(links)
        elif links:
            self.in_thread(lambda: self._open(links), "open")

    def _ask_for_several(self, links: Sequence[Link]) -> None:
        from reader.app.screens.dialogs import Confirm

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self.in_thread(lambda: self._open(links), "open")

        titles = [title or opener.shown_host(url) or url for title, url in links]
        self.app.push_screen(Confirm(f"Open {len(links)} pages?", titles), answered)

    def _open(self, links: Sequence[Link]) -> None:
        """Runs in a thread; where no browser takes them, the addresses are shown and copied."""
        here = self.terminal_now()
        said: list[str] = []
        left: list[Link] = []
        reason = ""
        for title, url in links:
            try:
                plan = opener.plan(url, here, self.config)
            except ReaderError as error:
                self.post_message(self.Handled(str(error), is_warning=True))
                continue
            outcome = self._carried_out(plan, here)
            if outcome.ok:
                said.append(outcome.sentence)
            else:
                left.append((title, plan.url))
                reason = outcome.sentence
        if said:
            sentence = said[0] if len(said) == 1 else f"Sent to the browser: {len(said)} pages"
            self.post_message(self.Handled(sentence))
        if left:
            sent = self.sent("\n".join(url for _, url in left))
            self.post_message(
                self.NotOpened(f"{reason}. {sent.sentence}." if sent.ok else f"{reason}.", left)
            )

    def _carried_out(self, plan: opener.Plan, here: Terminal) -> opener.Outcome:
        """Says what is being done where a slow line makes it last."""
        if not any(step.kind == "relay" for step in plan.steps):
            return opener.carry_out(plan, here, self._step_aside)
        asking = Timer(SLOW, self.post_message, [self.Handled("Asking your own machine…")])
        asking.start()
        try:
            return opener.carry_out(plan, here, self._step_aside)
        finally:
            asking.cancel()

    def _open_text(self, url: str) -> None:
        """Runs in a thread."""
        try:
            plan = opener.plan_text(url, self.config)
        except ReaderError as error:
            self.post_message(self.Handled(str(error), is_warning=True))
            return
        outcome = opener.carry_out(plan, self.terminal_now(), self._step_aside)
        self.post_message(self.Handled(outcome.sentence, is_warning=not outcome.ok))

    def _step_aside(self, argv: Sequence[str]) -> str | None:
        """Leave the terminal to a program until it ends; why it failed. Called in a thread."""
        return self.app.call_from_thread(self.run_aside, argv)

    def run_aside(self, argv: Sequence[str]) -> str | None:
        """Leave the terminal to a program until it ends; why it failed. For the main thread."""
        try:
            with self.app.suspend():
                code = run_here(argv, {})
        except (OSError, SuspendNotSupported) as error:
            return f"{argv[0]}: {getattr(error, 'strerror', None) or 'the screen can not step aside here'}"
        return f"{argv[0]}: it ended with {code}" if code else None

    @on(Copying.Handled)
    def _say_what_was_done(self, message: Copying.Handled) -> None:
        self.say(message.sentence, is_warning=message.is_warning)
        for seconds in () if message.is_warning else LOOK_AGAIN:
            self.set_timer(seconds, self._look_for_failures)

    @on(NotOpened)
    def _show_addresses(self, message: NotOpened) -> None:
        from reader.app.screens.address import Address

        here = self.terminal_known()
        if self.config.signs == "ascii":  # a code's half blocks would be replaced like all signs
            here = here._replace(is_unicode=False)
        self.app.push_screen(Address(message.sentence, message.links, here, self.copy, self.output))

    def _look_for_failures(self) -> None:
        for failure in late_failures():
            self.say(f"The browser failed: {failure}. y copies the address.", is_warning=True)
