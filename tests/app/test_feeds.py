"""Feeds on the screen: fetching, subscribing, importing, the page of feeds, full text."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, OptionList

from reader.app import Start
from reader.app.browsing.fetching import FeedProcess
from reader.app.reader_app import ReaderApp
from reader.app.screens.feeds import FeedForm, FeedRow, FeedsPage, SubscribePage
from reader.cli.feed_worker import answers_to
from reader.config import Config
from reader.errors import ReaderError
from reader.feeds import subscriptions
from reader.feeds.state import FeedState
from reader.feeds.subscriptions import Subscription
from reader.feeds.workers import Workers, answer_to
from reader.library.sources import open_library
from reader.query import Query
from tests.app.pilot import NARROW, WIDE, browse, line, notices, picture, quiet, send, settled, until
from tests.feeds.site import Page, Site, item, rss

RSS = {"Content-Type": "application/rss+xml"}


@pytest.fixture
def site() -> Iterator[Site]:
    """A server with one feed of three entries, and a page that names two feeds."""
    made = Site()
    made.pages["/feed"] = Page(rss(*(item(number) for number in range(3))), RSS)
    made.pages["/comments"] = Page(rss(item(9, guid="c9"), title="Comments"), RSS)
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}">' for name in ("feed", "comments")
    )
    made.pages["/"] = Page(f"<html><head>{links}</head></html>".encode(), {"Content-Type": "text/html"})
    yield made
    made.close()


@pytest.fixture
def news(_own_places: Path) -> Path:
    """The news folder, still empty."""
    folder = _own_places / "data" / "news"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread fetches and reads feeds instead of processes, which take most of a second to start."""

    def steps(process: FeedProcess) -> Iterator[dict[str, Any]]:
        for answer in answers_to(**process.task):
            if answer.keys() == {"error"}:
                raise ReaderError(answer["error"])
            yield json.loads(json.dumps(answer))

    async def exchanged(_: Workers, said: Mapping[str, Any], raw: bytes) -> Any:
        return json.loads(json.dumps(answer_to({**said}, raw)))

    monkeypatch.setattr(FeedProcess, "steps", steps)
    monkeypatch.setattr(Workers, "exchanged", exchanged)


@asynccontextmanager
async def reading(folder: Path, size: tuple[int, int] = WIDE, **said: object) -> AsyncIterator[Pilot[int]]:
    """The screen over a folder, by default the news folder, with its first look done."""
    library = open_library([folder])
    start = Start(library, Query(), Config(mark_read_after=-1), is_news=True)._replace(**said)  # type: ignore[arg-type]
    async with ReaderApp(start).run_test(size=size) as pilot:
        await until(pilot, lambda: not browse(pilot).refreshing.is_refreshing)  # a fetch may go on
        yield pilot
    library.close()


async def fetched(pilot: Pilot[int], articles: int) -> None:
    """Wait for the end of a fetch, after which so many articles are listed."""
    screen = browse(pilot)
    await until(pilot, lambda: len(screen.articles) == articles and not screen.fetching.is_fetching)


async def test_what_is_due_is_fetched_by_itself_and_said_once(site: Site, news: Path) -> None:
    """The screen opens, feeds are fetched, and one notice says how many articles are new."""
    subscriptions.add([Subscription(f"{site.url}/feed", "Harbour Post", "Sea")])
    async with reading(news) as pilot:
        await until(pilot, lambda: len(browse(pilot).articles) == 3)
        await until(pilot, lambda: not browse(pilot).fetching.is_fetching)
        await settled(pilot)
        assert notices(pilot.app) == ["3 new"]
        assert site.paths() == ["/feed"]


@pytest.mark.usefixtures("in_a_thread")
async def test_r_fetches_without_moving_the_cursor(site: Site, news: Path) -> None:
    """New articles come above and below the article under the cursor, which keeps it."""
    subscriptions.add([Subscription(f"{site.url}/feed", "Harbour Post")])
    async with reading(news) as pilot:
        screen = browse(pilot)
        await fetched(pilot, 3)
        await send(pilot, "j")
        await settled(pilot)
        held = screen.articles.headline
        assert held is not None
        site.pages["/feed"] = Page(rss(*(item(number) for number in range(9))), RSS)
        await send(pilot, "R")
        await fetched(pilot, 9)
        await settled(pilot)
        assert screen.articles.headline is not None
        assert screen.articles.headline.id == held.id
        assert notices(pilot.app) == ["6 new"]


async def test_a_fetch_says_how_far_it_is_and_r_stops_it(site: Site, news: Path) -> None:
    """Keys work meanwhile; what comes after it was stopped is dropped."""
    go_on = Event()

    def slow(_: object) -> Page:
        go_on.wait(20)
        return Page(rss(item(7, guid="slow")), RSS)

    site.pages["/slow"] = slow
    subscriptions.add([Subscription(f"{site.url}/feed"), Subscription(f"{site.url}/slow")])
    async with reading(news) as pilot:
        screen = browse(pilot)
        await until(pilot, lambda: "1 of 2 feeds · 3 new · R stops" in line(pilot, 1))
        await send(pilot, "question_mark")
        assert pilot.app.screen is not screen
        await send(pilot, "escape")
        await send(pilot, "R")
        assert not screen.fetching.is_fetching
        assert "feeds" not in line(pilot, 1)
        assert "Fetching stopped" in notices(pilot.app)
        go_on.set()
        await until(pilot, lambda: len(screen.articles) == 3)
        await settled(pilot)


async def test_escape_in_the_list_stops_a_fetch(site: Site, news: Path) -> None:
    """After the selection is cleared, if there is one."""
    go_on = Event()
    site.pages["/slow"] = lambda _: Page(b"") if go_on.wait(20) else Page(b"")
    subscriptions.add([Subscription(f"{site.url}/slow")])
    async with reading(news) as pilot:
        await until(pilot, lambda: browse(pilot).fetching.is_fetching)
        await send(pilot, "escape")
        assert not browse(pilot).fetching.is_fetching
        go_on.set()
        await settled(pilot)


@pytest.mark.usefixtures("in_a_thread")
async def test_failures_are_said_in_words(site: Site, news: Path) -> None:
    """A single one with its feed; R without feeds looks for files as before."""
    async with reading(news) as pilot:
        await send(pilot, "R")
        await settled(pilot)
        assert notices(pilot.app) == ["Nothing new in 0 files"]
        subscriptions.add([Subscription(f"{site.url}/gone", "Lost")])
        await send(pilot, "R")
        await until(pilot, lambda: any("Lost: not found (404)" in one for one in notices(pilot.app)))
        await settled(pilot)


@pytest.mark.usefixtures("in_a_thread")
async def test_subscribing_shows_what_was_found_before_it_is_kept(site: Site, news: Path) -> None:
    """Title, number, the newest three and where; one of several is chosen, then a folder."""
    async with reading(news) as pilot:
        await send(pilot, "b")
        page = pilot.app.screen
        assert isinstance(page, SubscribePage)
        page.query_one("#feed-address", Input).value = site.url
        await send(pilot, "enter")
        await until(pilot, lambda: len(page.found) == 2)
        await quiet(pilot)
        shown = picture(pilot)
        assert "Harbour Post  RSS 2.0, 3 articles" in shown
        assert "· Title 2" in shown
        assert not subscriptions.load()[0]
        await send(pilot, "down")
        assert "/comments" in picture(pilot)
        await send(pilot, "up", "enter", *"Sea", "enter")
        kept = subscriptions.load()[0]
        assert [(one.address, one.name, one.folder) for one in kept] == [
            (f"{site.url}/feed", "Harbour Post", "Sea")
        ]
        await fetched(pilot, 3)
        await settled(pilot)


@pytest.mark.usefixtures("in_a_thread")
async def test_leaving_the_dialog_keeps_nothing(site: Site, news: Path) -> None:
    """Esc while it looks, or when it was found, and an address without a feed."""
    async with reading(news) as pilot:
        await send(pilot, "b")
        page = pilot.app.screen
        assert isinstance(page, SubscribePage)
        page.query_one("#feed-address", Input).value = f"{site.url}/nowhere"
        await send(pilot, "enter")
        await until(pilot, lambda: "not found (404)" in picture(pilot))
        page.query_one("#feed-address", Input).value = f"{site.url}/feed"
        await send(pilot, "enter")
        await until(pilot, lambda: len(page.found) == 1)
        await send(pilot, "escape")
        await settled(pilot)
        assert not subscriptions.load()[0]


async def subscribe(pilot: Pilot[int], address: str) -> None:
    """Subscribe in the dialog to the one feed at an address."""
    await send(pilot, "b")
    page = pilot.app.screen
    assert isinstance(page, SubscribePage)
    page.query_one("#feed-address", Input).value = address
    await send(pilot, "enter")
    await until(pilot, lambda: len(page.found) == 1)
    await send(pilot, "enter")


@pytest.mark.usefixtures("in_a_thread")
async def test_from_the_sample_subscribing_opens_the_news(site: Site, news: Path, tmp_path: Path) -> None:
    """The sample says how to begin; the reader starts again with the news folder."""
    (tmp_path / "one.md").write_text("---\ntitle: One\n---\nText.\n")
    opened: list[str] = []
    async with reading(tmp_path, is_news=False, is_sample=True, reopen=opened.append) as pilot:
        assert "Sample articles. Add your own: b subscribe · i import OPML · C open a folder" in line(
            pilot, 1
        )
        await subscribe(pilot, f"{site.url}/feed")
        await quiet(pilot)
    assert opened == [str(news)]


@pytest.mark.usefixtures("in_a_thread")
async def test_subscribing_in_another_folder_gives_one_notice(site: Site, news: Path, tmp_path: Path) -> None:
    """It names the feed and the key that opens the news."""
    (tmp_path / "one.md").write_text("---\ntitle: One\n---\nText.\n")
    async with reading(tmp_path, is_news=False) as pilot:
        await subscribe(pilot, f"{site.url}/feed")
        await until(pilot, lambda: notices(pilot.app))
        assert notices(pilot.app) == ["Subscribed to Harbour Post; C and Enter open your news"]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_an_empty_folder_says_how_to_bring_in_news(tmp_path: Path, size: tuple[int, int]) -> None:
    """With the keys."""
    async with reading(tmp_path, size, is_news=False) as pilot:
        shown = picture(pilot)
        for words in ("No articles yet.", "b subscribe", "i import OPML", "C open a folder"):
            assert words in shown
        assert "C open folder" in line(pilot, -1) and "o open " not in line(pilot, -1)


@pytest.mark.usefixtures("in_a_thread")
async def test_importing_says_what_is_in_a_file_first(site: Site, news: Path, tmp_path: Path) -> None:
    """How many feeds, and what is omitted and why."""
    file = tmp_path / "feeds.opml"
    file.write_text(
        f'<opml><body><outline text="Sea"><outline text="Harbour & Post" xmlUrl="{site.url}/feed"/></outline>'
        '<outline text="Odd" xmlUrl="ftp://odd.example/"/></body></opml>'
    )
    async with reading(news) as pilot:
        await send(pilot, "i")
        pilot.app.screen.query_one(Input).value = str(file)
        await send(pilot, "enter")
        await until(pilot, lambda: "Subscribe to 1 feed?" in picture(pilot))
        assert "ftp://odd.example/" in picture(pilot)
        await send(pilot, "y")
        await fetched(pilot, 3)
        assert subscriptions.load()[0][0].folder == "Sea"
        await send(pilot, "i")
        pilot.app.screen.query_one(Input).value = str(tmp_path / "none.opml")
        await send(pilot, "enter")
        await until(pilot, lambda: any("check the path" in one for one in notices(pilot.app)))
        await settled(pilot)


@pytest.mark.usefixtures("in_a_thread")
async def test_the_page_of_feeds(site: Site, news: Path) -> None:
    """Articles, unread, age and error of each; edit, pause, unsubscribe, and each taken back."""
    subscriptions.add([
        Subscription(f"{site.url}/feed", "Harbour Post", "Sea"), Subscription(f"{site.url}/gone", "Lost"),
    ])  # fmt: skip
    async with reading(news) as pilot:
        await fetched(pilot, 3)
        await settled(pilot)
        await send(pilot, "s", "E")
        page = pilot.app.screen
        assert isinstance(page, FeedsPage)
        listed = page.query_one(OptionList)
        await until(pilot, lambda: listed.option_count == 2)
        await settled(pilot)
        rows = [str(listed.get_option_at_index(place).prompt).split() for place in (0, 1)]
        assert rows[0] == ["Harbour", "Post", "Sea", "3", "3", "now"]
        assert rows[1][:6] == ["Lost", "never", "not", "found", "(404);", "look"]

        await send(pilot, "p")
        assert not subscriptions.load()[0][0].enabled
        await send(pilot, "u")
        assert subscriptions.load()[0][0].enabled

        await send(pilot, "e")
        form = pilot.app.screen
        assert isinstance(form, FeedForm)
        form.query_one("#feed-every", Input).value = "soon"
        await send(pilot, "enter")
        assert "is not a duration" in str(form.query_one(".dialog--error", Label).render())
        form.query_one("#feed-every", Input).value = "2h"
        form.query_one("#feed-keep", Input).value = "90d"
        await send(pilot, "enter")
        changed = subscriptions.load()[0][0]
        assert (changed.every, changed.keep, changed.name) == (7200, 90 * 86400, "Harbour Post")

        await send(pilot, "d")
        assert [one.name for one in subscriptions.load()[0]] == ["Lost"]
        await send(pilot, "u")
        assert [one.name for one in subscriptions.load()[0]] == ["Harbour Post", "Lost"]
        assert subscriptions.load()[0][0].every == 7200
        assert "Subscribed to Harbour Post again" in notices(pilot.app)
        assert page.row is not None and (page.row.label, page.row.articles) == ("Harbour Post", 3)
        assert "d unsubscribe" in picture(pilot)
        await send(pilot, "d", "d")
        await settled(pilot)
        assert "No feeds yet" in picture(pilot) and "d unsubscribe" not in picture(pilot)
        assert "b subscribe   i import" in picture(pilot)
        await send(pilot, "escape")
        await settled(pilot)


@pytest.mark.usefixtures("in_a_thread")
async def test_a_feed_is_fetched_from_its_page(site: Site, news: Path) -> None:
    """And its row says what came."""
    subscriptions.add([Subscription(f"{site.url}/feed", "Harbour Post", enabled=False)])
    async with reading(news) as pilot:
        assert not site.paths()
        await send(pilot, "E")
        page = pilot.app.screen
        assert isinstance(page, FeedsPage)
        await until(pilot, lambda: page.row is not None)
        await send(pilot, "f")
        await until(pilot, lambda: page.row is not None and page.row.articles == 3)
        await send(pilot, "enter")
        await settled(pilot)


@pytest.mark.usefixtures("in_a_thread")
async def test_full_text_by_a_key(site: Site, news: Path) -> None:
    """The page's text is kept in the article's file and shown."""
    pytest.importorskip("trafilatura")
    words = " ".join(["The ferry was late again and nobody minded much, said the harbour master."] * 8)
    site.pages["/story"] = Page(
        f"<html><body><article><h1>Ferry</h1><p>{words}</p></article></body></html>".encode(),
        {"Content-Type": "text/html"},
    )
    site.pages["/feed"] = Page(rss(item(1, link=f"{site.url}/story", title="Ferry")), RSS)
    subscriptions.add([Subscription(f"{site.url}/feed", "Harbour Post")])
    async with reading(news) as pilot:
        await fetched(pilot, 1)
        await settled(pilot)
        await send(pilot, "enter", "T")
        await until(pilot, lambda: "nobody minded" in picture(pilot))
        await settled(pilot)


def test_a_feed_without_a_name_is_called_by_its_title_on_the_page() -> None:
    """The user's name for it, else the feed's own title, else its address."""
    one = Subscription("https://paper.example/feed")
    state = FeedState(1, one.address, title="Harbour Post")
    assert FeedRow(one).label == "https://paper.example/feed"
    assert FeedRow(one, state).label == "Harbour Post"
    assert FeedRow(one._replace(name="Mine"), state).label == "Mine"
