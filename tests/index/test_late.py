"""Late articles are where their dates say, whatever they are merged into and however they are cut up."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.collection.folders import Roots
from reader.index import sorted_rows, update
from reader.index.entry import File, Taken, take
from reader.index.facets import _Ranks
from reader.index.order import DateOrder
from reader.index.schema import LATE, LIVE, SetKind, create
from reader.index.sets import write_sets
from reader.index.store import SqliteStore
from reader.index.view import IndexView
from reader.index.writer import Numbering
from tests.index.files import SETTLED_NS, opened, refresh, text_of, titles, write

DATES = st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=25)


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches of a few articles, so that few make many."""
    monkeypatch.setattr(sorted_rows, "SHORTEST", 3)


def add(connection: sqlite3.Connection, dates: list[int | None]) -> None:
    """Number and store articles with these dates as a refresh does."""
    in_order = sorted(dates, key=lambda date: -1 if date is None else date)
    numbering = Numbering(connection)
    given_numbers = numbering.number(in_order)
    numbering.save(connection)
    for (number, _), date in zip(given_numbers, in_order, strict=True):
        connection.execute(
            "insert into articles values(?, ?, ?, 0, '', '', '', '', 0, 0, '', '', '', 0, 0, '', 0, 0, 0, 0,"
            " null, null, null, x'')",
            (number, number, date),
        )
    states = {LIVE: [number for number, _ in given_numbers],
              LATE: [number for number, is_late in given_numbers if is_late]}  # fmt: skip
    write_sets(connection, {SetKind.STATE: {name: found for name, found in states.items() if found}})


def dates_of(connection: sqlite3.Connection) -> dict[int, int | None]:
    """Number -> date."""
    return dict(connection.execute("select number, date from articles"))


def is_by_date(numbers: list[int], dates: Mapping[int, int | None], *, is_reversed: bool) -> bool:
    """Returns whether they are sorted by date, undated ones last."""
    found = [dates[number] for number in numbers]
    dated = [date for date in found if date is not None]
    return dated == sorted(dated, reverse=not is_reversed) and found[len(dated) :] == [None] * (
        len(found) - len(dated)
    )


@settings(max_examples=100)
@given(st.lists(DATES, min_size=2, max_size=4), st.data(), st.booleans())
def test_windows_and_places(parts: list[list[int | None]], data: st.DataObject, is_reversed: bool) -> None:
    """Any window of any part of the articles is a piece of the whole by date, and each has its place; what
    an earlier view knew changes nothing."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        known = None
        for part in parts:
            add(connection, part)
            store = SqliteStore(connection)
            fresh, view = IndexView(store, {}), IndexView(store, {}, known)
            if view.late:
                assert list(view.late_articles.newest_first) == list(fresh.late_articles.newest_first)
            known = view.known_late
        dates = dates_of(connection)
        match = BitMap(data.draw(st.sets(st.sampled_from(sorted(dates)))))
        order = DateOrder(view, match, is_reversed=is_reversed)
        whole = order.window(0, len(match) + 5)
        assert sorted(whole) == list(match)
        assert is_by_date(whole, dates, is_reversed=is_reversed)
        start = data.draw(st.integers(0, len(match) + 2))
        stop = data.draw(st.integers(start, len(match) + 4))
        assert order.window(start, stop) == whole[start:stop]
        assert [order.position(number) for number in whole] == [*range(len(whole))]
        first, last = data.draw(st.integers(0, 31)), data.draw(st.integers(0, 31))
        assert set(view.dated_between(first, last)) == {
            number for number, date in dates.items() if date is not None and first <= date < last
        }
        counted = _Ranks(view, match)
        in_time = sorted(date for number in match if (date := dates[number]) is not None)
        assert counted.total == len(in_time)
        assert [counted.at(place)[1] for place in range(len(in_time))] == in_time
        assert [counted.before(second) for second in range(32)] == [
            sum(date < second for date in in_time) for second in range(32)
        ]


@pytest.mark.parametrize("most_alone", [1, 1000])
def test_undated_notes_are_listed_as_after_a_rebuild(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_alone: int
) -> None:
    """Whether their headlines were shown before the rest was read, or they were edited since."""
    monkeypatch.setattr(update, "FIRST_CHUNK", 5)
    monkeypatch.setattr(update, "MOST_ALONE", most_alone)
    for number in range(12):
        write(tmp_path / f"{number % 3}" / f"{number:02}.md", text_of(f"Note {number}"))
    library = opened(tmp_path)
    loaded = titles(library)
    write(tmp_path / "1" / "04.md", text_of("Note 4", body="More words."), SETTLED_NS + 1)
    refresh(library)
    edited = titles(library)
    refresh(library, rebuild=True)
    assert loaded == edited == titles(library)
    library.close()


def test_few_articles_of_the_same_days_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrives for many days, between their articles, costs little more than reading it."""
    read = []

    def counted(roots: Roots, file: File) -> Taken:
        read.append(file.name)
        return take(roots, file)

    for day in range(10, 20):
        for name in ("a", "c"):
            write(tmp_path / f"{name}{day}.md", text_of(f"{name} {day}", f"2024-01-{day}"))
    library = opened(tmp_path)
    monkeypatch.setattr(update, "MOST_TIED", 7)
    monkeypatch.setattr(update, "take", counted)
    for day in range(10, 20):
        write(tmp_path / f"b{day}.md", text_of(f"b {day}", f"2024-01-{day}"))
    refresh(library)
    assert len(read) == 10 + 6
    assert titles(library)[:6] == ["c 19", "b 19", "a 19", "c 18", "b 18", "a 18"]
    assert titles(library)[6:] == titles(library, "until:2024-01-17")
    library.close()
