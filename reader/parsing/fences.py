"""Where a file's header ends and its body begins.

Only lines and brackets are looked at here; what is between the fences is read by `frontmatter`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, cast

from reader.parsing.aliases import KNOWN, normal
from reader.parsing.parsed import MAX_HEADER

Style = Literal["yaml", "toml", "json", "pairs", "none"]

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
PAIR_KEYS = frozenset(
    ("title", "date", "modified", "author", "authors", "tags", "category", "slug", "summary", "status")
)
"""Keys that make a bare `Key: value` paragraph a header (Pelican's metadata); one of them must be there."""


class Split(NamedTuple):
    """A file's text in two."""

    style: Style
    header: str
    body: str
    header_line: int
    """1-based line of the file on which the header's first line is, behind the fence."""
    body_line: int
    is_closed: bool = True
    """False if a fence opens the header and none ends it; the header is then the rest of the file."""


def split(text: str, *, is_yaml: bool = False) -> Split:
    """Take a file's text (newlines only, no CR) apart; `is_yaml`: a file without fences is all header."""
    opening = _OPENING.match(text)
    if opening:
        found = _fenced(text, opening)
        if found:
            return found
    if is_yaml:
        return Split("yaml", text, "", 1, text.count("\n") + 1)
    if found := _braced(text):
        return found
    if _PAIRS_BEGIN.match(text):
        header, blank, body = text.partition("\n\n")
        header = header.removesuffix("\n")  # of a file that ends with its header
        if _are_pairs(header):
            return Split("pairs", header, body, 1, header.count("\n") + (3 if blank else 1))
        if found := _unopened(text):
            return found
    return _below_title(text) or Split("none", "", text, 1, 1)


def _below_title(text: str) -> Split | None:
    """A paragraph of `Key: value` lines below a title, as Notion exports it; the title stays in the text."""
    title = _TITLE.match(text)
    if not title:
        return None
    header, blank, body = text[title.end() :].partition("\n\n")
    lines = header.rstrip("\n").split("\n")
    if len(lines) < 2 or len(header) > MAX_HEADER or not all(map(_PAIR.fullmatch, lines)):
        return None
    if not any(normal(line.partition(":")[0]) in KNOWN for line in lines):
        return None
    header_line = text.count("\n", 0, title.end()) + 1
    body_line = header_line + len(lines) + bool(blank)
    return Split("pairs", "\n".join(lines), title[0] + body, header_line, body_line)


def _fenced(text: str, opening: re.Match[str]) -> Split | None:
    fence, language, start = opening[1], (opening[2] or "").lower(), opening.end()
    if language.startswith("j"):
        language = "json"  # what Eleventy has in JavaScript is read as far as it is data
    style = cast("Style", language.replace("yml", "yaml") or ("yaml" if fence == "---" else "toml"))
    header_line = text.count("\n", 0, start) + 1
    end = (_YAML_END if fence == "---" else _TOML_END).search(text, start)
    header = text[start : end.start() if end else len(text)]
    # Without a key it is Markdown's horizontal rule, and text between two of them is still body.
    if header.strip() and not language and not _has_key(header[: MAX_HEADER + 1], style):
        return None
    if not header.strip() and (not end or opening.start(1)):
        return None
    if not end:
        return Split(style, header, "", header_line, text.count("\n") + 1, is_closed=False)
    return Split(style, header, text[end.end() :], header_line, text.count("\n", 0, end.end()) + 1)


def _unopened(text: str) -> Split | None:
    """A header of which only the end has a fence, as older versions of Hexo write it."""
    end = _YAML_END.search(text, 0, MAX_HEADER)
    if not end:
        return None
    lines = text[: end.start()].rstrip("\n").split("\n")
    if not all(map(_YAML_LINE.match, lines)) or not any(
        line.partition(":")[0].lower() in PAIR_KEYS for line in lines
    ):
        return None
    return Split("yaml", text[: end.start()], text[end.end() :], 1, text.count("\n", 0, end.end()) + 1)


def _has_key(header: str, style: Style) -> bool:
    if style == "toml":
        return _TOML_KEY.search(header) is not None
    if _YAML_KEY.search(header):
        return True
    return any(normal(found[1]) in KNOWN for found in _KEY_WITHOUT_BLANK.finditer(header))


def _braced(text: str) -> Split | None:
    """A JSON header without fences, as Hugo has it: it ends where its first brace is closed."""
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
    body_line = text.count("\n", 0, end.end()) + 1
    return Split("json", text[begin.start(1) : part.end()], text[end.end() :], header_line, body_line)


def pairs(header: str) -> list[tuple[int, str, str]]:
    """The (0-based line, key, value) of a `Key: value` header; indented lines go on."""
    found: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(header.split("\n")):
        pair = _PAIR.fullmatch(line)
        if pair:
            found.append((number, pair[1].strip(), [pair[2] or ""]))
        elif found and line[:1] in (" ", "\t"):
            found[-1][2].append(line)
    return [(number, key, " ".join(filter(None, map(str.strip, said)))) for number, key, said in found]


def _are_pairs(header: str) -> bool:
    if len(header) > MAX_HEADER:
        return False
    lines = header.split("\n")
    if not all(line[:1] in (" ", "\t") or _PAIR.fullmatch(line) for line in lines):
        return False
    return any(key.lower() in PAIR_KEYS for _, key, _ in pairs(header))
