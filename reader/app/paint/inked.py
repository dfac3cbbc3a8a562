"""Widgets that paint in inks of their own, looked up in the sheets when something is painted in them.

Textual styles every component class with every styling of its widget: a hundred nodes nobody sees before the
first paint, and thirty each time the article gets the focus.
"""

from __future__ import annotations

from typing import Any

from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.widget import Widget

from reader.app.paint.plain_lines import PlainLines


class Inked(Widget):
    """A widget whose component classes are styled one by one, when they are first asked for."""

    def __init__(self, *children: Widget, **named: Any) -> None:
        super().__init__(*children, **named)
        self._styles_cache = PlainLines()

    @classmethod
    def _get_component_classes(cls) -> frozenset[str]:  # type: ignore[override]
        """None that Textual should style beforehand."""
        return frozenset()

    def notify_style_update(self) -> None:
        """Forget the inks: the theme or the focus has changed."""
        self._component_styles.clear()
        super().notify_style_update()

    def get_component_styles(self, *names: str) -> RenderStyles:
        """The styles of these component classes."""
        for name in names:
            if name not in self._component_styles:
                node = DOMNode(classes=name)
                node._attach(self)
                self.app.stylesheet.apply(node)
                self._component_styles[name] = node.styles
        return super().get_component_styles(*names)
