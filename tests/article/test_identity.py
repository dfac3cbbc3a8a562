"""Identities and hosts of URLs, and sketches of edited texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.identity import MOST_KEPT, host_of, identity_of, is_web, sketch_likeness, sketch_of


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("HTTPS://Daily.Example:443/A?b=C#top", "https://daily.example/A?b=C"),
        ("http://x.example:80/", "http://x.example/"),
        ("http://x.example:8080", "http://x.example:8080"),
        ("https://u:p@x.example/a", "https://x.example/a"),
        ("https://x.example/a?utm_source=b&c=d&UTM_medium=e", "https://x.example/a?c=d"),
        ("https://x.example/a?utm_source=b", "https://x.example/a"),
        ("https://x.example/a?c=d&&e=", "https://x.example/a?c=d&&e="),
        ("https://[::1]:443/a", "https://[::1]/a"),
        ("https://bücher.example/", "https://bücher.example/"),
        ("https:///a", "place"),
        ("ftp://x.example", "place"),
        ("//x.example", "place"),
        ("/a", "place"),
        ("", "place"),
        ("javascript://x.example", "place"),
    ],
)
def test_identity(url: str, identity: str) -> None:
    """Normalised where it is an absolute web address, else the path."""
    assert identity_of(url, "place") == identity


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Daily.Example:8080/a", "daily.example"),
        ("http://u:p@x.example", "x.example"),
        ("https://[::1]:8080/a", "[::1]"),
        ("https://a@b@x.example/", "x.example"),
        ("https://x.example\\@evil.example/", "x.example"),  # as browsers read a backslash
        ("https://x.example/a b", ""),
        ("mailto:a@x.example", ""),
        ("//x.example", ""),
        ("", ""),
    ],
)
def test_hosts(url: str, host: str) -> None:
    """Lower case, without port, user and password; none if it is no web address."""
    assert host_of(url) == host
    assert is_web(url) is bool(host)


@given(st.one_of(st.text(), st.text(st.sampled_from("htps:/@[]?#&=.aA1:utm_")).map("https://{}".format)))
def test_an_identity_is_its_own_identity(url: str) -> None:
    """Normalising once is enough, whatever the text."""
    once = identity_of(url, "")
    assert identity_of(once, "") == once


WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=6), max_size=300).map(" ".join)


@given(WORDS, WORDS, st.booleans())
def test_likeness_of_sketches_is_a_share(one: str, other: str, has_same_name: bool) -> None:
    """It goes both ways, is between 0 and 1, and takes a few bytes whatever the text."""
    first, second = sketch_of(one), sketch_of(other)
    share = sketch_likeness(first, second, has_same_name=has_same_name)
    assert share == sketch_likeness(second, first, has_same_name=has_same_name)
    assert 0 <= share <= 1 and len(first) <= 4 * (MOST_KEPT + 1)


def test_a_long_text_with_a_new_paragraph_is_the_same() -> None:
    """A tenth more, or less, leaves it the same text; other words in its place do not."""
    text = " ".join(f"word{number}" for number in range(600))
    other = " ".join(f"else{number}" for number in range(600))
    assert sketch_likeness(sketch_of(text), sketch_of(text[100:]), has_same_name=False) > 0.6
    assert sketch_likeness(sketch_of(text), sketch_of(other), has_same_name=True) == 0


def test_short_texts_are_never_alike() -> None:
    """Empty texts, and texts of a few words, are not taken for one another."""
    assert sketch_likeness(sketch_of(""), sketch_of(""), has_same_name=True) == 0
    assert sketch_likeness(sketch_of("To do"), sketch_of("To do"), has_same_name=False) == 0
