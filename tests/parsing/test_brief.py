"""The short way to an article gives the index what the long one gives it, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.corpus import articles
from reader.article.record import Place
from reader.index.entry import entry_of
from reader.parsing.brief import brief_article
from reader.parsing.content import article_in
from tests.parsing.test_canonical import articles as canonical_texts
from tests.written import CANONICAL

PLACE = Place("/news/2024/03/02/tram.md", "2024/03/02/tram.md", "news")
BODY = "The council  met.\n\n- a\tlist\n\n<b>and</b> more ☂ of it\n"


def agree(text: str) -> bool:
    """Whether the short way knew the file; what it says is checked."""
    brief = brief_article(text, PLACE)
    if brief is None:
        return False
    whole = article_in(text.encode(), PLACE)
    assert not whole.problems
    assert entry_of(brief, PLACE) == entry_of(whole, PLACE)
    return True


@given(canonical_texts(), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@example(CANONICAL, BODY)
@example(CANONICAL.replace("heat: -1", "heat: 2147483648"), "")
@example(CANONICAL.replace("quality: 58", 'quality: "58"'), "\n\n  indented\n")
@example(CANONICAL.replace("published: false", "published: no"), "")
@example(CANONICAL.replace("second", "a\u200bb"), "")
@example(CANONICAL.replace("name: Lindholm", "name: Lind &amp; Holm"), "")
def test_both_ways_agree(header: str, body: str) -> None:
    """Whatever values a file of the canonical layout has."""
    agree((header + body).replace("\0", ""))


@pytest.mark.parametrize(
    ("old", "new", "is_known"),
    [
        ("", "", True),
        ("Harbour", "Hafen\u00e9", True),
        ("Harbour", "  Harbour  of", True),
        ("Harbour", "\\u001b[31mHarbour", True),
        ("Harbour", "**Harbour**", False),
        ("Harbour", "Harbour &amp; pier", False),
        ("quality: 58", "quality: 158", False),
        ("quality: 71", "quality: many", False),
        ("2024-02-28T17:00:00Z", "soon", False),
        ("width: 400", "width: wide", False),
        ("2024-03-02T09:15:00Z", "2024-03-02T09:15:00+02:00", True),
        ("2024-03-02T09:15:00Z", "2024-03-02", True),
        ("2024-03-02T09:15:00Z", "2024-13-02", False),
        ("https://daily.lindholm.example/", "HTTPS://Daily.Lindholm.Example:443/", True),
        ("https://daily.lindholm.example/town/second-tram-line?ref=front", "no url", False),
        ("?ref=front", "?ref=front&a_b=*#part", True),
        ("name: Lindholm Daily", "name: https://other.example/feed", False),
        ("  domain: lindholm.example\n", "", True),
        ("type: article\nquality: 58", "quality: 58", True),
        ('"Town: council"', "Transport", False),
        ('"Town: council"', "TRANSPORT", False),
        ('"Town: council"', '"#council"', False),
        ('"Town: council"', '"R&amp;D"', False),
        ('"Town: council"', '"[[Town]]"', False),
        ("name: Lindholm Daily", "name: Lind &amp; Holm", False),
        ("type: article\nquality: 58", "type: q&#38;a\nquality: 58", False),
        ("secured:", "tags: x\nsecured:", False),
    ],
)
def test_what_is_known(old: str, new: str, is_known: bool) -> None:
    """Ordinary values are, those with a problem or another meaning are not."""
    assert agree(CANONICAL.replace(old, new, 1) + BODY) is is_known


def test_made_articles_are_known() -> None:
    """What `benchmarks` measures is the short way, with and without everything that an article can have."""
    assert all(agree(text) for _, _, text in articles(60))
