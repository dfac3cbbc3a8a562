"""What is painted before Textual is there is what the app's list then paints, cell by cell."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from rich.segment import Segment

from reader.app import Start
from reader.app.early.first_headlines import can_show, codes_of, frame, place_of, view_of
from reader.app.paint.themes import OWN, named
from reader.app.reader_app import FULL, ReaderApp
from reader.config import Config
from reader.config.visit import Visit
from reader.library.muting import muting_of
from reader.query import parse
from reader.terminal import TRUECOLOUR
from tests.app.build import NOW, articles
from tests.app.pilot import settled, strips, style_of_codes
from tests.conftest import rarely
from tests.fake_library import FakeLibrary

SIZES = [
    *((163, 52), (100, 30), (60, 24)),
    *rarely((120, 40), (300, 80), (81, 71), (100, 14), (130, 9)),
]


def cells(segments: Iterable[Segment]) -> list[tuple[str, bool, tuple[int, ...]]]:
    """Each character, whether it is bold, and its two colours as six numbers."""
    found = []
    for text, style, _ in segments:
        assert style is not None and style.color is not None and style.bgcolor is not None
        styles = (style.color.triplet, style.bgcolor.triplet)
        colours = tuple(part for triplet in styles if triplet is not None for part in triplet)
        found += [(char, bool(style.bold), colours) for char in text]
    return found


def is_same(one: tuple[str, bool, tuple[int, ...]], other: tuple[str, bool, tuple[int, ...]]) -> bool:
    """Whether two cells look the same; Textual rounds a colour in 256 by one here and there."""
    near = all(abs(mine - theirs) <= 1 for mine, theirs in zip(one[2], other[2], strict=True))
    return one[:2] == other[:2] and near


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("query", "config", "visit"),
    [
        ("", Config(mark_read_after=-1), Visit()),
        (
            "AI",
            Config(mark_read_after=-1, theme="reader-light", rows="compact", sidebar_width=19),
            Visit(sizes={"list": 40, "list_rows": 9}),
        ),
        ("", Config(mark_read_after=-1, mute={"*": ("Chips",)}), Visit(article="the 21st")),
    ],
    ids=("plain", "narrowed", "returning"),
)
async def test_the_first_rows_are_those_of_the_list(
    size: tuple[int, int], query: str, config: Config, visit: Visit
) -> None:
    """On every layout the early rows are where the app's are, in the same colours."""
    library = FakeLibrary(articles(40))
    results = library.select(parse(query).and_also(muting_of(config.mute, {})[0].of(parse(query))), NOW)
    if visit.article:
        visit = visit._replace(article=results.window(20, 21)[0].id)
    cursor = place_of(library, results, visit.article)
    view = view_of(results, config, visit.sizes, size, cursor)
    theme = named(config.theme or OWN[0].name, [])
    assert theme is not None
    style = {name: style_of_codes(codes) for name, codes in codes_of(theme, TRUECOLOUR).items()}
    assert view is not None and view.cursor == (20 if visit.article else 0)
    early = [cells(Segment(piece.text, style[piece.style]) for piece in line) for line in view.lines(NOW)]
    app = ReaderApp(Start(library, parse(query), config, "~/news", visit=visit, clock=lambda: NOW))
    async with app.run_test(size=size) as pilot:
        screen = await settled(pilot)
        box, region = view.box, screen.articles.scrollable_content_region
        assert (box.x, box.y, box.width, box.height) == (region.x, region.y, *screen.articles.size)
        lines = strips(pilot.app)[box.y : box.y + box.height]
        later = [cells(strip.crop(box.x, box.x + box.width)) for strip in lines]
        assert [pair for pair in zip(sum(early, []), sum(later, []), strict=True) if not is_same(*pair)] == []


def test_nothing_is_painted_for_what_is_out_of_the_ordinary() -> None:
    """No article, another theme, no colours, plain signs, a terminal too small: the app begins by itself."""
    some, none = (FakeLibrary(articles(count)).select(parse(""), NOW) for count in (3, 0))
    assert view_of(none, Config(), {}, (100, 30)) is None
    assert view_of(some, Config(), {}, (100, 4)) is None
    assert view_of(some, Config(), {}, (100, 30)) is not None
    assert named("nord", []) is None
    assert can_show(Config(), FULL)
    assert not can_show(Config(), FULL._replace(colours=0))
    assert not can_show(Config(), FULL._replace(is_unicode=False))
    assert not can_show(Config(signs="ascii"), FULL)


@pytest.mark.parametrize(("colours", "sign"), [(1 << 24, ";2;"), (256, ";5;"), (16, "m")])
def test_in_as_many_colours_as_there_are(colours: int, sign: str) -> None:
    """No terminal gets colours that it does not know."""
    view = view_of(FakeLibrary(articles(3)).select(parse(""), NOW), Config(), {}, (100, 30))
    text = frame(view, OWN[0], os.terminal_size((100, 30)), NOW, colours)
    assert sign in text
    assert (";2;" in text, ";5;" in text) == (colours > 256, colours == 256)
