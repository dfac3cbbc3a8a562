"""The screen in a real browser: what a visitor sees, presses and opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.web.chromium import Chromium, chromium
from tests.web.test_server import PATIENCE, TOKEN, serving

pytestmark = pytest.mark.timeout(400)

MANY = 150.0
"""Seconds in which ten pages and ten readers have started on a slow machine."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty articles, one of them with a link."""
    made = tmp_path_factory.mktemp("served") / "harbour-news"
    made.mkdir()
    for number in range(30):
        (made / f"{number}.md").write_text(
            f"---\ntitle: Harbour number {number}\n"
            f"originalUrl: https://harbour.example/{number}?a=b&c\n"
            f"publishedDateTime: 2026-11-{number + 1:02}T12:00:00Z\n"
            f"topics: [{'Sea' if number % 2 else 'Land'}]\n"
            "---\nText with [a link](https://reef.example/page) in it.\n"
        )
    return made


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server without a token."""
    with serving(folder, tmp_path_factory.mktemp("home")) as found:
        yield found.address


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Chromium]:
    """Starts a separate browser."""
    async with chromium() as found:
        yield found


async def _opened(browser: Chromium, url: str) -> dict[str, object]:
    """What DevTools says of the tab with an address, as soon as there is one."""
    for _ in range(int(PATIENCE / 0.1)):
        for info in browser.opened.values():
            if info["url"] == url:
                return info
        await asyncio.sleep(0.1)
    raise AssertionError(f"{url} was not opened, but {[one['url'] for one in browser.opened.values()]}")


async def test_a_visitor_reads_with_keys_mouse_and_any_window(
    address: str, browser: Chromium, tmp_path: Path
) -> None:
    """Headlines appear; keys work at once, without a click; the mouse works, and so does another size."""
    page = await browser.page(address)
    await page.see("Harbour number 29")
    assert "harbour-news" in page.emulator.text
    assert all(one.partition("//")[2].startswith(address.partition("//")[2]) for one in page.requested), (
        page.requested
    )
    assert await page.evaluate("document.title") == "Reader"
    await page.press("/")
    await page.press(*"number 17", "Enter")
    await page.wait(lambda: "1 of 30" in page.emulator.text)
    await page.press("c")
    await page.see("30 of 30")
    await page.click(*page.place_of("□ Sea"))
    await page.wait(lambda: "15 of 30" in page.emulator.text)
    await page.press("Escape")
    wide = page.size
    await page.resize(700, 500)
    await page.wait(lambda: page.size[0] < wide[0] and page.size[1] < wide[1])
    await page.see("Harbour number 17")
    await page.resize(1280, 720)
    await page.wait(lambda: page.size == wide)
    await page.see("Harbour number 17")
    await page.picture(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10_000, "the page is not empty"


async def test_links_and_copies_are_the_visitor_s(address: str, browser: Chromium) -> None:
    """`o` and a click on a link open a tab of the visitor's browser that knows nothing of the screen; nothing
    but http and https is opened, whatever a reader might send; `y` copies to the visitor's clipboard."""
    page = await browser.page(address)
    await page.see("Harbour number 29")
    before = len(browser.opened)
    for bad in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "", " https://x.example"):
        await page.evaluate(f"window.open({bad!r}, '_blank')")
    await asyncio.sleep(0.5)
    assert len(browser.opened) == before
    await page.press("o")
    info = await _opened(browser, "https://harbour.example/29?a=b&c")
    assert info["canAccessOpener"] is False
    await page.call("Page.bringToFront")
    await page.press("Enter")
    await page.see("a link")
    await page.click(*page.place_of("a link"))
    await _opened(browser, "https://reef.example/page")
    await page.call("Page.bringToFront")

    def tabs() -> int:
        return len([one for one in browser.opened.values() if one["type"] == "page"]) - 1  # one is blank

    assert tabs() == 3
    await page.press("L")
    await page.see("https://harbour.example/29?a=b&c")
    await page.click(*page.place_of("https://harbour.example/29?a=b&c"))
    await page.wait(lambda: tabs() == 4, "a tab")
    await page.call("Page.bringToFront")
    await page.press("y")
    copied = (
        "Object.getOwnPropertyDescriptor(Navigator.prototype, 'clipboard').get.call(navigator).readText()"
    )
    for _ in range(100):
        if await page.evaluate(copied) == "https://harbour.example/29?a=b&c":
            return
        await asyncio.sleep(0.1)
    raise AssertionError(await page.evaluate(copied))


@pytest.mark.long
async def test_a_reader_that_was_quit_can_be_started_again(address: str, browser: Chromium) -> None:
    """The page says that it has ended, and Enter starts another one."""
    page = await browser.page(address)
    await page.see("Harbour number 29")
    await page.press("Q")
    await page.wait(lambda: page.is_closed)
    assert await page.evaluate("getComputedStyle(document.getElementById('over')).display") == "flex"
    page.written.clear()
    page.emulator.feed(b"\x1b[2J")
    page.is_closed = False
    await page.press("Enter")
    await page.see("Harbour number 29")


@pytest.mark.long
async def test_a_token_lets_a_browser_in(folder: Path, browser: Chromium, tmp_path: Path) -> None:
    """Opened once with the token, the address without it works; a browser that had none sees a sentence."""
    with serving(folder, tmp_path, "--token", TOKEN) as server:
        address = server.address
        base = address.partition("?")[0]
        page = await browser.page(address)
        await page.see("Harbour number 29")
        assert await page.evaluate("location.href") == base
        assert await page.evaluate("document.cookie") == ""
        stranger = await browser.page(base)
        await asyncio.sleep(0.5)
        assert "token" in await stranger.evaluate("document.body.innerText")
        assert not stranger.written


@pytest.mark.long
async def test_ten_visitors_have_a_state_of_their_own(address: str, browser: Chromium) -> None:
    """Pages open at the same time have separate searches and cursors."""
    visitors = 10
    pages = await asyncio.gather(*(browser.page(address) for _ in range(visitors)))
    await asyncio.gather(*(page.see("Harbour number 29", MANY) for page in pages))

    async def search(number: int) -> None:
        await pages[number].press("/", *f"number {number + 10}", "Enter")
        await pages[number].wait(lambda: "1 of 30" in pages[number].emulator.text, "the search", MANY)

    await asyncio.gather(*(search(number) for number in range(visitors)))
    for number, page in enumerate(pages):
        assert f"Harbour number {number + 10}" in page.emulator.text
    await pages[0].press("c")
    await pages[0].see("30 of 30")
    assert all("1 of 30" in page.emulator.text for page in pages[1:])
