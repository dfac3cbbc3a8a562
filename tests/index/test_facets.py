"""Facets: what a count says is what choosing it lists."""

from __future__ import annotations

from pathlib import Path

from reader.library import Change, Library
from reader.query import Query, parse
from reader.query.results import FacetValue
from tests.index.files import NOW, named, opened, refresh, text_of, titles, write


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


def _dates(library: Library, query: str = "", cells: int = 20) -> list[tuple[str, int]]:
    return [one[:2] for one in library.facet("date", parse(query), NOW, cells=cells).values]


def test_periods_follow_what_matches(tmp_path: Path) -> None:
    """A few days are counted by day, a year by month; only the matches decide."""
    for number, day in enumerate(("2024-05-01", "2024-05-02", "2024-05-04")):
        write(tmp_path / f"{number}.md", text_of("near", day))
    write(tmp_path / "far.md", text_of("far", "2023-06-30"))
    write(tmp_path / "none.md", text_of("none"))
    library = opened(tmp_path)
    assert _dates(library, "near") == [
        ("2024-05-01", 1), ("2024-05-02", 1), ("2024-05-03", 0), ("2024-05-04", 1)
    ]  # fmt: skip
    everything = _dates(library)
    assert everything[0] == ("2023-06", 1) and everything[-1] == ("2024-05", 3) and len(everything) == 12
    assert _dates(library, "date:2023-06") == everything, "its own choice does not narrow it"
    assert _dates(library, "nothing") == [(value, 0) for value, _ in everything]
    library.close()


def test_a_few_outliers_do_not_make_the_periods_coarse(tmp_path: Path) -> None:
    """One article of long ago and one from the future share the outermost periods, which are open."""
    for number in range(98):
        write(tmp_path / f"{number}.md", text_of("x", f"2024-05-{number % 10 + 1:02}"))
    write(tmp_path / "old.md", text_of("x", "1969-12-31"))
    write(tmp_path / "new.md", text_of("x", "2099-01-01"))
    library = opened(tmp_path)
    found = _dates(library)
    assert [found[0], found[-1]] == [("..2024-04-30", 1), ("2024-05-11..", 1)]
    assert len(found) == 12 and sum(count for _, count in found) == 100
    write(tmp_path / "late.md", text_of("x", "2024-04-02"))
    refresh(library)
    assert _dates(library)[0] == ("..2024-04-30", 2)
    library.close()


def test_where_nothing_is_known_there_are_no_ranges(tmp_path: Path) -> None:
    """Neither a date nor a quality anywhere: nothing to draw."""
    write(tmp_path / "a.md", text_of("a"))
    library = opened(tmp_path)
    assert _dates(library) == []
    assert library.facet("quality", parse("")).values == ()
    library.close()


def test_the_best_quality_is_in_the_last_step(tmp_path: Path) -> None:
    """0 to 100 in steps of five; the question's own threshold does not narrow them."""
    for number, quality in enumerate((0, 4, 5, 94, 95, 100)):
        write(tmp_path / f"{number}.md", text_of("a", quality=str(quality)))
    library = opened(tmp_path)
    found = {one.value: one.count for one in library.facet("quality", parse("quality:>=50")).values}
    assert len(found) == 20
    assert {value: count for value, count in found.items() if count} == {
        "0..4": 2, "5..9": 1, "90..94": 1, "95..100": 2
    }  # fmt: skip
    library.close()


def test_what_an_exclusion_keeps_out_is_counted(tmp_path: Path) -> None:
    """As many as would be listed besides without it."""
    for number, topics in enumerate(("[AI, Sports]", "[Sports]", "[AI]")):
        write(tmp_path / f"{number}.md", text_of("a", topics=topics))
    library = opened(tmp_path)
    assert library.facet("topic", parse("-topic:Sports")).kept_out == (FacetValue("Sports", 2),)
    assert library.facet("topic", parse("topic:AI -topic:Sports")).kept_out == (FacetValue("Sports", 1),)
    library.close()
