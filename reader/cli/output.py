"""The options that say how a list is written, checked before anything is opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from reader.cli.arguments import FORMATS, add_format
from reader.cli.parser import Namespace, Parser
from reader.errors import UsageError

if TYPE_CHECKING:
    from reader.library.record_fields import Template

_WITH_FIELDS = ("table", "json", "jsonl", "csv", "tsv")
_WITH_TOKENS = ("json", "jsonl")
_WITH_NUL = ("urls", "ids", "template")


class Output(NamedTuple):
    """How a list is to be written."""

    form: str
    """One of FORMATS."""
    fields: tuple[str, ...] = ()
    """Names of `--fields`; empty = what the format has by itself."""
    template: Template | None = None
    """What `template` fills in."""
    has_secured: bool = False
    """Whether the tokens are written too."""
    end: str = "\n"
    """What stands after each line of `urls`, `ids` and `template`."""


def add_output(parser: Parser, default: str | None = None) -> None:
    """The options that say how a list is written."""
    group = parser.group("output")
    add_format(group, FORMATS, default)
    group.option(
        "--fields", metavar="NAMES", values=_names,
        help="these fields alone, named as in JSON, with commas; with table, json, jsonl, csv or tsv",
        example="reader list --format csv --fields title,provider.name,url",
    )  # fmt: skip
    group.option(
        "--template", metavar="TEXT",
        help="a line of your own for each article, with fields in braces; \\t and \\n are tab and line end",
        example="""reader list --template '{title} {originalUrl}'""",
    )  # fmt: skip
    group.option(
        "-0", "--null", action="store_true",
        help="a NUL after each line, not a line end; with urls, ids and template only",
        example="reader list --format urls -0 | xargs -0 -n 1 echo",
    )  # fmt: skip
    group.option(
        "--include-secured", action="store_true",
        help="the articles' secured tokens too, with json and jsonl only",
        example="reader list --format jsonl --include-secured",
    )  # fmt: skip


def output_of(options: Namespace) -> Output:
    """What the options ask for. Raises UsageError where they do not go together."""
    form: str = options.format or ("template" if options.template is not None else FORMATS[0])
    _require(form == "template", "--template", options.template is not None, ("template",))
    _require(form in _WITH_FIELDS, "--fields", options.fields is not None, _WITH_FIELDS)
    _require(form in _WITH_TOKENS, "--include-secured", options.include_secured, _WITH_TOKENS)
    _require(form in _WITH_NUL, "--null", options.null, _WITH_NUL)
    if form == "template" and options.template is None:
        raise UsageError("--format template needs --template, like `--template '{title} {originalUrl}'`")
    fields, template = _named(options)
    if "secured" in (*fields, *(template.names if template else ())) and not options.include_secured:
        raise UsageError("the field `secured` is written with --format json or jsonl --include-secured only")
    return Output(form, fields, template, options.include_secured, "\0" if options.null else "\n")


def _named(options: Namespace) -> tuple[tuple[str, ...], Template | None]:
    if options.fields is None and options.template is None:
        return (), None
    from reader.library import record_fields  # most lists choose no fields

    fields = record_fields.names_of(options.fields) if options.fields is not None else ()
    return fields, record_fields.template_of(options.template) if options.template is not None else None


def _require(fits: bool, flag: str, is_given: bool, forms: Iterable[str]) -> None:
    if is_given and not fits:
        *most, last = forms
        which = f"{', '.join(most)} or {last}" if most else last
        raise UsageError(f"{flag} goes with --format {which} only; add that")


def _names(prefix: str = "", **_: object) -> Iterable[str]:
    """For completion: the names after those that stand there already."""
    from reader.library.record_fields import every_name

    before = prefix[: prefix.rfind(",") + 1]
    return [before + name for name in every_name()]
