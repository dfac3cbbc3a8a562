"""Getting pages and their addresses out: to a browser, to the clipboard, before the person's eyes."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Timer

from textual import on
from textual.app import SuspendNotSupported
from textual.message import Message

from reader import clipboard, opener, terminal
from reader.app.browsing.selecting import Selecting
from reader.app.messages import UrlPressed
from reader.errors import ReaderError
from reader.starting import late_failures, run_here
from reader.terminal import Terminal

SLOW = 0.6
"""Seconds after which it is said what is being waited for."""
LOOK_AGAIN = (3.0, 12.0)
"""Seconds after which it is seen whether a browser that was started has failed in the meantime."""

Link = tuple[str, str]
"""Title and URL, as the file says them."""


class Opening(Selecting):
    """Every key by which a page or its address leaves the screen."""

    class Handled(Message):
        """A worker has opened or copied something, or could not."""

        def __init__(self, sentence: str, is_warning: bool = False) -> None:
            super().__init__()
            self.sentence = sentence
            self.is_warning = is_warning

    class NotOpened(Message):
        """No browser took these pages: their addresses are to be shown."""

        def __init__(self, sentence: str, links: Sequence[Link]) -> None:
            super().__init__()
            self.sentence = sentence
            self.links = tuple(links)
            """Their URLs are checked."""

    terminal: Terminal | None = None
    """What this terminal can do, as far as it was needed yet."""

    def _links(self) -> list[Link]:
        """What a key is meant for: the related link in its pane, else the article or the selected ones.

        Says so where none of them has an address.
        """
        if self.place == "related":
            found = [(self.related_pane.current_title, self.related_pane.current_url)]
        else:
            found = [(headline.title, headline.url) for headline in self.targets]
        links = [link for link in found if link[1]]
        if not links:
            self.say("None of these has an address" if len(found) > 1 else "This article has no address")
        return links

    def action_open_page(self) -> None:
        """Open the page in the person's browser, or the pages of the selected articles."""
        self.open_links(self._links())

    def action_open_text(self) -> None:
        """Read the page in a text browser, in this terminal."""
        if links := self._links():
            self.in_thread(lambda: self._open_text(links[0][1]), "open")

    def action_show_address(self) -> None:
        """Show the address to press, select or scan; nothing is opened or copied."""
        good: list[Link] = []
        for title, url in self._links():
            try:
                good.append((title, opener.checked_url(url)))
            except ReaderError as error:
                self.say(str(error), is_warning=True)
        if good:
            self.post_message(self.NotOpened("", good))

    def action_copy_url(self) -> None:
        """Copy the address, or those of the selected articles, a line each."""
        self.copy("\n".join(url for _, url in self._links()))

    def action_copy_markdown(self) -> None:
        """Copy title and address as a Markdown link; of several a list of links."""
        lines = [as_markdown(link) for link in self._links()]
        self.copy("\n".join(f"- {line}" for line in lines) if len(lines) > 1 else "".join(lines))

    @on(UrlPressed)
    def _url_pressed(self, message: UrlPressed) -> None:
        self.open_links([("", message.url)])

    def open_links(self, links: Sequence[Link]) -> None:
        """Open pages in a thread, after asking where they are several; each is checked before."""
        if len(links) > 1:
            self._ask_for_several(links)
        elif links:
            self.in_thread(lambda: self._open(links), "open")

    def copy(self, text: str) -> None:
        """Send a text to the clipboard in a thread; nothing where it is empty."""
        if text:
            self.in_thread(lambda: self._copy(text), "open")

    def _ask_for_several(self, links: Sequence[Link]) -> None:
        from reader.app.screens.dialogs import Confirm

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self.in_thread(lambda: self._open(links), "open")

        titles = [title or opener.shown_host(url) or url for title, url in links]
        self.app.push_screen(Confirm(f"Open {len(links)} pages?", titles), answered)

    def _here(self) -> Terminal:
        """Runs in a thread: within tmux somebody else may be attached by now."""
        if self.terminal is None or self.terminal.multiplexer == "tmux":
            self.terminal = terminal.here(terminal.choices(self.config.terminal))
        return self.terminal

    def _known(self) -> Terminal:
        """What is known without asking anybody."""
        return self.terminal or terminal.glance(terminal.choices(self.config.terminal))

    def _open(self, links: Sequence[Link]) -> None:
        """Runs in a thread; where no browser takes them, the addresses are shown and copied."""
        here = self._here()
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
            sent = self._send("\n".join(url for _, url in left))
            self.post_message(self.NotOpened(f"{reason}. {sent}", left))

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
        outcome = opener.carry_out(plan, self._here(), self._step_aside)
        self.post_message(self.Handled(outcome.sentence, is_warning=not outcome.ok))

    def _step_aside(self, argv: Sequence[str]) -> str | None:
        """Leave the terminal to a program until it ends; why it failed. Called in a thread."""
        return self.app.call_from_thread(self._run_aside, argv)

    def _run_aside(self, argv: Sequence[str]) -> str | None:
        try:
            with self.app.suspend():
                code = run_here(argv, {})
        except (OSError, SuspendNotSupported) as error:
            return f"{argv[0]}: {getattr(error, 'strerror', None) or 'the screen can not step aside here'}"
        return f"{argv[0]}: it ended with {code}" if code else None

    def _copy(self, text: str) -> None:
        """Runs in a thread."""
        try:
            copied = clipboard.carry_out(self._to_copy(text), self._write)
        except ReaderError as error:
            copied = clipboard.Copied(False, str(error))
        sentence = copied.sentence if copied.ok else f"{copied.sentence}; L shows the address"
        self.post_message(self.Handled(sentence, is_warning=not copied.ok))

    def _send(self, text: str) -> str:
        """Send to the clipboard by the way; what was done, or nothing."""
        try:
            copied = clipboard.carry_out(self._to_copy(text), self._write)
        except ReaderError:
            return ""
        return f"{copied.sentence}." if copied.ok else ""

    def _to_copy(self, text: str) -> clipboard.CopyPlan:
        return clipboard.plan(text, self._here(), self.config.copy)

    def _write(self, sequence: str) -> None:
        """Write to the terminal between two paints."""
        self.app.call_from_thread(self.write_out, sequence)

    def write_out(self, sequence: str) -> None:
        """Write a sequence to the terminal as it is."""
        raise NotImplementedError

    @on(Handled)
    def _say_what_was_done(self, message: Handled) -> None:
        self.say(message.sentence, is_warning=message.is_warning)
        for seconds in () if message.is_warning else LOOK_AGAIN:
            self.set_timer(seconds, self._look_for_failures)

    @on(NotOpened)
    def _show_addresses(self, message: NotOpened) -> None:
        from reader.app.screens.address import Address

        self.app.push_screen(Address(message.sentence, message.links, self._known(), self.copy))

    def _look_for_failures(self) -> None:
        for failure in late_failures():
            self.say(f"The browser failed: {failure}. y copies the address.", is_warning=True)


def as_markdown(link: Link) -> str:
    """Title and address as a Markdown link; empty where there is no address."""
    title, url = link
    name = title.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return f"[{name}]({url})" if url else ""
