"""The Query and its clauses, as frozen values that know nothing of SQL or bitmaps.

`str(query)` gives the text that `reader.query.parser` reads back as an equal query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias, TypeGuard

from reader.article.text import fold
from reader.query.fields import DATE_FIELDS


class Term(NamedTuple):
    """A condition on an article: any of the values must match."""

    field: str
    """text (a bare word or phrase) or one of `reader.query.fields`, except sort."""
    values: tuple[str, ...]
    """As typed, without quotes. Dates stay relative ("7d") until the query is run."""
    negated: bool = False
    prefix: bool = False
    """The (last) word is a prefix (`word*`, or the word being typed), or the value of one of CHOICES. Never
    set for other fields."""
    phrase: bool = False
    """For text, title, author: the value was quoted, so its words must be adjacent and in order."""

    def __str__(self) -> str:
        from reader.query.grammar import spell

        return spell(self.field, self.values, negated=self.negated, prefix=self.prefix, phrase=self.phrase)


class Group(NamedTuple):
    """Several clauses, joined."""

    join: Literal["and", "or"]
    parts: tuple[Clause, ...]
    negated: bool = False

    def __str__(self) -> str:
        return f"{'-' * self.negated}({self.inside()})"

    def inside(self) -> str:
        """The text without the outer parentheses; "and" binds tighter, so it needs none within "or"."""
        if self.join == "and":
            return " ".join(map(str, self.parts))
        return " OR ".join(part.inside() if is_plain_and(part) else str(part) for part in self.parts)


Clause: TypeAlias = "Term | Group"


def joined(join: Literal["and", "or"], parts: Sequence[Clause], negated: bool) -> Clause | None:
    """The simplest equivalent clause: no group of one, no group inside a group of the same kind."""
    if len(parts) == 1 and not negated:
        return parts[0]
    flat: list[Clause] = []
    for part in parts:
        if isinstance(part, Group) and part.join == join and not part.negated:
            flat.extend(part.parts)
        else:
            flat.append(part)
    if not flat:
        return None
    if len(flat) > 1:
        return Group(join, tuple(flat), negated)
    only = flat[0]
    return only._replace(negated=only.negated != negated)


def is_plain_and(part: Clause | None) -> TypeGuard[Group]:
    """Whether it is a plain conjunction."""
    return isinstance(part, Group) and part.join == "and" and not part.negated


def walk(clauses: Iterable[Clause], negated: bool) -> Iterator[tuple[Term, bool]]:
    """Every term and whether it is excluded, counting all dashes."""
    for part in clauses:
        if isinstance(part, Term):
            yield part, part.negated != negated
        else:
            yield from walk(part.parts, part.negated != negated)


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, as first written; values that differ only in case and accents are equal."""
    seen: dict[str, str] = {}
    for value in values:
        seen.setdefault(fold(value), value)
    return tuple(seen.values())


class Query(NamedTuple):
    """A query; independent of how it is answered."""

    clauses: tuple[Clause, ...] = ()
    """All of these must match; none = everything."""
    sort: str = "date"
    """One of SORTS."""
    is_reversed: bool = False
    """Reverses the natural direction (`sort:-date`); unknown dates are last anyway."""

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
        """Whether the query is empty, so that every article matches."""
        return not self.clauses

    def terms(self) -> Iterator[Term]:
        """Every term, including those in groups, in the order they were written."""
        return (term for term, _ in walk(self.clauses, False))

    def with_sort(self, sort: str, is_reversed: bool = False) -> Query:
        """The same query in another order (one of SORTS)."""
        return self._replace(sort=sort, is_reversed=is_reversed)

    def and_also(self, other: Query) -> Query:
        """The conjunction of both queries; in the other's sort order if it has one."""
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
        """Toggles the value among those the field is narrowed to; never excluded as well."""
        return self._toggled(field, value, negated=False)

    def excluding(self, field: str, value: str) -> Query:
        """Toggles the exclusion of the value; never selected as well."""
        return self._toggled(field, value, negated=True)

    def without(self, field: str) -> Query:
        """Without the terms that narrow this field outside any group, as its own facet is counted. For `date`
        that includes every date field."""
        fields = DATE_FIELDS if field == "date" else (field,)
        parts = (part for part in self.clauses if not any(_is_choice(part, one, False) for one in fields))
        return self._replace(clauses=tuple(parts))

    def narrowed(self, field: str, value: str) -> Query:
        """With this value (a range, as written in a query) as the field's only one; "" for none."""
        rest = self.without(field)
        return rest._replace(clauses=(*rest.clauses, Term(field, (value,)))) if value else rest

    def _chosen(self, field: str, *, negated: bool) -> tuple[str, ...]:
        terms = (part for part in self.clauses if _is_choice(part, field, negated))
        return distinct(value for term in terms for value in term.values)

    def _toggled(self, field: str, value: str, *, negated: bool) -> Query:
        was_on = fold(value) in map(fold, self._chosen(field, negated=negated))
        clauses = tuple(_lessened(self.clauses, field, value))
        if was_on:
            return self._replace(clauses=clauses)
        for place, part in enumerate(clauses):
            # A prefix ("topic:Mar*") can't share a term with plain values.
            if _is_choice(part, field, negated) and not part.prefix:
                wider = part._replace(values=(*part.values, value))
                return self._replace(clauses=(*clauses[:place], wider, *clauses[place + 1 :]))
        return self._replace(clauses=(*clauses, Term(field, (value,), negated)))


UNREAD = Query((Term("is", ("unread",)),))
"""The query for unread articles."""


def highlights(query: Query) -> tuple[tuple[str, bool], ...]:
    """What to highlight in matching articles: (word or phrase, whether its last word is a prefix)."""
    terms = (term for term, negated in walk(query.clauses, False) if not negated)
    wanted = (term for term in terms if term.field in ("text", "title"))
    return tuple(dict.fromkeys((value, term.prefix) for term in wanted for value in term.values))


def _is_choice(part: Clause, field: str, negated: bool) -> TypeGuard[Term]:
    return isinstance(part, Term) and part.field == field and part.negated == negated


def _lessened(clauses: Iterable[Clause], field: str, value: str) -> Iterator[Clause]:
    """The clauses without this value, selected or excluded, for the field outside groups."""
    folded = fold(value)
    for part in clauses:
        if isinstance(part, Term) and part.field == field:
            left = tuple(one for one in part.values if fold(one) != folded)
            if left:
                yield part._replace(values=left)
        else:
            yield part
