"""The parsers' building blocks: one way to write an option, and the groups that several commands share.

Every option has a sentence and an example, or it can't be made. No command's own options belong here.
"""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence

from reader.cli.layout import columns, wrap
from reader.errors import UsageError
from reader.records import TYPE_CHECKING, NamedTuple
from reader.text import clean_line

if TYPE_CHECKING:
    from typing import Any, NoReturn

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "urls", "ids", "markdown", "template")
"""The forms in which `list` writes; the first is the default."""

FACETS = ("topic", "provider", "category", "type", "tag")
"""The fields that `facets` counts."""

Completer = Callable[..., Iterable[str]]
"""What argcomplete asks for the values of an argument; gets the keywords `prefix` and `parsed_args`."""


class Subcommand(NamedTuple):
    """What a group's module says of one command."""

    usage: str
    """The line that shows how it is written."""
    examples: tuple[str, ...]
    """Command lines that work."""
    options: Callable[[Parser], None]
    """Adds the command's own options and groups to its parser."""
    run: Callable[[Namespace], int]
    """Does it; the exit code. Raises ReaderError."""
    epilog: str = ""
    """What stands at the end of the help."""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, at most 100 cells, found without importing shutil (8 ms)."""

    def __init__(self, prog: str, **more: Any) -> None:
        more.setdefault("width", min(columns(), 100) - 2)
        super().__init__(prog, max_help_position=28, **more)

    def _split_lines(self, text: str, width: int) -> list[str]:
        """Wrapped at blanks only: argparse would break `--min-quality` at its dashes."""
        return list(wrap(text, width))


class Group:
    """A titled part of a command's help, to which options are added."""

    def __init__(self, group: Any) -> None:
        self._group = group  # argparse gives the class of groups no public name

    def option(
        self, *flags: str, help: str, example: str, values: Completer | None = None, **how: Any
    ) -> None:
        """Add an option with its sentence, an example and, for completion, where its values come from."""
        text = f"{help} (e.g. {example})".replace("%", "%%")
        if (
            not str(how.get("action", "")).startswith("store_")
            and "metavar" not in how
            and "choices" not in how
        ):
            how["metavar"] = flags[-1].lstrip("-").upper()
        action = self._group.add_argument(*flags, help=text, **how)
        if values:
            action.completer = values


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are UsageErrors and whose options stand anywhere between the words."""

    def __init__(
        self, name: str, usage: str, summary: str, examples: Sequence[str], epilog: str = ""
    ) -> None:
        self.command = name
        """The command's name; empty for the bare `reader`."""
        self._passes_on = ""
        lines = "\n".join(f"  {example}" for example in examples)
        super().__init__(
            prog=f"reader {name}".strip(),
            usage=usage,
            description=f"{summary}\n\nexamples:\n{lines}",
            epilog=epilog or None,
            formatter_class=_Help,
            add_help=False,
            allow_abbrev=False,
        )

    def group(self, title: str) -> Group:
        """A new titled part of the help."""
        return Group(self.add_argument_group(title))

    def words(self, name: str, metavar: str, help: str, values: Completer | None = None) -> None:
        """Add the arguments that are no options."""
        action = self.add_argument_group("arguments").add_argument(
            name, nargs="*", metavar=metavar, help=help.replace("%", "%%")
        )
        if values:
            action.completer = values  # type: ignore[attr-defined]

    def passed_on(self, name: str, metavar: str, help: str) -> None:
        """Another program's command line: all from the first word on that is no option of ours."""
        self._passes_on = name
        self.words(name, metavar, help)

    def parse_intermixed_args(  # type: ignore[override]
        self, args: Sequence[str], namespace: Namespace | None = None
    ) -> Namespace:
        """The options and words; raises UsageError."""
        if not self._passes_on:
            return super().parse_intermixed_args(args, namespace)
        own, rest = [], iter(args)
        passed: list[str] = []
        for arg in rest:
            if arg == "--" or not arg.startswith("-"):
                passed = [*([] if arg == "--" else [arg]), *rest]
                break
            own.append(arg)
            action = self._option_string_actions.get(arg)
            if action is not None and action.nargs != 0:
                own += [value for value in (next(rest, None),) if value is not None]
        options = super().parse_intermixed_args(own, namespace)
        setattr(options, self._passes_on, passed)
        return options

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print; the sentence names where help is."""
        raise UsageError(f"{clean_line(message)} (see `{self.prog} --help`)")


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """A reader of whole numbers between two bounds, for `type=`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            wanted = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise argparse.ArgumentTypeError(f"`{text[:40]}` is not a whole number {wanted}")
        return number

    return read


def add_general(parser: Parser) -> None:
    """`--help` and `--version`, the same everywhere."""
    group = parser.group("general")
    group.option("-h", "--help", action="store_true", help="show this help", example=f"{parser.prog} --help")
    group.option(
        "--version", action="store_true", help="show which version this is", example="reader --version"
    )


def add_place(group: Group) -> None:
    """The flags that say where the person sits, for commands that open pages."""
    group.option(
        "--remote", dest="is_remote", action="store_const", const=True, help="you sit at another machine",
        example="reader --remote",
    )  # fmt: skip
    group.option(
        "--local", dest="is_remote", action="store_const", const=False, help="you sit at this machine",
        example="reader open 1f2e3d4c --local",
    )  # fmt: skip


def add_sources(parser: Parser) -> None:
    """The SOURCE arguments of every command that answers for a collection."""
    parser.words(
        "sources",
        "SOURCE",
        "folders or files of articles; without one the collection of the configuration, else the sample feed",
    )


def add_filters(parser: Parser) -> None:
    """The options that say which articles; they mean the same everywhere (docs/query.md)."""
    from reader.cli.completion import values_of

    group = parser.group("which articles (all must hold; a repeated option means or)")
    group.option(
        "-q", "--query", action="append", default=[], metavar="TEXT",
        help="a query, as in the search bar", example="""-q 'battery "solid state" -car since:30d'""",
    )  # fmt: skip
    group.option(
        "--view", metavar="NAME", help="what this saved view asks for", example="--view Unread", values=_views
    )
    fields = (
        ("-t", "--topic", "about this topic", "-t AI -t Chips"),
        ("-p", "--provider", "from this provider, by name or domain", "-p 'Harbour Post'"),
        ("--category", "of this category", "--category news"),
        ("--type", "of this type", "--type article"),
        ("--tag", "with this tag of yours", "--tag later"),
    )
    for *flags, help, example in fields:
        group.option(
            *flags, action="append", default=[], metavar="NAME",
            help=help, example=example, values=values_of(flags[-1][2:]),
        )  # fmt: skip
    group.option("--since", metavar="DATE", help="not older than this", example="--since 7d")
    group.option("--until", metavar="DATE", help="not newer than this", example="--until 2021-07")
    group.option(
        "--min-quality", metavar="N", type=whole(0, 100), help="of at least this quality, 0 to 100",
        example="--min-quality 50",
    )  # fmt: skip
    group.option(
        "--min-heat", metavar="N", type=whole(-1), help="of at least this heat", example="--min-heat 1"
    )
    _add_switches(group)


def _add_switches(group: Group) -> None:
    switches = (
        ("--unread", "only what you have not read", "reader list --unread"),
        ("--starred", "only what you starred", "reader list --starred"),
        ("--drafts", "only drafts (published: false)", "reader list --drafts"),
        ("--no-drafts", "everything but drafts", "reader list --no-drafts"),
        ("--muted", "what the configuration mutes too", "reader list --muted"),
    )
    for flag, help, example in switches:
        group.option(flag, action="store_true", help=help, example=example)
    group.option(
        "--sort", metavar="ORDER",
        help="date, quality, heat, title, provider or relevance; a minus before it turns it round",
        example="--sort -date", values=sort_orders,
    )  # fmt: skip
    group.option("--limit", metavar="N", type=whole(0), help="at most so many of them", example="--limit 20")


def add_format(group: Group, choices: Sequence[str], default: str | None) -> None:
    """The `--format` option with a command's own choices; the first is what people get."""
    group.option(
        "--format", choices=tuple(choices), default=default, metavar="FORMAT",
        help=f"{', '.join(choices[:-1])} or {choices[-1]}; {choices[0]} without it",
        example=f"--format {choices[1]}",
    )  # fmt: skip


def _views(**_: object) -> Iterable[str]:
    from reader.cli.completion import views

    return views()


def sort_orders(**_: object) -> Iterable[str]:
    """What `--sort` takes, for completion."""
    from reader.query import SORTS

    return [sign + order for sign in ("", "-") for order in SORTS]
