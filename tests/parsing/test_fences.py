"""Where headers end and bodies begin."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.parsing.fences import Split, pairs, split
from reader.parsing.parsed import MAX_HEADER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\na: b\n---\nbody", Split("yaml", "a: b\n", "body", 2, 4)),
        ("\n---\na: b\n...\n", Split("yaml", "a: b\n", "", 3, 5)),
        ("+++\na = 1\n+++\nbody", Split("toml", "a = 1\n", "body", 2, 4)),
        ("---\na: b\n", Split("yaml", "a: b\n", "", 2, 3, is_closed=False)),
        ("---\na: b\n---- \nc", Split("yaml", "a: b\n---- \nc", "", 2, 4, is_closed=False)),
        ("Title: x\nDate: y\n\nbody", Split("pairs", "Title: x\nDate: y", "body", 1, 4)),
        ("title:: x\ntags:: y\n\n- b", Split("pairs", "title:: x\ntags:: y", "- b", 1, 4)),
        ("rate:: 5\n\nbody", Split("none", "", "rate:: 5\n\nbody", 1, 1)),
        ("Dear Ann: hello\n\nbody", Split("none", "", "Dear Ann: hello\n\nbody", 1, 1)),
        ("Title: x\nno pair\n\nbody", Split("none", "", "Title: x\nno pair\n\nbody", 1, 1)),
        ("---\njust text\n---\n", Split("none", "", "---\njust text\n---\n", 1, 1)),
    ],
)  # fmt: skip
def test_every_style(text: str, expected: Split) -> None:
    """The style is told by the fence; without a key in it a line of dashes is a rule."""
    assert split(text) == expected


def test_a_yaml_file_is_all_header() -> None:
    """Without fences the ending of the name decides; with them the fences do."""
    assert split("a: b\n", is_yaml=True) == Split("yaml", "a: b\n", "", 1, 2)
    assert split("---\na: b\n---\nc", is_yaml=True).body == "c"


def test_pairs_go_on_in_indented_lines() -> None:
    """Keys stay as they are written, a value's further lines are joined by a space."""
    assert pairs("Title: A\n  long one\nTAGS:\n\tx") == [(0, "Title", "A long one"), (2, "TAGS", "x")]
    assert pairs("Title:\n" + " a\n \n" * 2) == [(0, "Title", "a a")]


def test_megabytes_are_no_header() -> None:
    """Pairs that are larger than a header may be are text, and the largest are quickly read."""
    begin = process_time()
    largest = "Title: x\n" + " a\n" * ((MAX_HEADER - 9) // 3)
    assert split(f"{largest}\nbody").style == "pairs"
    assert split(f"{largest} and more\n\nbody").style == "none"
    assert process_time() - begin < 1


@given(st.text(st.sampled_from("-+.\n a:='T\"")), st.booleans())
def test_nothing_is_lost(text: str, is_yaml: bool) -> None:
    """Header and body are in the text as they are, and the body's line is where it begins."""
    found = split(text, is_yaml=is_yaml)
    assert found.header in text and text.endswith(found.body)
    if found.body:
        assert text[: len(text) - len(found.body)].count("\n") + 1 == found.body_line
