"""From arguments to one command, and from any failure to one sentence and an exit code.

Only the command that was asked for is imported and gets a parser. What a command does is not known here.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

from reader.cli.arguments import Parser, Subcommand, add_general
from reader.errors import ReaderError

COMMANDS = {
    "list": ("listing", "the headlines, in one of nine formats"),
    "count": ("listing", "how many articles there are"),
    "facets": ("listing", "the topics, providers, categories or types with their counts"),
    "views": ("viewing", "your saved queries, with how many articles and how many unread each has"),
    "show": ("single", "whole articles"),
    "open": ("single", "open an article's page in your browser"),
    "mark": ("marking", "mark articles as read, starred or tagged"),
    "export-marks": ("marking", "write what you read, starred and tagged to a file"),
    "import-marks": ("marking", "take such a file in"),
    "index": ("upkeep", "bring the index up to date"),
    "check": ("upkeep", "what in the files could not be understood"),
    "relay": ("relay", "on your own machine: open the pages that a reader on a server asks for"),
    "config": ("about", "where the configuration is, what it says, which keys there are"),
    "doctor": ("doctor", "what this terminal can do, which opener, which paths"),
    "completion": ("about", "the completion script for your shell"),
}
"""Each command's module in this package and what it does, in the order of the help."""

GROUPS = {
    "reading and finding": ("list", "count", "facets", "views", "show", "open"),
    "marking": ("mark", "export-marks", "import-marks"),
    "keeping the collection": ("index", "check"),
    "this program": ("config", "doctor", "completion", "relay"),
}
"""The commands under the headings of the help."""

TAKE_VALUE = frozenset((
    "-q", "--query", "--view", "-t", "--topic", "-p", "--provider", "--category", "--type", "--tag",
    "--since", "--until", "--min-quality", "--min-heat", "--sort", "--limit",
    "--format", "--fields", "--template", "--related", "--ids", "--port", "--socket",
))  # fmt: skip
"""The options that are followed by a value: needed before any parser is made, to find the command."""

STOPPED = 130
"""The exit code after Ctrl-C, as shells know it."""

_ADVICE = {
    "ENOSPC": "free some space there and try again",
    "EDQUOT": "free some of your quota and try again",
    "EACCES": "ask for permission to it or choose another place",
    "EPERM": "ask for permission to it or choose another place",
    "EROFS": "choose a place that can be written",
    "ENOENT": "check the name",
    "EISDIR": "give the name of a file",
    "EMFILE": "raise the limit with `ulimit -n` and try again",
}


def run(argv: list[str]) -> int:
    """Do what the arguments say; returns the exit code and never raises for what a person can cause."""
    if "_ARGCOMPLETE" in os.environ:
        from reader.cli.completion import complete

        return complete()
    _prepare_streams()
    try:
        code = _dispatch(argv)
        sys.stdout.flush()  # here, where a full disk can still be told
        return code
    except KeyboardInterrupt:
        _abandon_output()
        return STOPPED
    except BrokenPipeError:
        _abandon_output()  # whoever read us has seen enough
        return 0
    except ReaderError as error:
        return _say(str(error), error.exit_code)
    except OSError as error:
        return _say(_os_sentence(error), ReaderError.exit_code)
    except Exception as error:
        if os.environ.get("READER_DEBUG"):
            raise
        from reader import crash

        return _say(crash.told(error, lost="ended this command"), ReaderError.exit_code)


def find_command(argv: list[str]) -> tuple[str, list[str]]:
    """The command that the first word names, and the arguments without it; empty for the bare command."""
    place = 0
    while place < len(argv) and argv[place] != "--":
        arg = argv[place]
        if arg.startswith("-") and arg != "-":
            place += 2 if arg in TAKE_VALUE else 1
            continue
        if arg in COMMANDS:
            return arg, argv[:place] + argv[place + 1 :]
        break
    return "", argv


def parser_of(name: str) -> tuple[Parser, Subcommand]:
    """The parser and the doing of a command; of the bare command for an empty name."""
    module, summary = COMMANDS.get(name, ("screen", "A news reader for folders of articles."))
    subcommand: Subcommand = import_module(f"reader.cli.{module}").SUBCOMMANDS[name]
    parser = Parser(name, subcommand.usage, summary, subcommand.examples, subcommand.epilog)
    subcommand.options(parser)
    add_general(parser)
    return parser, subcommand


def joined(argv: list[str]) -> list[str]:
    """The arguments with each value tied to its option, so that it may begin with a minus (`-q -sport`)."""
    tied: list[str] = []
    rest = iter(argv)
    for arg in rest:
        tied.append(arg)
        if arg == "--":
            tied.extend(rest)
        elif arg in TAKE_VALUE and (value := next(rest, None)) is not None:
            if value.startswith("-") and not value.startswith("--"):
                tied[-1] = f"{arg}={value}" if arg.startswith("--") else arg + value
            else:
                tied.append(value)
    return tied


def _dispatch(argv: list[str]) -> int:
    name, rest = find_command(argv)
    flags = rest[: rest.index("--")] if "--" in rest else rest
    if "--version" in flags:  # never a value, see `joined`
        from reader import __version__

        print(f"reader {__version__}")
        return 0
    parser, subcommand = parser_of(name)
    if "--help" in flags or "-h" in flags:
        sys.stdout.write(parser.format_help())
        return 0
    return subcommand.run(parser.parse_intermixed_args(joined(rest)))


def _prepare_streams() -> None:
    """UTF-8 whatever the locale is. A path's odd byte becomes `\\udcxx`, which JSON reads back."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")


def _abandon_output() -> None:
    """Let what is still in the buffer go nowhere, so that leaving does not fail on it."""
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, sys.stdout.fileno())
        os.close(quiet)
    except (OSError, ValueError):
        return  # no descriptor behind it: nothing can fail


def _say(sentence: str, code: int) -> int:
    from reader.text import clean

    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _abandon_output()
    try:
        print(f"reader: {clean(sentence)}", file=sys.stderr)
    except OSError:
        return code  # nobody is left to tell
    return code


def _os_sentence(error: OSError) -> str:
    import errno

    from reader.text import display_path

    place = display_path(os.fsdecode(error.filename)) if error.filename else "the output"
    reason = (error.strerror or str(error) or type(error).__name__).rstrip(".")
    advice = _ADVICE.get(errno.errorcode.get(error.errno or 0, ""), "look at that place and try again")
    return f"{place}: {reason[:1].lower()}{reason[1:]}; {advice}"
