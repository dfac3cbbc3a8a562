"""Trends over an index: what is counted is what the plain slow model counts, and what a query lists."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reader.collection.folders import Collection
from reader.library import Library
from reader.library.folder.library import FolderLibrary
from reader.query import parse
from reader.query.topic_rules import topic_rules
from reader.query.trends import TREND_FIELDS, TREND_UNITS, TrendField, Trends, trend_span
from tests.conftest import rarely
from tests.index.files import refresh, text_of, write
from tests.library.kinds import KINDS, library_of_kind
from tests.model import Model

NOW = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)
NOUNS = ("harbour", "ferry", "market", "garden", "bridge", "museum", "storm", "library", "tower", "whale")
TOPICS = ("AI", "ai", "Sea", "Markets")


@pytest.fixture(scope="module", params=KINDS)
def library_and_model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Library, Model]]:
    """Articles of four months, with and without a time, undated and to come; a quake in the last days."""
    base = tmp_path_factory.mktemp("trends")
    chance = random.Random(5)
    for number in range(120):
        then = NOW - timedelta(hours=chance.random() * 24 * 120)
        nouns = chance.sample(NOUNS, 3)
        if (NOW - then).days < 6:
            nouns[:2] = ["Quake", "Brenn"]
        when = then.strftime("%Y-%m-%dT%H:%M:%SZ" if number % 3 else "%Y-%m-%d")
        when = {5: "", 7: "2031-01-01"}.get(number, when)
        folder = chance.choice(("sea", "land"))
        write(base / "feed" / folder / f"{number}.md", text_of(
            f'"{" ".join(nouns)}"', when, url=f"https://a.example/{number}", body="The text.",
            topics=str(chance.sample(TOPICS, k=chance.randrange(3))), quality=str(chance.randrange(100)),
            provider=f'{{name: "{chance.choice(("Harbour Post", "Delta Wire"))}"}}',
        ))  # fmt: skip
    library = FolderLibrary(Collection([base / "feed"]), None, base)
    refresh(library)
    with library_of_kind(request, request.param, library) as found:
        yield found, Model([base / "feed"])
    library.close()


def _trends(library: Library, field: TrendField, query: str = "", since: str = "30d") -> Trends:
    return library.trends(field, parse(query), trend_span(since, "", None, NOW), NOW, limit=99)


@pytest.mark.parametrize("unit", [TREND_UNITS[0], *rarely(*TREND_UNITS[1:])])
@pytest.mark.parametrize("since", ["30d", "2026-09"])
@pytest.mark.parametrize("field", TREND_FIELDS)
def test_counts_are_those_of_the_model(
    library_and_model: tuple[Library, Model], field: TrendField, since: str, unit: str
) -> None:
    """Now, before, and in each period; with rules for topics and without, narrowed and not."""
    library, model = library_and_model
    span = trend_span(since, "", unit, NOW)  # type: ignore[arg-type]
    asked_for = [({}, ""), ({"Tall": "tower OR bridge", "AI": "whale"}, "quality:>=50 -topic:Sea")]
    for rules, text in asked_for:
        library.use_topics(topic_rules(rules)[0])
        model.rules = {name: parse(rule) for name, rule in rules.items()}
        wanted = model.trends(field, parse(text), span, NOW)
        found = library.trends(field, parse(text), span, NOW, limit=99)
        counted = {one.value: (one.count, one.before, list(one.counts)) for one in found.values}
        if field == "word":
            assert counted.keys() <= wanted.keys()
        else:
            assert counted.keys() == wanted.keys()
        assert all(tuple(wanted[value]) == one for value, one in counted.items())
        assert all(sum(one.counts) == one.count for one in found.values)
    library.use_topics(topic_rules({})[0])


def test_what_is_counted_is_what_is_listed(library_and_model: tuple[Library, Model]) -> None:
    """The question to which a trend leads finds as many articles."""
    library, _ = library_and_model
    span = trend_span("30d", "", None, NOW)
    for field in TREND_FIELDS:
        found = _trends(library, field, "quality:>=20")
        assert found.values or field == "word"
        for one in found.values:
            query = span.query(parse("quality:>=20"), field, one.value)
            assert len(library.select(query, NOW)) == one.count


def test_the_order(library_and_model: tuple[Library, Model]) -> None:
    """Values by their number, then by name; spellings of one value are one."""
    library, _ = library_and_model
    found = _trends(library, "topic").values
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)
    assert len({one.value.casefold() for one in found}) == len(found) == 3


def test_words_that_rise_come_with_a_headline(library_and_model: tuple[Library, Model]) -> None:
    """The quake, which is new, comes first; words that are always frequent are not listed."""
    library, _ = library_and_model
    found = _trends(library, "word")
    assert {one.value for one in found.values[:2]} == {"quake", "brenn"}
    for one in found.values:
        assert one.count >= 3 and one.headline is not None
        assert one.value in one.headline.title.casefold()
    assert found.articles > sum(one.count for one in found.values[:1])


def test_nothing_to_compare(tmp_path: Path) -> None:
    """An empty collection, one of a single day, and one without dates have trends all the same: none."""
    write(tmp_path / "day" / "a.md", text_of("Harbour", NOW.strftime("%Y-%m-%dT01:00:00Z"), topics="[Sea]"))
    write(tmp_path / "undated" / "a.md", text_of("Harbour", "", topics="[Sea]"))
    (tmp_path / "empty").mkdir()
    for name, count in (("day", 1), ("undated", 0), ("empty", 0)):
        library = FolderLibrary(Collection([tmp_path / name]), None, None)
        refresh(library)
        found = _trends(library, "topic", since="7d")
        assert (found.articles, len(found.values)) == (count, count) and len(found.periods) == 8
        assert _trends(library, "word").values == ()
        library.close()


def test_words_of_a_young_collection_rise_within_the_time(tmp_path: Path) -> None:
    """With next to nothing before, what is new in the later half of the articles is listed, as titles have
    it."""
    for day in range(20):
        word = "Énergie" if day >= 14 else "Harbour"
        for number in range(3):
            date = (NOW - timedelta(days=20 - day)).strftime("%Y-%m-%dT01:00:00Z")
            write(tmp_path / f"{day}-{number}.md", text_of(f"{word} watch did {word}", date))
    library = FolderLibrary(Collection([tmp_path]), None, None)
    refresh(library)
    found = _trends(library, "word", since="30d")
    assert [(one.value, one.count, one.before) for one in found.values] == [("énergie", 18, 0)]
    library.close()
