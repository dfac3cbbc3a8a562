"""Matches marks with articles: the one with the mark's key, else the same article under another key.

Marks store traces of their article: title with date, text and path. These are compared with the index, and
both are corrected if they differ. The rules are in `reader.index.recognition`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress

from reader.article.identity import identity_of, is_web
from reader.collection.folders import Roots
from reader.errors import StorageError
from reader.index.article_keys import KnownArticles
from reader.index.backend import ArticleRow
from reader.index.recognition import ArticleFacts, Recogniser, are_alike, keys_of
from reader.index.store import Index
from reader.marks.database import Marks
from reader.marks.mark import Mark, Traces


class Reunion:
    """Matches the marks of one collection with its index. The caller holds the lock of the marks."""

    def __init__(self, index: Index, roots: Roots) -> None:
        self._index = index
        self._articles = KnownArticles(index.rows)
        self._roots = roots

    def numbers(self, marks: Sequence[Mark], database: Marks) -> dict[int, int]:
        """Returns the numbers of the marks' articles by the marks' keys, for articles in this collection."""
        known = self._articles.with_keys([mark.key for mark in marks])
        numbers: dict[int, int] = {}
        lost: list[Mark] = []
        doubtful: list[tuple[Mark, ArticleFacts]] = []
        seen: dict[int, Traces] = {}
        for mark in marks:
            facts = known.get(mark.key)
            if facts is None:
                lost.append(mark)
                continue
            numbers[mark.key] = facts.number
            if mark.traces == (now := traces_of(facts)):
                continue
            if not _is_elsewhere(mark, facts):
                seen[mark.key] = now
            elif not _may_be(mark, facts):
                doubtful.append((mark, facts))
        for mark in self._strangers(doubtful) if doubtful and self._index.is_complete() else ():
            del numbers[mark.key]
            lost.append(mark)
        if seen:
            with suppress(StorageError):  # not needed for reading; retried next time
                database.update_traces(seen)
        if lost and self._index.is_complete():
            numbers |= self._found_again(lost, database)
        return numbers

    def _strangers(self, doubtful: Sequence[tuple[Mark, ArticleFacts]]) -> Iterator[Mark]:
        """Returns marks whose own file is still in its place, so that another article has their URL or
        title."""
        here = {facts.path: facts for facts in self._articles.at(mark.traces.place for mark, _ in doubtful)}
        for mark, facts in doubtful:
            own = here.get(mark.traces.place)
            if own is None:  # it is in another collection
                free = (key for key in [*keys_of(facts)][1:] if not self._articles.with_keys([key]))
                self._rekey([(facts.number, next(free))])
            if own is None or are_alike(_facts_of(mark), own):
                yield mark

    def _found_again(self, lost: Sequence[Mark], database: Marks) -> dict[int, int]:
        numbers = self._by_path([mark for mark in lost if mark.is_by_path], database)
        numbers |= self._by_page([mark for mark in lost if mark.traces == Traces()], database)
        went = self._articles.departed([mark.key for mark in lost])
        former = [mark for mark in lost if mark.traces != Traces() and mark.key not in went]
        numbers |= self._by_place([mark for mark in former if mark.traces[:2] == (None, None)], database)
        alike = self._articles.alike([mark.traces[:2] for mark in former])
        known = {(facts.title_key, None) for facts in alike} | {(None, facts.text_key) for facts in alike}
        former = [
            mark
            for mark in former
            if not known.isdisjoint(((mark.traces.title_key, None), (None, mark.traces.text_key)))
        ]
        there = {mark.traces.place for mark in former if os.path.lexists(mark.traces.place)}
        here = {facts.path for facts in self._articles.at(there)}
        recogniser = Recogniser({facts.number: facts for facts in alike}.values(), in_place=False)
        rekeyed = []
        for mark in former:
            place = mark.traces.place
            if place not in here and place in there:
                continue  # it is in another collection
            facts = recogniser.find(_facts_of(mark))
            if facts is None:
                continue
            numbers[mark.key] = facts.number
            if database.of([facts.key]) or self._articles.with_keys([mark.key]):
                with suppress(StorageError):
                    database.move({mark.key: blank(facts)})
            else:
                rekeyed.append((facts.number, mark.key))
        self._rekey(rekeyed)
        return numbers

    def _by_place(self, marks: Sequence[Mark], database: Marks) -> dict[int, int]:
        """Returns the articles of marks that can only be matched by path: their texts are too short to
        distinguish them."""
        places = {mark.traces.place: mark for mark in marks if mark.traces.place}
        numbers = {}
        for facts in self._articles.at(places):
            if facts.title_key is None and facts.text_key is None:
                mark = places[facts.path]
                numbers[mark.key] = facts.number
                with suppress(StorageError):
                    database.move({mark.key: blank(facts)})
        return numbers

    def _by_path(self, marks: Sequence[Mark], database: Marks) -> dict[int, int]:
        """Gives marks that version 1 stored by path in the collection to the article that has that path now.

        If articles older than the upgrade have the path, each gets the marks; otherwise only the first.
        """
        paths = {
            path: mark for mark in marks for path in self._roots.former_paths(mark.identity)
            if mark.read or mark.starred or mark.note or mark.tags
        }  # fmt: skip
        if not paths:
            return {}
        numbers: dict[int, int] = {}
        adopted = database.adoptions()
        for facts in self._articles.at(paths):
            mark = paths[facts.path]
            by = adopted.setdefault(mark.key, set())
            if facts.key in by or (by and facts.mtime_ns > database.upgraded_ns):
                continue
            by.add(facts.key)
            try:
                database.adopt(mark.key, blank(facts))
            except StorageError:
                numbers[mark.key] = facts.number
        return numbers

    def _by_page(self, marks: Sequence[Mark], database: Marks) -> dict[int, int]:
        """Gives marks that version 1 stored by a URL without its fragment to the newest such article, the
        only one that it showed."""
        pages = {mark.identity: mark for mark in marks if is_web(mark.identity)}
        newest: dict[str, ArticleFacts] = {}
        for facts in sorted(self._articles.of_routes() if pages else (), key=lambda one: one.date or 0):
            newest[identity_of(facts.url.partition("#")[0], "")] = facts
        numbers = {}
        for identity, facts in newest.items():
            if identity in pages:
                numbers[pages[identity].key] = facts.number
                with suppress(StorageError):
                    database.move({pages[identity].key: blank(facts)})
        return numbers

    def _rekey(self, changes: Sequence[tuple[int, int]]) -> None:
        # If the index is being written, marks are shown anyway, and this is retried next time.
        if changes:
            with suppress(sqlite3.OperationalError):
                self._index.rekey(changes)


def traces_of(facts: ArticleFacts | ArticleRow) -> Traces:
    """Returns what an article is recognised by."""
    return Traces(facts.title_key, facts.text_key, facts.date, facts.path)


def blank(facts: ArticleFacts | ArticleRow) -> Mark:
    """Returns a mark of an article with nothing set."""
    return Mark(facts.key, identity_in(facts), traces=traces_of(facts))


def identity_in(facts: ArticleFacts | ArticleRow) -> str:
    """Returns an article's readable identity in the marks: its URL, else its file."""
    return identity_of(facts.url, "") or f"text:{facts.text_key or 0:016x} {os.path.basename(facts.path)}"


def _facts_of(mark: Mark) -> ArticleFacts:
    title_key, text_key, date, place = mark.traces
    return ArticleFacts(mark.key, title_key, text_key, mark.identity, place, date)


def _is_elsewhere(mark: Mark, facts: ArticleFacts) -> bool:
    place = mark.traces.place
    return bool(place) and place != facts.path and os.path.lexists(place)


def _may_be(mark: Mark, facts: ArticleFacts) -> bool:
    """Returns whether a file with the mark's key may be a copy of its article."""
    title_key, text_key, *_ = mark.traces
    if text_key is not None and text_key == facts.text_key:
        return True
    return is_web(facts.url) and title_key is not None and title_key == facts.title_key
