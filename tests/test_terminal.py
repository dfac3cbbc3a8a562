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
from reader.terminal import TRUECOLOUR, Facts, Terminal, decide


def seen(env: Mapping[str, str], **facts: Any) -> Terminal:
    return decide(Facts(env=env, is_tty=True, **facts))


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"])
def test_ssh_variables_mean_remote(name: str) -> None:
    """Any of OpenSSH's variables says that the person sits elsewhere; an empty one does not."""
    assert seen({name: "10.0.0.1 50000 22"}).is_remote
    assert not seen({name: ""}).is_remote


def test_a_parent_sshd_means_remote() -> None:
    """sudo and `su -` lose the variables, not the parents."""
    assert seen({}, ancestors=("bash", "sudo", "sshd-session")).is_remote
    assert not seen({}, ancestors=("bash", "systemd")).is_remote


def test_tmux_knows_better_than_its_pane() -> None:
    """In tmux the attached client counts, not the variables from when the pane was made."""
    pane = {"TMUX": "/tmp/tmux,1,0", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}
    assert not seen(pane, tmux_ssh="-SSH_CONNECTION").is_remote
    assert seen({"TMUX": "x"}, tmux_ssh="SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22").is_remote
    assert seen(pane, tmux_ssh="").is_remote


@pytest.mark.parametrize(
    ("env", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/ttys1"}, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_desktops(env: dict[str, str], platform: str, expected: bool) -> None:
    """A desktop is a display server, WSL's Windows, or a system that always has one."""
    assert seen(env, platform=platform).has_desktop is expected


def test_multiplexers() -> None:
    """tmux and screen are told by their own variables, not by TERM, which travels over SSH."""
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
    """Where output goes to a file there is nothing to colour."""
    assert decide(Facts({"TERM": "xterm-256color"}, is_tty=False)).colours == 0


@pytest.mark.parametrize(
    ("env", "encoding", "expected"),
    [
        ({"LANG": "en_GB.UTF-8"}, "ascii", True),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "de_DE.ISO8859-1"}, "utf-8", False),
        ({"LANG": "C"}, "UTF-8", True),
        ({}, "ascii", False),
    ],
)
def test_unicode(env: dict[str, str], encoding: str, expected: bool) -> None:
    """The locale says it, in its order; where that says nothing, stdout's encoding does."""
    assert seen(env, encoding=encoding).is_unicode is expected


def test_every_finding_has_a_reason() -> None:
    """`reader doctor` can say why for each of the facts."""
    findings = seen({"TERM": "xterm", "DISPLAY": ":0", "TMUX": "x"}).findings()
    assert [finding.name for finding in findings] == [
        "terminal", "remote", "desktop", "multiplexer", "colours", "unicode",
    ]  # fmt: skip
    assert all(finding.value and finding.reason for finding in findings)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no procfs")
def test_parents_are_found_by_name(tmp_path: Path) -> None:
    """The walk up procfs finds a parent process by its name, blanks and parentheses in it included."""
    shell = tmp_path / "ssh d) (x"
    shell.symlink_to(sys.executable)
    ask = "from reader.terminal import _ancestors; print(_ancestors())"
    start = f"import subprocess, sys; subprocess.run([{sys.executable!r}, '-c', {ask!r}], check=True)"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run([shell, "-c", start], capture_output=True, text=True, env=env, check=True)
    assert "'ssh d) (x'" in said.stdout


def test_here_is_whole() -> None:
    """The real environment, whatever it is, gives a terminal with all its findings."""
    assert len(terminal.here().findings()) == 6
