"""Articles with the stories that they tell, as a user sees them: invented, in `labelled.tsv`.

A line is story, time, provider, title and excerpt, with tabs between them. Articles with the same story tell
the same. Stories that begin with `t` were looked at while the numbers in `reader/stories/` were chosen, those
with `h` never: they say how well it does on news that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from reader.article.text import words
from reader.stories.likeness import Text, days_of, pack, unpack
from reader.stories.linking import Link, links_in


class Labelled(NamedTuple):
    """An article and its story."""

    story: str
    published: str
    """An instant, as files have it."""
    provider: str
    title: str
    excerpt: str


@cache
def read() -> tuple[Labelled, ...]:
    """All of them."""
    text = (Path(__file__).parent / "labelled.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Labelled(story, f"{time}:00Z", *rest) for story, time, *rest in rows)


def text_of(key: int, seconds: int, provider: str, title: str, excerpt: str) -> Text:
    """What is compared of an article with this title and excerpt."""
    return unpack(key, seconds, provider, pack(words(title), words(excerpt)))


def links(texts: Iterable[Text]) -> list[Link]:
    """All links between these articles, best first."""
    return sorted(links_in(days_of(texts)), key=lambda link: (-link.score, link.first, link.second))
