"""Where a file's header ends and its body begins.

Only lines are looked at here; what stands between the fences is read by `frontmatter`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from reader.parsing.parsed import MAX_HEADER

Style = Literal["yaml", "toml", "pairs", "none"]

_YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$\n?", re.MULTILINE)
_TOML_END = re.compile(r"^\+\+\+[ \t]*$\n?", re.MULTILINE)
_OPENING = re.compile(r"\s*?(---|\+\+\+)[ \t]*(?:\n|\Z)")
_YAML_KEY = re.compile(r"""^["']?[^\W\d][\w .-]*["']?[ \t]*:(?:\s|\Z)""", re.MULTILINE)
_TOML_KEY = re.compile(r"""^(?:\[|["']?[\w.-]+["']?[ \t]*=)""", re.MULTILINE)

_PAIR = re.compile(r"([A-Za-z][\w -]*):(?:[ \t]+(.*))?")
_PAIRS_BEGIN = re.compile(r"[A-Za-z][\w -]*: ")
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
    """1-based line of the file on which the header's first line stands, behind the fence."""
    body_line: int
    is_closed: bool = True
    """False where a fence opens the header and none ends it; the header is then the rest of the file."""


def split(text: str, *, is_yaml: bool = False) -> Split:
    """Take a file's text (newlines only, no CR) apart; `is_yaml`: a file without fences is all header."""
    opening = _OPENING.match(text)
    if opening:
        found = _fenced(text, opening)
        if found:
            return found
    if is_yaml:
        return Split("yaml", text, "", 1, text.count("\n") + 1)
    if _PAIRS_BEGIN.match(text):
        header, blank, body = text.partition("\n\n")
        if _are_pairs(header):
            return Split("pairs", header, body, 1, header.count("\n") + (3 if blank else 1))
    return Split("none", "", text, 1, 1)


def _fenced(text: str, opening: re.Match[str]) -> Split | None:
    fence, start = opening[1], opening.end()
    style: Style = "yaml" if fence == "---" else "toml"
    header_line = text.count("\n", 0, start) + 1
    end = (_YAML_END if style == "yaml" else _TOML_END).search(text, start)
    header = text[start : end.start() if end else len(text)]
    # Without a key it is Markdown's horizontal rule, and text between two of them is still body.
    key = _YAML_KEY if style == "yaml" else _TOML_KEY
    if header.strip() and not key.search(header):
        return None
    if not header.strip() and (not end or opening.start(1)):
        return None
    if not end:
        return Split(style, header, "", header_line, text.count("\n") + 1, is_closed=False)
    return Split(style, header, text[end.end() :], header_line, text.count("\n", 0, end.end()) + 1)


def pairs(header: str) -> list[tuple[int, str, str]]:
    """The (0-based line, key in lower case, value) of a `Key: value` header; indented lines go on."""
    found: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(header.split("\n")):
        pair = _PAIR.fullmatch(line)
        if pair:
            found.append((number, pair[1].strip().lower(), [pair[2] or ""]))
        elif found and line[:1] in (" ", "\t"):
            found[-1][2].append(line)
    return [(number, key, " ".join(filter(None, map(str.strip, said)))) for number, key, said in found]


def _are_pairs(header: str) -> bool:
    if len(header) > MAX_HEADER:
        return False
    lines = header.split("\n")
    if not all(line[:1] in (" ", "\t") or _PAIR.fullmatch(line) for line in lines):
        return False
    return any(key in PAIR_KEYS for _, key, _ in pairs(header))
