"""Queries and results in words, as text without widgets and colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from reader.article.text import clean_line
from reader.errors import ReaderError, counted
from reader.library.unknown_values import unknown_values
from reader.query import Clause, Query, Term, dates
from reader.query.fields import BY_NAME, DATE_FIELDS, ORDERS
from reader.query.results import Facet, Report

NO_ARTICLE = "No article selected."
"""For a key that needs one, and in the empty article pane."""
NO_ARTICLES = "No articles yet."
LOOKING = "Looking for articles…"
"""In the empty list of an empty collection, and while files are read for the first time."""


def report_in_words(report: Report, *, is_whole: bool) -> str:
    """What a refresh found: problems and, if `is_whole`, what is new."""
    counts = (("new", report.added), ("changed", report.changed), ("removed", report.removed))
    news = ", ".join(f"{count:,} {what}" for what, count in counts if count)
    them = "it" if report.problems == 1 else "them"
    problems = f"{counted(report.problems, 'problem')} in the files: reader check lists {them}"
    parts = [news or f"Nothing new in {counted(report.files, 'file')}"] if is_whole else []
    return "; ".join([*parts, *([problems] if report.problems else [])])


def order_in_words(query: Query) -> str:
    """The order of the list: "newest first"."""
    return ORDERS[query.sort][query.is_reversed]


def in_words(query: Query) -> str:
    """The query: "about AI or Chips · not from Ledger · since 7d"; empty if it selects everything."""
    return " · ".join(_clause(clause) for clause in query.clauses)


def no_results(query: Query, facets: Sequence[Facet], keys: Callable[[str], str]) -> str:
    """What is shown when nothing matches: a value that no article has and the nearest one, or how to clear
    the search. `keys` returns the keys of a command."""
    for field, value, near in unknown_values(query, facets):
        hint = f'Did you mean "{near}"?' if near else f"{keys('focus_facets')} shows the available values"
        return f'No article has the {field} "{value}".\n{hint}'
    texts = (term for term in query.terms() if term.field == "text")
    words = [term.values[0] for term in texts if not (term.negated or term.prefix or term.phrase)]
    hint = f"; {words[0]}* also finds longer words" if words else ""
    return f"No articles found{hint}.\n{keys('clear')} clears the search and the filters"


def result_counts(
    matching: int | None,
    total: int,
    is_exact: bool,
    *,
    is_loading: bool = False,
    stories: int | None = None,
) -> str:
    """How many match, of how many: "32 of 128", "at least 500 of 9,000"; "20 of 20 so far" while the
    articles are loaded for the first time; "20 stories, 32 of 128" in a folded list."""
    so_far = " so far" if is_loading else ""
    if matching is None:
        return f"{total:,}{so_far}"
    least = "" if is_exact else "at least "
    folded = "" if stories is None else f"{stories:,} {'story' if stories == 1 else 'stories'}, "
    return f"{folded}{least}{matching:,} of {total:,}{so_far}"


def time_left(done: int, to_do: int, seconds: float) -> str:
    """The time left at the speed so far; empty while it cannot be estimated."""
    if done <= 0 or seconds < 1 or done >= to_do:
        return ""
    left = (to_do - done) * seconds / done
    return f"{left:.0f} s left" if left < 90 else f"{left / 60:.0f} min left"


def error_notice(error: BaseException) -> str:
    """The notice for an error, expected or not, after which the reader continues."""
    if isinstance(error, ReaderError):
        return str(error)
    return clean_line(f"Internal error: {type(error).__name__}: {error}")


@contextmanager
def reported_errors(warn: Callable[[str], object]) -> Iterator[None]:
    """Report a ReaderError that ends the block."""
    try:
        yield
    except ReaderError as error:
        warn(str(error))


def _clause(clause: Clause) -> str:
    if isinstance(clause, Term):
        field = BY_NAME.get(clause.field)  # bare words have none
        before = "" if field is None else f"{field.name} " if field.phrase is None else field.phrase
        values = " or ".join(_value(clause, value) for value in clause.values)
        return f"{'not ' if clause.negated else ''}{before}{values}"
    joiner = " or " if clause.join == "or" else " and "
    inside = joiner.join(_clause(part) for part in clause.parts)
    return f"not ({inside})" if clause.negated else inside


def _value(term: Term, value: str) -> str:
    if term.field in DATE_FIELDS:
        return dates.in_words(value)
    shown = f'"{value}"' if term.phrase or term.field == "text" else value
    return f"{shown}…" if term.prefix else shown
