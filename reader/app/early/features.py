"""The features that use private names of Textual: which names, why, and what the app does without them.

A feature whose names are missing from the installed Textual is switched off. The app then runs in
Textual's own way, and `reader doctor` says what is missing. A module of this package that imports private
names is itself imported only after `is_on`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.errors import ReaderError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.app import App


class Feature(NamedTuple):
    """Something that Textual offers no public way to do."""

    name: str
    """What a user gets."""
    without: str
    """What the app does when it is off."""
    names: Mapping[str, str]
    """Each private or internal name as `module:attribute(parameters)`, with the reason why it is used."""


EARLY_SCREEN = Feature(
    "the first headlines before Textual is loaded",
    "the screen starts empty",
    {
        "textual.drivers.linux_driver:LinuxDriver.start_application_mode": "keeps the painted screen",
        "textual.drivers.linux_driver:LinuxDriver.write": "must not clear the painted screen",
    },
)
REPLY_FILTER = Feature(
    "the terminal's replies are not mistaken for keys, and a light terminal gets the light theme",
    "the theme is dark unless one is chosen, and an unexpected reply is typed as letters",
    {
        "textual.drivers.linux_driver:LinuxDriver.run_input_thread": "reads the terminal's input",
        "textual._xterm_parser:XTermParser.feed(data)": "parses the remaining input into keys",
        "textual._xterm_parser:XTermParser.tick": "completes a key that arrived in parts",
        "textual._parser:ParseError": "raised by the parser at the end of input",
        "textual._ansi_sequences:ANSI_SEQUENCES_KEYS": "the sequences that are keys",
        "textual._keyboard_protocol:FUNCTIONAL_KEYS": "the keys of kitty's protocol",
    },
)
DIFF_UPDATE = Feature(
    "only changed cells are sent, each in its column",
    "changed lines are sent whole, and columns may shift beside characters of doubtful width",
    {
        "textual.app:App._display(screen, renderable)": "where an update is written to the terminal",
        "textual._compositor:CompositorUpdate.render_segments(console)": "renders an update",
        "textual._compositor:ChopsUpdate(chops, spans, chop_ends)": "an update of some regions",
        "textual._compositor:LayoutUpdate(strips, region)": "an update of the whole screen",
    },
)
ERROR_SENTENCE = Feature(
    "an unexpected error ends the screen with one sentence",
    "Textual prints a traceback, which may quote articles",
    {
        "textual.app:App._fatal_error": "where Textual renders the traceback",
        "textual.app:App._handle_exception(error)": "keeps the error in `_exception`",
        "textual.app:App._close_messages_no_wait": "ends the app",
    },
)
FEATURES = (EARLY_SCREEN, REPLY_FILTER, DIFF_UPDATE, ERROR_SENTENCE)


def missing(feature: Feature) -> tuple[str, ...]:
    """The names that are missing from the installed Textual or have other parameters. Loads Textual."""
    return tuple(name for name in feature.names if not _is_there(name))


def is_on(feature: Feature) -> bool:
    """Whether the installed Textual has everything that a feature needs. Loads Textual."""
    return not missing(feature)


def switched_off() -> list[tuple[Feature, tuple[str, ...]]]:
    """The features that are off, each with the names that are missing. Loads Textual."""
    return [(feature, names) for feature in FEATURES if (names := missing(feature))]


def _is_there(name: str) -> bool:
    # These take 6 ms, and the first headlines are painted without them; Textual needs them anyway.
    import inspect
    from pkgutil import resolve_name

    path, _, parameters = name.removesuffix(")").partition("(")
    try:
        found = resolve_name(path)
        if parameters:
            known = inspect.signature(found).parameters
            return all(parameter in known for parameter in parameters.split(", "))
    except (ImportError, AttributeError, TypeError, ValueError):
        return False
    return True


class LastError:
    """The error that ended an app, kept for one sentence once the terminal is free again.

    Textual would print a traceback there with the values of variables: with the text of articles.
    """

    def __init__(self, app: App[Any]) -> None:
        """Keep the errors of this app from being printed."""
        self._app = app
        self._handle_exception = app._handle_exception
        app._handle_exception = self._handle  # type: ignore[method-assign]
        app._fatal_error = self._end  # type: ignore[method-assign]
        app.panic = self._panic  # type: ignore[method-assign]

    @property
    def error(self) -> Exception | None:
        """The error; None while there was none."""
        return self._app._exception

    def _handle(self, error: Exception) -> None:
        # A dialog that was just opened may have lost its parts when the app is already closing.
        if not getattr(self._app, "_exit", False):
            self._handle_exception(error)

    def _end(self) -> None:
        self._app._return_code = ReaderError.exit_code
        self._app._close_messages_no_wait()

    def _panic(self, *renderables: RenderableType) -> None:
        """An error that Textual would have painted."""
        self._app._exception = self._app._exception or RuntimeError("panic")
        self._end()
