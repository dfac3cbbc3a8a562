"""The article as a pane: where it goes, what is pressed, what it survives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from reader.app.paint.themes import themes
from reader.app.widgets.article_pane import ArticlePane
from reader.app.widgets.painted_view import UrlPressed, ValuePressed
from reader.article.record import Article
from reader.query.results import Headline
from tests.app.build import NOW, an_article
from tests.conftest import rarely

LONG = "\n\n".join(f"Paragraph {number} with a few words in it." for number in range(400))


def a_headline(**changes: object) -> Headline:
    """A headline with marks; the pane looks at nothing else in it."""
    headline = Headline(1, "0", "", "", "", (), None, None, None, "", "", "", False, False, False, ())
    return headline._replace(**changes)  # type: ignore[arg-type]


class Reading(App[None]):
    """A pane alone, with what it said."""

    CSS = "ArticlePane { height: 1fr; }"

    def __init__(self, article: Article | None) -> None:
        super().__init__()
        self.article = article
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        """The pane."""
        yield ArticlePane(lambda: NOW)

    def on_mount(self) -> None:
        """Show the article."""
        if self.article:
            self.pane.shown = (self.article, a_headline(is_starred=True, tags=("later",)))

    @property
    def pane(self) -> ArticlePane:
        """The pane."""
        return self.query_one(ArticlePane)

    def on_url_pressed(self, message: UrlPressed) -> None:
        """Keep it."""
        self.said.append(message)

    def on_value_pressed(self, message: ValuePressed) -> None:
        """Keep it."""
        self.said.append(message)


def seen(pane: ArticlePane) -> list[str]:
    """The lines in the window."""
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


def place_of(pane: ArticlePane, text: str) -> tuple[int, int]:
    """Column and row at which a text is in the window."""
    for row, line in enumerate(seen(pane)):
        if text in line:
            return cell_len(line[: line.index(text)]), row
    raise AssertionError(f"{text!r} is not in sight")


async def test_an_article_says_what_its_fields_say() -> None:
    """Title, provider, host, time, bars, marks and topics are above the body, and never what is secured."""
    article = an_article(quality=37, heat=12, published=False, topics=("AI", "Markets"))
    app = Reading(article._replace(secured="s3cret", other={"layout": "wide"}, author=("Ada Quay",)))
    async with app.run_test(size=(80, 50)) as pilot:
        await pilot.pause()
        text = "\n".join(seen(app.pane))
    for words in (
        "Harbour lab plans a listing",
        "Harbour Post  harbourpost.example  by\xa0Ada\xa0Quay",
        "2 hours ago · draft · ★ starred",
        "▰▰▰▱▱▱▱▱\xa037    heat\xa0▲12",
        " AI   Markets",
        " #later",
        "taken up again",
        "layout  wide",
    ):
        assert words in text
    assert "s3cret" not in text


async def test_an_excerpt_that_the_body_begins_with_is_not_shown_twice() -> None:
    """The first sentence is there once."""
    app = Reading(an_article(body="The *lab* has taken up. More."))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        assert "\n".join(seen(app.pane)).count("has taken up") == 1


async def test_what_looks_pressable_can_be_pressed() -> None:
    """A click on a chip, the provider or a link says what was meant."""
    app = Reading(an_article(body="Look.\n\n漢字 see [the page](https://x.example/1) now"))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        for text in ("AI", "Harbour Post", "#later", "the page", "[1]"):
            await pilot.click(ArticlePane, offset=place_of(app.pane, text))
            await pilot.pause()
    assert [vars_of(message) for message in app.said] == [
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
    app = Reading(an_article(body="[one](https://x.example/1) and [two](https://x.example/1)"))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        pane = app.pane
        assert not pane.press()
        steps = 0
        while pane.next_link():
            pane.press()
            steps += 1
        pane.next_link(-1)
        pane.press()
        await pilot.pause()
    said = [vars_of(message)[-1] for message in app.said]
    assert said[:4] == [
        "Harbour Post",
        "https://harbourpost.example/harbour-lab-plans-a-listing",
        "AI",
        "later",
    ]
    assert said[4:] == ["https://x.example/1"] * 5  # two, once more by their numbers, and one back
    assert steps == 8


async def test_a_page_down_ends_at_the_end() -> None:
    """Page after page everything is seen, and the last one says that there is no more."""
    app = Reading(an_article(body=LONG))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        found: dict[str, None] = dict.fromkeys(seen(app.pane))
        pages = 0
        while app.pane.page(1):
            found.update(dict.fromkeys(seen(app.pane)))
            pages += 1
        await pilot.pause()
        assert seen(app.pane)[-1].endswith("/news/harbour-lab-plans-a-listing.md")
    paragraphs = [line.strip() for line in found if "Paragraph" in line]
    assert paragraphs == [f"Paragraph {number} with a few words in it." for number in range(400)]
    assert pages > 40


@pytest.mark.parametrize(
    "go", [lambda pane: pane.move(-1), *rarely(lambda pane: pane.page(-1))], ids=["by lines", "by pages"]
)
async def test_going_up_from_the_end_skips_nothing(go: Callable[[ArticlePane], object]) -> None:
    """After a jump over what was never laid out, each step up shows the lines just above."""
    app = Reading(an_article(body=LONG * 20))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.pane.jump(True)
        await pilot.pause()
        for _ in range(150):
            before = seen(app.pane)
            go(app.pane)
            await pilot.pause(0)
            assert before[0] in seen(app.pane), "a gap"
            assert seen(app.pane) != before


async def test_the_reading_place_outlives_another_width() -> None:
    """The line at the top holds the same words after the terminal has become narrower and wide again."""
    app = Reading(an_article(body=LONG.replace("words", "words " * 30)))
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        app.pane.move(300)
        await pilot.pause()
        before, place = seen(app.pane), app.pane.reading_place
        for size in ((40, 20), (90, 20)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.pane.reading_place.section == place.section
        assert before[0] in seen(app.pane)[:3]


async def test_new_marks_keep_the_place() -> None:
    """A star given while reading does not go back to the top."""
    app = Reading(an_article(body=LONG))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.pane.move(100)
        before = seen(app.pane)
        assert app.article
        app.pane.shown = (app.article, a_headline(is_starred=False))
        await pilot.pause()
        assert seen(app.pane) == before


async def test_hits_are_marked_and_gone_to() -> None:
    """The search's words are painted in their own colour, and one goes from hit to hit and back."""
    app = Reading(an_article(title="Quay", body="The fog.\n\n" + LONG + "\n\nA Fóg again."))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        pane = app.pane
        pane.highlights = (("fog", False),)
        assert len(pane.hits) == 2
        assert pane.next_hit() and pane.next_hit()
        await pilot.pause()
        column, row = place_of(pane, "Fóg")
        assert not pane.next_hit()
        assert pane.next_hit(-1)
        await pilot.pause()
        assert "The fog." in "\n".join(seen(pane))
        assert not pane.next_hit(-1)


async def test_below_a_short_article_there_is_nothing() -> None:
    """The foot is there once, and the rest of the window is blank."""
    app = Reading(an_article())
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.pause()
        app.pane.highlights = (("harbour", False),)
        lines = seen(app.pane)
    assert sum(".md" in line for line in lines) == 1
    assert lines[-10:] == [""] * 10


async def test_without_an_article_a_sentence_stands_in_the_middle() -> None:
    """The message is shown in the pane's middle, as it is."""
    app = Reading(None)
    async with app.run_test(size=(60, 21)) as pilot:
        app.pane.message = "Nothing [/x] matches."
        await pilot.pause()
        assert seen(app.pane)[10].strip() == "Nothing [/x] matches."


async def test_a_long_body_opens_at_its_top_and_ends_at_its_end() -> None:
    """Five megabytes are neither parsed nor laid out to show the first and the last lines."""
    app = Reading(an_article(body=LONG * 300))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Harbour lab" in "\n".join(seen(app.pane))
        app.pane.jump(True)
        await pilot.pause()
        assert "Paragraph 399" in "\n".join(seen(app.pane))


async def test_every_segment_has_a_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each painted segment has a colour and a ground, which the NO_COLOR filter needs, in every theme."""
    monkeypatch.setenv("NO_COLOR", "1")
    body = "# H\n\n*a* **b** `c` ~~d~~ [e](https://x.example)\n\n> q\n\n- l\n\n***\n\n"
    body += "```python\nx = 'y'  # z\n```"
    app = Reading(an_article(body=body))
    async with app.run_test(size=(80, 60)) as pilot:
        for own in themes():
            app.register_theme(own)
        for theme in (*(own.name for own in themes()), "nord", "textual-light", "ansi-dark"):
            app.theme = theme
            await settled(pilot)
            for y in range(app.pane.size.height):
                for segment in app.pane.render_line(y):
                    assert segment.style and segment.style.color and segment.style.bgcolor, (theme, segment)
            assert "Harbour lab" in app.export_screenshot().replace("&#160;", " "), theme


async def settled(pilot: Pilot[None]) -> None:
    """The screen has been painted."""
    await pilot.pause()
    await pilot.pause()


async def test_long_code_is_cut_until_it_is_pressed_or_searched() -> None:
    """The sign at the end of a long line wraps it, pressed again it is cut; a search sees all of it."""
    code = "call(" + ", ".join(f"argument_{number}" for number in range(20)) + ")"
    app = Reading(an_article(body=f"See.\n\n```python\n{code}\n```"))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()

        def rows() -> list[str]:
            return [row for row in seen(app.pane) if "argument" in row]

        (row,) = rows()
        assert row.rstrip().endswith("›")
        for count in (3, 1):
            y = next(y for y, row in enumerate(seen(app.pane)) if "›" in row or "↳" in row)
            sign = "›" if "›" in seen(app.pane)[y] else "↳"
            await pilot.click(ArticlePane, offset=(seen(app.pane)[y].index(sign), y))
            await pilot.pause()
            assert (len(rows()) > 1) == (count > 1)
        app.pane.highlights = (("argument_19", False),)
        await pilot.pause()
        assert len(app.pane.hits) == 1 and "argument_19" in rows()[-1]
        app.pane.highlights = ()
        await pilot.pause()
        assert len(rows()) == 1
