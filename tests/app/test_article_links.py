"""Addresses in the article as links of the terminal's own."""

from __future__ import annotations

import pytest

from tests.app.build import an_article
from tests.app.pilot import strips
from tests.app.test_article_pane import Reading


@pytest.mark.parametrize("has_links", [True, False])
async def test_addresses_are_links_of_the_terminal(has_links: bool) -> None:
    """The article's own, those in its text however they wrap, and those at its foot, where that is wished;
    topics and the provider lead nowhere outside."""
    app = Reading(an_article(body=f"See [{'many words ' * 12}](https://x.example/1) or https://y.example/2"))
    async with app.run_test(size=(60, 50)) as pilot:
        app.pane.has_links = has_links
        app.pane.refresh()
        await pilot.pause()
        lines = strips(app)
    leads: dict[str, str] = {}
    for text, style, _ in (segment for strip in lines for segment in strip):
        if style is not None and style.link:
            leads[style.link] = leads.get(style.link, "") + text
    own = "https://harbourpost.example/harbour-lab-plans-a-listing"
    assert set(leads) == ({own, "https://x.example/1", "https://y.example/2"} if has_links else set())
    if has_links:
        assert leads[own].strip() == "harbourpost.example"
        words = leads["https://x.example/1"]
        assert words.count("many") == 24 and "[1]" in words and words.endswith("https://x.example/1")
