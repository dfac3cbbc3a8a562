"""With a Textual that lacks private names the app runs without the features that need them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from reader.app.early import features
from reader.app.early.features import FEATURES, Feature
from reader.cli import main
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, browse, picture, press
from tests.app.real_screen import RealScreen
from tests.conftest import rarely

MODULES = {
    "REPLY_FILTER": "reader.app.early.reply_filter",
    "DIFF_UPDATE": "reader.app.early.diff_update",
}
"""What imports private names: never imported while the feature is off."""
NAMED = {
    name: feature
    for name in ("EARLY_SCREEN", *MODULES, "ERROR_SENTENCE")
    for feature in [getattr(features, name)]
}
CASES = [*((name,) for name in NAMED), tuple(NAMED)]


def name_of_case(names: Sequence[str]) -> str:
    """The features of a case that are off."""
    return "all" if len(names) > 1 else names[0].lower()


LACKING = (
    "import sys; from reader.app.early import features;"
    "off = [getattr(features, name) for name in sys.argv[1].split(',')];"
    "lacking = {name for feature in off for name in feature.names};"
    "there = features._is_there; features._is_there = lambda name: name not in lacking and there(name);"
    "sys.modules.update(dict.fromkeys(filter(None, sys.argv[2].split(','))));"
    "from reader.cli import main; sys.exit(main(sys.argv[3:]))"
)
"""A reader whose Textual lacks the names of some features."""


def lacking(names: Sequence[str], *words: str) -> tuple[str, ...]:
    """The command of a reader without these features."""
    modules = ",".join(MODULES[name] for name in names if name in MODULES)
    return (sys.executable, "-c", LACKING, ",".join(names), modules, *words)


def test_every_name_is_there() -> None:
    """The Textual that is installed has all, so nothing is off here."""
    assert [features.missing(feature) for feature in FEATURES] == [()] * len(FEATURES)
    assert list(NAMED.values()) == list(FEATURES)


@pytest.mark.parametrize(
    "name",
    [
        "textual._no_such_module:Name",
        "textual.app:App._no_such_method",
        "textual._compositor:LayoutUpdate(strips, place)",
    ],
)
def test_a_name_that_is_not_there(name: str) -> None:
    """A missing module, attribute or parameter switches the feature off."""
    feature = Feature("something", "nothing", {name: "a reason"})
    assert features.missing(feature) == (name,) and not features.is_on(feature)


def test_doctor_has_one_line_for_each_that_is_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names what is lost and what is missing; with all features on there is no such line."""
    assert main(["doctor"]) == 0 and features.ERROR_SENTENCE.name not in capsys.readouterr().out
    monkeypatch.setattr(features, "_is_there", lambda name: name != "textual.app:App._fatal_error")
    assert main(["doctor"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  off ")]
    assert features.ERROR_SENTENCE.name in line and "App._fatal_error" in line


@pytest.mark.parametrize("names", CASES, ids=name_of_case)
async def test_the_app_works_without(
    names: Sequence[str], start: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headlines, the article, a search and a dialog are there with each feature off, and with all."""
    off = {name for key in names for name in NAMED[key].names}
    monkeypatch.setattr(features, "_is_there", lambda name: name not in off)
    async with start(12).run_test(size=WIDE) as pilot:
        await press(pilot, "j")
        assert browse(pilot).articles.cursor == 1
        await press(pilot, "question_mark")
        assert pilot.app.screen is not browse(pilot)
        await press(pilot, "escape", "slash", *"number", "enter")
        assert "of 12" in picture(pilot)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
@pytest.mark.parametrize("names", [CASES[-1], *rarely(*CASES[:-1])], ids=name_of_case)
def test_a_real_screen_works_without(names: Sequence[str], news: Path, tmp_path: Path) -> None:
    """Keys work and the terminal is restored; no module that needs the missing names is imported."""
    with RealScreen(news, tmp_path / "home", command=lacking(names, str(news))) as screen:
        screen.wait_for("9 of 9")
        screen.press("/Harbour 2\r")
        assert screen.wait_until(lambda: "1 of 9" in screen.emulator.text)
        screen.press("Q")
        assert screen.wait_for_end() == 0 and screen.is_line_restored
        assert b"\x1b[?1049l" in screen.written[-300:] and b"Traceback" not in screen.written


async def test_what_is_raised_while_the_app_ends_is_no_fault(start: Launch) -> None:
    """A dialog that was just opened may have lost its parts; an error before that is kept."""
    app = start(5)
    async with app.run_test(size=WIDE):
        app.exit()
        app._handle_exception(RuntimeError("too late"))
    assert app.fault is None and app.return_code == 0
