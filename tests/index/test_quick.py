"""The short way to an entry says what the long one says, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.corpus import articles
from reader.article.record import Place
from reader.index.entry import entry_of
from reader.index.quick import entry_in
from reader.parsing.content import Unreadable, article_in
from tests.parsing.test_canonical import articles as canonical_texts
from tests.written import CANONICAL

PLACE = Place("/news/2024/03/02/tram.md", "2024/03/02/tram.md", "news", "news:/")
BODY = "The council  met.\n\n- a\tlist\n\n<b>and</b> more ☂ of it\n"


def agree(raw: bytes) -> bool:
    """Whether the short way knew the file; what it says is checked."""
    quick = entry_in(raw)
    if quick is None:
        return False
    article = article_in(raw, PLACE)
    assert quick == entry_of(article)
    assert not article.problems
    return True


@given(canonical_texts(), st.text(max_size=30))
@example(CANONICAL, BODY)
@example(CANONICAL.replace("heat: -1", "heat: 2147483648"), "")
@example(CANONICAL.replace("quality: 58", 'quality: "58"'), "\n\n  indented\n")
@example(CANONICAL.replace("published: false", "published: no"), "")
@example(CANONICAL.replace("Second", "a\u200bb"), "")
def test_both_ways_agree(header: str, body: str) -> None:
    """Whatever values a file of the canonical layout has."""
    agree((header + body).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=60))
def test_any_bytes(raw: bytes) -> None:
    """Bytes that are no text are left to the long way."""
    agree(raw)
    agree(CANONICAL.encode() + raw)


@pytest.mark.parametrize(
    ("old", "new", "is_known"),
    [
        ("", "", True),
        ("Harbour", "Hafen\u00e9", True),
        ("Harbour", "  Harbour  of", True),
        ("Harbour", "\\u001b[31mHarbour", True),
        ("quality: 58", "quality: 158", False),
        ("quality: 71", "quality: many", False),
        ("2024-02-28T17:00:00Z", "soon", False),
        ("width: 400", "width: wide", False),
        ("2024-03-02T09:15:00Z", "2024-03-02T09:15:00+02:00", True),
        ("2024-03-02T09:15:00Z", "2024-13-02", False),
        ("https://daily.lindholm.example/", "HTTPS://Daily.Lindholm.Example:443/", True),
        ("https://daily.lindholm.example/town/second-tram-line?ref=front", "no url", True),
        ("name: Lindholm Daily", "name: https://other.example/feed", False),
        ("  domain: lindholm.example\n", "", True),
        ("type: article\nquality: 58", "quality: 58", True),
        ('"Town: council"', "Transport", True),
        ("secured:", "tags: x\nsecured:", False),
    ],
)
def test_what_is_known(old: str, new: str, is_known: bool) -> None:
    """Ordinary values are, those with a problem or another meaning are not."""
    text = CANONICAL.replace(old, new, 1) + BODY
    assert agree(text.encode()) is is_known


def test_made_articles_are_known() -> None:
    """What `benchmarks` measures is the short way, with and without everything that an article can have."""
    assert all(agree(text.encode()) for _, _, text in articles(60))


def test_a_file_that_is_no_text_is_refused_in_the_long_way() -> None:
    """The short way says nothing of it, and the long one why not."""
    assert entry_in(b"\x00\x01\x02" * 9) is None
    with pytest.raises(Unreadable):
        article_in(b"\x00\x01\x02" * 9, PLACE)
