"""Opening and copying addresses."""

from __future__ import annotations

import pytest

from reader.app.screens.addresses import Address, QrCode
from reader.config import Config
from reader.opening import clipboard, opener
from reader.terminal import Terminal
from tests.app.build import a_link, an_article
from tests.app.conftest import Launch
from tests.app.pilot import WIDE, browse, notices, picture, press, settled, until
from tests.conftest import rarely

REMOTE = Terminal(True, True, False, "", 256, True)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs that a browser got; no browser is started."""
    urls: list[str] = []

    def carry_out(plan: opener.Plan, terminal: Terminal, aside: object) -> opener.Outcome:
        if not plan.steps:
            return opener.Outcome(False, plan.sentence)
        urls.append(plan.url)
        return opener.Outcome(True, "Sent to the browser")

    monkeypatch.setattr(opener, "carry_out", carry_out)
    return urls


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the terminal's clipboard got."""
    texts: list[str] = []

    def carry_out(plan: clipboard.CopyPlan, write: object) -> clipboard.Copied:
        texts.append(plan.text)
        return clipboard.Copied(True, "Sent to the terminal's clipboard.")

    monkeypatch.setattr(clipboard, "carry_out", carry_out)
    return texts


async def test_o_opens_the_page_in_the_browser(
    start: Launch, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the row in the list, or of the related link in its pane."""
    monkeypatch.setenv("BROWSER", "/bin/true")
    some = [an_article("One", related=[a_link("Out", "https://out.example/x")])]
    async with start(some).run_test(size=WIDE) as pilot:
        browse(pilot).opening.terminal = REMOTE
        await press(pilot, "o")
        await press(pilot, "l", "l", "o")
        assert opened == ["https://harbourpost.example/one", "https://out.example/x"]


async def test_over_ssh_the_whole_address_is_shown_and_copied(
    start: Launch, opened: list[str], copied: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins at the left edge, so that the mouse can select it."""
    monkeypatch.delenv("BROWSER", raising=False)
    url = "https://harbourpost.example/" + "long/" * 40
    async with start([an_article("One", url=url)]).run_test(size=WIDE) as pilot:
        browse(pilot).opening.terminal = REMOTE
        await press(pilot, "o")
        assert copied == [url]
        assert isinstance(pilot.app.screen, Address)
        assert any(text.startswith("https://harbourpost.example/") for text in picture(pilot).splitlines())
        await press(pilot, "escape")
        assert not any(isinstance(screen, Address) for screen in pilot.app.screen_stack)


async def test_y_copies_the_address_and_capital_y_a_markdown_link(start: Launch, copied: list[str]) -> None:
    """Brackets in a title and parentheses in an address do not break the link."""
    url = "https://a.example/x_(y)"
    async with start([an_article("One [two]", url=url)]).run_test(size=WIDE) as pilot:
        await press(pilot, "y", "Y")
        await settled(pilot)
        assert sorted(copied) == ["[One \\[two\\]](https://a.example/x_%28y%29)", url]


@pytest.mark.parametrize("url", ["javascript:alert(1)", *rarely("file:///etc/passwd", "--flag")])
async def test_only_web_pages_are_opened(start: Launch, opened: list[str], url: str) -> None:
    """Only http and https with a host; others are refused with a notice."""
    async with start([an_article("One", url=url)]).run_test(size=WIDE) as pilot:
        await press(pilot, "o")
        assert not opened
        assert len(notices(pilot.app)) == 1


async def test_an_article_without_an_address_is_reported(start: Launch, opened: list[str]) -> None:
    """Nothing is opened or copied."""
    async with start([an_article("One", url="")]).run_test(size=WIDE) as pilot:
        await press(pilot, "o", "y", "Y")
        assert set(notices(pilot.app)) == {"This article has no address"}


async def test_selected_articles_are_opened_after_a_question(
    start: Launch, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names them; "no" opens nothing, "yes" opens each once, and they stay selected."""
    monkeypatch.setenv("BROWSER", "/bin/true")
    some = [
        an_article(f"Title {number}", hours=number, url=f"https://a.example/{number}") for number in range(12)
    ]
    async with start(some).run_test(size=WIDE) as pilot:
        browse(pilot).opening.terminal = REMOTE
        await press(pilot, *["v"] * 11, "o")
        assert "Open 11 pages?" in picture(pilot) and "3 more" in picture(pilot)
        await press(pilot, "n")
        assert opened == []
        await press(pilot, "o", "y")
        assert sorted(opened) == sorted(f"https://a.example/{number}" for number in range(11))
        assert len(browse(pilot).articles.selection) == 11


async def test_addresses_of_several_are_copied_and_shown_together(
    start: Launch, opened: list[str], copied: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One per line, as a Markdown list with Y; without a browser all are shown with their titles."""
    monkeypatch.delenv("BROWSER", raising=False)
    some = [
        an_article(f"Title {number}", hours=number, url=f"https://a.example/{number}") for number in range(2)
    ]
    async with start(some).run_test(size=WIDE) as pilot:
        browse(pilot).opening.terminal = REMOTE
        await press(pilot, "v", "v", "y")
        await press(pilot, "Y")
        assert copied == [
            "https://a.example/0\nhttps://a.example/1",
            "- [Title 0](https://a.example/0)\n- [Title 1](https://a.example/1)",
        ]
        await press(pilot, "o", "y")
        assert isinstance(pilot.app.screen, Address)
        assert picture(pilot).count("https://a.example/") == 2 and "Title 1" in picture(pilot)


async def test_l_shows_the_address_with_its_qr_code(start: Launch, copied: list[str]) -> None:
    """Nothing is copied before y; with little room the code has its own page."""
    async with start([an_article("One", url="https://a.example/x")]).run_test(size=(60, 22)) as pilot:
        await press(pilot, "L")
        assert "https://a.example/x" in picture(pilot) and "█▀▀▀▀▀█" not in picture(pilot)
        await press(pilot, "c")
        assert "█▀▀▀▀▀█" in picture(pilot) and "https://a.example/x" not in picture(pilot)
        await pilot.resize_terminal(60, 10)
        await press(pilot)
        assert "█▀▀▀▀▀█" not in picture(pilot) and "https://a.example/x" in picture(pilot)
        assert copied == []
        await press(pilot, "y")
        assert copied == ["https://a.example/x"]
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, Address)


async def test_a_qr_code_in_ascii(start: Launch) -> None:
    """Spaces on two backgrounds, because half blocks would be replaced."""
    some = [an_article("One", url="https://a.example/x")]
    config = Config(mark_read_after=-1, signs="ascii")
    async with start(some, config=config).run_test(size=(120, 60)) as pilot:
        await press(pilot, "L")
        code = pilot.app.screen.query_one(QrCode)
        assert code.display and code.needs.width == 2 * len(code.code)
        assert not set("▀▄█") & set(str(code.content))


async def test_a_browser_that_fails_later_is_reported(
    start: Launch, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is checked a few seconds later."""
    monkeypatch.setenv("BROWSER", "/bin/true")
    monkeypatch.setattr("reader.app.browsing.opening.LOOK_AGAIN", (0.01,))
    monkeypatch.setattr("reader.app.browsing.opening.late_failures", lambda: ["firefox: no display"])
    async with start(1).run_test(size=WIDE) as pilot:
        await press(pilot, "o")
        await until(pilot, lambda: any("no display" in one for one in notices(pilot.app)))


async def test_o_names_text_browsers_if_none_is_installed(
    start: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Capital O says which ones could be installed."""
    monkeypatch.setenv("PATH", "")
    async with start(1).run_test(size=WIDE) as pilot:
        await press(pilot, "O")
        assert any("w3m" in said for said in notices(pilot.app))
