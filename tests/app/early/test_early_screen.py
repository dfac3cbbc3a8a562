"""What is painted before Textual is there is what the app's list then paints, cell by cell."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event

import pytest
from rich.segment import Segment

from reader.app import Start
from reader.app.early.early_screen import EarlyRefresh, can_show, codes_of, frame, place_of, view_of
from reader.app.paint.themes import OWN, named
from reader.app.reader_app import FULL, ReaderApp
from reader.config import Config
from reader.config.visit import Visit
from reader.errors import StorageError
from reader.library.muting import muting_of
from reader.library.sources import open_library
from reader.query import parse
from reader.query.results import Progress, Report
from reader.terminal import TRUECOLOUR
from tests.app.build import NOW, articles
from tests.app.pilot import settled, strips, style_of_codes
from tests.app.real_screen import RealScreen
from tests.conftest import rarely
from tests.fake_library import FakeLibrary
from tests.index.files import text_of, titles, write

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


def test_the_headlines_come_first_and_the_app_takes_over(tmp_path: Path) -> None:
    """Without an index too: the other screen is entered once, the headline is on it before Textual begins, a
    key typed in between reaches the app, and the terminal is given back."""
    write(tmp_path / "news" / "a.md", text_of("Ferries stay"))
    with RealScreen(tmp_path / "news", tmp_path, rows=20, columns=90) as screen:
        screen.wait_for("Ferries stay")
        early = bytes(screen.written)
        assert b"\x1b[?1000h" not in early and b"TOPICS" not in early
        screen.press("Q", quiet=0.05)
        assert screen.wait_for_end() == 0
        assert screen.written.count(b"\x1b[?1049h") == screen.written.count(b"\x1b[?1049l") == 1


def test_ctrl_c_before_the_app_is_there(tmp_path: Path) -> None:
    """The screen is given back and the exit code is that of Ctrl-C."""
    write(tmp_path / "news" / "a.md", text_of("Ferries stay"))
    with RealScreen(tmp_path / "news", tmp_path) as screen:
        screen.wait_for("Ferries stay")
        screen.press("\x03", quiet=0.05)
        code = screen.wait_for_end()
        assert screen.written.count(b"\x1b[?1049l") == 1
        # On a quick machine the app may be there already, and ends as for Q.
        assert code == (0 if b"\x1b[?1000h" in screen.written else 130)


def test_the_newest_are_there_before_the_rest(tmp_path: Path) -> None:
    """After the wait the newest articles can be asked for; the rest of the same refresh brings all."""
    for number in range(130):
        write(
            tmp_path / f"{number // 65}" / f"{number}.md",
            text_of(f"T{number}", f"2024-01-01T00:{number % 60:02}"),
        )
    library = open_library([tmp_path])
    load = EarlyRefresh(library)
    load.wait(20, 20)
    assert library.total == 100
    *_, last = load.rest()
    assert last.report is not None and (last.report.files, last.report.added) == (130, 130)
    assert len(titles(library)) == 130
    library.close()


class Slow:
    """A library whose refresh waits for a sign, then fails or ends."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sign = Event()
        self.error = error

    def refresh(self) -> Iterator[Progress]:
        """One step of listing, then what it was made for."""
        yield Progress("scan", 1)
        assert self.sign.wait(20)
        if self.error is not None:
            raise self.error
        yield Progress("done", report=Report())


def test_waiting_ends_when_there_is_nothing_yet() -> None:
    """A folder that takes long to list holds nobody up; its steps come later."""
    slow = Slow()
    load = EarlyRefresh(slow)  # type: ignore[arg-type]
    load.wait(1, 0.01)
    slow.sign.set()
    assert [step.phase for step in load.rest()] == ["scan", "done"]


def test_a_failure_is_for_whoever_takes_the_rest() -> None:
    """What goes wrong before the app is there is raised where the app can say it."""
    slow = Slow(StorageError("no room"))
    slow.sign.set()
    load = EarlyRefresh(slow)  # type: ignore[arg-type]
    load.wait(20, 20)
    with pytest.raises(StorageError, match="no room"):
        list(load.rest())
