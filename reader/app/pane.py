"""What the screen asks of whichever pane has the focus, so that a key does the same in each of them."""

from __future__ import annotations

from typing import Protocol


class Pane(Protocol):
    """A pane in which one can move: the sidebar, the list, the article, the related links."""

    def move(self, rows: int) -> None:
        """Go down (or up, for less than 0) by rows or lines, stopping at the ends."""

    def page(self, pages: float) -> bool:
        """Go down (or up) by this many pages; whether there was anywhere left to go."""

    def jump(self, to_end: bool) -> None:
        """Go to the bottom, or to the top."""
