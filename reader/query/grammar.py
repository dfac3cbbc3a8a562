"""The syntax of queries: values of fields, the tokens of a text, and writing terms so that they parse back.
Used by `reader.query.parser`, which builds the Query. Independent of articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from reader.article.text import signs, words
from reader.errors import QueryError, nearest, shown
from reader.query import dates
from reader.query.fields import (
    BY_NAME,
    CHOICES,
    DATE_FIELDS,
    FIELD_NAMES,
    NAMES,
    NUMBER_FIELDS,
    SORTS,
    WORD_FIELDS,
)

_BLANKS = re.compile(r"\s*")
_LETTER = re.compile(r"\w")
_NAME = re.compile(r"([A-Za-z]{2,}):")
# A pair of parentheses inside a word belongs to it: f(x), /wiki/Foo_(bar).
_RUN = re.compile(r"(?:[^\s()]|\([^\s()]*\))+")
_VALUE = re.compile(r"(?:[^\s(),]|\([^\s(),]*\))+")
_QUOTED = re.compile(r'(?s)"((?:[^"\\]|\\.?)*)("?)')
_ESCAPED = re.compile(r'\\(["\\])')
_PLAIN_VALUE = re.compile(r'[^\s(),"*]+')
_NUMBER = re.compile(r"(?a)(>=|<=|>|<|=)?(-?\d{1,9})|(-?\d{1,9})?\.\.(-?\d{1,9})?")
_WHOLE = re.compile(r"-?\d+")
_ID = re.compile("[0-9a-fA-F]{1,12}")
_UNFINISHED_NUMBER = re.compile(r"[<>]?=?-?|\.")
_UNFINISHED_DATE = re.compile(r"(?ai)[\d.:/T -]*")
# A range like "2021-06..yesterday" is valid or not depending on the day: it is invalid only if it is on both.
_CHECK_DAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))


class QueryPiece(NamedTuple):
    """One word, phrase or value, without its quotes and its star."""

    text: str
    is_quoted: bool = False
    prefix: bool = False


class Token(NamedTuple):
    """A part of the query text with its own meaning."""

    kind: Literal["(", ")", "or", "term"]
    start: int
    stop: int
    negated: bool = False
    field: str = "text"
    pieces: tuple[QueryPiece, ...] = ()
    """Empty if there is nothing to search for: a lone dash, a field that is still being typed."""
    is_dropped: bool = False
    """Whether it has no letter, digit or symbol to search for."""


def tokens(text: str, typing: bool) -> list[Token]:
    """The tokens of a query text. With `typing` its last word may be unfinished. Raises QueryError."""
    found: list[Token] = []
    # Until a space follows, each word is a prefix: typing another one must not end that.
    goes_on = typing and not text[-1:].isspace()
    at = _BLANKS.match(text).end()  # type: ignore[union-attr]  # no spaces are a match too
    while at < len(text):
        token = _token(text, at, typing, goes_on)
        found.append(token)
        at = _BLANKS.match(text, token.stop).end()  # type: ignore[union-attr]
    return found


def quote(value: str) -> str:
    """The value in quotes."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spell(field: str, values: Iterable[str], *, negated: bool, prefix: bool, phrase: bool) -> str:
    """The text of one term, with quotes only where it would mean something else without them."""
    dash, star = "-" * negated, "*" * prefix
    if field == "text":
        return " OR ".join(dash + _spell_word(value, dash, star, phrase) + star for value in values)
    is_words = field in WORD_FIELDS
    plain = _VALUE if is_words else _PLAIN_VALUE
    spelled = (value if not phrase and plain.fullmatch(value) else quote(value) for value in values)
    return f"{dash}{field}:" + ",".join(value + star for value in spelled)


def _spell_word(value: str, dash: str, star: str, phrase: bool) -> str:
    """A bare word if it parses back as such; "OR" or "topic:AI" as words need quotes."""
    if phrase:
        return quote(value)
    try:
        meant = [(one.field, one.negated, one.pieces) for one in tokens(dash + value + star, False)]
    except QueryError:
        return quote(value)
    is_same = meant == [("text", bool(dash), (QueryPiece(value, False, bool(star)),))]
    return value if is_same else quote(value)


def _token(text: str, at: int, typing: bool, goes_on: bool) -> Token:
    if text[at] == ")":
        return Token(")", at, at + 1)
    start = at
    # A dash means "not" only right before a term; "--x" and " - " are words.
    negated = text[at] == "-" and at + 1 < len(text) and not (text[at + 1].isspace() or text[at + 1] in "-)")
    at += negated
    if text[at] == "(":
        return Token("(", start, at + 1, negated)
    if text[at] == '"':
        piece, at = _quoted(text, at, typing)
        return _word_token(start, at, negated, piece)
    if (name := _NAME.match(text, at)) and _is_field(name[1], text, name.end()):
        return _field_token(text, start, negated, name, typing)
    run = _RUN.match(text, at)
    assert run  # neither a space nor a parenthesis is here
    is_last = typing and run.end() == len(text)
    is_joiner = run[0] in ("OR", "AND")
    if is_joiner and not negated and not is_last:
        return Token("or" if run[0] == "OR" else "term", start, run.end())
    piece = _bare(run[0], is_last or (goes_on and not negated))
    if is_joiner or run[0][0] == "-":
        # Without quotes its meaning would change when a dash before it is added or removed.
        piece = piece._replace(is_quoted=True)
    return _word_token(start, run.end(), negated, piece)


def _word_token(start: int, stop: int, negated: bool, piece: QueryPiece) -> Token:
    pieces = _searchable([piece])
    return Token("term", start, stop, negated, "text", pieces, bool(piece.text.strip("-")) and not pieces)


def _is_field(name: str, text: str, at: int) -> bool:
    """Whether a name with a colon is a field; "Breaking: news" and "http://" are not."""
    if name.lower() in FIELD_NAMES:
        return True
    rest = _RUN.match(text, at)
    return bool(rest and rest[0][:2] != "//" and (rest[0][0] == '"' or _LETTER.search(rest[0])))


def _field_token(text: str, start: int, negated: bool, name: re.Match[str], typing: bool) -> Token:
    field = name[1].lower()
    pieces, at = _values(text, name.end(), typing)
    if field not in FIELD_NAMES:
        reason = f'unknown field "{name[1]}"; {nearest(field, FIELD_NAMES)}'
        raise QueryError(_with_remedy(reason, text[start:at]), name.start(), name.end() - name.start())
    is_last = typing and at == len(text)
    is_dropped = False
    if field in WORD_FIELDS:
        found = list(_searchable(pieces))
        is_dropped, pieces = bool(pieces) and not found, found
    checked: list[QueryPiece] = []
    try:
        if not pieces and not is_last and not is_dropped:
            example = f"{field}:{BY_NAME[field].example}"
            raise ValueError(f"put a value right after the colon, like {example}")
        for piece in pieces:
            if field in WORD_FIELDS:
                checked.append(piece)
            elif not (is_last and piece is pieces[-1] and _is_unfinished(field, piece.text)):
                value = check_value(field, piece.text.strip())
                checked.append(QueryPiece(value, False, piece.prefix and field in CHOICES))
    except (ValueError, OverflowError, OSError) as error:  # the last two where a date is beyond what is known
        raise QueryError(_with_remedy(str(error), text[start:at]), start, at - start) from None
    return Token("term", start, at, negated, field, tuple(checked), is_dropped)


def _values(text: str, at: int, typing: bool) -> tuple[list[QueryPiece], int]:
    """The values from this position, separated by commas, and where they end."""
    pieces: list[QueryPiece] = []
    while at < len(text):
        if text[at] == '"':
            piece, at = _quoted(text, at, typing)
        elif run := _VALUE.match(text, at):
            piece, at = _bare(run[0], typing and run.end() == len(text)), run.end()
        else:
            piece = QueryPiece("")
        if piece.text.strip():
            pieces.append(piece)
        if text[at : at + 1] != ",":
            break
        at += 1
    return pieces, at


def _quoted(text: str, at: int, typing: bool) -> tuple[QueryPiece, int]:
    found = _QUOTED.match(text, at)
    assert found  # a quote is here, and everything after one fits
    value, closing = found.groups()
    stop = found.end()
    if "\\" in value:
        value = _ESCAPED.sub(r"\1", value)
    starred = text[stop : stop + 1] == "*"
    is_growing = typing and not closing and not value[-1:].isspace()
    return QueryPiece(value, True, starred or is_growing), stop + starred


def _bare(run: str, is_last: bool) -> QueryPiece:
    word = run.rstrip("*")
    return QueryPiece(word, False, is_last or word != run)


def _searchable(pieces: Iterable[QueryPiece]) -> tuple[QueryPiece, ...]:
    """Without pieces that have nothing to search for, like "&"."""
    return tuple([piece for piece in pieces if piece.text and (words(piece.text) or signs(piece.text))])


def _with_remedy(reason: str, written: str) -> str:
    end = "" if reason.endswith("?") else "."
    bare = written.lstrip("-").replace('"', "")
    return f"{reason}{end} To search for these words, quote them: {shown(bare)}"


class Bounds(NamedTuple):
    """The range of integers that a comparison allows, inclusive; None = unlimited."""

    low: int | None
    high: int | None


def bounds(value: str) -> Bounds:
    """The range of `>=50`, `<50`, `40..80` or `50`. Raises ValueError."""
    found = _NUMBER.fullmatch(value)
    if not found or value == "..":
        raise ValueError("expected a number, a comparison like >=50 or a range like 40..80")
    sign, number, low, high = found.groups()
    if number is None:
        span = Bounds(int(low) if low else None, int(high) if high else None)
        if span.low is not None and span.high is not None and span.low > span.high:
            raise ValueError(f"{shown(value)} ends before it starts")
        return span
    n = int(number)
    return {
        ">=": Bounds(n, None), ">": Bounds(n + 1, None), "<=": Bounds(None, n), "<": Bounds(None, n - 1),
    }.get(sign, Bounds(n, n))  # fmt: skip


def check_value(field: str, value: str) -> str:
    """The value in its canonical spelling. Raises ValueError if the field can't have it."""
    if field in NAMES or field == "sort":
        folded, known = value.lower(), NAMES.get(field, SORTS)
        if (folded.removeprefix("-") if field == "sort" else folded) not in known:
            raise ValueError(f"unknown value {shown(value)}; {nearest(folded, known)}")
        return folded
    if field in NUMBER_FIELDS:
        bounds(value)
        if field == "quality" and not all(0 <= int(n) <= 100 for n in _WHOLE.findall(value)):
            raise ValueError("expected a number from 0 to 100")
    elif field in DATE_FIELDS:
        _check_date(field, value)
    elif field in ("id", "story") and not _ID.fullmatch(value):
        raise ValueError("expected 1 to 12 of the digits 0-9 and a-f")
    return value


def _is_unfinished(field: str, value: str) -> bool:
    """Whether the value may become valid with the next letters: until then it is ignored."""
    folded = value.lower()
    if field in NAMES or field == "sort":
        names = NAMES.get(field, SORTS)
        begun = folded.removeprefix("-") if field == "sort" else folded
        return begun not in names and any(name.startswith(begun) for name in names)
    if field in NUMBER_FIELDS:
        return bool(_UNFINISHED_NUMBER.fullmatch(value))
    if field in DATE_FIELDS:
        try:
            check_value(field, value)
        except ValueError:
            last = folded.rpartition("..")[2]
            is_digits = _UNFINISHED_DATE.fullmatch(value) is not None
            return is_digits or any(name.startswith(last) for name in dates.NAMED_DAYS)
    return False


def _check_date(field: str, value: str) -> None:
    if field != "date":
        (dates.since if field == "since" else dates.until)(value, _CHECK_DAYS[0], UTC)
    elif ".." not in value:
        dates.on(value, _CHECK_DAYS[0], UTC)
    else:
        spans = [dates.on(value, day, UTC) for day in _CHECK_DAYS]
        if all(span.start is not None and span.start == span.stop for span in spans):
            raise ValueError(f"{shown(value)} ends before it starts; write the earlier date first")
