"""Markdown as tokens, and plain text extracted from it: titles and excerpts.

The parser is imported with the first body that needs it: loading articles whose headers have a title and an
excerpt never needs it. How tokens look on the screen is defined in `reader.app.reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from reader.article.plain_text import plain_text
from reader.article.text import clean, clean_line, words

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

EXCERPT_LENGTH = 400
"""Maximum length of an excerpt taken from the body, which ends after a word."""

MAX_NESTING = 40
"""Maximum nesting of quotes and lists: the parser is recursive."""

MAX_BRACKETS = 500
"""Maximum open brackets in a text searched for links: each may extend to the end, and 9,000 take a second to
parse. A page of nothing but links has 300."""

MAX_DEFINITIONS = 2_000
"""Maximum link definitions shared by all parts of a long body (50 ms to parse)."""

_GLANCE, _FIRST_LOOK, _SECOND_LOOK, _LAST_LOOK = 150, 2_000, 20_000, 1_000_000
"""Number of characters of a body that are searched for a heading or a paragraph; more if these have none."""

References: TypeAlias = "MutableMapping[str, Any]"
"""Definitions of links of a whole body, as the parser keeps them."""

_DEFINITION = re.compile(r"^(?=[^\n]{0,1000}$) {0,3}\[[^\n]*?\]:[^\n]*$", re.MULTILINE)
"""A line that may define a link; the length keeps it quick."""
_DATA = re.compile(r"(?<=base64,)[A-Za-z0-9+/=%_-]{100,}+")
"""A picture embedded as a data URL, of many thousand characters."""
_ENCLOSING = ("comment", "%%", "highlight", "codeblock", ":::", "$$")
"""Signs of blocks with an end, which may be beyond a cut."""
_COMMENT = re.compile(r"^ {0,3}<!--", re.MULTILINE)
_CUT_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\Z")
"""A link at whose address an excerpt was cut."""
_TASK = re.compile(r"\[[ xX]\] ")
_WIDE = (("\u2e80", "\u9fff"), ("\uf900", "\ufaff"), ("\uff00", "\uffef"), ("\U00020000", "\U0003fffd"))
"""Scripts without spaces between words, first and last letters. A pattern of them takes 2 ms to compile."""
_NO_TEXT = ("|", "$$", "\\begin{", "![")
"""Beginnings of paragraphs that are really a table, a formula or a picture."""
_CAPTIONS = ("[caption", "[wp_caption")
"""Beginnings of paragraphs that are a WordPress picture with its caption."""
_TEMPLATE = re.compile(r"\{[%{][^{}\n]{0,500}[%}]\}")
_PLAIN = r"[^\W\d_][^`*_\[\]<>&\\{}~|^:#=\n\t]*+"
"""A line without Markdown, HTML or template syntax."""
_PLAIN_HEADING = rf"#{{1,6}} ({_PLAIN})(?:\n|\Z)"
_SURE_HEADING = re.compile(_PLAIN_HEADING)
_SURE_LINE = rf"(?!import\s|export\s){_PLAIN}"
_SURE_PARAGRAPH = re.compile(
    rf"(?:{_PLAIN_HEADING}(?:[ \t]*\n)*)?"
    rf"({_SURE_LINE}(?:\n {{0,3}}(?![\u2e80-\U0010ffff]){_SURE_LINE})*)(?:\n[ \t]*\n(?![ \t]*[:~])|\s*\Z)"
)
"""A first paragraph of plain lines, maybe below a plain heading. All but the first begin with letters of
scripts with spaces between words."""


@lru_cache(maxsize=2)
def _parser(*, knows_links: bool = True) -> MarkdownIt:
    from markdown_it import MarkdownIt

    from reader.article.markdown_extensions import add_to

    made = MarkdownIt("commonmark", {"html": True, "maxNesting": MAX_NESTING})
    made.enable(["table", "strikethrough"])
    add_to(made)
    return made if knows_links else made.disable(["link", "image"])


def parse(text: str, references: References | None = None) -> list[Token]:
    """The tokens of a text: CommonMark with tables, strikethrough, HTML and `markdown_extensions`."""
    from reader.article.html import as_markdown
    from reader.article.markdown_extensions import refine

    parser = _parser(knows_links=text.count("[") <= MAX_BRACKETS)
    tokens = parser.parse(text, references if references is not None else {})
    if "<" in text:
        tokens = as_markdown(tokens)
    refine(tokens)
    for token in tokens:
        for part in token.children or (token,):
            part.content = clean(part.content)  # `&#x202e;` was decoded
    return tokens


def references_in(body: str, part: str | None = None) -> References:
    """The link definitions (`[name]: address`) in a body, for parsing a part of it; none if the part has none
    of their names."""
    references: References = {}
    found = islice(_DEFINITION.finditer(body), MAX_DEFINITIONS) if "]:" in body else ()
    definitions = [line[0] for line in found]
    if part is not None:
        names = (line.partition("]:")[0].lstrip(" [") for line in definitions)
        text = _as_name(part).replace("[ ", "[").replace(" ]", "]")
        if not any(f"[{_as_name(name)}]" in text for name in names):
            return references
    if definitions:
        parser = _parser()
        # The text of these lines is not needed.
        parser.block.parse("\n".join(definitions), parser, references, [])
    return references


def _as_name(text: str) -> str:
    """A text in the form in which the parser compares names of links."""
    return " ".join(text.split()).lower().upper()


def text_of(tokens: Sequence[Token]) -> str:
    """The text of inline tokens, on one line; without pictures, embeds, marks of footnotes and tasks,
    template tags, and headings of callouts.
    """
    parts: list[str] = []
    is_heading = False
    for number, token in enumerate(tokens):
        kind = token.type
        if token.meta.get("heading"):
            is_heading = kind == "strong_open"
        elif is_heading or token.meta.get("embed"):
            continue
        elif kind == "code_inline":
            parts.append(token.content)
        elif kind == "text":
            text = _TEMPLATE.sub(" ", token.content) if "{" in token.content else token.content
            parts.append(_TASK.sub("", text) if number == 0 else text)
        elif kind == "softbreak":
            parts.append(soft_break(parts[-1] if parts else "", tokens[number + 1 : number + 2]))
        elif kind == "hardbreak":
            parts.append(" ")
    return clean_line("".join(parts))


def soft_break(before: str, after: Sequence[Token]) -> str:
    """The replacement of a line break in the source: a space, or nothing between scripts without spaces."""
    follows = after[0].content[:1] if after else ""
    return "" if _is_wide(before[-1:]) and _is_wide(follows) else " "


def _is_wide(letter: str) -> bool:
    return any(first <= letter <= last for first, last in _WIDE)


def picture_words(token: Token) -> str:
    """The description of a picture, without marks."""
    return text_of(token.children) if token.children else clean_line(token.content)


_CONTENTS = frozenset(("table of contents", "contents", "toc"))
"""Headings of a table of contents, which Org exports begin with."""


def first_heading(body: str) -> str:
    """The text of the body's first heading; empty if there is none."""
    sure = _SURE_HEADING.match(body)
    if sure and (text := clean_line(sure[1])).lower() not in _CONTENTS:
        return text
    for tokens in _beginnings(body, "#", "=", "-", "<h", "<H"):
        for number, token in enumerate(tokens):
            is_heading = token.type == "heading_open" and not token.level
            text = text_of(tokens[number + 1].children or ()) if is_heading else ""
            if text and text.lower() not in _CONTENTS:
                return text
    return ""


def first_paragraph(body: str) -> str:
    """The body's first paragraph as plain text, cut after EXCERPT_LENGTH characters; empty for none."""
    if sure := _SURE_PARAGRAPH.match(body[:_SECOND_LOOK]):  # each line takes memory while it is matched
        return _cut(clean_line(sure[2]))
    listed = ""
    for tokens in _beginnings(body):
        if text := next(_paragraphs(tokens), ""):
            return _cut(text)
        listed = " ".join(_paragraphs(tokens, in_lists=True))
    return _cut(listed)


def repeats_body(excerpt: str, body: str) -> bool:
    """Whether the body begins with the excerpt, which then isn't shown separately."""
    text = excerpt[:_FIRST_LOOK]
    wanted = words(plain_text(_CUT_LINK.sub(r"\1", text)))
    if not wanted:
        return False
    is_cut = len(excerpt) > len(text) or text.endswith(("…", "..."))
    for tokens in _beginnings(body):
        everything = (text_of(token.children or ()) for token in tokens if token.type == "inline")
        is_in_lists = next(_paragraphs(tokens), None) is None
        is_long_enough = True
        for texts in (_paragraphs(tokens, in_lists=is_in_lists), everything):
            begun = list(islice((word for text in texts for word in words(text)), len(wanted)))
            if len(begun) < len(wanted):
                is_long_enough = False
            elif begun[:-1] == wanted[:-1] and (
                begun[-1] == wanted[-1] or (is_cut and begun[-1].startswith(wanted[-1]))
            ):
                return True
        if is_long_enough:
            return False
    return False


def without_title(body: str, title: str) -> str:
    """The body without a first heading that only repeats the title."""
    start = len(body) - len(body.lstrip())
    head = body[start : start + _FIRST_LOOK]
    if not (head.startswith("#") or "\n=" in head or "\n-" in head):
        return body
    tokens = parse(head)
    first = tokens[0] if tokens else None
    if first is None or first.type != "heading_open" or not first.map:
        return body
    if words(text_of(tokens[1].children or ())) != words(title):
        return body
    lines = head.split("\n", first.map[1])
    return body[start + len(head) - len(lines[-1]) :] if len(lines) > first.map[1] else ""


def _beginnings(body: str, *signs: str) -> Iterator[list[Token]]:
    """Yields the tokens of ever longer beginnings of the body, if they contain any of the signs."""
    if "base64," in body:
        body = _DATA.sub("", body[:_LAST_LOOK])
    if "<!--" in body:
        body = _without_comments(body[:_LAST_LOOK])
    for length in (_GLANCE, _FIRST_LOOK, _SECOND_LOOK):
        head = body[:length]
        if len(body) > length:
            # Cut between paragraphs: within one, a mark could lose its other end.
            end = body.find("\n\n", length, _FIRST_LOOK) if length == _GLANCE else head.rfind("\n\n")
            if length < _SECOND_LOOK and (end < 0 or any(sign in body[:end] for sign in _ENCLOSING)):
                continue
            head = body[: end + 1] or head[: head.rfind("\n") + 1] or head
        if not signs or any(sign in head for sign in signs):
            yield parse(head, references_in(body, head) if "[" in head and "]:" in body else None)
        if len(body) <= length:
            return


def _without_comments(body: str) -> str:
    """The body without comments at the start of lines: one may be longer than the part that is searched."""
    kept: list[str] = []
    at = 0
    while found := _COMMENT.search(body, at):
        end = body.find("-->", found.end())
        if end < 0:
            break
        kept.append(body[at : found.start()])
        at = end + 3
    return "".join(kept) + body[at:]


_APART = {"table": 1, "dl": 1, "footnote_reference": 1, "bullet_list": 2, "ordered_list": 2}
"""Blocks that are not searched for a first paragraph; 2: only if there is no other."""


def _paragraphs(tokens: Sequence[Token], *, in_lists: bool = False) -> Iterator[str]:
    """The texts of the paragraphs outside lists, or of those in them; none of tables and notes."""
    apart: list[int] = []
    for number, token in enumerate(tokens):
        kind, _, side = token.type.rpartition("_")
        if kind in _APART:
            if side == "open":
                apart.append(_APART[kind])
            elif apart:
                apart.pop()
        if token.type != "paragraph_open" or token.meta.get("heading") or token.meta.get("caption"):
            continue
        if 1 in apart or bool(apart) != in_lists:
            continue
        inline = tokens[number + 1]
        if inline.content.startswith(_CAPTIONS):
            continue
        if (text := text_of(inline.children or ())) and not text.startswith(_NO_TEXT):
            yield text


def _cut(text: str) -> str:
    if len(text) <= EXCERPT_LENGTH:
        return text
    head = text[: EXCERPT_LENGTH + 1].rpartition(" ")[0] or text[:EXCERPT_LENGTH]
    return head.rstrip(" ,;:.-") + "…"
