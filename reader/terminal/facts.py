"""Collects the facts about a terminal; its capabilities as a value, and the user's overrides. The terminal
itself can be queried too. Its replies can be slow or missing, so only `reader doctor` waits for them. Every
terminal answers the last query (DA1), so once that arrives there is nothing more to wait for.
"""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import tty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple, TypeAlias

from reader.permissions import is_in_browser, permissions


class Answers(NamedTuple):
    """A terminal's answers to queries."""

    kind: str = ""
    """Name and version (XTVERSION); empty if unknown."""
    background: str = ""
    """dark, light, or empty."""
    pictures: str = ""
    """kitty, sixel, or empty if it claims neither."""
    is_answering: bool = False


TRUECOLOUR = 1 << 24
"""How many colours a terminal with 24 bits a colour has."""


class Finding(NamedTuple):
    """One fact about the terminal, for `reader doctor`."""

    name: str
    value: str
    reason: str
    """Where it comes from: a variable, a process, a setting."""
    advice: tuple[str, ...] = ()
    """What the user can change, one line each; empty if all is well."""


class Terminal(NamedTuple):
    """What this terminal can do. None means unknown."""

    is_tty: bool
    is_remote: bool
    """Whether the user is at another machine (SSH)."""
    has_desktop: bool
    """Whether a browser with a window can be started on this machine."""
    multiplexer: str
    """tmux, screen, zellij or empty."""
    colours: int
    """0, 16, 256 or TRUECOLOUR."""
    is_unicode: bool
    platform: str = "linux"
    """As `sys.platform` has it."""
    links: bool | None = None
    """Whether links of a program (OSC 8) can be pressed."""
    clipboard: bool | None = None
    """Whether a program can set the clipboard of the user's machine (OSC 52)."""
    pictures: str = "blocks"
    """kitty, iterm2, sixel, blocks (half blocks in colours) or none."""
    has_mouse: bool = True
    background: str = ""
    """dark, light or empty."""
    emulator: str = ""
    """Which program paints, as `decide.EMULATORS` names it; empty = not known."""
    env: Mapping[str, str] = {}
    """Variables that a started program needs otherwise than this process has them: tmux knows the display of
    the client that is attached now."""
    relay: str = ""
    """The address of the user's `reader relay`; contains a secret, so never shown."""
    findings: tuple[Finding, ...] = ()
    """Each fact with its reason."""

    def draws_in_ascii(self, signs: str) -> bool:
        """Whether signs are drawn with ASCII; `signs` is the setting: auto, unicode or ascii."""
        return signs == "ascii" or (signs == "auto" and not self.is_unicode)


Setting: TypeAlias = bool | int | str
Overrides: TypeAlias = Mapping[str, tuple[Setting, str]]
"""Name of a finding to its value and the reason."""

ALLOWED: Mapping[str, tuple[Setting, ...]] = {
    "remote": (True, False),
    "desktop": (True, False),
    "colours": (0, 16, 256, TRUECOLOUR),
    "unicode": (True, False),
    "links": (True, False),
    "clipboard": (True, False),
    "pictures": ("kitty", "iterm2", "sixel", "blocks", "none"),
    "mouse": (True, False),
    "background": ("dark", "light"),
}
"""The findings that can be overridden, with their possible values."""


_BROWSER: Mapping[str, Setting] = {
    "terminal": True,
    "remote": False,
    "desktop": False,
    "multiplexer": "",
    "colours": TRUECOLOUR,
    "unicode": True,
    "links": False,
    "clipboard": True,
    "pictures": "blocks",
    "mouse": True,
}
"""The capabilities of the terminal in a page. Links are off: it would open them itself, and the reader
again."""


def choices(configured: Mapping[str, Setting], remote: bool | None = None) -> Overrides:
    """The overrides of the configuration, then of a flag; `remote` is True for --remote, False for
    --local."""
    chosen: dict[str, tuple[Setting, str]] = {
        name: (value, "set in the configuration") for name, value in configured.items()
    }
    if is_in_browser():
        chosen |= {name: (value, "a browser shows the screen") for name, value in _BROWSER.items()}
    if remote is not None:
        chosen["remote"] = (remote, "--remote was given" if remote else "--local was given")
    return chosen


_PATIENCE = 1.5
"""Maximum seconds for all replies together."""

_QUESTIONS = "\x1b[>0q\x1b]11;?\x07\x1b[c"
_KITTY_QUESTION = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_CALLS_ITSELF = re.compile(rb"\x1bP>\|([^\x1b\x07]{1,80})(?:\x1b\\|\x07)")
_BACKGROUND = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_ATTRIBUTES = re.compile(rb"\x1b\[\?([0-9;]*)c")
_HAS_KITTY = b"\x1b_Gi=31;OK"
_SIXEL = b"4"
"""The attribute that means sixel support."""

SSH_VARIABLES = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
RELAY_VARIABLES = ("READER_RELAY", "LC_READER_RELAY")
"""Where a relay is, and its token. Many SSH servers take any LC_ variable from the client, so that the second
travels by itself."""

_OF_THE_CLIENT = (*SSH_VARIABLES, *RELAY_VARIABLES, "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LC_TERMINAL")
"""Variables of the client attached to tmux, not of the pane."""
_MOST_PARENTS = 64
_IUTF8 = 0x4000
"""Marks a terminal's line whose other end writes UTF-8; Linux's and macOS's value, which `termios` lacks."""
_TMUX_FORMAT = "#{version}\t#{client_termname}\t#{client_termtype}\t#{client_termfeatures}\t#{set-clipboard}"


class Tmux(NamedTuple):
    """tmux's information about the attached client."""

    env: Mapping[str, str | None] = {}
    """The session's variables; None = removed."""
    version: tuple[int, int] = (0, 0)
    """(0, 0) = unknown."""
    term: str = ""
    """TERM outside of tmux."""
    kind: str = ""
    """The name of the outer terminal (XTVERSION), like "foot(1.13.1)"."""
    features: frozenset[str] = frozenset()
    """As in tmux's `terminal-features`."""
    set_clipboard: str = ""
    """off, external or on."""


class Facts(NamedTuple):
    """The facts that the decisions are based on."""

    env: Mapping[str, str]
    is_tty: bool
    """Whether stdin and stdout are both a terminal."""
    platform: str = "linux"
    """As `sys.platform` has it."""
    encoding: str = "utf-8"
    """Of stdout."""
    ancestors: Sequence[str] = ()
    """Names of the parent processes, the nearest first."""
    tmux: Tmux | None = None
    """None if tmux was not queried or did not answer."""
    is_utf8_line: bool | None = None
    """Whether the terminal's line is marked as UTF-8; None = there is no line to look at."""
    chosen: Overrides = {}
    """Overrides by the user."""
    answers: Answers = Answers()
    """The terminal's own replies, if it was queried."""


def collect(chosen: Overrides, *, asks_tmux: bool) -> Facts:
    """The facts about this process."""
    env = dict(os.environ)
    _undo_coercion(env)
    return Facts(
        env=env,
        is_tty=os.isatty(0) and os.isatty(1),
        platform=sys.platform,
        encoding=getattr(sys.__stdout__, "encoding", None) or "ascii",  # the screen puts another in its place
        ancestors=() if any(map(env.get, SSH_VARIABLES)) else ancestors(),
        tmux=_ask_tmux() if asks_tmux and env.get("TMUX") else None,
        is_utf8_line=_is_utf8_line(),
        chosen=chosen,
    )


def beside_the_pipe(facts: Facts) -> Facts:
    """The facts for the terminal on stderr; unchanged if there is none."""
    if not os.isatty(2):
        return facts
    chosen = {**facts.chosen, "terminal": (True, "stderr is a terminal, stdin or stdout is not")}
    return facts._replace(is_tty=True, chosen=chosen)


def client_env(facts: Facts) -> dict[str, str]:
    """The variables of the attached client: tmux's values before the pane's."""
    env = dict(facts.env)
    if facts.tmux is None:
        return env
    for name in _OF_THE_CLIENT:
        if name in facts.tmux.env:
            value = facts.tmux.env[name]
            if value is None:
                env.pop(name, None)
            else:
                env[name] = value
    return env


def ancestors() -> list[str]:
    """The names of the parent processes, the nearest first; empty if there is no procfs."""
    names: list[str] = []
    pid = os.getppid()
    while pid > 1 and len(names) < _MOST_PARENTS:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                stat = file.read()
        except OSError:
            break
        # "pid (name) state ppid ...": the name itself may hold spaces and parentheses.
        name, _, rest = stat.partition("(")[2].rpartition(")")
        fields = rest.split()
        if len(fields) < 2 or not fields[1].isdecimal():
            break
        names.append(name.rstrip(": "))
        pid = int(fields[1])
    return names


def read_tmux(output: str) -> Tmux:
    """What tmux wrote: a line in `_TMUX_FORMAT`, then its session's variables."""
    first, *rest = output.splitlines() or [""]
    version, term, kind, features, set_clipboard = (first.split("\t") + [""] * 5)[:5]
    env: dict[str, str | None] = {}
    for line in rest:
        name, equals, value = line.partition("=")
        if equals:
            env[name] = value
        elif line.startswith("-"):
            env[line[1:]] = None
    number = version.removeprefix("next-").rstrip("abcdefghijklmnopqrstuvwxyz-").split(".")
    major, minor = (int(part) if part.isdecimal() else 0 for part in (*number, "0")[:2])
    return Tmux(env, (major, minor), term, kind, frozenset(filter(None, features.split(","))), set_clipboard)


def _ask_tmux() -> Tmux | None:
    if not permissions().programs:
        return None
    import subprocess  # only within tmux

    try:
        completed = subprocess.run(
            ["tmux", "display-message", "-p", _TMUX_FORMAT, ";", "show-environment"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=1, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return read_tmux(completed.stdout.decode("utf-8", "replace")) if completed.stdout else None


def _is_utf8_line() -> bool | None:
    try:
        return bool(termios.tcgetattr(1)[0] & _IUTF8)
    except termios.error:
        return None


def _undo_coercion(env: dict[str, str]) -> None:
    """Remove the LC_CTYPE that Python sets itself in the C locale (PEP 538)."""
    if env.get("LC_ALL") or env.get("LC_CTYPE") not in ("C.UTF-8", "C.utf8", "UTF-8"):
        return
    try:
        with open("/proc/self/environ", "rb") as file:
            was_there = any(entry.startswith(b"LC_CTYPE=") for entry in file.read().split(b"\0"))
    except OSError:
        return
    if not was_there:
        del env["LC_CTYPE"]


def ask(*, also_kitty: bool) -> Answers:
    """Query the terminal on stdin and stdout; waits for 1.5 seconds at most."""
    try:
        with _unbuffered():
            os.write(1, ((_KITTY_QUESTION if also_kitty else "") + _QUESTIONS).encode())
            return read_answers(_heard())
    except OSError:
        return Answers()


def read_answers(replies: bytes) -> Answers:
    """Parses the replies of a terminal."""
    attributes = _ATTRIBUTES.search(replies)
    kind, background = _CALLS_ITSELF.search(replies), _BACKGROUND.search(replies)
    pictures = ""
    if _HAS_KITTY in replies:
        pictures = "kitty"
    elif attributes and _SIXEL in attributes[1].split(b";")[1:]:
        pictures = "sixel"
    return Answers(
        kind=kind[1].decode("ascii", "replace") if kind else "",
        background=_brightness(background.groups()) if background else "",
        pictures=pictures,
        is_answering=bool(attributes),
    )


def _brightness(parts: tuple[bytes, ...]) -> str:
    """dark or light, by the eye's weights for red, green and blue (ITU-R BT.601)."""
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in parts)
    return "light" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "dark"


def _heard() -> bytes:
    end = monotonic() + _PATIENCE
    replies = b""
    while not _ATTRIBUTES.search(replies):
        left = end - monotonic()
        if left <= 0 or not select.select([0], [], [], left)[0]:
            break
        replies += os.read(0, 4096)
    return replies


@contextmanager
def _unbuffered() -> Iterator[None]:
    """Read answers unbuffered and without echo."""
    try:
        before = termios.tcgetattr(0)
    except termios.error as error:
        raise OSError(*error.args) from None
    try:
        tty.setcbreak(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSAFLUSH, before)
