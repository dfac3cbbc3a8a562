"""The options that commands share: filters, which select articles, and the output of a list; and muting.

They mean the same for every command (docs/cli.md). Filters for a field's values, which may be repeated, are
declared with the field; to add another one, add it to `add_filters` and its term to `query_of`.

The screen takes all of them; its first headlines do not wait for what writes lists (`reader.cli.formats`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from reader import config
from reader.article.text import clean_line
from reader.cli.completion import values_of, views
from reader.cli.layout import cells
from reader.cli.parser import CommandParser, Namespace, add_format, whole
from reader.cli.session import warn
from reader.errors import QueryError, UsageError, any_of
from reader.permissions import require
from reader.query import Query, Term, parse
from reader.query.fields import FIELDS, SORTS

if TYPE_CHECKING:
    from reader.library import Library, export
    from reader.library.muting import Muting

_SWITCHES = {
    "unread": ("unread", False, "only unread articles (e.g. reader list --unread)"),
    "starred": ("starred", False, "only starred articles (e.g. reader list --starred)"),
    "drafts": ("draft", False, "only drafts, published: false (e.g. reader list --drafts)"),
    "no-drafts": ("draft", True, "exclude drafts (e.g. reader list --no-drafts)"),
}
"""Filters without a value: the `is:` name, whether it is excluded, the help."""
FORMATS = ("table", "json", "jsonl", "csv", "tsv", "urls", "ids", "markdown", "template")
"""The formats, the default first; `reader.cli.formats` has their writers."""
_WITH_FIELDS = ("table", "json", "jsonl", "csv", "tsv")
_WITH_TOKENS = ("json", "jsonl")
_WITH_NUL = ("urls", "ids", "template")


def add_filters(parser: CommandParser) -> None:
    """Add the options that select articles."""
    add = parser.group("filters (combined with AND; repeat an option for OR)")
    add("-q", "--query", action="append", default=[], metavar="TEXT",
        help="a query, as in the search bar; when repeated, all must match "
        """(e.g. -q 'battery "solid state" -car since:30d')""")  # fmt: skip
    add("--view", metavar="NAME", completer=views,
        help="a saved view (e.g. --view Unread)")  # fmt: skip
    for field in FIELDS:
        if field.flags:
            add(*field.flags, action="append", default=[], metavar="NAME", dest=field.name,
                help=f"{field.help} (e.g. {field.option_example})",
                completer=partial(values_of, field.name))  # fmt: skip
    add("--since", metavar="DATE", help="published on or after this date (e.g. --since 7d)")
    add("--until", metavar="DATE", help="published on or before this date (e.g. --until 2021-07)")
    add("--min-quality", metavar="N", type=whole(0, 100),
        help="minimum quality, 0 to 100 (e.g. --min-quality 50)")  # fmt: skip
    add("--min-heat", metavar="N", type=whole(-1), help="minimum heat (e.g. --min-heat 1)")
    for name, (_, _, help) in _SWITCHES.items():
        add(f"--{name}", action="store_true", help=help)
    add("--muted", action="store_true", help="include muted articles (e.g. reader list --muted)")
    add("--sort", metavar="ORDER", completer=lambda **_: [*SORTS, *(f"-{order}" for order in SORTS)],
        help=f"sort order: {any_of(SORTS)}; prefix with - to reverse (e.g. --sort -date)")  # fmt: skip
    add("--limit", metavar="N", type=whole(0), help="show at most N articles (e.g. --limit 20)")


def query_of(options: Namespace) -> Query:
    """The Query of a command's filters: the view, every `--query` and every other filter must hold; `--sort`
    wins over `sort:`. Raises UsageError, which points at the place in the text of a query."""
    query = Query()
    if options.view is not None:
        query = view_query(typed(options.view))
    for text in map(typed, options.query):
        try:
            query = query.and_also(parse(text))
        except QueryError as error:
            raise UsageError(pointed(error, text)) from None
    query = query.and_also(Query(tuple(_terms(options))))
    if options.sort is not None:
        order = _checked("sort", "--sort", options.sort)
        query = query.with_sort(order.removeprefix("-"), order.startswith("-"))
    return query


def view_query(name: str) -> Query:
    """The query of a configured or built-in view. Raises UsageError."""
    from reader.config.views import find

    settings, warnings = config.load()
    try:
        view = find(name, settings.views)
    except UsageError as error:
        raise UsageError("; ".join([str(error), *config.summary(warnings)])) from None
    try:
        return parse(view.text)
    except QueryError as error:
        raise UsageError(f'view "{view.name}": {error}') from None


def typed(text: str) -> str:
    """An argument decoded as UTF-8, even in a locale that did not (C without UTF-8 mode)."""
    if not any("\udc80" <= char <= "\udcff" for char in text):
        return text
    return os.fsencode(text).decode("utf-8", "replace")


def pointed(error: QueryError, text: str) -> str:
    """The reason, the query below it, and carets under the mistake."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    before = cells(shown[: error.position])
    carets = "^" * max(cells(shown[error.position : error.position + error.length]), 1)
    return f"{clean_line(str(error))}\n  {shown}\n  {' ' * before}{carets}"


def muting() -> Muting | None:
    """The rules of the configuration; None if it has none."""
    settings = config.load()[0]
    if not settings.mute:
        return None
    from reader.library.muting import muting_of

    return muting_of(settings.mute, settings.views)[0]


def without_muted(query: Query, options: Namespace) -> Query:
    """The query without muted articles, unless `--muted` is given."""
    rules = None if options.muted else muting()
    return query if rules is None else query.and_also(rules.of(query))


def report_muted(library: Library, plain: Query, query: Query) -> None:
    """On a terminal, print how many articles are muted."""
    if plain == query or not sys.stderr.isatty():
        return
    hidden = len(library.select(plain)) - len(library.select(query))
    if hidden:
        warn(f"{hidden:,} more {'is' if hidden == 1 else 'are'} muted; --muted includes them")


def report_unknown(library: Library, query: Query) -> None:
    """If nothing matches, print on stderr each value that no article has, with the nearest one."""
    if query.is_everything:
        return
    from reader.library.unknown_values import queried_fields, unknown_values

    fields = queried_fields(query)
    stories = [term for term in query.terms() if term.field == "story" and not term.negated]
    if not (fields or stories) or len(library.select(query).window(0, 1)):
        return
    for story in (one for term in stories for one in term.values):
        if not len(library.select(Query((Term("story", (story,)),))).window(0, 1)):
            warn(
                f'no article has the id "{story}"; a story gets another id when its first article is removed'
            )
    facets = [library.facet(field, Query()) for field in fields]
    for field, value, near in unknown_values(query, facets):
        hint = f'did you mean "{near}"?' if near else f'"reader facets {field}" lists them all'
        warn(f'no article has the {field} "{value}"; {hint}')


def _terms(options: Namespace) -> Iterator[Term]:
    for field in (field.name for field in FIELDS if field.flags):
        values = tuple(clean_line(typed(value)) for value in getattr(options, field))
        if not all(values):
            raise UsageError(f'--{field} needs a name, like "--{field} news"')
        if values:
            yield Term(field, values)
    for field in ("since", "until"):
        if (date := getattr(options, field)) is not None:
            yield Term(field, (_checked(field, f"--{field}", date),))
    for field in ("quality", "heat"):
        if (least := getattr(options, f"min_{field}")) is not None:
            yield Term(field, (f">={least}",))
    for name, (value, is_excluded, _) in _SWITCHES.items():
        if getattr(options, name.replace("-", "_")):
            yield Term("is", (value,), is_excluded)


def _checked(field: str, flag: str, value: str) -> str:
    """The value in canonical spelling."""
    from reader.query.grammar import check_value

    try:
        return check_value(field, clean_line(value))
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None


class Output(NamedTuple):
    """The output options of a list."""

    form: str
    """One of FORMATS."""
    fields: tuple[str, ...] = ()
    """Names of `--fields`; empty = the format's default fields."""
    template: export.Template | None = None
    """The text of `--template`."""
    has_secured: bool = False
    """Whether `secured` is written too."""
    end: str = "\n"
    """End of each line of `urls`, `ids` and `template`."""


def add_output(parser: CommandParser) -> None:
    """Add the output options."""
    add = parser.group("output")
    add_format(add, FORMATS, None)
    add("--fields", metavar="NAMES", completer=_names,
        help="only these fields, named as in JSON and separated by commas; "
        "with table, json, jsonl, csv or tsv "
        "(e.g. reader list --format csv --fields title,provider.name,url)")  # fmt: skip
    add("--template", metavar="TEXT",
        help="print this line for each article, with fields in braces; \\t and \\n are tab and newline "
        "(e.g. reader list --template '{title} {url}')")  # fmt: skip
    add("-0", "--null", action="store_true",
        help="end lines with NUL instead of newline; with urls, ids and template "
        "(e.g. reader list --format urls -0 | xargs -0 -n 1 curl -O --)")  # fmt: skip
    add("--stories", action="store_true", default=None,
        help="fold by stories: the first article of each, with the number of the others and their providers "
        "(e.g. reader list --stories --since 7d)")  # fmt: skip
    add("--no-stories", dest="stories", action="store_false",
        help="list all articles, unfolded (e.g. reader list --no-stories)")  # fmt: skip
    add("--include-secured", action="store_true",
        help="include the articles' secured tokens; with json and jsonl "
        "(e.g. reader list --format jsonl --include-secured)")  # fmt: skip


def output_of(options: Namespace) -> Output:
    """The output options. Raises UsageError for a combination that makes no sense."""
    form: str = options.format or ("template" if options.template is not None else "table")
    for flag, is_given, forms in (
        ("--template", options.template is not None, ("template",)),
        ("--fields", options.fields is not None, _WITH_FIELDS),
        ("--include-secured", options.include_secured, _WITH_TOKENS),
        ("--null", options.null, _WITH_NUL),
    ):
        if is_given and form not in forms:
            raise UsageError(f"{flag} needs --format {any_of(forms)}")
    if options.include_secured:
        require("secured")
    if form == "template" and options.template is None:
        raise UsageError("--format template needs --template, like --template '{title} {url}'")
    fields: tuple[str, ...] = ()
    template = None
    if options.fields is not None or options.template is not None:
        from reader.library import export

        fields = export.names_of(options.fields) if options.fields is not None else ()
        template = export.template_of(options.template) if options.template is not None else None
    if "secured" in (*fields, *(template.names if template else ())) and not options.include_secured:
        raise UsageError('the field "secured" needs --format json or jsonl and --include-secured')
    return Output(form, fields, template, options.include_secured, "\0" if options.null else "\n")


def _names(prefix: str = "", **_: object) -> Iterable[str]:
    """The field names that can follow the ones already typed, for completion."""
    from reader.library import export

    before = prefix[: prefix.rfind(",") + 1]
    return [before + name for name in export.every_name()]
