"""The fast lane gives the article that the general way gives, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.corpus import articles as made_articles
from reader.article.identity import title_key
from reader.article.record import Article, Image, Place, Provider, Related, Site
from reader.parsing.canonical import canonical_article
from reader.parsing.content import article_in
from reader.parsing.dialects import article_of
from reader.parsing.frontmatter import read
from tests.written import CANONICAL

PLACE = Place("/news/2024/03/02/tram.md", "2024/03/02/tram.md", "news")
BODY = "The council  met.\n\n- a\tlist\n\n<b>and</b> more ☂ of it\n"

PLAIN = st.one_of(
    st.sampled_from(
        ["37", "-1", "null", "~", "", "yes", "2021-06-18T13:43:00Z", "a: b", "a #b", "a#b", "x ", "a:"]
    ),
    st.sampled_from(
        ["- a", "? a", "[a]", "{a", "&a b", "*a", "!a", "%a", "@a", "`a", "'a'", "a::b", ":a", "...", "---"]
    ),
    st.sampled_from(["-", "--", "-a", "=", "<<", "|", ">", "a:: b", "it's", 'say "x"', "é:", "a\u00a0"]),
    st.sampled_from(
        ["\u2028a", "\ufeffa", "**a**", "A&amp;B", "&nbsp;", "#fog", "a_b", "https://a.example/"]
    ),
    st.text(st.sampled_from("ab1 :#-'\"\\,[]{}&*!|>%@`?~.+/é“—\u00a0\u2028\x85\t\x1b\ufeff")),
    st.text(),
)
QUOTED = st.one_of(
    st.text(st.sampled_from('ab \\"/bfnrtu0d8e:#\t\x85é\u2028😀\x7f\n')).map(lambda text: f'"{text}"'),
    st.text(st.sampled_from("a é:#'\t")).map(lambda text: f'"{text}"'),
    st.sampled_from(
        ['"\\u00e9"', '"\\ud83d\\ude00"', '"\\/"', '"\\e"', '"\\x41"', '"a\\\\"', '"\\uDabc"', '"\\u0000"']
    ),
)
VALUE = st.one_of(PLAIN, QUOTED)
LINES = CANONICAL.split("\n")


def agree(text: str, place: Place = PLACE) -> bool:
    """Whether the fast lane knew the file; what it says is compared with the general way."""
    fast = canonical_article(text, place)
    if fast is not None:
        assert fast == article_of(read(text), place)
    return fast is not None


@st.composite
def articles(draw: st.DrawFn) -> str:
    """The canonical article with other values, blocks omitted, keys added."""
    lines = []
    for line in LINES:
        change = draw(st.integers(0, 200))
        key, colon, value = line.partition(": ")
        if change == 0:
            continue
        if change == 1 and colon:
            line = f"{key}: {draw(VALUE)}"
        elif change == 2 and line.lstrip().startswith("- "):
            line = f"{line[: line.index('-')]}- {draw(VALUE)}"
        elif change == 3:
            lines.append(
                draw(st.sampled_from(["language: en", "deep:", "  x: y", "- a", "", " ", "heat: 1", "# x"]))
            )
        elif change == 4:
            key = draw(st.sampled_from(["lang", "no", "title", "x-y", "author", "draft", "Guid"]))
            lines.append(f"{key}: {draw(VALUE)}")
        lines.append(line)
    return "\n".join(lines)


@given(articles(), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@example(CANONICAL, BODY)
@example(CANONICAL.replace("heat: -1", "heat: 2147483648"), "")
@example(CANONICAL.replace("second", "a\u200bb"), "")
@example('---\ntitle: "a"\ntitle: "b"\n---\n', "")
def test_both_ways_agree(header: str, body: str) -> None:
    """On every variation of the layout the fast lane is right or silent."""
    agree((header + body).replace("\0", ""))


@given(VALUE)
@example(":a")
@example("?a")
def test_both_ways_agree_on_every_scalar(value: str) -> None:
    """As each text of the article, a list's entry, a nested field and an unknown one."""
    for old in (
        '"Harbour town of Lindholm votes for a second tram line"', "category: news", "2024-03-02T09:15:00Z",
        "Transport", "Lindholm Daily", "lindholm.example\n", '"Nothing else is known of this one"',
        "https://markets.example/1.jpg", "71", '"qk3/Zz+AA09==;Vt7x/Q=="', "published: false",
    ):  # fmt: skip
        for new in (value, f"{value}\nauthor: {value}", f"category: {value}", f"lang: {value}"):
            agree(CANONICAL.replace(old, new, 1))


@given(st.integers(0, len(CANONICAL)), st.integers(0, 40), st.text(max_size=3))
def test_both_ways_agree_on_damaged_files(place: int, length: int, text: str) -> None:
    """A hole or a foreign letter anywhere does not part them."""
    agree(CANONICAL[:place] + text + CANONICAL[place + length :])


@pytest.mark.parametrize(
    ("old", "new", "is_known"),
    [
        ("", "", True),
        ("Harbour", "Hafen\u00e9", True),
        ("tram line", "Straßenbahn – “neu”", True),
        ("Harbour", "  Harbour  of", True),
        ("Harbour", "\\u001b[31mHarbour", True),
        ("Harbour", "**Harbour** &amp; _pier_", True),
        ("[[", "[[", True),
        ("Harbour", "[[Harbour]]", False),
        ("quality: 58", "quality: 158", False),
        ("quality: 71", "quality: many", False),
        ("published: false", "published: no", False),
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
        ('"Town: council"', "TRANSPORT", True),
        ('"Town: council"', '"#council"', True),
        ('"Town: council"', '"R&amp;D"', True),
        ("\n  - Transport\n  - \"Town: council\"\n", " []\n", True),
        ("name: Lindholm Daily", "name: Lind &amp; Holm", True),
        ("published: false", 'published: false\nlang: sv\nnote: "a b"\nauthor: "Ann &amp; Bo"', True),
        ("published: false", "published: false\nauthor: Ann\nauthor: Bo", False),
        ("secured:", "guid: x\nsecured:", False),
        ("secured:", "tags: x\nsecured:", False),
        ("Z\noriginalUrl", f"Z{' ' * 300_000}\noriginalUrl", False),
    ],
)  # fmt: skip
def test_what_is_known(old: str, new: str, is_known: bool) -> None:
    """Ordinary values are known, those with a problem or another meaning are not."""
    assert agree(CANONICAL.replace(old, new, 1) + BODY) is is_known


@pytest.mark.parametrize("cut", ["images", "related", "secured"])
def test_an_absent_block_stays_in_the_fast_lane(cut: str) -> None:
    """Leaving a block out does not cost the speed."""
    blocks = [block for block in CANONICAL.split("\n\n") if not block.startswith(cut)]
    assert agree("\n\n".join(blocks) + ("---\n" if cut == "secured" else ""))


def test_the_place_of_a_file_counts() -> None:
    """A site is where links start, and a draft's folder makes a draft."""
    site = Site("/news", "News", "https://news.example")
    assert agree(CANONICAL, PLACE._replace(site=site))
    undecided = CANONICAL.replace("published: false\n", "")
    assert agree(undecided) and not agree(undecided, PLACE._replace(path="/news/_drafts/tram.md"))


def test_made_articles_are_known() -> None:
    """What `benchmarks` measures is the fast lane, with and without everything that an article can have."""
    assert all(agree(text) for _, _, text in made_articles(60))


def test_every_field_arrives() -> None:
    """Each key becomes its attribute, converted by type, without a problem."""
    assert article_in(CANONICAL.encode(), PLACE) == Article(
        path=PLACE.path,
        identity="https://daily.lindholm.example/town/second-tram-line?ref=front",
        title="Harbour town of Lindholm votes for a second tram line",
        excerpt='The council of Lindholm agreed to a tram line. "We start in May", said the mayor,',
        published_date_time=datetime(2024, 3, 2, 9, 15, tzinfo=UTC),
        original_url="https://daily.lindholm.example/town/second-tram-line?ref=front",
        web_url="https://daily.lindholm.example/town/second-tram-line",
        provider=Provider("Lindholm Daily", "lindholm.example"),
        topics=("Transport", "Town: council"),
        category="news",
        type="article",
        quality=58,
        heat=-1,
        published=False,
        images=(
            Image(
                "https://pictures.lindholm.example/raw/https%253A%252F%252Ftram.jpg?width=1024&height=512",
                1024,
                512,
                True,
            ),
        ),
        related=(
            Related(
                "Quay closed to cars from spring",
                'The quay (the old one: not the new) closes. Its motto is "Calm & Clean".',
                datetime(2024, 2, 28, 17, 0, tzinfo=UTC),
                "https://markets.example/quay-closed",
                "article",
                Provider("Market Observer", "markets.example"),
                71,
                (Image("https://markets.example/1.jpg", 400, 225, True),),
            ),
            Related("Nothing else is known of this one"),
        ),
        secured="qk3/Zz+AA09==;Vt7x/Q==",
        title_key=title_key("Harbour town of Lindholm votes for a second tram line"),
    )


def test_a_bad_value_is_named_with_its_line() -> None:
    """A problem deep in the record tells the line of the file."""
    text = CANONICAL.replace("quality: 71", "quality: 710").replace("heat: -1", "heat: warm")
    problems = article_in(text.encode(), PLACE).problems
    assert [(one.line, one.field) for one in problems] == [(10, "heat"), (36, "related.0.quality")]
