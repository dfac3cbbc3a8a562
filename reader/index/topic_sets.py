"""The articles that get a topic by rule, as sets: evaluated when first asked for, kept with the view.

The rules are `reader.query.topic_rules`; nothing is stored, so an edited rule needs no new index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyroaring import BitMap

from reader.query import Clause
from reader.query.topic_rules import TopicRule, TopicRules

if TYPE_CHECKING:
    from reader.index.view import ValueMembers

FindPhrase: TypeAlias = Callable[[Sequence[int], str, Sequence[str], bool], Iterable[int]]
"""(numbers, field, words, whether the last may go on) -> those in whose article they stand together."""

Narrow: TypeAlias = Callable[[BitMap, Iterable[Clause], TopicRule], tuple[BitMap, bool]]
"""(among which articles, clauses, whose they are) -> those that pass, and whether that is exact."""


class TopicSet(NamedTuple):
    """What matches a rule."""

    numbers: BitMap
    is_exact: bool
    """False where a phrase had more candidates than are looked at."""
    now: datetime | None
    """The time that it depends on; None where it depends on none."""
    marks: Mapping[str, BitMap] | None
    """The marks that it depends on; None where it depends on none."""


class TopicSets:
    """What matches each rule, among some articles."""

    def __init__(self, rules: TopicRules, among: BitMap) -> None:
        self.rules = rules
        self._among = among
        self._found: dict[str, TopicSet] = {}
        self._members: tuple[Sequence[TopicSet], Sequence[ValueMembers]] | None = None

    def known(self, name: str, now: datetime, marks: Mapping[str, BitMap]) -> TopicSet | None:
        """What was found for the rule with this folded name, if that still holds."""
        found = self._found.get(name)
        if found is None or found.now not in (None, now) or not (found.marks is None or found.marks is marks):
            return None
        return found

    def get(
        self, names: Iterable[str], now: datetime, marks: Mapping[str, BitMap], narrow: Narrow
    ) -> list[TopicSet]:
        """What matches these rules. Those that they need are evaluated before them, so that rules may name
        each other in chains of any length."""
        wanted = [*names]
        if any(self.known(name, now, marks) is None for name in wanted):
            for name, rule in self.rules.in_order(wanted):
                if self.known(name, now, marks) is None:
                    numbers, is_exact = narrow(self._among, rule.query.clauses, rule)
                    self._found[name] = TopicSet(
                        numbers, is_exact, now if rule.is_dated else None, marks if rule.is_marked else None
                    )
        return [self._found[name] for name in wanted]

    def members_of(self, sets: Sequence[TopicSet]) -> Sequence[ValueMembers] | None:
        """The values of the facet that were kept for these sets."""
        if self._members is None or any(
            one is not other for one, other in zip(self._members[0], sets, strict=True)
        ):
            return None
        return self._members[1]

    def keep_members(self, sets: Sequence[TopicSet], members: Sequence[ValueMembers]) -> None:
        """Keep the values of the facet, which every letter asks for again."""
        self._members = sets, members


class KnownPhrases:
    """Which articles have the phrases of rules: files are read for them, and the rules hold all the time.

    Numbers mean the same text as long as an edition lasts.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...], bool], tuple[BitMap, BitMap]] = {}
        """Field, words and whether the last may go on -> articles that were looked at, and those that have
        it."""

    def through(self, find: FindPhrase) -> FindPhrase:
        """`find`, asked for each phrase and article once."""

        def known(numbers: Sequence[int], field: str, wanted: Sequence[str], prefix: bool) -> BitMap:
            key, asked = (field, tuple(wanted), prefix), BitMap(numbers)
            seen, having = self._known.get(key, (BitMap(), BitMap()))
            if new := asked - seen:
                having = having | BitMap(find([*new], field, wanted, prefix))
                if key in self._known or len(self._known) < MOST_PHRASES:
                    self._known[key] = seen | new, having
            return having & asked

        return known


MOST_PHRASES = 1_000
"""Phrases that are remembered."""
