"""Marks: read, star, tags, and taking them back.

What is listed stays listed until the question is asked again: no row vanishes from under the cursor because
of a mark.
"""

from __future__ import annotations

from textual import on
from textual.message import Message

from reader.app.browsing.state import Browsing
from reader.errors import ReaderError
from reader.library import Change
from reader.results import Headline, Results
from reader.text import clean_line


class Marking(Browsing):
    """Every key that changes a mark; a mark is on disk when its key has returned."""

    class Marked(Message):
        """A worker has changed the marks of many articles."""

        def __init__(self, sentence: str, is_warning: bool = False) -> None:
            super().__init__()
            self.sentence = sentence
            self.is_warning = is_warning

    @property
    def target(self) -> Headline | None:
        """The article that a mark is meant for: that of the list's cursor, or the one being read."""
        return self.headline if self.place in ("article", "related") else self.articles.headline

    def mark(self, headline: Headline, change: Change) -> bool:
        """Change one article's marks and show it; False, and a sentence said, where it can't be kept."""
        try:
            self.library.mark([headline], change)
        except ReaderError as error:
            self.say(str(error), is_warning=True)
            return False
        self.show_marks()
        return True

    def show_marks(self) -> None:
        """Show the marks as they are now, in the list, the article and the counts."""
        self.articles.reload()
        self.renew_headline()
        self.recount()

    def renew_headline(self) -> None:
        """Give the article pane the headline with its marks as they are now."""
        if self.headline is None:
            return
        here = self.articles.headline
        try:
            newer = here if here and here.id == self.headline.id else self.library.find(self.headline.id)
        except ReaderError:
            return
        self.set_reactive(Browsing.headline, newer)
        shown = self.article_pane.shown
        if shown is not None:
            self.article_pane.shown = (shown[0], newer)

    def action_toggle_read(self) -> None:
        """Mark as read, or as unread."""
        if self.target is not None:
            self.mark(self.target, Change(read=not self.target.is_read))

    def action_toggle_star(self) -> None:
        """Put a star on the article, or take it away."""
        if self.target is not None:
            self.mark(self.target, Change(starred=not self.target.is_starred))

    def action_edit_tags(self) -> None:
        """Ask for the tags, with commas between them."""
        from reader.app.screens.dialogs import Ask

        target = self.target
        if target is None:
            return

        def change(answer: str | None) -> None:
            if answer is None:
                return
            wanted = [clean_line(tag.strip().lstrip("#")) for tag in answer.split(",")]
            tags = tuple(dict.fromkeys(tag for tag in wanted if tag))
            added = tuple(tag for tag in tags if tag not in target.tags)
            removed = tuple(tag for tag in target.tags if tag not in tags)
            if added or removed:
                self.mark(target, Change(add_tags=added, remove_tags=removed))

        self.app.push_screen(Ask("Tags, with commas between them", ", ".join(target.tags)), change)

    def action_read_all(self) -> None:
        """Mark all listed articles as read, after asking."""
        from reader.app.screens.dialogs import Confirm

        results = self.results
        if results is None or not len(results):
            self.say("There is nothing to mark")
            return

        def mark(is_sure: bool | None) -> None:
            if is_sure:
                self.in_thread(lambda: self._mark_all(results), "mark")

        question = f"Mark all {len(results):,} listed articles as read?"
        self.app.push_screen(Confirm(question if len(results) > 1 else "Mark this article as read?"), mark)

    def _mark_all(self, results: Results) -> None:
        """Runs in a thread, for there can be a million."""
        try:
            count = self.library.mark(results, Change(read=True))
        except ReaderError as error:
            self.post_message(self.Marked(str(error), is_warning=True))
        else:
            self.post_message(self.Marked(f"{count:,} marked as read; u takes it back"))

    @on(Marked)
    def _show_marked(self, message: Marked) -> None:
        self.say(message.sentence, is_warning=message.is_warning)
        self.show_marks()

    def action_undo(self) -> None:
        """Take the last mark back."""
        self._travel(undo=True)

    def action_redo(self) -> None:
        """Do again what was undone."""
        self._travel(undo=False)

    def _travel(self, *, undo: bool) -> None:
        try:
            done = self.library.undo() if undo else self.library.redo()
        except ReaderError as error:
            self.say(str(error), is_warning=True)
            return
        if done is None:
            self.say("There is nothing to undo" if undo else "There is nothing to redo")
            return
        self.say(f"Undone: {done}" if undo else f"Done again: {done}")
        self.show_marks()
