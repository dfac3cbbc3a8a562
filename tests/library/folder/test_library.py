"""The desk: what the screens and the command line get when they ask for more than sets."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reader.errors import NoSuchArticle, UsageError
from reader.index import search
from reader.library import Library
from reader.library.folder import library as module
from reader.library.folder.library import POLL_SECONDS, POLL_SHARE, ChangeDetector
from reader.library.sources import open_library
from reader.pictures import PictureError
from reader.query import parse
from tests.index.files import NOW, SETTLED_NS, counts, every, named, opened, refresh, text_of, titles, write


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "feed"
    folder.mkdir()
    return folder


def test_an_empty_folder(library: Library) -> None:
    """Every question has an answer: none."""
    assert library.total == 0 and titles(library) == titles(library, "a OR -b since:7d sort:title") == []
    assert library.facet("topic", parse(""), NOW).values == ()
    assert counts(refresh(library)) == (0, 0, 0, 0, 0)
    with pytest.raises(NoSuchArticle):
        library.find("a")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Errors name the path."""
    with pytest.raises(UsageError, match="nowhere"):
        open_library([tmp_path / "nowhere"])


def test_a_home_that_cannot_be_written(feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading works from memory, and one sentence says why, what to do, and what is lost."""
    write(feed / "a.md", text_of("quiet week"))
    write(tmp_path / "file", "")
    monkeypatch.setenv("READER_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setenv("READER_DATA_DIR", str(tmp_path / "file" / "data"))
    library = opened(feed)
    [notice] = library.notices
    assert "set READER_CACHE_DIR and READER_DATA_DIR" in notice
    assert notice.endswith("the index is kept in memory and rebuilt at each start, and marks are not saved.")
    assert titles(library) == ["quiet week"]
    library.close()


def test_phrases_are_exact(feed: Path, library: Library) -> None:
    """Words side by side, in one text, in order: in any searched text, or in the title alone."""
    write(feed / "a.md", text_of("quiet week ahead", body="all is well"))
    write(feed / "b.md", text_of("week quiet", excerpt="a Quiet, WEEK", author="[Ana Lund]"))
    write(feed / "c.md", text_of("a week so quiet", topics="[week]", author="[Lund Ana]"))
    refresh(library)
    assert sorted(titles(library, '"quiet week"')) == ["quiet week ahead", "week quiet"]
    assert titles(library, 'title:"quiet week"') == ["quiet week ahead"]
    assert titles(library, '"quiet we"*') == titles(library, '"quiet week"')
    assert titles(library, '"quiet we"') == []
    assert titles(library, '-"quiet week"') == ["a week so quiet"]
    assert titles(library, 'author:"ana lund"') == ["week quiet"]
    # Where one text ends and the next begins, nothing is side by side.
    assert titles(library, '"ahead all"') == []


def test_a_phrase_with_very_many_candidates_says_at_least(
    feed: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the newest are looked at, and the answer says that there may be more."""
    for number in range(8):
        write(feed / f"{number}.md", text_of("quiet week", f"2024-01-0{number + 1}"))
    refresh(library)
    monkeypatch.setattr(search, "MOST_CHECKED", 3)
    results = library.select(parse('"quiet week"'), NOW)
    assert (len(results), results.is_exact) == (3, False)
    assert [one.date.day for one in results.window(0, 9) if one.date] == [8, 7, 6]
    few = library.select(parse('"quiet week" date:2024-01-02'), NOW)
    assert (len(few), few.is_exact) == (1, True)


def test_scripts_without_blanks(feed: Path, library: Library) -> None:
    """A run of characters is found where it is as a whole, a single one where it begins a pair."""
    write(feed / "a.md", text_of("東京都の市場"))
    write(feed / "b.md", text_of("京都の東"))
    write(feed / "c.md", text_of("猫"))
    refresh(library)
    assert titles(library, "京都") == ["東京都の市場", "京都の東"]
    assert titles(library, "東京都") == ["東京都の市場"]
    assert titles(library, "都東") == []
    assert titles(library, "京") == ["東京都の市場", "京都の東"]
    assert titles(library, "場") == ["東京都の市場"]
    assert titles(library, "猫") == ["猫"]


def test_values_are_found_whatever_their_case_and_accents(feed: Path, library: Library) -> None:
    """Fields compare whole values; addresses and paths are found by a part."""
    write(
        feed / "sub" / "a.md",
        text_of("a", url="https://news.harbour.example/2021/A?x=1", topics="[Café au lait]",
                provider="{name: Ü Post, domain: post.example}"),
    )  # fmt: skip
    write(feed / "b.md", text_of("b", topics="[Cafe]", url="https://notharbour.example/"))
    refresh(library)
    for text in (
        'topic:"CAFE AU LAIT"', "topic:café*  -b", 'provider:"u post"', "provider:U*",
        "domain:harbour.example",
        "domain:post.example", "domain:news*", "url:/2021/a", "path:SUB/a", "provider:post.example",
    ):  # fmt: skip
        assert titles(library, text) == ["a"], text
    assert titles(library, "topic:cafe") == ["b"]
    assert titles(library, f"id:{named(library, 'b')[0].id[:5]}") == ["b"]


def test_late_articles_are_in_their_time(feed: Path, library: Library) -> None:
    """What is older but came later is at its place, and in the spans of time that hold it."""
    for day in (1, 5, 9):
        write(feed / f"{day}.md", text_of(f"d{day}", f"2024-01-0{day}"))
    refresh(library)
    for day in (3, 7, 4):
        write(feed / f"{day}.md", text_of(f"d{day}", f"2024-01-0{day}"))
        refresh(library)
    assert titles(library) == ["d9", "d7", "d5", "d4", "d3", "d1"]
    assert titles(library, "sort:-date", 1, 4) == ["d3", "d4", "d5"]
    assert titles(library, "since:2024-01-04 until:2024-01-07") == ["d7", "d5", "d4"]
    assert titles(library, "date:2024-01-03") == ["d3"]


def test_find_by_the_beginning_of_an_id(feed: Path, library: Library) -> None:
    """A beginning that is one article's is enough; otherwise the error says what there is."""
    for number in range(40):
        write(feed / f"{number}.md", text_of(f"n{number}"))
    refresh(library)
    for one in every(library):
        assert library.find(one.id) == library.find(f" {one.id.upper()} ") == one
    first = every(library)[0]
    length = next(n for n in range(1, 13) if len(every(library, f"id:{first.id[:n]}")) == 1)
    assert library.find(first.id[:length]) == first
    shorter = first.id[: length - 1]
    reason = f"several ids start with {shorter}" if shorter else "an id is missing"
    with pytest.raises(NoSuchArticle, match=reason):
        library.find(shorter)
    for wrong in ("ffffffffffff", "000000000000", "", "xyz", "0" * 13, "é"):
        with pytest.raises(NoSuchArticle):
            library.find(wrong)
    with pytest.raises(NoSuchArticle, match="an id is missing"):
        library.find(" ")


def test_related_links_know_their_article(feed: Path, library: Library) -> None:
    """A link leads to the article with the same address, however it is tracked; others lead outside."""
    links = (
        "[{title: in, webUrl: 'https://News.example/b?utm_source=x#top'}, {title: out, webUrl: 'https://o.example/'},"
        " {title: none}, {title: bad, webUrl: 'nonsense'}]"
    )
    write(feed / "a.md", text_of("a", related=links))
    write(feed / "b.md", text_of("b", url="https://news.example/b"))
    refresh(library)
    found = library.related(library.article(named(library, "a")[0]))
    assert [(one.related.title, one.headline and one.headline.title) for one in found] == [
        ("in", "b"), ("out", None), ("none", None), ("bad", None)
    ]  # fmt: skip


def test_an_article_whose_file_has_gone(feed: Path, library: Library) -> None:
    """It can't be read, and a refresh is what helps."""
    write(feed / "a.md", text_of("a"))
    refresh(library)
    (one,) = every(library)
    (feed / "a.md").unlink()
    assert not library.is_fresh([one])
    with pytest.raises(NoSuchArticle, match="refresh the list"):
        library.article(one)
    refresh(library)
    with pytest.raises(NoSuchArticle, match="no longer in the collection"):
        library.article(one)


def test_duplicates_are_one_article(feed: Path, library: Library) -> None:
    """The newest is shown, the others are listed; when it goes, the next takes its place."""
    url = "https://news.example/x"
    for day in (1, 3, 2):
        write(feed / f"{day}.md", text_of("d", f"2024-01-0{day}", url=url))
    assert refresh(library).duplicates == 2
    assert titles(library) == ["d"]
    place = str(feed.resolve())
    assert list(library.duplicates()) == [
        (f"{place}/1.md", f"{place}/3.md"),
        (f"{place}/2.md", f"{place}/3.md"),
    ]
    (feed / "3.md").unlink()
    assert counts(refresh(library)) == (2, 0, 0, 1, 2)
    assert titles(library) == ["d"] and len(list(library.duplicates())) == 1
    write(feed / "1.md", text_of("e", "2024-01-01", url="https://news.example/y"), 1_700_000_009_000_000_009)
    assert refresh(library).duplicates == 0
    assert titles(library) == ["d", "e"]


def test_copy_of_a_renamed_article(tmp_path: Path) -> None:
    """A file that was moved and given another title keeps its id; a later copy of it is still a copy."""
    text = "The pilot boat left before dawn with two crew and a spare lamp."
    write(tmp_path / "old.md", text_of("Before", "2024-01-01", body=text))
    library = opened(tmp_path)
    (before,) = every(library)
    (tmp_path / "old.md").unlink()
    write(tmp_path / "new.md", text_of("After", "2024-01-02", body=text))
    refresh(library)
    write(tmp_path / "other.md", text_of("After", "2024-01-02", body=text))
    assert refresh(library).duplicates == 1
    assert [one.id for one in every(library)] == [before.id]
    library.close()


def test_ids_of_articles_of_one_second(tmp_path: Path) -> None:
    """Articles of the same title and date keep their ids when a copy of one arrives."""
    one = text_of("Tides", "2024-01-01", body="Low water at six, high at noon, wind from the west.")
    two = text_of("Tides", "2024-01-01", body="Low water at seven, high at one, no wind at all.")
    write(tmp_path / "a/older.md", text_of("Winds", "2023-01-01"))
    write(tmp_path / "a/one.md", one)
    write(tmp_path / "c/two.md", two, SETTLED_NS + 1)
    library = opened(tmp_path)
    before = {library.article(one).path: one.id for one in every(library)}
    write(tmp_path / "b.md", one, SETTLED_NS + 2)
    assert refresh(library).duplicates == 1
    after = {library.article(one).path: one.id for one in every(library)}
    before[f"{tmp_path}/b.md"] = before.pop(f"{tmp_path}/a/one.md")
    assert after == before
    ((copy, shown),) = library.duplicates()
    assert (copy, shown) == (f"{tmp_path}/a/one.md", f"{tmp_path}/b.md")
    library.close()


def test_two_roots_with_the_same_names(tmp_path: Path) -> None:
    """Files without a URL are two articles where they lie in two folders, one where the folders overlap."""
    write(tmp_path / "one" / "a.md", text_of("one"))
    write(tmp_path / "two" / "a.md", text_of("two"))
    library = opened(tmp_path / "one", tmp_path / "two")
    assert sorted(titles(library)) == ["one", "two"] and library.total == 2
    assert {library.article(one).title for one in every(library)} == {"one", "two"}
    library.close()
    library = opened(tmp_path / "one", tmp_path, tmp_path / "two" / "a.md")
    assert library.total == 2 and list(library.duplicates()) == []
    library.close()


def test_single_files_are_sources(tmp_path: Path) -> None:
    """Only these files are read, also two of one folder, and their changes are seen."""
    paths = [
        write(tmp_path / f"{name}.md", text_of(name, f"2024-01-0{day}")) for day, name in enumerate("abc", 1)
    ]
    library = opened(paths[0], paths[2])
    assert titles(library) == ["c", "a"]
    write(paths[0], text_of("A", "2024-02-01"), 1_710_000_000_000_000_001)
    assert counts(refresh(library)) == (2, 0, 1, 0, 1)
    paths[2].unlink()
    assert counts(refresh(library)) == (1, 0, 0, 1, 1)
    assert titles(library) == ["A"]
    library.close()


def test_files_that_are_no_articles(feed: Path, library: Library) -> None:
    """They are problems with a path and a reason, and are counted as files."""
    write(feed / "empty.md", "")
    (feed / "binary.md").write_bytes(bytes(1000))
    write(feed / "good.md", text_of("good", "the day before"))
    os.symlink("/etc/hostname", feed / "out.md")
    report = refresh(library)
    assert (report.files, report.problems, library.total) == (3, 4, 1)
    found = [(Path(one.path).name, one.field) for one in library.problems()]
    assert found == [
        ("binary.md", "file"), ("empty.md", "file"), ("good.md", "publishedDateTime"), ("out.md", "file")
    ]  # fmt: skip
    (feed / "out.md").unlink()
    write(feed / "empty.md", text_of("filled"), 1_710_000_000_000_000_001)
    assert refresh(library).problems == 2 and library.total == 2


def test_large_collections_are_looked_at_by_folder(
    feed: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a few articles are shown of very many, files are looked at only when the folders say so."""
    write(feed / "a.md", text_of("a"))
    past = time.time_ns() - 10_000_000_000
    os.utime(feed, ns=(past, past))
    refresh(library)
    monkeypatch.setattr(module, "SURVEYED", 0)
    assert list(library.refresh_for(10)) == []
    (one,) = every(library)
    assert library.is_fresh([one])
    write(feed / "a.md", text_of("edited"), 1_710_000_000_000_000_001)
    os.utime(feed, ns=(past, past))
    assert list(library.refresh_for(10)) == [] and not library.is_fresh([one])
    assert list(library.refresh_for(None)) != []
    assert library.is_fresh([one]) and titles(library) == ["edited"]
    write(feed / "b.md", text_of("b"))
    assert list(library.refresh_for(10)) != [] and library.total == 2


def test_changes_on_the_disk_are_noticed(feed: Path, library: Library) -> None:
    """Without changes, waiting times out; a new file ends it in time."""
    assert library.wait_for_change(0.05) is False
    write(feed / "a.md", text_of("a"))
    assert library.wait_for_change(20) is True


def test_a_picture_of_a_site_is_on_the_network(tmp_path: Path) -> None:
    """What lies in the collection is read from there; what does not is at the site's address."""
    write(tmp_path / "_config.yml", "title: Log\nurl: https://log.invalid\n")
    write(tmp_path / "_posts/a.md", text_of("a"))
    write(tmp_path / "pics/here.png", "no real picture")
    library = opened(tmp_path)
    article = library.article(every(library)[0])
    assert library.picture(article, "/pics/here.png", may_fetch=False) == b"no real picture"
    with pytest.raises(PictureError, match="on the network"):
        library.picture(article, "/pics/there.png", may_fetch=False)
    library.close()


@pytest.mark.parametrize(("takes", "pause"), [(0.01, POLL_SECONDS), (4.0, 4.0 / POLL_SHARE)])
def test_looks_without_notices_take_a_small_share_of_the_time(
    monkeypatch: pytest.MonkeyPatch, takes: float, pause: float
) -> None:
    """Every few seconds; where a look at all files takes long, less often."""
    now, looks = [100.0], []
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    detector = ChangeDetector(cast("Any", None), cast("Any", None))
    detector._watch = cast("Any", SimpleNamespace(wait=lambda timeout: False, is_blind=True))

    def look(*, every_file: bool) -> bool:
        now[0] += takes
        looks.append(now[0])
        return False

    monkeypatch.setattr(detector, "sees_change", look)
    while len(looks) < 3:
        detector.wait(0)
        now[0] += 0.5
    assert all(
        pause <= later - before - takes <= pause + 1 for before, later in zip(looks, looks[1:], strict=False)
    )
