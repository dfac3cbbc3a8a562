"""Marks: read, star, tags, a note, and taking them back.

What is listed stays listed until the question is asked again: no row vanishes from under the cursor because
of a mark.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from textual import on
from textual.message import Message

from reader.app.browsing.selecting import Selecting
from reader.app.browsing.state import Browsing
from reader.article.text import clean, clean_line
from reader.errors import ReaderError, counted
from reader.library import Change
from reader.query import Query
from reader.query.results import Headline

MOST_COMPARED = 50
"""Selected articles whose notes are looked at before a new one is written."""


def tags_in(answer: str) -> tuple[str, ...]:
    """The tags that a person wrote, with commas between them, each once."""
    wanted = [clean_line(tag.strip().lstrip("#")) for tag in answer.split(",")]
    return tuple(dict.fromkeys(tag for tag in wanted if tag))


class Marking(Selecting):
    """Every key that changes a mark. What one article is marked with is on disk when its key has returned;
    what can be a million articles is changed in a thread, one change after another."""

    @dataclass
    class Marked(Message):
        """A thread has changed marks, or could not."""

        sentence: str
        is_warning: bool = False

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)
        self._changes: deque[Callable[[], str]] = deque()
        self._changing = Lock()
        self._is_changing = False

    def mark(self, headlines: Sequence[Headline], change: Change) -> None:
        """Change the marks of these articles and show it; said where it can't be kept."""

        def work() -> str:
            count = self.library.mark(headlines, change)
            return self.done(count, change) if len(headlines) > 1 else ""

        if self._is_changing:
            self.in_order(work)
            return
        try:
            sentence = work()
        except ReaderError as error:
            self.say(str(error), is_warning=True)
            return
        if sentence:
            self.say(sentence)
        self.show_marks()

    def done(self, count: int, change: Change) -> str:
        """What is said of a change of several articles."""
        return f"{count:,} {change.words}; {self.keymap.words('undo')} takes it back"

    def in_order(self, work: Callable[[], str]) -> None:
        """Change marks in a thread, after the changes that were asked for before; what it gives is said."""
        with self._changing:
            self._changes.append(work)
            starts, self._is_changing = not self._is_changing, True
        if starts:
            self.in_thread(self._change_on, "mark")

    def _change_on(self) -> None:
        """Runs in a thread until nothing is left to change, and only posts messages."""
        while True:
            with self._changing:
                if not self._changes:
                    self._is_changing = False
                    return
                work = self._changes.popleft()
            try:
                self.post_message(self.Marked(work()))
            except ReaderError as error:
                self.post_message(self.Marked(str(error), is_warning=True))
            except BaseException:
                with self._changing:
                    self._is_changing = False
                raise

    @on(Marked)
    def _show_marked(self, message: Marked) -> None:
        if message.sentence:
            self.say(message.sentence, is_warning=message.is_warning)
        self.show_marks()

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
            self.article_pane.note = self.library.note(newer)
        except ReaderError:
            return
        self.set_reactive(Browsing.headline, newer)
        shown = self.article_pane.shown
        if shown is not None:
            self.article_pane.shown = (shown[0], newer)

    def as_they_are(self, headlines: Sequence[Headline]) -> list[Headline]:
        """These articles with their marks as they are now; those that have gone are left out."""
        found = []
        for headline in headlines:
            with suppress(ReaderError):
                found.append(self.library.find(headline.id))
        return found

    def action_toggle_read(self) -> None:
        """Mark as read, or as unread where all of them are read."""
        found = self.as_they_are(self.meant)
        if found:
            self.mark(found, Change(read=not all(one.is_read for one in found)))

    def action_toggle_star(self) -> None:
        """Put a star on the articles, or take it away where all of them have one."""
        found = self.as_they_are(self.meant)
        if found:
            self.mark(found, Change(starred=not all(one.is_starred for one in found)))

    def action_edit_tags(self) -> None:
        """Ask for the tags, with commas between them; of several articles for what to add and take away."""
        found = self.as_they_are(self.meant)
        if len(found) == 1:
            self.ask_tags(
                "Tags, with commas between them", found[0].tags, lambda change: self.mark(found, change)
            )
        elif found:
            self.ask_more_tags(counted(len(found), "article"), lambda change: self.mark(found, change))

    def ask_tags(self, title: str, tags: tuple[str, ...], then: Callable[[Change], object]) -> None:
        """Ask for all the tags, beginning with those that there are."""

        def change(answer: str | None) -> None:
            if answer is None:
                return
            wanted = tags_in(answer)
            added = tuple(tag for tag in wanted if tag not in tags)
            removed = tuple(tag for tag in tags if tag not in wanted)
            if added or removed:
                then(Change(add_tags=added, remove_tags=removed))

        self._ask_line(title, ", ".join(tags), change)

    def ask_more_tags(self, whose: str, then: Callable[[Change], object]) -> None:
        """Ask for tags to add to many articles, or with a minus to take away from them."""

        def change(answer: str | None) -> None:
            tags = tags_in(answer or "")
            added = tuple(tag for tag in tags if not tag.startswith("-"))
            removed = tuple(clean_line(tag[1:]) for tag in tags if tag.startswith("-") and tag[1:].strip())
            if added or removed:
                then(Change(add_tags=added, remove_tags=removed))

        self._ask_line(f"Tags for {whose}; with a minus before it one is taken away", "", change)

    def _ask_line(self, title: str, value: str, then: Callable[[str | None], None]) -> None:
        from reader.app.screens.dialogs import Ask

        try:
            known = [found.value for found in self.library.facet("tag", Query(), self.clock()).values]
        except ReaderError:
            known = []
        self.app.push_screen(Ask(title, value, known), then)

    def action_edit_note(self) -> None:
        """Write a note on the article, or on all that are selected."""
        found = self.as_they_are(self.meant)
        if not found:
            return
        notes = {self.library.note(one) for one in found[:MOST_COMPARED]}
        note = notes.pop() if len(notes) == 1 and len(found) <= MOST_COMPARED else ""
        many = f"Note on {counted(len(found), 'article')}" + (
            "; it takes the place of theirs" if notes else ""
        )
        self.ask_note(many if len(found) > 1 else "Note", note, lambda change: self.mark(found, change))

    def ask_note(self, title: str, note: str, then: Callable[[Change], object]) -> None:
        """Ask for a note, beginning with the one that there is."""
        from reader.app.screens.note import Note

        def change(answer: str | None) -> None:
            if answer is not None and clean(answer) != note:
                then(Change(note=clean(answer)))

        self.app.push_screen(Note(title, note), change)

    def action_undo(self) -> None:
        """Take the last mark back."""
        self._travel(undo=True)

    def action_redo(self) -> None:
        """Do again what was undone."""
        self._travel(undo=False)

    def _travel(self, *, undo: bool) -> None:
        def work() -> str:
            done = self.library.undo() if undo else self.library.redo()
            if done is None:
                return "There is nothing to undo" if undo else "There is nothing to redo"
            return f"Undone: {done}" if undo else f"Done again: {done}"

        self.in_order(work)
