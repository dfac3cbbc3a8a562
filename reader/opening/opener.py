"""The Opener: opens URLs in a browser from any terminal, or at least shows them.

`plan` decides from the URL, the terminal and the configuration alone; `carry_out` acts. A URL is one argument
of an argument list, never part of a shell command.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from reader.article.urls import UnsafeUrl as UnsafeUrl
from reader.article.urls import checked_url as checked_url
from reader.article.urls import shown_host as shown_host
from reader.config import Config
from reader.errors import shown
from reader.opening.programs import PATIENCE, start
from reader.permissions import permissions
from reader.terminal import Terminal

TEXT_BROWSERS = (
    *("w3m", "lynx", "links2", "links", "elinks", "chawan"),
    *("cha", "browsh", "carbonyl", "edbrowse", "www-browser"),
)
"""Browsers that draw in the terminal, in the order in which they are looked for."""

_DESKTOP_COMMANDS = (("wslview",), ("xdg-open",), ("gio", "open"), ("sensible-browser",), ("x-www-browser",))

BY_SSH = (
    "You are connected by SSH, so no browser was started; "
    '"reader relay" on your own machine opens pages there'
)

BY_NOBODY = "This reader is restricted, so no browser was started"


class PlanStep(NamedTuple):
    """One way to try."""

    kind: Literal["browser", "text", "relay"]
    """A detached program, one that needs the terminal, or the relay."""
    argv: tuple[str, ...] = ()
    """The argument list with the URL in it; empty for a relay."""
    place: str = ""
    """Address and token of the relay; empty for a program."""


class Plan(NamedTuple):
    """The plan for a URL."""

    url: str
    """Checked and percent-encoded."""
    steps: tuple[PlanStep, ...] = ()
    """Ways to try, the first one first. Empty if the URL can only be shown."""
    sentence: str = ""
    """The message if nothing can open a page, without the URL."""
    mistake: str = ""
    """Why the configured browser is not used; one clause."""


class Outcome(NamedTuple):
    """The result of a plan."""

    ok: bool
    """Whether a browser opened the URL; False if the plan was only to show it."""
    sentence: str
    """One line for the user. If no browser opened the URL, it must be shown."""


def plan(url: str, terminal: Terminal, config: Config, *, env: Mapping[str, str] = os.environ) -> Plan:
    """How to open this URL from this terminal. Raises UnsafeUrl.

    A command for pages like this one comes first, then the relay, the configured browser and $BROWSER: the
    user set these up, so they are tried over SSH too. On the user's own machine the desktop's opener comes
    last.
    """
    address = checked_url(url)
    if not permissions().programs:
        return Plan(address, sentence=BY_NOBODY)
    plain = address.partition("://")[2].lower()
    for_pattern = (argv for pattern, argv in config.open.items() if fnmatchcase(plain, pattern.lower()))
    steps = [*_commands([next(for_pattern, ())], address)]
    is_away = terminal.is_remote or not terminal.has_desktop
    if place := terminal.relay or (config.relay if is_away else ""):
        steps.append(PlanStep("relay", place=place))
    chosen = {"browser in config.toml": [config.browser], "$BROWSER": _from_variable(env.get("BROWSER", ""))}
    mistakes = []
    for place, commands in chosen.items():
        found = list(_commands(commands, address))
        steps += found
        if commands and not found and (names := [argv[0] for argv in commands if argv]):
            mistakes.append(f"{place} names {shown(names[0])}, which is not installed")
    if terminal.has_desktop and not terminal.is_remote:
        desktop = [("open",)] if terminal.platform == "darwin" else _DESKTOP_COMMANDS
        steps += _commands(desktop, address)
    sentence = BY_SSH if terminal.is_remote else "No browser found"
    return Plan(address, tuple(steps), sentence, "; ".join(mistakes))


def plan_text(url: str, config: Config) -> Plan:
    """How to read this URL's page in this terminal. Raises UnsafeUrl."""
    address = checked_url(url)
    if not permissions().programs:
        return Plan(address, sentence=BY_NOBODY)
    known = [config.text_browser, *((name,) for name in TEXT_BROWSERS)]
    first = next(_commands(known, address), None)
    steps = (first._replace(kind="text"),) if first else ()
    return Plan(address, steps, f"None of {', '.join(TEXT_BROWSERS[:4])} is installed here")


def carry_out(
    plan: Plan,
    terminal: Terminal,
    aside: Callable[[Sequence[str]], str | None] | None = None,
    patience: float = PATIENCE,
) -> Outcome:
    """Try the steps until one of them works. Never raises for a browser that can't be started.

    Waits up to `patience` seconds for each program to fail, and some seconds for a relay that does not
    answer, so call it from a worker. `aside` runs an argument list in the terminal while the screen is
    suspended, and returns why it failed; without it, programs that need the terminal are skipped.
    """
    reason = ""
    for step in plan.steps:
        failure: str | None
        if step.kind == "relay":
            taken, failure = _hand_over(plan.url, step.place)
            if taken is not None:
                return taken
        elif step.kind == "text":
            failure = aside(step.argv) if aside else "it needs a terminal"
            if failure is None:
                return Outcome(True, f"Back from {os.path.basename(step.argv[0])}")
        else:
            failure = start(step.argv, terminal.env, patience)
            if failure is None:
                return Outcome(True, f"Sent to the browser: {shown_host(plan.url)}{_beside(plan)}")
        reason = reason or failure
    return Outcome(False, (f"The browser failed: {reason}" if reason else plan.sentence) + _beside(plan))


def _beside(plan: Plan) -> str:
    return f" ({plan.mistake})" if plan.mistake else ""


def _hand_over(url: str, place: str) -> tuple[Outcome | None, str]:
    """The relay's result, or None with the reason."""
    from reader.opening.relay import BadPlace, hand_over, parse_place

    try:
        handed = hand_over(url, parse_place(place))
    except BadPlace as error:
        return None, str(error)
    if not handed.is_taken:
        return None, handed.sentence
    if handed.is_opened:
        return Outcome(True, f"Opened on your own machine: {shown_host(url)}"), ""
    return Outcome(False, handed.sentence), ""


def _from_variable(text: str) -> list[tuple[str, ...]]:
    """The commands in $BROWSER, separated as in PATH."""
    commands = []
    for part in text.split(os.pathsep):
        try:
            argv = shlex.split(part)
        except ValueError:  # unclosed quote
            continue
        if argv and argv[-1] == "&":  # an old notation for "in the background", which is the default here
            argv.pop()
        if argv:
            commands.append(tuple(argv))
    return commands


def _commands(lists: Sequence[Sequence[str]], url: str) -> Iterator[PlanStep]:
    """The steps of those argument lists whose program is installed; the URL replaces `%s` or is appended."""
    for argv in filter(None, lists):
        program, rest = os.path.expanduser(argv[0]), argv[1:]
        if shutil.which(program) is None:
            continue
        if any("%s" in part for part in rest):
            rest = [part.replace("%s", url) for part in rest]
        else:
            rest = [*rest, url]
        kind: Literal["text", "browser"]
        kind = "text" if os.path.basename(program) in TEXT_BROWSERS else "browser"
        yield PlanStep(kind, (program, *rest))
