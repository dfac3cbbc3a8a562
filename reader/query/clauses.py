"""What a question is made of: terms and groups of terms, frozen values that can be written as text.

Reading a text is `reader.query`'s business, spelling a single term that of `reader.query.grammar`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias, TypeGuard

from reader.article.text import fold


class Term(NamedTuple):
    """One test that an article passes or fails: any of the values will do."""

    field: str
    """text (a bare word or phrase) or one of `reader.query.fields`, but for sort."""
    values: tuple[str, ...]
    """As typed, without quotes. Dates stay relative ("7d") until the question is asked."""
    negated: bool = False
    prefix: bool = False
    """The (last) word may go on (`word*`, or the word being typed), or the value of one of CHOICES.
    Never set for other fields."""
    phrase: bool = False
    """For text, title, author: the value was quoted, its words must stand together in this order."""

    def __str__(self) -> str:
        from reader.query.grammar import spell

        return spell(self.field, self.values, negated=self.negated, prefix=self.prefix, phrase=self.phrase)


class Group(NamedTuple):
    """Several tests, joined."""

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
    """The simplest clause that says it: no group of one, no group within a group of the same kind."""
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
    """Whether it is several tests that must all hold, and no more."""
    return isinstance(part, Group) and part.join == "and" and not part.negated


def walk(clauses: Iterable[Clause], negated: bool) -> Iterator[tuple[Term, bool]]:
    """Every term with whether it is, all dashes counted, excluded."""
    for part in clauses:
        if isinstance(part, Term):
            yield part, part.negated != negated
        else:
            yield from walk(part.parts, part.negated != negated)


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, as it was written first; case and accents make no other value of it."""
    seen: dict[str, str] = {}
    for value in values:
        seen.setdefault(fold(value), value)
    return tuple(seen.values())
