"""Facets: what a count says is what choosing it lists."""

from pathlib import Path

from reader.library import Change
from reader.query import Query, parse
from reader.query.results import FacetValue
from tests.index.files import NOW, named, opened, text_of, titles, write


def test_spellings_are_one_value(tmp_path: Path) -> None:
    """Case, accents and Unicode form make no value of their own; the most frequent spelling is shown."""
    for number, topics in enumerate(("[Café]", "[Café]", "[cafe]", "[Cafe\u0301]", "[CAFÉ, café, Tea]")):
        write(tmp_path / f"{number}.md", text_of("a", topics=topics))
    library = opened(tmp_path)
    values = library.facet("topic", Query(), NOW).values
    assert values == (FacetValue("Café", 5, 5), FacetValue("Tea", 1, 1))
    assert len(library.select(Query().toggling("topic", "Café"), NOW)) == 5
    assert parse("topic:cafe").toggling("topic", "Café") == Query()
    library.close()


def test_each_value_says_how_many_are_unread(tmp_path: Path) -> None:
    """Beside how many there are, under the same query."""
    write(tmp_path / "a.md", text_of("a", topics="[AI, Chips]"))
    write(tmp_path / "b.md", text_of("b", topics="[AI]"))
    library = opened(tmp_path)
    library.mark(named(library, "b"), Change(read=True))
    assert library.facet("topic", parse("b"), NOW).values == (
        FacetValue("AI", 1, 0),
        FacetValue("Chips", 0, 0),
    )
    assert library.facet("topic", Query(), NOW).values == (FacetValue("AI", 2, 1), FacetValue("Chips", 1, 1))
    library.close()


def test_articles_of_one_provider_are_sorted_as_one(tmp_path: Path) -> None:
    """`sort:provider` takes spellings of one name together, the newest first."""
    names = (("a", "Quay Post", 3), ("b", "QUAY POST", 2), ("c", "Quay Post", 1))
    for title, name, day in names:
        date = f"2021-05-0{day}T00:00:00Z"
        write(tmp_path / f"{title}.md", text_of(title, date, provider=f"{{name: {name}}}"))
    library = opened(tmp_path)
    shown = library.select(parse("sort:provider"), NOW).window(0, 3)
    assert [one.title for one in shown] == ["a", "b", "c"]
    library.close()


def test_folders_without_dates_and_what_all_share(tmp_path: Path) -> None:
    """The facet folder counts sub-folders; an article right at the top has none."""
    for path in ("content/sea/a.md", "content/sea/2026/11/b.md", "content/Land/fox/c.md", "content/d.md"):
        write(tmp_path / "feed" / path, text_of(path[-4]))
    library = opened(tmp_path / "feed")
    values = library.facet("folder", Query(), NOW).values
    assert [one[:2] for one in values] == [("sea", 2), ("Land/fox", 1)]
    assert sorted(titles(library, "folder:Sea")) == ["a", "b"]
    assert titles(library, "folder:land*") == ["c"]
    assert sorted(titles(library, "-folder:sea")) == ["c", "d"]
    library.close()


def test_folders_of_several_sources(tmp_path: Path) -> None:
    """Each source's own name is part of its folders."""
    write(tmp_path / "one/a.md", text_of("a"))
    write(tmp_path / "two/sea/b.md", text_of("b"))
    library = opened(tmp_path / "one", tmp_path / "two")
    values = library.facet("folder", Query(), NOW).values
    assert [one.value for one in values] == ["one", "two/sea"]
    library.close()
