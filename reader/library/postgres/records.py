"""Converts an article to a row of a shared collection, without private data, and back.

A row never contains `secured`, the file's local path, or user and password of a URL. PostgreSQL accepts no
NUL, no lone surrogate and no number out of range: these are replaced when written, and rows are cleaned again
when read, as others may have written them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from struct import Struct
from typing import Any, NamedTuple

from reader.article.dates import When
from reader.article.record import Article, Image, Problem, Provider, Related, Value
from reader.article.text import clean, clean_line, words
from reader.article.urls import without_user
from reader.collection.files import load
from reader.collection.folders import Roots
from reader.index.entry import IndexRow, searched_texts, title_key
from reader.index.schema import BLOCK_BITS
from reader.library.export import other_value
from reader.parsing.content import Unreadable

MOST_INTEGER, MOST_BIGINT = (1 << 31) - 1, (1 << 63) - 1
_REPLACEMENT = "\ufffd".encode()


class IndexedFile(NamedTuple):
    """An article in the index of the folder."""

    row: IndexRow
    stamp: int
    """A digest of what the shared row is made from."""
    root: int
    path: str
    """Absolute."""


COLUMNS = (
    "number", "block", "key", "date", "is_day", "title", "provider", "domain", "topics", "quality", "heat",
    "category", "type", "url", "draft", "title_key", "text_key", "sort_title", "path", "stamp", "record",
    "words", "title_words", "body",
)  # fmt: skip
"""Columns of the table `article`, in the order of `row_of`."""
_KINDS = "qiqq?ttttiqttt?qqttqtttt"
"""Their types: q bigint, i integer, ? boolean, t text or json."""


def row_of(file: IndexedFile, article: Article, path: str) -> tuple[object, ...]:
    """Returns the row of an article, whose file has this path relative to the published root."""
    title_words = f" {' '.join(words(article.title))} "
    # Most texts are already a single line.
    lines = [f" {' '.join(found)} " for text in searched_texts(article) if (found := words(text))]
    row = file.row
    heat = None if row.heat is None else max(min(row.heat, MOST_BIGINT), -MOST_BIGINT)
    quality = None if row.quality is None else max(min(row.quality, MOST_INTEGER), -MOST_INTEGER)
    return (
        row.number, row.number >> BLOCK_BITS, row.key, row.date, bool(row.is_day), row.title,
        row.provider, row.domain, row.topics, quality, heat, row.category, row.type, row.url,
        bool(row.draft), row.title_key, row.text_key, title_key(words(row.title)), path, file.stamp,
        _json(record_of(article)), "\n".join([title_words, *lines]),
        title_words, article.body,
    )  # fmt: skip


def packed_rows(task: tuple[Roots, Sequence[IndexedFile]]) -> tuple[bytes, int]:
    """Returns the rows of these files for COPY, and how many files could not be read; runs in a worker."""
    roots, files = task
    packed, missing = [], 0
    for file in files:
        try:
            article = load(roots.place(file.root, file.path))
        except (OSError, Unreadable):
            missing += 1  # it is just changing: the next publication handles it
            continue
        packed.append(packed_row(_KINDS, row_of(file, article, published_path(roots, file.root, file.path))))
    return b"".join(packed), missing


def published_path(roots: Roots, root: int, path: str) -> str:
    """Returns a file's path relative to the published root; with several folders, prefixed with the folder's
    name."""
    place = roots.place(root, path)
    return place.relative if len(roots.paths) == 1 else f"{place.folder}/{place.relative}"


def record_of(article: Article) -> dict[str, Any]:
    """Returns an article's data for `json`; body and path are separate columns."""
    return {
        "identity": article.identity, "title": article.title, "excerpt": article.excerpt,
        "publishedDateTime": _date_text(article.published_date_time),
        "originalUrl": without_user(article.original_url), "webUrl": without_user(article.web_url),
        "provider": article.provider._asdict(), "topics": article.topics, "category": article.category,
        "type": article.type, "quality": article.quality, "heat": article.heat, "author": article.author,
        "published": article.published, "images": [_image(one) for one in article.images],
        "related": [_related(one) for one in article.related],
        "other": _public(other_value(dict(article.other))),
        "problems": [[one.line, one.field, one.reason] for one in article.problems],
        "titleKey": article.title_key, "textKey": article.text_key,
        "page": without_user(article.page), "base": without_user(article.base),
    }  # fmt: skip


def _public(value: Value) -> Value:
    """Returns a value without `secured` at any depth."""
    if isinstance(value, list):
        return [_public(one) for one in value]
    if isinstance(value, dict):
        return {key: _public(one) for key, one in value.items() if key.casefold() != "secured"}
    return value


def _image(image: Image) -> dict[str, Any]:
    return image._asdict() | {"url": without_user(image.url)}


def _related(one: Related) -> dict[str, Any]:
    return {
        "title": one.title, "excerpt": one.excerpt, "publishedDateTime": _date_text(one.published_date_time),
        "webUrl": without_user(one.web_url), "type": one.type, "provider": one.provider._asdict(),
        "quality": one.quality, "images": [_image(image) for image in one.images],
    }  # fmt: skip


def _date_text(then: When | None) -> str | None:
    return None if then is None else then.isoformat()


def article_of(record: object, body: str, path: str) -> Article:
    """Returns the article of a row, cleaned again; values of the wrong type are dropped."""
    fields = record if isinstance(record, Mapping) else {}
    shown = clean_line(path)
    return Article(
        path=path, identity=_line(fields.get("identity")), title=_line(fields.get("title")),
        excerpt=_text(fields.get("excerpt")), published_date_time=_when(fields.get("publishedDateTime")),
        original_url=_line(fields.get("originalUrl")), web_url=_line(fields.get("webUrl")),
        provider=_provider(fields.get("provider")), topics=_lines(fields.get("topics")),
        category=_line(fields.get("category")), type=_line(fields.get("type")),
        quality=_whole(fields.get("quality")), heat=_whole(fields.get("heat")),
        author=_lines(fields.get("author")), published=_flag(fields.get("published")),
        images=tuple(map(_image_of, _objects(fields.get("images")))),
        related=tuple(map(_related_of, _objects(fields.get("related")))),
        other=_other(fields.get("other")), body=clean(body),
        problems=tuple(_problems(shown, fields.get("problems"))),
        title_key=_whole(fields.get("titleKey")), text_key=_whole(fields.get("textKey")),
        page=_line(fields.get("page")), base=_line(fields.get("base")),
    )  # fmt: skip


def _image_of(fields: Mapping[str, Any]) -> Image:
    return Image(
        _line(fields.get("url")),
        _whole(fields.get("width")),
        _whole(fields.get("height")),
        _flag(fields.get("is_cached")),
    )


def _related_of(fields: Mapping[str, Any]) -> Related:
    return Related(
        _line(fields.get("title")), _text(fields.get("excerpt")), _when(fields.get("publishedDateTime")),
        _line(fields.get("webUrl")), _line(fields.get("type")), _provider(fields.get("provider")),
        _whole(fields.get("quality")), tuple(map(_image_of, _objects(fields.get("images")))),
    )  # fmt: skip


def _problems(path: str, value: object) -> Iterable[Problem]:
    for one in value if isinstance(value, list) else []:
        if isinstance(one, list) and len(one) == 3:
            yield Problem(path, _whole(one[0]) or 0, _line(one[1]), _line(one[2]))


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _line(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _lines(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_line, value))) if isinstance(value, list) else ()


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _provider(value: object) -> Provider:
    found = value if isinstance(value, Mapping) else {}
    return Provider(_line(found.get("name")), _line(found.get("domain")))


def _when(value: object) -> When | None:
    try:
        if not isinstance(value, str):
            return None
        if len(value) == len("2024-01-31"):
            return date.fromisoformat(value)
        then = datetime.fromisoformat(value)
        return then.astimezone(UTC) if then.tzinfo else then.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _other(value: object) -> dict[str, Value]:
    return {_line(key): _value(item) for key, item in value.items()} if isinstance(value, Mapping) else {}


def _value(value: object) -> Value:
    if isinstance(value, Mapping):
        return {_line(key): _value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item) for item in value]
    return _text(value) if isinstance(value, str) else None


def storable(text: str) -> str:
    """Returns a text that PostgreSQL can store."""
    return _encoded(text).decode()


def _encoded(text: str) -> bytes:
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raw = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    return raw.replace(b"\0", _REPLACEMENT) if b"\0" in raw else raw


def _json(record: dict[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False)
    # Such characters are rare, and searching each text for them would dominate the time.
    return json.dumps(_storable(record), ensure_ascii=False) if "\\u0000" in text else text


def _storable(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(key): _storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return value


COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER = b"\xff\xff"
"""Header and trailer of COPY's binary format."""
_NULL = b"\xff\xff\xff\xff"


def _integer(form: str) -> Callable[[Any], bytes]:
    pack = Struct(f">i{form}").pack
    size = Struct(f">{form}").size
    return lambda value: pack(size, value)


_LENGTH = Struct(">i").pack


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


_PACK: Mapping[str, Callable[[Any], bytes]] = {
    "q": _integer("q"),
    "i": _integer("i"),
    "h": _integer("h"),
    "?": _integer("?"),
    "t": lambda value: _bytes(_encoded(value)),
    "b": _bytes,
}


def packed_row(kinds: str, values: Sequence[object]) -> bytes:
    """Returns a row in the binary format of COPY: q bigint, i integer, h smallint, ? boolean, t text, b
    bytes."""
    fields = (
        _NULL if value is None else _PACK[kind](value) for kind, value in zip(kinds, values, strict=True)
    )
    return len(kinds).to_bytes(2) + b"".join(fields)
