"""Marks on one article or many: read, star, tags, a note; undo and redo.

Listed articles stay in the list until the query is run again: no row disappears from under the cursor because
of a mark.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from reader.app.browsing.host import Host
from reader.app.wording import NO_ARTICLE, error_notice, reported_errors
from reader.article.text import clean, clean_line
from reader.errors import ReaderError, counted
from reader.library import Change
from reader.query import Query
from reader.query.results import Headline, Results, Stretch

if TYPE_CHECKING:
    from reader.app.screens.dialogs import Choice

MOST_COMPARED = 50
"""Maximum number of selected articles whose notes are read before a new one is written."""
MOST_QUICK = 5_000
"""More articles than this get a notice before they are marked."""

Which: TypeAlias = "tuple[Headline, ...] | Results | Stretch"
"""The articles to mark."""

_SIMPLE = {
    "r": Change(read=True), "u": Change(read=False), "s": Change(starred=True), "x": Change(starred=False),
}  # fmt: skip
"""The keys of `MarkMany` that need no further input."""


class MarkCommands:
    """Changes marks. Those of one article are on disk when its key has returned; changes that may concern
    a million articles are made in a thread, one after another."""

    def __init__(self, host: Host) -> None:
        self._host, self._library, self._articles = host, host.library, host.articles
        self._waiting: deque[Callable[[], str]] = deque()
        """Changes to be made by the thread, including the current one."""
        self._lock = Lock()

    def mark(self, headlines: Sequence[Headline], change: Change, *, is_undoable: bool = True) -> None:
        """Change the marks of these articles; a notice reports failure."""

        def work() -> str:
            count = self._library.mark(headlines, change, is_undoable=is_undoable)
            return self._done(count, change) if len(headlines) > 1 else ""

        if self._waiting:
            self._in_order(work)
            return
        with reported_errors(self._host.warn):
            self._finished(work())

    def _done(self, count: int, change: Change) -> str:
        return f"{count:,} {change.words}; {self._host.keymap.in_a_sentence('undo')} undoes it"

    def _in_order(self, work: Callable[[], str]) -> None:
        """Change marks in a thread, after earlier changes."""
        with self._lock:
            self._waiting.append(work)
            is_first = len(self._waiting) == 1
        if is_first:
            self._host.in_thread(self._work, must_finish=True)

    def _work(self) -> None:
        """Runs in a thread until nothing is left to change."""
        is_left = True
        while is_left:
            try:
                self._host.call_later(self._finished, self._waiting[0]())
            except Exception as error:
                self._host.call_later(self._host.warn, error_notice(error))
            with self._lock:
                self._waiting.popleft()
                is_left = bool(self._waiting)

    def _finished(self, sentence: str) -> None:
        if sentence:
            self._host.say(sentence)
        self._host.marks_changed()

    def _targets(self, *, with_stories: bool = False) -> list[Headline]:
        """The target articles with their current marks, without missing ones; `with_stories` adds those
        that are folded into a row."""
        headlines: Sequence[Headline] = self._host.targets
        if with_stories:
            headlines = [member for one in headlines for member in self._members(one)]
        found = []
        for headline in headlines:
            with suppress(ReaderError):
                found.append(self._library.find(headline.id))
        if not headlines:
            self._host.say(NO_ARTICLE)
        return found

    def _members(self, headline: Headline) -> Sequence[Headline]:
        """The articles that a row of the list represents: all of a folded story."""
        results, fold = self._articles.results, headline.fold
        return [headline] if results is None or fold is None or fold.is_open else results.story(headline)

    def action_toggle_read(self) -> None:
        """Mark as read, or as unread if all are read; includes all of a folded story."""
        if found := self._targets(with_stories=True):
            self.mark(found, Change(read=not all(one.is_read for one in found)))

    def action_toggle_star(self) -> None:
        if found := self._targets():
            self.mark(found, Change(starred=not all(one.is_starred for one in found)))

    def action_edit_tags(self) -> None:
        """Edit the tags of one article; ask which to add to several and which to remove."""
        if found := self._targets():
            only = found[0] if len(found) == 1 else None
            self._ask_tags(len(found), only, lambda change: self.mark(found, change))

    def _ask_tags(self, count: int, only: Headline | None, then: Callable[[Change], object]) -> None:
        """Ask for all tags of the only article, or for those to add to several and to remove."""
        from reader.app.screens.dialogs import Ask  # loaded when it is first opened

        before = only.tags if only is not None else ()
        several = f"Tags for {counted(count, 'article')}; prefix with - to remove"

        def change(answer: str | None) -> None:
            if answer is None:
                return
            tags = tags_in(answer)
            if only is not None:
                added = tuple(tag for tag in tags if tag not in before)
                removed = tuple(tag for tag in before if tag not in tags)
            else:
                added = tuple(tag for tag in tags if not tag.startswith("-"))
                removed = tuple(filter(None, (clean_line(tag[1:]) for tag in tags if tag.startswith("-"))))
            if added or removed:
                then(Change(add_tags=added, remove_tags=removed))

        known: list[str] = []
        with suppress(ReaderError):
            known = [found.value for found in self._library.facet("tag", Query(), self._host.clock()).values]
        title = "Tags, separated by commas" if only is not None else several
        self._host.open_dialog(Ask(title, ", ".join(before), known), change)

    def action_edit_note(self) -> None:
        """Edit the note on an article, or write one on several."""
        found = self._targets()
        if not found:
            return
        notes = {self._library.note(one) for one in found[:MOST_COMPARED]}
        note = notes.pop() if len(notes) == 1 and len(found) <= MOST_COMPARED else ""
        replaces = "; replaces existing notes" if notes else ""
        title = f"Note on {counted(len(found), 'article')}{replaces}" if len(found) > 1 else "Note"
        self._ask_note(title, note, lambda change: self.mark(found, change))

    def _ask_note(self, title: str, note: str, then: Callable[[Change], object]) -> None:
        from reader.app.screens.dialogs import Note  # loaded when it is first opened

        def change(answer: str | None) -> None:
            if answer is not None and clean(answer) != note:
                then(Change(note=clean(answer)))

        self._host.open_dialog(Note(title, note), change)

    def action_read_all(self) -> None:
        from reader.app.screens.dialogs import Confirm  # loaded when it is first opened

        results = self._articles.results
        if results is None or not len(results):
            self._host.say("No articles to mark")
            return
        count = results.articles

        def mark(is_sure: bool | None) -> None:
            if is_sure:
                self._mark_many(results, count, Change(read=True))

        question = f"Mark all {count:,} listed articles as read?"
        self._host.open_dialog(Confirm(question if count > 1 else "Mark this article as read?"), mark)

    def action_mark_many(self) -> None:
        from reader.app.screens.dialogs import MarkMany, Scope  # loaded when it is first opened

        results, cursor = self._articles.results, self._articles.cursor
        selected = self._articles.selection.headlines
        if results is None or not (len(results) or selected):
            self._host.say("No articles to mark")
            return
        count = len(results)
        parts: dict[str, Which] = {
            "v": selected, "a": results, "k": Stretch(results, 0, cursor),
            "j": Stretch(results, cursor + 1, count),
        }  # fmt: skip
        scopes = (
            Scope("v", "selected", len(selected)), Scope("a", "listed", results.articles),
            Scope("k", "above the cursor", cursor), Scope("j", "below the cursor", count - cursor - 1),
        )  # fmt: skip

        def begin(choice: Choice | None) -> None:
            if choice is None:
                return
            size = next(scope.size for scope in scopes if scope.key == choice.scope)
            mark = partial(self._mark_many, parts[choice.scope], size)
            if choice.action in _SIMPLE:
                mark(_SIMPLE[choice.action])
            elif choice.action == "t":
                self._ask_tags(size, None, mark)
            else:
                self._ask_note(f"Note on {counted(size, 'article')}; replaces existing notes", "", mark)

        self._host.open_dialog(MarkMany(scopes), begin)

    def _mark_many(self, which: Which, size: int, change: Change) -> None:
        if size > MOST_QUICK:
            self._host.say(f"Marking {counted(size, 'article')}…")
        self._in_order(lambda: self._done(self._library.mark(which, change), change))

    def action_undo(self) -> None:
        self._in_order(lambda: f"Undone: {done}" if (done := self._library.undo()) else "Nothing to undo")

    def action_redo(self) -> None:
        self._in_order(lambda: f"Redone: {done}" if (done := self._library.redo()) else "Nothing to redo")


def tags_in(answer: str) -> tuple[str, ...]:
    """The tags in a line, separated by commas, each once."""
    wanted = [clean_line(tag.strip().lstrip("#")) for tag in answer.split(",")]
    return tuple(dict.fromkeys(tag for tag in wanted if tag))
