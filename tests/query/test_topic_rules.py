"""Rules for topics as values: which are good, which need which, and in which rings they are."""

from __future__ import annotations

from reader.query.topic_rules import topic_rules


def _rings(texts: dict[str, str]) -> list[set[str]]:
    rules = topic_rules(texts)[0]
    return [set(rule.ring) for rule in rules.by_name.values()]


def test_a_rule_stands_behind_those_that_it_names() -> None:
    """The order is one in which each can be evaluated at once."""
    rules, mistakes = topic_rules({"A": "topic:B", "B": "topic:C x", "C": "y", "D": "-topic:A"})
    assert not mistakes and [*rules.by_name] == ["c", "b", "a", "d"]
    assert [name for name, _ in rules.in_order(["b"])] == ["c", "b"]
    assert [rule.name for rule in rules.listed] == ["A", "B", "C", "D"]


def test_rings() -> None:
    """Rules that name each other, in however long a round, and a rule that names itself."""
    assert _rings({"A": "topic:B", "B": "topic:A", "C": "topic:A"}) == [{"a", "b"}, {"a", "b"}, {"c"}]
    assert _rings({"A": "topic:a x"}) == [{"a"}]
    assert _rings({"A": "topic:B", "B": "topic:C", "C": "topic:A topic:D", "D": "x"})[0] == {"d"}
    assert _rings({"Ab": "topic:A*", "Ac": "topic:ab"}) == [{"ab", "ac"}, {"ab", "ac"}]


def test_a_chain_of_very_many_rules() -> None:
    """Two thousand rules, each naming the next, are put in order without a deep recursion."""
    rules = topic_rules({f"T{number}": f"topic:T{number + 1}" for number in range(2000)})[0]
    assert [*rules.by_name][0] == "t1999" and len([*rules.in_order(["t0"])]) == 2000


def test_what_a_rule_depends_on() -> None:
    """Dates and marks, its own and those of the rules that it names."""
    rules = topic_rules({"A": "topic:B", "B": "since:7d", "C": "-is:read", "D": "has:image"})[0].by_name
    assert [rules[name].is_dated for name in "abcd"] == [True, True, False, False]
    assert [rules[name].is_marked for name in "abcd"] == [False, False, True, False]


def test_a_bad_rule_is_one_sentence_and_the_others_hold() -> None:
    """With its name and the column; what everything would match is no rule."""
    rules, mistakes = topic_rules(
        {"Good": "chips", "Bad": "chips quality:>>5", "Empty": "", "Order": "sort:heat", "good": "x"}
    )
    assert [*rules.by_name] == ["good"] and rules.by_name["good"].name == "Good"
    assert len(mistakes) == 4 and all(one.endswith("; the rule is ignored") for one in mistakes)
    assert mistakes[0].startswith('topics: "Bad", column 7: ')
    assert 'topics: "good": the same topic as "Good"' in mistakes[3]
