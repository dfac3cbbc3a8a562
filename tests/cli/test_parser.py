"""Tests of how arguments are read: as argparse reads them, of which help and completion are made."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cli.entry import parser_of
from reader.cli.helping import argparse_of
from reader.cli.parser import Parser, whole
from reader.cli.roster import COMMANDS
from reader.errors import UsageError

PARSERS = {name: parser_of(name)[0] for name in ("", *COMMANDS) if name != "relay"}
"""All but that of another program's command line."""

_WORD = st.sampled_from(["x", "table", "json", "3", "-", "a=b", "7d", ""])


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A command and arguments, good ones more often than bad ones; none of them is `--`, which argparse takes
    out also where it stands among the words."""
    name = draw(st.sampled_from(sorted(PARSERS)))
    made: list[str] = []
    options = list(PARSERS[name].options)
    for _ in range(draw(st.integers(0, 5))):
        option = draw(st.sampled_from(options))
        if not option.flags:
            made.append(draw(st.sampled_from(["a", "b", "-x", "--odd"])))
            continue
        flag, value = draw(st.sampled_from(option.flags)), draw(_WORD)
        forms = [[flag, value], [f"{flag}={value}"], [flag]]
        if not flag.startswith("--"):
            forms.append([f"{flag}{value or 'y'}"])
        if not option.takes_value:
            forms = [[flag], [flag], [flag], [f"{flag}=y"]]
        form = draw(st.sampled_from(forms))
        made += form
        if option.takes_value and form == [flag]:
            break  # for what follows may begin with a minus, and to us alone that is a value
    return name, made


def by_argparse(parser: Parser, arguments: list[str]) -> dict[str, object] | None:
    """What argparse makes of the same; None where it says that they are wrong."""
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            return vars(argparse_of(parser).parse_intermixed_args(arguments))
        except SystemExit:
            return None


@given(lines())
def test_arguments_are_read_as_argparse_reads_them(line: tuple[str, list[str]]) -> None:
    """The same options and words, or wrong for both."""
    name, arguments = line
    parser = PARSERS[name]
    try:
        found = vars(parser.parse(arguments))
    except UsageError:
        assert by_argparse(parser, arguments) is None
    else:
        assert found == by_argparse(parser, arguments)


@pytest.mark.parametrize(
    ("arguments", "query", "words"),
    [
        (["-q", "-a", "x"], ["-a"], ["x"]),
        (["--query", "-a -b"], ["-a -b"], []),
        (["-q-a"], ["-a"], []),
        (["-0q", "-a"], ["-a"], []),
        (["x", "-q", "a", "--", "-q", "--b"], ["a"], ["x", "-q", "--b"]),
    ],
)
def test_values_may_begin_with_a_minus(arguments: list[str], query: list[str], words: list[str]) -> None:
    """A query that excludes is no option; what stands behind two dashes is words."""
    found = parser_of("list")[0].parse(arguments)
    assert (found.query, found.sources) == (query, words)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since"], "argument --since: expected one argument (see `reader list --help`)"),
        (["--since", "--until"], "argument --since: expected one argument"),
        (["-q", "--"], "argument -q/--query: expected one argument"),
        (["-q", "-t", "AI"], "argument -q/--query: expected one argument"),
        (["--unread=yes"], "argument --unread: takes no value"),
        (["--odd=1\x1b[2J"], "unrecognized arguments: --odd=1 (see"),
        (["--topc=AI"], "unrecognized arguments: --topc=AI; did you mean --topic? (see"),
        (["-z"], "unrecognized arguments: -z"),
        (["--format", "xml"], "argument --format: 'xml' is none of table, json"),
        (["--limit", "-1"], "argument --limit: `-1` is not a whole number of at least 0"),
        (["--lim", "1"], "unrecognized arguments: --lim"),
    ],
)
def test_what_is_wrong_is_named(arguments: list[str], said: str) -> None:
    """The sentence names the option and where help is."""
    with pytest.raises(UsageError) as error:
        parser_of("list")[0].parse(arguments)
    assert said in str(error.value)


def test_whole_numbers() -> None:
    """Both bounds are good, and what is beyond them is not."""
    read = whole(1, 3)
    assert [read("1"), read("3")] == [1, 3]
    for wrong in ("0", "4", "x", ""):
        with pytest.raises(ValueError, match="from 1 to 3"):
            read(wrong)
