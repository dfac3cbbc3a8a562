"""How well stories are found on labelled articles, and what must never depend on anything else."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import combinations
from math import sqrt
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.text import words
from reader.stories.likeness import MOST_A_DAY, REPORT_DAYS, Text, days_of, pack, unpack
from reader.stories.linking import DAYS_BEFORE, Link, groups, links_in
from tests.stories.labelled import Labelled, links, read, text_of


class Quality(NamedTuple):
    """How well the pairs that were found agree with those that were labelled."""

    precision: float
    recall: float


def texts(articles: Sequence[Labelled], *, is_bare: bool = False) -> list[Text]:
    """What is compared of these articles; bare headlines have no excerpt."""
    found = []
    for number, one in enumerate(articles):
        excerpt = "" if is_bare else one.excerpt
        found.append(
            text_of(
                number,
                int(datetime.fromisoformat(one.published).timestamp()),
                one.provider,
                one.title,
                excerpt,
            )
        )
    return found


def pairs(found: Iterable[tuple[int, ...]]) -> set[tuple[int, int]]:
    """The pairs within groups."""
    return {pair for group in found for pair in combinations(sorted(group), 2)}


def quality(part: str, *, is_bare: bool) -> Quality:
    """Of the pairs with an article of this part: `t` or `h`."""
    articles = read()
    found = pairs(groups(links(texts(articles, is_bare=is_bare))))
    found = {pair for pair in found if any(articles[one].story.startswith(part) for one in pair)}
    same = {
        (one, other)
        for one, other in combinations(range(len(articles)), 2)
        if articles[one].story == articles[other].story and articles[one].story.startswith(part)
    }
    return Quality(len(found & same) / len(found), len(found & same) / len(same))


@pytest.mark.parametrize("part", ["t", "h"])
def test_pairs_with_an_excerpt(part: str) -> None:
    """Nineteen of twenty are right and four of five are found, also among those never tuned on."""
    found = quality(part, is_bare=False)
    assert found.precision >= 0.95 and found.recall >= 0.80, found


@pytest.mark.parametrize("part", ["t", "h"])
def test_bare_headlines(part: str) -> None:
    """Nine of ten are right and two of five are found."""
    found = quality(part, is_bare=True)
    assert found.precision >= 0.90 and found.recall >= 0.40, found


def test_the_labelled_articles_are_enough() -> None:
    """At least 500, with a part that is never tuned on."""
    articles = read()
    assert len(articles) >= 500
    assert sum(one.story.startswith("h") for one in articles) >= 200


def words_shared(one: Labelled, other: Labelled) -> float:
    """How alike the words of two articles are, without regard to how common these are."""
    first, second = ({*words(f"{article.title} {article.excerpt}")} for article in (one, other))
    return len(first & second) / sqrt(len(first) * len(second))


@pytest.mark.parametrize("part", ["t", "h"])
@pytest.mark.parametrize("others", [0, 10])
def test_pairs_in_a_tiny_collection(part: str, others: int) -> None:
    """Two articles alone, or among ten others, teach nothing about words, and the figures are the same.

    There are twice as many pairs of different stories as of one: those that are most alike.
    """
    articles = [one for one in read() if one.story.startswith(part)]
    same: list[tuple[Labelled, Labelled]] = []
    different: list[tuple[Labelled, Labelled]] = []
    for one, other in combinations(articles, 2):
        apart = datetime.fromisoformat(other.published) - datetime.fromisoformat(one.published)
        if abs(apart.days) <= 14:
            (same if one.story == other.story else different).append((one, other))
    different = sorted(different, key=lambda pair: -words_shared(*pair))[: 2 * len(same)]
    choose = random.Random(1)

    def are_linked(pair: tuple[Labelled, Labelled]) -> bool:
        stories = {one.story for one in pair}
        crowd = [one for one in choose.sample(articles, others + 10) if one.story not in stories][:others]
        return any({0, 1} <= {*group} for group in groups(links(texts([*pair, *crowd]))))

    right, wrong = sum(map(are_linked, same)), sum(map(are_linked, different))
    assert right / (right + wrong) >= 0.95 and right / len(same) >= 0.80, (right, wrong)


def test_links_depend_on_no_order() -> None:
    """However the articles are given, the links and stories are the same."""
    some = texts(read())
    wanted = links(some)
    for seed in range(3):
        shuffled = random.Random(seed).sample(some, len(some))
        assert links(shuffled) == wanted and groups(reversed(wanted)) == groups(wanted)


def test_days_linked_apart_are_linked_as_together() -> None:
    """Stretches of days, with the days around them, give the links that one run gives."""
    days = [*days_of(texts(read()))]
    found: list[Link] = []
    first, last = days[0][0], days[-1][0]
    for since in range(first, last + 1, 5):
        until = since + 4
        around = [day for day in days if since - DAYS_BEFORE <= day[0] <= until + REPORT_DAYS]
        found += links_in(around, since, until)
    assert sorted(found) == sorted(links(texts(read())))


def a_text(key: int, title: str, excerpt: str = "", *, day: float = 0, provider: str = "") -> Text:
    """An article of some day."""
    return text_of(key, int(day * 86_400), provider or f"Provider {key}", title, excerpt)


LONG = (
    "Lifeboats took more than two hundred passengers off a ferry that ran aground near Saltholm early on"
    " Monday morning, the coastguard said. No injuries were reported among travellers or crew."
)


def test_the_same_text_is_found_for_two_weeks() -> None:
    """A republished text with another headline is the same story up to fourteen days later."""
    first = a_text(1, "Ferry aground off Saltholm", LONG)
    assert groups(links([first, a_text(2, "Passengers saved from ferry", LONG, day=13.9)])) == [(1, 2)]
    assert not links([first, a_text(2, "Passengers saved from ferry", LONG, day=15.5)])


def test_a_report_with_other_figures_from_one_provider_is_another_one() -> None:
    """A daily report in one form is a story each day."""
    form = "The Merrow index ended the day {} per cent higher at {} points as copper prices steadied at noon."
    one = a_text(1, "Stocks close higher", form.format("0.4", "4,212"), provider="Markets Daily")
    other = a_text(2, "Stocks close higher", form.format("0.6", "4,187"), provider="Markets Daily", day=1)
    assert not links([one, other])


def test_a_report_of_another_weekday_or_with_other_words_from_one_provider_is_another_one() -> None:
    """Days with the same figure by chance are distinguished by the rest of the form."""
    form = "Shares in Merrow closed {} on {} as traders weighed interest rates, copper and company earnings."

    def report(key: int, way: str, words: tuple[str, str], day: int) -> Text:
        title = f"Merrow index closes {way} 0.4 percent"
        return a_text(key, title, form.format(*words), day=day, provider="Markets Daily")

    monday = report(1, "up", ("higher", "Monday"), 4)
    for day, weekday in ((5, "Tuesday"), (10, "Sunday"), (17, "Sunday")):
        assert not links([monday, report(2, "up", ("higher", weekday), day)])
    assert not links([monday, report(2, "down", ("lower", "Monday"), 11)])


def test_one_provider_s_new_headline_above_the_same_text_is_the_same_story() -> None:
    """It is the text, whole or shortened, that says so."""
    for excerpt in (LONG, LONG[:170].rsplit(" ", 1)[0]):
        first = a_text(1, "Ferry aground off Saltholm", LONG, provider="Coast Wire")
        again = a_text(2, "Passengers saved", excerpt, day=6, provider="Coast Wire")
        assert groups(links([first, again])) == [(1, 2)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ebb 3.3.9 released", "Ebb 3.2.9 released"),
        ("CVE-2022-28738: double free in the parser", "CVE-2022-28739: double free in the lexer"),
        ("This week in gardens #12", "This week in gardens #13"),
    ],
)
def test_numbers_tell_releases_and_series_apart(one: str, other: str) -> None:
    """Of one provider, on one day too; another provider may call the same thing by fewer numbers."""
    texts = a_text(1, one, LONG, provider="Ebb"), a_text(2, other, LONG, day=0.1, provider="Ebb")
    assert not links(texts)


def test_an_agency_s_update_is_no_number() -> None:
    """ "UPDATE 2-" says which version of a report it is."""
    one, other = a_text(1, "Ferry aground", LONG), a_text(2, "UPDATE 2-Ferry aground", LONG)
    assert one.title == other.title


def test_a_common_footer_links_nothing() -> None:
    """Texts that share nothing but what a provider puts below each of them are not one story."""
    footer = "You read this because you subscribe. Tell a friend, and both of you get a mug with our emblem."
    titles = ("Pollen: birches begin early", "Sun cream: which factor is enough", "A soup of nettles")
    assert not links(a_text(key, title, footer, provider="Letter") for key, title in enumerate(titles))


def test_curly_quotes_capitals_and_accents_make_no_difference() -> None:
    """The words are those of a search."""
    one = a_text(1, "Wick’s OLD pier: a hôtel", LONG)
    other = a_text(2, "Wick's old pier: a hotel", LONG)
    assert one.words == other.words and one.title == other.title


def test_a_provider_s_habit_is_left_out() -> None:
    """Its name at the end of every title says nothing of an article."""
    titles = ("Tides and the Moon", "Telephone box at the harbour", "Eleven words for rain",
              "Knots for beginners", "Bread of barley", "Lamps of paper")  # fmt: skip
    some = [
        a_text(key, f"{title} - Salt and Signal Weekly", day=key / 10, provider="Salt")
        for key, title in enumerate(titles)
    ]
    assert not links(some)


def test_two_groups_join_only_where_half_of_the_pairs_are_linked() -> None:
    """A single link between two stories does not chain them."""
    two = [Link(0.9, 1, 2), Link(0.9, 3, 4), Link(0.3, 2, 3)]
    assert groups(two) == [(1, 2), (3, 4)]
    assert groups([*two, Link(0.3, 1, 3)]) == [(1, 2, 3, 4)]


def test_a_day_of_very_many_articles_is_none_of_news() -> None:
    """An import that gives everything one date is not compared."""
    crowd = [a_text(key, f"Note {key}", LONG) for key in range(MOST_A_DAY + 1)]
    assert not links(crowd)


@given(st.lists(st.text(min_size=1), max_size=20), st.lists(st.text(min_size=1), max_size=20))
def test_words_survive_being_packed(title: list[str], excerpt: list[str]) -> None:
    """A text is what it was after it was stored."""
    found = unpack(1, 2, "p", pack(title, excerpt))
    assert found.title <= found.words and pack(title, excerpt) == pack(title, excerpt)
    assert unpack(1, 2, "p", pack([*title, *title], excerpt)) == found
