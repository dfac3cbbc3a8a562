"""Hostile addresses on the screen, with a real program as $BROWSER: by key and by mouse."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reader.article.urls import checked_url
from tests.app.build import an_article
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, browse, click, notices, picture, press, settled
from tests.opening.test_opener import NASTY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the recorder is a shell script")

REFUSED = (
    "file:///etc/passwd", "javascript:alert(1)", "--help", "-http://a.example/", "https://",
    "http:/a.example", "data:text/html,x", "vscode://file/x", "https://a.example\\\\@b.example/",
    "https://a b.example/",
)  # fmt: skip


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[list[str]]]:
    """What the browser was called with, each time; there is no other program that could open anything."""
    record = tmp_path / "record"
    program = tmp_path / "recorder"
    program.write_text(f"#!/bin/sh\n{{ printf '%s\\n' \"$@\"; echo --; }} >> '{record}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(program))
    for name in ("TMUX", "READER_RELAY", "LC_READER_RELAY"):
        monkeypatch.delenv(name, raising=False)

    def calls() -> list[list[str]]:
        text = record.read_text() if record.exists() else ""
        return [call.splitlines() for call in text.split("--\n")[:-1]]

    return calls


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Every program that is started from now on."""
    programs: list[list[str]] = []
    real = subprocess.Popen.__init__

    def start(self: Any, args: Any, *more: Any, **options: Any) -> None:
        programs.append(list(args))
        assert not options.get("shell")
        real(self, args, *more, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", start)
    return programs


async def test_nasty_addresses_by_key(
    start: Launch, recorder: Callable[[], list[list[str]]], started: list[list[str]]
) -> None:
    """Each reaches the browser as one argument, http or https, and no other program is started."""
    some = [an_article(f"Number {number:02}", url=url) for number, url in enumerate(NASTY)]
    async with start(some).run_test(size=WIDE) as pilot:
        await press(pilot, *["o", "j"] * len(NASTY))
    expected = sorted([checked_url(url)] for url in NASTY)
    assert sorted(recorder()) == expected
    assert len(expected) == 25 and all(url.startswith(("http://", "https://")) for (url,) in expected)
    assert sorted(call[1:] for call in started) == expected


@pytest.mark.long
async def test_nasty_addresses_by_mouse(
    start: Launch, recorder: Callable[[], list[list[str]]], started: list[list[str]]
) -> None:
    """The same for the links of a body and for the host below the title, pressed with the mouse."""
    body = "\n\n".join(f"[L{number:02}x](<{url.replace('>', '%3E')}>)" for number, url in enumerate(NASTY))
    app = start([an_article("One", url=NASTY[0], body=body)])
    async with app.run_test(size=(140, 90)) as pilot:
        await settled(pilot)
        rows = picture(pilot).splitlines()
        for mark in [f"L{number:02}x" for number in range(len(NASTY))]:
            y = next(y for y, row in enumerate(rows) if mark in row)
            await click(pilot, (rows[y].index(mark) + 1, y))
        y = next(y for y, row in enumerate(rows) if "harbour.example" in row)
        await click(pilot, (rows[y].index("harbour.example") + 1, y))
        await settled(pilot)
    calls = recorder()
    assert len(calls) == len(NASTY) + 1
    assert all(len(call) == 1 and call[0].lower().startswith("https://harbour.example/") for call in calls)
    assert [checked_url(NASTY[0])] in calls
    assert sorted(call[1:] for call in started) == sorted(calls)


async def test_what_is_no_page_starts_nothing(
    start: Launch, recorder: Callable[[], list[list[str]]], started: list[list[str]]
) -> None:
    """Not from the list, not from the body, not as several at once; each refusal is reported."""
    some = [an_article(f"Number {number:02}", url=url) for number, url in enumerate(REFUSED)]
    async with start(some).run_test(size=WIDE) as pilot:
        await press(pilot, *["o", "O", "L", "j"] * len(REFUSED))
        browse(pilot).opening.open_links([("", url) for url in REFUSED])
        await press(pilot, "y")
        assert len(notices(pilot.app)) >= len(REFUSED)
    assert recorder() == started == []
