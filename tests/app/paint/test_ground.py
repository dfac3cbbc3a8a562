"""What lies behind the panes."""

from __future__ import annotations

from textual.geometry import Region

from reader.app.paint.ground import Ground
from reader.terminal import Terminal
from tests.app.conftest import Launch
from tests.app.pilot import NARROW, WIDE, settled


async def test_what_is_covered_keeps_no_lines(start: Launch) -> None:
    """Screen and rooms hand out one blank line for all their lines, as wide as it is wanted."""
    async with start().run_test(size=WIDE) as pilot:
        screen = await settled(pilot)
        grounds = list(screen.walk_children(Ground, with_self=True))
        assert len(grounds) == 4
        for ground in grounds:
            lines = ground.render_lines(Region(0, 0, 30, 20))
            assert len(lines) == 20 and len({id(line) for line in lines}) == 1
            assert lines[0].text == " " * 30 and lines[0].cell_length == 30


async def test_the_ground_has_no_colour_where_there_are_none(start: Launch) -> None:
    """What the terminal can't show is taken out of it as out of everything else."""
    app = start()
    plain = Terminal(True, False, False, "", 0, is_unicode=True)
    app = type(app)(app.start, seen=plain)
    async with app.run_test(size=NARROW) as pilot:
        screen = await settled(pilot)
        ((_, style, _),) = screen.render_lines(Region(0, 0, 10, 1))[0]
        assert style is not None and style.bgcolor is None
