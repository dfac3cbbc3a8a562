"""Topics by rule: the queries of the configuration that give topics to whatever matches them.

Values only. A rule is a set like a saved view: `reader.index.view` finds the articles. A rule may name
other topics, and sees what their rules add; topics of its own ring (rules that name each other, or a rule
that names itself) it sees as the files have them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from reader.article.text import clean_line, fold
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
    """Folded names of the rules that it depends on and that depend on it, its own included."""
    is_dated: bool = False
    """Whether it or a rule that it names asks for dates, so that its articles depend on the time."""
    is_marked: bool = False
    """Whether it or a rule that it names asks for the user's marks."""
    is_slow: bool = False
    """Whether it or a rule that it names has a phrase, for which files are read."""


class TopicRules:
    """Rules by their folded names, each behind those that it needs. Never changes."""

    def __init__(self, rules: Iterable[TopicRule] = ()) -> None:
        self.listed = tuple(rules)
        """The rules in the order of the configuration."""
        by_name = {fold(rule.name): rule for rule in self.listed}
        needed = _Needs(by_name)
        self._names = sorted(by_name)
        self.by_name: dict[str, TopicRule] = {}
        for ring in needed.rings():
            members = frozenset(ring)
            others = {name for one in ring for name in needed.of[one]} - members
            rings = [by_name[one] for one in ring] + [self.by_name[one] for one in others]
            is_dated = any(one.is_dated or _asks_dates(one.query) for one in rings)
            is_marked = any(one.is_marked or _asks_marks(one.query) for one in rings)
            is_slow = any(one.is_slow or _has_phrases(one.query) for one in rings)
            for one in ring:
                self.by_name[one] = by_name[one]._replace(
                    ring=members, is_dated=is_dated, is_marked=is_marked, is_slow=is_slow
                )
        self._needs = needed.of

    def __bool__(self) -> bool:
        return bool(self.by_name)

    def named(self, folded: str, *, prefix: bool = False) -> list[str]:
        """The folded names that a value of `topic:` means."""
        if not prefix:
            return [folded] if folded in self.by_name else []
        return _beginning(self._names, folded)

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
    """The rules of the configuration, and a sentence for each that can't be used: the others hold."""
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


def topic_name(text: str) -> str:
    """A topic's name as a user typed it; empty if it is none."""
    return clean_line(text)


class _Needs:
    """Which rules name which others, and in which rings."""

    def __init__(self, rules: Mapping[str, TopicRule]) -> None:
        names = sorted(rules)
        self.of = {
            name: {other for term in rule.query.terms() for other in _named_in(term, rules, names)}
            for name, rule in rules.items()
        }

    def rings(self) -> Iterator[list[str]]:
        """Every rule in one ring, most of them alone in theirs, the needed ones first (Tarjan's method; in a
        loop, since a thousand rules may each name the next)."""
        numbers: dict[str, int] = {}
        lowest: dict[str, int] = {}
        path: list[str] = []
        on_path: set[str] = set()
        for start in self.of:
            if start in numbers:
                continue
            walk = [(start, iter(sorted(self.of[start])))]
            while walk:
                name, others = walk[-1]
                if name not in numbers:
                    numbers[name] = lowest[name] = len(numbers)
                    path.append(name)
                    on_path.add(name)
                for other in others:
                    if other not in numbers:
                        walk.append((other, iter(sorted(self.of[other]))))
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


def _named_in(term: Term, rules: Mapping[str, TopicRule], names: list[str]) -> Iterator[str]:
    if term.field != "topic":
        return
    for value in map(fold, term.values):
        if term.prefix:
            yield from _beginning(names, value)
        elif value in rules:
            yield value


def _beginning(names: list[str], start: str) -> list[str]:
    at = bisect_left(names, start)
    found = []
    while at < len(names) and names[at].startswith(start):
        found.append(names[at])
        at += 1
    return found


def _asks_dates(query: Query) -> bool:
    return any(term.field in DATE_FIELDS for term in query.terms())


def _asks_marks(query: Query) -> bool:
    return any(
        term.field == "tag" or (term.field in ("is", "has") and not _OF_MARKS.isdisjoint(term.values))
        for term in query.terms()
    )


def _has_phrases(query: Query) -> bool:
    return any(term.phrase or term.field in ("url", "path") for term in query.terms())
