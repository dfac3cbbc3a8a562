"""The same article under another key: the rules, without an index."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.article.identity import sketch_of
from reader.index.recognition import ArticleFacts, Recogniser, are_alike, are_same, keys_of

facts = st.builds(
    ArticleFacts, st.integers(1, 6), st.sampled_from((None, 1, 2)), st.sampled_from((None, 1, 2)),
    st.sampled_from(("", "https://a.example/x", "https://a.example/x#v1", "https://a.example/x#v2")),
    st.sampled_from(("/a.md", "/b.md", "/c.md")), st.sampled_from((None, 5, 6)),
    st.sampled_from(("A", "a", "B")),
)  # fmt: skip


def test_what_is_alike() -> None:
    """The text, or the title with its date, or a few words with the same heading; where both have an address
    that differs, all of that."""
    note = ArticleFacts(1, 10, 20, "", "/a.md", 5)
    assert are_alike(note, note._replace(key=2, text_key=21))
    assert are_alike(note, note._replace(key=2, title_key=11, date=None))
    assert not are_alike(note, note._replace(key=2, text_key=21, date=6))
    assert not are_alike(note._replace(text_key=None, date=None), note._replace(text_key=None, date=None))
    short = ArticleFacts(1, 10, None, "", "/a.md", sketch=sketch_of("Call Jo"))
    assert are_alike(short, short._replace(key=2, path="/b.md"))
    for differs in ({"title_key": 11}, {"date": 5}, {"sketch": sketch_of("Call Bo")}, {"text_key": 20}):
        assert not are_alike(short, short._replace(key=2, **differs))
    post = note._replace(url="https://a.example/x")
    other = post._replace(key=2, url="https://a.example/y")
    assert are_alike(post, other) and are_alike(note, other)
    assert not are_alike(post, other._replace(text_key=21))
    assert not are_alike(post, other._replace(date=6))
    same_page = post._replace(key=2, text_key=21)
    assert are_alike(post, same_page) and not are_alike(post, same_page._replace(date=6))
    section = post._replace(url="https://a.example/x#1")
    assert not are_alike(section, same_page._replace(url="https://a.example/x#2"))


@given(facts, facts)
def test_copies_and_keys(one: ArticleFacts, other: ArticleFacts) -> None:
    """Being a copy goes both ways, and articles that are not can all have keys of their own."""
    assert are_same(one, other) == are_same(other, one)
    assert len(set(keys_of(one))) == len(list(keys_of(one)))
    if one.key == other.key and one.path != other.path:
        assert [*keys_of(one)][-1] != [*keys_of(other)][-1]


@given(st.lists(facts, max_size=6), st.lists(facts, max_size=6), st.booleans())
def test_each_is_found_once_and_for_a_reason(
    lost: list[ArticleFacts], came: list[ArticleFacts], in_place: bool
) -> None:
    """No two find the same one, and what is found has the text, the title with date, or the place."""
    unique = list({one.path: one._replace(key=at) for at, one in enumerate(came)}.values())
    recogniser = Recogniser(unique, in_place=in_place)
    found = [(one, recogniser.find(one)) for one in lost]
    pairs = [(before, now) for before, now in found if now is not None]
    assert len({now.path for _, now in pairs}) == len(pairs)
    assert all(are_alike(before, now) or (in_place and before.path == now.path) for before, now in pairs)
