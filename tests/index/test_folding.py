"""Lists folded by stories: in every order, with every filter, as a plain walk through the list folds it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reader.library import Change, Library
from reader.query import SORTS, parse
from reader.query.results import Folding, Headline
from tests.conftest import rarely
from tests.index.files import opened, refresh
from tests.index.test_stories import ARTICLES, Version, put
from tests.library.kinds import KINDS, library_of_kind


@pytest.fixture(scope="module", params=KINDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The labelled articles, some of which came late."""
    folder = tmp_path_factory.mktemp("folding")
    versions = [Version(str(number), one) for number, one in enumerate(ARTICLES)]
    put(folder, versions[::2])
    found = opened(folder)
    refresh(found)
    put(folder, versions[1::2])
    refresh(found)
    with library_of_kind(request, request.param, found) as tested:
        tested.mark(tested.select(parse("title:to")), Change(read=True))
        yield tested
    found.close()


def folded(rows: list[Headline], opened_stories: frozenset[str]) -> list[str]:
    """What a plain walk through a list makes of it."""
    by_story: dict[str, list[Headline]] = {}
    for one in rows:
        by_story.setdefault(one.story or one.id, []).append(one)
    found: list[str] = []
    for story, members in by_story.items():
        found.append(members[0].id)
        if story in opened_stories:
            others = sorted(members[1:], key=lambda one: (str(one.date), one.id), reverse=True)
            found += [one.id for one in others]
    return found


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("text", ["on OR the", *rarely("", "is:unread")])
def test_a_folded_list_is_the_plain_one_folded(library: Library, text: str, sign: str, sort: str) -> None:
    """Rows, their order, their windows and positions, and what is unfolded."""
    query = parse(f"{text} sort:{sign}{sort}")
    rows = [*library.select(query).window(0, 1000)]
    stories = sorted({one.story for one in rows if one.story})
    for chosen in (frozenset[str](), frozenset(stories[::2])):
        wanted = folded(rows, chosen)
        results = library.select(query, folding=Folding(chosen))
        assert len(results) == len(wanted) and results.articles == len(rows)
        assert results.stories == len(folded(rows, frozenset()))
        whole = results.window(0, 1000)
        assert [one.id for one in whole] == wanted
        pieces = [one for start in range(0, len(wanted), 37) for one in results.window(start, start + 37)]
        assert pieces == [*whole]
        assert [results.position(one.number) for one in whole] == [*range(len(wanted))]


def test_a_row_stands_for_its_whole_story(library: Library) -> None:
    """The others that match are counted and named, and come with the row."""
    results = library.select(parse("is:unread"), folding=Folding())
    total = 0
    for row in results.window(0, 1000):
        members = results.story(row)
        assert members[0].id == row.id and len({one.id for one in members}) == len(members)
        assert len(members) == 1 + (row.fold.others if row.fold else 0)
        if row.fold:
            assert {*row.fold.providers, row.provider} == {one.provider for one in members}
            assert row.fold.unread == row.fold.others
        total += len(members)
    assert total == results.articles


def test_only_rows_with_something_unread(library: Library) -> None:
    """A row is omitted where all of its story is read."""
    every = library.select(parse(""), folding=Folding())
    wanted = [
        row.id for row in every.window(0, 1000) if any(not one.is_read for one in every.story(row))
    ]  # fmt: skip
    unread = library.select(parse(""), folding=Folding(only_unread=True))
    assert [row.id for row in unread.window(0, 1000)] == wanted and len(wanted) < len(every)


def test_marking_rows_marks_what_is_folded_into_them(library: Library) -> None:
    """Those above the cursor, say."""
    from reader.query.results import Stretch

    results = library.select(parse(""), folding=Folding())
    rows = results.window(0, 20)
    wanted = {one.id for row in rows for one in results.story(row)}
    library.mark(Stretch(results, 0, 20), Change(starred=True))
    assert {one.id for one in library.select(parse("is:starred")).window(0, 1000)} == wanted
    library.undo()
