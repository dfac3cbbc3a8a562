"""Which articles are like one: copies and reports of the same first, nothing for what nothing is like."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reader.collection.folders import Collection
from reader.library import Library
from reader.library.folder.library import FolderLibrary
from reader.query import Query, parse
from reader.query.results import Headline, RelatedLink
from tests.index.files import every, refresh, text_of, write
from tests.library.kinds import KINDS, library_of_kind
from tests.stories import labelled

TEXTS: Mapping[str, tuple[str, str]] = {
    "rope": ("Oldest rope found in Fenwick cave", "A rope of lime bast found in a cave is 52,000 years old."),
    "rope-again": (
        "52,000 year old rope is the oldest known",
        "The rope from a Fenwick cave is of lime bast.",
    ),
    "rope-copy": (
        "OLDEST ROPE FOUND IN FENWICK CAVE",
        "A rope of lime bast found in a cave is 52,000 years old.",
    ),
    "quake": (
        "Strong quake damages homes in Orvale",
        "An earthquake shook the northern valleys before dawn.",
    ),
    "chips": ("Tessaly to buy chip designer Quill", "The deal for 3.1 billion is to close in the autumn."),
    "bread": ("Listen: the sound of a loaf cooling", "A baker recorded what crusts say after the oven."),
    "verse": ("猫とバス", ""),
    "empty": ("!!!", ""),
}


def _write(folder: Path, name: str, title: str, excerpt: str, more: str = "") -> None:
    text = f"---\ntitle: {json.dumps(title)}\nexcerpt: {json.dumps(excerpt)}\n{more}"
    text += f"originalUrl: https://paper.example/{name}\npublishedDateTime: 2026-03-02\n---\n{excerpt}\n"
    (folder / f"{name}.md").write_text(text, "utf-8")


@pytest.fixture(scope="module", params=KINDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Three articles about a rope and some about nothing in common."""
    folder = tmp_path_factory.mktemp("related")
    for name, (title, excerpt) in TEXTS.items():
        _write(folder, name, title, excerpt)
    links = (
        'related: [{title: A, webUrl: "https://paper.example/chips"}, {title: B, webUrl: '
        '"https://paper.example/chips#top"}, {title: C, webUrl: "https://paper.example/rope-links"}, '
        '{title: D, webUrl: "https://elsewhere.example/1"}, {title: E, webUrl: "https://paper.example/rope"}]\n'
    )
    _write(folder, "rope-links", "The rope from the Fenwick cave", "What it was for, nobody knows.", links)
    library = FolderLibrary(Collection([folder]), None, None)
    for _ in library.refresh():
        pass
    with library_of_kind(request, request.param, library) as tested:
        yield tested
    library.close()


def _named(library: Library, name: str) -> Headline:
    every = library.select(Query()).window(0, 99)
    return next(one for one in every if one.url == f"https://paper.example/{name}")


def _related(library: Library, name: str, shown: str = "", limit: int = 9) -> list[RelatedLink]:
    headline = _named(library, name)
    return library.find_related(headline, library.article(headline), parse(shown), limit=limit)


def _names(found: list[RelatedLink]) -> list[str]:
    return [one.related.web_url.rpartition("/")[2] for one in found]


def test_a_copy_comes_first_then_other_reports(library: Library) -> None:
    """The same story before what is alike, each with a score that falls; what is about something else is not
    there, nor the article itself."""
    found = _related(library, "rope")
    assert _names(found)[0] == "rope-copy" and set(_names(found)) == {"rope-copy", "rope-again", "rope-links"}
    ranks = [(one.reason == "same story", one.score) for one in found]
    assert ranks == sorted(ranks, reverse=True) and 0.99 < found[0].score <= 1
    assert found[0].reason == "same story"
    assert all(one.headline is not None and one.headline.title == one.related.title for one in found)


@pytest.mark.parametrize("name", ["quake", "chips", "bread", "verse", "empty"])
def test_nothing_rather_than_noise(library: Library, name: str) -> None:
    """An article that shares a common word or none with others has nothing related."""
    assert _related(library, name) == []


def test_listed_links_come_first_and_each_page_once(library: Library) -> None:
    """In the file's order: one to the article itself and a second one to a page are omitted; what is listed
    is not found again."""
    found = _related(library, "rope-links")
    assert [one.related.title for one in found[:3]] == ["A", "D", "E"]
    assert [one.reason for one in found[:3]] == ["listed"] * 3 and found[1].headline is None
    assert set(_names(found[3:])) == {"rope-copy", "rope-again"}


def test_what_is_not_shown_is_not_related(library: Library) -> None:
    """Neither found nor listed."""
    assert _names(_related(library, "rope", "-title:oldest")) == ["rope-links"]
    assert [
        one.related.title for one in _related(library, "rope-links", "-title:(rope)" + " -title:tessaly")
    ] == ["D"]


def test_the_limit_is_for_what_is_not_listed(library: Library) -> None:
    """None, one, and more than there are."""
    assert [len(_related(library, "rope-links", limit=limit)) for limit in (0, 1, 2, 9)] == [3, 4, 5, 5]


def test_it_is_the_same_for_a_headline_of_before(library: Library) -> None:
    """After a rebuild the number of an article is another one; its id says which it is."""
    headline = _named(library, "rope")
    article = library.article(headline)
    before = library.find_related(headline, article, Query())
    for _ in library.refresh(rebuild=True):
        pass
    again = library.find_related(headline._replace(number=1), article, Query())
    assert _names(again) == _names(before)


def test_an_empty_collection(tmp_path: Path) -> None:
    """An article that has gone, in a collection of nothing, has nothing related."""
    _write(tmp_path, "a", *TEXTS["rope"])
    library = FolderLibrary(Collection([tmp_path]), None, None)
    for _ in library.refresh():
        pass
    [headline] = library.select(Query()).window(0, 1)
    article = library.article(headline)
    (tmp_path / "a.md").unlink()
    for _ in library.refresh():
        pass
    assert library.find_related(headline, article, Query()) == []
    library.close()


def test_it_finds_what_is_labelled(tmp_path: Path) -> None:
    """Of the articles with another report of their story it comes first for nine of ten, though stories are
    not asked; of all pairs that are labelled as different, fewer than two in a hundred are called alike."""
    every = labelled.read()
    for number, one in enumerate(every):
        _write(tmp_path, f"{number:03}", one.title, one.excerpt)
    library = FolderLibrary(Collection([tmp_path]), None, None, finds_stories=False)
    for _ in library.refresh():
        pass
    headlines = library.select(Query()).window(0, 999)
    story = {headline.id: every[int(headline.url[-3:])].story for headline in headlines}
    firsts: list[bool] = []
    others = pairs = 0
    for headline in headlines[::3]:
        found = library.find_related(headline, library.article(headline), Query(), limit=20)
        ids = [link.headline.id for link in found if link.headline]
        own = story[headline.id]
        same = sum(one == own for one in story.values()) - 1
        others += sum(story[one] != own for one in ids)
        pairs += len(story) - 1 - same
        if same:
            firsts.append(bool(ids) and story[ids[0]] == own)
    library.close()
    assert sum(firsts) >= 0.9 * len(firsts) and others < 0.02 * pairs


def test_equally_alike_ones_are_sorted_by_date(tmp_path: Path) -> None:
    """Articles of the same words, in whatever order, are as similar, and the newest comes first."""
    excerpt = "A rope of lime bast found in a cave is 52,000 years old."
    words = excerpt.split()
    days = {
        "2026-03-05": words,
        "2026-03-09": words[::-1],
        "2026-03-01": words,
        "2026-03-07": words[4:] + words[:4],
    }
    library = FolderLibrary(Collection([tmp_path]), None, None, finds_stories=False)
    for day, text in days.items():
        title = " ".join(["Oldest", "rope", "found", "in", "Fenwick", "cave"])
        made = text_of(title, day, url=f"https://{day}.example/", excerpt=json.dumps(" ".join(text)))
        write(tmp_path / f"{day}.md", made)
        refresh(library)
    article = every(library)[0]
    found = library.find_related(article, library.article(article), Query())
    assert [one.headline and str(one.headline.date) for one in found] == [
        "2026-03-07",
        "2026-03-05",
        "2026-03-01",
    ]
    assert len({one.score for one in found}) == 1
    library.close()
