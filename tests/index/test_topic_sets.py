"""Topics by rule over an index: which articles have them is what the plain slow model says."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader.collection.folders import Collection
from reader.library import Change
from reader.library.folder.library import FolderLibrary
from reader.query import Query, parse
from reader.query.topic_rules import topic_rules
from tests.index.files import refresh, text_of, write
from tests.index.strategies import DATES, TOPICS, WORDS, questions
from tests.index.test_answers import agree, agree_on_facets, mark_some
from tests.model import Model

NAMES = (*TOPICS, "AIR", "Harbours", "New")
NOW = datetime(2024, 5, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def library_and_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FolderLibrary, Model]]:
    """A collection of a dozen articles, and its model."""
    base = tmp_path_factory.mktemp("rules")
    chance = random.Random(11)
    for number in range(12):
        topics = chance.sample(TOPICS, k=chance.randrange(3))
        title, body = (" ".join(chance.choices(WORDS, k=size)) for size in (3, 6))
        text = text_of(f'"{title}"', chance.choice(DATES), body=body, topics=str(topics), quality="50")
        write(base / "feed" / f"{number}.md", text)
    library = FolderLibrary(Collection([base / "feed"]), None, base)
    refresh(library)
    model = Model([base / "feed"])
    mark_some(library, model)
    yield library, model
    library.close()


_rules = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(
        st.sampled_from([f'topic:"{name}"' for name in NAMES]),
        st.sampled_from(("topic:A*", "-topic:Chips", "tram OR topic:New", "is:unread", "since:2024")),
        questions,
    ),
    max_size=5,
)


@settings(max_examples=30, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_rules, questions)
@pytest.mark.timeout(0)
def test_any_rules_agree_with_the_model(
    library_and_model: tuple[FolderLibrary, Model], texts: dict[str, str], question: str
) -> None:
    """Rules that name each other, themselves or nothing: the articles, the counts, and what is added."""
    library, model = library_and_model
    rules, _ = topic_rules(texts)
    library.use_topics(rules)
    model.rules = {rule.name: rule.query for rule in rules.listed}
    for query in (parse(question), *(parse(f'topic:"{name}"') for name in NAMES)):
        agree(library, model, query)
        agree_on_facets(library, model, query)
    added = {one.article.id: tuple(model.added_topics(one, datetime.now(UTC))) for one in model.stored}
    for headline in library.select(Query()).window(0, 99):
        assert headline.added_topics == added[headline.id]
        assert library.find(headline.id).added_topics == added[headline.id]


def test_a_chain_of_many_rules_is_evaluated(library_and_model: tuple[FolderLibrary, Model]) -> None:
    """However long it is; each article of the last rule has all the topics."""
    library, _ = library_and_model
    texts = {f"T{number}": f"topic:T{number + 1}" for number in range(1500)} | {"T1500": "tram"}
    library.use_topics(topic_rules(texts)[0])
    wanted = len(library.select(parse("tram")))
    assert wanted and len(library.select(parse("topic:T0"))) == wanted
    assert {one.count for one in library.facet("topic", Query()).values if one.value in texts} == {wanted}


def test_other_rules_and_marks_hold_at_once(library_and_model: tuple[FolderLibrary, Model]) -> None:
    """Nothing of the old rules is left, and a rule about marks follows them."""
    library, _ = library_and_model
    library.use_topics(topic_rules({"Starred": "is:starred"})[0])
    before = library.generation
    count = len(library.select(parse("topic:Starred")))
    plain = library.select(parse("-is:starred")).window(0, 1)
    library.mark(plain, Change(starred=True))
    assert len(library.select(parse("topic:starred"))) == count + 1
    library.use_topics(topic_rules({})[0])
    assert library.generation != before and not len(library.select(parse("topic:Starred")))
    library.undo()


def test_the_files_of_a_phrase_are_read_once(tmp_path: Path) -> None:
    """Not again when other articles have come, nor when the rules are others; what came is looked at."""
    read: list[int] = []

    class Counting(FolderLibrary):
        def _with_phrase(
            self, numbers: Sequence[int], field: str, wanted: Sequence[str], prefix: bool
        ) -> Iterable[int]:
            read.extend(numbers)
            return super()._with_phrase(numbers, field, wanted, prefix)

    for number in range(5):
        words = "quiet week" if number % 2 else "week quiet"
        write(tmp_path / f"{number}.md", text_of(words, "2024-05-01", url=f"https://a.example/{number}"))
    library = Counting(Collection([tmp_path]), None, None)
    refresh(library)
    library.use_topics(topic_rules({"Calm": '"quiet week"'})[0])
    assert len(library.select(parse("topic:Calm"))) == 2 and len(read) == 5
    write(tmp_path / "new.md", text_of("quiet week", "2024-05-02", url="https://a.example/new"))
    refresh(library)
    library.use_topics(topic_rules({"Peace": '"quiet week"'})[0])
    assert len(library.select(parse("topic:Peace"))) == 3 and len(read) == 6
    assert [one.count for one in library.facet("topic", Query()).values if one.value == "Peace"] == [3]
    library.close()
