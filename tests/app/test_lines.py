"""The painted lines above and below the panes."""

from __future__ import annotations

import pytest

from reader.app.widgets.lines import PLACEHOLDERS
from reader.config import Config
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, line, picture, press, quiet, settled
from tests.conftest import LONG, rarely


@pytest.mark.parametrize(("columns", "second"), [(24, "12 unread"), (60, "12 unread · newest first")])
async def test_the_status_is_cut_between_its_parts(start: Launch, columns: int, second: str) -> None:
    """Where there is no room for all the last ones go, and the first is whole."""
    async with start(12).run_test(size=(columns, 10)) as pilot:
        await settled(pilot)
        assert line(pilot, 0).rstrip().endswith("12 of 12")
        assert line(pilot, 1).rstrip().endswith(second)


@pytest.mark.parametrize(
    ("columns", "text", "said"),
    [
        (
            140,
            "topik:AI",
            'unknown field "topik"; did you mean "topic"? To search for these words, quote them',
        ),
        pytest.param(100, "topik:AI", 'unknown field "topik"; did you mean "topic"?', marks=LONG),
        pytest.param(60, "since:yesterdax", '"yesterdax" is not a date', marks=LONG),
        (60, "quality:>=x", "expected a number, a comparison like >=50 or a range lik…"),
    ],
)
async def test_a_long_mistake_is_said_in_whole_sentences(
    start: Launch, columns: int, text: str, said: str
) -> None:
    """The last ones are omitted where there is no room; one that is too long alone is cut."""
    async with start(12).run_test(size=(columns, 30)) as pilot:
        await press(pilot, "/", *text)
        shown = next(line(pilot, y) for y in (1, 2) if "▴" in line(pilot, y))
        assert f"▴ {said}" in shown and ("…" in shown) == ("…" in said)


async def test_the_sign_stays_under_the_mistake(start: Launch) -> None:
    """Where the words have no room behind it, their last sentence is omitted."""
    async with start(12).run_test(size=WIDE) as pilot:
        screen = await press(pilot, "/")
        screen.search_bar.line.value = f"{'wind ' * 6}topik:AI"
        await settled(pilot)
        assert line(pilot, 1).index("▴") == line(pilot, 0).index("topik")


async def test_what_can_be_searched_is_never_cut(start: Launch) -> None:
    """The empty search bar says as much as there is room for."""
    async with start(12).run_test(size=(60, 30)) as pilot:
        for columns in (60, 66, 72, 80, 90, 100, 140):
            await pilot.resize_terminal(columns, 30)
            screen = await settled(pilot)
            said = screen.search_bar.line.placeholder
            assert said in PLACEHOLDERS[:3], columns
            assert f"⌕ {said} " in line(pilot, 1 if columns < 80 else 0), columns


@pytest.mark.parametrize("width", [47, 58, *rarely(44, 46, 48, 53, 60)])
async def test_a_notice_is_whole_at_any_width(start: Launch, width: int) -> None:
    """Its last word is on its own line where it must be, and nothing of the pane shows at its edge."""
    async with start().run_test(size=(width, 20), notifications=True) as pilot:
        screen = await settled(pilot)
        screen.say("1 problem in the files: reader check lists it")
        await quiet(pilot)
        lines = picture(pilot).splitlines()
        first = next(place for place, text in enumerate(lines) if "▌ 1 problem" in text)
        said = " ".join(text.partition("▌")[2].strip() for text in lines[first:-1])
    assert said == "1 problem in the files: reader check lists it"


@pytest.mark.parametrize(("signs", "bar"), [("auto", "━" * 4 + "─" * 12), ("ascii", "=" * 4 + "-" * 12)])
async def test_progress_can_be_seen_without_colours(
    start: Launch, signs: str, bar: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done and what is left are drawn with different signs."""
    monkeypatch.setattr("reader.app.browsing.refreshing.REPORT_EVERY", 0.001)  # the first refresh ends
    async with start(12, config=Config(signs=signs)).run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        screen.information.progress = (0.25, "3 of 12 read")
        await quiet(pilot)
        assert line(pilot, 1).rstrip().endswith(f"{bar}  3 of 12 read")
