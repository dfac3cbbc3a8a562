"""Marks for all that is listed, above or below the cursor, or selected: asked first, and said how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from reader.app.browsing.marking import Marking
from reader.errors import counted
from reader.library import Change
from reader.query.results import Headline, Results, Stretch

if TYPE_CHECKING:
    from reader.app.screens.mark_many import Choice

MOST_QUICK = 5_000
"""Articles that are marked before one wonders whether anything happens."""

Which: TypeAlias = "tuple[Headline, ...] | Results | Stretch"
"""Articles that are marked at once."""

_SIMPLE = {
    "r": Change(read=True), "u": Change(read=False), "s": Change(starred=True), "x": Change(starred=False),
}  # fmt: skip
"""What the keys of `MarkMany` mean that need no further answer."""


class MarkingMany(Marking):
    """Every key that changes the marks of more articles than one can see. They can be a million."""

    def action_read_all(self) -> None:
        """Mark all listed articles as read, after asking."""
        from reader.app.screens.dialogs import Confirm

        results = self.results
        if results is None or not len(results):
            self.say("There is nothing to mark")
            return

        def mark(is_sure: bool | None) -> None:
            if is_sure:
                self._mark_in_thread(results, len(results), Change(read=True))

        question = f"Mark all {len(results):,} listed articles as read?"
        self.app.push_screen(Confirm(question if len(results) > 1 else "Mark this article as read?"), mark)

    def action_mark_many(self) -> None:
        """Ask which of the listed articles shall be marked, and as what."""
        from reader.app.screens.mark_many import MarkMany, Scope

        results = self.results
        if results is None or not (len(results) or len(self.selection)):
            self.say("There is nothing to mark")
            return
        cursor, count = self.articles.cursor, len(results)
        parts: dict[str, Which] = {
            "v": self.selection.headlines, "a": results, "k": Stretch(results, 0, cursor),
            "j": Stretch(results, cursor + 1, count),
        }  # fmt: skip
        scopes = (
            Scope("v", "selected", len(self.selection)), Scope("a", "listed, all of them", count),
            Scope("k", "above the cursor", cursor), Scope("j", "below the cursor", count - cursor - 1),
        )  # fmt: skip

        def begin(choice: Choice | None) -> None:
            if choice is not None:
                size = next(scope.size for scope in scopes if scope.key == choice.scope)
                self._ask_further(choice.deed, size, parts[choice.scope])

        self.app.push_screen(MarkMany(scopes), begin)

    def _ask_further(self, deed: str, size: int, which: Which) -> None:
        whose = counted(size, "article")

        def then(change: Change) -> None:
            self._mark_in_thread(which, size, change)

        if deed in _SIMPLE:
            then(_SIMPLE[deed])
        elif deed == "t":
            self.ask_more_tags(whose, then)
        else:
            self.ask_note(f"Note on {whose}; it takes the place of theirs", "", then)

    def _mark_in_thread(self, which: Which, size: int, change: Change) -> None:
        if size > MOST_QUICK:
            self.say(f"Marking {counted(size, 'article')}…")
        self.in_order(lambda: self.done(self.library.mark(which, change), change))
