"""Tests of how arguments become one command, and failures one sentence, in this process."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from reader import __version__
from reader.cli.parser import MODULES, command, find_command, parser_of
from tests.cli.conftest import Run
from tests.fake_library import FakeLibrary

EVERY = ["", *MODULES]
DOCS = Path(__file__).parent.parent.parent / "docs"
MANUAL = "".join((DOCS / name).read_text("utf-8") for name in ("cli.md", "feeds.md"))


@pytest.mark.parametrize("name", EVERY)
def test_every_option_has_help_an_example_and_a_place_in_the_manual(name: str) -> None:
    """No flag is without a sentence and an example that uses it, or missing in the documents."""
    for option in parser_of(name).arguments:
        sentence, _, example = str(option.help).partition("e.g. ")
        flags = option.option_strings
        assert len(sentence) > 8, flags
        assert not flags or any(flag in example for flag in flags), flags
        assert all(f"`{flag}" in MANUAL for flag in flags), flags


@pytest.mark.parametrize("name", EVERY)
def test_every_command_shows_its_help_with_examples(name: str, reader: Run) -> None:
    """`--help` is exit 0, begins with the usage, and its examples and the manual name the command."""
    outcome = reader(*filter(None, [name]), "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"usage: reader {name}".rstrip())
    examples = outcome.out.partition("examples:\n")[2].partition("\n\n")[0]
    assert f"reader {name}".strip() in examples
    assert f"$ reader {name}".strip() in MANUAL


def test_the_help_of_all_names_every_command(reader: Run) -> None:
    """`reader --help` has a line for each command."""
    lines = [line.split() for line in reader("--help").out.splitlines()]
    for name in MODULES:
        assert [name, *command(name).summary.split()] in lines


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["list", "x"], "list"),
        (["-q", "list", "count"], "count"),
        (["--query=x", "count"], "count"),
        (["--unread", "facets", "topic"], "facets"),
        (["--", "list"], ""),
        (["./list"], ""),
        (["x", "list"], ""),
        ([], ""),
        (["-q"], ""),
    ],
)
def test_the_command_is_the_first_word(argv: list[str], name: str) -> None:
    """Options and their values are passed over; after `--` and after a SOURCE there is no command."""
    found, rest = find_command(argv)
    assert found == name
    assert len(rest) == len(argv) - bool(name)


def test_the_version(reader: Run) -> None:
    """`--version` works with and without a command."""
    assert reader("--version").out == reader("list", "--version").out == f"reader {__version__}\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["lst"], 'did you mean "reader list"?'),
        (["show-me-all"], '"reader --help" lists the commands'),
        (["list", "lst"], '"lst" is not a folder or file'),
        (["no/such\x1b[2J"], '"no/such" is not a folder or file'),
        (["list", "--colour"], 'unrecognized arguments: --colour (see "reader list --help")'),
        (["list", "--limit", "few"], '"few" is not a whole number of at least 0'),
        (["list", "--min-quality", "101"], "from 0 to 100"),
        (["list", "--format", "xml"], '"xml"'),
        (["list", "--since"], "expected one argument"),
        (["list", "-q", "topc:ai"], "\n  topc:ai\n  ^^^^^\n"),
        (["show"], "no article given"),
        (["mark"], "no mark given"),
        (["mark", "red", "."], "untag:NAME"),
        (["completion", "tcsh"], "bash, zsh or fish"),
        (["config"], "path, show or keys"),
        (["list", "a" * 300], "can't be opened (File name too long)"),
    ],
)
def test_usage_errors_exit_with_2(reader: Run, argv: list[str], message: str) -> None:
    """One clean sentence on stderr begins with the program's name; stdout is empty."""
    code, out, err = reader(*argv)
    assert (code, out) == (2, "")
    assert err.startswith("reader: ") and message in err
    assert "\x1b" not in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            3,
            "the output: no space left on device; free some",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "/a\x07b"), 3, "/ab: permission denied; check"),
        (OSError("odd"), 3, "odd; check that place"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_failures_exit_with_3_and_a_remedy(
    reader: Run,
    library: FakeLibrary,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    message: str,
) -> None:
    """Ctrl-C and a closed pipe are silent."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(library, "select", fail)
    monkeypatch.setattr("reader.cli._abandon_output", lambda: None)
    outcome = reader("list", ".")
    assert outcome.code == code
    assert message in outcome.err
    assert outcome.err.count("\n") == bool(message)


def test_notices_are_printed_once_on_stderr(reader: Run, library: FakeLibrary) -> None:
    """They do not mix with the output, and the library is closed."""
    library.notices.append("The index is kept in memory.")
    outcome = reader("count", ".")
    assert (outcome.out, outcome.err) == ("3\n", "reader: The index is kept in memory.\n")
    assert library.is_closed and library.refreshed == 1


def test_without_a_terminal_the_bare_command_lists(reader: Run) -> None:
    """The bare command with a pipe behind it writes what `list` writes; so does `--format`."""
    assert reader(".").out == reader("list", ".").out != ""
    assert reader("--format", "urls", ".").out == reader("list", ".", "--format", "urls").out


def test_an_internal_error_exits_with_3(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says how to report it; READER_DEBUG shows the traceback."""

    def fail(_: object, **__: object) -> None:
        raise KeyError("a\nb")

    monkeypatch.setattr(library, "select", fail)
    outcome = reader("list", ".")
    assert outcome.code == 3
    assert outcome.err.startswith("reader: an internal error (KeyError) stopped this command")
    assert outcome.err.count("\n") == 1
    monkeypatch.setenv("READER_DEBUG", "1")
    with pytest.raises(KeyError):
        reader("list", ".")
