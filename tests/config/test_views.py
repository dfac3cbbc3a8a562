"""Views and rules for topics: what a change makes of them, and how their tables are written."""

from __future__ import annotations

import os
import stat
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.config.paths import config_file
from reader.config.views import (
    BUILT_IN,
    Configured,
    SavedQueries,
    arranged,
    configured_queries,
    find,
    moved,
    removed,
    renamed,
    saved,
    write_queries,
)
from reader.errors import ReaderError, UsageError
from reader.query import parse

OWN: Configured = {"Chips": "topic:Chips", "Best": "quality:>=80"}
NAMES, TEXTS = st.sampled_from([*BUILT_IN, "A", "B", "C"]), st.sampled_from(["a", "is:unread", "since:today"])
CONFIGURED = st.dictionaries(NAMES, TEXTS, max_size=6)


def _names(configured: Configured) -> list[str]:
    return [view.name for view in arranged(configured)]


def test_the_reader_s_own_come_first() -> None:
    """One that the configuration names has its query and is where it says; false leaves it out."""
    assert _names({}) == list(BUILT_IN)
    assert _names(OWN) == [*BUILT_IN, "Chips", "Best"]
    changed: Configured = {"Hot": "heat:>9", "Today": False}
    assert _names(changed) == ["All", "Unread", "Starred", "This week", "Hot"]
    assert arranged(changed)[-1].text == "heat:>9"
    assert all(parse(text) or not text for text in BUILT_IN.values())


def test_a_view_is_found_by_its_name() -> None:
    """Whatever its case; an unknown one gets the nearest."""
    assert find("chips", OWN).text == "topic:Chips"
    assert find("this WEEK", {}).text == "since:7d"
    with pytest.raises(UsageError, match='did you mean "Chips"'):
        find("Chpis", OWN)


def test_changes() -> None:
    """Saving, renaming and removing, of one's own and of those that come with the reader."""
    assert saved(OWN, "Chips", "chips") == {"Chips": "chips", "Best": "quality:>=80"}
    assert list(renamed(OWN, "Chips", "Silicon")) == ["Silicon", "Best"]
    assert _names(renamed({}, "Hot", "Warm")) == ["All", "Unread", "Starred", "Today", "This week", "Warm"]
    assert removed(OWN, "Chips") == {"Best": "quality:>=80"}
    assert _names(removed({}, "Hot")) == ["All", "Unread", "Starred", "Today", "This week"]
    assert removed({"Hot": "x"}, "Hot") == {"Hot": False}


@given(CONFIGURED, st.integers(0, 20), st.integers(-8, 8))
def test_a_view_moves_where_it_is_sent(
    configured: dict[str, str | Literal[False]], place: int, step: int
) -> None:
    """All others keep their order, no query changes, and only what must is named in the configuration."""
    views = arranged(configured)
    view = views[place % len(views)]
    after = moved(configured, view.name, step)
    rest = [one for one in views if one != view]
    target = max(min(views.index(view) + step, len(rest)), 0)
    assert arranged(after) == [*rest[:target], view, *rest[target:]]
    assert moved({}, "Hot", -1) == {"Hot": BUILT_IN["Hot"], "This week": "since:7d"}
    assert moved({"A": "a"}, "A", 1) == {"A": "a"}


HAND_WRITTEN = """\
# mine
theme = "reader-light"

# Saved questions.
[views] # in this order
# why chips
"Chips this week" = "topic:Chips since:7d"   # the point of it
Best = "quality:>=80 sort:quality"

# Keys come last.
[keys]
open_page = "o"
"""


def _write_config(text: str) -> None:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_bytes(text.encode())


def _change(after: Configured, renamed: dict[str, str] | None = None) -> str:
    write_queries("views", configured_queries("views"), after, renamed)
    assert dict(configured_queries("views")) == dict(after) and list(configured_queries("views")) == list(
        after
    )
    return config_file().read_bytes().decode()


def test_a_first_view_makes_the_file_for_the_person_alone() -> None:
    """Nothing was there: the folder and the file are made, readable by nobody else."""
    assert _change({"Chips": 'topic:"Big, Data"'}) == "[views]\nChips = 'topic:\"Big, Data\"'\n"
    assert stat.S_IMODE(config_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(config_file().parent.stat().st_mode) == 0o700


def test_a_new_view_changes_one_line() -> None:
    """Comments, blank lines, order and the other tables are as they were."""
    _write_config(HAND_WRITTEN)
    text = _change({**configured_queries("views"), "New": "is:unread"})
    assert text == HAND_WRITTEN.replace('sort:quality"\n', 'sort:quality"\nNew = "is:unread"\n')


def test_comments_go_with_their_views() -> None:
    """A view that moves, gets another name or another query keeps what was reported of it."""
    _write_config(HAND_WRITTEN)
    after: Configured = {"Best": "quality:>=80 sort:quality", "Silicon": "topic:Chips since:14d"}
    assert _change(after, {"Silicon": "Chips this week"}) == HAND_WRITTEN.replace(
        """\
# why chips
"Chips this week" = "topic:Chips since:7d"   # the point of it
Best = "quality:>=80 sort:quality"
""",
        """\
Best = "quality:>=80 sort:quality"
# why chips
Silicon = "topic:Chips since:14d"   # the point of it
""",
    )


def test_a_file_without_views_gets_them_at_its_end() -> None:
    """After what is there, whether its last line is ended or not; and all can go again."""
    _write_config('theme = "x"\n[keys]\nquit = "q"')
    assert _change({"A": "a"}) == 'theme = "x"\n[keys]\nquit = "q"\n\n[views]\nA = "a"\n'
    assert _change({"Hot": False}).endswith("[views]\nHot = false\n")
    assert _change({}).endswith("[views]\n")


@pytest.mark.parametrize(
    "text",
    [
        'views = {A = "a"}\ntheme = "x"\n',
        'views.A = "a"\ntheme = "x"\n',
        '\ufeff[views]\r\nA = "a"\r\n\r\n[keys]\r\n',
    ],
)
def test_other_ways_to_write_a_table(text: str) -> None:
    """Inline and dotted tables, Windows' line ends and its mark are understood and kept apart."""
    _write_config(text)
    new = _change({"A": "a", "B": "b"})
    assert ("theme" in text) == ("theme" in new)
    assert new.count("\r\n") in (0, new.count("\n"))
    assert new.startswith("\ufeff") == text.startswith("\ufeff")


def test_mode_and_link_are_kept() -> None:
    """A file that others may read stays so; a link, as people with their dotfiles have it, stays a link."""
    real = config_file().parent.parent / "dotfiles.toml"
    real.write_text('[views]\nA = "a"\n')
    real.chmod(0o644)
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().symlink_to(real)
    _change({"A": "b"})
    assert config_file().is_symlink() and "b" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    "text",
    ["[{}\n", "[{}]\nA = 1\n", '[{}]\nOther = "x"\n', "a = 1\na = 2\n", "{} = 5\n", "[{}]\nA = {{x = 1}}\n"],
)
@pytest.mark.parametrize("table", ["views", "topics"])
def test_what_is_not_understood_is_left_alone(text: str, table: Literal["views", "topics"]) -> None:
    """No TOML, no queries, or others than one thought: a sentence, and not a byte is changed."""
    text = text.format(table)
    _write_config(text)
    with pytest.raises(ReaderError, match="cannot be changed") as caught:
        write_queries(table, {"Mine": "x"}, {"Mine": "y"})
    assert str(caught.value).isprintable()
    assert config_file().read_text() == text
    assert os.listdir(config_file().parent) == ["config.toml"]


_TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12)
_VIEWS = st.dictionaries(_TEXT, _TEXT | st.just(False), max_size=5)


@given(_VIEWS, _VIEWS)
def test_any_names_and_queries_are_written_and_read(
    first: dict[str, str | Literal[False]], second: dict[str, str | Literal[False]]
) -> None:
    """Whatever a view is called; the comment before the next table stays where it is."""
    _write_config("# a\n\n# b\n[keys]\n")
    write_queries("views", {}, first)
    write_queries("views", first, second)
    assert dict(configured_queries("views")) == second and list(configured_queries("views")) == list(second)
    assert config_file().read_text().startswith("# a\n\n# b\n[keys]\n")


TWO_TABLES = """\
# Mine.
theme = "reader-dark"

[topics]
# What thinks.
AI = 'AI OR "machine learning"' # and more
Sea = "harbour"

[views]
Best = "quality:>=80" # the best
"""


def test_comments_and_other_tables_stay() -> None:
    """A rule that is added, one that is renamed, and one that is changed."""
    _write_config(TWO_TABLES)
    rules = configured_queries("topics")
    write_queries("topics", rules, {"Minds": rules["AI"], "Sea": "ferry", "New": "x"}, {"Minds": "AI"})
    text = config_file().read_text("utf-8")
    assert "# What thinks.\nMinds = 'AI OR \"machine learning\"' # and more\n" in text
    assert 'Sea = "ferry"\nNew = "x"\n' in text
    assert (
        text.startswith('# Mine.\ntheme = "reader-dark"\n') and 'Best = "quality:>=80" # the best\n' in text
    )
    assert configured_queries("views") == {"Best": "quality:>=80"}


def test_each_table_is_undone_by_itself() -> None:
    """What was changed in the other one stays."""
    _write_config(TWO_TABLES)
    topics, views = SavedQueries("topics"), SavedQueries("views")
    topics.change({"AI": "x"})
    views.change({})
    assert topics.undo() and not topics.undo()
    assert configured_queries("topics") == {"AI": 'AI OR "machine learning"', "Sea": "harbour"}
    assert configured_queries("views") == {}


def test_it_is_seen_when_the_file_was_written() -> None:
    """Once, also where it comes or goes."""
    queries = SavedQueries("topics")
    assert not queries.has_changed()
    _write_config(TWO_TABLES)
    assert queries.has_changed() and not queries.has_changed()
    config_file().unlink()
    assert queries.has_changed()
