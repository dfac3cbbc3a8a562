"""Options for the output of a list.

The screen has them too, but its first headlines do not wait for what writes (`reader.cli.formats`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from reader.cli.parser import CommandParser, Namespace, add_format
from reader.errors import UsageError
from reader.permissions import require

if TYPE_CHECKING:
    from reader.library import export

NAMES = ("table", "json", "jsonl", "csv", "tsv", "urls", "ids", "markdown", "template")
"""The formats, the default first; `reader.cli.formats` has their writers."""
_WITH_FIELDS = ("table", "json", "jsonl", "csv", "tsv")
_WITH_TOKENS = ("json", "jsonl")
_WITH_NUL = ("urls", "ids", "template")


class Output(NamedTuple):
    """The output options of a list."""

    form: str
    """One of NAMES."""
    fields: tuple[str, ...] = ()
    """Names of `--fields`; empty = the format's default fields."""
    template: export.Template | None = None
    """The text of `--template`."""
    has_secured: bool = False
    """Whether `secured` is written too."""
    end: str = "\n"
    """End of each line of `urls`, `ids` and `template`."""


def add_output(parser: CommandParser, default: str | None = None) -> None:
    """Add the output options."""
    add = parser.group("output")
    add_format(add, NAMES, default)
    add("--fields", metavar="NAMES", completer=_names,
        help="only these fields, named as in JSON and separated by commas; "
        "with table, json, jsonl, csv or tsv "
        "(e.g. reader list --format csv --fields title,provider.name,url)")  # fmt: skip
    add("--template", metavar="TEXT",
        help="a line of your own for each article, with fields in braces; \\t and \\n are tab and newline "
        "(e.g. reader list --template '{title} {url}')")  # fmt: skip
    add("-0", "--null", action="store_true",
        help="end lines with NUL instead of newline; with urls, ids and template "
        "(e.g. reader list --format urls -0 | xargs -0 -n 1 curl -O --)")  # fmt: skip
    add("--stories", action="store_true", default=None,
        help="fold by stories: the first article of each, with the number of the others and their providers "
        "(e.g. reader list --stories --since 7d)")  # fmt: skip
    add("--no-stories", dest="stories", action="store_false",
        help="list all articles though the configuration folds (e.g. reader list --no-stories)")  # fmt: skip
    add("--include-secured", action="store_true",
        help="include the articles' secured tokens; with json and jsonl "
        "(e.g. reader list --format jsonl --include-secured)")  # fmt: skip


def output_of(options: Namespace) -> Output:
    """Returns the output options. Raises UsageError for a combination that makes no sense."""
    form: str = options.format or ("template" if options.template is not None else "table")
    _require(form == "template", "--template", options.template is not None, ("template",))
    _require(form in _WITH_FIELDS, "--fields", options.fields is not None, _WITH_FIELDS)
    _require(form in _WITH_TOKENS, "--include-secured", options.include_secured, _WITH_TOKENS)
    if options.include_secured:
        require("secured")
    _require(form in _WITH_NUL, "--null", options.null, _WITH_NUL)
    if form == "template" and options.template is None:
        raise UsageError("--format template needs --template, like --template '{title} {url}'")
    fields, template = _named(options)
    if "secured" in (*fields, *(template.names if template else ())) and not options.include_secured:
        raise UsageError('the field "secured" needs --format json or jsonl and --include-secured')
    return Output(form, fields, template, options.include_secured, "\0" if options.null else "\n")


def _named(options: Namespace) -> tuple[tuple[str, ...], export.Template | None]:
    if options.fields is None and options.template is None:
        return (), None
    from reader.library import export

    fields = export.names_of(options.fields) if options.fields is not None else ()
    return fields, export.template_of(options.template) if options.template is not None else None


def _require(fits: bool, flag: str, is_given: bool, forms: Iterable[str]) -> None:
    if is_given and not fits:
        *most, last = forms
        which = f"{', '.join(most)} or {last}" if most else last
        raise UsageError(f"{flag} needs --format {which}")


def _names(prefix: str = "", **_: object) -> Iterable[str]:
    """Returns the field names that can follow the ones already typed, for completion."""
    from reader.library import export

    before = prefix[: prefix.rfind(",") + 1]
    return [before + name for name in export.every_name()]
