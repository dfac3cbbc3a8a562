"""Splits a file's text into header fields and body: YAML, TOML, JSON, `Key: value` lines, or no header at
all. Every value stays text; `dialects` knows what a key means. Nothing here raises for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, pairwise
from textwrap import dedent
from typing import Literal, NamedTuple, cast

from reader.article.record import Value
from reader.parsing.aliases import ALIASES, KNOWN, normal
from reader.parsing.headers import (
    MAX_HEADER,
    Flaw,
    HeaderError,
    Parsed,
    lines_of,
    read_json,
    read_toml,
    read_yaml,
    refuse_excess,
)

Style = Literal["yaml", "toml", "json", "pairs", "none"]

MAX_BLOCKS = 400
"""Maximum top-level fields of a broken header that are parsed one by one; the others are taken as lines."""

MAX_LINES = 5_000
"""Maximum top-level lines of a broken header that are examined."""

PAIR_KEYS = frozenset(
    ("title", "date", "modified", "author", "authors", "tags", "category", "slug", "summary", "status")
)
"""Keys of which a bare `Key: value` paragraph must have one to be a header (Pelican's metadata)."""

_YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$\n?", re.MULTILINE)
_TOML_END = re.compile(r"^\+\+\+[ \t]*$\n?", re.MULTILINE)
_OPENING = re.compile(r"\s*?(---|\+\+\+)[ \t]*(ya?ml|toml|json|js|javascript)?[ \t]*(?:\n|\Z)", re.IGNORECASE)
_YAML_KEY = re.compile(r"""^[ \t]*(?:\{\s*)?["']?[^\W\d][\w .-]*["']?[ \t]*:(?:\s|\Z)""", re.MULTILINE)
_KEY_WITHOUT_BLANK = re.compile(r"^[ \t]*([^\W\d][\w .-]{0,50}):(?=\S)", re.MULTILINE)
_TOML_KEY = re.compile(r"""^[ \t]*(?:\[|["']?[\w.-]+["']?[ \t]*=)""", re.MULTILINE)
_JSON_BEGINS = re.compile(r'\s*?(\{)\s*"(?:[^"\\\n]|\\.)*"\s*:')
_JSON_PART = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}]', re.DOTALL)
_JSON_END = re.compile(r"[ \t]*(?:\n|\Z)")

_YAML_LINE = re.compile(r"[ \t]|#|-[ \t]|[A-Za-z][\w -]*:(?:\s|\Z)")
_PAIR = re.compile(r"([A-Za-z][\w -]*)::?(?:[ \t]+(.*))?")
"""`Key: value`, or `key:: value` as in Logseq."""
_TITLE = re.compile(r"#[ \t]+[^\n]+\n\n(?=[A-Za-z])")
_PAIRS_BEGIN = re.compile(r"[A-Za-z][\w -]*::? ")

_BLOCK = re.compile(r"^(?=[^\s#\-\]}])", re.MULTILINE)
# A value without a space before it must not look like a URL.
_LINE = re.compile(r"""["']?([^\W\d][\w .-]{0,99}?)["']?[ \t]*[:=](?!//)[ \t]*(.*)""", re.DOTALL)
_PARTS = re.compile(r"(?:&#?\w{1,31};|[^;])+")
"""Separating semicolons, but not those of entities."""
_QUOTED = re.compile(r'"([^"]*)"')
_LIST = re.compile(r"\[([^\[\]]*)\]")
_LISTED = frozenset(
    normal(name) for field in ("topics", "tags", "keywords", "author") for name in ALIASES[field]
)
"""Keys of lists, in which an unclosed bracket is not part of the text."""
_JSON_LINE = re.compile(r'^[ \t{]*(?=")', re.MULTILINE)
# A line of a header; one that begins with "#" is a heading if no fence ends the header.
_HEADER_LINE = re.compile(r"""[ \t]|-[ \t]|[\]}]|["']?[^\W\d][\w .-]{0,99}["']?[ \t]*[:=]""")
_TABS = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)
_COMMENTED_ITEM = re.compile(r"[ \t]*-[ \t]+#")
_COMMENT = re.compile(r"""[^:]*:(?P<value>[^"'#]*?)[ \t]#""")


class Split(NamedTuple):
    """A file's text split in two."""

    style: Style
    header: str
    body: str
    header_line: int = 1
    """1-based line of the header's first line, after the fence."""
    is_closed: bool = True
    """False if the closing fence is missing; the header is then the rest of the file."""


def read(text: str, *, is_yaml: bool = False) -> Parsed:
    """Parse a file's text. `is_yaml`: a file without fences is entirely a header (.yaml, .yml)."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    parts = split(text, is_yaml=is_yaml)
    if parts.style == "none":
        return Parsed({}, parts.body)
    if parts.style == "pairs":
        return _read_pairs(parts)
    if not parts.is_closed:
        return _read_unclosed(text, parts, is_yaml=is_yaml)
    found = _read_fenced(parts)
    if found.flaws and "\n\n" in parts.header and not _has_known(found):
        # Paragraphs between two rules, one of which starts with something like "Note: ".
        return Parsed({}, text, flaws=found.flaws)
    return found


def split(text: str, *, is_yaml: bool = False) -> Split:
    """Split a file's text (newlines only, no CR); `is_yaml`: a file without fences is all header."""
    opening = _OPENING.match(text)
    if opening and (found := _fenced(text, opening)):
        return found
    if is_yaml:
        return Split("yaml", text, "")
    if found := _braced(text):
        return found
    if _PAIRS_BEGIN.match(text):
        header, _, body = text.partition("\n\n")
        header = header.removesuffix("\n")  # of a file that ends with its header
        if _are_pairs(header):
            return Split("pairs", header, body)
        if found := _unopened(text):
            return found
    return _below_title(text) or Split("none", "", text)


def _fenced(text: str, opening: re.Match[str]) -> Split | None:
    fence, language, start = opening[1], (opening[2] or "").lower(), opening.end()
    if language.startswith("j"):
        language = "json"  # of Eleventy's JavaScript, only plain data is read
    style = cast("Style", language.replace("yml", "yaml") or ("yaml" if fence == "---" else "toml"))
    header_line = text.count("\n", 0, start) + 1
    end = (_YAML_END if fence == "---" else _TOML_END).search(text, start)
    header = text[start : end.start() if end else len(text)]
    # Without a key it is Markdown's horizontal rule, and text between two of them is body.
    if header.strip() and not language and not _has_key(header[: MAX_HEADER + 1], style):
        return None
    if not header.strip() and (not end or opening.start(1)):
        return None
    return Split(style, header, text[end.end() :] if end else "", header_line, is_closed=end is not None)


def _has_key(header: str, style: Style) -> bool:
    if style == "toml":
        return _TOML_KEY.search(header) is not None
    if _YAML_KEY.search(header):
        return True
    return any(normal(found[1]) in KNOWN for found in _KEY_WITHOUT_BLANK.finditer(header))


def _braced(text: str) -> Split | None:
    """A JSON header without fences, as in Hugo: it ends where its first brace is closed."""
    begin = _JSON_BEGINS.match(text, 0, MAX_HEADER)
    if not begin:
        return None
    depth = 0
    for part in _JSON_PART.finditer(text, begin.start(1), MAX_HEADER):
        depth += {"{": 1, "}": -1}.get(part[0], 0)
        if not depth:
            break
    end = _JSON_END.match(text, part.end())
    if depth or not end:
        return None
    header_line = text.count("\n", 0, begin.start(1)) + 1
    return Split("json", text[begin.start(1) : part.end()], text[end.end() :], header_line)


def _are_pairs(header: str) -> bool:
    if len(header) > MAX_HEADER:
        return False
    lines = header.split("\n")
    if not all(line[:1] in (" ", "\t") or _PAIR.fullmatch(line) for line in lines):
        return False
    return any(key.lower() in PAIR_KEYS for _, key, _ in pairs(header))


def _unopened(text: str) -> Split | None:
    """A header with only a closing fence, as in older versions of Hexo."""
    end = _YAML_END.search(text, 0, MAX_HEADER)
    if not end:
        return None
    lines = text[: end.start()].rstrip("\n").split("\n")
    if not all(map(_YAML_LINE.match, lines)) or not any(
        line.partition(":")[0].lower() in PAIR_KEYS for line in lines
    ):
        return None
    return Split("yaml", text[: end.start()], text[end.end() :])


def _below_title(text: str) -> Split | None:
    """A paragraph of `Key: value` lines below a title, as Notion exports it; the title stays in the text."""
    title = _TITLE.match(text)
    if not title:
        return None
    header, _, body = text[title.end() :].partition("\n\n")
    lines = header.rstrip("\n").split("\n")
    if len(lines) < 2 or len(header) > MAX_HEADER or not all(map(_PAIR.fullmatch, lines)):
        return None
    if not any(normal(line.partition(":")[0]) in KNOWN for line in lines):
        return None
    return Split("pairs", "\n".join(lines), title[0] + body, text.count("\n", 0, title.end()) + 1)


def pairs(header: str) -> list[tuple[int, str, str]]:
    """The (0-based line, key, value) of a `Key: value` header; indented lines continue a value."""
    found: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(header.split("\n")):
        pair = _PAIR.fullmatch(line)
        if pair:
            found.append((number, pair[1].strip(), [pair[2] or ""]))
        elif found and line[:1] in (" ", "\t"):
            found[-1][2].append(line)
    return [(number, key, " ".join(filter(None, map(str.strip, lines)))) for number, key, lines in found]


def _read_pairs(parts: Split) -> Parsed:
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    flaws: list[Flaw] = []
    spelled: dict[str, str] = {}
    for number, written, value in pairs(parts.header):
        key = spelled.setdefault(written.lower(), written)
        if key in fields:
            flaws.append(Flaw(number + parts.header_line, key, "appears twice; the last one is used"))
        # Pelican treats these two as lists, split at semicolons if there are any, else at commas.
        if key.lower() in ("tags", "authors") and value:
            parted = _PARTS.findall(value)
            parted = parted if len(parted) > 1 else value.split(",")
            fields[key] = [one.strip() for one in parted if one.strip()]
        else:
            fields[key] = value or None
        lines[key] = number + parts.header_line
    return Parsed(fields, parts.body, lines, tuple(flaws))


def _read_fenced(parts: Split) -> Parsed:
    try:
        return _read_header(parts)
    except HeaderError as error:
        flaw = Flaw(error.line + parts.header_line, "header", error.reason)
    # Indented with tabs, which YAML forbids and some editors write.
    header = _TABS.sub(lambda tabs: tabs[0].replace("\t", "    "), parts.header)
    if header != parts.header and len(header) <= MAX_HEADER:
        with suppress(HeaderError):
            return _read_header(parts._replace(header=header)).with_flaws(flaw)
    return _salvaged(parts).with_flaws(flaw)


def _read_unclosed(text: str, parts: Split, *, is_yaml: bool) -> Parsed:
    """A header without a closing fence: all of it if it can be parsed, else the lines that look like one. A
    YAML file may begin with a document marker, which needs no end.
    """
    if is_yaml and parts.style == "yaml":
        return _read_fenced(parts)
    missing = f'no line "{"+++" if parts.style == "toml" else "---"}" ends the header; '

    def flaw(rest: str) -> Flaw:
        return Flaw(parts.header_line - 1, "header", missing + rest)

    if not re.search(r"^#", parts.header[:MAX_HEADER], re.MULTILINE):
        with suppress(HeaderError):
            return _read_header(parts).with_flaws(flaw("the whole file is read as header"))
    rows = parts.header[:MAX_HEADER].split("\n")
    count = next((place for place, row in enumerate(rows) if not _HEADER_LINE.match(row)), len(rows))
    head = "".join(f"{row}\n" for row in rows[:count])
    found = _read_fenced(parts._replace(header=head, body=parts.header[len(head) :].removeprefix("\n")))
    if not _has_known(found):
        return Parsed({}, text, flaws=(flaw("the whole file is read as text"),))
    return found.with_flaws(flaw(f"its first {count} lines are read as one"))


def _has_known(parsed: Parsed) -> bool:
    return any(normal(key) in KNOWN for key in parsed.fields)


def _read_header(parts: Split) -> Parsed:
    """Raises HeaderError if the header can't be parsed as a whole."""
    refuse_excess(parts.header)
    return _read_style(parts)._replace(body=parts.body)


def _read_style(parts: Split) -> Parsed:
    header, line = parts.header, parts.header_line
    if parts.style == "toml":
        return read_toml(header, line)
    if header[:1] in (" ", "\t"):
        header = dedent(header)
    is_braced = header.lstrip().startswith("{")
    if parts.style == "json" or is_braced:
        try:
            return read_json(header, line)
        except HeaderError as error:
            if not is_braced:
                raise
            # YAML accepts what JSON rejects: a trailing comma, names without quotes.
            try:
                return read_yaml(header, line)
            except HeaderError:
                if parts.style == "json":
                    raise error from None
                raise
    found = read_yaml(header, line)
    return found.with_flaws(*_lost_in_comments(found, parts))


def _lost_in_comments(found: Parsed, parts: Split) -> Iterator[Flaw]:
    """Titles cut at a comment, and known keys whose value is only a comment (`tags: #fog`)."""
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


def _salvaged(parts: Split) -> Parsed:
    """What can be parsed of a broken header: each top-level field by itself, else its line as text."""
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    as_written: set[str] = set()
    header = dedent(parts.header[:MAX_HEADER])
    line_of = lines_of(header)
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
            found = _read_header(parts._replace(header=block, header_line=line))
        except HeaderError:
            found = Parsed(_plain_line(block))
            as_written.update(found.fields)
        fields.update(found.fields)
        lines.update(found.lines or dict.fromkeys(found.fields, line))
    return Parsed(fields, parts.body, lines, as_written=frozenset(as_written))


def _plain_line(block: str) -> dict[str, Value]:
    """A field of the simplest form, `key: some text`, even if the text is invalid YAML or TOML."""
    found = _LINE.match(block)
    if not found:
        return {}
    first, *rest = (row.strip() for row in found[2].split("\n"))
    is_quoted = len(first) > 1 and first[0] in "\"'" and first[-1] == first[0]
    rows = [row for row in rest if row]
    if rows and all(row.startswith("- ") for row in rows):
        return {found[1]: first or [row[2:].strip().strip("\"'") for row in rows]}
    if is_quoted:
        return {found[1]: first[1:-1]}
    value = " ".join(found[2].split())
    if not value:
        return {}
    if value.startswith('["') and (quoted := _QUOTED.findall(value)):
        return {found[1]: quoted}
    if listed := _LIST.fullmatch(value):
        return {found[1]: [one.strip().strip("\"'") for one in listed[1].split(",") if one.strip()]}
    return {found[1]: value.strip("[]") if normal(found[1]) in _LISTED else value}
