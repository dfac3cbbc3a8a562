"""A file's text taken apart into fields and body: YAML, TOML, `Key: value` lines, or no header at all.

Every value stays text; what a key means is `dialects`' business. Nothing here raises for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from itertools import pairwise

from reader.article.record import Value
from reader.parsing import canonical
from reader.parsing.fences import Split, pairs, split
from reader.parsing.parsed import MAX_HEADER, MAX_NESTING, Flaw, HeaderError, Parsed, refuse_nesting
from reader.parsing.yaml_header import read_yaml

__all__ = ["Flaw", "Parsed", "read", "read_any"]

MAX_BLOCKS = 400
"""Top-level fields of a broken header that are tried one by one."""

_SPELLED = {key.lower(): key for key in ("publishedDateTime", "originalUrl", "webUrl", "pubDate")}
"""Keys with capitals inside, by what they become in a header whose keys count in any case."""

_BLOCK = re.compile(r"^(?=[^\s#\-\]}])", re.MULTILINE)
_LINE = re.compile(r"""["']?([^\W\d][\w.-]*)["']?[ \t]*[:=][ \t]+(.*)""")
_DOTTED = re.compile(
    r"""^[ \t]*+\[{0,2}+(?:[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.){64}""", re.MULTILINE | re.ASCII
)
_TOML_FIELD = re.compile(r"""^(?:\[\[?[ \t]*)?["']?([\w-]+)["']?[ \t]*[=\].]""", re.MULTILINE | re.ASCII)
_TOML_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


def read(text: str, *, is_yaml: bool = False) -> Parsed:
    """Take a file's text apart. `is_yaml`: a file without fences is a header as a whole (.yaml, .yml)."""
    found = canonical.read(text)
    if found is None:
        return read_any(text, is_yaml=is_yaml)
    fields, end = found
    return Parsed(fields, text[end:], text.count("\n", 0, end) + 1, _KeyLines(text))


def read_any(text: str, *, is_yaml: bool = False) -> Parsed:
    """The same by the general parsers alone, for every layout; up to ten times slower."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    parts = split(text, is_yaml=is_yaml)
    if parts.style == "none":
        return Parsed({}, parts.body, parts.body_line, {})
    if parts.style == "pairs":
        return _read_pairs(parts)
    if not parts.is_closed:
        return _read_unclosed(text, parts, is_yaml=is_yaml)
    return _read_fenced(parts)


def _read_fenced(parts: Split) -> Parsed:
    try:
        fields, lines, flaws = _read_header(parts)
    except HeaderError as error:
        fields, lines = _salvaged(parts)
        flaws = [Flaw(error.line + parts.header_line, "header", error.reason)]
    return Parsed(fields, parts.body, parts.body_line, lines, tuple(flaws))


class _KeyLines(Mapping[str, int]):
    """The line of each key, found by the general parser when the first one is asked for: only a canonical
    file with a problem needs them."""

    __slots__ = ("_found", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: Mapping[str, int] | None = None

    def __getitem__(self, key: str) -> int:
        return self._lines()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines())

    def __len__(self) -> int:
        return len(self._lines())

    def _lines(self) -> Mapping[str, int]:
        if self._found is None:
            self._found = read_any(self._text).lines
        return self._found


def _read_unclosed(text: str, parts: Split, *, is_yaml: bool) -> Parsed:
    """A header without an end: all of it where that can be read, else down to the first blank line.

    A YAML file may begin with the mark of a document, which nothing ends.
    """
    if is_yaml and parts.style == "yaml":
        return _read_fenced(parts)
    head, _, rest = parts.header.partition("\n\n")
    shorter = parts._replace(header=head, body=rest, body_line=parts.header_line + head.count("\n") + 2)
    for one, what in ((parts, "the whole file"), (shorter, "what stands above the first blank line")):
        try:
            fields, lines, flaws = _read_header(one)
        except HeaderError:
            continue
        flaws.append(_unclosed(parts, f"{what} is taken as header"))
        return Parsed(fields, one.body, one.body_line, lines, tuple(flaws))
    return Parsed({}, text, 1, {}, (_unclosed(parts, "the whole file is taken as text"),))


def _unclosed(parts: Split, what: str) -> Flaw:
    fence = "---" if parts.style == "yaml" else "+++"
    return Flaw(parts.header_line - 1, "header", f"no line {fence} ends the header; {what}")


def _read_header(parts: Split) -> tuple[dict[str, Value], dict[str, int], list[Flaw]]:
    if len(parts.header) > MAX_HEADER:
        raise HeaderError(0, f"the header is larger than {MAX_HEADER // 1024} kB; put long text below it")
    if parts.style == "toml":
        return _read_toml(parts.header, parts.header_line)
    return read_yaml(parts.header, parts.header_line)


def _salvaged(parts: Split) -> tuple[dict[str, Value], dict[str, int]]:
    """What can still be read of a broken header: each top-level field by itself, else its line as text."""
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    header = parts.header[:MAX_HEADER]
    ends = [*(found.start() for found in _BLOCK.finditer(header)), len(header)]
    for start, stop in pairwise(ends):
        line = parts.header_line + header.count("\n", 0, start) if len(ends) <= MAX_BLOCKS else 0
        block = header[start:stop]
        try:
            if len(ends) > MAX_BLOCKS:
                raise HeaderError(0, "too many to try")
            one, places, _ = _read_header(parts._replace(header=block, header_line=line))
        except HeaderError:
            one, places = _plain_line(block), {}
        fields.update(one)
        lines.update(places or dict.fromkeys(one, line))
    return fields, lines


def _plain_line(block: str) -> dict[str, Value]:
    """A field of the simplest form, `key: some text`, whatever YAML or TOML say to the text."""
    found = _LINE.match(block)
    if not found:
        return {}
    value = found[2].strip()
    if value[:1] in ("[", "{", "|", ">", "&", "*", "!", ""):
        return {}
    if value[0] in "\"'":
        value = value[1:].removesuffix(value[0])
    return {found[1]: value}


def _read_pairs(parts: Split) -> Parsed:
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    flaws: list[Flaw] = []
    for number, lowered, value in pairs(parts.header):
        key = _SPELLED.get(lowered, lowered)
        if key in fields:
            flaws.append(Flaw(number + 1, key, "stands here twice; the last one is taken"))
        # Pelican takes these two as lists, split at semicolons where there is one, else at commas.
        if key in ("tags", "authors") and value:
            parted = value.split(";" if ";" in value else ",")
            fields[key] = [one.strip() for one in parted if one.strip()]
        else:
            fields[key] = value or None
        lines[key] = number + 1
    return Parsed(fields, parts.body, parts.body_line, lines, tuple(flaws))


def _read_toml(header: str, first_line: int) -> tuple[dict[str, Value], dict[str, int], list[Flaw]]:
    import tomllib

    refuse_nesting(header)
    if _DOTTED.search(header):
        raise HeaderError(0, f"keys are nested more than {MAX_NESTING} deep")
    try:
        table = tomllib.loads(header)
    except (ValueError, RecursionError) as error:
        reason = str(error)
        place = _TOML_PLACE.search(reason)
        line = int(place[1]) - 1 if place and place[1] else header.count("\n")
        reason = _TOML_PLACE.sub("", reason).strip() or "nested too deep"
        raise HeaderError(line, f'not valid TOML ({reason}); each line needs key = "value"') from None
    fields = {key: _as_text(value, 1) for key, value in table.items()}
    lines: dict[str, int] = {}
    for found in _TOML_FIELD.finditer(header):
        if found[1] in fields and found[1] not in lines:
            lines[found[1]] = header.count("\n", 0, found.start()) + first_line
    return fields, lines, []


def _as_text(value: object, depth: int) -> Value:
    if depth > MAX_NESTING:
        raise HeaderError(0, f"values are nested more than {MAX_NESTING} deep")
    if isinstance(value, dict):
        return {key: _as_text(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_text(one, depth + 1) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
