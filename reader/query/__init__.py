"""The Query as a value, and the grammar that parses and writes it."""

from reader.query.fields import SORTS
from reader.query.question import UNREAD, Clause, Group, Query, Term, highlights

__all__ = ["SORTS", "UNREAD", "Clause", "Group", "Query", "Term", "highlights", "parse"]


def parse(text: str, *, typing: bool = False) -> Query:
    """Parses a query text. Raises QueryError, and nothing else, if it is invalid. With `typing` the text may
    be unfinished: its last word matches as a prefix, an open parenthesis is closed, and an OR or an
    incomplete value at the end is ignored.
    """
    if not text:
        return Query()
    from reader.query import parser  # loads the grammar, which a plain list doesn't need

    return parser.parse(text, typing=typing)
