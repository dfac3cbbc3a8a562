"""Articles in other programs: their text piped to a command, their file in an editor."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reader.app.browsing.host import Host
from reader.app.wording import NO_ARTICLE
from reader.errors import ReaderError, counted
from reader.library import Library
from reader.opening import programs

if TYPE_CHECKING:
    from reader.app.screens.pipe import Piping
    from reader.query.results import Headline


class PipeAndEdit:
    """Gives articles to other people's programs."""

    def __init__(
        self,
        host: Host,
        library: Library,
        *,
        copy: Callable[[str], object],
        run_aside: Callable[[Sequence[str]], str | None],
    ) -> None:
        """`copy` copies to the clipboard; `run_aside` leaves the terminal to a program, and gives why it
        failed."""
        self._host, self._library = host, library
        self._copy, self.run_aside = copy, run_aside
        self._last_piping: Piping | None = None

    def pipe(self, headlines: tuple[Headline, ...]) -> None:
        """Ask for a command, pipe the articles to it, and show its output."""
        from reader.app.screens.pipe import AskPipe, Piping, Printed  # loaded when it is first opened

        if not headlines:
            self._host.say(NO_ARTICLE)
            return

        def begin(piping: Piping | None) -> None:
            if piping is not None:
                self._last_piping = piping
                text = lambda: self._as_text(headlines, piping.form)  # noqa: E731
                self._host.open_dialog(Printed(piping, text, self._copy))

        what = "this article" if len(headlines) == 1 else counted(len(headlines), "article")
        self._host.open_dialog(AskPipe(what, self._last_piping or Piping("")), begin)

    def _as_text(self, headlines: tuple[Headline, ...], form: str) -> str:
        """What the command reads; called in a thread. Raises ReaderError."""
        from reader.library.export import json_array, json_text, markdown_article, record

        found = [one for one in self._library.read(headlines) if one[1] is not None]
        if not found:
            raise ReaderError("the file is gone; refresh to see what is there now")
        if form == "markdown":
            return "\n---\n\n".join(markdown_article(article) for _, article, _ in found if article)
        texts = [
            json_text(record(article, headline, note, body=True), indent=2)
            for headline, article, note in found if article
        ]  # fmt: skip
        return f"{texts[0]}\n" if len(texts) == 1 else "".join(json_array(texts))

    def edit(self, headline: Headline | None) -> bool:
        """Open the article's file in the editor, or in the pager if it is read-only; False if that failed."""
        if headline is None:
            self._host.say(NO_ARTICLE)
            return False
        try:
            argv = programs.program_for(self._library.article(headline).path, os.environ)
        except ReaderError as error:
            self._host.say(str(error), is_warning=True)
            return False
        if failure := self.run_aside(argv):
            self._host.say(failure, is_warning=True)
        return True
