"""Articles in one line, and Markdown as lines, for tests of the screen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from reader.app.reading.blocks import layout_markdown
from reader.app.reading.lines import plain
from reader.article.record import Article, Provider, Related
from tests.fake_library import NOW as NOW

_WORDS = ("harbour", "lantern", "ledger", "orchard", "granite", "willow", "copper", "meadow", "signal")


def an_article(
    title: str = "Harbour lab plans a listing",
    *,
    topics: Iterable[str] = ("AI",),
    provider: str = "Harbour Post",
    hours: float | None = 2,
    quality: int | None = 50,
    heat: int | None = -1,
    body: str = "The lab has taken up again what it had put off in spring.",
    related: Iterable[Related] = (),
    published: bool | None = None,
    category: str = "news",
    kind: str = "article",
    url: str | None = None,
) -> Article:
    """An article `hours` old; without its own URL it gets one made from the title."""
    domain = provider.lower().replace(" ", "") + ".example"
    slug = "-".join(title.lower().split())
    url = f"https://{domain}/{slug}" if url is None else url
    return Article(
        path=f"/news/{slug}.md",
        identity=url or slug,
        title=title,
        excerpt=body.partition(".")[0],
        published_date_time=None if hours is None else NOW - timedelta(hours=hours),
        original_url=url,
        web_url=url,
        provider=Provider(provider, domain),
        topics=tuple(topics),
        category=category,
        type=kind,
        quality=quality,
        heat=heat,
        published=published,
        related=tuple(related),
        body=body,
    )


def a_link(title: str, url: str, provider: str = "Coast Wire") -> Related:
    """A related link, a day older than now."""
    return Related(
        title, "", NOW - timedelta(days=1), url, "article", Provider(provider, "coastwire.example")
    )


def articles(count: int) -> list[Article]:
    """That many articles with a spread of topics, providers and ages, each title of its own."""
    topics = ("AI", "Chips", "Markets", "Sports", "Science", "Transport")
    providers = ("Harbour Post", "Delta Wire", "Isle Courier", "Ledger")
    return [
        an_article(
            f"{_WORDS[place % 9].capitalize()} {_WORDS[place // 9 % 9]} number {place}",
            topics=(topics[place % 6],) if place % 5 else (topics[place % 6], "Weekend"),
            provider=providers[place % 4],
            hours=place + 1,
            quality=place * 7 % 101,
            heat=place % 9 - 1,
        )
        for place in range(count)
    ]


def texts(markdown: str, width: int = 40) -> list[str]:
    """The lines of a Markdown text without spaces at their ends."""
    return [plain(line).rstrip() for line in layout_markdown(markdown, width)]
