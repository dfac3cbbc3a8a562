"""Titles, excerpts and names in headers as plain text: entities decoded, paired formatting removed. A
header's text may be Markdown, HTML or neither, so only unambiguous formatting is removed: the title `The
<video> element` is kept whole, and `f(*args)` has no emphasis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.article.text import clean_line

MAX_LENGTH = 4_000
"""Maximum characters of a text searched for formatting; in a longer one only entities are decoded."""

MAX_LAYERS = 4
"""Maximum layers of formatting removed: `<p><b>*a*</b></p>` has three layers."""

MOST_UNCLOSED = 50_000
"""Number of unclosed code spans and comments after which no more are searched for."""

_NAMES = """
all annotations author call class contains copy debug deepcopy del dict dir doc enter eq exit file format
future getattr getitem getstate hash import index init iter len lt main missing module name new next path
post_init qualname repr reversed setattr setitem setstate slots str subclasses subclasshook version weakref
"""
PYTHON_NAMES = frozenset(_NAMES.split())
"""Names that Python writes as `__init__`, in which the underscores are no emphasis."""

_SIGNS = re.compile(r"[&<`*_~^\[\\]|==")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Text that is left alone: code, escaped signs, names such as `__init__`.
_KEPT = re.compile(
    r"(?<!`)(?P<fence>`{1,3})(?!`)(?P<code>[^`\n]{1,500})(?P=fence)(?!`)"
    r"|\\(?P<sign>[\\`*_\[\]<>~#])"
    r"|(?P<name>(?<![\w.])__[a-z][a-z0-9]*(?:_[a-z0-9]+)*__(?!\w))"
)
_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,500})\]"
    r"\((?:<[^<>\n]{0,1000}>|[^()\s<>]{0,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?)"
    r"(?:[ \t]+(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'))?\)"
)
_FOOTNOTE = re.compile(r"(?<=\S)\[\^[^\[\]\s]{1,100}\]")
_WIKI_LINK = re.compile(
    r"(?<![\w<!])\[\[(?! |\d{1,3}\]\])([^\[\]|\n]{1,300})(?:\|([^\[\]|\n]{0,300}))?(?<! )\]\]"
)
_BEGINS = r"(?=[\w\"'“‘«¿¡(\[<\x00$€£+@#-])"
_EMPHASIS = re.compile(
    rf"(?<![\w*])(\*{{1,3}}){_BEGINS}([^*\n]{{1,500}}?)(?<=[^\s*])\1(?![\w*])"
    rf"|(?<![\w_])(_{{1,3}}){_BEGINS}([^\n]{{1,300}}?)(?<=[^\s_])\3(?![\w_])"
    rf"|(?<![\w~])(~~){_BEGINS}([^~\n]{{1,500}}?)(?<=[^\s~])\5(?![\w~])"
)
_PAIR = re.compile(
    r"<(a|abbr|b|bdi|bdo|big|center|cite|code|del|dfn|em|font|i|ins|kbd|mark|p|q|s|samp|small|span|strike|strong"
    r"|sub|sup|tt|u|var)(?:\s[^<>\n]{0,1000})?>([^<>\n]{0,2000})</\1\s*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/>|(?<! )<br>|<br>(?! )", re.IGNORECASE)
"""A line break; between spaces, `<br>` is a word (`The <br> element`)."""
_KEPT_WHOLE = re.compile(
    r"``*|~~~+|<(?:(?P<comment>!--)|(?P<raw>script|style)\b[^<>]{0,1000}>)", re.IGNORECASE
)
"""The start of code, or of HTML whose text is not shown. Each alternative begins with one sign, so that `re`
skips all other characters quickly."""
_TAG = re.compile(r"</?[a-z][a-z0-9-]{0,30}(?:\s[^<>]{0,4000})?/?>", re.IGNORECASE)
_TAG_WITHIN_WORDS = re.compile(
    r"</?(?:a|abbr|b|bd[io]|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|su[bp]"
    r"|tt|u|var|wbr)(?:\s[^<>]{0,4000})?/?>",
    re.IGNORECASE,
)
"""Tags of elements that do not separate words: `<b>bo</b>ld`."""
_PARTED = re.compile(r"[^\W_]++(?:(?:\*{1,3}+|~{1,2}+|`|\^|==)[^\W_]++){1,32}+")
"""A word with emphasis inside: `**bo**ld`."""
_PARTING = re.compile(r"[*~`^=](?<=[^\W_].)(?:(?<!=)|=)[*~]{0,2}(?=[^\W_])")
"""The signs inside such a word, found thirty times as quickly."""
_STASHED = re.compile("\x00([0-9]+)\x00")

MARKED = re.compile(r"(?<![\w=])==(?=[^\s=])((?:[^=\n]|\n(?!\n))+)(?<=[^\s=])==(?![\w=])")
"""Highlighted text (`==`)."""
_RAISED = re.compile(r"(?<=[\w)\]])\^(?:([0-9+\-−=()]{1,12}|[ni])\^|([^\W\d_]{1,4})\^(?!\w))")
_LOWERED = re.compile(r"(?<=[^\W\d_]|[)\]])~([0-9+\-−=()]{1,12})~")

_SUPERSCRIPTS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def plain_text(text: str) -> str:
    """One line of a header as plain text."""
    if not _SIGNS.search(text):
        return text
    if len(text) > MAX_LENGTH:
        return clean_line(_decoded(text))
    stash: list[str] = []

    def keep(found: re.Match[str]) -> str:
        stash.append(found["code"] or found["sign"] or found["name"])
        return f"\x00{len(stash) - 1}\x00"

    text = _BREAK.sub(" ", _FOOTNOTE.sub("", _KEPT.sub(keep, text)))
    for _ in range(MAX_LAYERS):
        before = text
        text = _LINK.sub(r"\1", unlinked(text))
        text = MARKED.sub(r"\1", with_raised(_PAIR.sub(_without_pair, text)))
        text = _EMPHASIS.sub(lambda found: found[2] or found[4] or found[6], text)
        if text == before:
            break
    text = _decoded(text)
    return clean_line(_STASHED.sub(lambda found: stash[int(found[1])], text))


def _without_pair(found: re.Match[str]) -> str:
    tag, inside = found[1].lower(), found[2]
    if tag == "sup":
        return raised(inside)
    return {"sub": lowered(inside), "q": f"“{inside}”", "p": f" {inside} "}.get(tag, inside)


def name_text(text: str) -> str:
    """A name on one line: entities decoded, wiki links as their words, everything else kept."""
    return clean_line(unlinked(_decoded(text)))


def _decoded(text: str) -> str:
    """Decodes entities; those without a semicolon are part of a URL."""
    if "&" not in text:
        return text
    from html import unescape  # 2,200 names, rarely needed

    return _ENTITY.sub(lambda found: unescape(found[0]).replace("\0", ""), text)


def raised(text: str) -> str:
    """A text in superscript, or after a `^` if one of its letters has no raised form."""
    higher = text.translate(_SUPERSCRIPTS)
    if not any(map(str.isascii, higher.replace(" ", ""))):
        return higher
    return f"^{text}" if text.strip() else text


def lowered(text: str) -> str:
    """A text in subscript, if all its letters have such a form."""
    lower = text.translate(_SUBSCRIPTS)
    return lower if not any(map(str.isascii, lower.replace(" ", ""))) else text


def with_raised(text: str) -> str:
    """A text in which `x^2^` and `H~2~O` are raised and lowered."""
    if "^" in text:
        text = _RAISED.sub(lambda found: raised(found[1] or found[2]), text)
    return _LOWERED.sub(lambda found: lowered(found[1]), text) if "~" in text else text


def unlinked(text: str) -> str:
    """A text in which `[[Page]]` and `[[Page|words]]` are their words, as in an Obsidian vault."""
    return _WIKI_LINK.sub(lambda found: found[2] or found[1], text) if "[[" in text else text


def without_attributes(heading: str) -> str:
    """A heading's text without a site generator's attributes (`{#name .class}`)."""
    text = heading.rstrip()
    begin = text.rfind("{") if text.endswith("}") else -1
    return text[:begin].rstrip() if begin >= 0 and text[begin + 1 : begin + 2] in ("#", ".", ":") else text


def searched_text(body: str) -> str:
    """The text of a body to search: without tags, comments, scripts and styles, with entities decoded, and
    without emphasis inside words. Code is kept as written; the time is linear."""
    if "<" in body or "&" in body:
        body = "".join(_without_markup(body))
    kept: list[str] = []
    parted: list[str] = []
    at = 0
    while found := _PARTING.search(body, at):
        start = body.rfind("\n", at, found.start()) + 1 or at
        end = body.find("\n", found.end())
        line = body[start : end if end >= 0 else len(body)]
        # What looks like emphasis may separate two words, like 2*3: both forms can be found.
        parted += [f"\n{one}" for one in _PARTED.findall(line)]
        kept += (body[at:start], _PARTED.sub(lambda found: re.sub(r"[*~`^=]", "", found[0]), line))
        at = start + len(line)
    return "".join((*kept, body[at:], *parted))


def _without_markup(body: str) -> Iterator[str]:
    done = at = futile = 0
    unclosed: set[str] = set()
    while futile < MOST_UNCLOSED and (found := _KEPT_WHOLE.search(body, at)):
        at = found.end()
        is_code = found[0][0] != "<"
        end = found[0] if is_code else "-->" if found["comment"] else f"</{found['raw']}"
        # The end of an unclosed one is searched for once: a page of openings would take forever.
        if end in unclosed or (close := body.find(end, at)) < 0:
            unclosed.add(end)
            futile += 1
            continue
        yield _without_tags(body[done : found.start()])
        done = at = close + len(end)
        yield body[found.start() : done] if is_code else " "
    yield _without_tags(body[done:])


def _without_tags(text: str) -> str:
    return _decoded(_TAG.sub(" ", _TAG_WITHIN_WORDS.sub("", text))) if "<" in text else _decoded(text)
