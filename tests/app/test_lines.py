"""The painted lines above and below the panes."""

from __future__ import annotations

import pytest

from tests.app.conftest import Launch
from tests.app.pilot import line, settled


@pytest.mark.parametrize(("columns", "second"), [(24, "12 unread"), (60, "12 unread · newest first")])
async def test_the_standing_is_cut_between_its_parts(start: Launch, columns: int, second: str) -> None:
    """Where there is no room for all of them the last ones go, and the first is whole."""
    async with start(12).run_test(size=(columns, 10)) as pilot:
        await settled(pilot)
        assert line(pilot, 0).rstrip().endswith("12 of 12")
        assert line(pilot, 1).rstrip().endswith(second)
