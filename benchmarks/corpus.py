"""Made articles in the canonical layout, about as long as real ones, the same on every machine.

Words follow a long-tailed law, as in real news: a few are everywhere, most are rare. A corpus is made once
and kept; nothing is measured here.
"""

from __future__ import annotations

import os
import random
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

EDITION = 1
"""Goes up when the made articles change, so that an older corpus is not taken for this one."""

VOCABULARY = 500_000
"""Distinct words."""
COMMON = 7_000
"""Ranks up to here follow Zipf's law (1/r), the rarer words fall off faster (1/r^1.7): the two regimes that
Ferrer i Cancho and Sole found in English ("Two regimes in the frequency of words", 2001)."""
_COMMON_SHARE = 0.861
"""Of all words in a text: ln 7000 / (ln 7000 + 1 / 0.7), so that the regimes meet."""
TOPICS = 40
PROVIDERS = 300
_END = "\n---\n"
"""Of the front matter."""
DAYS = 1_826
"""Five years of dated folders, one a day."""
FIRST_DAY = datetime(2021, 1, 1, tzinfo=UTC)

_HEADS = (*"bcdfghklmnprstv", "br", "dr", "gr", "pr", "st")
_TAILS = ("a", "al", "an", "ar", "e", "el", "en", "er", "i", "in", "is", "o", "on", "or", "u")
_SYLLABLES = tuple(head + tail for head in _HEADS for tail in _TAILS)


class Corpus(NamedTuple):
    """A folder of made articles."""

    folder: Path
    size: int
    """How many articles."""
    byte_count: int
    """Of all articles together."""
    first_title: str
    """Of the newest article: what the list begins with."""
    last_title: str
    """Of the oldest article, which no first page shows; its first word is in no other article."""

    @property
    def marker(self) -> bytes:
        """A word that is on the screen as soon as the first headline is."""
        return self.first_title.split()[0].encode()


def word(rank: int) -> str:
    """The word with this rank, 0 being the most frequent: syllables, as the digits of a number."""
    base = len(_SYLLABLES)
    syllables = [_SYLLABLES[rank % base]]
    while rank := rank // base:
        rank -= 1
        syllables.append(_SYLLABLES[rank % base])
    return "".join(syllables)


def topic(rank: int) -> str:
    """The name of a topic."""
    return word(1_000 + 37 * rank).capitalize()


def provider(rank: int) -> tuple[str, str]:
    """The name and the domain of a provider."""
    name = word(50_000 + 91 * rank)
    return f"{name.capitalize()} {('Post', 'Wire', 'Courier', 'Review')[rank % 4]}", f"{name}.example"


def make(count: int, base: Path, *, has_bodies: bool = True) -> Corpus:
    """The corpus of this many articles below a folder; made there unless it already is.

    Without bodies an article is its front matter alone, as what news services deliver often is.
    """
    home = base / f"corpus-{EDITION}-{count}{'' if has_bodies else '-bare'}"
    folder, record = home / "articles", home / "made"
    ends = _end_title("Zenith", count), _end_title("Nadirz", count)
    if record.exists():
        return Corpus(folder, count, int(record.read_text()), *ends)
    total = 0
    made_folders: set[str] = set()
    for path, date, content in articles(count):
        parent, _, _ = path.rpartition("/")
        if parent not in made_folders:
            (folder / parent).mkdir(parents=True, exist_ok=True)
            made_folders.add(parent)
        data = content.encode() if has_bodies else content[: content.index(_END, 4) + len(_END)].encode()
        target = f"{folder}/{path}"
        with open(target, "wb") as file:
            file.write(data)
        # As if written on its day: a file that is as young as its index would be read twice.
        os.utime(target, (date.timestamp(), date.timestamp()))
        total += len(data)
    for made in sorted(made_folders):
        os.utime(folder / made, (date.timestamp(), date.timestamp()))
    record.write_text(str(total))
    return Corpus(folder, count, total, *ends)


def make_long(base: Path) -> Path:
    """A folder of articles of 500 to 5,000 words, with headings, lists, emphasis and links."""
    folder = base / f"articles-long-{EDITION}"
    chance = random.Random(f"long {EDITION}")
    folder.mkdir(exist_ok=True)
    for number in range(LONG):
        date = FIRST_DAY + timedelta(days=number)
        head = _article(chance, text(chance, 9).capitalize(), number, date).partition("\n---\n")[0]
        parts = []
        for place in range(500 * (1 + number * 10 // LONG) // 60):
            words = text(chance, 58).split()
            words[7], words[30] = f"*{words[7]}*", f"[{words[30]}](https://long.example/{place})"
            parts.append(" ".join(words).capitalize() + ".")
            if place % 5 == 4:
                parts.append(f"## {text(chance, 4)}")
                parts.append("\n".join(f"- {text(chance, 6)}" for _ in range(4)))
        (folder / f"{number}.md").write_text(f"{head}\n---\n" + "\n\n".join(parts) + "\n")
    return folder


def queries(count: int) -> list[str]:
    """Texts as they are in the search bar while users type: letter by letter, one word or two."""
    chance = random.Random("queries")
    typed: list[str] = []
    while len(typed) < count:
        whole = text(chance, chance.choice((1, 1, 2)))
        typed.extend(whole[: end + 1] for end in range(len(whole)) if whole[end] != " ")
    return typed[:count]


def _end_title(name: str, count: int) -> str:
    # No other word has a "z" in it, so the screen shows this one nowhere else.
    return f"{name}{count} {text(random.Random(f'{name} {count}'), 7)}"


def articles(count: int) -> Iterator[tuple[str, datetime, str]]:
    """The path, the date and the text of each article, the oldest first."""
    chance = random.Random(f"articles {EDITION}")
    ends = {0: "Nadirz", count - 1: "Zenith"}
    for number in range(count):
        date = FIRST_DAY + timedelta(seconds=(number + 1) * DAYS * 86_400 // count - 1)
        title = text(chance, 9).capitalize()
        if number in ends:
            title = _end_title(ends[number], count)
        path = f"{date:%Y/%m/%d}/{number % 1000:03}_{number:016x}.md"
        yield path, date, _article(chance, title, number, date)


def text(chance: random.Random, words: int) -> str:
    """So many words, as frequent as in a language."""
    return " ".join(word(_rank(chance.random())) for _ in range(words))


def _rank(part: float) -> int:
    """The rank that this part of all words (0..1) is reached at."""
    if part < _COMMON_SHARE:
        return int(COMMON ** (part / _COMMON_SHARE)) - 1
    left = (1 - part) / (1 - _COMMON_SHARE)
    return min(int(COMMON * left ** (-1 / 0.7)), VOCABULARY) - 1


def _article(chance: random.Random, title: str, number: int, date: datetime) -> str:
    """The text of a file, in the order and the spelling that machines write."""
    name, domain = provider(int(PROVIDERS ** chance.random()) - 1)
    url = f"https://{domain}/{date:%Y/%m/%d}/{number:x}-{text(chance, 4).replace(' ', '-')}"
    topics = sorted({topic(int(TOPICS ** chance.random()) - 1) for _ in range(chance.choice((1, 1, 2, 3)))})
    lines = [
        "---",
        "category: news",
        *_told(chance, title, 40, date, "originalUrl", url, ""),
        f'webUrl: "{url}"',
        "type: article",
        f"quality: {chance.randrange(101)}",
        f"heat: {chance.choice((-1, -1, -1, chance.randrange(40)))}",
        f"published: {'true' if number % 3 else 'false'}",
        "",
        "provider:",
        f"  name: {name}",
        f"  domain: {domain}",
        "",
        "topics:",
        *(f"  - {one}" for one in topics),
        "",
        *_images(number, domain),
        *_related(chance, date),
        f'secured: "{b64encode(chance.randbytes(576)).decode()}"',
        "---",
        "",
    ]
    paragraphs = (text(chance, 45).capitalize() + "." for _ in range(chance.choice((0, 2, 4, 5, 9))))
    return "\n".join(lines) + "\n\n".join(paragraphs) + "\n"


def _told(
    chance: random.Random, title: str, words: int, date: datetime, key: str, url: str, indent: str
) -> Iterator[str]:
    yield f'{indent}title: "{title}"'
    yield f'{indent}excerpt: "{text(chance, words).capitalize()}."'
    yield f"{indent}publishedDateTime: {date:%Y-%m-%dT%H:%M:%SZ}"
    yield f'{indent}{key}: "{url}"'


def _images(number: int, domain: str) -> list[str]:
    if number % 4 == 0:
        return []
    return [
        "images:",
        f'  - url: "https://{domain}/pictures/{number:x}.jpg"',
        "    width: 1024",
        "    height: 512",
        "    isCached: true",
        "",
    ]


def _related(chance: random.Random, date: datetime) -> list[str]:
    lines: list[str] = []
    for _ in range(chance.choice((0, 1, 2))):
        name, domain = provider(int(PROVIDERS ** chance.random()) - 1)
        earlier = date - timedelta(hours=chance.randrange(1, 200))
        url = f"https://{domain}/{text(chance, 3).replace(' ', '-')}"
        entry = list(_told(chance, text(chance, 9).capitalize(), 30, earlier, "webUrl", url, "    "))
        entry[0] = "  - " + entry[0].lstrip()
        lines += [
            *entry,
            "    type: article",
            "    provider:",
            f"      name: {name}",
            f"      domain: {domain}",
        ]
        lines.append(f"    quality: {chance.randrange(101)}")
    return ["related:", *lines, ""] if lines else []


LONG = 24
"""How many long articles there are."""
