"""Getting a URL out: to the browser, or to the clipboard of the terminal that the person sits at."""

from __future__ import annotations

from textual import on
from textual.message import Message

from reader import clipboard, opener, terminal
from reader.app.browsing.state import Browsing
from reader.app.messages import UrlPressed
from reader.errors import ReaderError
from reader.terminal import Terminal


class Opening(Browsing):
    """Every key by which a page or its address leaves the screen."""

    class UrlHandled(Message):
        """A worker has opened or copied a URL, or could not."""

        def __init__(self, sentence: str, is_warning: bool = False, url: str = "") -> None:
            super().__init__()
            self.sentence = sentence
            self.is_warning = is_warning
            self.url = url
            """To be shown whole, for the person to take it from the screen."""

    terminal: Terminal | None = None
    """What this terminal can do; looked at when it is first needed, for that takes 20 ms in tmux."""

    @property
    def current_link(self) -> tuple[str, str]:
        """Title and URL of what a key is meant for: the related link in its pane, else the article."""
        if self.place == "related":
            return self.related_pane.current_title, self.related_pane.current_url
        headline = self.headline if self.place == "article" else self.articles.headline
        return (headline.title, headline.url) if headline else ("", "")

    def action_open_page(self) -> None:
        """Open the page in the person's browser."""
        self.open_url(self.current_link[1])

    def action_copy_url(self) -> None:
        """Copy the address."""
        self.copy(self.current_link[1])

    def action_copy_markdown(self) -> None:
        """Copy title and address as a Markdown link."""
        title, url = self.current_link
        name = title.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
        self.copy(f"[{name}]({url})" if url else "")

    @on(UrlPressed)
    def _url_pressed(self, message: UrlPressed) -> None:
        self.open_url(message.url)

    def open_url(self, url: str) -> None:
        """Open a URL in a thread; it is checked before anything is started."""
        if not url:
            self.say("This article has no address")
            return
        self.in_thread(lambda: self._open(url), "open")

    def copy(self, text: str) -> None:
        """Send a text to the clipboard in a thread."""
        if not text:
            self.say("This article has no address")
            return
        self.in_thread(lambda: self._copy(text), "open")

    def _here(self) -> Terminal:
        if self.terminal is None:
            self.terminal = terminal.here()
        return self.terminal

    def _open(self, url: str) -> None:
        """Runs in a thread; where no browser can be started, the address is shown and copied."""
        try:
            plan = opener.plan(url, self._here(), self.config.browser)
        except ReaderError as error:
            self.post_message(self.UrlHandled(str(error), is_warning=True))
            return
        outcome = opener.carry_out(plan)
        if outcome.ok:
            self.post_message(self.UrlHandled(outcome.sentence))
        else:
            reason = outcome.sentence.replace(plan.url, "").rstrip(" :;")
            self.post_message(self.UrlHandled(f"{reason}\n{self._send(plan.url)}".strip(), url=plan.url))

    def _copy(self, text: str) -> None:
        """Runs in a thread."""
        sentence = self._send(text)
        self.post_message(self.UrlHandled(sentence or "There is no clipboard here", is_warning=not sentence))

    def _send(self, text: str) -> str:
        """Send to the clipboard; what was done, or nothing."""
        try:
            copied = clipboard.carry_out(clipboard.plan(text, self._here()), self._write)
        except ReaderError as error:
            return str(error)
        return copied.sentence if copied.ok else ""

    def _write(self, sequence: str) -> None:
        """Write to the terminal between two paints."""
        self.app.call_from_thread(self.write_out, sequence)

    def write_out(self, sequence: str) -> None:
        """Write a sequence to the terminal as it is."""
        raise NotImplementedError

    @on(UrlHandled)
    def _say_what_was_done(self, message: UrlHandled) -> None:
        if not message.url:
            self.say(message.sentence, is_warning=message.is_warning)
            return
        from reader.app.screens.address import Address

        self.app.push_screen(Address(message.sentence, message.url))
