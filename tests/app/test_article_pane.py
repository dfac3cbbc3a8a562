"""The article as a pane: where it goes, what is pressed, what it survives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from rich.cells import cell_len
from textual.message import Message
from textual.pilot import Pilot

from reader.app.paint.themes import themes
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.painted_view import UrlPressed, ValuePressed
from reader.article.record import Article
from reader.query.results import Headline
from tests.app.build import NOW, an_article
from tests.app.pilot import Alone, click, quiet, strips
from tests.conftest import rarely

LONG = "\n\n".join(f"Paragraph {number} with a few words in it." for number in range(400))


def a_headline(**changes: object) -> Headline:
    """A headline with marks; the pane looks at nothing else in it."""
    headline = Headline(1, "0", "", "", "", (), None, None, None, "", "", "", False, False, False, ())
    return headline._replace(**changes)  # type: ignore[arg-type]


@asynccontextmanager
async def reading(article: Article | None, width: int = 80, height: int = 30) -> AsyncIterator[Reading]:
    """A pane of this size with an article, starred and tagged."""
    app = Alone(ArticlePane(lambda: NOW))
    async with app.run_test(size=(width, height)) as pilot:
        if article is not None:
            app.pane.shown = (article, a_headline(is_starred=True, tags=("later",)))
        await quiet(pilot)
        yield Reading(pilot, app, app.pane)


class Reading(NamedTuple):
    """The pane that shows an article."""

    pilot: Pilot[None]
    app: Alone[ArticlePane]
    pane: ArticlePane

    @property
    def lines(self) -> list[str]:
        """The lines in the window."""
        return self.app.seen

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.app.seen)

    def place_of(self, text: str) -> tuple[int, int]:
        """Column and row at which a text is in the window."""
        for row, line in enumerate(self.lines):
            if text in line:
                return cell_len(line[: line.index(text)]), row
        raise AssertionError(f"{text!r} is not in sight")


async def test_an_article_says_what_its_fields_say() -> None:
    """Title, provider, host, time, bars, marks and topics are above the body, and never what is secured; an
    excerpt that the body begins with is not repeated."""
    article = an_article(quality=37, heat=12, published=False, topics=("AI", "Markets"))
    article = article._replace(secured="s3cret", other={"layout": "wide"}, author=("Ada Quay",))
    async with reading(article, 80, 50) as shown:
        for words in (
            "Harbour lab plans a listing",
            "Harbour Post  harbourpost.example  by\xa0Ada\xa0Quay",
            "2 hours ago · draft · ★ starred",
            "▰▰▰▱▱▱▱▱\xa037    heat\xa0▲12",
            " AI   Markets",
            " #later",
            "layout  wide",
        ):
            assert words in shown.text
        assert shown.text.count("taken up again") == 1
        assert "s3cret" not in shown.text


async def test_what_looks_pressable_can_be_pressed() -> None:
    """A click on a chip, the provider or a link says what was meant."""
    async with reading(
        an_article(body="Look.\n\n漢字 see [the page](https://x.example/1) now"), 100
    ) as shown:
        for text in ("AI", "Harbour Post", "#later", "the page", "[1]"):
            await click(shown.pilot, shown.place_of(text), ArticlePane)
            await quiet(shown.pilot)
        assert [vars_of(message) for message in shown.app.messages] == [
            ("topic", "AI"),
            ("provider", "Harbour Post"),
            ("tag", "later"),
            ("https://x.example/1",),
            ("https://x.example/1",),
        ]


def vars_of(message: Message) -> tuple[str, ...]:
    """What a message says."""
    if isinstance(message, ValuePressed):
        return message.field, message.value
    assert isinstance(message, UrlPressed)
    return (message.url,)


async def test_links_can_be_reached_without_a_mouse() -> None:
    """One goes from one thing that can be pressed to the next and back, in the order of reading."""
    async with reading(an_article(body="[one](https://x.example/1) and [two](https://x.example/1)")) as shown:
        pane = shown.pane
        assert not pane.press()
        steps = 0
        while pane.next_link():
            pane.press()
            steps += 1
        pane.next_link(-1)
        pane.press()
        await quiet(shown.pilot)
        said = [vars_of(message)[-1] for message in shown.app.messages]
    own = "https://harbourpost.example/harbour-lab-plans-a-listing"
    assert said[:4] == ["Harbour Post", own, "AI", "later"]
    assert said[4:] == ["https://x.example/1"] * 5  # two, once more by their numbers, and one back
    assert steps == 8


async def test_a_page_down_ends_at_the_end() -> None:
    """Page after page everything is seen, and the last one says that there is no more."""
    async with reading(an_article(body=LONG), 60, 20) as shown:
        found: dict[str, None] = dict.fromkeys(shown.lines)
        pages = 0
        while shown.pane.page(1):
            found.update(dict.fromkeys(shown.lines))
            pages += 1
        await quiet(shown.pilot)
        assert shown.lines[-1].endswith("/news/harbour-lab-plans-a-listing.md")
    paragraphs = [line.strip() for line in found if "Paragraph" in line]
    assert paragraphs == [f"Paragraph {number} with a few words in it." for number in range(400)]
    assert pages > 40


@pytest.mark.parametrize(
    "go", [lambda pane: pane.move(-1), *rarely(lambda pane: pane.page(-1))], ids=["by lines", "by pages"]
)
async def test_going_up_from_the_end_skips_nothing(go: Callable[[ArticlePane], object]) -> None:
    """After a jump over what was never laid out, each step up shows the lines just above."""
    async with reading(an_article(body=LONG * 20), 60, 20) as shown:
        shown.pane.jump(True)
        await quiet(shown.pilot)
        for _ in range(150):
            before = shown.lines
            go(shown.pane)
            await shown.pilot.pause(0)
            assert before[0] in shown.lines, "a gap"
            assert shown.lines != before


async def test_the_reading_place_outlives_another_width() -> None:
    """The line at the top holds the same words after the terminal has become narrower and wide again."""
    async with reading(an_article(body=LONG.replace("words", "words " * 30)), 90, 20) as shown:
        shown.pane.move(300)
        await quiet(shown.pilot)
        before, place = shown.lines, shown.pane.reading_place
        for size in ((40, 20), (90, 20)):
            await shown.pilot.resize_terminal(*size)
            await quiet(shown.pilot)
            assert shown.pane.reading_place.section == place.section
        assert before[0] in shown.lines[:3]


async def test_new_marks_keep_the_place() -> None:
    """A star given while reading does not go back to the top."""
    async with reading(an_article(body=LONG), 60, 20) as shown:
        shown.pane.move(100)
        before = shown.lines
        assert shown.pane.shown is not None
        shown.pane.shown = (shown.pane.shown[0], a_headline(is_starred=False))
        await quiet(shown.pilot)
        assert shown.lines == before


async def test_hits_are_marked_and_gone_to() -> None:
    """The search's words are painted in their own colour, and one goes from hit to hit and back."""
    article = an_article(title="Quay", body="The fog.\n\n" + LONG + "\n\nA Fóg again.")
    async with reading(article, 60, 20) as shown:
        pane = shown.pane
        pane.highlights = (("fog", False),)
        assert len(pane.hits) == 2
        assert pane.next_hit() and pane.next_hit()
        await quiet(shown.pilot)
        assert "Fóg" in shown.text
        assert not pane.next_hit()
        assert pane.next_hit(-1)
        await quiet(shown.pilot)
        assert "The fog." in shown.text
        assert not pane.next_hit(-1)


async def test_below_a_short_article_there_is_nothing() -> None:
    """The foot is there once, and the rest of the window is blank."""
    async with reading(an_article(), 60, 40) as shown:
        shown.pane.highlights = (("harbour", False),)
        lines = shown.lines
    assert sum(".md" in line for line in lines) == 1
    assert lines[-10:] == [""] * 10


async def test_without_an_article_a_sentence_stands_in_the_middle() -> None:
    """The message is shown in the pane's middle, as it is."""
    async with reading(None, 60, 21) as shown:
        shown.pane.message = "Nothing [/x] matches."
        await quiet(shown.pilot)
        assert shown.lines[10].strip() == "Nothing [/x] matches."


async def test_a_long_body_opens_at_its_top_and_ends_at_its_end() -> None:
    """Five megabytes are neither parsed nor laid out to show the first and the last lines."""
    async with reading(an_article(body=LONG * 300), 80, 24) as shown:
        assert "Harbour lab" in shown.text
        shown.pane.jump(True)
        await quiet(shown.pilot)
        assert "Paragraph 399" in shown.text


async def test_every_segment_has_a_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each painted segment has a colour and a ground, which the NO_COLOR filter needs, in every theme."""
    monkeypatch.setenv("NO_COLOR", "1")
    body = "# H\n\n*a* **b** `c` ~~d~~ [e](https://x.example)\n\n> q\n\n- l\n\n***\n\n"
    body += "```python\nx = 'y'  # z\n```"
    async with reading(an_article(body=body), 80, 60) as shown:
        for own in themes():
            shown.app.register_theme(own)
        for theme in (*(own.name for own in themes()), "nord", "textual-light", "ansi-dark"):
            shown.app.theme = theme
            await quiet(shown.pilot)
            await quiet(shown.pilot)
            for y in range(shown.pane.size.height):
                for segment in shown.pane.render_line(y):
                    assert segment.style and segment.style.color and segment.style.bgcolor, (theme, segment)
            assert "Harbour lab" in shown.app.export_screenshot().replace("&#160;", " "), theme


async def test_long_code_is_cut_until_it_is_pressed_or_searched() -> None:
    """The sign at the end of a long line wraps it, pressed again it is cut; a search sees all of it."""
    code = "call(" + ", ".join(f"argument_{number}" for number in range(20)) + ")"
    async with reading(an_article(body=f"See.\n\n```python\n{code}\n```"), 80, 40) as shown:

        def rows() -> list[str]:
            return [row for row in shown.lines if "argument" in row]

        (row,) = rows()
        assert row.rstrip().endswith("›")
        for count in (3, 1):
            y = next(y for y, row in enumerate(shown.lines) if "›" in row or "↳" in row)
            sign = "›" if "›" in shown.lines[y] else "↳"
            await click(shown.pilot, (shown.lines[y].index(sign), y), ArticlePane)
            await quiet(shown.pilot)
            assert (len(rows()) > 1) == (count > 1)
        shown.pane.highlights = (("argument_19", False),)
        await quiet(shown.pilot)
        assert len(shown.pane.hits) == 1 and "argument_19" in rows()[-1]
        shown.pane.highlights = ()
        await quiet(shown.pilot)
        assert len(rows()) == 1


@pytest.mark.parametrize("has_links", [True, False])
async def test_addresses_are_links_of_the_terminal(has_links: bool) -> None:
    """The article's own, those in its text however they wrap, and those at its foot, where that is wished;
    topics and the provider lead nowhere outside."""
    article = an_article(body=f"See [{'many words ' * 12}](https://x.example/1) or https://y.example/2")
    async with reading(article, 60, 50) as shown:
        shown.pane.has_links = has_links
        shown.pane.refresh()
        await quiet(shown.pilot)
        lines = strips(shown.app)
    leads: dict[str, str] = {}
    for text, style, _ in (segment for strip in lines for segment in strip):
        if style is not None and style.link:
            leads[style.link] = leads.get(style.link, "") + text
    own = "https://harbourpost.example/harbour-lab-plans-a-listing"
    assert set(leads) == ({own, "https://x.example/1", "https://y.example/2"} if has_links else set())
    if has_links:
        assert leads[own].strip() == "harbourpost.example"
        words = leads["https://x.example/1"]
        assert words.count("many") == 24 and "[1]" in words and words.endswith("https://x.example/1")
