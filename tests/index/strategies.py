"""Random small collections and random questions about them, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from reader.query import SORTS
from tests.index.files import text_of

WORDS = (
    "harbour",
    "Harbours",
    "chip",
    "chips",
    "Café",
    "cafe",
    "tram",
    "quiet week",
    "東京都",
    "京都の市場",
    "猫",
    "x1",
)
TOPICS = ("AI", "ai", "Chips", "Town: council", "Café")
PROVIDERS = ("Harbour Post", "harbour post", "Lindholm Daily", "north.example")
DOMAINS = ("harbour.example", "news.harbour.example", "lindholm.example")
AUTHORS = ("Ana Lund", "Bo Ek", "Ana Maria Lund")
DATES = (
    "2024-05-14T09:00:00Z", "2024-05-14T09:00:00Z", "2024-05-14", "2024-05-01", "2024-04-30T23:59:59Z",
    "2023-12-31", "2021-06-18T13:43:00Z", "1969-12-31T12:00:00Z", "2031-01-01", "not a date", "",
)  # fmt: skip


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _listed(values: list[str]) -> str:
    return "[" + ", ".join(map(_quoted, values)) + "]"


_said = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@st.composite
def articles(draw: st.DrawFn) -> str:
    """The text of one article file."""
    fields = {
        "quality": draw(st.sampled_from(("", "0", "50", "80", "100"))),
        "heat": draw(st.sampled_from(("", "-1", "0", "7"))),
        "category": draw(st.sampled_from(("", "news", "News", "opinion"))),
        "type": draw(st.sampled_from(("", "article", "video"))),
        "published": draw(st.sampled_from(("", "true", "false"))),
        "excerpt": _quoted(draw(st.one_of(st.just(""), _said))),
        "topics": _listed(draw(st.lists(st.sampled_from(TOPICS), max_size=3))),
        "author": _listed(draw(st.lists(st.sampled_from(AUTHORS), max_size=2))),
        "images": draw(st.sampled_from(("[]", "[{url: a.jpg}]"))),
        "related": draw(st.sampled_from(("[]", '[{title: "tram chips"}]'))),
    }
    if draw(st.booleans()):
        domain = draw(st.sampled_from(("", *DOMAINS)))
        name = draw(st.sampled_from(PROVIDERS))
        fields["provider"] = "{name: " + _quoted(name) + (f", domain: {domain}" if domain else "") + "}"
    # Few URLs, so that several files are one article.
    url = draw(
        st.one_of(st.just(""), st.builds("https://{}/{}".format, st.sampled_from(DOMAINS), st.integers(0, 5)))
    )
    given = {key: value for key, value in fields.items() if value not in ("", '""')}
    return text_of(
        _quoted(draw(_said)),
        draw(st.sampled_from(DATES)),
        url=url,
        body=draw(st.one_of(st.just(""), _said)),
        **given,
    )


collections = st.dictionaries(
    st.builds(
        "{}{}.md".format, st.sampled_from(("", "2023/", "2024/", "2024/05/")), st.sampled_from("abcdefgh")
    ),
    st.one_of(articles(), articles(), articles(), st.just("")),
    max_size=14,
)
"""Relative path -> text; an empty file gives no article."""

_words = st.sampled_from([*WORDS, "har", "chips", "week", "quiet", "京", "東", "都の", "nothing", "x1 chip"])
_terms = st.one_of(
    _words.filter(lambda word: " " not in word),
    _words.map(lambda word: f'"{word}"'),
    st.sampled_from(("har*", "c*", '"quiet we"*', '"tram har"*', "東*", "京都*")),
    _words.map(lambda word: f'title:"{word}"'),
    st.sampled_from(("author:ana", 'author:"ana lund"', "author:Lund", 'author:"ana l"*', "author:an*")),
    st.sampled_from([f'topic:"{topic}"' for topic in TOPICS] + ["topic:AI,Chips", "topic:c*", "-topic:ai"]),
    st.sampled_from([f'provider:"{name}"' for name in PROVIDERS]),
    st.sampled_from(("provider:harbour.example", "provider:l*")),
    st.sampled_from(("category:news", "category:opinion,news", "type:video", "type:v*")),
    st.sampled_from(("url:/3", "url:NEWS.", "path:2024/")),
    st.sampled_from(("domain:harbour.example", "domain:example", "domain:news*")),
    st.sampled_from(("quality:>=50", "quality:0", "quality:40..80", "heat:>0", "heat:<0", "heat:-1..3")),
    st.sampled_from(("is:unread", "is:read", "is:starred", "is:draft", "is:published")),
    st.sampled_from(("tag:later", "tag:L*")),
    st.sampled_from(("has:image", "has:related", "has:body")),
    st.sampled_from(
        ("since:7d", "since:yesterday", "until:7d", "until:2024-04", "date:2024-05-14", "date:2021..2023-12",
         "date:1969", "since:2030", "date:..2024-05-14T09")
    ),
    st.sampled_from(("id:0", "id:f", "id:a,b")),
)  # fmt: skip
_clauses = st.recursive(
    _terms,
    lambda inner: st.one_of(
        inner.map(lambda part: part if part.startswith("-") else f"-{part}" if part[0] != "(" else part),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"-({' '.join(parts)})"),
    ),
    max_leaves=4,
)
orders = st.builds("sort:{}{}".format, st.sampled_from(("", "-")), st.sampled_from(SORTS))
questions = st.builds(
    lambda parts, order: " ".join([*parts, order]),
    st.lists(_clauses, max_size=3),
    st.one_of(st.just(""), orders),
)
"""Texts of queries, each a good one."""
