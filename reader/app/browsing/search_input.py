"""Typing in the search bar: running the query letter by letter, completion, earlier searches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from reader.app.browsing.filters import Filters
from reader.app.browsing.host import Host
from reader.article.text import fold, words
from reader.config.paths import state_dir
from reader.config.visit import Searches
from reader.errors import QueryError, ReaderError
from reader.query import SORTS, Query, Term, parse
from reader.query.fields import FIELD_NAMES, FIELDS
from reader.query.results import FacetValue


class SearchInput:
    """Runs the query as it is typed, and completes the word at the cursor."""

    def __init__(self, host: Host, filters: Filters) -> None:
        self._host, self._filters = host, filters
        self._bar, self._information, self._sidebar = host.search_bar, host.information, host.sidebar
        self._searches = Searches(state_dir() / "searches" if host.start.config.remember else None)
        self._tags: tuple[FacetValue, ...] = ()
        self._completion: Completion | None = None
        self._candidate = -1
        """The candidate that is in the bar; -1 = none yet."""
        self._completed = ""
        """The text that the candidates complete."""

    def typed(self, text: str) -> None:
        """Run the query typed so far."""
        self._searches.forget_place()
        self._ask_text(text)
        self._host.call_later(self._offer)  # the cursor has not moved behind the letter yet

    def _ask_text(self, text: str) -> None:
        """Run the query; an invalid one leaves the last results in place."""
        try:
            query = parse(text, typing=True)
        except QueryError as error:
            self._show_error(error)
        else:
            self._information.error = None
            self._filters.typed(query)

    def _show_error(self, error: QueryError) -> None:
        self._information.error = (error.reason, self._bar.column_of(error.position))

    def begin(self) -> None:
        """The search bar has gained the focus."""
        self._host.in_thread(self._read_tags)
        text, line = self._bar.text, self._bar.line
        # A text that was not typed is complete: the next letters start a new word.
        if text and line.cursor_position == len(text) and text == str(self._filters.query):
            self._bar.show(f"{text} ")

    def end(self) -> None:
        """The search bar has lost the focus: report an error in the text, or add it to the history."""
        self._withdraw()
        try:
            parse(self._bar.text)  # while it was typed, an unfinished word was omitted from the query
        except QueryError as error:
            self._show_error(error)
        if self._information.error is None:
            self._searches.add(self._bar.text)

    def _read_tags(self) -> None:
        """Runs in a thread: tags have no section in the sidebar."""
        with suppress(ReaderError):  # the query itself reports it
            self._tags = self._host.library.facet("tag", Query(), self._host.clock()).values

    def complete(self, step: int) -> None:
        """Insert the next candidate, or the previous one; without candidates leave the bar."""
        completion = self._completion
        if completion is None:
            self._host.go_to("list")
            return
        count = len(completion.candidates)
        first = 0 if step > 0 else count - 1
        self._candidate = first if self._candidate < 0 else (self._candidate + step) % count
        text, cursor = completion.applied(self._completed, self._candidate)
        self._bar.show(text, cursor)
        self._ask_text(text)
        if count == 1:
            self._offer()
        else:
            self._show_candidates()

    def recall(self, step: int) -> None:
        """Show an earlier search, or a later one; after the latest, go to the list."""
        text = self._searches.older(self._bar.text) if step < 0 else self._searches.newer()
        if text is not None:
            self._withdraw()
            self._bar.show(text)
            self._ask_text(text)
        elif step > 0:
            self._host.go_to("list")

    def renew_counts(self) -> None:
        """Offer the candidates with new counts, unless the user is choosing among them."""
        is_waiting = self._completion is not None and self._candidate < 0
        if is_waiting and self._completed == self._bar.text:
            self._offer()

    def _offer(self) -> None:
        """Show completions of the word at the cursor."""
        values = {facet.field: facet.values for facet in self._sidebar.facets} | {"tag": self._tags}
        views = [(view.name, str(view.query)) for view in self._sidebar.views]
        self._completed = self._bar.text
        self._completion = complete(self._completed, self._bar.line.cursor_position, values, views)
        self._candidate = -1
        self._show_candidates()

    def _withdraw(self) -> None:
        self._completion = None
        self._show_candidates()

    def _show_candidates(self) -> None:
        found = self._completion.candidates if self._completion else ()
        self._information.choices = tuple((one.shown, one.number) for one in found)
        self._information.chosen = self._candidate


def as_typed(query: Query) -> str:
    """A query's text as it is typed in the search bar: the last word is a prefix without a `*`."""
    text = str(query)
    if not text.endswith("*"):
        return text
    try:
        return text[:-1] if parse(text[:-1], typing=True) == query else text
    except QueryError:
        return text


MOST = 30
"""Maximum number of candidates for a word."""
MOST_LOOKED_AT = 5_000
"""Values of a field that are compared with each letter, the most frequent ones."""
_HINTS: Mapping[str, tuple[str, ...]] = {
    **{field.name: field.names or field.hints for field in FIELDS},
    "sort": (*SORTS, *(f"-{name}" for name in SORTS)),
}
"""Values of fields that are not taken from articles."""
_TOKEN = re.compile(r'(?:[^\s()"]|"(?:[^"\\]|\\.)*(?:"|$))+')
_VALUES = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|$)|[^,"])*,')


class Candidate(NamedTuple):
    """A completion of the word."""

    shown: str
    """As it is shown to the user."""
    written: str
    """As it is inserted."""
    number: int | None = None
    """How many articles have it; None if that is not known."""


class Completion(NamedTuple):
    """The part of the text that a candidate would replace, and the candidates, best first."""

    start: int
    stop: int
    candidates: tuple[Candidate, ...]

    def applied(self, text: str, place: int) -> tuple[str, int]:
        """The text with a candidate in place, and where the cursor is then."""
        written = self.candidates[place].written
        return text[: self.start] + written + text[self.stop :].lstrip(), self.start + len(written)


Values = Mapping[str, Sequence[FacetValue]]
"""The values of each field, most frequent first."""


def complete(text: str, cursor: int, values: Values, views: Sequence[tuple[str, str]]) -> Completion | None:
    """Completions of the word that ends at the cursor; None if there are none.

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
    """The values of a field that start with this, except those already in the list."""
    wanted = fold(begun.strip('"'))
    if hints := _HINTS.get(field, ()):  # also of quality and dates: the sidebar has only ranges of them
        for name in hints:
            if name.startswith(wanted) and name != wanted:
                yield Candidate(name, f"{name} ")
        return
    taken = {fold(part.strip('"')) for part in before.split(",")}
    for one in _beginning(values.get(field, ()), wanted):
        if fold(one.value) not in taken:
            yield Candidate(one.value, f"{_spelled(field, one.value)} ", one.count)


def _of_word(word: str, values: Values, views: Sequence[tuple[str, str]]) -> Iterator[Candidate]:
    """Fields, then views, then values whose names start with this."""
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
    """Values that start with this, then values with a later word that does."""
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
    """The value as it is compared, and its words with a space before each; cached, because each letter
    compares all again."""
    return fold(value), " ".join(["", *words(value)])


def _spelled(field: str, value: str) -> str:
    return str(Term(field, (value,))).removeprefix(f"{field}:")
