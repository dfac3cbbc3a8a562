"""Random questions to random collections: the Library answers as the plain slow model does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.collection.folders import Collection
from reader.library import Library
from reader.library.folder.library import FolderLibrary
from reader.marks.mark import Change
from reader.query import SORTS, Query, parse
from tests.index.files import NOW, every, ids, refresh, write
from tests.index.strategies import articles, collections, questions
from tests.model import Marked, Model

FACETS = ("topic", "provider", "category", "type", "tag")
PATIENCE = 300
"""Seconds for many examples: about 10 on a machine that has nothing else to do."""


@contextmanager
def library_of(files: Mapping[str, str]) -> Iterator[tuple[Path, FolderLibrary]]:
    """A Library over files in its own folder, all in memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "feed")
        folder.mkdir()
        for place, text in files.items():
            write(folder / place, text)
        library = FolderLibrary(Collection([folder]), None, Path(name))
        try:
            refresh(library)
            assert library.notices == []
            yield folder, library
        finally:
            library.close()


def mark_some(library: Library, model: Model) -> None:
    """Mark articles by their place, in the Library and in the model."""
    shown = every(library)
    for step, change, marked in (
        (2, Change(read=True), Marked(read=True)),
        (3, Change(read=False, starred=True, add_tags=("Later",)), Marked(False, True, ("Later",))),
        (5, Change(read=True, starred=False, add_tags=("later",)), None),
    ):
        assert library.mark(shown[::step], change) <= len(shown[::step])
        for one in model.stored[::step]:
            before = model.marks.get(one.article.identity, Marked())
            # A tag is there already, whatever its case.
            tags = before.tags or ("later",)
            model.marks[one.article.identity] = marked or Marked(True, False, tags)


def agree(library: Library, model: Model, query: Query) -> None:
    """Everything that a screen shows of a query is what the model says."""
    wanted = model.select(query, NOW)
    results = library.select(query, NOW)
    assert (len(results), results.is_exact) == (len(wanted), True)
    shown = results.window(0, 1000)
    assert ids(shown) == wanted
    # A few of them one by one: each is a question, and a walk through a dozen lists asks thousands.
    for place in range(0, len(shown), len(shown) // 3 + 1):
        assert results.window(place, place + 1) == [shown[place]]
        assert results.position(shown[place].number) == place
    assert results.window(3, 8) == shown[3:8] and results.window(len(shown), len(shown) + 50) == []


def agree_on_facets(library: Library, model: Model, query: Query) -> None:
    """Every count is what the model lists with that value, and so is what each exclusion keeps out."""
    listed = len(model.select(query, NOW))
    for field in FACETS:
        facet = library.facet(field, query, NOW)
        assert [tuple(one) for one in facet.values] == model.facet(field, query, NOW), field
        for value, count, _ in facet.kept_out:
            assert count == len(model.select(query.excluding(field, value), NOW)) - listed, value
    for field, cells, whole in (
        ("quality", 20, "0..100"),
        *(("date", cells, "..9999") for cells in (20, 5, 1)),
    ):
        ranges = library.facet(field, query, NOW, cells=cells).values
        assert len(ranges) <= cells
        values = [one.value for one in ranges]
        assert [one.count for one in ranges] == model.spread(field, values, query, NOW)
        assert [sum(one.count for one in ranges)] == model.spread(field, [whole], query, NOW)


@pytest.mark.timeout(PATIENCE)
@settings(max_examples=20)
@given(collections, st.lists(questions, min_size=1, max_size=6), st.booleans())
def test_answers_are_the_models(files: dict[str, str], texts: list[str], is_marked: bool) -> None:
    """Which articles match, in which order, by windows of any size, and every facet count."""
    with library_of(files) as (folder, library):
        model = Model([folder])
        assert library.total == len(model.stored)
        if is_marked:
            mark_some(library, model)
        for text in texts:
            query = parse(text)
            agree(library, model, query)
            agree_on_facets(library, model, query)


@pytest.mark.timeout(PATIENCE)
@settings(max_examples=10)
@given(st.dictionaries(st.from_regex("[a-z]{3}[.]md", fullmatch=True), articles(), min_size=5, max_size=25))
def test_every_order_is_the_models(files: dict[str, str]) -> None:
    """All sort orders, both ways round, with and without a question."""
    with library_of(files) as (folder, library):
        model = Model([folder])
        for sort in SORTS:
            for is_reversed in (False, True):
                agree(library, model, Query(sort=sort, is_reversed=is_reversed))
                agree(library, model, parse("chips OR harb* OR title:tram").with_sort(sort, is_reversed))


@pytest.mark.parametrize("is_reversed", [False, True])
def test_unknown_dates_are_last_both_ways(is_reversed: bool) -> None:
    """Articles without a date are at the end, by name, newest or oldest first."""
    files = {
        "a.md": "---\ntitle: a\n---\n", "b.md": "---\ntitle: b\ndate: 2024-01-01\n---\n",
        "c.md": "---\ntitle: c\ndate: nonsense\n---\n", "d.md": "---\ntitle: d\ndate: 2024-02-01\n---\n",
    }  # fmt: skip
    with library_of(files) as (_, library):
        shown = library.select(Query(is_reversed=is_reversed), NOW).window(0, 10)
        assert [one.title for one in shown] == [*("bd" if is_reversed else "db"), "a", "c"]


@pytest.mark.parametrize("order", ["sort:heat", "sort:-heat", "sort:quality", "sort:-quality"])
def test_unknown_scores_are_last_both_ways(order: str) -> None:
    """An article without quality, or whose heat was not measured, is at the end."""
    files = {
        "low.md": "---\ntitle: low\nquality: 1\nheat: 0\n---\n",
        "none.md": "---\ntitle: none\nheat: -1\n---\n",
        "high.md": "---\ntitle: high\nquality: 90\nheat: 5\n---\n",
    }  # fmt: skip
    with library_of(files) as (_, library):
        shown = library.select(parse(order), NOW).window(0, 10)
        known = ["low", "high"] if "-" in order else ["high", "low"]
        assert [one.title for one in shown] == [*known, "none"]
