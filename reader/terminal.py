"""What this terminal can do, found out from the environment alone, each fact with its reason.

Nothing is asked of the terminal itself: an answer that never comes would hold up the start. The facts go in
as values, so that every decision can be tried without such a terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TRUECOLOUR = 1 << 24
"""How many colours a terminal with 24 bits a colour has."""

_SSH_VARIABLES = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_SSH_SERVERS = ("sshd", "sshd-session", "dropbear", "mosh-server")
_TRUECOLOUR_TERMS = ("alacritty", "foot", "wezterm", "xterm-kitty", "xterm-ghostty", "contour")
_MOST_PARENTS = 64


class Finding(NamedTuple):
    """One fact about the terminal, for `reader doctor`."""

    name: str
    value: str
    reason: str
    """Which variable or process says so."""


class Facts(NamedTuple):
    """What the decisions are made from."""

    env: Mapping[str, str]
    is_tty: bool
    """Whether stdin and stdout are both a terminal."""
    platform: str = "linux"
    """As `sys.platform` has it."""
    encoding: str = "utf-8"
    """Of stdout."""
    ancestors: Sequence[str] = ()
    """Names of the parent processes, the nearest first."""
    tmux_ssh: str = ""
    """What `tmux show-environment SSH_CONNECTION` says; empty where it says nothing."""


class Terminal(NamedTuple):
    """What this terminal can do."""

    is_tty: bool
    is_remote: bool
    """Whether the person sits at another machine (SSH)."""
    has_desktop: bool
    """Whether a browser with a window can be started on this machine."""
    multiplexer: str
    """tmux, screen or empty."""
    colours: int
    """0, 16, 256 or TRUECOLOUR."""
    is_unicode: bool
    platform: str = "linux"
    reasons: tuple[str, ...] = ()
    """Why, in the order of the first six fields."""

    def findings(self) -> list[Finding]:
        """Each fact with its reason."""
        colours = "16.7 million" if self.colours == TRUECOLOUR else str(self.colours)
        values = {
            "terminal": _yes(self.is_tty),
            "remote": _yes(self.is_remote),
            "desktop": _yes(self.has_desktop),
            "multiplexer": self.multiplexer or "none",
            "colours": colours,
            "unicode": _yes(self.is_unicode),
        }
        return [
            Finding(name, value, reason)
            for (name, value), reason in zip(values.items(), self.reasons, strict=False)
        ]


def here() -> Terminal:
    """The terminal that this process runs in. Starts `tmux` where that knows more; takes milliseconds."""
    env = dict(os.environ)
    return decide(
        Facts(
            env=env,
            is_tty=_is_tty(),
            platform=sys.platform,
            encoding=getattr(sys.stdout, "encoding", None) or "ascii",
            ancestors=_ancestors(),
            tmux_ssh=_ask_tmux() if env.get("TMUX") else "",
        )
    )


def decide(facts: Facts) -> Terminal:
    """What a terminal with these facts can do."""
    is_remote, why_remote = _remote(facts)
    has_desktop, why_desktop = _desktop(facts, is_remote)
    multiplexer, why_multiplexer = _multiplexer(facts.env)
    colours, why_colours = _colours(facts)
    is_unicode, why_unicode = _unicode(facts)
    why_tty = "stdin and stdout are a terminal" if facts.is_tty else "stdin or stdout is a pipe or a file"
    return Terminal(
        facts.is_tty, is_remote, has_desktop, multiplexer, colours, is_unicode, facts.platform,
        (why_tty, why_remote, why_desktop, why_multiplexer, why_colours, why_unicode),
    )  # fmt: skip


def _remote(facts: Facts) -> tuple[bool, str]:
    # In tmux the variables are those of the moment the pane was made; tmux itself knows who is attached now.
    if facts.tmux_ssh.startswith("SSH_CONNECTION="):
        return True, "tmux says that the attached client came by SSH"
    if facts.tmux_ssh.startswith("-SSH_CONNECTION"):
        return False, "tmux says that the attached client did not come by SSH"
    for name in _SSH_VARIABLES:
        if facts.env.get(name):
            return True, f"{name} is set"
    for process in facts.ancestors:
        if process in _SSH_SERVERS:
            return True, f"a parent process is {process}"
    return False, "no SSH variable is set and no parent process is an SSH server"


def _desktop(facts: Facts, is_remote: bool) -> tuple[bool, str]:
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if facts.env.get(name):
            return True, f"{name} is set"
    for name in ("WSL_DISTRO_NAME", "WSL_INTEROP"):
        if facts.env.get(name):
            return True, f"{name} is set: Windows has the desktop"
    if facts.platform in ("darwin", "win32"):
        system = "macOS" if facts.platform == "darwin" else "Windows"
        return (False, f"{system}, but by SSH") if is_remote else (True, f"{system} has one")
    return False, "neither DISPLAY nor WAYLAND_DISPLAY is set"


def _multiplexer(env: Mapping[str, str]) -> tuple[str, str]:
    if env.get("TMUX"):
        return "tmux", "TMUX is set"
    if env.get("STY"):
        return "screen", "STY is set"
    return "", "neither TMUX nor STY is set"


def _colours(facts: Facts) -> tuple[int, str]:
    term = facts.env.get("TERM", "")
    depth = facts.env.get("COLORTERM", "").lower()
    if facts.env.get("NO_COLOR"):
        return 0, "NO_COLOR is set"
    if not facts.is_tty:
        return 0, "there is no terminal"
    if term in ("", "dumb", "unknown") and facts.platform != "win32":
        return 0, f"TERM is {term or 'not set'}"
    if depth in ("truecolor", "24bit"):
        return TRUECOLOUR, f"COLORTERM is {depth}"
    if term in _TRUECOLOUR_TERMS or term.endswith("-direct"):
        return TRUECOLOUR, f"TERM is {term}"
    if "256color" in term:
        return 256, f"TERM is {term}"
    return 16, f"TERM is {term or 'not set'}, which promises no more"


def _unicode(facts: Facts) -> tuple[bool, str]:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := facts.env.get(name):
            plain = value.lower().replace("-", "")
            if "utf8" in plain:
                return True, f"{name} is {value}"
            if plain not in ("c", "posix"):
                return False, f"{name} is {value}"
            break
    is_utf8 = facts.encoding.lower().replace("-", "") == "utf8"
    return is_utf8, f"the locale does not say; stdout writes {facts.encoding}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _is_tty() -> bool:
    try:
        return os.isatty(0) and os.isatty(1)
    except OSError:
        return False


def _ancestors(proc: Path = Path("/proc")) -> list[str]:
    """The names of the parent processes; empty where there is no procfs."""
    names: list[str] = []
    pid = os.getppid()
    while pid > 1 and len(names) < _MOST_PARENTS:
        try:
            stat = (proc / str(pid) / "stat").read_text("utf-8", "replace")
        except OSError:
            break
        # "pid (name) state ppid ...": the name itself may hold blanks and parentheses.
        name, _, rest = stat.partition("(")[2].rpartition(")")
        fields = rest.split()
        if len(fields) < 2 or not fields[1].isdecimal():
            break
        names.append(name.rstrip(": "))
        pid = int(fields[1])
    return names


def _ask_tmux() -> str:
    import subprocess  # only within tmux

    try:
        asked = subprocess.run(
            ["tmux", "show-environment", "SSH_CONNECTION"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=1, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.decode("utf-8", "replace").strip()
