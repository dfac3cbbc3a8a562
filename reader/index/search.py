"""Evaluates a Query to the set of matching articles, by and, or and and-not of stored sets.

Rows are only read for what the sets can't answer: phrases and parts of URLs and paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.article.text import fold, has_unspaced, signs, words
from reader.errors import QueryError, shown
from reader.index.schema import DAY, STORED, SetKind
from reader.index.view import MOST_PHRASES, IndexView, TopicSet, TopicSets, ValueMembers
from reader.query import Clause, Group, Term
from reader.query.fields import DATE_FIELDS, NUMBER_FIELDS
from reader.query.topic_rules import TopicRule

if TYPE_CHECKING:
    from reader.query.dates import TimeSpan

MOST_CHECKED = 10_000
"""Limit of candidates that are checked for a phrase, newest first; with more, the total is "at least"."""


class Search:
    """Evaluates Queries on one view of the index."""

    def __init__(
        self,
        view: IndexView,
        now: datetime,
        rule: TopicRule | None = None,
        topics: TopicSets | None = None,
    ) -> None:
        """`rule` is the one that is evaluated, if any; `topics` are the topics by rule, by default the
        view's."""
        self._view = view
        self._now = now
        self._rule = rule
        self._topics = view.topics if topics is None else topics
        self.is_exact = view.store.is_whole
        """False if a phrase had more candidates than are checked, or not all blocks are read."""

    def all_of(self, clauses: Iterable[Clause]) -> BitMap:
        """Returns the live articles that match every clause. The set must not be changed."""
        asked = tuple(clauses)
        known = next(
            (count for count in range(len(asked), 0, -1) if (asked[:count], self._now) in self._view.answers),
            0,
        )
        found = self._view.answers[asked[:known], self._now] if known else self._view.live
        found = self.narrowed(found, asked[known:])
        if self.is_exact:
            self._view.keep_answer((asked, self._now), found)
        return found

    def narrowed(self, among: BitMap, clauses: Iterable[Clause]) -> BitMap:
        """Returns those of some articles that match every clause. The set must not be changed."""
        # Phrases are checked article by article: do that last, for what the other clauses leave.
        for clause in sorted(clauses, key=_is_slow):
            if not among:
                break
            among = self._narrow(among, clause)
        return among

    def _narrow(self, among: BitMap, clause: Clause) -> BitMap:
        if isinstance(clause, Term):
            passed = _united([self._value(among, clause, value) for value in clause.values])
        elif clause.join == "and":
            passed = among
            for part in sorted(clause.parts, key=_is_slow):
                passed = self._narrow(passed, part)
        else:
            passed = _united([self._narrow(among, part) for part in clause.parts])
        return among - passed if clause.negated else among & passed

    def _value(self, among: BitMap, term: Term, value: str) -> BitMap:
        if term.field in ("text", "title", "author"):
            return self._words(among, term, value)
        if term.field == "story":
            return self._story(value)
        if term.field in NUMBER_FIELDS:
            return self._number(term.field, value)
        if term.field in DATE_FIELDS:
            return self._date(term.field, value)
        if term.field == "tag":
            return self._tag(fold(value), prefix=term.prefix)
        if term.field in ("url", "path", "id"):
            with _meaning(value):
                return self._scan(among, term.field, value)
        if term.field in ("is", "has"):
            return self._flag(value)
        if term.field == "domain":
            return self._domain(value.lower().lstrip("."), prefix=term.prefix)
        if term.field == "topic":
            return self._topic(value, prefix=term.prefix)
        return self._choice(STORED[term.field], value, prefix=term.prefix)

    def _words(self, among: BitMap, term: Term, value: str) -> BitMap:
        wanted, wanted_signs = words(value), signs(value)
        if term.field == "author":
            return self._author(wanted, term.prefix)
        field = SetKind.TITLE_WORD if term.field == "title" else SetKind.WORD
        found = among
        for sign in dict.fromkeys(wanted_signs):
            found = found & self._view.get(field, sign)
        if not wanted and len(wanted_signs) > 1:
            # A flag emoji is two characters, a family several: they must be adjacent.
            return self._check_phrase(found, term.field, [value], False)
        for place, word in enumerate(wanted):
            may_go_on = (term.prefix and place == len(wanted) - 1) or _is_half_a_pair(word)
            found = found & (
                self._view.store.set_starting(field, word) if may_go_on else self._view.get(field, word)
            )
            if not found:
                return found
        if len(wanted) > 1 and (term.phrase or _has_pairs(wanted)):
            return self._check_phrase(found, term.field, wanted, term.prefix)
        return found

    def _check_phrase(self, candidates: BitMap, field: str, wanted: Sequence[str], prefix: bool) -> BitMap:
        if len(candidates) > MOST_CHECKED:
            self.is_exact = False
            candidates = candidates[len(candidates) - MOST_CHECKED :]
        find = self._view.store.with_phrase if self._rule is None else self._find_known_phrase
        return BitMap(find([*candidates], field, wanted, prefix))

    def _find_known_phrase(
        self, numbers: Sequence[int], field: str, wanted: Sequence[str], prefix: bool
    ) -> BitMap:
        """Checks each phrase and article once."""
        phrases, key, asked = self._view.phrases, (field, tuple(wanted), prefix), BitMap(numbers)
        seen, having = phrases.get(key, (BitMap(), BitMap()))
        if new := asked - seen:
            having = having | BitMap(self._view.store.with_phrase([*new], field, wanted, prefix))
            if key in phrases or len(phrases) < MOST_PHRASES:
                phrases[key] = seen | new, having
        return having & asked

    def _author(self, wanted: Sequence[str], prefix: bool) -> BitMap:
        # Cheap check first: most names contain none of the words.
        meant = [
            value for folded, _, value in self._view.choices(STORED["author"])
            if wanted[0] in folded and stand_together(words(folded), wanted, prefix)
        ]  # fmt: skip
        return _united(self._view.get_all(STORED["author"], meant))

    def _number(self, field: str, value: str) -> BitMap:
        from reader.query.grammar import bounds

        with _meaning(value):
            low, high = bounds(value)

        def is_within(number: int) -> bool:
            return (low is None or number >= low) and (high is None or number <= high)

        known = [text for *_, text in self._view.choices(STORED[field])]
        within = [text for text in known if is_within(int(text))]
        found = _united(self._view.get_all(STORED[field], within))
        if field == "coverage" and is_within(1):
            # Articles with a coverage of one are in no set.
            return found | (self._view.live - _united(self._view.get_all(STORED[field], known)))
        return found

    def _story(self, value: str) -> BitMap:
        found = self._scan(self._view.live, "id", value)
        return found | BitMap([number for _, number, _ in self._view.store.story_members([*found])])

    def _date(self, field: str, value: str) -> BitMap:
        from reader.query import dates

        with _meaning(value):
            if field == "since":
                span = dates.TimeSpan(dates.since(value, self._now), None)
            elif field == "until":
                span = dates.TimeSpan(None, dates.until(value, self._now))
            else:
                span = dates.on(value, self._now)
            return self.in_span(span)

    def in_span(self, span: TimeSpan) -> BitMap:
        """Returns the articles of a time span. Instants are compared as such, days as local days."""
        from reader.query.dates import days_in

        days = days_in(span)
        found, of_days = self._between(span), self._view.get(SetKind.FLAG, DAY)
        return (found - of_days) | (self._between(days) & of_days) if of_days else found

    def _between(self, span: TimeSpan) -> BitMap:
        return self._view.dated_between(_seconds(span.start), _seconds(span.stop))

    def _tag(self, folded: str, *, prefix: bool) -> BitMap:
        names = ((name, found) for name, found in self._view.marks.items() if name.startswith("tag:"))
        fits = str.startswith if prefix else str.__eq__
        return BitMap.union(BitMap(), *[found for name, found in names if fits(fold(name[4:]), folded)])

    def _flag(self, value: str) -> BitMap:
        live, marks = self._view.live, self._view.marks
        if value in ("unread", "published"):
            return live - (marks["read"] if value == "unread" else self._view.get(SetKind.FLAG, "draft"))
        if value in ("read", "starred", "note"):
            return marks[value]
        return self._view.get(SetKind.FLAG, value)

    def _domain(self, value: str, *, prefix: bool) -> BitMap:
        within = [
            domain for _, _, domain in self._view.choices(STORED["domain"])
            if domain == value or domain.endswith(f".{value}") or (prefix and domain.startswith(value))
        ]  # fmt: skip
        return _united(self._view.get_all(STORED["domain"], within))

    def _choice(self, field: int, value: str, *, prefix: bool) -> BitMap:
        meant = self._view.matching_choices(field, fold(value), prefix=prefix)
        if not meant and field == STORED["provider"] and "." in value:
            return self._domain(value.lower(), prefix=prefix)
        return _united(self._view.get_all(field, meant))

    def _topic(self, value: str, *, prefix: bool) -> BitMap:
        """Returns the articles with a topic, from their files or by rule."""
        own = self._choice(STORED["topic"], value, prefix=prefix)
        rules = self._topics.rules
        if not rules:
            return own
        ring = self._rule.ring if self._rule else ()  # of topics in a ring only those of files count
        names = [name for name in rules.named(fold(value), prefix=prefix) if name not in ring]
        if not names:
            return own
        return _united([own, *(one.numbers for one in self._matching(names, self._topics))])

    def _matching(self, names: Sequence[str], topics: TopicSets) -> list[TopicSet]:
        """Returns the articles that match the rules with these folded names."""
        now, marks = self._now, self._view.marks
        if any(topics.known(name, now, marks) is None for name in names):
            # Rules that they depend on come first, without recursion, so chains of rules can have any length.
            for name, rule in topics.rules.in_order(names):
                if topics.known(name, now, marks) is None:
                    inner = Search(self._view, now, rule, topics)
                    numbers = inner.narrowed(topics.among, rule.query.clauses)
                    topics.found[name] = TopicSet(
                        numbers, inner.is_exact,
                        now if rule.is_dated else None, marks if rule.is_marked else None,
                    )  # fmt: skip
        found = [topics.found[name] for name in names]
        self.is_exact = self.is_exact and all(one.is_exact for one in found)
        return found

    def added_topics(self, topics_of: Mapping[int, Iterable[str]]) -> dict[int, tuple[str, ...]]:
        """Returns the topics that rules add to these articles (number -> topics in the file)."""
        among, rules = BitMap(list(topics_of)), self._topics.rules
        here = TopicSets(rules, among)
        own = {number: {fold(topic) for topic in topics} for number, topics in topics_of.items()}
        added: dict[int, list[str]] = {}
        for name, rule in rules.by_name.items():
            known = self._topics.known(name, self._now, self._view.marks)
            # Files are read for these articles only; sets are read once and kept for the counts that follow.
            found = known or self._matching([name], here if rule.is_slow else self._topics)[0]
            for number in found.numbers & among:
                if name not in own[number]:
                    added.setdefault(number, []).append(rule.name)
        order = {rule.name: place for place, rule in enumerate(rules.listed)}
        return {number: tuple(sorted(names, key=order.__getitem__)) for number, names in added.items()}

    def topic_members(self) -> Sequence[ValueMembers]:
        """Returns every topic that an article has now, from its file or by rule, sorted by name."""
        known, rules = self._view.members(STORED["topic"]), self._topics.rules
        if not rules:
            return known
        names = [*rules.by_name]
        sets = self._matching(names, self._topics)
        kept = self._topics.members
        if kept is None or kept[0] != sets:
            kept = self._topics.members = sets, self._with_added(known, names, sets)
        return kept[1]

    def _with_added(
        self, known: Sequence[ValueMembers], names: Sequence[str], sets: Sequence[TopicSet]
    ) -> Sequence[ValueMembers]:
        """Returns the topics of the files and those added by rules, sorted by name."""
        rules = self._topics.rules
        found = {fold(one.value): one for one in known}
        for name, matching in zip(names, sets, strict=True):
            own = found.get(name)
            if own is None:
                found[name] = ValueMembers(rules.by_name[name].name, matching.numbers, len(matching.numbers))
                continue
            numbers = own.numbers | matching.numbers
            listed = self._view.live.intersection_cardinality(numbers)
            # Use the most frequent spelling, as everywhere.
            ours = rules.by_name[name].name
            counted = [(-self._spelled(own.value), own.value)]
            counted.append((own.listed - listed - self._spelled(ours), ours))
            shown = min(counted)[1] if ours != own.value else ours
            found[name] = ValueMembers(shown, numbers, listed)
        listed_ones = (one for one in found.values() if one.listed)
        return sorted(listed_ones, key=lambda one: (one.value.casefold(), one.value))

    def _spelled(self, topic: str) -> int:
        """Counts the articles whose files have a topic in exactly this spelling."""
        return self._view.live.intersection_cardinality(self._view.get(STORED["topic"], topic))

    def _scan(self, among: BitMap, field: str, value: str) -> BitMap:
        store = self._view.store
        if field == "id":
            return among & BitMap([*store.keyed_between(*keys_starting(value))])
        if field == "path":
            return among & BitMap([*store.with_path(value, among)])
        from reader.article.urls import encoded  # compiling its patterns takes 2 ms

        # URLs are stored in the form that browsers use.
        return among & BitMap([*store.with_url((value, encoded(value)), among)])


def keys_starting(start: str) -> tuple[int, int]:
    """Returns the lowest and the highest key of articles whose id starts with these hex digits."""
    return int(start.ljust(12, "0"), 16) << 15, int(start.ljust(12, "f"), 16) << 15 | 0x7FFF


@contextmanager
def _meaning(value: str) -> Iterator[None]:
    """Turns errors in the user's query into a QueryError: they are no damage of the index."""
    try:
        yield
    except (ValueError, OverflowError, OSError) as error:
        raise QueryError(f"{shown(value)} can't be used here: {error}", 0) from error


def _united(sets: Sequence[BitMap]) -> BitMap:
    """Returns the union, which must not be changed: a single set is not copied."""
    return sets[0] if len(sets) == 1 else BitMap.union(BitMap(), *sets)


def stand_together(text: Sequence[str], wanted: Sequence[str], prefix: bool) -> bool:
    """Returns whether the words occur consecutively in the text; the last may be a prefix."""
    size = len(wanted)
    head, last = list(wanted[:-1]), wanted[-1]
    for place, word in enumerate(text[size - 1 :]):
        fits = word.startswith(last) if goes_on(last, prefix) else word == last
        if fits and list(text[place : place + size - 1]) == head:
            return True
    return False


def has_phrase(texts: Iterable[str], wanted: Sequence[str], prefix: bool) -> bool:
    """Returns whether one of the texts has these words, or these characters, consecutively."""
    if not words(wanted[0]):
        return any(wanted[0] in text for text in texts)
    return any(stand_together(words(text), wanted, prefix) for text in texts)


def goes_on(last: str, prefix: bool) -> bool:
    """Returns whether the last word of a phrase may be a prefix of a longer one."""
    return prefix or _is_half_a_pair(last)


def _is_half_a_pair(word: str) -> bool:
    """Returns whether this is one character of a script indexed by pairs: any pair with it matches."""
    return len(word) == 1 and has_unspaced(word)


def _has_pairs(wanted: Sequence[str]) -> bool:
    """Returns whether the words overlap like the pairs of one run: then they mean that run."""
    return any(
        len(first) == len(second) == 2
        and first[1] == second[0]
        and words(first + second[1]) == [first, second]
        for first, second in zip(wanted, wanted[1:], strict=False)
    )


def _is_slow(clause: Clause) -> bool:
    if isinstance(clause, Group):
        return any(map(_is_slow, clause.parts))
    return clause.phrase or clause.field in ("url", "path")


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
