"""The short way from a file in the canonical layout to its entry, without an article in between.

Most of what an article holds is not in the index: dimensions of pictures, dates and excerpts of related
links, a token. Here it is only looked at, whether there would be a problem with it; with any doubt about
anything the answer is None, and the file is read as every other. What it says is exactly what `entry_of`
says of the article (pinned by a property test), in a third of the time.
"""

from __future__ import annotations

import re

from reader.article.dates import parse_instant
from reader.article.identity import identity_of
from reader.article.record import Provider
from reader.article.text import clean, clean_line
from reader.index.entry import Entry, Traits, made_of
from reader.parsing.canonical import NULLS, images_in, match, topics_in, value_of
from reader.parsing.content import MAX_FILE

_QUALITIES: dict[str | None, int | None] = {None: None, **{str(number): number for number in range(101)}}
_ARE_DRAFTS: dict[str | None, bool] = {None: False, "true": False, "false": True}
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_SIZE = re.compile(r"[0-9]{0,9}")
_CACHED = frozenset(("", "true", "false"))


def entry_in(raw: bytes) -> Entry | None:
    """The entry of the file with these bytes, where it is beyond doubt."""
    text = _text_in(raw)
    found = match(text, is_plain=text.isascii())
    if found is None or found.extra or found.more:
        return None
    category, title, excerpt, moment, original, web, kind, quality, heat, published = found.scalars
    topics_raw = topics_in(found.topics) if found.topics else []
    lines = _lines(
        [title, excerpt, original, web, category, kind, found.name, found.domain]
        + topics_raw + [one[1] for one in found.related]
    )  # fmt: skip
    titled, told, first_url, second_url, kind_of, type_of, name, domain = lines[:8]
    topics = tuple(filter(None, dict.fromkeys(lines[8 : 8 + len(topics_raw)])))
    date, number = _seconds(moment), _integer(heat)
    identity = identity_of(first_url, "") or identity_of(second_url, "")
    # What is missing is looked for elsewhere: in the body, the file's name, the folder.
    if date is None or not (titled and told and topics and name and identity) or "://" in name:
        return None
    if published not in _ARE_DRAFTS or quality not in _QUALITIES or (heat is not None and number is None):
        return None
    if not _are_sound(found.images) or not all(map(_is_sound, found.related)):
        return None
    body = text[found.end :].lstrip("\n").rstrip()
    return made_of(
        Traits(
            identity, date, titled, Provider(name, domain), topics, _QUALITIES[quality], number,
            kind_of, type_of, first_url or second_url, _ARE_DRAFTS[published], (),
            found.images is not None, bool(found.related), bool(body),
            "\n".join((told, body, name, *topics, *lines[8 + len(topics_raw) :])),
        )
    )  # fmt: skip


def _text_in(raw: bytes) -> str:
    """A file's text where nothing in it must be cleaned away; else an empty one."""
    if len(raw) > MAX_FILE:
        return ""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return ""
    return text if clean(text) is text else ""


def _lines(raw: list[str | None]) -> list[str]:
    """What `_line` makes of each, at once where there is nothing to be done but to drop the quotes."""
    lines = [(one[1:-1] if one[0] == '"' else one) if one else "" for one in raw]
    together = "\n".join(("", *lines, ""))
    if (
        "\\" in together or "  " in together or " \n" in together or "\n " in together
        or not _is_printable(together) or not NULLS.isdisjoint(lines)
    ):  # fmt: skip
        return list(map(_line, raw))
    return lines


def _is_printable(lines: str) -> bool:
    """Whether nothing but the ends of these lines must be cleaned away; they come from a clean text."""
    return "\t" not in lines if lines.isascii() else lines.replace("\n", "").isprintable()


def _line(raw: str | None) -> str:
    """One line of clean text (see `fields.text_of`)."""
    return clean_line(value_of(raw) or "") if raw else ""


def _seconds(raw: str | None) -> int | None:
    """Seconds since 1970; None where that is no instant."""
    try:
        return int(parse_instant(_line(raw)).timestamp())
    except ValueError:
        return None


def _integer(raw: str | None) -> int | None:
    return int(raw) if raw and _INTEGER.fullmatch(raw) else None


def _is_sound(related: re.Match[str]) -> bool:
    """Whether there is no problem with a related link."""
    date, quality, images = related[3], related[8], related[9]
    return (date is None or _seconds(date) is not None) and quality in _QUALITIES and _are_sound(images)


def _are_sound(images: str | None) -> bool:
    """Whether there is no problem with any of these pictures."""
    return images is None or all(
        _line(url) and _SIZE.fullmatch(width) and _SIZE.fullmatch(height) and is_cached in _CACHED
        for url, width, height, is_cached in images_in(images)
    )
