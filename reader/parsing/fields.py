"""Converts the value of a field to its type; an invalid one is reported as a problem, and the field stays
empty. `dialects` decides which key means which field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from reader.article.dates import When
from reader.article.identity import is_web
from reader.article.plain_text import name_text, plain_text, unlinked
from reader.article.record import MAX_TITLE, Image, Problem, Provider, Related, Value
from reader.article.text import clean, clean_line, display_path, fold
from reader.parsing.dates import parse_date

Converted = TypeVar("Converted")

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,18})?")
_ADDRESSES = ("url", "src", "path", "image", "href", "overlay_image", "teaser")
"""Keys of a picture's map that may have its URL."""
_EMBEDDED = re.compile(r"!?\[\[([^\[\]|]+)(?:\|[^\[\]]*)?\]\]")
_PICTURE = re.compile(r"/|\.[A-Za-z]{3,5}(?:(?:\|[^\[\]|]*)?\]\])?\s*$")
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_LARGEST = 2**31 - 1
"""Maximum heat, width and height: every database has an integer type for it."""


def bounded(text: str, most: int, field: str, problems: Problems) -> str:
    """A text, cut to this many characters."""
    if len(text) <= most:
        return text
    problems.add(field, f"has {len(text):,} characters; only the first {most:,} are kept")
    return f"{clean_line(text[:most])}…"


class Problems:
    """The problems of one file, collected while its fields are converted."""

    __slots__ = ("found", "lines", "path")

    def __init__(self, path: str, lines: Mapping[str, int]) -> None:
        self.path = path
        self.lines = lines
        self.found: list[Problem] = []

    def add(self, field: str, reason: str) -> None:
        """Record a problem with a field, given by its path (`related.0.quality`)."""
        place, line = field, 0
        while place and not line:
            line = self.lines.get(place, 0)
            place = place.rpartition(".")[0]
        self.add_at(line, field, reason)

    def add_at(self, line: int, field: str, reason: str) -> None:
        """Record a problem on a line of the file."""
        problem = Problem(display_path(self.path), line, clean_line(field)[:200], clean_line(reason)[:500])
        self.found.append(problem)


def text_of(value: Value, field: str, problems: Problems) -> str:
    """One line of clean text; a list of one text is that text."""
    if isinstance(value, str):
        return clean_line(value)
    if value is None or value == []:
        return ""
    if isinstance(value, list) and len(value) == 1:
        if isinstance(value[0], str):
            return clean_line(value[0])
        if linked := _linked(value):
            return clean_line(unlinked(linked))
    problems.add(field, f"must be a string, not {_kind(value)}")
    return ""


def texts_of(value: Value, field: str, problems: Problems, *, by_spaces: bool = False) -> list[str]:
    """A list of texts: from a list, whose entries may be maps with a name or lists, or from one text with
    commas. A text of `#tags`, or with `by_spaces` any text without commas, is split at spaces.
    """
    if value is None:
        return []
    if isinstance(value, str):
        words = value.split()
        is_tags = len(words) > 1 and all(word.startswith("#") for word in words)
        value = [*words] if is_tags or (by_spaces and "," not in value) else [*value.split(",")]
    return unique_topics(_names(value, field, problems))


def unique_topics(names: Iterable[str]) -> list[str]:
    """Distinct topics, without a leading `#`."""
    return _unique(
        name[1:] if name.startswith("#") and name[1:2] not in ("", "#", " ") else name for name in names
    )


def names_of(value: Value, field: str, problems: Problems) -> list[str]:
    """The same for names of people, which may contain commas."""
    if value is None:
        return []
    return _unique(_names([value] if isinstance(value, str | dict) else value, field, problems))


def integer_of(value: Value, field: str, problems: Problems, least: int = -_LARGEST) -> int | None:
    """A 32-bit integer of at least `least`."""
    if value is None:
        return None
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()) and least <= int(value) <= _LARGEST:
        return int(value)
    problems.add(field, f"must be a whole number, not {_shown(value)}")
    return None


def quality_of(value: Value, field: str, problems: Problems) -> int | None:
    """A score of 0 to 100; a fraction is rounded."""
    if value is None:
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) and 0 <= float(value) <= 100:
        return round(float(value))
    problems.add(field, f"must be a number from 0 to 100, not {_shown(value)}")
    return None


def boolean_of(value: Value, field: str, problems: Problems) -> bool | None:
    """true, yes, on, false, no, off, in any case."""
    if value is None:
        return None
    if isinstance(value, str) and (word := value.strip().lower()) in _BOOLEANS:
        return _BOOLEANS[word]
    problems.add(field, f"must be true or false, not {_shown(value)}")
    return None


def date_of(value: Value, field: str, problems: Problems) -> When | None:
    """An instant in UTC or a calendar day; None if it can't be read, never a guess."""
    text = text_of(value, field, problems)
    if not text:
        return None
    try:
        # It may be a link to the note of its day: `[[Daily/2021-06-18|Friday]]`.
        return parse_date(_EMBEDDED.sub(lambda link: link[1].rpartition("/")[2], text))
    except ValueError as error:
        problems.add(field, str(error))
        return None


def provider_of(value: Value, field: str, problems: Problems) -> Provider:
    """A publisher: a map of name and domain, or just the name."""
    if not isinstance(value, dict):
        return Provider(name_text(text_of(value, field, problems)))
    name, domain = (text_of(value.get(key), f"{field}.{key}", problems) for key in ("name", "domain"))
    return Provider(name_text(name or domain), domain)


def images_of(value: Value, field: str, problems: Problems) -> tuple[Image, ...]:
    """Pictures: a list of maps or URLs, or a single one."""
    images: list[Image] = []
    for place, one in _each(value, field):
        if isinstance(one, str):
            one = {"url": _EMBEDDED.sub(r"\1", one.strip())}
        if not isinstance(one, dict):
            problems.add(place, f"must be a map with a url, not {_kind(one)}")
            continue
        address = next((one[key] for key in _ADDRESSES if one.get(key)), None)
        url = text_of(address, f"{place}.url", problems)
        if not url:
            problems.add(place, "has no url")
            continue
        width = integer_of(one.get("width"), f"{place}.width", problems, 0)
        height = integer_of(one.get("height"), f"{place}.height", problems, 0)
        images.append(
            Image(url, width, height, boolean_of(one.get("isCached"), f"{place}.isCached", problems))
        )
    return tuple(images)


def _each(value: Value, field: str) -> Iterator[tuple[str, Value]]:
    """The entries of a list, or the single value, each with its path."""
    if value is not None:
        for number, one in enumerate(value if isinstance(value, list) and not _linked(value) else [value]):
            yield f"{field}.{number}", _linked(one) or one


def is_picture(value: Value) -> bool:
    """Whether the value of an ambiguous key (`hero`, `cover`) is a picture."""
    if isinstance(value, list):
        return bool(value) and all(map(is_picture, value))
    if isinstance(value, dict):
        return any(is_picture(value.get(key)) for key in _ADDRESSES)
    return isinstance(value, str) and _PICTURE.search(value) is not None


def related_of(value: Value, field: str, problems: Problems) -> tuple[Related, ...]:
    """Links to other articles: a list of maps, titles or URLs, or a single one."""
    found: list[Related] = []
    for place, one in _each(value, field):
        if isinstance(one, dict):
            found.append(_one_related(one, place, problems))
        elif not isinstance(one, str):
            problems.add(place, f"must be a map with title and webUrl, not {_kind(one)}")
        elif is_web(text := clean_line(one)):
            found.append(Related(web_url=text))
        elif text:
            found.append(Related(bounded(plain_text(text), MAX_TITLE, place, problems)))
    return tuple(found)


def _one_related(one: dict[str, Value], place: str, problems: Problems) -> Related:
    def take(key: str, how: Callable[[Value, str, Problems], Converted]) -> Converted:
        return how(one.get(key), f"{place}.{key}", problems)

    return Related(
        bounded(plain_text(take("title", text_of)), MAX_TITLE, f"{place}.title", problems),
        plain_text(take("excerpt", text_of)),
        take("publishedDateTime", date_of),
        take("webUrl", text_of),
        take("type", text_of),
        take("provider", provider_of),
        take("quality", quality_of),
        take("images", images_of),
    )


def kept_fields(fields: Mapping[str, Value]) -> dict[str, Value]:
    """Fields without a known key, cleaned at every depth; line breaks in texts are kept."""
    return {clean_line(key): _kept(value) for key, value in fields.items()}


def _kept(value: Value) -> Value:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_kept(one) for one in value]
    return kept_fields(value) if isinstance(value, dict) else value


def _names(value: Value, field: str, problems: Problems) -> list[str]:
    if not isinstance(value, list):
        problems.add(field, f"must be a list of strings, not {_kind(value)}")
        return []
    if linked := _linked(value):
        return [name_text(linked)]
    names: list[str] = []
    for number, one in enumerate(value):
        if isinstance(one, dict):
            # Authors have a name, Docusaurus' tags a label.
            one = one.get("name") or one.get("label") or one
        if isinstance(one, str):
            names.append(name_text(one))
        elif isinstance(one, list):
            names += _names(one, f"{field}.{number}", problems)  # Hexo's categories
        elif one is not None:
            problems.add(f"{field}.{number}", f"must be a string, not {_kind(one)}")
    return names


def _linked(value: Value) -> str:
    """The link `[[Page]]`, which YAML parses as a nested list; empty if it is something else."""
    inner = value[0] if isinstance(value, list) and len(value) == 1 else None
    text = inner[0] if isinstance(inner, list) and len(inner) == 1 else None
    return f"[[{text}]]" if isinstance(text, str) else ""


def _unique(texts: Iterable[str]) -> list[str]:
    """The distinct texts as first written, ignoring case and accents."""
    found: dict[str, str] = {}
    for text in texts:
        if text:
            found.setdefault(fold(text), text)
    return [*found.values()]


def _kind(value: Value) -> str:
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else _shown(value)


def _shown(value: Value) -> str:
    if not isinstance(value, str):
        return _kind(value)
    text = clean_line(value)
    return f'"{text}"' if len(text) <= 40 else f'"{text[:39]}…"'
