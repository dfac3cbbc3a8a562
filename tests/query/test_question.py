"""The query language: every text is understood or refused with a place, and what is written reads back."""

from __future__ import annotations

import re

import pytest

from reader.errors import QueryError
from reader.query import SORTS, Group, Query, Term, highlights, parse
from reader.query.fields import BY_NAME


def word(text: str, *, negated: bool = False, prefix: bool = False) -> Term:
    """A word to look for anywhere."""
    return Term("text", (text,), negated, prefix)


def phrase(text: str, *, negated: bool = False, prefix: bool = False) -> Term:
    """Words that are together."""
    return Term("text", (text,), negated, prefix, phrase=True)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", ()),
        ("  \n ", ()),
        ("AI chips", (word("AI"), word("chips"))),
        ('"quiet week" AI', (phrase("quiet week"), word("AI"))),
        ("-sports", (word("sports", negated=True),)),
        ('-"it is said"', (phrase("it is said", negated=True),)),
        ("chip*", (word("chip", prefix=True),)),
        ('"quiet we"*', (phrase("quiet we", prefix=True),)),
        ('"open to the end', (phrase("open to the end"),)),
        (r'"a \"quote\" and \\"', (phrase('a "quote" and \\'),)),
        ("a OR b", (Group("or", (word("a"), word("b"))),)),
        ("a b OR c", (Group("or", (Group("and", (word("a"), word("b"))), word("c"))),)),
        ("a (b OR c)", (word("a"), Group("or", (word("b"), word("c"))))),
        ("-(a b)", (Group("and", (word("a"), word("b")), negated=True),)),
        ("a AND b", (word("a"), word("b"))),
        ("((a)) -(-b)", (word("a"), word("b"))),
        ('"OR"', (phrase("OR"),)),
        ("or", (word("or"),)),
        ("12:30 http://x.example/a_(b)", (word("12:30"), word("http://x.example/a_(b)"))),
        ("Breaking: news", (word("Breaking:"), word("news"))),
        ("R & D - it", (word("R"), word("D"), word("it"))),
        ("f(x)", (word("f(x)"),)),
        ('5"x', (word('5"x'),)),
        ("topic:AI", (Term("topic", ("AI",)),)),
        ("TOPIC:AI", (Term("topic", ("AI",)),)),
        ('topic:AI,"Big, Data"', (Term("topic", ("AI", "Big, Data")),)),
        ("topic:AI,ai,AI", (Term("topic", ("AI",)),)),
        ("topic:AI topic:Chips", (Term("topic", ("AI",)), Term("topic", ("Chips",)))),
        ("-topic:Sports,Arts", (Term("topic", ("Sports", "Arts"), negated=True),)),
        ("provider:Harb*", (Term("provider", ("Harb",), prefix=True),)),
        ('title:"quiet week"', (Term("title", ("quiet week",), phrase=True),)),
        (
            'title:chips,"quiet week"',
            (Group("or", (Term("title", ("chips",)), Term("title", ("quiet week",), phrase=True))),),
        ),
        ("quality:>=50 heat:-1", (Term("quality", (">=50",)), Term("heat", ("-1",)))),
        ("is:Unread", (Term("is", ("unread",)),)),
        ("since:2021-06-18T13:43", (Term("since", ("2021-06-18T13:43",)),)),
        ("date:2021-06..yesterday", (Term("date", ("2021-06..yesterday",)),)),
        ("url:http://x.example/", (Term("url", ("http://x.example/",)),)),
    ],
)
def test_what_a_text_means(text: str, clauses: tuple[Term | Group, ...]) -> None:
    """Each construct of the language gives its clauses, which are written as a text that means them."""
    query = parse(text)
    assert query.clauses == clauses
    assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("text", "position", "hint"),
    [
        ("a topci:AI", 2, '"topic"'),
        ("is:unraed", 0, '"unread"'),
        ("has:images", 0, '"image"'),
        ("sort:newest", 0, "date"),
        ("x since:soon", 2, "yesterday"),
        ("date:2021-08..2021-01", 0, "earlier"),
        ("until:2021..2022", 0, "date:"),
        ("quality:high", 0, ">=50"),
        ("quality:80..40", 0, "before"),
        ("quality:101", 0, "100"),
        ("id:xyz", 0, "a-f"),
        ("topic: AI", 0, "topic:AI"),
        ('topic:""', 0, "topic:AI"),
        ("(a", 0, '")"'),
        ("-(a", 1, '")"'),
        ("a)", 1, "unmatched"),
        ("a OR", 2, '"OR"'),
        ("OR a", 0, '"OR"'),
        ("a OR OR b", 2, '"OR"'),
        ("(sort:date)", 1, "outside"),
        ("-sort:date", 0, "outside"),
        ("(" * 65 + "a" + ")" * 65, 64, "64"),
    ],
)
def test_a_mistake_names_its_place_and_the_remedy(text: str, position: int, hint: str) -> None:
    """What can't be understood is a QueryError with the place and what would be right."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position
    assert hint in caught.value.reason
    assert 1 <= caught.value.length <= len(text) - position


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quality:>>5", 'at "quality:>>5": expected a number'),
        ("harbour topci:AI", 'at "topci:": unknown field'),
        ("one\ntwo is:unraed", 'line 2, at "is:unraed": unknown value'),
        ("a \x1b(", 'at "(": '),
    ],
)
def test_the_sentence_begins_with_the_place(text: str, said: str) -> None:
    """What is wrong is quoted as it was written, with its line where there are several."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert str(caught.value).startswith(said)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("text", ["topci:AI", "is:foo", "since:soon"])
def test_a_field_error_says_how_to_search_for_the_text(text: str) -> None:
    """The remedy can be typed as it is shown, and is a query."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    quoted = re.search(r'quote them: ("[^"]+")$', caught.value.reason)
    assert quoted
    assert parse(quoted[1]) == Query((phrase(text),))


@pytest.mark.parametrize("sort", SORTS)
def test_sort_orders(sort: str) -> None:
    """Each order is read both ways, wherever it is, and the default is not written."""
    assert parse(f"sort:{sort} a OR b") == parse("a OR b").with_sort(sort)
    assert parse(f"a sort:-{sort}") == Query((word("a"),), sort, True)
    assert parse(str(Query((), sort, True))) == Query((), sort, True)
    assert str(Query((), "date")) == ""


def test_toggling_merges_and_takes_away() -> None:
    """Choosing a second value widens the one term; choosing it again takes it out, whatever its case."""
    query = parse("x topic:AI").toggling("topic", "Big Data")
    assert str(query) == 'x topic:AI,"Big Data"'
    assert query.included("topic") == ("AI", "Big Data")
    assert str(query.toggling("topic", "ai")) == 'x topic:"Big Data"'
    assert str(query.toggling("topic", "AI").toggling("topic", "Big Data")) == "x"


def test_a_value_is_not_chosen_and_excluded_at_once() -> None:
    """Excluding a chosen value moves it, and the other way round."""
    excluded = parse("topic:AI,Chips").excluding("topic", "AI")
    assert str(excluded) == "topic:Chips -topic:AI"
    assert excluded.excluded("topic") == ("AI",)
    assert str(excluded.toggling("topic", "AI")) == "topic:Chips,AI"
    assert str(excluded.excluding("topic", "AI")) == "topic:Chips"


def test_choosing_leaves_a_beginning_alone() -> None:
    """A value is not merged into `topic:Mar*`, where it would become a beginning too."""
    assert str(parse("topic:Mar*").toggling("topic", "AI")) == "topic:Mar* topic:AI"


def test_without_drops_only_the_field_s_own_choices() -> None:
    """A facet is counted without its own choices, but with exclusions and groups."""
    query = parse("topic:AI -topic:Arts provider:x (topic:B OR y)")
    assert str(query.without("topic")) == "-topic:Arts provider:x (topic:B OR y)"


def test_and_also_asks_both_and_takes_the_other_s_order() -> None:
    """Two questions together hold both, once, in the order that the second one asks for."""
    both = parse("a OR b sort:heat").and_also(parse("topic:AI sort:-title"))
    assert both == parse("(a OR b) topic:AI sort:-title")
    assert parse("a sort:heat").and_also(parse("a")) == parse("a sort:heat")


def test_terms_and_everything() -> None:
    """All terms are found, those in groups too; the empty question is everything."""
    assert [term.field for term in parse("a (topic:AI OR -(is:read b))").terms()] == [
        "text",
        "topic",
        "is",
        "text",
    ]
    assert parse("").is_everything
    assert parse("sort:heat").is_everything
    assert not parse("a").is_everything


def test_highlights_are_what_was_asked_to_be_there() -> None:
    """Words and phrases are marked, but not what was excluded, however deep the dashes are."""
    query = parse('chip* -sports "quiet week" title:lab topic:AI -(a -b) chip*')
    assert highlights(query) == (("chip", True), ("quiet week", False), ("lab", False), ("b", False))


@pytest.mark.parametrize("field", BY_NAME)
def test_the_example_of_every_field_is_good(field: str) -> None:
    """What messages give as an example is understood itself."""
    assert parse(f"{field}:{BY_NAME[field].example}")
