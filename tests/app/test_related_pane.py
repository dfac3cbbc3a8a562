"""The related links as a pane."""

from __future__ import annotations

from datetime import timedelta

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message

from reader.app.widgets.painted_view import ArticleChosen, UrlPressed
from reader.app.widgets.related_pane import RelatedPane
from reader.article.record import Provider, Related
from reader.library import RelatedLink
from reader.query.results import Headline
from tests.app.build import NOW

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


class Following(App[None]):
    """A pane alone, with what it said."""

    CSS = "RelatedPane { max-height: 100%; }"

    def __init__(self, links: tuple[RelatedLink, ...] = LINKS) -> None:
        super().__init__()
        self.links = links
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        """The pane."""
        yield RelatedPane(lambda: NOW)

    def on_mount(self) -> None:
        """Show the links."""
        self.pane.links = self.links

    @property
    def pane(self) -> RelatedPane:
        """The pane."""
        return self.query_one(RelatedPane)

    def on_article_chosen(self, message: ArticleChosen) -> None:
        """Keep it."""
        self.said.append(message)

    def on_url_pressed(self, message: UrlPressed) -> None:
        """Keep it."""
        self.said.append(message)


def seen(pane: RelatedPane) -> list[str]:
    """The lines in the window."""
    return [pane.render_line(y).text for y in range(pane.size.height)]


async def test_rows_stand_in_columns() -> None:
    """The head counts, signs tell inside from outside, and provider and age never shift."""
    app = Following()
    async with app.run_test(size=(50, 20)) as pilot:
        await pilot.pause()
        lines = [line.rstrip() for line in seen(app.pane)]
    assert lines == [
        " RELATED  3",
        " ▌↳ A conference on the coast…  Coast Wire     2d",
        "  ↗ What a listing costs        Ledger         3d",
        "  ↗ 港口的工程师们宣布完成新…   Delta Wire     3d",
    ]


async def test_a_row_names_the_real_host() -> None:
    """Where nobody says who published it, and where its words name another host."""
    app = Following(
        (a_link("Plain", provider=""), a_link("bank.com news"), a_link("Titled", provider="bank.com"))
    )
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        text = "\n".join(seen(app.pane))
    assert text.count("out.example") == 3


async def test_narrow_rows_keep_the_title() -> None:
    """Where there is little room, provider and age go first, and no line is wider than the pane."""
    app = Following()
    async with app.run_test(size=(25, 20)) as pilot:
        await pilot.pause()
        lines = seen(app.pane)
    assert lines[2].rstrip() == "  ↗ What a listing costs"
    assert {cell_len(line) for line in lines} == {25}


async def test_choosing_follows_or_opens() -> None:
    """A link into the collection is followed, one that leads out is opened."""
    app = Following()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert (app.pane.current_title, app.pane.current_url) == (
            LINKS[0].related.title,
            "https://in.example/7",
        )
        app.pane.action_read()
        app.pane.move(1)
        app.pane.action_read()
        await pilot.pause()
    chosen, pressed = app.said
    assert isinstance(chosen, ArticleChosen) and chosen.headline is INSIDE
    assert isinstance(pressed, UrlPressed) and pressed.url == LINKS[1].related.web_url


async def test_the_cursor_stays_within_the_rows() -> None:
    """Beyond the last link there is none, and new links begin at the first."""
    app = Following()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.pane.jump(True)
        assert app.pane.current == LINKS[2]
        assert not app.pane.page(1)
        app.pane.links = LINKS[:2]
        assert app.pane.current == LINKS[0]


async def test_the_mouse_selects_and_chooses() -> None:
    """A click selects a row, a double click chooses it."""
    app = Following()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.click(RelatedPane, offset=(8, 2))
        assert app.pane.current == LINKS[1] and not app.said
        await pilot.click(RelatedPane, offset=(8, 3), times=2)
        await pilot.pause()
    assert [message.url for message in app.said if isinstance(message, UrlPressed)] == [
        LINKS[2].related.web_url
    ]


async def test_a_folded_pane_is_one_line() -> None:
    """Folded, it has the head and the first titles; opened again, all rows."""
    app = Following()
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.is_folded = True
        await pilot.pause()
        (line,) = seen(app.pane)
        assert line.startswith(" RELATED  3   A conference on the coast")
        app.pane.is_folded = False
        await pilot.pause()
        assert len(seen(app.pane)) == 4


async def test_many_links_scroll_with_the_cursor() -> None:
    """In a low pane the cursor's row is always visible."""
    app = Following(tuple(a_link(f"Number {number}") for number in range(30)))
    async with app.run_test(size=(60, 6)) as pilot:
        await pilot.pause()
        for _ in range(29):
            app.pane.move(1)
            await pilot.pause(0)
            assert any("▌" in line for line in seen(app.pane))
        assert "Number 29" in seen(app.pane)[-1]
        app.pane.jump(False)
        await pilot.pause(0)
        assert "RELATED" in seen(app.pane)[0]


async def test_no_links_are_said_so() -> None:
    """An article without related links says that there are none, and there is nothing to choose."""
    app = Following(())
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert [line.strip() for line in seen(app.pane)] == ["RELATED", "No related links."]
        app.pane.action_read()
        assert (app.pane.current, app.pane.current_url) == (None, "")


async def test_the_pane_keeps_its_room_while_more_may_come() -> None:
    """Where the next article lists no links, the pane is blank below its head until all are known."""
    app = Following()
    async with app.run_test(size=(50, 20)) as pilot:
        await pilot.pause()
        before = app.pane.size
        app.pane.begin(())
        await pilot.pause()
        assert app.pane.size == before and not app.pane.has_class("-empty")
        assert "".join(seen(app.pane)).strip() == "RELATED"
        app.pane.replace(())
        await pilot.pause()
        assert app.pane.has_class("-empty")
        app.pane.begin(())
        assert app.pane.has_class("-empty")
        app.pane.replace(LINKS[:1])
        await pilot.pause()
        assert seen(app.pane)[0].rstrip() == " RELATED  1" and not app.pane.has_class("-empty")
