"""Handing articles on: their text to a command, their file to an editor."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reader.app.browsing.marking import Marking
from reader.app.browsing.opening import Opening
from reader.app.wording import NO_ARTICLE
from reader.errors import ReaderError, counted
from reader.opening import programs

if TYPE_CHECKING:
    from reader.app.screens.pipe import Piping
    from reader.query.results import Headline


class Handing(Marking, Opening):
    """Every key that hands articles to other people's programs."""

    _last_piping: Piping | None = None

    def action_pipe(self) -> None:
        """Ask for a command, give it the articles, and show what it says."""
        from reader.app.screens.pipe import AskPipe, Piping, Printed

        targets = self.targets
        if not targets:
            self.say("There is no article to pipe")
            return

        def begin(piping: Piping | None) -> None:
            if piping is not None:
                self._last_piping = piping
                self.app.push_screen(Printed(piping, lambda: self._as_text(targets, piping.form), self.copy))

        what = "this article" if len(targets) == 1 else counted(len(targets), "article")
        self.app.push_screen(AskPipe(what, self._last_piping or Piping("")), begin)

    def _as_text(self, headlines: tuple[Headline, ...], form: str) -> str:
        """What the command reads; called in a thread. Raises ReaderError."""
        from reader.library.export import json_array, json_text, markdown_article, record

        found = [one for one in self.library.read(headlines) if one[1] is not None]
        if not found:
            raise ReaderError("the file has gone: refresh to see what is there now")
        if form == "markdown":
            return "\n---\n\n".join(markdown_article(article) for _, article, _ in found if article)
        texts = [
            json_text(record(article, headline, note, body=True), indent=2)
            for headline, article, note in found if article
        ]  # fmt: skip
        return f"{texts[0]}\n" if len(texts) == 1 else "".join(json_array(texts))

    def action_edit_file(self) -> None:
        """Open the article's file in the editor, or in the pager where it can't be written."""
        target = self.target
        if target is None:
            self.say(NO_ARTICLE)
            return
        try:
            argv = programs.program_for(self.library.article(target).path, os.environ)
        except ReaderError as error:
            self.say(str(error), is_warning=True)
            return
        failure = self.run_aside(argv)
        if failure:
            self.say(failure, is_warning=True)
        self.read_again()
        self.look_again()

    def look_again(self) -> None:
        """Look for new and changed files."""
        raise NotImplementedError
