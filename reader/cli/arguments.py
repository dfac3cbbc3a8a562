"""The groups of options that several commands share; each has a sentence and an example.

No command's own options belong here, and no way to read them: that is `reader.cli.parser`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reader.cli.parser import Completer, Group, Parser, whole
from reader.query.fields import FIELDS, SORTS

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "urls", "ids", "markdown", "template")
"""The forms in which `list` writes; the first is the default."""


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
        example="reader open e6768943 --local",
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
    group = parser.group("which articles (all must hold; a repeated option means or)")
    group.option(
        "-q", "--query", action="append", default=[], metavar="TEXT",
        help="a query, as in the search bar", example="""-q 'battery "solid state" -car since:30d'""",
    )  # fmt: skip
    group.option(
        "--view", metavar="NAME", help="what this saved view asks for", example="--view Unread", values=_views
    )
    for field in FIELDS:
        if field.flags:
            group.option(
                *field.flags, action="append", default=[], metavar="NAME",
                help=field.help, example=field.option_example, values=_values(field.name),
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


def _values(field: str) -> Completer:
    """Completion of a field's values."""

    def complete(**how: Any) -> Iterable[str]:
        from reader.cli.completion import values_of

        return values_of(field)(**how)

    return complete


def _views(**_: object) -> Iterable[str]:
    from reader.cli.completion import views

    return views()


def sort_orders(**_: object) -> Iterable[str]:
    """What `--sort` takes, for completion."""
    return [sign + order for sign in ("", "-") for order in SORTS]
