"""Single pages kept as articles."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.config.sources import is_in_use
from reader.errors import UsageError
from reader.feeds import saving
from tests.feeds.conftest import QUICK, Desk
from tests.feeds.site import Page, Site, item, rss

pytestmark = pytest.mark.usefixtures("quick_workers")

STORY = (
    '<html><head><title>The ferry - Harbour</title><meta property="og:site_name" content="Harbour Post">'
    '<meta name="author" content="Ana Lund">'
    '<meta property="article:published_time" content="2026-05-06T10:00:00Z">'
    '</head><body><nav><a href="/">Home</a></nav><article><h1>The ferry</h1>'
    + "".join(
        f'<p>Paragraph {n} tells about the ferry and <a href="/dock">its dock</a> in words.</p>'
        for n in range(5)
    )
    + "</article><footer>All rights</footer></body></html>"
)


def test_a_page_becomes_an_article(site: Site, _own_places: Path) -> None:
    """It has title, author, date, site and text, with absolute links and without navigation."""
    site.pages["/story"] = Page(STORY.encode(), {"Content-Type": "text/html; charset=utf-8"})
    (saved,) = saving.save([site.url + "/story"], topics=["Ferries"], limits=QUICK)
    assert saved.is_new
    text = Path(saved.path).read_text()
    assert 'title: "The ferry"' in text and 'author: "Ana Lund"' in text and '  - "Ferries"' in text
    assert "publishedDateTime: 2026-05-06" in text and 'name: "Harbour Post"' in text
    assert f"[its dock]({site.url}/dock)" in text
    assert "All rights" not in text and "Home" not in text
    assert "/news/saved/2026/2026-05-06-the-ferry.md" in saved.path
    assert is_in_use()


def test_a_page_is_saved_once(site: Site) -> None:
    """The second time its path is returned; after it was removed it is saved again."""
    site.pages["/story"] = Page(STORY.encode())
    (first,) = saving.save([site.url + "/story"], limits=QUICK)
    (second,) = saving.save([site.url + "/story"], limits=QUICK)
    assert (second.path, second.is_new) == (first.path, False)
    Path(first.path).unlink()
    (third,) = saving.save([site.url + "/story"], limits=QUICK)
    assert third.is_new


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (Page(status=404), "404"),
        (Page(b"%PDF-1.7", {"Content-Type": "application/pdf"}), "application/pdf"),
        (Page(b"<html><body></body></html>"), "no text"),
    ],
)
def test_a_page_without_text_is_reported(site: Site, page: Page, says: str) -> None:
    """The other pages are still saved."""
    site.pages["/x"] = page
    site.pages["/story"] = Page(STORY.encode())
    failed, saved = saving.save([site.url + "/x", site.url + "/story"], limits=QUICK)
    assert says in failed.error
    assert saved.is_new


def test_full_text_replaces_an_article_s_body(desk: Desk, site: Site) -> None:
    """The header stays, and later fetches do not change the file."""
    desk.subscribe()
    site.pages["/story"] = Page(STORY.encode())
    site.pages["/feed"] = Page(rss(item(1, link=site.url + "/story")))
    desk.fetch()
    ((name, before),) = desk.articles().items()
    path = str(desk.folder / name)
    saving.keep_full_text(path, site.url + "/story", limits=QUICK)
    after = Path(path).read_text()
    assert after.partition("\n---\n")[0] == before.partition("\n---\n")[0]
    assert "Paragraph 4" in after
    site.pages["/feed"] = Page(rss(item(1, link=site.url + "/story", description="changed")))
    assert desk.fetch().updated == 0
    assert Path(path).read_text() == after
    with pytest.raises(UsageError, match="edited"):
        saving.keep_full_text(path, site.url + "/story", limits=QUICK)


def test_full_text_is_only_written_to_the_news_folder(desk: Desk, tmp_path: Path) -> None:
    """Other files are refused."""
    with pytest.raises(UsageError, match="did not come from a feed"):
        saving.keep_full_text(str(tmp_path / "x.md"), "https://paper.example/", limits=QUICK)
