"""The commands, and the parser that each of them fills with its options.

To add a command:

1. Write `reader/cli/NAME.py` with its options, what it does, and `COMMANDS = {"NAME": Subcommand(...)}`;
   `reader/cli/check.py` is a short example. Raise `ReaderError` (exit code 3), `UsageError` (2) or
   `NoSuchArticle` (1) with one sentence; return the exit code otherwise.
2. Name it in `GROUPS` below, under the heading of the help where it belongs.
3. Describe it in docs/cli.md and run `python scripts/make_manual.py`.

Help, shell completion, the man page and the tests find it by themselves.
"""

from __future__ import annotations

import argparse
import re
from argparse import Namespace as Namespace
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

from reader import __version__
from reader.article.text import clean_line
from reader.cli.layout import columns, wrap
from reader.errors import UsageError, any_of, closest, shown
from reader.permissions import OPTION, Need

GROUPS = {
    "read and find": {
        "list": "list",
        "count": "list",
        "facets": "list",
        "trends": "trends",
        "views": "list",
        "show": "show",
        "related": "show",
        "open": "open",
    },
    "mark": {"mark": "mark", "export-marks": "mark", "import-marks": "mark"},
    "feeds and pages": {
        "subscribe": "feeds",
        "unsubscribe": "feeds",
        "feeds": "feeds",
        "fetch": "feeds",
        "import-feeds": "feeds",
        "export-feeds": "feeds",
        "save": "feeds",
    },
    "maintain the collection": {"index": "check", "check": "check"},
    "share the collection": {"serve": "serve", "publish": "publish"},
    "configure": {"config": "config", "doctor": "config", "completion": "completion", "relay": "open"},
}
"""The commands under the headings of the help, each with its module."""

MODULES = {name: module for group in GROUPS.values() for name, module in group.items()}

_PASSWORD = re.compile(r"(://[^/@:\s]*):[^/\s]*@")
"""The prefix of a database's URL."""

Completer = Callable[..., Iterable[str]]
"""Called by argcomplete for the values of an argument, with the keywords `prefix` and `parsed_args`."""
Adder = Callable[..., argparse.Action]
"""Adds an option to a group: argparse's `add_argument`, with an optional `completer` for its values. Its help
is a sentence and an example: "include drafts (e.g. reader list --drafts)"."""


class Subcommand(NamedTuple):
    """One command, as its module declares it."""

    summary: str
    """Its line in the list of commands."""
    usage: str
    """The usage line."""
    examples: tuple[str, ...]
    """Example command lines."""
    options: Callable[[CommandParser], None]
    """Adds its options and words to its parser."""
    run: Callable[[Namespace], int]
    """Runs it and returns the exit code. Raises ReaderError."""
    needs: tuple[Need, ...] = ()
    """Permissions that the command always needs."""


class CommandParser(argparse.ArgumentParser):
    """An ArgumentParser that accepts options between positional arguments and raises UsageError."""

    def __init__(self, name: str, command: Subcommand) -> None:
        summary = command.summary[:1].upper() + command.summary[1:]
        super().__init__(
            prog=f"reader {name}".strip(),
            usage=command.usage,
            description="\n".join([summary, "", "examples:", *(f"  {one}" for one in command.examples)]),
            formatter_class=_HelpFormatter,
            add_help=False,
            allow_abbrev=False,
        )
        self.arguments: list[argparse.Action] = []
        """The options and words in the order of the help."""
        self._words = ""
        self._passes_on = False

    def group(self, title: str) -> Adder:
        """Start a titled part of the help; returns the function that adds an option to it."""
        group = self.add_argument_group(title)

        def add(*flags: str, help: str, completer: Completer | None = None, **how: Any) -> argparse.Action:
            action = group.add_argument(*flags, help=help.replace("%", "%%"), **how)
            if completer is not None:
                action.completer = completer  # type: ignore[attr-defined]  # argcomplete looks for it there
            self.arguments.append(action)
            return action

        return add

    def words(self, name: str, metavar: str, help: str, completer: Completer | None = None) -> None:
        """Add the positional arguments."""
        self._words = name
        self.group("arguments")(name, nargs="*", metavar=metavar, help=help, completer=completer)

    def another_command(self, name: str, metavar: str, help: str) -> None:
        """Add another program's command line: everything from the first word that is not one of our
        options."""
        self._words, self._passes_on = name, True
        self.group("arguments")(name, nargs=argparse.REMAINDER, metavar=metavar, help=help)

    def parse(self, arguments: Sequence[str]) -> Namespace:
        """The parsed arguments. Raises UsageError; SystemExit after --help and --version."""
        arguments = list(arguments)
        # argparse would accept options after `--` if there are words before it.
        end = arguments.index("--") if "--" in arguments else len(arguments)
        before, behind = self._with_dashes_tied(arguments[:end]), arguments[end + 1 :]
        if self._passes_on:
            found, unknown = self.parse_args(before), list[str]()
            behind = arguments[end:] if getattr(found, self._words) else behind
        else:
            found, unknown = self.parse_known_intermixed_args(before)
        if behind and self._words:
            setattr(found, self._words, [*getattr(found, self._words), *behind])
        elif behind:
            unknown += behind
        if unknown:
            known = [flag[2:] for flag in self._flags() if flag.startswith("--")]
            near = closest(unknown[0][2:].partition("=")[0], known) if unknown[0].startswith("--") else None
            hint = f'; did you mean "--{near}"?' if near else ""
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return found

    def format_help(self) -> str:
        """The help; that of the bare command lists all others."""
        if self.prog == "reader":
            for title, names in GROUPS.items():
                lines = "\n".join(f"  {name:14}{command(name).summary}" for name in names)
                self.description = f"{self.description}\n\n{title}:\n{lines}"
            hint = 'Run "reader COMMAND --help" for the options and examples of a command.'
            self.description = f"{self.description}\n\n{hint}"
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        message = _PASSWORD.sub(r"\1:***@", clean_line(message))
        message = re.sub(r"'([^']*)'", r'"\1"', message)  # argparse quotes in another style
        raise UsageError(f'{message} (see "{self.prog} --help")')

    def flags_with_value(self) -> set[str]:
        """The options that take a value."""
        return {flag for action in self.arguments if action.nargs != 0 for flag in action.option_strings}

    def _flags(self) -> set[str]:
        return {flag for action in self.arguments for flag in action.option_strings}

    def _with_dashes_tied(self, arguments: list[str]) -> list[str]:
        """Rewrites `-q -sport` as `-q=-sport`: argparse doesn't accept a separate value that begins with a
        dash. One that begins with two dashes, or is an option itself, stays an error."""
        takes_value, flags = self.flags_with_value(), self._flags()
        tied: list[str] = []
        for argument in arguments:
            is_dashed = argument.startswith("-") and not argument.startswith("--") and argument not in flags
            if is_dashed and tied and tied[-1] in takes_value:
                tied[-1] += f"={argument}"
            else:
                tied.append(argument)
        return tied


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Formats help to the width of the terminal, at most 100 cells."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=min(columns(), 100) - 2)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return list(wrap(text, width))  # argparse would break `--min-quality` at its dashes


def command(name: str) -> Subcommand:
    """A command by its name; the bare command for an empty name."""
    found: Subcommand = import_module(f"reader.cli.{MODULES.get(name, 'screen')}").COMMANDS[name]
    return found


def parser_of(name: str) -> CommandParser:
    """The parser of a command; of the bare command for an empty name."""
    made = command(name)
    parser = CommandParser(name, made)
    made.options(parser)
    add = parser.group("general")
    add("-h", "--help", action="help", help=f"show this help (e.g. {parser.prog} --help)")
    add("--version", action="version", version=f"reader {__version__}",
        help="show the version (e.g. reader --version)")  # fmt: skip
    add(OPTION, action="store_true",
        help="for shared accounts: write no files but marks, start no programs, open only the given SOURCEs, "
        "use no network "
        "(e.g. reader --restricted ~/news)")  # fmt: skip
    return parser


def find_command(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The command named by the first word, and the other arguments; empty for the bare command."""
    takes_value: set[str] | None = None
    place = 0
    while place < len(arguments) and arguments[place] != "--":
        argument = arguments[place]
        if argument in MODULES:
            return argument, [*arguments[:place], *arguments[place + 1 :]]
        if argument == "-" or not argument.startswith("-"):
            break
        if takes_value is None:  # options may be before the command, which few users write
            takes_value = parser_of("").flags_with_value()
        place += 2 if argument in takes_value else 1
    return "", list(arguments)


def together(*parts: Callable[[CommandParser], None]) -> Callable[[CommandParser], None]:
    """The `options` of a command that has only shared options."""

    def add(parser: CommandParser) -> None:
        for part in parts:
            part(parser)

    return add


def add_sources(parser: CommandParser) -> None:
    """Add the SOURCE arguments."""
    parser.words(
        "sources",
        "SOURCE",
        "folders or files of articles; default: the collection of the configuration, else your news, "
        "else the sample feed",
    )


def add_format(add: Adder, choices: Sequence[str], default: str | None) -> None:
    """Add the `--format` option; the first choice is the default."""
    add(
        "--format", choices=tuple(choices), default=default, metavar="FORMAT",
        help=f"output format: {any_of(choices)}; default {choices[0]} (e.g. --format {choices[1]})",
    )  # fmt: skip


def add_text_or_json(parser: CommandParser) -> None:
    """Add `--format text|json`."""
    add_format(parser.group("output"), ("text", "json"), "text")


def add_ssh(parser: CommandParser) -> None:
    """Add `--remote` and `--local` under a heading of their own."""
    add_place(parser.group("SSH detection"))


def add_place(add: Adder) -> None:
    """Add `--remote` and `--local`, for commands that open pages."""
    add("--remote", dest="is_remote", action="store_const", const=True,
        help="assume an SSH session (e.g. reader --remote)")  # fmt: skip
    add("--local", dest="is_remote", action="store_const", const=False,
        help="assume no SSH session (e.g. reader open e6768943 --local)")  # fmt: skip


def one_of(words: Sequence[str], choices: Iterable[str], question: str) -> str:
    """The only argument, which must be one of the choices. Raises UsageError."""
    known = tuple(choices)
    if len(words) != 1 or words[0] not in known:
        raise UsageError(f"{question} Use {any_of(known)}")
    return words[0]


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """A parser of integers between two bounds, for `type=`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            wanted = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise argparse.ArgumentTypeError(f"{shown(text)} is not a whole number {wanted}")
        return number

    return read
