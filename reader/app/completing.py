"""What the word at the cursor of the search bar may become: fields, their values, whole views.

Pure: a text, a cursor and the known values in, candidates out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from reader.article.text import fold, words
from reader.query import SORTS, Term
from reader.query.fields import FIELD_NAMES, FIELDS
from reader.query.results import FacetValue

MOST = 30
"""Candidates of one word: nobody goes through more with a key."""
MOST_LOOKED_AT = 5_000
"""Values of a field that are compared with each letter, the most frequent ones."""
_HINTS: Mapping[str, tuple[str, ...]] = {
    **{field.name: field.names or field.hints for field in FIELDS},
    "sort": (*SORTS, *(f"-{name}" for name in SORTS)),
}
"""What may stand after fields of which no article's values are listed."""
_TOKEN = re.compile(r'(?:[^\s()"]|"(?:[^"\\]|\\.)*(?:"|$))+')
_VALUES = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|$)|[^,"])*,')


class Candidate(NamedTuple):
    """What the word may become."""

    shown: str
    """What it is, for the person to choose."""
    written: str
    """What stands in the text then."""
    number: int | None = None
    """How many articles have it; None where that is not known."""


class Completion(NamedTuple):
    """The stretch of the text that a candidate would replace, and the candidates, best first."""

    start: int
    stop: int
    candidates: tuple[Candidate, ...]

    def applied(self, text: str, place: int) -> tuple[str, int]:
        """The text with a candidate in place, and where the cursor stands then."""
        written = self.candidates[place].written
        return text[: self.start] + written + text[self.stop :].lstrip(), self.start + len(written)


Values = Mapping[str, Sequence[FacetValue]]
"""Field to its values, most frequent first."""


def complete(text: str, cursor: int, values: Values, views: Sequence[tuple[str, str]]) -> Completion | None:
    """What the word that ends at the cursor may become; None where nothing is known for it.

    `views` are names with the texts of their queries.
    """
    token = next((one for one in _TOKEN.finditer(text, 0, cursor) if one.end() == cursor), None)
    if token is None or (cursor < len(text) and not text[cursor].isspace() and text[cursor] != ")"):
        return None
    dash = len(token[0]) - len(token[0].lstrip("-"))
    start, word = token.start() + dash, token[0][dash:]
    name, colon, rest = word.partition(":")
    if colon and name.lower() in FIELD_NAMES:
        offset = 0
        while done := _VALUES.match(rest, offset):
            offset = done.end()
        found = _of_field(name.lower(), rest[offset:], rest[:offset], values)
        start += len(name) + 1 + offset
    elif word and '"' not in word:
        found = _of_word(word, values, views if not dash else ())
    else:
        return None
    candidates = tuple(candidate for candidate, _ in zip(found, range(MOST), strict=False))
    return Completion(start, cursor, candidates) if candidates else None


def _of_field(field: str, begun: str, before: str, values: Values) -> Iterator[Candidate]:
    """The values of a field that begin so, but for those that stand there already."""
    wanted = fold(begun.strip('"'))
    known = values.get(field)
    if known is None:
        for name in _HINTS.get(field, ()):
            if name.startswith(wanted) and name != wanted:
                yield Candidate(name, f"{name} ")
        return
    taken = {fold(part.strip('"')) for part in before.split(",")}
    for one in _beginning(known, wanted):
        if fold(one.value) not in taken:
            yield Candidate(one.value, f"{_spelled(field, one.value)} ", one.count)


def _of_word(word: str, values: Values, views: Sequence[tuple[str, str]]) -> Iterator[Candidate]:
    """Fields, then views, then values whose name begins so."""
    wanted = fold(word)
    for name in FIELD_NAMES:
        if name.startswith(wanted):
            yield Candidate(f"{name}:", f"{name}:")
    if len(word) < 2:
        return  # a first letter begins half of all names
    for view, text in views:
        if text and fold(view).startswith(wanted):
            yield Candidate(f"{view} (view)", f"{text} ")
    for name in (field.name for field in FIELDS if field.is_suggested):
        for one in _beginning(values.get(name, ()), wanted):
            yield Candidate(f"{name}:{one.value}", f"{name}:{_spelled(name, one.value)} ", one.count)


def _beginning(known: Sequence[FacetValue], wanted: str) -> Iterator[FacetValue]:
    """Values that begin so, then those of which a later word does."""
    later = []
    for one in known[:MOST_LOOKED_AT]:
        folded, split = _folded(one.value)
        if folded.startswith(wanted):
            yield one
        elif f" {wanted}" in split:
            later.append(one)
    yield from later


@lru_cache(20_000)
def _folded(value: str) -> tuple[str, str]:
    """The value as it is compared, and its words with a blank before each; kept in mind, for every letter
    asks for all of them again."""
    return fold(value), " ".join(["", *words(value)])


def _spelled(field: str, value: str) -> str:
    return str(Term(field, (value,))).removeprefix(f"{field}:")
