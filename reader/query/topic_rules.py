"""Topics by rule: the queries of the configuration that give topics to whatever matches them.

Values only. A rule is a set like a saved view: `reader.index.view` finds the articles. A rule may name other
topics, and includes what their rules add. Among rules that name each other (or themselves), topics are those
of the files.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, takewhile
from typing import NamedTuple

from reader.article.text import fold
from reader.errors import QueryError, shown
from reader.query import Query, Term, parse
from reader.query.fields import DATE_FIELDS

_OF_MARKS = frozenset(("read", "unread", "starred", "note"))


class TopicRule(NamedTuple):
    """A query that gives a topic."""

    name: str
    """The topic, as the configuration writes it."""
    query: Query
    ring: frozenset[str] = frozenset()
    """Folded names of the rules that it depends on and that also depend on it, including itself."""
    is_dated: bool = False
    """Whether it or a rule that it names has dates, so that its articles depend on the time."""
    is_marked: bool = False
    """Whether it or a rule that it names depends on the user's marks."""
    is_slow: bool = False
    """Whether it or a rule that it names has a phrase, which requires reading files."""


class TopicRules:
    """Rules by their folded names, each behind those that it needs. Never changes."""

    def __init__(self, rules: Iterable[TopicRule] = ()) -> None:
        self.listed = tuple(rules)
        """The rules in the order of the configuration."""
        self.by_name = {fold(rule.name): rule for rule in self.listed}
        self._names = sorted(self.by_name)
        self._needs = {name: set(self._named_in(rule.query)) for name, rule in self.by_name.items()}
        ordered: dict[str, TopicRule] = {}
        for names in _rings(self._needs):
            ring = frozenset(names)
            needed = [ordered[other] for name in names for other in self._needs[name] - ring]
            terms = [term for name in names for term in self.by_name[name].query.terms()]
            fields = {term.field for term in terms}
            is_dated = any(rule.is_dated for rule in needed) or not fields.isdisjoint(DATE_FIELDS)
            is_marked = any(rule.is_marked for rule in needed) or any(map(_asks_mark, terms))
            reads_files = any(term.phrase for term in terms) or not fields.isdisjoint(("url", "path"))
            is_slow = reads_files or any(rule.is_slow for rule in needed)
            for name in names:
                rule = self.by_name[name]
                ordered[name] = TopicRule(rule.name, rule.query, ring, is_dated, is_marked, is_slow)
        self.by_name = ordered

    def __bool__(self) -> bool:
        return bool(self.by_name)

    def named(self, folded: str, *, prefix: bool = False) -> list[str]:
        """The folded names that a value of `topic:` means."""
        if not prefix:
            return [folded] if folded in self.by_name else []
        start = bisect_left(self._names, folded)
        return list(takewhile(lambda name: name.startswith(folded), islice(self._names, start, None)))

    def _named_in(self, query: Query) -> Iterator[str]:
        for term in query.terms():
            if term.field == "topic":
                for value in term.values:
                    yield from self.named(fold(value), prefix=term.prefix)

    def in_order(self, names: Iterable[str]) -> Iterator[tuple[str, TopicRule]]:
        """These rules and all that they need, the needed ones first."""
        wanted, waiting = set[str](), [*names]
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting += self._needs[name] - self.by_name[name].ring
        return ((name, rule) for name, rule in self.by_name.items() if name in wanted)


def topic_rules(texts: Mapping[str, str]) -> tuple[TopicRules, list[str]]:
    """The rules of the configuration, and a message for each that can't be used; the others still apply."""
    rules: dict[str, TopicRule] = {}
    mistakes: list[str] = []
    for name, text in texts.items():
        try:
            query = rule_query(text)
        except QueryError as error:
            mistakes.append(f"topics: {shown(name)}, column {error.position + 1}: {error.reason}")
            continue
        rival = rules.setdefault(fold(name), TopicRule(name, query))
        if rival.name != name:
            mistakes.append(
                f"topics: {shown(name)}: the same topic as {shown(rival.name)}; "
                f"write one rule with OR between the queries"
            )
    return TopicRules(rules.values()), [f"{mistake}; the rule is ignored" for mistake in mistakes]


def rule_query(text: str) -> Query:
    """The query of a rule. Raises QueryError, also where everything would match."""
    query = parse(text)
    if not query.clauses:
        raise QueryError("a rule needs something to search for, like chips OR title:GPT", 0)
    return Query(query.clauses)


def _rings(needs: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """The strongly connected components of the rules, mostly single rules, dependencies first (Tarjan's
    algorithm; iterative, since a thousand rules may each name the next)."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for start in needs:
        walk = [] if start in numbers else [(start, iter(sorted(needs[start])))]
        while walk:
            name, others = walk[-1]
            if name not in numbers:
                numbers[name] = lowest[name] = len(numbers)
                path.append(name)
                on_path.add(name)
            for other in others:
                if other not in numbers:
                    walk.append((other, iter(sorted(needs[other]))))
                    break
                if other in on_path:
                    lowest[name] = min(lowest[name], numbers[other])
            else:
                walk.pop()
                if walk:
                    above = walk[-1][0]
                    lowest[above] = min(lowest[above], lowest[name])
                if lowest[name] == numbers[name]:
                    at = path.index(name)
                    ring, path[at:] = path[at:], []
                    on_path.difference_update(ring)
                    yield ring


def _asks_mark(term: Term) -> bool:
    return term.field == "tag" or (term.field in ("is", "has") and not _OF_MARKS.isdisjoint(term.values))
