"""The tables of named queries: each is written by itself, with its comments, and nothing else is touched."""

from __future__ import annotations

import pytest

from reader.config.paths import config_file
from reader.config.saved_queries import SavedQueries, configured_queries, write_queries
from reader.errors import ReaderError

FILE = """\
# Mine.
theme = "reader-dark"

[topics]
# What thinks.
AI = 'AI OR "machine learning"' # and more
Sea = "harbour"

[views]
Best = "quality:>=80" # the best
"""


def _start(text: str) -> None:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text(text, "utf-8")


def test_comments_and_other_tables_stay() -> None:
    """A rule that is added, one that is renamed, and one that is changed."""
    _start(FILE)
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
    _start(FILE)
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
    _start(FILE)
    assert queries.has_changed() and not queries.has_changed()
    config_file().unlink()
    assert queries.has_changed()


@pytest.mark.parametrize(
    "text", ["[topics]\nAI = 5\n", "topics = 5\n", "[topics]\nAI = {x = 1}\n", "[topics\n"]
)
def test_what_is_not_understood_is_left_alone(text: str) -> None:
    """One sentence, and the file stays as it was."""
    _start(text)
    with pytest.raises(ReaderError):
        SavedQueries("topics").change({"New": "x"})
    assert config_file().read_text("utf-8") == text
