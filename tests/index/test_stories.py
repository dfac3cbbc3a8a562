"""Stories in the index: the same whatever way the articles came, found again only where something changed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader.article.dates import sort_seconds
from reader.collection.folders import Collection
from reader.index.stories import StoryFinder
from reader.library.folder.library import FolderLibrary
from reader.query import parse
from reader.query.results import Headline
from reader.stories.linking import groups
from tests.index.files import SETTLED_NS, opened, refresh, text_of, write
from tests.stories.labelled import Labelled, links, read
from tests.stories.labelled import text_of as compared

ARTICLES = read()


class Version(NamedTuple):
    """What is in a file."""

    name: str
    article: Labelled

    def text(self) -> str:
        """The article file."""
        one = self.article
        return text_of(
            f"'{_quoted(one.title)}'", one.published, url=f"https://news.example/{self.name}",
            body=one.excerpt, excerpt=f"'{_quoted(one.excerpt)}'", provider=f"'{_quoted(one.provider)}'",
        )  # fmt: skip


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def put(folder: Path, versions: Iterable[Version], mtime: int = 0) -> None:
    """Write these files."""
    for one in versions:
        write(folder / f"{one.name}.md", one.text(), 1_700_000_000_000_000_000 + mtime)


def everything(library: FolderLibrary) -> Sequence[Headline]:
    """All headlines."""
    return library.select(parse("")).window(0, 10_000)


def stories(library: FolderLibrary) -> dict[str, tuple[str, int]]:
    """Id -> (its story, coverage)."""
    return {one.id: (one.story, one.coverage) for one in everything(library)}


def plain(library: FolderLibrary) -> dict[str, tuple[str, int]]:
    """The same by one plain run over all articles."""
    texts = {}
    for one in everything(library):
        assert one.date is not None
        article = library.article(one)
        key = int(one.id, 16) << 15
        texts[key] = compared(key, sort_seconds(one.date), one.provider, article.title, article.excerpt)
    found = {f"{key >> 15:012x}": ("", 1) for key in texts}
    for group in groups(links(texts.values())):
        first = min(group, key=lambda key: (texts[key].seconds, key))
        coverage = len({texts[key].provider for key in group})
        found.update({f"{key >> 15:012x}": (f"{first >> 15:012x}", coverage) for key in group})
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The labelled articles as files."""
    found = tmp_path_factory.mktemp("labelled")
    put(found, [Version(str(number), one) for number, one in enumerate(ARTICLES)])
    yield found


def test_stories_are_those_of_one_plain_run(folder: Path) -> None:
    """The index finds what the pure functions find over all articles at once."""
    library = opened(folder)
    refresh(library)
    found = stories(library)
    assert found == plain(library)
    assert sum(bool(story) for story, _ in found.values()) > 50
    refresh(library, rebuild=True)
    assert stories(library) == found


@settings(
    max_examples=3, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.integers(0, 1 << 30))
@pytest.mark.timeout(0)
def test_the_way_that_articles_came_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """In batches, in any order, some edited, some gone again: the same stories as all at once."""
    folder = tmp_path_factory.mktemp("batches")
    chance = random.Random(seed)
    chosen = [Version(str(number), one) for number, one in enumerate(ARTICLES) if chance.random() < 0.5]
    chance.shuffle(chosen)
    library = opened(folder)
    cuts = sorted(chance.sample(range(len(chosen) + 1), 2))
    before: list[Version] = []
    for step, part in enumerate((chosen[: cuts[0]], chosen[cuts[0] : cuts[1]], chosen[cuts[1] :])):
        put(folder, part)
        for old in chance.sample(before, len(before) // 8):
            if chance.random() < 0.5:
                (folder / f"{old.name}.md").unlink(missing_ok=True)
            else:
                other = chance.choice(ARTICLES)
                put(folder, [Version(old.name, other)], step + 1)
        before += part
        refresh(library)
    found = stories(library)
    assert found == plain(library)
    refresh(library, rebuild=True)
    assert stories(library) == found
    library.close()


def test_an_arrival_changes_only_the_days_around_it(tmp_path: Path) -> None:
    """What is linked again lies within two weeks of what came."""
    put(tmp_path, [Version(str(number), one) for number, one in enumerate(ARTICLES)])
    library = opened(tmp_path)
    refresh(library)
    put(tmp_path, [Version("new", ARTICLES[0]._replace(published="2026-06-01T10:00:00Z"))])
    steps = [step for step in library.refresh() if step.phase == "stories"]
    assert steps[-1].changed
    with library._index.rows() as connection:
        assert not StoryFinder(connection).is_due


def test_an_interrupted_search_for_stories_is_taken_up_again(tmp_path: Path) -> None:
    """A refresh that ends before stories are found leaves that to the next command."""
    put(tmp_path, [Version(str(number), one) for number, one in enumerate(ARTICLES[:40])])
    os.utime(tmp_path, ns=(SETTLED_NS, SETTLED_NS))
    library = FolderLibrary.open([tmp_path])
    for step in library.refresh():
        if step.phase == "stories":
            break
    assert not any(story for story, _ in stories(library).values())
    list(library.refresh_for(10))
    assert stories(library) == plain(library) and any(story for story, _ in stories(library).values())
    assert not list(library.refresh_for(10))


def test_stories_can_be_switched_off_and_on(tmp_path: Path) -> None:
    """What was found goes with the next look at the files, and comes back."""
    put(tmp_path / "news", [Version(str(number), one) for number, one in enumerate(ARTICLES[:40])])
    found = []
    for finds in (True, False, True):
        library = FolderLibrary(
            Collection([tmp_path / "news"]), tmp_path / "cache", tmp_path, finds_stories=finds
        )
        list(library.refresh_for(10))
        found.append(stories(library))
        covered = len(library.select(parse("coverage:>=2")))
        assert (covered > 0) == finds
        library.close()
    assert found[0] == found[2] != found[1] == dict.fromkeys(found[0], ("", 1))
