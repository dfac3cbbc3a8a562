"""docs/query.md tells the truth: its examples are asked of a collection where each makes a difference."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reader.collection.folders import Collection
from reader.library import Library
from reader.library.folder.library import FolderLibrary
from reader.marks.mark import Change
from reader.query import SORTS, Query, parse
from reader.query.fields import FIELD_NAMES, NAMES
from tests.index.files import NOW, ids, named, refresh, text_of, write
from tests.library.kinds import KINDS, library_of_kind
from tests.model import Marked, Model
from tests.test_house import ROOT

PAGE = ROOT / "docs" / "query.md"

_HARBOUR = "{name: Harbour Post, domain: harbour.example}"
_FILES = {
    "2021/06/ferry.md": text_of(
        "A quiet week for the ferries", "2021-06-18T13:43:00Z", url="https://harbour.example/2021/ferry",
        provider=_HARBOUR, topics="[AI, Chips]", quality="60", heat="12", category="news", type="article",
        author="[Ana Lund]", related="[{title: Chips and the sea}]", excerpt="Two harbours.",
        body="The harbour and the chips. Sports or not.",
    ),
    "sea/foundry.md": text_of(
        "Two foundries", "2021-07-20", url="https://harbour.example/2021/foundry", provider=_HARBOUR,
        topics="[Chips, Sports]", quality="20", heat="0", category="opinion", type="article",
        body="It is said, a foundry and a rumour; sports, chipmaker.",
    ),
    "2024/day.md": text_of(
        "The day before", "2024-05-14T09:00:00Z", url="https://lamp.example/251221", topics="[AI]",
        quality="50", heat="1", images="[{url: a.jpg}]", published="false", type="video",
        body="Week after quiet. Meeting at 12:30, see https://harbour.example/a for more.",
    ),
    "2024/spring.md": text_of(
        "Spring", "2024-05-01", url="https://lamp.example/spring", topics="[Sports]", published="true",
        heat="-1",
    ),
    "2024/whale-1.md": text_of(
        "Young humpback whale swims up the Merrow", "2024-03-01T09:00:00Z", provider="Delta Wire",
        excerpt="A young humpback whale swam up the Merrow and stayed under the Chain Bridge for an hour.",
    ),
    "2024/whale-2.md": text_of(
        "Humpback whale under the Chain Bridge", "2024-03-01T10:00:00Z", provider="Coast Wire",
        excerpt="Commuters saw a young humpback whale that swam up the Merrow as far as the Chain Bridge.",
    ),
    "2024/whale-3.md": text_of(
        "Whale in the Merrow stops commuters", "2024-03-01T11:00:00Z", provider="Isle Courier",
        excerpt="A young humpback whale in the Merrow stopped commuters on the Chain Bridge for an hour.",
    ),
    "2024/undated.md": text_of("Undated", body="Neither date nor provider."),
}  # fmt: skip


def examples() -> list[str]:
    """The first column of every table of the page."""
    rows = (
        line.split("|")[1].strip() for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")
    )
    return [row.strip("`") for row in rows if row.startswith("`")]


@pytest.fixture(scope="module", params=KINDS)
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Library, Model]]:
    """A collection of which every example finds a part, and the plain model of it."""
    folder = tmp_path_factory.mktemp("page")
    for path, text in _FILES.items():
        write(folder / "news" / path, text)
    library = FolderLibrary(Collection([folder / "news"]), None, folder)
    refresh(library)
    model = Model([folder / "news"])
    (spring,) = (one for one in model.stored if one.article.title == "Spring")
    model.marks[spring.article.identity] = Marked(True, True, ("later",), "so")
    with library_of_kind(request, request.param, library) as asked:
        change = Change(read=True, starred=True, add_tags=("later",), note="so")
        asked.mark(named(asked, "Spring"), change)
        yield asked, model
    library.close()


@pytest.mark.parametrize("text", examples())
def test_every_example_of_the_page_finds_what_it_says(text: str, asked: tuple[Library, Model]) -> None:
    """It reads back, finds some articles and leaves others out (or only orders them), as the model says."""
    library, model = asked
    query = parse(text)
    assert parse(str(query)) == query
    found = ids(library.select(query, NOW).window(0, 99))
    assert found == model.select(query, NOW)
    if query.clauses:
        assert 0 < len(found) < library.total
    else:
        assert len(found) == library.total and (query != Query() or text == "sort:date")


def test_the_page_shows_every_field_and_name() -> None:
    """No field, name or order lacks its example."""
    page = " ".join(examples())
    fields = [field for field in FIELD_NAMES if f"{field}:" not in page]
    names = [
        f"{field}:{name}" for field, known in NAMES.items() for name in known if f"{field}:{name}" not in page
    ]
    assert not fields + names + [sort for sort in SORTS if f"sort:{sort}" not in page]
