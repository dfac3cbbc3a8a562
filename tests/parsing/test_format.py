"""docs/format.md says what the parsers do: its table is the table of aliases, its examples are read."""

from __future__ import annotations

import re

import pytest

from reader.article.record import Place
from reader.parsing.aliases import ALIASES
from reader.parsing.content import MAX_FILE
from reader.parsing.dates import parse_date
from reader.parsing.dialects import article_of
from reader.parsing.frontmatter import PAIR_KEYS, read
from reader.parsing.headers import MAX_ALIASES, MAX_ENTRIES, MAX_HEADER, MAX_NESTING
from tests.headers import day
from tests.test_house import ROOT

PAGE = (ROOT / "docs" / "format.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```markdown\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def section(name: str) -> str:
    """The text of a section of the page."""
    return PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0]


def cells(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without the head."""
    return [
        [one.strip() for one in row.strip("|").split("|")]
        for row in text.splitlines()
        if row.startswith("| `")
    ]


def test_the_table_of_keys_is_the_table_of_aliases() -> None:
    """Each field is listed with all of its names, in order."""
    listed = {row[0].strip("`"): tuple(re.findall("`([^`]+)`", row[1])) for row in cells(section("Keys"))}
    assert listed == dict(ALIASES)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_each_example_means_the_same(example: str) -> None:
    """Every header on the page is read without a problem and says the same article."""
    found = article_of(read(example), Place("/n/a.md", "a.md", "n"))
    assert (found.title, found.topics) == ("Quiet week", ("Weather", "Sea"))
    assert found.published_date_time == day(2021, 6, 18) and not found.problems and not found.other


@pytest.mark.parametrize("text", re.findall(r"`([^`]+)`", section("Dates").partition("\n- ")[0]))
def test_each_date_on_the_page_is_read(text: str) -> None:
    """Every example of a date is one."""
    assert (found := parse_date(text)).year == 2021 and found.month == 6 and found.day == 18


@pytest.mark.parametrize("text", ["04/05/2021", "30 February 2021", "June 2021"])
def test_what_is_no_date_on_the_page_is_none(text: str) -> None:
    """What the page calls ambiguous or impossible is refused."""
    assert f"`{text}`" in PAGE
    with pytest.raises(ValueError, match="is not a date"):
        parse_date(text)


def test_the_limits_are_those_of_the_parsers() -> None:
    """The page has the numbers of the code."""
    limits = section("Limits")
    assert f"{MAX_FILE // 2**20} MB" in limits and f"{MAX_HEADER // 1024} kB" in limits
    assert f"{MAX_ENTRIES:,} lines" in limits and f"{MAX_NESTING} levels" in limits
    assert f"{MAX_ALIASES} aliases" in limits


def test_the_keys_of_a_bare_header_are_listed() -> None:
    """Pelican's keys, one of which makes lines a header."""
    assert set(re.findall("[a-z]+", section("Forms of a header"))) >= PAIR_KEYS
