"""The Query: the question as a frozen value, and the one grammar that reads and writes it.

Knows nothing of SQL or bitmaps. `parse` reads a text, `str(query)` writes the text that means the same.
Spelling (tokens, quotes, good values) is in `reader.query.grammar`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reader.errors import QueryError
from reader.hints import shown
from reader.query.clauses import Clause, Group, Term, distinct, is_plain_and, joined, walk
from reader.query.fields import DATE_FIELDS, WORD_FIELDS
from reader.query.grammar import Token, tokens
from reader.records import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeGuard

MOST_NESTED = 64
"""Parentheses may stand this deep in each other; beyond what people write, below what a stack holds."""


class Query(NamedTuple):
    """What was asked for; says nothing about how it is found."""

    clauses: tuple[Clause, ...] = ()
    """All of these must hold; none = everything."""
    sort: str = "date"
    """One of SORTS."""
    is_reversed: bool = False
    """Turned round against the natural direction (`sort:-date`); unknown dates are last all the same."""

    def __str__(self) -> str:
        """The text that `parse` reads back as an equal query."""
        parts = [str(part) for part in self.clauses]
        if len(parts) == 1 and isinstance(only := self.clauses[0], Group) and not only.negated:
            parts = [only.inside()]
        if self.sort != "date" or self.is_reversed:
            parts.append(f"sort:{'-' * self.is_reversed}{self.sort}")
        return " ".join(parts)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked, so that every article matches."""
        return not self.clauses

    def terms(self) -> Iterator[Term]:
        """Every term, those in groups too, in the order they were written."""
        return (term for term, _ in walk(self.clauses, False))

    def with_sort(self, sort: str, is_reversed: bool = False) -> Query:
        """The same question in another order (one of SORTS)."""
        return self._replace(sort=sort, is_reversed=is_reversed)

    def and_also(self, other: Query) -> Query:
        """What both ask for; in the other's order where it has one of its own."""
        clauses = (*self.clauses, *(part for part in other.clauses if part not in self.clauses))
        has_order = other.sort != "date" or other.is_reversed
        return Query(clauses, *(other if has_order else self)[1:])

    def included(self, field: str) -> tuple[str, ...]:
        """The values that a field was narrowed to, by terms outside any group."""
        return self._chosen(field, negated=False)

    def excluded(self, field: str) -> tuple[str, ...]:
        """The values that a field must not have, by terms outside any group."""
        return self._chosen(field, negated=True)

    def toggling(self, field: str, value: str) -> Query:
        """With the value among those the field is narrowed to, or no longer; never excluded as well."""
        return self._toggled(field, value, negated=False)

    def excluding(self, field: str, value: str) -> Query:
        """With the value excluded, or no longer; never chosen as well."""
        return self._toggled(field, value, negated=True)

    def without(self, field: str) -> Query:
        """Without what narrows this field outside any group: its own facet is counted under that. For `date`
        that is every field of dates."""
        fields = DATE_FIELDS if field == "date" else (field,)
        kept = tuple(part for part in self.clauses if not any(_is_choice(part, one, False) for one in fields))
        return self._replace(clauses=kept)

    def narrowed(self, field: str, value: str) -> Query:
        """With this value (a range, as a query has it) as the field's only choice; with "" for none."""
        rest = self.without(field)
        return rest._replace(clauses=(*rest.clauses, Term(field, (value,)))) if value else rest

    def _chosen(self, field: str, *, negated: bool) -> tuple[str, ...]:
        terms = (part for part in self.clauses if _is_choice(part, field, negated))
        return distinct(value for term in terms for value in term.values)

    def _toggled(self, field: str, value: str, *, negated: bool) -> Query:
        was_on = value.casefold() in map(str.casefold, self._chosen(field, negated=negated))
        clauses = tuple(_lessened(self.clauses, field, value))
        if was_on:
            return self._replace(clauses=clauses)
        for place, part in enumerate(clauses):
            # A prefix ("topic:Mar*") is a choice of another kind: a value can't join it.
            if _is_choice(part, field, negated) and not part.prefix:
                wider = part._replace(values=(*part.values, value))
                return self._replace(clauses=(*clauses[:place], wider, *clauses[place + 1 :]))
        return self._replace(clauses=(*clauses, Term(field, (value,), negated)))


def parse(text: str, *, typing: bool = False) -> Query:
    """The Query that a text means. Raises QueryError, and nothing else, for a text that means none.

    With `typing` the text is one that is still being written: its last word matches as a prefix, an open
    parenthesis is closed, an OR at the end waits, a last value that is not finished asks nothing yet.
    """
    try:
        return _Parser(text, typing).query()
    except QueryError as error:
        error.place = _place(text, error)
        raise


def highlights(query: Query) -> tuple[tuple[str, bool], ...]:
    """What to mark in the articles found: (word or phrase, whether its last word may go on)."""
    terms = (term for term, negated in walk(query.clauses, False) if not negated)
    wanted = (term for term in terms if term.field in ("text", "title"))
    return tuple(dict.fromkeys((value, term.prefix) for term in wanted for value in term.values))


def _place(text: str, error: QueryError) -> str:
    """Where the text went wrong, in words."""
    wrong = shown(text[error.position : error.position + error.length].strip())[1:-1]
    line = text.count("\n", 0, error.position) + 1
    return f"line {line}, at `{wrong}`" if "\n" in text.strip() else f"at `{wrong}`"


class _Parser:
    """Recursive descent over the tokens: or-chains of and-chains of terms and groups."""

    def __init__(self, text: str, typing: bool) -> None:
        self.text = text
        self.typing = typing
        self.rest = tokens(text, typing)[::-1]
        self.depth = 0
        self.sort = ("date", False)

    def query(self) -> Query:
        asked = self.either()
        if self.rest:
            token = self.rest[-1]
            raise QueryError('this ")" closes nothing; quote it to search for it', token.start)
        clauses = asked.parts if is_plain_and(asked) else (asked,) if asked else ()
        return Query(clauses, *self.sort)

    def either(self, opener: Token | None = None) -> Clause | None:
        """An or-chain, up to the end or the closing parenthesis; None where it asks nothing."""
        parts: list[Clause] = []
        joiner: Token | None = None
        while True:
            part, seen = self.all_of()
            at_end = not self.rest
            if not seen and (joiner or (self.rest and self.rest[-1].kind == "or")):
                wrong = joiner or self.rest[-1]
                if not (self.typing and at_end):
                    reason = 'OR needs something on both sides; write "OR" to search for the word'
                    raise QueryError(reason, wrong.start, wrong.stop - wrong.start)
            if part:
                parts.append(part)
            if at_end or self.rest[-1].kind == ")":
                return joined("or", parts, bool(opener and opener.negated))
            joiner = self.rest.pop()

    def all_of(self) -> tuple[Clause | None, bool]:
        """An and-chain, and whether anything stood there, asked for or not."""
        parts: list[Clause] = []
        seen = False
        while self.rest and (self.rest[-1].kind == "(" or self.rest[-1].kind == "term"):
            token = self.rest.pop()
            if token.field == "sort":
                self.order(token)
                continue
            seen = True
            part = self.group(token) if token.kind == "(" else self.term(token)
            if part:
                parts.append(part)
        return joined("and", parts, False), seen

    def group(self, opener: Token) -> Clause | None:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise QueryError(f"more than {MOST_NESTED} parentheses inside each other", opener.start)
        inner = self.either(opener)
        self.depth -= 1
        if self.rest:
            self.rest.pop()
        elif not self.typing:
            raise QueryError('this "(" is never closed; add ")" or quote it', opener.stop - 1)
        return inner

    def term(self, token: Token) -> Clause | None:
        if not token.pieces:
            return None
        has_words = token.field == "text" or token.field in WORD_FIELDS
        if len(token.pieces) == 1:
            text, is_quoted, prefix = token.pieces[0]
            return Term(token.field, (text,), token.negated, prefix, is_quoted and has_words)
        kinds: dict[tuple[bool, bool], list[str]] = {}
        for piece in token.pieces:
            kinds.setdefault((piece.prefix, piece.is_quoted and has_words), []).append(piece.text)
        if len(kinds) > 1 and self.depth == MOST_NESTED:
            raise QueryError(f"more than {MOST_NESTED} groups inside each other", token.start)
        terms = [Term(token.field, distinct(texts), False, *kind) for kind, texts in kinds.items()]
        return joined("or", terms, token.negated)

    def order(self, token: Token) -> None:
        if self.depth or token.negated:
            reason = "sort: orders the whole list: write it outside parentheses and without a dash before it"
            raise QueryError(reason, token.start, token.stop - token.start)
        if token.pieces:
            order = token.pieces[-1]
            self.sort = (order.text.removeprefix("-"), order.text.startswith("-"))


def _is_choice(part: Clause, field: str, negated: bool) -> TypeGuard[Term]:
    return isinstance(part, Term) and part.field == field and part.negated == negated


def _lessened(clauses: Iterable[Clause], field: str, value: str) -> Iterator[Clause]:
    """The clauses with this value neither chosen nor excluded for the field outside groups."""
    folded = value.casefold()
    for part in clauses:
        if isinstance(part, Term) and part.field == field:
            left = tuple(one for one in part.values if one.casefold() != folded)
            if left:
                yield part._replace(values=left)
        else:
            yield part
