"""Parses headers in YAML, TOML and JSON with all scalars as text: no types are guessed, and numbers keep
their digits.

The parsers are imported with the first such header: PyYAML takes 13 ms. Fences are handled in `frontmatter`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from reader.article.record import Value
from reader.article.text import clean

MAX_HEADER = 256 * 1024
"""Maximum characters of a header."""

MAX_NESTING = 64
"""Maximum nesting of a header: PyYAML's C parser crashes the process at 15,000."""

MAX_ENTRIES = 20_000
"""Maximum lines and commas of a header: each may be a value, and 100,000 take a second and 100 MB."""


class Flaw(NamedTuple):
    """Something in a header that could not be parsed; becomes a Problem once the file's path is known."""

    line: int
    """1-based line of the file; 0 for the file as a whole."""
    field: str
    """The key as written, or "header"."""
    reason: str


class Parsed(NamedTuple):
    """The fields of a header, and the body below it."""

    fields: dict[str, Value]
    body: str = ""
    """Everything after the header, unchanged."""
    lines: Mapping[str, int] = {}
    """1-based line of each key: `title`, and in YAML `related.0.quality` for nested ones."""
    flaws: tuple[Flaw, ...] = ()
    as_written: frozenset[str] = frozenset()
    """Keys whose values could not be parsed: they are kept as written, without formatting."""

    def with_flaws(self, *flaws: Flaw) -> Parsed:
        """The same with further flaws."""
        return self._replace(flaws=(*self.flaws, *flaws))


class HeaderError(Exception):
    """A header, or a part of one, that can't be parsed as a whole; always caught in `frontmatter`."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        """0-based line within the text that was parsed."""
        self.reason = reason


def refuse_excess(header: str) -> None:
    """Raises HeaderError, before parsing, if a header is too long, too deep or has too many values."""
    if len(header) > MAX_HEADER:
        raise HeaderError(0, f"the header is larger than {MAX_HEADER // 1024} kB; put long text below it")
    if header.count("\n") + header.count(",") > MAX_ENTRIES:
        raise HeaderError(0, f"the header has more than {MAX_ENTRIES:,} lines and commas; shorten its lists")
    if header.count("[") + header.count("{") <= MAX_NESTING:
        return
    depth = 0
    for place, char in enumerate(header):
        if char in "[{":
            depth += 1
            if depth > MAX_NESTING:
                line = header.count("\n", 0, place)
                raise HeaderError(line, f"brackets are nested more than {MAX_NESTING} deep")
        elif char in "]}":
            depth = max(depth - 1, 0)


def lines_of(text: str) -> Callable[[int], int]:
    """Returns a function from an offset in a text to its 0-based line."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    return lambda place: bisect_left(breaks, place)


MAX_ALIASES = 32
"""Maximum aliases (`*name`) in a header."""

MAX_ALIASED = 10_000
"""Maximum values that all aliases of a header may expand to, so that a few lines can't fill the memory."""

_PYTHON_TAG = "tag:yaml.org,2002:python/"
_NOT_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ODD_BREAKS = {0x85: " ", 0x2028: " ", 0x2029: " "}
"""Line breaks in YAML that are none in editors: lines are counted as in editors."""
_KNOWN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "binary", "seq", "map", "set", "merge")
)
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_REMEDIES = (
    ("mapping values are not allowed", 'a text with ": " in it needs quotes around it'),
    ("could not find expected ':'", 'each line needs "key: value", and a longer text quotes or indentation'),
    ("did not find expected key", "check the indentation and that every quote is closed"),
    ("found unexpected end of stream", "a quote or bracket is never closed"),
    ("cannot start any token", "indent with blanks, not tabs, and put quotes around a text that begins so"),
    ("unknown escape character", "write a backslash twice, or use single quotes"),
    ("did not find expected ',' or", "a bracket is never closed"),
    ("did not find expected alphabetic", "a text that begins with * or & needs quotes around it"),
)


def read_yaml(header: str, first_line: int) -> Parsed:
    """The fields of a YAML header; only an unquoted null, `~` or nothing is None.

    `first_line` is the file's line on which the header begins. Raises HeaderError where the header can't be
    read as a whole.
    """
    flaws: list[Flaw] = []
    header = header.translate(_ODD_BREAKS) if not header.isascii() else header
    if _NOT_YAML.search(header):
        flaws.append(Flaw(first_line, "header", "control characters are not allowed and were removed"))
        header = clean(header)
    walk = _Walk(header, first_line)
    return Parsed(walk.document(), lines=walk.lines, flaws=(*flaws, *walk.flaws))


class _Walk:
    """One pass over the events of one header."""

    def __init__(self, header: str, first_line: int) -> None:
        import yaml

        self._yaml: Any = yaml
        self._ends = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
        self._loader = (getattr(yaml, "CBaseLoader", None) or yaml.BaseLoader)(header)
        self._next: Callable[[], Any] = self._loader.get_event
        self._first_line = first_line
        self._header = header
        self._anchors: dict[str, tuple[Value, int] | None] = {}
        self._aliases = 0
        self._aliased = 0
        self._used: set[str] = set()
        self._anchored: list[tuple[str, dict[str, Value], str, str]] = []
        """An anchor, the position of its text, and the text as written."""
        self.lines: dict[str, int] = {}
        self.flaws: list[Flaw] = []

    def document(self) -> dict[str, Value]:
        """The header's fields; {} for an empty one."""
        try:
            found = self._document()
            for anchor, fields, key, written in self._anchored:
                # No alias refers to it, so `title: &sons of anarchy` is a text.
                if anchor not in self._used:
                    fields[key] = written
            return found
        except (self._yaml.YAMLError, UnicodeError) as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            raise HeaderError(mark.line if mark else 0, _explained(error)) from None
        finally:
            self._loader.dispose()

    def _document(self) -> dict[str, Value]:
        self._next()
        begin = self._next()
        if isinstance(begin, self._yaml.StreamEndEvent):
            return {}
        root, _ = self._node(self._next(), "", 0)
        self._next()
        after = self._next()
        if isinstance(after, self._yaml.DocumentStartEvent):
            self._flaw(after.start_mark.line, "", "only the first YAML document of a file is read")
        if root is None:
            return {}
        if not isinstance(root, dict):
            raise HeaderError(0, 'the header must be made of "key: value" lines')
        return root

    def _node(self, event: Any, path: str, depth: int) -> tuple[Value, int]:
        """The value that begins with this event, and the number of values in it."""
        if isinstance(event, self._yaml.ScalarEvent):
            self._refuse_tag(event, path)
            text: Value = event.value
            tag = event.tag
            if event.implicit[0] and text in _NULLS:
                text = None
            elif tag and not (event.style or tag in _KNOWN_TAGS or tag.startswith(_PYTHON_TAG)):
                text = self._written(event)  # what looks like a tag begins a text: `!important notice`
            if event.anchor:
                self._anchors[event.anchor] = (text, 1)
            return text, 1
        if isinstance(event, self._yaml.AliasEvent):
            return self._resolved(event)
        self._refuse_tag(event, path)
        if depth >= MAX_NESTING:
            raise HeaderError(event.start_mark.line, f"values are nested more than {MAX_NESTING} deep")
        if event.anchor:
            self._anchors[event.anchor] = None
        is_list = isinstance(event, self._yaml.SequenceStartEvent)
        found = self._list(path, depth) if is_list else self._mapping(path, depth)
        if event.anchor:
            self._anchors[event.anchor] = found
        return found

    def _refuse_tag(self, event: Any, path: str) -> None:
        """Report a tag that requests a Python object; its value is read as plain data."""
        if event.tag and event.tag.startswith(_PYTHON_TAG):
            self._flaw(event.start_mark.line, path, "Python tags are ignored; remove the !!python/…")

    def _written(self, event: Any) -> str:
        return " ".join(self._header[event.start_mark.index : event.end_mark.index].split())

    def _list(self, path: str, depth: int) -> tuple[Value, int]:
        values: list[Value] = []
        total = 1
        while not isinstance(event := self._next(), self._ends):
            value, size = self._node(event, f"{path}{len(values)}.", depth + 1)
            values.append(value)
            total += size
        return values, total

    def _mapping(self, path: str, depth: int) -> tuple[Value, int]:
        fields: dict[str, Value] = {}
        merged: list[Value] = []
        total, is_odd = 1, False
        while not isinstance(event := self._next(), self._ends):
            line = event.start_mark.line
            key = event.value if isinstance(event, self._yaml.ScalarEvent) else None
            if key is None:
                self._node(event, path, depth + 1)
                self._flaw(line, path, "a key must be a string; text that begins with { or [ needs quotes")
            elif event.anchor:
                self._anchors[event.anchor] = (key, 1)
            behind = self._next()
            value, size = self._node(behind, f"{path}{key}.", depth + 1)
            total += size
            if key is None:
                is_odd = True
                continue
            if isinstance(behind, self._yaml.ScalarEvent) and behind.anchor and not behind.style:
                self._anchored.append((behind.anchor, fields, key, self._written(behind)))
            if key == "<<" and event.implicit[0]:
                merged += value if isinstance(value, list) else [value]
                continue
            if key in fields:
                self._flaw(line, path + key, "appears twice; the last one is used")
            fields[key] = value
            self.lines[path + key] = line + self._first_line
        for part in merged:
            for key, one in part.items() if isinstance(part, dict) else ():
                fields.setdefault(key, one)
        # Report a template's `{{date}}` once, not again as a map in place of a text.
        return fields if fields or not is_odd else None, total

    def _resolved(self, event: Any) -> tuple[Value, int]:
        line = event.start_mark.line
        self._aliases += 1
        if event.anchor not in self._anchors:
            raise HeaderError(line, f"*{event.anchor} is not defined; put quotes around a text with *")
        self._used.add(event.anchor)
        found = self._anchors[event.anchor]
        if found is None:
            raise HeaderError(line, f"*{event.anchor} refers to itself")
        self._aliased += found[1]
        if self._aliases > MAX_ALIASES or self._aliased > MAX_ALIASED:
            raise HeaderError(line, "too many aliases (*name); write the values out")
        return found

    def _flaw(self, line: int, field: str, reason: str) -> None:
        self.flaws.append(Flaw(line + self._first_line, field.rstrip(".") or "header", reason))


def _explained(error: Exception) -> str:
    """The message for a parser's error: one clause with its remedy."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    problem = " ".join(problem.split())
    remedy = next((text for sign, text in _REMEDIES if sign in problem), "check this line and the one above")
    return f"not valid YAML ({problem}); {remedy}"


LONGEST_NUMBER = 1_000
"""Maximum bits of an integer in a header; converting longer ones to decimal takes quadratic time."""

MAX_DOTTED = 2_000
"""Maximum dots in the keys of a TOML header: each creates a table."""

_DOTTED = re.compile(
    r"""^[ \t]*+\[{0,2}+(?:[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.){64}""", re.MULTILINE | re.ASCII
)
_DOTS = re.compile(
    r"""^[ \t]*+\[{0,2}+((?:[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.)+)""", re.MULTILINE | re.ASCII
)
_TOML_FIELD = re.compile(r"""^(?:\[\[?[ \t]*)?["']?([\w-]+)["']?[ \t]*[=\].]""", re.MULTILINE | re.ASCII)
_TOML_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
_JSON_FIELD = re.compile(r'^[ \t]*\{?[ \t]*"([^"\\\n]{1,200})"[ \t]*:', re.MULTILINE)


def read_toml(header: str, first_line: int) -> Parsed:
    """Like `read_yaml`, for a TOML header."""
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


def read_json(header: str, first_line: int) -> Parsed:
    """Like `read_yaml`, for a JSON header."""
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
    found = _fields(table, header, first_line, _JSON_FIELD)
    reason = "appears twice; the last one is used"
    return found.with_flaws(*(Flaw(found.lines.get(name, first_line), name, reason) for name in twice))


def _fields(table: dict[str, Any], header: str, first_line: int, field: re.Pattern[str]) -> Parsed:
    flaws: list[Flaw] = []
    line_of = lines_of(header)
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
    return Parsed(fields, lines=lines, flaws=tuple(flaws))


def _as_text(value: object, depth: int) -> Value:
    """A value with all scalars as text. Raises ValueError if it is too large."""
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
