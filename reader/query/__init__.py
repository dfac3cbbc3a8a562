"""The Query: a question as a value, and the one grammar that reads and writes it."""

from reader.query.fields import SORTS
from reader.query.question import UNREAD, Clause, Group, Query, Term, highlights

__all__ = ["SORTS", "UNREAD", "Clause", "Group", "Query", "Term", "highlights", "parse"]


def parse(text: str, *, typing: bool = False) -> Query:
    """The Query that a text means. Raises QueryError, and nothing else, for a text that means none.

    With `typing` the text is one that is still being written: its last word matches as a prefix, an open
    parenthesis is closed, an OR at the end waits, a last value that is not finished asks nothing yet.
    """
    if not text:
        return Query()
    from reader.query import parser  # with the grammar: a plain list has no text to read

    return parser.parse(text, typing=typing)
