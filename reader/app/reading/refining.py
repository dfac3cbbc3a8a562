"""What site generators and Obsidian add to Markdown within a line, made into the usual tokens.

Headings of quotations (`[!NOTE]`), links between notes, names of headings. Blocks are `additions`' work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reader.app.reading.additions import heading_of
from reader.article.markdown import unlinked, without_attributes

if TYPE_CHECKING:
    from markdown_it.token import Token

SIGNS = ("[!", "[[", "{", "]({")
"""A text without any of these is as it was."""

_CALLOUT = re.compile(r"\[!([\w-]+)\][+-]?[ \t]*")
_EMBEDDED = re.compile(r"!\[\[([^\[\]\n]+)\]\]")
_BEHIND_PICTURE = re.compile(r"\{[ ]?(?:[:.#]|\w+=)[^{}\n]*\}")
_RAW = re.compile(r"\{%-?[ ]?(?:end)?raw[ ]?-?%\}")
_COMPUTED = re.compile(r"\[([^\[\]\n]+)\]\(\{[{%][^{}\n]*[}%]\}[^()\s{}]*\)")


def refine(tokens: Sequence[Token]) -> None:
    """Make the usual tokens of what a parsed text holds of these, in place."""
    for number, token in enumerate(tokens):
        if not token.children:
            continue
        above = [one.type for one in tokens[max(number - 2, 0) : number]]
        if above == ["blockquote_open", "paragraph_open"]:
            token.children = _with_heading(token.children)
        elif above[-1:] == ["heading_open"] and token.children[-1].type == "text":
            token.children[-1].content = without_attributes(token.children[-1].content)
        token.children = list(_refined(token.children))


def _with_heading(children: list[Token]) -> list[Token]:
    """A quotation that says what kind it is, with that as its heading."""
    first = children[0]
    found = _CALLOUT.match(first.content) if first.type == "text" else None
    if not found:
        return children
    end = next((place for place, one in enumerate(children) if one.type == "softbreak"), len(children))
    words = first.content[found.end() :]
    if not words and end == 1:
        words = heading_of(found[1]) or found[1].capitalize()
    title = [_like(first, content=words), *children[1:end]]
    rest = [_like(first, "hardbreak"), *children[end + 1 :]] if end + 1 < len(children) else []
    return [_like(first, "strong_open"), *title, _like(first, "strong_close"), *rest]


def _like(token: Token, kind: str = "text", content: str = "") -> Token:
    from markdown_it.token import Token as Made

    return Made(kind, "", 0, content=content, level=token.level)


def _refined(children: Sequence[Token]) -> Iterator[Token]:
    before = ""
    for token in children:
        kind = token.type
        if kind == "text":
            if before == "image" and token.content.startswith("{"):
                token.content = _BEHIND_PICTURE.sub("", token.content, count=1)
            yield from _notes_in(token)
        else:
            yield token
        before = kind


def _notes_in(token: Token) -> Iterator[Token]:
    """A text whose links between notes are their words, and what it embeds is told."""
    text = token.content
    if "{" in text:
        text = _COMPUTED.sub(r"\1", _RAW.sub("", text))
    start = 0
    if "![[" in text:
        for found in _EMBEDDED.finditer(text):
            yield _like(token, content=unlinked(text[start : found.start()]))
            yield _like(token, "image", found[1].partition("|")[0])
            start = found.end()
    token.content = unlinked(text[start:])
    yield token
