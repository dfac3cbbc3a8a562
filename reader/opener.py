"""The Opener: how a URL gets from this terminal to a browser, or at least before the person's eyes.

`plan` decides, `carry_out` does it. A URL is one argument of an argument list, never part of a command
line for a shell, and no text browser is ever started: it would draw over the screen.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import IO, Literal, NamedTuple

from reader.links import UnsafeUrl as UnsafeUrl
from reader.links import checked_url as checked_url
from reader.links import shown_host as shown_host
from reader.terminal import Terminal
from reader.text import clean_line

PATIENCE = 0.3
"""Seconds in which a browser's command must fail to be noticed; longer would feel like hanging."""

_TEXT_BROWSERS = frozenset(
    (
        "w3m",
        "lynx",
        "links",
        "links2",
        "elinks",
        "www-browser",
        "browsh",
        "carbonyl",
        "chawan",
        "cha",
        "edbrowse",
    )
)
_DESKTOP_COMMANDS = (("xdg-open",), ("gio", "open"), ("sensible-browser",), ("x-www-browser",))
_MOST_REASON = 120

_running: list[subprocess.Popen[bytes]] = []
"""Browsers started by us that had not ended yet when last looked at; polled so that no zombie stays."""


class Plan(NamedTuple):
    """What will be done with a URL."""

    kind: Literal["browser", "show"]
    url: str
    """Checked and percent-encoded."""
    commands: tuple[tuple[str, ...], ...] = ()
    """Argument lists to try, the first one first. Empty for "show"."""
    sentence: str = ""
    """For "show": what to tell the person, with the URL in it."""


class Outcome(NamedTuple):
    """What came of it."""

    ok: bool
    """Whether a browser took the URL. False too where the plan was only to show it."""
    sentence: str
    """One line for the person; it holds the URL where no browser took it."""


def plan(
    url: str,
    terminal: Terminal,
    browser: Sequence[str] = (),
    *,
    env: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
) -> Plan:
    """How to open this URL from this terminal. `browser` is the configured argument list.

    A configured browser comes first, then $BROWSER, both over SSH too, for they were asked for; then the
    desktop's own way. Raises UnsafeUrl.
    """
    address = checked_url(url)
    asked = [*([tuple(browser)] if browser else []), *_from_variable(env.get("BROWSER", ""))]
    if not terminal.is_remote:
        asked += _from_desktop(terminal)
    commands = tuple(_with_url(argv, address) for argv in asked if _can_start(argv, which))
    if commands:
        return Plan("browser", address, commands)
    if terminal.is_remote:
        return Plan("show", address, (), f"Open this page in the browser where you are: {address}")
    return Plan("show", address, (), f"No browser can be started here; the page is {address}")


def carry_out(plan: Plan, patience: float = PATIENCE) -> Outcome:
    """Start the browser, detached, and wait up to `patience` seconds (each) to see whether it fails.

    Blocks for that long, so call it from a worker. Never raises for a browser that can't be started.
    """
    _running[:] = [process for process in _running if process.poll() is None]
    if plan.kind == "show":
        return Outcome(False, plan.sentence)
    reason = ""
    for argv in plan.commands:
        failure = _start(argv, patience)
        if failure is None:
            return Outcome(True, f"Sent to the browser: {shown_host(plan.url)}")
        reason = reason or failure
    return Outcome(False, f"The browser could not be started ({reason}); the page is {plan.url}")


def _start(argv: Sequence[str], patience: float) -> str | None:
    """Why it failed; None where it runs or ended well."""
    # A file takes what the browser says: a pipe would fill, or break and end the browser when we go.
    with TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        except (OSError, ValueError) as error:
            return f"{_name(argv)}: {getattr(error, 'strerror', None) or error}"
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired:
            _running.append(process)
            return None
        return None if code == 0 else f"{_name(argv)}: {_first_line(said) or f'it ended with {code}'}"


def _first_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = clean_line(said.read(4096).decode("utf-8", "replace").strip().partition("\n")[0])
    return lines[:_MOST_REASON]


def _from_variable(text: str) -> Iterator[tuple[str, ...]]:
    """The commands of $BROWSER: separated as in PATH, each with `%s` where the URL goes, or at its end."""
    for part in text.split(os.pathsep):
        try:
            argv = shlex.split(part)
        except ValueError:  # a quote that is not closed
            continue
        if argv and argv[-1] == "&":  # an old way to say "in the background", where it is started anyway
            argv.pop()
        if argv:
            yield tuple(argv)


def _from_desktop(terminal: Terminal) -> list[tuple[str, ...]]:
    if not terminal.has_desktop:
        return []
    if terminal.platform == "darwin":
        return [("open",)]
    return [("wslview",), *_DESKTOP_COMMANDS]


def _can_start(argv: Sequence[str], which: Callable[[str], str | None]) -> bool:
    program = os.path.expanduser(argv[0])
    return _name((program,)) not in _TEXT_BROWSERS and which(program) is not None


def _with_url(argv: Sequence[str], url: str) -> tuple[str, ...]:
    program, rest = os.path.expanduser(argv[0]), argv[1:]
    if any("%s" in part for part in rest):
        return (program, *(part.replace("%s", url) for part in rest))
    return (program, *rest, url)


def _name(argv: Sequence[str]) -> str:
    return os.path.basename(argv[0])
