"""The Query: a question as a value, and the one grammar that reads and writes it."""

from reader.query.clauses import Clause, Group, Term
from reader.query.fields import SORTS
from reader.query.question import Query, highlights, parse

__all__ = ["SORTS", "Clause", "Group", "Query", "Term", "highlights", "parse"]
