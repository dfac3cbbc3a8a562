"""How queries are spelled: any text is read or refused, and what is written reads back."""

from __future__ import annotations

import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.errors import QueryError
from reader.query import Query, Term, parse
from reader.query.fields import FIELD_NAMES, FIELDS, NAMES

_WORD = st.text(max_size=6) | st.sampled_from(
    ["a", "OR", "AND", "-", "&", "x(y)", "12:30", "http://x.y", "b*"]
)
_FIELD = st.sampled_from(FIELD_NAMES)
_VALUE = st.sampled_from(
    [*[field.example for field in FIELDS], *NAMES["is"], "A,B", '"C, D",e*', "40..80", "..7d", "x", ""]
)
_TERM = st.builds("{}:{}".format, _FIELD, _VALUE) | _WORD | st.builds('"{}"'.format, _WORD)
_PIECE = st.builds("{}{}".format, st.sampled_from(["", "-", "(", "-(", ") "]), _TERM)
TEXTS = (
    st.text(max_size=60) | st.lists(_PIECE, max_size=9).map(" ".join) | st.text('"\\()-*:, aOR', max_size=40)
)


@pytest.mark.timeout(0 if "READER_QUERIES" in os.environ else 60)
@settings(max_examples=int(os.environ.get("READER_QUERIES", "200")))
@given(TEXTS, st.booleans())
@example("(" * 5000, False)
@example('"\\', True)
@example('topic:"', True)
@example("foo:*", True)
def test_any_text_is_a_query_or_a_query_error(text: str, typing: bool) -> None:
    """Nothing else than QueryError comes out, its place lies within the text, and its words are harmless.

    With READER_QUERIES=10000 in the environment for as many texts as that.
    """
    try:
        parse(text, typing=typing)
    except QueryError as error:
        assert 0 <= error.position < len(text)
        assert 1 <= error.length <= len(text) - error.position
        assert str(error).isprintable() and 'at "' in str(error)


@given(TEXTS, st.booleans())
@example('title:*,"b c" -OR', False)
@example('title:"a b",//x', False)
@example("(a OR (b OR c d)) -(x -(y z))", False)
@example("-(-OR) -(--x)", False)
@example("OR", True)
@example("foo:", True)
def test_what_is_written_reads_back(text: str, typing: bool) -> None:
    """`str` of any query is a text that means the same, and writing that once more changes nothing."""
    try:
        query = parse(text, typing=typing)
    except QueryError:
        return
    written = str(query)
    assert parse(written) == query
    assert str(parse(written)) == written


@given(st.sampled_from(["topic", "provider", "category", "type", "tag"]), st.text(min_size=1))
def test_any_facet_value_can_be_chosen_and_written(field: str, value: str) -> None:
    """Whatever a topic is called, its choice survives being written and read."""
    value = value.strip()
    if not value:
        return
    query = Query().toggling(field, value)
    assert parse(str(query)) == query


@pytest.mark.parametrize("text", ["OR", "AND", "-x", "topic:AI", "a b", "(x", "b*"])
def test_words_with_a_meaning_are_quoted(text: str) -> None:
    """A word term made by a program is written so that it is looked for, not obeyed."""
    read = parse(str(Query((Term("text", (text,)),)))).clauses
    assert read in ((Term("text", (text,)),), (Term("text", (text,), phrase=True),), ())


def test_the_deepest_nesting_reads_back() -> None:
    """64 nested parentheses are understood and can be written again."""
    text = "a"
    for depth in range(64):
        text = f"(x{depth} OR y {text})" if depth % 2 else f"-(z{depth} {text})"
    query = parse(text)
    assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("AI chi", "AI* chi*"),
        ("AI chi ", "AI chi"),
        ("-chi", "-chi*"),
        ('"quiet we', '"quiet we"*'),
        ('"quiet we"', '"quiet we"'),
        ("topic:Mar", "topic:Mar*"),
        ("topic:", ""),
        ("topic:AI,", "topic:AI"),
        ("a is:unr", "a*"),
        ("a is:unread", "a* is:unread"),
        ("a since:202", "a*"),
        ("a since:yest", "a*"),
        ("a quality:>", "a*"),
        ("a sort:qu", "a*"),
        ("(a OR ", "a"),
        ("a OR ", "a"),
        ("a (b", "a* b*"),
        ("-a b", "-a b*"),
        ("OR", '"OR"*'),
    ],
)
def test_a_text_still_being_typed(text: str, written: str) -> None:
    """Words match as prefixes until a space follows, and what is not finished asks nothing yet."""
    assert str(parse(text, typing=True)) == written


def test_a_wrong_value_is_wrong_while_typing_too() -> None:
    """What no further letter can make right is reported at once."""
    with pytest.raises(QueryError):
        parse("is:foo", typing=True)


@pytest.mark.parametrize(
    "text", ["$", "?!", "*", '""', "-", "title:--", "(&)", "$ sort:title", "—", "()", "() sort:title"]
)
def test_a_query_without_anything_to_search_for_says_so(text: str) -> None:
    """It never matches everything."""
    with pytest.raises(QueryError, match="nothing to search for"):
        parse(text)


@pytest.mark.parametrize("text", ["", "-", "(", '"', "*", "title:", "sort:title"])
def test_what_may_still_become_a_question_is_no_mistake(text: str) -> None:
    """While it is typed, a lone sign of the language asks nothing yet."""
    assert parse(text, typing=True).is_everything
