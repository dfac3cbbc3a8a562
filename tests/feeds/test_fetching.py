"""Whole fetches from a server on loopback into a news folder."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from email.message import Message
from pathlib import Path

import pytest

from reader.article.record import Place
from reader.errors import StorageError
from reader.feeds import subscriptions
from reader.feeds.fetching import Busy, alone
from reader.library.sources import open_library
from reader.parsing.canonical import canonical_article
from reader.parsing.frontmatter import read
from reader.query import Query
from tests.feeds.conftest import Desk
from tests.feeds.site import Page, item, rss

pytestmark = pytest.mark.usefixtures("quick_workers")


def names(desk: Desk) -> list[str]:
    """The names of the article files."""
    return [path.rpartition("/")[2] for path in desk.articles()]


def test_entries_become_article_files(desk: Desk) -> None:
    """Each entry is one file in the folder of its feed and year, in the layout that is parsed fastest."""
    desk.subscribe(folder="Sea", topics=("Ferries",), name="Harbour")
    desk.site.pages["/feed"] = Page(rss(item(1, category="News"), item(2)))
    report = desk.fetch()
    assert (report.feeds, report.fetched, report.new, report.failed) == (1, 1, 2, 0)
    files = desk.articles()
    assert sorted(files) == [
        "Sea/harbour/2026/2026-06-02-title-1.md",
        "Sea/harbour/2026/2026-06-03-title-2.md",
    ]
    text = files["Sea/harbour/2026/2026-06-02-title-1.md"]
    assert canonical_article(text, Place("/news/a.md", "a.md", "news")) is not None
    assert read(text).fields == {
        "category": "Sea",
        "title": "Title 1",
        "excerpt": "Text of number 1.",
        "publishedDateTime": "2026-06-02T10:00:00Z",
        "originalUrl": "https://paper.example/1",
        "type": "article",
        "feed": desk.site.url + "/feed",
        "guid": "guid-1",
        "provider": {"name": "Harbour", "domain": "paper.example"},
        "topics": ["News", "Ferries"],
    }
    assert text.endswith("\n---\n\nText of number 1.\n")


def test_the_library_reads_fetched_articles(desk: Desk) -> None:
    """Fields, topics and search work on them, and no problem is reported."""
    desk.subscribe(folder="Sea")
    enclosure = '<enclosure url="https://files.example/a.mp3" type="audio/mpeg" length="5000000"/>'
    desk.site.pages["/feed"] = Page(
        rss(
            item(1, title='A "quoted": title # ---', author="x@y.example (Ana)").replace(
                "</item>", enclosure + "</item>"
            )
        )
    )
    desk.fetch()
    library = open_library([desk.folder])
    try:
        for _ in library.refresh():
            pass
        assert list(library.problems()) == []
        (headline,) = library.select(Query()).window(0, 9)
        article = library.article(headline)
    finally:
        library.close()
    assert article.title == 'A "quoted": title # ---'
    assert (article.type, article.category, article.topics) == ("audio", "Sea", ())
    assert article.body.endswith("[Listen (mpeg, 5.0 MB)](https://files.example/a.mp3)")
    assert article.other["enclosures"] == [
        {"url": "https://files.example/a.mp3", "type": "audio/mpeg", "length": "5000000"}
    ]


def test_an_unchanged_feed_is_requested_with_validators(desk: Desk) -> None:
    """Both validators of the last full response are sent unchanged, and nothing is written."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)), {"ETag": 'W/"a b"', "Last-Modified": "some day in May"})
    desk.fetch()
    assert desk.site.requests[0][1]["If-None-Match"] is None
    desk.site.pages["/feed"] = Page(status=304)
    assert desk.fetch().not_modified == 1
    headers = desk.site.requests[1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('W/"a b"', "some day in May")
    desk.site.pages["/feed"] = Page(rss(item(1)), {"Last-Modified": "in June"})
    desk.fetch()
    desk.fetch()
    headers = desk.site.requests[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == (None, "in June")


def test_validators_are_omitted_after_a_week(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some servers would say "not modified" forever."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)), {"ETag": '"1"'})
    desk.fetch()
    later = time.time() + 8 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    desk.fetch()
    assert desk.site.requests[-1][1]["If-None-Match"] is None


def test_feeds_that_are_not_due_are_not_requested(desk: Desk) -> None:
    """Only --force requests them."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.fetch(force=False)
    assert desk.fetch(force=False).not_due == 1
    assert len(desk.site.requests) == 1


def test_a_changed_entry_is_rewritten_in_place(desk: Desk) -> None:
    """The file keeps its name, even if the title has changed."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.fetch()
    desk.site.pages["/feed"] = Page(rss(item(1, title="Another", description="New words.")))
    report = desk.fetch()
    assert (report.new, report.updated) == (0, 1)
    ((name, text),) = desk.articles().items()
    assert name.endswith("2026-06-02-title-1.md")
    assert 'title: "Another"' in text and "New words." in text


def test_an_edited_file_is_never_rewritten(desk: Desk) -> None:
    """A change upstream does not replace the user's edit, now or later."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1), item(2)))
    desk.fetch()
    edited = desk.folder / sorted(desk.articles())[0]
    edited.write_text(edited.read_text() + "\nMy own words.\n")
    mine = edited.read_text()
    for text in ("a", "b"):
        desk.site.pages["/feed"] = Page(rss(item(1, description=text), item(2, description=text)))
        assert desk.fetch().updated == 1
        assert edited.read_text() == mine


def test_a_deleted_file_does_not_come_back(desk: Desk) -> None:
    """It stays deleted while the feed lists the entry, and when the entry changes."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1), item(2)))
    desk.fetch()
    (desk.folder / sorted(desk.articles())[0]).unlink()
    desk.site.pages["/feed"] = Page(rss(item(1, description="x"), item(2)))
    assert desk.fetch().new == 0
    assert len(desk.articles()) == 1


def test_an_article_in_two_feeds_is_written_once(desk: Desk) -> None:
    """An aggregator's entry is the same article as the author's."""
    desk.subscribe("/feed")
    desk.subscribe("/planet")
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.site.pages["/planet"] = Page(rss(item(1, guid="planet-1"), item(2, guid="planet-2"), title="Planet"))
    assert desk.fetch().new == 2
    assert len(desk.articles()) == 2
    assert desk.fetch().new == 0


def test_an_undated_entry_keeps_its_date_and_name(desk: Desk) -> None:
    """It has the time when it was first seen, also after a change."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1, pubDate="")))
    desk.fetch()
    ((name, text),) = desk.articles().items()
    date = text.partition("publishedDateTime: ")[2].partition("\n")[0]
    assert name.rpartition("/")[2].startswith(date[:10])
    desk.site.pages["/feed"] = Page(rss(item(1, pubDate="", description="changed")))
    desk.fetch()
    ((again, text),) = desk.articles().items()
    assert again == name
    assert f"publishedDateTime: {date}\n" in text


def test_file_names_are_safe_whatever_the_title(desk: Desk) -> None:
    """Dots, slashes, emoji, device names, five thousand letters, no title, and two alike."""
    titles = [
        "..",
        "../../etc/passwd",
        "\U0001f600",
        "CON",
        "x" * 5000,
        "",
        "Same",
        "Same",
        "日本語の題",
        "a\x00b",
    ]
    desk.subscribe(name="..", folder="../..")
    desk.site.pages["/feed"] = Page(
        rss(*(item(n, title=title, guid=f"g{n}") for n, title in enumerate(titles)))
    )
    assert desk.fetch().new == len(titles)
    assert len(desk.articles()) == len(titles)
    assert list(desk.folder.parent.glob("*/*.md")) == []
    assert all(len(name.encode()) < 250 and name[:5] == "2026-" for name in names(desk))


def test_a_line_of_dashes_in_a_body_does_not_end_the_header(desk: Desk) -> None:
    """The body is read whole."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1, description="<p>a</p><hr><pre>---\ntitle: x\n---</pre>")))
    desk.fetch()
    (text,) = desk.articles().values()
    assert text.partition("\n---\n")[2].count("---") >= 3


def test_a_folder_replaced_by_a_link_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    """The fetch fails with an error, and nothing is written outside the news folder."""
    desk.subscribe(name="Harbour")
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.fetch()
    feed = desk.folder / "harbour"
    feed.rename(tmp_path / "away")
    (tmp_path / "elsewhere").mkdir()
    feed.symlink_to(tmp_path / "elsewhere")
    desk.site.pages["/feed"] = Page(rss(item(2)))
    with pytest.raises(StorageError, match="link"):
        desk.fetch()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_broken_feed_does_not_stop_the_others(desk: Desk) -> None:
    """Each failure has its own error, and the articles of other feeds arrive."""
    wall = b"<html><title>Attention required</title></html>"
    pages = {
        "gone": (Page(status=410), "410"),
        "page": (Page(b"<html><body>Hello</body></html>"), "web page"),
        "secret": (Page(status=401), "password"),
        "bad": (Page(b'<?xml version="1.0"?><rss><channel>\n<item></rss>'), "line 2"),
        "wall": (Page(wall, status=403), "(403) with a web page: the site blocks feed readers"),
        "down": (Page(wall, status=500), "500"),
        "same": (Page(status=304), "not modified (304), but nothing was fetched"),
    }
    desk.site.pages["/feed"] = Page(rss(item(1)))
    for path, (page, _) in pages.items():
        desk.site.pages[f"/{path}"] = page
        desk.subscribe(f"/{path}")
    desk.subscribe("/feed")
    report = desk.fetch()
    assert (report.failed, report.new, len(desk.articles())) == (len(pages), 1, 1)
    errors = {url.rpartition("/")[2]: error for url, error in report.errors}
    assert {path for path, (_, says) in pages.items() if says not in errors[path]} == set()


def test_invalid_addresses_fail_alone(desk: Desk) -> None:
    """Whatever feeds.toml contains, each has its own error."""
    for url in (
        "http://[::1",
        "https://u:p@[b",
        "not an address",
        "ftp://a.example/",
        "http://",
        "https://a b/",
    ):
        subscriptions.add([subscriptions.Subscription(url)])
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)))
    report = desk.fetch()
    assert (report.failed, report.new) == (6, 1)
    assert all("please report" not in error for _, error in report.errors)


def test_a_validator_that_cannot_be_sent_is_dropped(desk: Desk) -> None:
    """Odd bytes in an ETag do not prevent further fetches of the feed."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)), {"ETag": '"\xe9"', "Last-Modified": "then"})
    desk.fetch()
    assert desk.fetch().failed == 0
    headers = desk.site.requests[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == (None, "then")


def test_a_gone_feed_is_no_longer_requested(desk: Desk) -> None:
    """After 410 it is only requested if the user names it."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(status=410)
    assert desk.fetch().failed == 1
    assert desk.fetch().not_due == 1
    desk.site.pages["/feed"] = Page(rss(item(1)))
    assert desk.fetch(is_named=True).new == 1


def test_a_permanent_redirect_updates_the_subscription(desk: Desk) -> None:
    """feeds.toml gets the new address, and no article arrives twice."""
    desk.subscribe(name="Harbour")
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.fetch()
    desk.site.pages["/feed"] = Page(headers={"Location": "/new"}, status=301)
    desk.site.pages["/new"] = Page(rss(item(1), item(2)))
    report = desk.fetch()
    assert "moved" in desk.steps[0].note
    assert report.new == 1
    (one,) = subscriptions.load()[0]
    assert (one.url, one.name) == (desk.site.url + "/new", "Harbour")
    assert desk.fetch().new == 0


def test_a_redirect_to_a_page_does_not_update_the_subscription(desk: Desk) -> None:
    """The page of a vanished site does not become the feed's address."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(headers={"Location": "/home"}, status=301)
    desk.site.pages["/home"] = Page(b"<html><body>Sold</body></html>")
    assert desk.fetch().failed == 1
    assert subscriptions.load()[0][0].url.endswith("/feed")


def test_too_many_requests_applies_to_the_whole_host(desk: Desk) -> None:
    """Retry-After of one feed delays all feeds of its host."""
    for number in range(6):
        desk.subscribe(f"/{number}")
        desk.site.pages[f"/{number}"] = Page(headers={"Retry-After": "600"}, status=429)
    report = desk.fetch(force=False)
    assert report.failed <= 2
    assert report.failed + report.not_due == 6
    assert desk.fetch(force=False).not_due == 6
    assert "429" in report.errors[0][1]


def test_a_host_gets_at_most_two_connections(desk: Desk) -> None:
    """However many of its feeds are due, each is requested once."""

    def page(_: Message) -> Page:
        time.sleep(0.05)
        return Page(rss(item(1)))

    for number in range(8):
        desk.subscribe(f"/{number}")
        desk.site.pages[f"/{number}"] = page
    desk.fetch()
    assert sorted(desk.site.paths()) == [f"/{number}" for number in range(8)]
    assert desk.site.most_at_once == 2


def test_failing_feeds_are_requested_less_often(desk: Desk) -> None:
    """A successful response resets that."""
    desk.subscribe()
    desk.fetch()
    desk.fetch()
    assert desk.fetch(force=False).not_due == 1
    desk.site.pages["/feed"] = Page(rss(item(1)))
    assert desk.fetch().new == 1


def test_full_text_comes_from_the_entry_s_page(desk: Desk) -> None:
    """If the page cannot be fetched, the feed's own text is kept."""
    desk.subscribe(full_text=True)
    desk.site.pages["/feed"] = Page(
        rss(item(1, link=desk.site.url + "/story"), item(2, link=desk.site.url + "/missing"))
    )
    paragraphs = "".join(
        f"<p>Paragraph {n} of the story has quite a few words of its own.</p>" for n in range(6)
    )
    desk.site.pages["/story"] = Page(
        f"<html><head><title>Story</title></head><body><article>{paragraphs}</article></body></html>".encode()
    )
    assert desk.fetch().new == 2
    texts = list(desk.articles().values())
    assert "Paragraph 5 of the story" in texts[0]
    assert "Text of number 2." in texts[1]


def test_only_one_fetch_runs_at_a_time(desk: Desk) -> None:
    """The second one reports that another is running."""
    desk.subscribe()
    with alone(), pytest.raises(Busy, match="another reader"):
        desk.fetch()


def test_a_fetch_stops_when_the_iteration_stops(desk: Desk) -> None:
    """No file is half-written, and the next fetch continues."""
    from reader.feeds.fetching import fetch

    for number in range(6):
        desk.subscribe(f"/{number}", name=f"F{number}")
        desk.site.pages[f"/{number}"] = Page(rss(item(number, link="")))
    steps = fetch(subscriptions.load()[0])
    next(steps)
    steps.close()
    desk.fetch()
    assert len(desk.articles()) == 6
    assert not [path for path in desk.folder.rglob("*.part")]


def test_keep_removes_old_articles_except_marked_ones(desk: Desk) -> None:
    """Removed articles, and those already too old, do not arrive again."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1), item(2), item(3)))
    desk.fetch()
    subscriptions.change(desk.site.url + "/feed", {"keep": "1d"})
    kept = sorted(desk.articles())[0]
    desk.site.pages["/feed"] = Page(rss(item(1), item(2), item(3), item(4)))
    report = desk.fetch(protected=lambda paths: {kept})
    assert (report.removed, report.new) == (2, 0)
    assert list(desk.articles()) == [kept]
    assert desk.fetch(protected=lambda paths: {kept}).new == 0


def test_existing_files_are_recognised_without_the_state(desk: Desk, _own_places: Path) -> None:
    """After the state is lost, a fetch adopts the files that it wrote before."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1), item(2, pubDate="")))
    desk.fetch()
    before = desk.articles()
    for file in (_own_places / "data").glob("feeds.db*"):
        file.unlink()
    assert desk.fetch().new == 0
    assert desk.articles() == before


def test_a_full_disk_is_reported_and_the_next_fetch_continues(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, and no file is half-written."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1), item(2), item(3)), {"ETag": '"1"'})
    rename, calls = os.rename, []

    def full(*args: object, **how: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        rename(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(StorageError, match="[Nn]o space"):
        desk.fetch()
    assert len(desk.articles()) == 1
    monkeypatch.setattr(os, "rename", rename)
    desk.fetch()
    assert len(desk.articles()) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_is_reported(desk: Desk) -> None:
    """The next fetch writes all articles once the folder is writable."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.folder.mkdir(parents=True)
    desk.folder.chmod(0o500)
    with pytest.raises(StorageError, match="can't be written"):
        desk.fetch()
    desk.folder.chmod(0o700)
    assert desk.fetch().new == 1


def test_passwords_are_sent_but_never_shown(desk: Desk, _own_places: Path) -> None:
    """From the address or a command, they appear in no file and no message."""
    with_user = desk.site.url.replace("http://", "http://ana:hush-hush@") + "/a"
    command = (sys.executable, "-c", "print('hush-hush')")
    subscriptions.add(
        [
            subscriptions.Subscription(with_user),
            subscriptions.Subscription(desk.site.url + "/b", user="ana", password_command=command),
        ]
    )
    for path in ("/a", "/b"):
        desk.site.pages[path] = Page(rss(item(1 if path == "/a" else 2), title=path[1:]))
    assert desk.fetch().new == 2
    assert {headers["Authorization"] for _, headers in desk.site.requests} == {"Basic YW5hOmh1c2gtaHVzaA=="}
    assert "hush" not in "".join(desk.articles().values()) + repr(desk.steps)
    with sqlite3.connect(_own_places / "data" / "feeds.db") as database:
        assert "hush" not in "".join(database.iterdump())
    database.close()


def test_a_list_does_not_import_the_fetcher() -> None:
    """`reader list` finds the news folder without the modules that fetching needs."""
    code = (
        "import sys; from reader.cli import main; main(['list', '--limit', '1']);"
        "names = ('reader.feeds', 'httpx', 'feedparser', 'tomlkit');"
        "print(sorted(m for m in sys.modules if m.startswith(names)), file=sys.stderr)"
    )
    subscriptions.add([subscriptions.Subscription("https://a.example/")])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert done.stderr.splitlines()[-1] == "[]"


def test_a_feed_recovers_after_days_of_404(desk: Desk) -> None:
    """An occasional 404 does not end the fetching of a feed."""
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.subscribe()
    desk.fetch()
    del desk.site.pages["/feed"]
    assert desk.fetch().failed == desk.fetch().failed == 1
    desk.site.pages["/feed"] = Page(rss(item(1), item(2)))
    report = desk.fetch()
    assert (report.failed, report.new) == (0, 1)
    assert len(desk.articles()) == 2


def test_an_empty_mount_point_is_not_an_emptied_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written while the disk is missing; a folder emptied by the user is respected."""
    mounted = {str(desk.folder)}
    monkeypatch.setattr("os.path.ismount", lambda path: str(path) in {"/", *mounted})
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.subscribe()
    desk.fetch()
    away = desk.folder.rename(desk.folder.with_name("away"))
    desk.folder.mkdir()
    mounted.clear()
    desk.site.pages["/feed"] = Page(rss(item(1), item(2)))
    with pytest.raises(StorageError, match="is not mounted at"):
        desk.fetch()
    assert not any(desk.folder.iterdir())
    mounted.add(str(desk.folder))
    assert desk.fetch().new == 1
    shutil.rmtree(desk.folder)
    away.rename(desk.folder)


def test_a_missing_news_folder_is_reported(desk: Desk) -> None:
    """Nothing is written until the folder, perhaps on a disk that is not mounted, is back."""
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.subscribe()
    desk.fetch()
    away = desk.folder.rename(desk.folder.with_name("away"))
    desk.site.pages["/feed"] = Page(rss(item(1), item(2)))
    with pytest.raises(StorageError, match="is gone.*mkdir"):
        desk.fetch()
    assert not desk.folder.exists()
    away.rename(desk.folder)
    assert desk.fetch().new == 1
    assert len(desk.articles()) == 2
