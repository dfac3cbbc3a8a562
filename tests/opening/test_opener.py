"""How a URL gets to a browser: what is decided, and what a real command then receives."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from reader.config import Config
from reader.opening.opener import Plan, PlanStep, UnsafeUrl, carry_out, plan, plan_text
from reader.opening.programs import late_failures
from reader.terminal import Facts, Terminal, decide

URL = "https://harbour.example/a"
LONG = 30.0
"""Seconds that a test waits for a command to end; a busy machine may need some of them."""

NASTY = [
    "https://harbour.example/$(touch%20owned)", "https://harbour.example/`id`", "https://harbour.example/;id",
    "https://harbour.example/a&id", "https://harbour.example/a|id", "https://harbour.example/a>owned",
    "https://harbour.example/'a'", 'https://harbour.example/"a"', "https://harbour.example/%s", "https://harbour.example/*",
    "https://harbour.example/?a=1&b=$HOME", "https://harbour.example/~", "https://harbour.example/#!x",
    "https://harbour.example/\\n", "https://harbour.example/%0a", "https://harbour.example/--help",
    "https://u:p@harbour.example/", "https://harbour.example/fähre", "https://harbour.example/例", "HTTPS://HARBOUR.EXAMPLE/A",
    "https://harbour.example/{a,b}", "https://harbour.example/[a]", "https://harbour.example/(a)",
    "https://harbour.example/a%", "https://harbour.example/\u202egpj",
]  # fmt: skip


def seen(env: dict[str, str], platform: str = "linux") -> Terminal:
    """A terminal with this environment."""
    return decide(Facts(env=env, is_tty=True, platform=platform))


LOCAL = seen({"DISPLAY": ":0"})
REMOTE = seen({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22", "DISPLAY": "localhost:10.0"})
BARE = seen({})


def planned(terminal: Terminal, *programs: str, variable: str = "", url: str = URL, **settings: Any) -> Plan:
    """The plan where just these programs are installed."""
    with patch("shutil.which", {program: f"/usr/bin/{program}" for program in programs}.get):
        return plan(url, terminal, Config(**settings), env={"BROWSER": variable})


def commands(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """The argument lists of a plan."""
    return tuple(step.argv for step in plan.steps)


def script(path: Path, body: str) -> Path:
    """A program that can be run."""
    path.write_text(f"#!{sys.executable}\nimport json, os, sys\n{body}")
    path.chmod(0o755)
    return path


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Where the recorder writes its arguments."""
    return tmp_path / "record.json"


@pytest.fixture
def recorder(tmp_path: Path, record: Path) -> Path:
    """A browser that only notes how it was called."""
    note = f"note = {str(record)!r}\n"
    facts = "[sys.argv[1:], sys.stdin.read(), os.getsid(0) == os.getpid(), os.isatty(1)]"
    return script(tmp_path / "recorder", note + f"json.dump({facts}, open(note, 'w'))\n")


def test_the_configured_browser_comes_first() -> None:
    """Also over SSH: before $BROWSER, which comes before the desktop."""
    assert commands(planned(LOCAL, "a", "b", "xdg-open", browser=("a", "--new"), variable="b")) == (
        ("a", "--new", URL), ("b", URL), ("xdg-open", URL),
    )  # fmt: skip
    assert commands(planned(REMOTE, "a", "b", "xdg-open", browser=("a",), variable="b")) == (
        ("a", URL),
        ("b", URL),
    )


def test_the_url_replaces_percent_s() -> None:
    """Without `%s` in any argument the URL comes last."""
    assert commands(planned(LOCAL, "a", browser=("a", "--url=%s", "-x"))) == (("a", f"--url={URL}", "-x"),)
    assert commands(planned(LOCAL, "a", variable="a 'b c' %s &")) == (("a", "b c", URL),)


def test_browser_variable_is_a_list() -> None:
    """Commands in $BROWSER that are not installed or not readable are skipped."""
    variable = os.pathsep.join(["gone", "'open quote", "", "b --x"])
    assert commands(planned(BARE, "b", variable=variable)) == (("b", "--x", URL),)


def test_a_browser_that_is_not_installed_is_named() -> None:
    """Even if another way opens the page; not if one of several is installed."""
    assert planned(BARE, "b", variable="gone:b").mistake == ""
    decided = planned(LOCAL, "xdg-open", variable="firefx", browser=("chrmium", "%s"))
    assert decided.mistake == (
        'browser in config.toml names "chrmium", which is not installed; '
        '$BROWSER names "firefx", which is not installed'
    )
    assert '"firefx"' in carry_out(planned(BARE, variable="firefx"), BARE).sentence


@pytest.mark.parametrize(
    ("env", "platform", "programs", "first"),
    [
        ({"DISPLAY": ":0"}, "linux", ("xdg-open", "gio"), ("xdg-open", URL)),
        ({"WAYLAND_DISPLAY": "w"}, "linux", ("gio",), ("gio", "open", URL)),
        ({"WSL_DISTRO_NAME": "d"}, "linux", ("wslview", "xdg-open"), ("wslview", URL)),
        ({}, "darwin", ("open",), ("open", URL)),
    ],
)
def test_each_desktop_has_its_command(
    env: dict[str, str], platform: str, programs: tuple[str, ...], first: tuple[str, ...]
) -> None:
    """It is used if it is installed."""
    assert commands(planned(seen(env, platform), *programs))[0] == first


@pytest.mark.parametrize("terminal", [LOCAL, REMOTE, BARE])
@pytest.mark.parametrize("program", ["w3m", "lynx", "/usr/bin/elinks"])
def test_text_browsers_need_the_terminal(terminal: Terminal, program: str) -> None:
    """Without a terminal none is started."""
    for decided in (
        planned(terminal, program, browser=(program,)),
        planned(terminal, program, variable=program),
    ):
        assert [(step.kind, step.argv) for step in decided.steps] == [("text", (program, URL))]
        assert not carry_out(decided, terminal).ok
        ran: list[Sequence[str]] = []
        assert carry_out(decided, terminal, ran.append).ok
        assert ran == [(program, URL)]


def test_pages_are_read_in_a_text_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the configured one, else the first that is installed."""
    monkeypatch.setattr("shutil.which", {"lynx": "x", "links": "x", "my": "x"}.get)
    assert plan_text(URL, Config()).steps == (PlanStep("text", ("lynx", URL)),)
    mine = Config(text_browser=("my", "-u", "%s"))
    assert plan_text(URL, mine).steps == (PlanStep("text", ("my", "-u", URL)),)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert "w3m" in plan_text(URL, Config()).sentence


@pytest.mark.parametrize(
    ("url", "program"),
    [
        ("https://clips.example/watch?v=1", "player"), ("http://CLIPS.example/", "player"),
        ("https://a.example/paper.PDF", "viewer"), ("https://a.example/clips.example/x", "firefox"),
        ("https://myclips.example/", "firefox"),
    ],
)  # fmt: skip
def test_a_pattern_chooses_the_command(url: str, program: str) -> None:
    """The first pattern that matches the address without its scheme decides, also over SSH."""
    patterns = {"clips.example/*": ("player", "--quiet"), "*.pdf": ("viewer", "--file=%s")}
    for terminal in (LOCAL, REMOTE):
        decided = planned(
            terminal, "player", "viewer", "firefox", browser=("firefox",), open=patterns, url=url
        )
        assert commands(decided)[0][0] == program


def test_a_relay_comes_before_the_server_s_browsers() -> None:
    """The environment's relay is always used, the configured one not on a desktop."""
    relay = "t" * 20 + "@127.0.0.1:7077"
    remote = seen({"READER_RELAY": relay, "DISPLAY": ":0"})
    assert planned(remote, "a", browser=("a",)).steps == (
        PlanStep("relay", place=relay),
        PlanStep("browser", ("a", URL)),
    )
    assert planned(REMOTE, relay=relay).steps == (PlanStep("relay", place=relay),)
    assert planned(BARE, relay=relay).steps == (PlanStep("relay", place=relay),)
    assert planned(LOCAL, relay=relay).steps == ()


def test_without_a_browser_the_url_is_shown() -> None:
    """Over SSH and on a bare console nothing is started, even if xdg-open is installed."""
    for terminal in (REMOTE, BARE):
        decided = planned(terminal, "xdg-open", "gio", "w3m")
        assert decided.url == URL and not decided.steps and decided.sentence
        assert carry_out(decided, terminal) == (False, decided.sentence)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "--help", "javascript:alert(1)", "https://a b/"])
def test_unsafe_urls_have_no_plan(url: str) -> None:
    """An address that must not be opened is an error."""
    with pytest.raises(UnsafeUrl):
        planned(LOCAL, "xdg-open", url=url)


@pytest.mark.parametrize("url", NASTY)
def test_a_browser_gets_the_url_as_one_argument(url: str, recorder: Path, record: Path) -> None:
    """Whatever is in the URL; it runs without a terminal and in its own session."""
    import json

    decided = plan(url, BARE, Config(), env={"BROWSER": str(recorder)})
    outcome = carry_out(decided, BARE, patience=LONG)
    assert outcome.ok, outcome.sentence
    assert "harbour.example" in outcome.sentence
    assert json.loads(record.read_text()) == [[decided.url], "", True, False]
    assert not (recorder.parent / "owned").exists()


def test_a_failing_browser_is_reported(tmp_path: Path) -> None:
    """Its error output becomes one clean line."""
    bad = script(tmp_path / "bad", "print('no \\x1b[31mscreen\\nmore', file=sys.stderr)\nsys.exit(3)\n")
    outcome = carry_out(plan(URL, BARE, Config(browser=(str(bad),)), env={}), BARE, patience=LONG)
    assert not outcome.ok
    assert "no screen" in outcome.sentence and "more" not in outcome.sentence
    assert outcome.sentence.isprintable()


def test_the_next_command_is_tried(tmp_path: Path, recorder: Path, record: Path) -> None:
    """If the first one fails or cannot be started, the second gets the URL."""
    bad = script(tmp_path / "bad", "sys.exit(1)\n")
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fnothing")
    broken.chmod(0o755)
    variable = os.pathsep.join([str(bad), str(recorder)])
    decided = plan(URL, BARE, Config(browser=(str(broken),)), env={"BROWSER": variable})
    assert carry_out(decided, BARE, patience=LONG).ok
    assert record.exists()


def test_a_running_browser_is_not_waited_for(tmp_path: Path) -> None:
    """After a short wait it counts as started."""
    stop = tmp_path / "stop"
    body = f"import time\nwhile not os.path.exists({str(stop)!r}): time.sleep(0.02)\n"
    slow = script(tmp_path / "slow", body)
    begun = time.monotonic()
    outcome = carry_out(plan(URL, BARE, Config(browser=(str(slow),)), env={}), BARE, patience=0.05)
    stop.touch()
    assert outcome.ok
    assert time.monotonic() - begun < LONG


def test_a_browser_that_fails_later_is_reported_once(tmp_path: Path) -> None:
    """The next check reports a program that seemed to run."""
    stop = tmp_path / "stop"
    body = (
        f"import time\nwhile not os.path.exists({str(stop)!r}): time.sleep(0.02)\n"
        "print('no display', file=sys.stderr)\nsys.exit(1)\n"
    )
    slow = script(tmp_path / "slow", body)
    assert carry_out(plan(URL, BARE, Config(browser=(str(slow),)), env={}), BARE, patience=0.05).ok
    assert late_failures() == []
    stop.touch()
    end = time.monotonic() + LONG
    while not (failures := late_failures()) and time.monotonic() < end:
        time.sleep(0.02)
    assert failures == ["slow: no display"]
    assert late_failures() == []


def test_a_browser_gets_the_display_of_the_attached_client(tmp_path: Path) -> None:
    """Variables that tmux knows better than its pane are in its environment."""
    there = tmp_path / "there"
    browser = script(tmp_path / "browser", f"open({str(there)!r}, 'w').write(os.environ['DISPLAY'])\n")
    assert carry_out(
        plan(URL, BARE, Config(browser=(str(browser),)), env={}),
        BARE._replace(env={"DISPLAY": ":7"}),
        patience=LONG,
    ).ok
    assert there.read_text() == ":7"
