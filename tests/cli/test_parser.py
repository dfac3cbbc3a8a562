"""Tests of how arguments are read."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cli.parser import parser_of, whole
from reader.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "query", "words"),
    [
        (["-q", "-a", "x"], ["-a"], ["x"]),
        (["--query", "-a -b"], ["-a -b"], []),
        (["-q-a"], ["-a"], []),
        (["-0q", "a"], ["a"], []),
        (["-q", "a=b", "-q=c", "--query=-d"], ["a=b", "c", "-d"], []),
        (["x", "-q", "a", "y", "--unread", "z"], ["a"], ["x", "y", "z"]),
        (["x", "-q", "a", "--", "-q", "--b"], ["a"], ["x", "-q", "--b"]),
        (["-q", "", ""], [""], [""]),
        (["-"], [], ["-"]),
    ],
)
def test_options_and_words_may_be_mixed(arguments: list[str], query: list[str], words: list[str]) -> None:
    """A value may begin with a dash; everything behind two dashes is words."""
    found = parser_of("list").parse(arguments)
    assert (found.query, found.sources) == (query, words)


@given(st.lists(st.text("abc=- \u00e9", min_size=1), max_size=6))
def test_words_after_two_dashes_are_arguments(words: list[str]) -> None:
    """Whatever they begin with."""
    rest = [word for word in words if word != "--"]
    assert parser_of("list").parse(["--unread", "--", *rest]).sources == rest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since"], 'argument --since: expected one argument (see "reader list --help")'),
        (["--since", "--until"], "argument --since: expected one argument"),
        (["-q", "--"], "argument -q/--query: expected one argument"),
        (["-q", "-t", "AI"], "argument -q/--query: expected one argument"),
        (["--unread=yes"], "argument --unread: "),
        (["--odd=1\x1b[2J"], "unrecognized arguments: --odd=1 (see"),
        (["--topc=AI"], 'unrecognized arguments: --topc=AI; did you mean "--topic"? (see'),
        (["-z"], "unrecognized arguments: -z (see"),
        (["--format", "xml"], 'argument --format: invalid choice: "xml" (choose from'),
        (["--limit", "-1"], 'argument --limit: "-1" is not a whole number of at least 0'),
        (["--lim", "1"], "unrecognized arguments: --lim"),
    ],
)
def test_errors_name_the_option(arguments: list[str], message: str) -> None:
    """They also say where the help is."""
    with pytest.raises(UsageError) as error:
        parser_of("list").parse(arguments)
    assert message in str(error.value)


def test_whole_numbers_have_bounds() -> None:
    """Both bounds are accepted, numbers beyond them are not."""
    read = whole(1, 3)
    assert [read("1"), read("3")] == [1, 3]
    for wrong in ("0", "4", "x", "", "9" * 5000):
        with pytest.raises(argparse.ArgumentTypeError, match="from 1 to 3"):
            read(wrong)
