"""Very many random queries to one small collection: sets, order and counts are those of the plain slow model.

The suite asks forty, the same ones each time. With READER_QUERIES=10000 in the environment it asks as
many as that, others each time.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from reader.collection.folders import Collection
from reader.library import Library
from reader.library.folder.library import FolderLibrary
from reader.query import parse
from tests.index.files import refresh, text_of, write
from tests.index.strategies import AUTHORS, DATES, DOMAINS, PROVIDERS, TOPICS, WORDS, questions
from tests.index.test_answers import agree, agree_on_facets, mark_some
from tests.library.kinds import KINDS, library_of_kind
from tests.model import Model

QUERIES = int(os.environ.get("READER_QUERIES", "40"))


@pytest.fixture(scope="module", params=KINDS)
def library_and_model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Library, Model]]:
    """A collection of two dozen articles that have much in common, as both kinds, and its model."""
    base = tmp_path_factory.mktemp("agreement")
    chance = random.Random(7)
    for number in range(24):
        domain = chance.choice(DOMAINS)
        write(base / "feed" / chance.choice(("2023", "2024/05", ".")) / f"{number}.md", text_of(
            f'"{" ".join(chance.choices(WORDS, k=3))}"', chance.choice(DATES),
            url=f"https://{domain}/{number % 20}", body=" ".join(chance.choices(WORDS, k=6)),
            topics=str(chance.sample(TOPICS, k=2)), author=str(chance.sample(AUTHORS, k=1)),
            provider=f'{{name: "{chance.choice(PROVIDERS)}", domain: {domain}}}',
            quality=str(chance.randrange(101)), heat=str(chance.randrange(-1, 9)),
            category=chance.choice(("news", "News", "opinion")), type=chance.choice(("article", "video")),
            published=chance.choice(("true", "false")), images=chance.choice(("[]", "[{url: a.jpg}]")),
        ))  # fmt: skip
    library = FolderLibrary(Collection([base / "feed"]), None, base)
    refresh(library)
    model = Model([base / "feed"])
    with library_of_kind(request, request.param, library) as tested:
        mark_some(tested, model)
        yield tested, model
    library.close()


@settings(
    max_examples=QUERIES, derandomize=QUERIES < 1000, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(questions)
@pytest.mark.timeout(0)
def test_many_random_queries_agree_with_the_model(
    library_and_model: tuple[Library, Model], text: str
) -> None:
    """Which articles, in which order, and every count of every facet."""
    library, model = library_and_model
    query = parse(text)
    agree(library, model, query)
    agree_on_facets(library, model, query)
    assert parse(str(query)) == query
