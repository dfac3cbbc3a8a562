"""Plain text out of a Markdown body, for a title or an excerpt that the header does not give.

A guess for one line of a list, not a renderer; the whole body is shown by the screen.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from reader.article.text import clean_line

EXCERPT_LENGTH = 400
"""Characters after which an excerpt made from the body ends, at a word."""

_LOOKED_AT = 20_000
"""Characters of a body that are searched for a heading or a paragraph."""

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+([^\n]*)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_NO_TEXT = re.compile(
    r" {0,3}(?:#{1,6}(?:\s|$)|<|\||\[[^\]]*\]:|(?:[-*_=][ \t]*){3,}$|\{[%{]|:::"
    r"|(?:import|export)\s|!\[[^\]]*\]\([^)]*\)$|!\[\[[^\[\]]*\]\]$|\{[:.#/]|!!!|\[{1,2}toc\]{1,2}$)",
    re.IGNORECASE,
)
_LEAD = re.compile(r"\A\s*(?:>\s?|[-*+]\s+|\d{1,9}[.)]\s+)+(?:\[![\w-]{1,40}\][+-]?|\[[ xX]\] )?")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,100}\]")
_SHORT_LINK = re.compile(r"\[([^\[\]\n]+)\](?![(\[:])")
_DEFINED = re.compile(r"^ {0,3}\[([^\[\]\n]{1,200})\]:", re.MULTILINE)
_EMBEDDED = re.compile(r"!\[\[[^\[\]\n]{1,300}\]\]")
_WIKI_LINK = re.compile(
    r"(?<![\w<!])\[\[(?! |\d{1,3}\]\])([^\[\]|\n]{1,300})(?:\|([^\[\]|\n]{0,300}))?(?<! )\]\]"
)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)|\[[^\[\]\n]*\])")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>|<!--.{0,500}?-->|\{[%{][^{}\n]{0,500}[%}]\}")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,500})>")
_MARKS = re.compile(
    r"(?<!\\)(?:\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|`+)|(?<![\w\\])_{1,3}(?=\S)|(?<=\S)(?<!\\)_{1,3}(?!\w)"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def unlinked(text: str) -> str:
    """A text in which `[[Page]]` and `[[Page|words]]` are their words, as in an Obsidian vault."""
    return _WIKI_LINK.sub(lambda found: found[2] or found[1], text) if "[[" in text else text


def plain(markdown: str, labels: Collection[str] = ()) -> str:
    """A piece of Markdown as one line of clean text, without its marks.

    `labels`: what is defined somewhere as a link, in small letters; `[label]` loses its brackets then.
    """
    text = _FOOTNOTE.sub("", _EMBEDDED.sub("", _AUTOLINK.sub(r"\1", unlinked(markdown))))
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    if labels:
        text = _SHORT_LINK.sub(lambda found: found[found[1].lower() in labels], text)
    text = _MARKS.sub("", _TAG.sub(" ", text))
    return clean_line(_ESCAPED.sub(r"\1", text))


def without_attributes(heading: str) -> str:
    """A heading's text without what a site generator reads behind it (`{#name .class}`)."""
    text = heading.rstrip()
    begin = text.rfind("{") if text.endswith("}") else -1
    return text[:begin].rstrip() if begin >= 0 and text[begin + 1 : begin + 2] in ("#", ".", ":") else text


def first_heading(body: str) -> str:
    """The text of the body's first heading; empty where there is none."""
    before = ""
    for line in _lines(body):
        heading = _HEADING.fullmatch(line)
        if heading:
            found = plain(_without_end(heading[1]))
        elif before.strip() and _UNDERLINE.fullmatch(line) and not _NO_TEXT.match(before):
            found = plain(without_attributes(before))
        else:
            found = ""
        if found:
            return found
        before = line
    return ""


def _without_end(heading: str) -> str:
    """Without attributes and hashes at the end."""
    text = without_attributes(heading)
    shorter = text.rstrip("#")
    return shorter if shorter[-1:] in ("", " ", "\t") else text


def first_paragraph(body: str) -> str:
    """The body's first paragraph as plain text, cut after EXCERPT_LENGTH characters; empty for none."""
    kept: list[str] = []
    for line in _lines(body):
        if kept and _UNDERLINE.fullmatch(line):
            kept.clear()
        elif not line.strip() or _NO_TEXT.match(line):
            text = _paragraph(kept, body)
            if text:
                return _cut(text)
            kept.clear()
        else:
            kept.append(_LEAD.sub("", line, count=1).removesuffix("\\"))
    return _cut(_paragraph(kept, body))


def _paragraph(lines: list[str], body: str) -> str:
    text = " ".join(lines)
    labels = _labels(body) if "[" in text and "]:" in body else ()
    return plain(text, labels)


def _labels(body: str) -> frozenset[str]:
    """What a body defines as links."""
    return frozenset(found[1].lower() for found in _DEFINED.finditer(body))


def _lines(body: str) -> list[str]:
    """The lines outside fenced code."""
    outside: list[str] = []
    fence = ""
    for line in body[:_LOOKED_AT].split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark:
            fence = mark[1]
            outside.append("")
        else:
            outside.append(line)
    return outside


def _cut(text: str) -> str:
    if len(text) <= EXCERPT_LENGTH:
        return text
    head = text[: EXCERPT_LENGTH + 1].rpartition(" ")[0] or text[:EXCERPT_LENGTH]
    return head.rstrip(" ,;:.-") + "…"
