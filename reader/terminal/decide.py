"""Decides from facts what a terminal can do. Pure functions, one for each finding, with its reason and
advice.

What each terminal program can do comes from its own documentation; None means "depends on its settings".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from reader.terminal.facts import (
    RELAY_VARIABLES,
    SSH_VARIABLES,
    TRUECOLOUR,
    Facts,
    Finding,
    Terminal,
    Tmux,
    client_env,
)

_SSH_SERVERS = ("sshd", "sshd-session", "dropbear", "mosh-server", "etterminal", "etserver")
_TRUECOLOUR_TERMS = ("alacritty", "foot", "wezterm", "xterm-kitty", "xterm-ghostty", "contour")
_NO_CURSOR = ("", "dumb", "unknown")
_NO_MOUSE = ("linux", "vt52", "vt100", "vt102", "vt220", "cons25", "ansi", *_NO_CURSOR)
_NAMED_ALIKE = ("multiplexer", "emulator", "colours", "links", "clipboard", "pictures", "background")
_LINKS_SINCE = (3, 4)
"""The first version of tmux that passes OSC 8 on."""


class Emulator(NamedTuple):
    """What a terminal program can do by itself, and how it is recognised."""

    links: bool | None
    clipboard: bool | None
    pictures: str
    term: str = ""
    """The prefix of its TERM, which is passed over SSH; empty if others share it."""
    program: str = ""
    """Its TERM_PROGRAM."""
    variable: str = ""
    """A variable that it sets for its programs. A terminal started from another inherits that one's, so
    variables are checked last."""
    kinds: tuple[str, ...] = ()
    """The prefix of its reply to XTVERSION, in lower case."""
    advice: tuple[str, ...] = ()
    """How to enable its clipboard, if the user has to."""


_ALLOW_IN_ITERM = ("iTerm2: Settings, General, Selection: Applications in terminal may access clipboard",)
_XTERM = ('xterm: add "XTerm*disallowedWindowOps: 20,21,SetXprop" to ~/.Xresources',)

# fmt: off
EMULATORS: Mapping[str, Emulator] = {
    "kitty": Emulator(True, True, "kitty", "xterm-kitty", "kitty", "KITTY_WINDOW_ID", ("kitty",)),
    "WezTerm": Emulator(True, True, "iterm2", "wezterm", "WezTerm", "WEZTERM_PANE", ("wezterm",)),
    "ghostty": Emulator(
        True, True, "kitty", "xterm-ghostty", "ghostty", "GHOSTTY_RESOURCES_DIR", ("ghostty",)
    ),
    "iTerm2": Emulator(True, None, "iterm2", "", "iTerm.app", "", ("iterm2",), _ALLOW_IN_ITERM),
    "foot": Emulator(True, True, "sixel", "foot", kinds=("foot",)),
    "contour": Emulator(True, True, "sixel", "contour", kinds=("contour",)),
    "mlterm": Emulator(None, True, "sixel", "mlterm", kinds=("mlterm",)),
    "Alacritty": Emulator(True, True, "blocks", "alacritty", "", "ALACRITTY_WINDOW_ID", ("alacritty",)),
    "Windows Terminal": Emulator(
        True, True, "blocks", "", "", "WT_SESSION", ("windowsterminal", "windows terminal")
    ),
    "VS Code": Emulator(True, True, "blocks", "", "vscode"),
    "Konsole": Emulator(None, None, "blocks", "", "", "KONSOLE_VERSION", ("konsole",)),
    "VTE": Emulator(True, False, "blocks", "", "", "VTE_VERSION", ("vte",)),
    "rxvt": Emulator(False, None, "blocks", "rxvt"),
    "xterm": Emulator(False, None, "blocks", "", "", "XTERM_VERSION", ("xterm",), _XTERM),
    "Terminal.app": Emulator(False, False, "blocks", "", "Apple_Terminal"),
    "Linux console": Emulator(False, False, "blocks", "linux"),
}
# fmt: on
"""VTE is the library of GNOME Terminal, Xfce Terminal, Tilix and others."""


def _by_term(term: str) -> str:
    return next((name for name, one in EMULATORS.items() if one.term and term.startswith(one.term)), "")


def _by_kind(kind: str) -> str:
    return next((name for name, one in EMULATORS.items() if kind.lower().startswith(one.kinds)), "")


def _by_variables(env: Mapping[str, str]) -> tuple[str, str]:
    """The terminal that set these variables, and the one that identifies it; empty if unknown."""
    term, program = env.get("TERM", ""), env.get("TERM_PROGRAM", "")
    if name := _by_term(term):
        return name, f"TERM is {term}"
    for name, one in EMULATORS.items():
        if program and one.program == program:
            return name, f"TERM_PROGRAM is {program}"
    if env.get("LC_TERMINAL") == "iTerm2":
        return "iTerm2", "LC_TERMINAL is iTerm2"
    for name, one in EMULATORS.items():
        if one.variable and env.get(one.variable):
            return name, f"{one.variable} is set"
    return "", ""


class _Seen(NamedTuple):
    """The facts, prepared for the decisions."""

    facts: Facts
    env: Mapping[str, str]
    """For the client that is attached now."""
    multiplexer: str
    emulator: str
    why_emulator: str


def decide(facts: Facts) -> Terminal:
    """What a terminal with these facts can do."""
    env = client_env(facts)
    multiplexer, why = _multiplexer(env)
    seen = _Seen(facts, env, multiplexer, *_emulator(facts, env, multiplexer))
    why_tty = "stdin and stdout are a terminal" if facts.is_tty else "stdin or stdout is a pipe or a file"
    findings: dict[str, Finding] = {}
    values: dict[str, Any] = {}

    def settle(name: str, value: Any, reason: str, advice: tuple[str, ...] = ()) -> None:
        if name in facts.chosen:
            (value, reason), advice = facts.chosen[name], ()
        values[name] = value
        findings[name] = Finding(name, _shown(name, value), reason, advice)

    settle("terminal", facts.is_tty, why_tty)
    settle("remote", *_remote(facts, env))
    settle("desktop", *_desktop(facts, env, values["remote"]))
    restoring = "altscreen on, in ~/.screenrc, restores the shell's output on exit"
    settle("multiplexer", multiplexer, why, (restoring,) if multiplexer == "screen" else ())
    settle("emulator", seen.emulator, seen.why_emulator)
    settle("colours", *_colours(seen))
    settle("unicode", *_unicode(facts))
    settle("links", *_links(seen))
    settle("clipboard", *_clipboard(seen))
    settle("pictures", *_pictures(seen, values["unicode"]))
    settle("mouse", *_mouse(seen))
    settle("background", *_background(facts, env))
    return Terminal(
        is_tty=values["terminal"],
        is_remote=values["remote"],
        has_desktop=values["desktop"],
        is_unicode=values["unicode"],
        has_mouse=values["mouse"],
        platform=facts.platform,
        **{name: values[name] for name in _NAMED_ALIKE},
        env={name: value for name, value in env.items() if facts.env.get(name) != value},
        relay=next((env[name] for name in RELAY_VARIABLES if env.get(name)), ""),
        findings=tuple(findings.values()),
    )


def _shown(name: str, value: Any) -> str:
    """A finding's value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == TRUECOLOUR:
        return "16.7 million"
    if value is None or value == "":
        return "none" if name == "multiplexer" else "not known"
    return str(value)


def _remote(facts: Facts, env: Mapping[str, str]) -> tuple[bool, str]:
    # In tmux the variables are those from when the pane was created; tmux knows the attached client.
    if facts.tmux is not None and "SSH_CONNECTION" in facts.tmux.env:
        if facts.tmux.env["SSH_CONNECTION"] is None:
            return False, "tmux says that the attached client is not on SSH"
        return True, "tmux says that the attached client is on SSH"
    for name in SSH_VARIABLES:
        if env.get(name):
            return True, f"{name} is set"
    for process in facts.ancestors:
        if process in _SSH_SERVERS:
            return True, f"a parent process is {process}"
    return False, "no SSH variable is set and no parent process is an SSH server"


def _desktop(facts: Facts, env: Mapping[str, str], is_remote: bool) -> tuple[bool, str, tuple[str, ...]]:
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if env.get(name):
            return True, f"{name} is set", ()
    for name in ("WSL_DISTRO_NAME", "WSL_INTEROP"):
        if env.get(name):
            return True, f"{name} is set: Windows has the desktop", ()
    if facts.platform == "darwin":
        return (False, "macOS, but over SSH", ()) if is_remote else (True, "macOS has one", ())
    return False, "neither DISPLAY nor WAYLAND_DISPLAY is set", ()


def _multiplexer(env: Mapping[str, str]) -> tuple[str, str]:
    for name, variable in (("tmux", "TMUX"), ("screen", "STY"), ("zellij", "ZELLIJ")):
        if env.get(variable) or (variable == "ZELLIJ" and variable in env):
            return name, f"{variable} is set"
    return "", "neither TMUX, STY nor ZELLIJ is set"


def _emulator(facts: Facts, env: Mapping[str, str], multiplexer: str) -> tuple[str, str]:
    if not multiplexer:
        if name := _by_kind(facts.answers.kind):
            return name, f"it identifies as {facts.answers.kind}"
        name, why = _by_variables(env)
        return name, why or f"no variable names it; many terminals use TERM {env.get('TERM', '')}".rstrip()
    if multiplexer == "tmux" and facts.tmux is not None:
        if name := _by_kind(facts.tmux.kind):
            return name, f"tmux says that it identifies as {facts.tmux.kind}"
        if name := _by_term(facts.tmux.term):
            return name, f"tmux says that its TERM is {facts.tmux.term}"
    return "", f"it runs inside {multiplexer}, which does not report it"


def _colours(seen: _Seen) -> tuple[int, str, tuple[str, ...]]:
    env, facts = seen.env, seen.facts
    term = env.get("TERM", "")
    depth = env.get("COLORTERM", "").lower()
    if env.get("NO_COLOR"):
        return 0, "NO_COLOR is set", ()
    if not facts.is_tty:
        return 0, "there is no terminal", ()
    if term in _NO_CURSOR:
        return 0, f"TERM is {term or 'not set'}", ("export TERM=xterm-256color",)
    if depth in ("truecolor", "24bit"):
        return TRUECOLOUR, f"COLORTERM is {depth}", ()
    if term in _TRUECOLOUR_TERMS or term.endswith("-direct"):
        return TRUECOLOUR, f"TERM is {term}", ()
    advice = _colour_advice(seen.multiplexer, facts.tmux)
    if "256color" in term:
        return 256, f"TERM is {term}", advice
    return 16, f"TERM is {term or 'not set'}, which supports only these", advice


def _unicode(facts: Facts) -> tuple[bool, str, tuple[str, ...]]:
    advice = ("export LANG=C.UTF-8",)
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := facts.env.get(name):
            is_utf8 = "utf8" in value.lower().replace("-", "")
            return is_utf8, f"{name} is {value}", () if is_utf8 else advice
    if facts.is_utf8_line:
        return True, "no locale is set, but the terminal line is in UTF-8 mode", ()
    is_utf8 = facts.encoding.lower().replace("-", "") == "utf8"
    return is_utf8, f"no locale is set; stdout writes {facts.encoding}", () if is_utf8 else advice


def _colour_advice(multiplexer: str, tmux: Tmux | None) -> tuple[str, ...]:
    """What to change for 16.7 million colours, if the outer terminal has them."""
    if multiplexer == "tmux":
        return (
            "set -g default-terminal tmux-256color",
            _feature_line(tmux or Tmux(), "RGB"),
            "set-environment -g COLORTERM truecolor",
        )
    if multiplexer == "screen":
        return ("term screen-256color, in ~/.screenrc", "truecolor on, there too, with screen 5 and newer")
    return (f"export COLORTERM=truecolor, where the terminal has {TRUECOLOUR:,} colours",)


def _feature_line(tmux: Tmux, feature: str) -> str:
    """The line of ~/.tmux.conf that declares a feature of the outer terminal."""
    return f"set -as terminal-features ',{tmux.term or '*'}:{feature}'"


def _links(seen: _Seen) -> tuple[bool | None, str, tuple[str, ...]]:
    tmux = seen.facts.tmux
    if seen.multiplexer == "zellij":
        return True, "zellij passes links on", ()
    if seen.multiplexer == "screen":
        return False, "screen drops links", ()
    if not seen.multiplexer:
        if not seen.emulator:
            return None, "unknown terminal", ()
        links = EMULATORS[seen.emulator].links
        return links, f"{seen.emulator} {_does('shows them', links)}", ()
    if tmux is None:
        return None, "tmux was not asked", ()
    if tmux.version < _LINKS_SINCE:
        version = ".".join(map(str, tmux.version))
        return False, f"tmux {version} drops links", ("tmux 3.4 and newer pass them on",)
    if "hyperlinks" in tmux.features:
        return True, "tmux passes links on to this terminal", ()
    return False, "tmux does not know that this terminal supports links", (_feature_line(tmux, "hyperlinks"),)


def _clipboard(seen: _Seen) -> tuple[bool | None, str, tuple[str, ...]]:
    tmux = seen.facts.tmux
    if seen.multiplexer == "zellij":
        return None, "zellij passes it on to its terminal", ()
    if seen.multiplexer == "screen":
        return None, "screen passes it on, wrapped, to its terminal", ()
    if not seen.multiplexer:
        if not seen.emulator:
            return None, "unknown terminal", ()
        known = EMULATORS[seen.emulator]
        return known.clipboard, f"{seen.emulator} {_does('takes OSC 52', known.clipboard)}", known.advice
    if tmux is None:
        return None, "tmux was not asked", ()
    if "clipboard" in tmux.features:
        return True, 'tmux passes on what "tmux load-buffer -w" sends', ()
    reason = f"tmux does not know that this terminal ({tmux.term or 'none'}) has a clipboard"
    return False, reason, (_feature_line(tmux, "clipboard"),)


def _does(what: str, known: bool | None) -> str:
    if known is None:
        return f"{what}, depending on its settings"
    return what if known else "does not support this"


def _pictures(seen: _Seen, is_unicode: bool) -> tuple[str, str]:
    if seen.env.get("TERM", "") in _NO_CURSOR or not is_unicode:
        return "none", "half blocks require Unicode"
    if not seen.multiplexer and (pictures := seen.facts.answers.pictures):
        return pictures, "it reports this itself"
    if seen.multiplexer:
        return "blocks", f"{seen.multiplexer} does not pass pictures on"
    if not seen.emulator:
        return "blocks", "unknown terminal; half blocks work everywhere"
    return EMULATORS[seen.emulator].pictures, f"{seen.emulator} has them"


def _mouse(seen: _Seen) -> tuple[bool, str]:
    term = seen.env.get("TERM", "")
    if term in _NO_MOUSE:
        return False, f"TERM is {term or 'not set'}"
    return True, f"TERM is {term or 'not set'}, which has a mouse"


def _background(facts: Facts, env: Mapping[str, str]) -> tuple[str, str]:
    if facts.answers.background:
        return facts.answers.background, "it reports its colour"
    last = env.get("COLORFGBG", "").rpartition(";")[2]
    if last.isdecimal():
        # The eight colours of a terminal, then their bright sisters: white, and all bright ones but grey.
        is_light = int(last) == 7 or 9 <= int(last) <= 15
        return "light" if is_light else "dark", f"COLORFGBG is {env['COLORFGBG']}"
    return "", "COLORFGBG is not set"
