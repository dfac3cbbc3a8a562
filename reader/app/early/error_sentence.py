"""An unexpected error ends the screen, and is reported in one sentence once the terminal is free again.

Textual would print a traceback there with the values of variables: with the text of articles.
"""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from textual.app import App

from reader.errors import ReaderError


class LastError:
    """The error that ended an app."""

    def __init__(self, app: App[Any]) -> None:
        """Keep the errors of this app from being printed."""
        self._app = app
        app._fatal_error = self._end  # type: ignore[method-assign]
        app.panic = self._panic  # type: ignore[method-assign]

    @property
    def error(self) -> Exception | None:
        """The error; None while there was none."""
        return self._app._exception

    def _end(self) -> None:
        self._app._return_code = ReaderError.exit_code
        self._app._close_messages_no_wait()

    def _panic(self, *renderables: RenderableType) -> None:
        """An error that Textual would have painted."""
        self._app._exception = self._app._exception or RuntimeError("panic")
        self._end()
