"""What a terminal can do, decided from facts alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reader import terminal
from reader.terminal import ALLOWED, TRUECOLOUR, Facts, Terminal, decide
from reader.terminal.decide import EMULATORS
from reader.terminal.facts import Answers, choices, read_answers, read_tmux


def seen(env: Mapping[str, str], **facts: Any) -> Terminal:
    """A terminal with this environment."""
    return decide(Facts(env=env, is_tty=True, **facts))


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"])
def test_ssh_variables_mean_remote(name: str) -> None:
    """Any of OpenSSH's variables counts, unless it is empty."""
    assert seen({name: "10.0.0.1 50000 22"}).is_remote
    assert not seen({name: ""}).is_remote


def test_a_parent_sshd_means_remote() -> None:
    """sudo and `su -` drop the variables, but not the parent processes."""
    assert seen({}, ancestors=("bash", "sudo", "sshd-session")).is_remote
    assert not seen({}, ancestors=("bash", "systemd")).is_remote


def test_tmux_s_client_counts_more_than_the_pane() -> None:
    """The attached client counts, not the variables from when the pane was created."""
    pane = {"TMUX": "/tmp/tmux,1,0", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22", "DISPLAY": ":7"}
    left = read_tmux("3.4\txterm\t\t\toff\n-SSH_CONNECTION\nDISPLAY=:0\n")
    assert not seen(pane, tmux=left).is_remote
    assert seen(pane, tmux=left).env == {"DISPLAY": ":0"}
    assert seen({"TMUX": "x"}, tmux=read_tmux("\nSSH_CONNECTION=10.0.0.1 1 10.0.0.2 22\n")).is_remote
    assert seen(pane, tmux=read_tmux("")).is_remote
    assert seen(pane, tmux=None).is_remote


@pytest.mark.parametrize(
    ("env", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/ttys1"}, "darwin", False),
    ],
)
def test_desktops(env: dict[str, str], platform: str, expected: bool) -> None:
    """A desktop is a display server, WSL's Windows, or macOS."""
    assert seen(env, platform=platform).has_desktop is expected


def test_multiplexers_are_found_by_their_variables() -> None:
    """Not by TERM, which is passed over SSH."""
    assert seen({"TMUX": "x"}).multiplexer == "tmux"
    assert seen({"STY": "x"}).multiplexer == "screen"
    assert seen({"TERM": "screen-256color"}).multiplexer == ""


@pytest.mark.parametrize(
    ("env", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, TRUECOLOUR),
        ({"TERM": "xterm-kitty"}, TRUECOLOUR),
        ({"TERM": "xterm-direct"}, TRUECOLOUR),
        ({"TERM": "screen-256color"}, 256),
        ({"TERM": "xterm"}, 16),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, 0),
        ({}, 0),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, 0),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, 256),
    ],
)
def test_colours(env: dict[str, str], colours: int) -> None:
    """NO_COLOR wins, then COLORTERM, then what TERM promises."""
    assert seen(env).colours == colours


def test_a_pipe_has_no_colours() -> None:
    """If output goes to a file, there are no colours."""
    assert decide(Facts({"TERM": "xterm-256color"}, is_tty=False)).colours == 0


@pytest.mark.parametrize(
    ("env", "encoding", "expected"),
    [
        ({"LANG": "en_GB.UTF-8"}, "ascii", True),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "de_DE.ISO8859-1"}, "utf-8", False),
        ({"LANG": "C"}, "UTF-8", False),
        ({}, "UTF-8", True),
        ({}, "ascii", False),
    ],
)
def test_unicode_follows_the_locale(env: dict[str, str], encoding: str, expected: bool) -> None:
    """The variables are read in their order; if none is set, stdout's encoding decides."""
    assert seen(env, encoding=encoding).is_unicode is expected


def test_every_finding_has_a_reason() -> None:
    """`reader doctor` prints it."""
    findings = seen({"TERM": "xterm", "DISPLAY": ":0", "TMUX": "x"}).findings
    assert [finding.name for finding in findings] == [
        "terminal", "remote", "desktop", "multiplexer", "emulator", "colours", "unicode", "links",
        "clipboard", "pictures", "mouse", "background",
    ]  # fmt: skip
    assert all(finding.value and finding.reason for finding in findings)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no procfs")
def test_parent_processes_are_found_by_name(tmp_path: Path) -> None:
    """Names in procfs may contain spaces and parentheses."""
    shell = tmp_path / "ssh d) (x"
    shell.symlink_to(sys.executable)
    ask = "from reader.terminal.facts import ancestors; print(ancestors())"
    start = f"import subprocess, sys; subprocess.run([{sys.executable!r}, '-c', {ask!r}], check=True)"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run([shell, "-c", start], capture_output=True, text=True, env=env, check=True)
    assert "'ssh d) (x'" in said.stdout


def test_the_real_environment_gives_every_finding() -> None:
    """Whatever the environment of the tests is."""
    for look in (terminal.glance, terminal.here):
        assert len(look({}).findings) == 12


FOOT_IN_TMUX = "3.4\tfoot\tfoot(1.16.2)\tclipboard,hyperlinks,RGB\texternal\n-SSH_CONNECTION\n"


@pytest.mark.parametrize(
    ("env", "emulator", "links", "clipboard", "pictures"),
    [
        ({"TERM": "xterm-kitty"}, "kitty", True, True, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iTerm2", True, None, "iterm2"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2", "SSH_TTY": "x"}, "iTerm2", True, None, "iterm2"),
        ({"TERM": "foot"}, "foot", True, True, "sixel"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, "VTE", True, False, "blocks"),
        ({"TERM": "linux"}, "Linux console", False, False, "blocks"),
        ({"TERM": "xterm-256color"}, "", None, None, "blocks"),
        ({"TERM": "xterm-kitty", "LANG": "C"}, "kitty", True, True, "none"),
    ],
)
def test_terminals_are_recognised_by_their_variables(
    env: dict[str, str], emulator: str, links: bool | None, clipboard: bool | None, pictures: str
) -> None:
    """Without such a variable nothing is claimed."""
    here = seen(env)
    assert (here.emulator, here.links, here.clipboard, here.pictures) == (
        emulator,
        links,
        clipboard,
        pictures,
    )


def test_a_pane_s_own_terminal_variables_are_ignored() -> None:
    """Inside tmux they may be out of date; tmux names the terminal of the attached client."""
    pane = {"TMUX": "x", "TERM": "tmux-256color", "KITTY_WINDOW_ID": "1", "TERM_PROGRAM": "tmux"}
    assert seen(pane).emulator == "" and seen(pane).links is None
    here = seen(pane, tmux=read_tmux(FOOT_IN_TMUX))
    assert (here.emulator, here.links, here.clipboard, here.pictures) == ("foot", True, True, "blocks")


@pytest.mark.parametrize(
    ("said", "name", "line"),
    [
        ("3.3a\tst\t\tbpaste\texternal", "clipboard", "set -as terminal-features ',st:clipboard'"),
        ("3.4\tst\t\tclipboard\ton", "links", "set -as terminal-features ',st:hyperlinks'"),
        ("3.3a\tst\t\tclipboard\ton", "links", "tmux 3.4 and newer pass them on"),
        ("3.4\tst\t\t\ton", "colours", "set -as terminal-features ',st:RGB'"),
    ],
)  # fmt: skip
def test_advice_for_tmux_is_a_line_of_its_configuration(said: str, name: str, line: str) -> None:
    """It enables what tmux does not pass on."""
    here = seen({"TMUX": "x", "TERM": "tmux-256color"}, tmux=read_tmux(said))
    assert line in next(finding.advice for finding in here.findings if finding.name == name)


def test_overrides_replace_findings() -> None:
    """Each finding that can be overridden accepts each of its values and names the source."""
    for name, values in ALLOWED.items():
        for value in values:
            found = next(f for f in seen({}, chosen=choices({name: value})).findings if f.name == name)
            assert found.reason == "set in the configuration"
    here = seen({"SSH_TTY": "x"}, chosen=choices({"remote": True, "links": True}, remote=False))
    assert (here.is_remote, here.links) == (False, True)
    assert here.findings[1].reason == "--local was given"


@pytest.mark.parametrize(
    ("value", "background"),
    [("15;0", "dark"), ("0;15", "light"), ("0;default;7", "light"), ("7;8", "dark"), ("", "")],
)  # fmt: skip
def test_light_or_dark(value: str, background: str) -> None:
    """The last number of COLORFGBG is the background colour."""
    assert seen({"COLORFGBG": value}).background == background


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"", Answers()),
        (b"\x1b[?62;4;22c", Answers(pictures="sixel", is_answering=True)),
        (b"\x1b[?4c", Answers(is_answering=True)),
        (
            b"\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.36.4)\x1b\\\x1b]11;rgb:ffff/f0f0/e0e0\x1b\\\x1b[?62;c",
            Answers("kitty(0.36.4)", "light", "kitty", True),
        ),
        (b"\x1b]11;rgb:1d/20/21\x07\x1b[?1;2c", Answers(background="dark", is_answering=True)),
    ],
)
def test_a_terminal_s_replies_are_parsed(said: bytes, expected: Answers) -> None:
    """Name, background and pictures are read from whichever replies arrive."""
    assert read_answers(said) == expected
    here = seen({"TERM": "xterm-256color", "LANG": "C.UTF-8"}, answers=expected)
    assert here.background == expected.background
    assert here.pictures == (expected.pictures or "blocks")


def test_every_emulator_has_a_known_kind_of_pictures() -> None:
    """The table only contains values that can be overridden."""
    assert {known.pictures for known in EMULATORS.values()} <= set(ALLOWED["pictures"])


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no procfs")
@pytest.mark.parametrize(("chosen", "expected"), [({}, "False"), ({"LC_CTYPE": "C.UTF-8"}, "True")])
def test_python_s_coerced_locale_does_not_count(chosen: dict[str, str], expected: str) -> None:
    """Under LANG=C Python sets LC_CTYPE itself; only the user's locale promises Unicode."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))
    }
    env = {**kept, **chosen, "LANG": "C", "PYTHONPATH": os.pathsep.join(sys.path)}
    ask = (
        "import os; from reader.terminal import glance; print(os.environ['LC_CTYPE'], glance({}).is_unicode)"
    )
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, env=env, check=True)
    assert said.stdout.split() == ["C.UTF-8", expected]
