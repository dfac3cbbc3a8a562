"""The order of titles: windows and places are those of a plain sort, however the stretches are cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.index import sorted_rows, store
from reader.index.order import TitleOrder
from reader.index.schema import create
from reader.index.store import SqliteStore
from reader.index.view import IndexView
from tests.index.files import every, opened, refresh, text_of, write

KEYS = st.dictionaries(st.integers(1, 1 << 31), st.sampled_from(["", "a", "b", "b c", "é", "z"]), max_size=30)


def order_in(keys: Mapping[int, str]) -> list[int]:
    """The numbers A to Z, the highest of several with one title first."""
    return sorted(keys, key=lambda number: (keys[number], -number))


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches of a few numbers, so that few articles make many."""
    monkeypatch.setattr(sorted_rows, "SHORTEST", 3)
    monkeypatch.setattr(store, "_AT_ONCE", 7)


def titles_of(keys: Mapping[int, str]) -> SqliteStore:
    """A store of articles with these titles."""
    connection = sqlite3.connect(":memory:")
    create(connection)
    connection.executemany("insert into titles values(?, ?)", [(key, number) for number, key in keys.items()])
    return SqliteStore(connection)


@given(KEYS)
def test_the_order_is_read_whole(keys: Mapping[int, str]) -> None:
    """A to Z, the newest of several alike first."""
    assert list(titles_of(keys).titles()) == order_in(keys)


def test_equal_titles_are_sorted_by_date_whenever_they_came(tmp_path: Path) -> None:
    """An older article that comes later stands where a rebuilt index has it; also one of the same second."""
    (tmp_path / "news").mkdir()
    library = opened(tmp_path / "news")
    for arriving in (("d", "10"), ("b", "20")), (("c", "15"), ("a", "20")):
        for name, day in arriving:
            text = text_of("Weather", f"2024-03-{day}T01:00:00Z", url=f"https://x.example/{name}")
            write(tmp_path / "news" / f"{name}.md", text)
        refresh(library)
    shown = [one.id for one in every(library, "sort:title")], [one.id for one in every(library)]
    assert shown[0] == shown[1] and len(shown[0]) == 4
    refresh(library, rebuild=True)
    assert shown == ([one.id for one in every(library, "sort:title")], [one.id for one in every(library)])
    library.close()


@given(KEYS, st.data(), st.booleans())
def test_windows_and_places_are_those_of_a_sort(
    keys: Mapping[int, str], data: st.DataObject, is_reversed: bool
) -> None:
    """Any window of any part of the articles, both ways, and where each of them is."""
    match = data.draw(st.sets(st.sampled_from(sorted(keys)))) if keys else set()
    wanted = [number for number in order_in(keys) if number in match]
    if is_reversed:
        wanted.reverse()
    order = TitleOrder(IndexView(titles_of(keys), {}), BitMap(match), is_reversed=is_reversed)
    start = data.draw(st.integers(0, len(wanted) + 2))
    stop = data.draw(st.integers(start, len(wanted) + 4))
    assert order.window(start, stop) == wanted[start:stop]
    assert [order.position(number) for number in wanted] == [*range(len(wanted))]
