"""Both kinds of Library give the same answers about the same articles: looked up, paged and marked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import product
from pathlib import Path

import pytest

from reader.article.dates import day_of
from reader.errors import NoSuchArticle
from reader.library import Change, Library
from reader.query import SORTS, parse
from reader.query.results import Stretch
from reader.query.topic_rules import topic_rules
from reader.query.trends import trend_span
from tests.conftest import rarely
from tests.index.files import NOW, every, ids, named, opened, refresh, text_of, titles, write
from tests.library.kinds import KINDS, library_of_kind

READ = Change(read=True)
COUNT = 60


@pytest.fixture(scope="module", params=KINDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Sixty articles, three of them undated, one with a problem, one file twice."""
    folder = tmp_path_factory.mktemp("kinds") / "news"
    for number in range(COUNT):
        date = "" if number < 3 else f"2024-0{number % 4 + 1}-{number % 27 + 1:02}"
        write(
            folder / f"{number % 5}" / f"{number:02}.md",
            text_of(
                f"Harbour {'XYZ'[number % 3]} {number:02}", date, url=f"https://paper.example/{number}",
                quality="high" if number == 7 else str(number), heat=str(number % 7 - 1), topics="[AI]",
                provider=f"{{name: Paper {number % 4}}}", excerpt="In short.",
                related="[{title: The first, webUrl: 'https://paper.example/1'}]",
                body=f"The harbour of number {number}. " + "Harbour. " * (number % 3),
            ),
        )  # fmt: skip
    write(folder / "copy.md", (folder / "4" / "04.md").read_text())
    of_folder = opened(folder)
    with library_of_kind(request, request.param, of_folder) as tested:
        yield tested
    of_folder.close()


@pytest.fixture(autouse=True)
def _unmarked(library: Library) -> Iterator[None]:
    """Each test begins without marks and leaves none."""
    yield
    tags = tuple(one.value for one in library.facet("tag", parse("")).values)
    library.mark(every(library), Change(read=False, starred=False, remove_tags=tags, note=""))


_OTHER_SORTS = sorted({f"{sign}{one}" for one in SORTS for sign in ("", "-")} - {"date", "-title", "quality"})


@pytest.mark.parametrize("sort", ["date", "-title", "quality", *rarely(*_OTHER_SORTS)])
def test_pages_of_any_size_are_pieces_of_the_whole(library: Library, sort: str) -> None:
    """However an answer is paged, nothing is missing, doubled or in another place."""
    results = library.select(parse(f"harbour sort:{sort}"), NOW)
    whole = results.window(0, 1000)
    assert len(results) == len(whole) == len(set(ids(whole))) == COUNT
    for size in (1, 7, 64):
        pages = [results.window(start, start + size) for start in range(0, COUNT + size, size)]
        assert [one for page in pages for one in page] == whole
    assert [results.position(one.number) for one in whole] == [*range(COUNT)]


def test_articles_are_found_by_the_beginning_of_an_id(library: Library) -> None:
    """A unique beginning is enough; none, several and nonsense are sentences."""
    one = every(library)[7]
    assert library.find(one.id) == library.find(one.id[:11]) == one
    for prefix in ("", "0123456789ab", "xyz", one.id + "0"):
        with pytest.raises(NoSuchArticle):
            library.find(prefix)


def test_the_whole_article(library: Library) -> None:
    """Every field of the file but where it lies, its links, and what is wrong in it."""
    (one,) = named(library, "Harbour X 30")
    article = library.article(one)
    assert (article.title, article.excerpt, article.quality) == ("Harbour X 30", "In short.", 30)
    assert article.body.strip() == "The harbour of number 30." and article.topics == ("AI",)
    assert article.url == "https://paper.example/30" and article.provider.name == "Paper 2"
    (link,) = library.related(article)
    assert link.headline is not None and link.headline.title == "Harbour Y 01"
    flawed = library.article(named(library, "Harbour Y 07")[0])
    assert [problem.field for problem in flawed.problems] == ["quality"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_is_measured_where_an_article_has_it(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """No quality, and a heat of -1, are none; a number of a file that is gone counts no longer."""
    folder = tmp_path / "news"
    write(folder / "one.md", text_of("One", heat="-1"))
    write(folder / "two.md", text_of("Two", heat="0", quality="5"))
    of_folder = opened(folder)
    with library_of_kind(request, kind, of_folder) as library:
        assert library.is_measured("heat") and library.is_measured("quality")
    (folder / "two.md").unlink()
    list(of_folder.refresh())
    with library_of_kind(request, kind, of_folder) as library:
        assert not library.is_measured("heat") and not library.is_measured("quality")
    of_folder.close()


def test_problems_and_duplicates(library: Library) -> None:
    """What is wrong in which file, and which file is shown instead of another."""
    (problem,) = library.problems()
    assert problem.path.endswith("2/07.md") and (problem.line, problem.field) == (5, "quality")
    ((path, shown),) = library.duplicates()
    assert {Path(path).name, Path(shown).name} == {"copy.md", "04.md"}


def test_marks_are_sets_like_any_other(library: Library) -> None:
    """What is marked is filtered, counted and shown, and taken back."""
    some = every(library)[:10]
    assert library.mark(some, Change(read=True, add_tags=("later",))) == 10
    assert library.mark(some[:3], READ) == 0
    assert library.mark(some[0:1], Change(note="ask Ana")) == 1
    assert len(library.select(parse("is:unread"), NOW)) == COUNT - 10
    assert ids(every(library, "tag:later sort:date")) == ids(some)
    assert [(one.value, one.count) for one in library.facet("tag", parse("")).values] == [("later", 10)]
    assert ids(every(library, "has:note")) == [some[0].id] and library.note(some[0]) == "ask Ana"
    again = every(library)[0]
    assert again.is_read and again.has_note and again.tags == ("later",)
    assert [note for _, _, note in library.read(some[:2])] == ["ask Ana", ""]
    assert library.undo() == "1 noted" and library.undo() == "10 marked read, tagged later"
    assert not every(library, "is:read") and library.redo() == "10 marked read, tagged later"
    assert len(every(library, "is:read")) == 10


def test_a_stretch_and_a_whole_answer_are_marked_at_once(library: Library) -> None:
    """From here to there, or all that match, without a list of them."""
    results = library.select(parse("harbour sort:title"), NOW)
    assert library.mark(Stretch(results, 10, 20), Change(starred=True)) == 10
    assert titles(library, "is:starred sort:title") == [one.title for one in results.window(10, 20)]
    assert library.mark(library.select(parse("is:starred"), NOW), READ) == 10
    assert len(every(library, "is:read")) == 10


def test_the_generation_tells_of_marks(library: Library) -> None:
    """It stays while nothing happens, and is another one after a mark."""
    before = library.generation
    assert library.generation == before
    library.mark(every(library)[:1], READ)
    assert library.generation != before


def test_a_refresh_says_how_many_there_are(library: Library) -> None:
    """Both know the total and end with a report."""
    *_, last = library.refresh()
    assert last.report is not None and library.total == COUNT
    assert [*library.refresh_for(10)] == [] and library.is_fresh(every(library)[:5])


def test_related_articles_and_trends(library: Library) -> None:
    """What the file lists comes first; what is alike is in the collection; counts over time are the same."""
    (one,) = named(library, "Harbour X 30")
    article = library.article(one)
    found = library.find_related(one, article, parse("-title:10"), limit=5)
    assert [link.reason for link in found[:1]] == ["listed"] and len(found) <= 6
    assert all(link.headline is not None and link.headline.id != one.id for link in found)
    span = trend_span("2024-02", "2024-03", "month", NOW)
    (trend,) = library.trends("topic", parse("harbour"), span, NOW).values
    assert (trend.value, trend.counts) == ("AI", (14, 14)) and trend.count == 28
    assert trend.count == len(library.select(parse("topic:AI since:2024-02 until:2024-03"), NOW))
    assert library.trends("word", parse(""), span, NOW).articles == 28


def test_topics_by_rule(library: Library) -> None:
    """They are counted, found and shown, and gone with the rule."""
    library.use_topics(topic_rules({"Thirties": "title:30 OR title:31", "ai": "title:30"})[0])
    assert titles(library, "topic:thirties sort:title") == ["Harbour X 30", "Harbour Y 31"]
    assert {one.value: one.count for one in library.facet("topic", parse("")).values} == {
        "AI": COUNT, "Thirties": 2,
    }  # fmt: skip
    assert named(library, "Harbour X 30")[0].added_topics == ("Thirties",)
    library.use_topics(topic_rules({})[0])
    assert not every(library, "topic:Thirties")


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_without_a_time_is_sorted_within_its_day_in_every_zone(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """In each zone the days shown are in order, for files of a first load and of a later one."""
    folder = tmp_path / "news"
    hours = [f"{day}T{hour:02}:{minute:02}:00Z" for day, hour, minute in product(DAYS, range(24), (0, 30))]
    dates = [*DAYS, *hours]
    for number, date in enumerate(dates):
        if number % 3:
            write(folder / f"{number:03}.md", text_of(f"{number}", date))
    of_folder = opened(folder)
    for number, date in enumerate(dates):
        if not number % 3:
            write(folder / f"{number:03}.md", text_of(f"{number}", date))
    refresh(of_folder)
    with library_of_kind(request, kind, of_folder) as tested:
        found = every(tested)
        assert [one.title for one in every(tested, "sort:-date")] == [one.title for one in found][::-1]
    of_folder.close()
    assert len(found) == len(dates)
    assert {one.title for one in found if not isinstance(one.date, datetime)} == {"0", "1", "2"}
    for offset in range(-11, 14):
        zone = timezone(timedelta(hours=offset))
        shown = [day_of(one.date, zone) for one in found if one.date]
        assert shown == sorted(shown, reverse=True)


DAYS = ("2024-03-09", "2024-03-10", "2024-03-11")
