"""Markdown extensions of site generators and Obsidian, converted to the usual tokens: admonitions, components
and template tags on lines of their own, footnotes, definition lists, callouts, wiki links. Nothing is run or
looked up: visible content becomes equivalent Markdown, and what only controls a site is omitted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from reader.article.plain_text import MARKED, PYTHON_NAMES, unlinked, with_raised, without_attributes
from reader.article.template_tags import box_heading, escaped, shown_line, title_in, without_tags

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

MAX_TAG_LINES = 30
"""Maximum lines of one template tag."""

MAX_COMMENT_LINES = 200
"""Maximum lines of a comment."""

MAX_BOXES = 20
"""Maximum nesting of boxes; a deeper one is text."""

_INTERRUPTS = ["paragraph", "reference", "blockquote", "list"]


def add_to(parser: MarkdownIt) -> None:
    """Add these extensions to the parser."""
    # The plugin's own rule for references takes three seconds for a chunk of nothing but "[^".
    footnote_plugin(parser, inline=False, move_to_end=False)
    parser.inline.ruler.at("footnote_ref", _footnote_reference)
    deflist_plugin(parser)
    admon_plugin(parser)
    # mdit-py-plugins supports only one form of attributes (`{.a}`, not `{: .a}`), ends a box at the first
    # `:::`, even that of a box inside, and has no template tags. One rule for all, as each rule is called for
    # every line.
    parser.block.ruler.before("reference", "extension", _extension, {"alt": _INTERRUPTS})


_FOOTNOTE = re.compile(r"\[\^([^\[\]\s^]{1,100})\]")


def _footnote_reference(state: StateInline, silent: bool) -> bool:
    found = _FOOTNOTE.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("footnote_ref", "", 0).meta = {"label": found[1]}
    state.pos = found.end()
    return True


def _extension(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    rule = _RULES.get(state.src[at : at + 1])
    if rule is None or state.is_code_block(start):
        return False
    line = _line(state, start)
    if not any(pattern.match(line) for pattern in _UNSEEN_LINES):
        return rule(state, line, start, end, silent)
    if not silent:
        state.line = start + 1
        if _CONTENTS.match(line):
            _drop_list(state)
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _push(state: StateBlock, kind: str, tag: str, content: str, start: int) -> Token:
    """Add a block of one line; its opening token."""
    opened, inline = state.push(f"{kind}_open", tag, 1), state.push("inline", "", 0)
    opened.map = inline.map = [start, start + 1]
    inline.content, inline.children = content.strip(), []
    state.push(f"{kind}_close", tag, -1)
    return opened


def _add_content(state: StateBlock, start: int, markdown: str) -> None:
    """Parses the content of a box or a tag, separately from the text around it."""
    if markdown:
        _push(state, "paragraph", "p", markdown, start).meta = {"heading": True}


def _add_heading(state: StateBlock, start: int, title: str) -> None:
    if title := title.strip():
        _add_content(state, start, f"**{title}**")


def _found(state: StateBlock, pattern: re.Pattern[str], start: int, end: int) -> int:
    """The first of the lines that matches a pattern; 0 for none."""
    return next((number for number in range(start, end) if pattern.search(_line(state, number))), 0)


def _last_line(state: StateBlock, start: int, end: int, mark: str) -> int:
    """The line after the end of the construct that starts here; 0 for none."""
    for number in range(start + 1, min(end, start + MAX_TAG_LINES)):
        line = _line(state, number).rstrip()
        if not line or line.startswith(("<", "{%", "{{")):
            return 0
        if line.endswith(mark):
            return number + 1
    return 0


_NAME = r"(?:[A-Z][\w.]*|[a-z]\w*-[\w.-]*)"
_TAG = re.compile(rf"</?{_NAME}(?:\s[^<]*)?/?>[ \t]*\Z|</?>[ \t]*\Z")
_TAG_BEGINS = re.compile(rf"<{_NAME}(?:\s[^<>]*)?\Z")
_EXPORT = re.compile(r"export\s+(?:default\s|(?:const|let|var)\s+\w+\s*=|(?:async\s+)?function\s)")


def _component(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """A component or import of MDX: skipped, only the text around it is shown."""
    stop, title = 0, ""
    if line.startswith("<"):
        stop = start + 1 if _TAG.match(line) else _last_line(state, start, end, ">")
        if stop > start + 1 and not _TAG_BEGINS.match(line):
            return False
        title = title_in(state.src[state.bMarks[start] : state.eMarks[stop - 1]]) if stop else ""
    elif _EXPORT.match(line):
        stop = next((number for number in range(start + 1, end) if state.isEmpty(number)), end)
    if stop and not silent:
        _add_heading(state, start, escaped(title))
        state.line = stop
    return bool(stop)


_COMMENT_ENDS = re.compile(r"%%\s*\Z")


def _comment(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """Obsidian's comments, `%%` down to `%%`."""
    last = min(end, start + MAX_COMMENT_LINES) if line.strip() == "%%" else start
    found = _found(state, _COMMENT_ENDS, start + 1, last)
    if found and not silent:
        state.line = found + 1
    return bool(found)


_HIGHLIGHT = re.compile(
    r"\{(?:%-?|\{[<%])[ \t]*highlight[ \t]+\"?(\w+)|\{%[ \t]*code(?:block)?\b(?:[^%\n]*?\blang:(\w+))?"
)
_HIGHLIGHT_ENDS = re.compile(
    r"\A\{(?:%-?[ \t]*end(?:highlight|code(?:block)?)\b|\{[<%][ \t]*/[ \t]*highlight)"
)
_LIQUID_COMMENT = re.compile(r"\{%-?[ \t]*comment\b")
_LIQUID_COMMENT_ENDS = re.compile(r"\{%-?[ \t]*endcomment\b")
_ESCAPED_TAG = re.compile(r"\{\{[<%]/\*")


def _template(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """Tags of Liquid and shortcodes of Hugo and Zola."""
    stop, content = start + 1, line
    if line.startswith(("{%", "{{<", "{{%")) and "}" not in line:
        stop = _last_line(state, start, end, "}")
        content = "\n".join(_line(state, number) for number in range(start, stop))
    code = _HIGHLIGHT.match(content)
    shown = shown_line(content, state.src)
    if silent or not (code or shown is not None):
        return code is not None or shown is not None
    state.line = stop
    if code:
        _code(state, code[1] or code[2] or "", start, stop, end)
    elif _ESCAPED_TAG.match(content):
        content = content.replace("/*", "", 1).replace("*/", "", 1)
        _push(state, "paragraph", "p", f"`` {content} ``", start)
    elif _LIQUID_COMMENT.match(content):
        last = min(end, start + MAX_COMMENT_LINES)
        state.line = (_found(state, _LIQUID_COMMENT_ENDS, stop, last) or stop - 1) + 1
    else:
        for markdown in shown or ():
            _add_content(state, start, markdown)
    return True


def _code(state: StateBlock, language: str, start: int, stop: int, end: int) -> None:
    last = _found(state, _HIGHLIGHT_ENDS, stop, end)
    if not last:
        return
    code = state.push("fence", "code", 0)
    code.info, code.markup, code.map = language, "```", [start, last]
    code.content = state.getLines(stop, last, max(state.sCount[start], 0), True)
    state.line = last + 1


_BOX = re.compile(
    r"(:{3,})[ \t]*+\{?[ \t]*+\.?([A-Za-z][\w-]*)(?:\[([^\]\n]*)\]|[ \t]+([^{}\n]+))?(?:[^\n]*)\Z"
)
_BOX_ENDS = re.compile(r":{3,}[ \t]*\Z")


def _box(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """`:::note`, down to `:::`."""
    found = _BOX.match(line)
    if not found or state.level >= MAX_BOXES:
        return False
    if not silent:
        stop = _box_end(state, start, end, found[1])
        title = found[3] or found[4] or title_in(line)
        _framed(state, box_heading(found[2], title), start, stop)
        state.line = stop + (stop < end and _BOX_ENDS.match(_line(state, stop)) is not None)
    return True


def _box_end(state: StateBlock, start: int, end: int, fence: str) -> int:
    """The line that closes a box, of at least as many colons, or the one after its last."""
    open_boxes = 1
    for number in range(start + 1, end):
        if state.sCount[number] < state.blkIndent and not state.isEmpty(number):
            return number
        line = _line(state, number)
        if line.startswith(fence):
            open_boxes += -1 if _BOX_ENDS.match(line) else 1
            if not open_boxes:
                return number
    return end


_TAB = re.compile(r"===[!+]?[ \t]+(?:\"([^\"\n]+)\"|'([^'\n]+)')[ \t]*\Z")
"""A tab of MkDocs; its content is indented below it."""


def _tab(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """A tab of MkDocs, or the heading of a wiki."""
    found = _TAB.match(line)
    if not found or state.level >= MAX_BOXES:
        return _wiki_heading(state, line, start, silent)
    if not silent:
        inside = state.sCount[start] + 4
        stop = start + 1
        while stop < end and (state.isEmpty(stop) or state.sCount[stop] >= inside):
            stop += 1
        before, state.blkIndent = state.blkIndent, inside
        _framed(state, escaped(found[1] or found[2]), start, stop)
        state.blkIndent, state.line = before, stop
    return True


_WIKI_HEADING = re.compile(r"(={2,6})[ \t]+([^=\s](?:[^\n]*[^=\s])?)[ \t]+\1[ \t]*\Z")
"""`====== Heading ======`, as in DokuWiki, or `== Heading ==`, as in MediaWiki."""


def _wiki_heading(state: StateBlock, line: str, start: int, silent: bool) -> bool:
    found = _WIKI_HEADING.match(line)
    if not found:
        return False
    if not silent:
        signs = len(found[1])
        # DokuWiki uses the most signs for the top level, MediaWiki the fewest.
        _push(state, "heading", f"h{7 - signs if signs > 4 else signs}", found[2], start)
        state.line = start + 1
    return True


def _framed(state: StateBlock, heading: str, start: int, stop: int) -> None:
    """The lines between as a quotation below a heading, or unchanged without a heading."""
    before = state.parentType, state.lineMax, state.level
    state.parentType = "blockquote"
    if heading:
        state.push("blockquote_open", "blockquote", 1).map = [start, stop]
        _add_heading(state, start, heading)
    else:
        state.level += 1
    state.lineMax = stop
    state.md.block.tokenize(state, start + 1, stop)
    if heading:
        state.push("blockquote_close", "blockquote", -1)
    state.parentType, state.lineMax, state.level = before


_RULES: Mapping[str, Callable[[StateBlock, str, int, int, bool], bool]] = {
    ":": _box, "<": _component, "i": _component, "e": _component,
    "%": _comment, "{": _template, "[": _template, "=": _tab,
}  # fmt: skip
"""The rules by the first character of a line."""

_IMPORT = re.compile(r"import\s(?:[^;'\"\n]+\sfrom\s*)?['\"][^'\"\n]+['\"];?[ \t]*\Z")
_COMMENT = re.compile(r"%%.*%%[ \t]*\Z")
_COMMENTS = re.compile(r"(?:\{\#[^{}]*\#\}[ \t]*|\{/\*[^{}]*\*/\}[ \t]*)+\Z")
_ATTRIBUTES = re.compile(r"\{:?[ \t]*[#.:][^{}\n]*\}[ \t]*\Z|\[{1,2}(?:toc|TOC)\]{1,2}[ \t]*\Z")
_CONTENTS = re.compile(r"\{:[ \t]*toc\b")
_UNSEEN_LINES = (_IMPORT, _COMMENT, _COMMENTS, _ATTRIBUTES, _BOX_ENDS)


def _drop_list(state: StateBlock) -> None:
    """Remove a list of one item right before, which only marks the place of the table of contents."""
    tokens = state.tokens
    if not tokens or not tokens[-1].type.endswith("_list_close"):
        return
    level = tokens[-1].level
    start = next(
        number
        for number in range(len(tokens) - 1, -1, -1)
        if tokens[number].level == level and tokens[number].type.endswith("_list_open")
    )
    if sum(one.type == "list_item_open" for one in tokens[start:]) == 1:
        del tokens[start:]


_BLOCK_NAME = re.compile(r"\s\^[A-Za-z0-9-]{4,}\Z", re.ASCII)


def refine(tokens: Sequence[Token]) -> None:
    """Replace the inline syntax of these extensions with the usual tokens, in place."""
    for number, token in enumerate(tokens):
        if token.type.startswith("admonition_"):
            _as_quotation(tokens, number)
        if not token.children:
            continue
        above = [one.type for one in tokens[max(number - 2, 0) : number]]
        if above == ["blockquote_open", "paragraph_open"]:
            token.children = _with_heading(token.children)
        elif above[-1:] == ["paragraph_open"] and token.children[-1].type == "text":
            token.children[-1].content = _BLOCK_NAME.sub("", token.children[-1].content)
        elif above[-1:] == ["heading_open"] and token.children[-1].type == "text":
            token.children[-1].content = without_attributes(token.children[-1].content)
        token.children = list(_refined(token.children))


_ADMONITION = re.compile(
    r"[ \t]*[A-Za-z][\w-]*[^\"\n]*+(?:\"[^\"\n]*\"[ \t]*)\Z|[ \t]*[A-Za-z][\w-]*[ \t]*\Z"
)


def _as_quotation(tokens: Sequence[Token], number: int) -> None:
    """An admonition's token as one of a quotation, its title as a paragraph in bold."""
    token = tokens[number]
    side = token.type.rpartition("_")[2]
    if token.type.startswith("admonition_title_"):
        token.type, token.tag = f"paragraph_{side}", "p"
        if side == "open":
            token.meta = {"heading": True}
            inline, params = tokens[number + 1], tokens[number - 1].info
            children = inline.children or []
            if not _ADMONITION.match(params):  # not in the expected form: all of it is text
                children = [_like(inline, content=params.strip())]
            elif len(children) == 1:
                children[0].content = children[0].content.removeprefix('"').removesuffix('"')
            inline.children = [_like(inline, "strong_open"), *children, _like(inline, "strong_close")]
    else:
        token.type, token.tag = f"blockquote_{side}", "blockquote"


_CALLOUT = re.compile(r"\[!([\w-]+)\][+-]?[ \t]*")


def _with_heading(children: list[Token]) -> list[Token]:
    """A callout: a quotation with its kind as heading."""
    first = children[0]
    found = _CALLOUT.match(first.content) if first.type == "text" else None
    if not found:
        return children
    end = next((place for place, one in enumerate(children) if one.type == "softbreak"), len(children))
    words = first.content[found.end() :]
    is_generated = not words and end == 1
    if is_generated:
        words = box_heading(found[1]) or found[1].capitalize()
    title = [_like(first, "strong_open"), _like(first, content=words), *children[1:end]]
    title.append(_like(first, "strong_close"))
    if is_generated or not any(one.content.strip() for one in title):
        title[0].meta = title[-1].meta = {"heading": True}
    return [*title, *([_like(first, "hardbreak"), *children[end + 1 :]] if end + 1 < len(children) else [])]


def _like(token: Token, kind: str = "text", content: str = "") -> Token:
    return Token(kind, "", 0, content=content, level=token.level)


_CRITIC = re.compile(r"\{\+\+([^{}\n]*)\+\+\}| ?\{--[^{}\n]*--\}| ?\{>>[^{}\n]*<<\}|\{(==[^{}\n]*==)\}")
"""Insertions, deletions, comments and marked text of CriticMarkup."""
_ATTRIBUTED = frozenset(("image", "link_close", "em_close", "strong_close", "code_inline"))
"""Tokens that Kramdown's and Pandoc's attributes may follow (`[a](b){:target="_blank"}`)."""
_BEHIND_SPAN = re.compile(r"\{[ ]?(?:[:.#]|\w+=)[^{}\n]*\}")


def _refined(children: Sequence[Token]) -> Iterator[Token]:
    texts = "".join(one.content for one in children if one.type == "text")
    if "::" in texts:
        children = _without_properties(children)
    if "{" in texts:
        for token in children:
            if token.type == "text":
                token.content = _CRITIC.sub(lambda found: found[1] or found[2] or "", token.content)
    if "==" in texts:
        children = _with_marks(children)
    _without_brackets(children)
    before = ""
    for number, token in enumerate(children):
        kind = token.type
        if kind.startswith("strong_") and token.markup == "__":
            inside = children[number + 1 : number + 2] if token.nesting > 0 else children[number - 1 : number]
            if inside and inside[0].content in PYTHON_NAMES:
                token = _like(token, content="__")
        if kind == "text":
            if before in _ATTRIBUTED and token.content.startswith("{"):
                token.content = _BEHIND_SPAN.sub("", token.content, count=1)
            yield from _refined_text(token)
        else:
            yield token
        before = kind


_PROPERTY = re.compile(
    r"(?:id|collapsed|heading|background-color|created-at|updated-at|(?:ls|hl)-[\w-]+|logseq\.[\w.-]+)::"
    r"[^\n]*"
)
"""A property of a block in Logseq, on its own line below it."""


def _without_properties(children: Sequence[Token]) -> list[Token]:
    """The tokens without Logseq's properties."""
    kept: list[Token] = []
    for number, token in enumerate(children):
        begins = not number or children[number - 1].type == "softbreak"
        ends = number + 1 == len(children) or children[number + 1].type == "softbreak"
        if token.type == "text" and begins and ends and _PROPERTY.fullmatch(token.content):
            if kept:
                kept.pop()
        else:
            kept.append(token)
    return kept


_INSIDE = "\u2060"
"""Placeholder for an inline token that is not text; never occurs in text."""


def _with_marks(children: Sequence[Token]) -> list[Token]:
    """Convert the signs of highlighted text (`==`) to tokens; emphasis, code and links may be between
    them."""
    texts = [
        one.content if one.type == "text" else "\n" if one.type.endswith("break") else _INSIDE
        for one in children
    ]
    signs: list[int] = []
    for found in MARKED.finditer("".join(texts)):
        signs += [found.start(), found.end() - 2]
    marked: list[Token] = []
    start = number = 0
    for token, text in zip(children, texts, strict=True):
        rest = 0
        while number < len(signs) and signs[number] < start + len(text):
            place = signs[number] - start
            marked.append(_like(token, content=text[rest:place]))
            marked.append(_like(token, "mark_close" if number % 2 else "mark_open"))
            rest = place + 2
            number += 1
        if rest:
            token.content = text[rest:]
        marked.append(token)
        start += len(text)
    return [one for one in marked if one.type != "text" or one.content]


def _without_brackets(children: Sequence[Token]) -> None:
    """Remove the outer brackets of wiki links that are also defined below the text, as in Foam: `[[note]]`
    with `[note]: note.md`. In place."""
    for number, token in enumerate(children):
        if token.type != "link_open" or "://" in str(token.attrGet("href")):
            continue
        end = next((at for at in range(number, len(children)) if children[at].type == "link_close"), 0)
        before, after = children[number - 1 : number], children[end + 1 : end + 2]
        if end and before and after and before[0].content.endswith("[") and after[0].content.startswith("]"):
            before[0].content, after[0].content = before[0].content[:-1], after[0].content[1:]


_ICON = re.compile(r" ?:(?:material|fontawesome|octicons|simple)-[\w-]+:")
_KEYS = re.compile(r"(?<![\w+])\+\+([\w-]+(?:\+[\w-]+)*)\+\+(?![\w+])")
"""Keyboard keys in MkDocs: `++ctrl+c++`."""
_EMBEDDED = re.compile(r"!\[\[([^\[\]\n]+)\]\]")


def _refined_text(token: Token) -> Iterator[Token]:
    """A text with tags and wiki links replaced by their words, and embedded notes by their names."""
    text = token.content
    if ":" in text:
        text = _ICON.sub("", text)
    if "++" in text:
        text = _KEYS.sub(lambda found: found[1].replace("-", " "), text)
    text = with_raised(without_tags(text))
    start = 0
    if "![[" in text:
        for found in _EMBEDDED.finditer(text):
            yield _like(token, content=unlinked(text[start : found.start()]))
            yield _like(token, "image", found[1].partition("|")[0])
            start = found.end()
    token.content = unlinked(text[start:])
    yield token
