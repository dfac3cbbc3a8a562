"""`reader subscribe`, `fetch`, `feeds` and their companions, as typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.feeds.site import Page, Site, item, rss


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site with one feed of two articles."""
    monkeypatch.setenv("COLUMNS", "100")
    made = Site()
    made.pages["/feed"] = Page(rss(item(1), item(2)))
    yield made
    made.close()


def test_subscribe_fetch_and_list(site: Site, run: Run) -> None:
    """Without a SOURCE, commands then use the news folder."""
    code, out, _ = run("subscribe", site.url + "/feed", "--folder", "Sea")
    assert (code, out.startswith("subscribed to Harbour Post (RSS 2.0, 2 articles)")) == (0, True)
    assert run("subscribe", site.url + "/feed").out == f"already subscribed to {site.url}/feed\n"
    assert "to change it, edit" in run("subscribe", site.url + "/feed", "--folder", "Land").out
    assert run("count").out == "0\n"
    code, out, _ = run("fetch", "--format", "json")
    report = json.loads(out)
    assert code == 0
    assert list(report) == [
        "feeds", "fetched", "notModified", "notDue", "failed", "new", "updated", "seconds", "errors",
    ]  # fmt: skip
    assert (report["feeds"], report["fetched"], report["new"], report["errors"]) == (1, 1, 2, [])
    titles = [record["title"] for record in json.loads(run("list", "--format", "json").out)]
    assert titles == ["Title 2", "Title 1"]
    assert run("count", "--category", "sea").out == "2\n"
    assert "0 new articles from 1 feed (1 not due)" in run("fetch").out


def test_feeds_are_listed(site: Site, run: Run) -> None:
    """As JSON with every key, and as a table with the error."""
    run("subscribe", site.url + "/feed", "--folder", "Sea", "--name", "Harbour")
    run("fetch")
    run("mark", "read", "--limit", "1")
    del site.pages["/feed"]
    assert run("fetch", "--force").code == 1
    (record,) = json.loads(run("feeds", "--format", "json").out)
    assert list(record) == [
        "url", "name", "folder", "articles", "unread", "lastFetched", "nextFetch", "error", "fullText",
    ]  # fmt: skip
    assert [record[key] for key in ("name", "folder", "articles", "unread")] == ["Harbour", "Sea", 2, 1]
    assert "404" in record["error"]
    assert record["lastFetched"].endswith("Z") and record["nextFetch"].endswith("Z")
    table = run("feeds").out.splitlines()
    assert table[0].split() == ["NAME", "FOLDER", "ARTICLES", "UNREAD", "FETCHED"]
    assert "not found (404)" in table[1]


def test_every_feed_has_its_own_counts(site: Site, run: Run) -> None:
    """Feeds of the same name in two folders, one outside any folder, and one without articles."""
    for number, words in enumerate(((), ("--folder", "Sea"), ("--folder", "Sea/North"), ("--folder", "Sea"))):
        items = (item(10 * number + one) for one in range(number + 1)) if number < 3 else ()
        site.pages[f"/{number}"] = Page(rss(*items))
        run("subscribe", f"{site.url}/{number}", "--name", "Post", *words)
    run("fetch")
    records = json.loads(run("feeds", "--format", "json").out)
    assert [one["articles"] for one in records] == [1, 2, 3, 0]


def test_an_empty_feed_has_no_articles(site: Site, run: Run) -> None:
    """The articles of the only other feed are not counted for it, whatever its folder."""
    site.pages["/none"] = Page(rss())
    for path, words in (("/none", ()), ("/feed", ("--folder", "Sea")), ("/none?2", ("--folder", "Sea"))):
        site.pages.setdefault(path, Page(rss()))
        run("subscribe", site.url + path, "--name", "Post", *words)
    run("fetch")
    records = json.loads(run("feeds", "--format", "json").out)
    assert [(one["articles"], one["unread"]) for one in records] == [(0, 0), (2, 2), (0, 0)]


def test_doctor_counts_failing_feeds(site: Site, run: Run) -> None:
    """If there are feeds, it names the news folder and how many feeds fail."""
    assert "feed" not in run("doctor").out.partition("files\n")[2].partition("sample")[0]
    run("subscribe", site.url + "/feed")
    site.pages.clear()
    run("fetch")
    out = run("doctor").out
    assert "1 feed  (1 failing)" in out
    assert "/news" in out


def test_a_gone_feed_is_never_due(site: Site, run: Run) -> None:
    """`nextFetch` is null."""
    run("subscribe", site.url + "/feed")
    site.pages["/feed"] = Page(status=410)
    code, _, err = run("fetch")
    assert code == 1 and "gone (410)" in err
    assert json.loads(run("feeds", "--format", "json").out)[0]["nextFetch"] is None


def test_several_feeds_need_a_choice(site: Site, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal they are listed in the error; --yes takes the first."""
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}">' for name in ("feed", "b")
    )
    site.pages["/"] = Page(f"<html><head>{links}</head></html>".encode())
    site.pages["/b"] = Page(rss(item(3), title="Second"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    code, _, err = run("subscribe", site.url)
    assert code == 2 and "Second" in err and "--yes" in err
    assert run("subscribe", site.url, "--yes").out.startswith("subscribed to Harbour Post")


def test_unsubscribing_keeps_or_deletes_articles(site: Site, run: Run, _own_places: Path) -> None:
    """Starred articles are kept; deleted ones arrive again after a new subscription."""
    news = _own_places / "data" / "news"
    run("subscribe", site.url + "/feed")
    run("fetch")
    assert run("unsubscribe", "harb").code == 0
    assert len(list(news.rglob("*.md"))) == 2
    run("subscribe", site.url + "/feed")
    assert "0 new" in run("fetch", "--force").out
    run("mark", "star", "--limit", "1")
    code, out, _ = run("unsubscribe", "Harbour Post", "--delete-articles")
    assert code == 0 and "1 article of Harbour Post deleted; 1 article kept" in out
    assert len(list(news.rglob("*.md"))) == 1
    run("subscribe", site.url + "/feed")
    assert "1 new article" in run("fetch").out


@pytest.mark.parametrize("mark", ["tag:later", "star", "note:Keep it"])
@pytest.mark.parametrize("place", [[], ["--sort", "-date"]])
def test_keep_removes_old_articles_but_not_marked_ones(
    site: Site, run: Run, _own_places: Path, monkeypatch: pytest.MonkeyPatch, place: list[str], mark: str
) -> None:
    """The Library's marks protect them, wherever the article is in the list."""
    monkeypatch.setattr("reader.cli.feeds._WINDOW", 1)
    run("subscribe", site.url + "/feed")
    run("fetch")
    assert run("mark", mark, "--limit", "1", *place).code == 0
    toml = _own_places / "config" / "feeds.toml"
    toml.write_text(toml.read_text() + 'keep = "1d"\n')
    assert "1 removed" in run("fetch").out
    assert len(list((_own_places / "data" / "news").rglob("*.md"))) == 1


def test_feeds_are_exported_and_imported(site: Site, run: Run, tmp_path: Path) -> None:
    """The written OPML can be imported; skipped lines are counted."""
    urls = tmp_path / "urls"
    urls.write_text(f"{site.url}/feed Sea ~Harbour\nexec:x\n")
    code, out, err = run("import-feeds", str(urls))
    assert (code, out) == (0, "subscribed to 1 feed, 1 skipped\n")
    assert "line 2" in err
    assert run("export-feeds", str(tmp_path / "feeds.opml")).code == 0
    run("unsubscribe", "Harbour")
    assert run("import-feeds", str(tmp_path / "feeds.opml")).out == "subscribed to 1 feed\n"
    assert '<opml version="2.0">' in run("export-feeds").out
    again = run("import-feeds", str(tmp_path / "feeds.opml")).out
    assert again == "subscribed to 0 feeds, 1 already subscribed\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("subscribe",), 2),
        (("subscribe", "--every", "often", "https://a.example"), 2),
        (("unsubscribe",), 2),
        (("unsubscribe", "nothing"), 1),
        (("fetch", "nothing"), 1),
        (("fetch", "--jobs", "0"), 2),
        (("import-feeds",), 2),
        (("import-feeds", "/nonexistent/file"), 3),
        (("save",), 2),
        (("save", "ftp://a.example/"), 3),
        (("feeds",), 0),
        (("fetch",), 0),
    ],
)
def test_exit_codes(run: Run, words: tuple[str, ...], code: int) -> None:
    """Each has one sentence if it is not 0, and never a traceback."""
    found, _, err = run(*words)
    assert found == code
    assert err.count("\n") == (1 if code else err.count("\n"))


def test_the_configured_news_folder_is_used(
    site: Site, run: Run, _own_places: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[feeds] folder, else READER_NEWS_DIR, else the data folder; a mistake is a warning."""
    run("subscribe", site.url + "/feed")
    monkeypatch.setenv("READER_NEWS_DIR", str(tmp_path / "mine"))
    run("fetch")
    assert len(list((tmp_path / "mine").rglob("*.md"))) == 2
    config = _own_places / "config" / "config.toml"
    config.write_text('[feeds]\nfolder = "here"\nevery = "often"\n')
    code, out, err = run("count")
    assert (code, out) == (0, "0\n")
    assert "every" in err
    assert (_own_places / "config" / "here").is_dir()


def test_a_feed_without_a_name_has_its_title(site: Site, run: Run, tmp_path: Path) -> None:
    """After a fetch, lists and commands use the feed's own title."""
    urls = tmp_path / "urls"
    urls.write_text(site.url + "/feed\n")
    run("import-feeds", str(urls))
    assert json.loads(run("feeds", "--format", "json").out)[0]["name"] == site.url + "/feed"
    run("fetch")
    assert json.loads(run("feeds", "--format", "json").out)[0]["name"] == "Harbour Post"
    assert 'title="Harbour Post"' in run("export-feeds").out
    assert run("unsubscribe", "harbour").out == "unsubscribed from Harbour Post\n"
