"""An article as one tall column of lines."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.app.reading import blocks
from reader.app.reading import document as document_module
from reader.app.reading.chunks import chunks_of
from reader.app.reading.document import AT_ONCE, KEPT, Document, ReadingPlace
from reader.app.reading.header import Subject
from reader.app.reading.hits import sought
from reader.app.reading.lines import plain
from reader.query.results import Headline
from tests.app.build import NOW, an_article

ROWS = 20
LONG = "".join(f"Paragraph {number} " + "has words " * (number % 30) + "\n\n" for number in range(3_000))
HEADLINE = Headline(1, "0", "", "", "", (), None, None, None, "", "", "", False, False, False, ())


def a_document(body: str, width: int = 60, title: str = "Title") -> Document:
    """The document of an article with this body."""
    return Document(Subject(an_article(title, body=body), HEADLINE, "", NOW), width)


def text(document: Document, y: int) -> list[str]:
    """What a window at this line shows."""
    return [plain(document.line(row)) for row in range(y, y + ROWS)]


def test_an_estimate_never_moves_what_is_seen() -> None:
    """Settling again where one has settled changes nothing, and the end is the foot."""
    document = a_document(LONG)
    for y in (0, 500, 4_000, 100, document.height - ROWS):
        y = document.settle(y, ROWS)
        before = text(document, y)
        assert document.settle(y, ROWS) == y
        assert text(document, y) == before
    y = document.settle_end(ROWS)
    assert text(document, y)[-1] == "/news/title.md"


def test_a_section_that_was_forgotten_is_laid_out_the_same() -> None:
    """Reading all of a long body and coming back shows the same lines at the same place."""
    document = a_document(LONG)
    assert len(list(chunks_of(LONG))) > KEPT
    first = text(document, document.settle(0, ROWS))
    for y in range(0, document.height, 50):
        document.settle(y, ROWS)
    assert text(document, 0) == first


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6_000), st.lists(st.integers(20, 90), max_size=4))
def test_a_place_outlives_other_widths(y: int, widths: list[int]) -> None:
    """At another width a place is on the line that holds its first letter, and back again on the same."""
    document = a_document(LONG, 60)
    y = document.settle(y, ROWS)
    before, place = plain(document.line(y)), document.place(y)
    for width in widths:
        document.set_width(width)
        found = document.find(place)
        assert document.place(found).section == place.section
        assert document.place(found).letters <= place.letters
    document.set_width(60)
    assert plain(document.line(document.find(place))) == before


def test_a_place_beyond_the_end_is_in_the_foot() -> None:
    """A place kept from a longer version of the article is no error."""
    document = a_document("short")
    assert 0 <= document.find(ReadingPlace(99, 10_000)) < document.height


def test_the_links_of_a_very_long_text_are_its_first() -> None:
    """However many there are; and a text of nothing but definitions has none, and nothing to be seen."""
    document = a_document("".join(f"[{number}](https://a.example/{number})\n\n" for number in range(3_000)))
    assert document.links() == [(str(n), f"https://a.example/{n}") for n in range(1_000)]
    document = a_document("".join(f"[{number}]: https://a.example/{number}\n" for number in range(3_000)))
    document.settle(0, ROWS)
    assert document.links() == [] and "a.example" not in "".join(text(document, 0))


def test_links_defined_far_away_are_known_everywhere() -> None:
    """A link whose address is defined at the end of a long body leads there, in order with the others."""
    document = a_document(
        "See [the page][far].\n\n" + LONG + "[near](https://b.example)\n\n[far]: https://a.example\n"
    )
    assert document.links() == [("the page", "https://a.example"), ("near", "https://b.example")]


@pytest.mark.parametrize("heading", ["# Two   words", "Two words\n====", "\n\n## Two *words*"])
def test_a_heading_that_repeats_the_title_is_left_out(heading: str) -> None:
    """The title is above already."""
    document = a_document(f"{heading}\n\nBody.", title="Two words")
    lines = [plain(document.line(y)) for y in range(document.height)]
    assert sum("words" in line and "Two" in line for line in lines) == 1
    assert "Body." in lines


def test_another_first_heading_stays() -> None:
    """Its own heading belongs to the body, and so does a paragraph that is the title."""
    for body in ("# Other\n\nBody.", "Two words\n\nBody."):
        document = a_document(body, title="Two words")
        assert body.partition("\n")[0].lstrip("# ") in [
            plain(document.line(y)) for y in range(4, document.height)
        ]


def test_megabytes_of_nothing_to_see_are_passed_over_step_by_step() -> None:
    """A frame waits for some sections only, whatever is painted; the text behind them is still reached."""
    document = a_document("Word.\n\n" + "<p>\n\n" * 200_000 + "The end.")
    document.settle(0, ROWS)
    assert sum(document._exact) <= AT_ONCE
    assert not any(document.line(y) for y in range(12, 100))
    assert "The end." in text(document, document.settle_end(ROWS))


def test_hits_are_found_over_all_sections() -> None:
    """Down and up again the same hits are met, though most sections are never laid out."""
    document = a_document("zebra\n\n" + LONG + "two zebras and a Zebra\n\n" + LONG)
    document.set_wanted(sought((("zebra", False),)))
    down, found = [], document.next_hit(0, (-1, -1), 1)
    while found:
        down.append(found)
        found = document.next_hit(found[0], found[1][:2], 1)
    up, found = [], document.next_hit(*_end(document), -1)
    while found:
        up.append(found)
        found = document.next_hit(found[0], found[1][:2], -1)
    assert len(down) == 2
    assert down == up[::-1]


def _end(document: Document) -> tuple[int, tuple[int, int]]:
    return document.locate(document.height)[0], (1 << 30, 0)


def test_five_megabytes_open_at_once() -> None:
    """Opening and going to the end cost a small part of laying all of it out."""
    body = LONG * (5_000_000 // len(LONG))
    a_document("warm").settle(0, ROWS)
    start = process_time()
    document = a_document(body)
    document.settle(0, ROWS)
    document.settle_end(ROWS)
    assert process_time() - start < 2
    assert document.height > 50_000


@pytest.mark.parametrize("part", ["layout_head", "layout_foot", "chunks", "without_title"])
def test_whatever_raises_is_shown_as_plain_text(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head, the foot and each chunk of the body on its own: the rest of the article stays as it is."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("thrown by a test")

    if part == "chunks":
        monkeypatch.setattr(blocks, "parse", fail)
    else:
        monkeypatch.setattr(document_module, part, fail)
    article = a_document("Some *text*.", title="A title")
    article.settle(0, 100)
    lines = [plain(article.line(y)) for y in range(article.height)]
    assert "A title" in lines
    assert ("Some *text*." if part == "chunks" else "Some text.") in lines
    assert any(line.endswith(".md") for line in lines)


def test_relative_links_start_at_the_site() -> None:
    """They are links on the screen and in the list at the end; without a site they are plain words."""
    article = an_article("Title", body="See [the tide](/tide) and [more](more.html).")
    alone = Document(Subject(article, HEADLINE, "", NOW), 60)
    assert alone.links() == []
    of_site = article._replace(base="https://site.example/2024/a/")
    document = Document(Subject(of_site, HEADLINE, "", NOW), 60)
    wanted = [("the tide", "https://site.example/tide"), ("more", "https://site.example/2024/a/more.html")]
    assert document.links() == wanted
