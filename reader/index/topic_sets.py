"""The articles that get a topic by rule, as sets: evaluated on first use and cached with the view.

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
"""(numbers, field, words, whether the last may be a prefix) -> articles that contain them consecutively."""

Narrow: TypeAlias = Callable[[BitMap, Iterable[Clause], TopicRule], tuple[BitMap, bool]]
"""(candidates, clauses, their rule) -> matching articles, and whether the result is exact."""


class TopicSet(NamedTuple):
    """The articles that match a rule."""

    numbers: BitMap
    is_exact: bool
    """False if a phrase had more candidates than are checked."""
    now: datetime | None
    """The time that it depends on; None if independent of time."""
    marks: Mapping[str, BitMap] | None
    """The marks that it depends on; None if independent of marks."""


class TopicSets:
    """The articles that match each rule, among given ones."""

    def __init__(self, rules: TopicRules, among: BitMap) -> None:
        self.rules = rules
        self._among = among
        self._found: dict[str, TopicSet] = {}
        self._members: tuple[Sequence[TopicSet], Sequence[ValueMembers]] | None = None

    def known(self, name: str, now: datetime, marks: Mapping[str, BitMap]) -> TopicSet | None:
        """Returns the cached set of the rule with this folded name, if still valid."""
        found = self._found.get(name)
        if found is None or found.now not in (None, now) or not (found.marks is None or found.marks is marks):
            return None
        return found

    def get(
        self, names: Iterable[str], now: datetime, marks: Mapping[str, BitMap], narrow: Narrow
    ) -> list[TopicSet]:
        """Returns the articles that match these rules. Rules they depend on are evaluated first, without
        recursion, so chains of rules can have any length."""
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
        """Returns the cached facet values for these sets, if any."""
        if self._members is None or any(
            one is not other for one, other in zip(self._members[0], sets, strict=True)
        ):
            return None
        return self._members[1]

    def keep_members(self, sets: Sequence[TopicSet], members: Sequence[ValueMembers]) -> None:
        """Cache the facet values, which are needed again at each keystroke."""
        self._members = sets, members


class KnownPhrases:
    """Cache of the articles that contain the phrases of rules: finding them reads files, and rules are always
    active.

    Valid for one edition: within it, a number always means the same text.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...], bool], tuple[BitMap, BitMap]] = {}
        """(field, words, whether the last may be a prefix) -> articles that were checked, and those that
        match."""

    def through(self, find: FindPhrase) -> FindPhrase:
        """Wraps `find` so that each phrase and article is checked once."""

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
"""Maximum number of cached phrases."""
