"""TOML and JSON headers read as texts, like YAML ones: numbers keep the digits that the file has."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time
from typing import Any

from reader.article.record import Value
from reader.parsing.parsed import MAX_NESTING, Flaw, HeaderError, LineNumbers

LONGEST_NUMBER = 1_000
"""Bits of a whole number in a header; turning a longer one into decimal digits takes its square in time."""

MAX_DOTTED = 2_000
"""Dots in the keys of a TOML header: each makes a table."""

_DOTTED = re.compile(
    r"""^[ \t]*+\[{0,2}+(?:[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.){64}""", re.MULTILINE | re.ASCII
)
_DOTS = re.compile(
    r"""^[ \t]*+\[{0,2}+((?:[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.)+)""", re.MULTILINE | re.ASCII
)
_TOML_FIELD = re.compile(r"""^(?:\[\[?[ \t]*)?["']?([\w-]+)["']?[ \t]*[=\].]""", re.MULTILINE | re.ASCII)
_TOML_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
_JSON_FIELD = re.compile(r'^[ \t]*\{?[ \t]*"([^"\\\n]{1,200})"[ \t]*:', re.MULTILINE)


def read_toml(header: str, first_line: int) -> tuple[dict[str, Value], dict[str, int], list[Flaw]]:
    """The fields of a TOML header, the file line of each key, and what could be passed over.

    `first_line` is the file's line on which the header begins. Raises HeaderError.
    """
    import tomllib

    if _DOTTED.search(header):
        raise HeaderError(0, f"keys are nested more than {MAX_NESTING} deep")
    if sum(found[1].count(".") for found in _DOTS.finditer(header)) > MAX_DOTTED:
        raise HeaderError(0, f"more than {MAX_DOTTED:,} dots in keys; write tables instead")
    try:
        table = tomllib.loads(header, parse_float=str)
    except (ValueError, RecursionError) as error:
        reason = str(error)
        place = _TOML_PLACE.search(reason)
        line = int(place[1]) - 1 if place and place[1] else header.count("\n")
        reason = _TOML_PLACE.sub("", reason).strip() or "nested too deep"
        raise HeaderError(line, f'not valid TOML ({reason}); each line needs key = "value"') from None
    return _fields(table, header, first_line, _TOML_FIELD)


def read_json(header: str, first_line: int) -> tuple[dict[str, Value], dict[str, int], list[Flaw]]:
    """The same of a JSON header."""
    import json

    twice: list[str] = []

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            twice.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return made

    try:
        table = json.loads(
            header, parse_float=str, parse_int=str, parse_constant=str, strict=False,
            object_pairs_hook=object_of,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        reason = f"not valid JSON ({error.msg}); check this line and the one above"
        raise HeaderError(error.lineno - 1, reason) from None
    except RecursionError:
        raise HeaderError(0, "not valid JSON (nested too deep)") from None
    if not isinstance(table, dict):
        raise HeaderError(0, 'the header must be made of "key": "value" pairs in braces')
    fields, lines, found = _fields(table, header, first_line, _JSON_FIELD)
    for name in twice:
        found.append(Flaw(lines.get(name, first_line), name, "appears twice; the last one is used"))
    return fields, lines, found


def _fields(
    table: dict[str, Any], header: str, first_line: int, field: re.Pattern[str]
) -> tuple[dict[str, Value], dict[str, int], list[Flaw]]:
    flaws: list[Flaw] = []
    line_of = LineNumbers(header)
    lines: dict[str, int] = {}
    for found in field.finditer(header):
        if found[1] in table and found[1] not in lines:
            lines[found[1]] = line_of(found.start(1)) + first_line
    fields: dict[str, Value] = {}
    for key, value in table.items():
        try:
            fields[key] = _as_text(value, 1)
        except ValueError as error:
            flaws.append(Flaw(lines.get(key, first_line), key, str(error)))
    return fields, lines, flaws


def _as_text(value: object, depth: int) -> Value:
    """A value with texts alone. Raises ValueError for one that is too large."""
    if depth > MAX_NESTING:
        raise ValueError(f"values are nested more than {MAX_NESTING} deep")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: _as_text(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_text(one, depth + 1) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        raise ValueError("the number is too large; put quotes around it")
    return str(value)
