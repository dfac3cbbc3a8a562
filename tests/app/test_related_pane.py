"""The related links as a pane."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from rich.cells import cell_len
from textual.pilot import Pilot

from reader.app.widgets.painted_view import ArticleChosen, UrlPressed
from reader.app.widgets.related_pane import RelatedPane
from reader.article.record import Provider, Related
from reader.library import RelatedLink
from reader.query.results import Headline
from tests.app.build import NOW
from tests.app.pilot import Alone, click, quiet

INSIDE = Headline(
    number=7,
    id="7",
    title="Inside",
    provider="Coast Wire",
    domain="",
    topics=(),
    date=NOW - timedelta(days=2),
    quality=1,
    heat=1,
    category="",
    type="",
    url="https://in.example/7",
    is_draft=False,
    is_read=False,
    is_starred=False,
    tags=(),
)


def a_link(title: str, *, headline: Headline | None = None, provider: str = "Coast Wire") -> RelatedLink:
    """A related link, three days old."""
    url = f"https://out.example/{len(title)}"
    return RelatedLink(Related(title, "", NOW - timedelta(days=3), url, "", Provider(provider)), headline)


LINKS = (
    a_link("A conference on the coast ends [/x]", headline=INSIDE),
    a_link("What a listing costs", provider="Ledger"),
    a_link("港口的工程师们宣布完成新灯塔的全部测试工作", provider="Delta Wire"),
)


@asynccontextmanager
async def related(
    links: Sequence[RelatedLink] = LINKS, width: int = 60, height: int = 20
) -> AsyncIterator[tuple[Pilot[None], Alone[RelatedPane]]]:
    """A pane in a window of this size, with these links."""
    app = Alone(RelatedPane(lambda: NOW))
    async with app.run_test(size=(width, height)) as pilot:
        app.pane.links = links
        await quiet(pilot)
        yield pilot, app


async def test_rows_stand_in_columns() -> None:
    """The head counts, signs tell inside from outside, and provider and age never shift."""
    async with related(width=50) as (_, app):
        assert app.seen == [
            " RELATED  3",
            " ▌↳ A conference on the coast…  Coast Wire     2d",
            "  ↗ What a listing costs        Ledger         3d",
            "  ↗ 港口的工程师们宣布完成新…   Delta Wire     3d",
        ]


async def test_a_row_names_the_real_host() -> None:
    """Where nobody says who published it, and where its words name another host."""
    links = (a_link("Plain", provider=""), a_link("bank.com news"), a_link("Titled", provider="bank.com"))
    async with related(links) as (_, app):
        assert "\n".join(app.seen).count("out.example") == 3


async def test_narrow_rows_keep_the_title() -> None:
    """Where there is little room, provider and age go first, and no line is wider than the pane."""
    async with related(width=25) as (_, app):
        assert app.seen[2] == "  ↗ What a listing costs"
        assert {cell_len(app.pane.render_line(y).text) for y in range(4)} == {25}


async def test_choosing_follows_or_opens() -> None:
    """A link into the collection is followed, one that leads out is opened."""
    async with related() as (pilot, app):
        assert (app.pane.current_title, app.pane.current_url) == (
            LINKS[0].related.title,
            "https://in.example/7",
        )
        app.pane.action_read()
        app.pane.move(1)
        app.pane.action_read()
        await quiet(pilot)
    chosen, pressed = app.messages
    assert isinstance(chosen, ArticleChosen) and chosen.headline is INSIDE
    assert isinstance(pressed, UrlPressed) and pressed.url == LINKS[1].related.web_url


async def test_the_cursor_stays_within_the_rows() -> None:
    """Beyond the last link there is none, and new links begin at the first."""
    async with related() as (pilot, app):
        app.pane.jump(True)
        assert app.pane.current == LINKS[2]
        assert not app.pane.page(1)
        app.pane.links = LINKS[:2]
        assert app.pane.current == LINKS[0]


async def test_the_mouse_selects_and_chooses() -> None:
    """A click selects a row, a double click chooses it."""
    async with related() as (pilot, app):
        await click(pilot, (8, 2), RelatedPane)
        assert app.pane.current == LINKS[1] and not app.messages
        await click(pilot, (8, 3), RelatedPane, times=2)
        await quiet(pilot)
    assert [message.url for message in app.messages if isinstance(message, UrlPressed)] == [
        LINKS[2].related.web_url
    ]


async def test_a_folded_pane_is_one_line() -> None:
    """Folded, it has the head and the first titles; opened again, all rows."""
    async with related() as (pilot, app):
        app.pane.is_folded = True
        await quiet(pilot)
        (line,) = app.seen
        assert line.startswith(" RELATED  3   A conference on the coast")
        app.pane.is_folded = False
        await quiet(pilot)
        assert len(app.seen) == 4


async def test_many_links_scroll_with_the_cursor() -> None:
    """In a low pane the cursor's row is always visible."""
    async with related(tuple(a_link(f"Number {number}") for number in range(30)), 60, 6) as (pilot, app):
        for _ in range(29):
            app.pane.move(1)
            await pilot.pause(0)
            assert any("▌" in line for line in app.seen)
        assert "Number 29" in app.seen[-1]
        app.pane.jump(False)
        await pilot.pause(0)
        assert "RELATED" in app.seen[0]


async def test_no_links_are_said_so() -> None:
    """An article without related links says that there are none, and there is nothing to choose."""
    async with related(()) as (pilot, app):
        assert [line.strip() for line in app.seen] == ["RELATED", "No related links."]
        app.pane.action_read()
        assert (app.pane.current, app.pane.current_url) == (None, "")


async def test_the_pane_keeps_its_room_while_more_may_come() -> None:
    """Where the next article lists no links, the pane is blank below its head until all are known."""
    async with related(LINKS, 50, 20) as (pilot, app):
        before = app.pane.size
        app.pane.begin(())
        await quiet(pilot)
        assert app.pane.size == before and not app.pane.has_class("-empty")
        assert "".join(app.seen).strip() == "RELATED"
        app.pane.replace(())
        await quiet(pilot)
        assert app.pane.has_class("-empty")
        app.pane.begin(())
        assert app.pane.has_class("-empty")
        app.pane.replace(LINKS[:1])
        await quiet(pilot)
        assert app.seen[0] == " RELATED  1" and not app.pane.has_class("-empty")
