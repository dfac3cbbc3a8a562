"""What the layout hands to the painter: lines of spans, each with an ink instead of a colour.

No colour and no width belongs here: inks become colours in the widget, so a change of theme needs no layout.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

BOLD, ITALIC, STRIKE, UNDERLINE = 1, 2, 4, 8
"""Bits of `Span.emphasis`."""


class Target(NamedTuple):
    """Where a pressed span leads. Two links with the same address are two objects: compare with `is`."""

    field: str
    """`url`, or the field of a facet: topic, provider, tag."""
    value: str


class Span(NamedTuple):
    """A stretch of text painted in one way."""

    text: str
    ink: str = "text"
    """What it is, as the last part of a component class: "title" is `article-pane--title`."""
    emphasis: int = 0
    target: Target | None = None


Line: TypeAlias = "tuple[Span, ...]"
"""One line on the screen; an empty tuple is a blank line."""


def plain(line: Line) -> str:
    """The text of a line."""
    return "".join(span.text for span in line)
