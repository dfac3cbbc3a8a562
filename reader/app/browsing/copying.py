"""Getting addresses out: what a key is meant for, and how it gets to the clipboard."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.message import Message

from reader import terminal
from reader.app.browsing.selecting import Selecting
from reader.errors import ReaderError
from reader.opening import clipboard
from reader.terminal import Terminal

Link = tuple[str, str]
"""Title and URL, as the file says them."""


class Copying(Selecting):
    """Every key that copies, and what opening shares with it."""

    @dataclass
    class Handled(Message):
        """A worker has opened or copied something, or could not."""

        sentence: str
        is_warning: bool = False

    @dataclass
    class LinksKnown(Message):
        """A worker has asked tmux whether it passes links on."""

        are_shown: bool

    terminal: Terminal | None = None
    """What this terminal can do, as far as it was needed yet."""

    def links_meant(self) -> list[Link]:
        """What a key is meant for: the related link in its pane, else the article or the selected ones.

        Says so where none of them has an address.
        """
        if self.place == "related":
            found = [(self.related_pane.current_title, self.related_pane.current_url)]
        else:
            found = [(headline.title, headline.url) for headline in self.meant]
        links = [link for link in found if link[1]]
        if found and not links:
            self.say("None of these has an address" if len(found) > 1 else "This article has no address")
        return links

    def action_copy_url(self) -> None:
        """Copy the address, or those of the selected articles, a line each."""
        self.copy("\n".join(url for _, url in self.links_meant()))

    def action_copy_markdown(self) -> None:
        """Copy title and address as a Markdown link; of several a list of links."""
        from reader.library.export import markdown_link

        lines = [markdown_link(title or url, url) for title, url in self.links_meant()]
        self.copy("\n".join(f"- {line}" for line in lines) if len(lines) > 1 else "".join(lines))

    def copy(self, text: str) -> None:
        """Send a text to the clipboard in a thread; nothing where it is empty."""
        if text:
            self.in_thread(lambda: self._copy(text), "open")

    def look_for_links(self) -> None:
        """Let addresses in the article be links of the terminal's own, where it is known to show them."""
        self.article_pane.has_links = self.seen.links is True
        if self.seen.links is None and self.seen.multiplexer == "tmux":
            self.in_thread(self._ask_tmux, "tmux")

    def _ask_tmux(self) -> None:
        """Runs in a thread."""
        self.post_message(self.LinksKnown(self.terminal_now().links is True))

    @on(LinksKnown)
    def _have_links(self, message: LinksKnown) -> None:
        self.article_pane.has_links = message.are_shown
        self.article_pane.refresh()

    def terminal_now(self) -> Terminal:
        """Runs in a thread: within tmux somebody else may be attached by now."""
        if self.terminal is None or self.terminal.multiplexer == "tmux":
            self.terminal = terminal.here(terminal.choices(self.config.terminal))
        return self.terminal

    def terminal_known(self) -> Terminal:
        """What is known without asking anybody."""
        return self.terminal or terminal.glance(terminal.choices(self.config.terminal))

    def _copy(self, text: str) -> None:
        """Runs in a thread."""
        copied = self.sent(text)
        sentence = copied.sentence if copied.ok else f"{copied.sentence}; L shows the address"
        self.post_message(self.Handled(sentence, is_warning=not copied.ok))

    def sent(self, text: str) -> clipboard.Copied:
        """Send to the clipboard, in a thread; what came of it."""
        try:
            plan = clipboard.plan(text, self.terminal_now(), self.config.copy)
        except ReaderError as error:
            return clipboard.Copied(False, str(error))
        return clipboard.carry_out(plan, self._write)

    def _write(self, sequence: str) -> None:
        """Write to the terminal between two paints."""
        self.app.call_from_thread(self.output.write, sequence)
