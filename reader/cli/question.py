"""From the filter options to the one Query that they ask, and from its mistakes to a place to point at."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from reader.article.text import clean_line
from reader.cli.layout import cells
from reader.cli.parser import Namespace
from reader.errors import QueryError, UsageError
from reader.query import Query, Term, parse
from reader.query.fields import FACETS


def asked(options: Namespace) -> Query:
    """The Query of a command's filters: the view, every `--query` and every other filter must hold; `--sort`
    wins over `sort:`. Raises UsageError, which points at the place in the text of a query."""
    query = Query()
    if options.view is not None:
        from reader.cli import viewing  # and the configuration, which most lists do not read

        query = viewing.query_of(typed(options.view))
    for text in options.query:
        query = query.and_also(_parsed(typed(text)))
    query = query.and_also(Query(tuple(_terms(options))))
    if options.sort is not None:
        order = _checked("sort", "--sort", options.sort)
        query = query.with_sort(order.removeprefix("-"), order.startswith("-"))
    return query


def typed(text: str) -> str:
    """A word of the command line as UTF-8, where the locale (C without UTF-8 mode) made odd bytes of it."""
    if not any("\udc80" <= char <= "\udcff" for char in text):
        return text
    return os.fsencode(text).decode("utf-8", "replace")


def ids_in(text: str) -> list[str]:
    """The ids in a text, each once; `-` is the text of the input, as `list --format ids` writes it."""
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    return list(dict.fromkeys(text.lower().replace(",", " ").replace("\0", " ").split()))


def pointed(error: QueryError, text: str) -> str:
    """The reason with the query below it and carets under what is wrong."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    before = cells(shown[: error.position])
    carets = "^" * max(cells(shown[error.position : error.position + error.length]), 1)
    return f"{clean_line(str(error))}\n  {shown}\n  {' ' * before}{carets}"


def _parsed(text: str) -> Query:
    try:
        return parse(text)
    except QueryError as error:
        raise UsageError(pointed(error, text)) from None


def _terms(options: Namespace) -> Iterator[Term]:
    for field in FACETS:
        values = tuple(clean_line(typed(value)) for value in getattr(options, field))
        if not all(values):
            raise UsageError(f"--{field} needs a name, like `--{field} news`")
        if values:
            yield Term(field, values)
    for field in ("since", "until"):
        if (date := getattr(options, field)) is not None:
            yield Term(field, (_checked(field, f"--{field}", date),))
    for field in ("quality", "heat"):
        if (least := getattr(options, f"min_{field}")) is not None:
            yield Term(field, (f">={least}",))
    for flag, name, negated in (
        ("unread", "unread", False),
        ("starred", "starred", False),
        ("drafts", "draft", False),
        ("no_drafts", "draft", True),
    ):
        if getattr(options, flag):
            yield Term("is", (name,), negated)


def _checked(field: str, flag: str, value: str) -> str:
    """The value in its canonical spelling, as the grammar has it."""
    from reader.query.values import check_value

    try:
        return check_value(field, clean_line(value))
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None
