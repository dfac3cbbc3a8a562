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
    """One file an entry in the folder of its feed and year, which the fast lane reads."""
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


def test_the_library_reads_what_a_fetch_wrote(desk: Desk) -> None:
    """Fields, topics and search work on articles of feeds, without a problem."""
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


def test_unchanged_feeds_cost_a_question(desk: Desk) -> None:
    """Both validators are sent byte for byte, those of the last whole answer (trap 21)."""
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


def test_now_and_then_it_asks_without_validators(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may say "not modified" forever (trap 22)."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)), {"ETag": '"1"'})
    desk.fetch()
    later = time.time() + 8 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    desk.fetch()
    assert desk.site.requests[-1][1]["If-None-Match"] is None


def test_what_is_not_due_is_not_asked(desk: Desk) -> None:
    """Only force asks before the time."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.fetch(force=False)
    assert desk.fetch(force=False).not_due == 1
    assert len(desk.site.requests) == 1


def test_a_changed_entry_is_rewritten_in_its_place(desk: Desk) -> None:
    """Under the same name, also with another title."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.fetch()
    desk.site.pages["/feed"] = Page(rss(item(1, title="Another", description="New words.")))
    report = desk.fetch()
    assert (report.new, report.updated) == (0, 1)
    ((name, text),) = desk.articles().items()
    assert name.endswith("2026-06-02-title-1.md")
    assert 'title: "Another"' in text and "New words." in text


def test_an_edit_of_the_person_s_stays(desk: Desk) -> None:
    """What changes upstream is not written over it, now or later."""
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


def test_what_the_person_deleted_does_not_come_back(desk: Desk) -> None:
    """Neither while the feed has it nor when it changes."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1), item(2)))
    desk.fetch()
    (desk.folder / sorted(desk.articles())[0]).unlink()
    desk.site.pages["/feed"] = Page(rss(item(1, description="x"), item(2)))
    assert desk.fetch().new == 0
    assert len(desk.articles()) == 1


def test_an_article_of_two_feeds_is_written_once(desk: Desk) -> None:
    """An aggregator's entry is the author's (trap 8), whichever comes first."""
    desk.subscribe("/feed")
    desk.subscribe("/planet")
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.site.pages["/planet"] = Page(rss(item(1, guid="planet-1"), item(2, guid="planet-2"), title="Planet"))
    assert desk.fetch().new == 2
    assert len(desk.articles()) == 2
    assert desk.fetch().new == 0


def test_an_undated_entry_keeps_its_date_and_name(desk: Desk) -> None:
    """It has the time when it was first seen, also after a change (trap 30)."""
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


def test_titles_that_make_no_name(desk: Desk) -> None:
    """Dots, slashes, emoji, devices, five thousand letters, none at all, and two alike (traps 11 and 31)."""
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


def test_a_line_of_dashes_in_a_text_ends_no_header(desk: Desk) -> None:
    """The body is whole (trap 31)."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1, description="<p>a</p><hr><pre>---\ntitle: x\n---</pre>")))
    desk.fetch()
    (text,) = desk.articles().values()
    assert text.partition("\n---\n")[2].count("---") >= 3


def test_a_folder_that_became_a_link_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    """A sentence, and nothing outside the news folder (trap 31)."""
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


def test_one_broken_feed_stops_no_other(desk: Desk) -> None:
    """Each failure has its sentence, and what is good arrives; a CDN that turns feed readers away with a page
    is no feed (trap 25), and "not modified" to a first request is no success."""
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


def test_addresses_that_are_none_fail_alone(desk: Desk) -> None:
    """Whatever is in feeds.toml, each has its sentence."""
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


def test_a_validator_that_can_t_be_sent_is_not_kept(desk: Desk) -> None:
    """Odd bytes in an ETag must not end the fetching of a feed."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)), {"ETag": '"\xe9"', "Last-Modified": "then"})
    desk.fetch()
    assert desk.fetch().failed == 0
    headers = desk.site.requests[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == (None, "then")


def test_a_gone_feed_is_not_asked_any_more(desk: Desk) -> None:
    """410 ends the fetching, also with force, unless the feed is named."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(status=410)
    assert desk.fetch().failed == 1
    assert desk.fetch().not_due == 1
    desk.site.pages["/feed"] = Page(rss(item(1)))
    assert desk.fetch(is_named=True).new == 1


def test_a_feed_that_moved_for_good_gets_its_new_address(desk: Desk) -> None:
    """feeds.toml says it, and nothing comes twice (trap 26)."""
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


def test_a_redirect_that_is_no_feed_moves_nothing(desk: Desk) -> None:
    """A page of a vanished site must not become the address."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(headers={"Location": "/home"}, status=301)
    desk.site.pages["/home"] = Page(b"<html><body>Sold</body></html>")
    assert desk.fetch().failed == 1
    assert subscriptions.load()[0][0].url.endswith("/feed")


def test_a_host_that_refuses_is_left_alone_as_a_whole(desk: Desk) -> None:
    """429 with Retry-After counts for every feed of the host (trap 24)."""
    for number in range(6):
        desk.subscribe(f"/{number}")
        desk.site.pages[f"/{number}"] = Page(headers={"Retry-After": "600"}, status=429)
    report = desk.fetch(force=False)
    assert report.failed <= 2
    assert report.failed + report.not_due == 6
    assert desk.fetch(force=False).not_due == 6
    assert "429" in report.errors[0][1]


def test_a_host_has_two_connections_at_most(desk: Desk) -> None:
    """However many of its feeds are due, and each is requested once (trap 23)."""

    def page(_: Message) -> Page:
        time.sleep(0.05)
        return Page(rss(item(1)))

    for number in range(8):
        desk.subscribe(f"/{number}")
        desk.site.pages[f"/{number}"] = page
    desk.fetch()
    assert sorted(desk.site.paths()) == [f"/{number}" for number in range(8)]
    assert desk.site.most_at_once == 2


def test_failures_are_asked_less_and_less(desk: Desk) -> None:
    """And an answer makes it good again."""
    desk.subscribe()
    desk.fetch()
    desk.fetch()
    assert desk.fetch(force=False).not_due == 1
    desk.site.pages["/feed"] = Page(rss(item(1)))
    assert desk.fetch().new == 1


def test_full_text_comes_from_the_entry_s_page(desk: Desk) -> None:
    """Where it can't be had the feed's own text stays."""
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


def test_two_fetches_at_once_are_one(desk: Desk) -> None:
    """The second says so."""
    desk.subscribe()
    with alone(), pytest.raises(Busy, match="another reader"):
        desk.fetch()


def test_whoever_stops_iterating_stops_the_fetch(desk: Desk) -> None:
    """Nothing is half-written, and the next fetch goes on."""
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


def test_old_articles_are_removed_but_never_marked_ones(desk: Desk) -> None:
    """`keep` goes by the date, and what was removed or too old does not come."""
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


def test_what_lies_there_already_is_recognised(desk: Desk, _own_places: Path) -> None:
    """Without the state (lost, or another machine's folder) nothing comes twice, and edits stay."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1), item(2, pubDate="")))
    desk.fetch()
    before = desk.articles()
    for file in (_own_places / "data").glob("feeds.db*"):
        file.unlink()
    assert desk.fetch().new == 0
    assert desk.articles() == before


def test_a_full_disk_is_a_sentence_and_the_next_fetch_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost and nothing half-written."""
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
def test_a_read_only_folder_is_a_sentence(desk: Desk) -> None:
    """And the next fetch, when it can be written, brings all."""
    desk.subscribe()
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.folder.mkdir(parents=True)
    desk.folder.chmod(0o500)
    with pytest.raises(StorageError, match="can't be written"):
        desk.fetch()
    desk.folder.chmod(0o700)
    assert desk.fetch().new == 1


def test_a_password_is_sent_and_shown_nowhere(desk: Desk, _own_places: Path) -> None:
    """From the address, and from a command; neither files nor messages have it."""
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


def test_a_list_imports_nothing_of_feeds() -> None:
    """`reader list` knows where the news is without what fetching needs."""
    code = (
        "import sys; from reader.cli import main; main(['list', '--limit', '1']);"
        "names = ('reader.feeds', 'httpx', 'feedparser', 'tomlkit');"
        "print(sorted(m for m in sys.modules if m.startswith(names)), file=sys.stderr)"
    )
    subscriptions.add([subscriptions.Subscription("https://a.example/")])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert done.stderr.splitlines()[-1] == "[]"


def test_a_feed_that_is_not_found_for_days_comes_back(desk: Desk) -> None:
    """404 now and then (trap 15) costs nothing: no article, no subscription."""
    desk.site.pages["/feed"] = Page(rss(item(1)))
    desk.subscribe()
    desk.fetch()
    del desk.site.pages["/feed"]
    assert desk.fetch().failed == desk.fetch().failed == 1
    desk.site.pages["/feed"] = Page(rss(item(1), item(2)))
    report = desk.fetch()
    assert (report.failed, report.new) == (0, 1)
    assert len(desk.articles()) == 2


def test_an_empty_mount_point_is_not_taken_for_emptied(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is missing nothing is written beside it; an emptied folder on it is the user's will."""
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


def test_a_news_folder_that_is_gone_is_not_taken_for_emptied(desk: Desk) -> None:
    """A disk that is not mounted: a sentence, nothing is written, and it goes on once it is back."""
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
