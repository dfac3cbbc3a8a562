"""A file's text taken apart into fields and body: YAML, TOML, JSON, `Key: value` lines, or no header at all.

Every value stays text; what a key means is `dialects`' business. Nothing here raises for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, pairwise
from textwrap import dedent
from typing import NamedTuple

from reader.article.record import Value
from reader.parsing.aliases import ALIASES, KNOWN, normal
from reader.parsing.data_headers import read_json, read_toml
from reader.parsing.fences import Split, pairs, split
from reader.parsing.parsed import MAX_HEADER, Flaw, HeaderError, LineNumbers, Parsed, refuse_excess
from reader.parsing.yaml_header import read_yaml

__all__ = ["Flaw", "Parsed", "read"]

MAX_BLOCKS = 400
"""Top-level fields of a broken header up to which each is parsed by itself; of more, the lines are taken."""

MAX_LINES = 5_000
"""Top-level lines of a broken header that are looked at."""

_BLOCK = re.compile(r"^(?=[^\s#\-\]}])", re.MULTILINE)
# The text of a key that needs no blank must not begin like an address.
_LINE = re.compile(r"""["']?([^\W\d][\w .-]{0,99}?)["']?[ \t]*[:=](?!//)[ \t]*(.*)""", re.DOTALL)
_PARTS = re.compile(r"(?:&#?\w{1,31};|[^;])+")
"""What semicolons separate, but those of entities."""
_QUOTED = re.compile(r'"([^"]*)"')
_LIST = re.compile(r"\[([^\[\]]*)\]")
_LISTED = frozenset(
    normal(name) for field in ("topics", "tags", "keywords", "author") for name in ALIASES[field]
)
"""Keys of lists, in which a bracket that nothing closes is no sign of the text."""
_JSON_LINE = re.compile(r'^[ \t{]*(?=")', re.MULTILINE)
# What a header's line looks like; a line that begins with "#" is a heading where no fence ends the header.
_HEADER_LINE = re.compile(r"""[ \t]|-[ \t]|[\]}]|["']?[^\W\d][\w .-]{0,99}["']?[ \t]*[:=]""")
_TABS = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)
_COMMENTED_ITEM = re.compile(r"[ \t]*-[ \t]+#")
_COMMENT = re.compile(r"""[^:]*:(?P<value>[^"'#]*?)[ \t]#""")


def read(text: str, *, is_yaml: bool = False) -> Parsed:
    """Take a file's text apart. `is_yaml`: a file without fences is a header as a whole (.yaml, .yml)."""
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
    found = _read_fenced(parts)
    if found.problems and "\n\n" in parts.header and not any(normal(key) in KNOWN for key in found.fields):
        # Paragraphs between two rules, one of which begins like "Note: ".
        return Parsed({}, text, 1, {}, found.problems)
    return found


def _read_fenced(parts: Split) -> Parsed:
    as_written: frozenset[str] = frozenset()
    try:
        fields, lines, flaws = _read_header(parts)
    except HeaderError as error:
        flaw = Flaw(error.line + parts.header_line, "header", error.reason)
        try:
            # Indented with tabs, which YAML forbids and some editors write.
            fields, lines, flaws = _read_header(parts._replace(header=_without_tabs(parts.header)))
            flaws.append(flaw)
        except HeaderError:
            fields, lines, as_written = _salvaged(parts)
            flaws = [flaw]
    return Parsed(fields, parts.body, parts.body_line, lines, tuple(flaws), as_written)


def _without_tabs(header: str) -> str:
    """A header with spaces for the tabs that lines begin with. Raises HeaderError where there are none."""
    found = _TABS.sub(lambda tabs: tabs[0].replace("\t", "    "), header)
    if found == header or len(found) > MAX_HEADER:
        raise HeaderError(0, "no tabs")
    return found


def _read_unclosed(text: str, parts: Split, *, is_yaml: bool) -> Parsed:
    """A header without an end: all of it where that can be read, else the lines that look like one.

    A YAML file may begin with the mark of a document, which nothing ends.
    """
    if is_yaml and parts.style == "yaml":
        return _read_fenced(parts)
    fence = "+++" if parts.style == "toml" else "---"
    missing = f'no line "{fence}" ends the header; '
    if not re.search(r"^#", parts.header[:MAX_HEADER], re.MULTILINE):
        with suppress(HeaderError):
            fields, lines, flaws = _read_header(parts)
            flaws.append(Flaw(parts.header_line - 1, "header", missing + "the whole file is read as header"))
            return Parsed(fields, "", parts.body_line, lines, tuple(flaws))
    rows = parts.header[:MAX_HEADER].split("\n")
    count = next((place for place, row in enumerate(rows) if not _HEADER_LINE.match(row)), len(rows))
    head = "".join(f"{row}\n" for row in rows[:count])
    body = parts.header[len(head) :]
    is_parted = body.startswith("\n")
    found = _read_fenced(
        parts._replace(header=head, body=body[is_parted:], body_line=parts.header_line + count + is_parted)
    )
    if not any(normal(key) in KNOWN for key in found.fields):
        flaw = Flaw(parts.header_line - 1, "header", missing + "the whole file is read as text")
        return Parsed({}, text, 1, {}, (flaw,))
    flaw = Flaw(parts.header_line - 1, "header", f"{missing}its first {count} lines are read as one")
    return found._replace(problems=(*found.problems, flaw))


class _Fields(NamedTuple):
    """A header's fields, the file line of each key, and what is wrong with it."""

    fields: dict[str, Value]
    lines: dict[str, int]
    flaws: list[Flaw]


def _read_header(parts: Split) -> _Fields:
    """Raises HeaderError where the header can't be read as a whole."""
    refuse_excess(parts.header)
    header, line = parts.header, parts.header_line
    if parts.style == "toml":
        return _Fields(*read_toml(header, line))
    if header[:1] in (" ", "\t"):
        header = dedent(header)
    if parts.style == "json" or header.lstrip().startswith("{"):
        try:
            return _Fields(*read_json(header, line))
        except HeaderError as error:
            if parts.style == "json" and not header.lstrip().startswith("{"):
                raise
            # YAML forgives what JSON does not: a comma too many, names without quotes.
            try:
                return _Fields(*read_yaml(header, line))
            except HeaderError:
                if parts.style == "json":
                    raise error from None
                raise
    found = _Fields(*read_yaml(header, line))
    found.flaws.extend(_lost_in_comments(found, parts))
    return found


def _lost_in_comments(found: _Fields, parts: Split) -> Iterator[Flaw]:
    """Titles that end at a comment, and known keys of which a comment is all there is (`tags: #fog`)."""
    if " #" not in parts.header and "\t#" not in parts.header:
        return
    rows = parts.header.split("\n")
    for key, value in found.fields.items():
        name, line = normal(key), found.lines.get(key, 0)
        if not line or name not in KNOWN:
            continue
        row = rows[line - parts.header_line]
        if isinstance(value, list) and None in value:
            is_lost = any(map(_COMMENTED_ITEM.match, rows[line - parts.header_line :]))
        else:
            is_lost = (name == "title" or value is None) and _COMMENT.match(row) is not None
        if is_lost:
            reason = 'what follows " #" is a comment and ignored; put quotes around the text'
            yield Flaw(line, key, reason)


def _salvaged(parts: Split) -> tuple[dict[str, Value], dict[str, int], frozenset[str]]:
    """What can still be read of a broken header: each top-level field by itself, else its line as text; the
    lines of the keys, and the keys of the latter."""
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    as_written: set[str] = set()
    header = dedent(parts.header[:MAX_HEADER])
    line_of = LineNumbers(header)
    is_json = header.lstrip().startswith("{")
    begins = (_JSON_LINE if is_json else _BLOCK).finditer(header)
    ends = [*(found.end() for found in begins), len(header)]
    for start, stop in islice(pairwise(ends), MAX_LINES):
        line = parts.header_line + line_of(start)
        block = header[start:stop]
        if is_json:
            block = block.rstrip(" \t\n{},")
        try:
            if len(ends) > MAX_BLOCKS:
                raise HeaderError(0, "too many to try")
            one, places, _ = _read_header(parts._replace(header=block, header_line=line))
        except HeaderError:
            one, places = _plain_line(block), {}
            as_written.update(one)
        fields.update(one)
        lines.update(places or dict.fromkeys(one, line))
    return fields, lines, frozenset(as_written)


def _plain_line(block: str) -> dict[str, Value]:
    """A field of the simplest form, `key: some text`, whatever YAML or TOML say to the text."""
    found = _LINE.match(block)
    if not found:
        return {}
    first = found[2].partition("\n")[0].strip()
    is_quoted = len(first) > 1 and first[0] in "\"'" and first[-1] == first[0]
    rows = [row.strip() for row in found[2].split("\n")[1:] if row.strip()]
    if rows and all(row.startswith("- ") for row in rows):
        return {found[1]: first or [row[2:].strip().strip("\"'") for row in rows]}
    value = first if is_quoted else " ".join(found[2].split())
    if not value:
        return {}
    if is_quoted:
        return {found[1]: value[1:-1]}
    if value.startswith('["') and (quoted := _QUOTED.findall(value)):
        return {found[1]: quoted}
    if listed := _LIST.fullmatch(value):
        return {found[1]: [one.strip().strip("\"'") for one in listed[1].split(",") if one.strip()]}
    if normal(found[1]) in _LISTED:
        value = value.strip("[]")
    return {found[1]: value}


def _read_pairs(parts: Split) -> Parsed:
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    flaws: list[Flaw] = []
    spelled: dict[str, str] = {}
    for number, written, value in pairs(parts.header):
        key = spelled.setdefault(written.lower(), written)
        if key in fields:
            flaws.append(Flaw(number + parts.header_line, key, "appears twice; the last one is used"))
        # Pelican takes these two as lists, split at semicolons where there is one, else at commas.
        if key.lower() in ("tags", "authors") and value:
            parted = _PARTS.findall(value)
            parted = parted if len(parted) > 1 else value.split(",")
            fields[key] = [one.strip() for one in parted if one.strip()]
        else:
            fields[key] = value or None
        lines[key] = number + parts.header_line
    return Parsed(fields, parts.body, parts.body_line, lines, tuple(flaws))
