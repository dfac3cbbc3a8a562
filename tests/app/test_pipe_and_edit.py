"""Articles piped to a command or opened in an editor."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from reader.app.screens.pipe import AskPipe, CommandOutput, OutputView
from tests.app.build import an_article
from tests.app.conftest import Launch
from tests.app.pilot import NARROW, WIDE, headline, notices, picture, press, quiet, send
from tests.conftest import rarely
from tests.fake_library import FakeLibrary

UPPER = f"{sys.executable} -c 'import sys; print(sys.stdin.read().upper())'"


async def run(pilot: Pilot[int], command: str, *keys: str) -> OutputView:
    """Have the article piped to a command; its output."""
    await press(pilot, "|")
    pilot.app.screen.query_one(Input).value = command
    await press(pilot, *keys, "enter")
    return await ended(pilot)


async def ended(pilot: Pilot[int]) -> OutputView:
    """Wait until the command has ended; its output."""
    screen = pilot.app.screen
    assert isinstance(screen, CommandOutput)
    for _ in range(500):
        await pilot.app.workers.wait_for_complete()
        await quiet(pilot)
        if screen.ended:
            break
    assert screen.ended
    return screen.query_one(OutputView)


async def test_the_article_is_piped_and_the_output_shown(start: Launch) -> None:
    """| asks for a command, which gets Markdown; Esc closes its output; the next time that command is
    proposed."""
    async with start([an_article("Wind farm", body="It turns.")]).run_test(size=WIDE) as pilot:
        view = await run(pilot, UPPER)
        assert view.text.startswith("# WIND FARM\n") and "IT TURNS." in picture(pilot)
        await press(pilot, "escape", "|")
        assert isinstance(pilot.app.screen, AskPipe) and "as Markdown" in picture(pilot)
        await press(pilot, "enter")
        assert (await ended(pilot)).text.startswith("# WIND FARM\n")
        await press(pilot, "q")


async def test_selected_articles_are_one_array(start: Launch) -> None:
    """Tab changes to JSON: an object for one article, an array for the selected ones."""
    code = f"{sys.executable} -c 'import json,sys; print(json.dumps(json.load(sys.stdin)))'"
    async with start(5).run_test(size=WIDE) as pilot:
        screen = await press(pilot)
        one = json.loads((await run(pilot, code, "tab")).text)
        assert one["title"] == headline(screen).title and "body" in one
        await press(pilot, "escape", "v", "v", "|")
        assert "Pipe 2 articles, as JSON" in picture(pilot)
        await press(pilot, "enter")
        assert len(json.loads((await ended(pilot)).text)) == 2


async def test_long_output_is_scrolled_and_wrapped(start: Launch) -> None:
    """No line is wider than the screen; G goes to the end, gg to the top."""
    code = f"{sys.executable} -c 'print((chr(119) + \"ord \") * 40); [print(n) for n in range(200)]'"
    async with start(1).run_test(size=NARROW) as pilot:
        await run(pilot, code)
        assert picture(pilot).count("word") == 40 and "\n  3 " in picture(pilot)
        await press(pilot, "G")
        assert "199" in picture(pilot) and "word" not in picture(pilot)
        await press(pilot, "g", "g", "space")
        assert "word" not in picture(pilot) and "199" not in picture(pilot)


async def test_leaving_ends_a_running_command(start: Launch) -> None:
    """Esc does not wait for it."""
    code = f"{sys.executable} -c 'import time; time.sleep(600)'"
    async with start(3).run_test(size=WIDE) as pilot:
        await send(pilot, "|")
        pilot.app.screen.query_one(Input).value = code
        await send(pilot, "enter")
        await quiet(pilot)
        assert "running" in picture(pilot)
        await send(pilot, "escape")
        await pilot.app.workers.wait_for_complete()
        await press(pilot, "j")
        assert "All" in picture(pilot)


@pytest.mark.parametrize("command", ["sed 's/", *rarely("no-such-program-here", "")])
async def test_a_command_that_cannot_run_is_reported(start: Launch, command: str) -> None:
    """An unclosed quote at once, a missing program when it is started."""
    async with start(3).run_test(size=WIDE) as pilot:
        await press(pilot, "|", *command, "enter")
        if isinstance(pilot.app.screen, CommandOutput):
            await ended(pilot)
            assert "could not start" in picture(pilot)
        else:
            assert ("not closed" if command else "no command given") in picture(pilot)


async def test_e_opens_the_file_and_reads_it_again(
    start: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The editor gets the file's path; a failure is reported."""
    path = tmp_path / "a.md"
    path.write_text("a")
    article = an_article("Wind farm")._replace(path=str(path))
    library = FakeLibrary([article])
    opened: list[Sequence[str]] = []
    monkeypatch.setenv("VISUAL", "my-editor -n")
    async with start(library=library).run_test(size=WIDE) as pilot:
        screen = await press(pilot)

        def edit(argv: Sequence[str]) -> str:
            opened.append(argv)
            library.articles[1] = article._replace(body="Edited.")
            return "my-editor: it ended with 1"

        monkeypatch.setattr(screen.opening, "run_aside", edit)
        await press(pilot, "e")
        assert opened == [("my-editor", "-n", str(path))]
        assert screen.article_pane.shown is not None and screen.article_pane.shown[0].body == "Edited."
        assert notices(pilot.app) == ["my-editor: it ended with 1"]
