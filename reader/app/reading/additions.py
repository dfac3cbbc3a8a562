"""What site generators and Obsidian add to Markdown's blocks, as rules for the parser.

Notes in boxes, components and tags of templates on lines of their own, footnotes, definitions. Nothing is run
or looked up: what says something becomes Markdown of the same meaning, what only steers a site is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

MOST_LINES = 30
"""Lines on which one tag may be spread."""

MOST_BOXES = 20
"""Boxes in one another; what is deeper is text."""

LONGEST_TERM = 60
"""Letters of a line that the one below it may define."""

_INTERRUPTS = ["paragraph", "reference", "blockquote", "list"]

_NAME = r"(?:[A-Z][\w.]*|[a-z]\w*-[\w.-]*)"
_TAG = re.compile(rf"</?{_NAME}(?:\s[^<]*)?/?>[ \t]*\Z|</?>[ \t]*\Z")
_TAG_BEGINS = re.compile(rf"<{_NAME}(?:\s[^<>]*)?\Z")
_SAID = re.compile(r"""[\s{](?:title|label)=(?:"([^"\n]+)"|'([^'\n]+)')""")
_IMPORT = re.compile(r"import\s(?:[^;'\"\n]+\sfrom\s*)?['\"][^'\"\n]+['\"];?[ \t]*\Z")
_BOX = re.compile(
    r"(:{3,})[ \t]*+\{?[ \t]*+\.?([A-Za-z][\w-]*)(?:\[([^\]\n]*)\]|[ \t]+([^{}\n]+))?(?:[^\n]*)\Z"
)
_BOX_ENDS = re.compile(r":{3,}[ \t]*\Z")
_NOTED = re.compile(r"(?:!!!|\?\?\?\+?)[ \t]+([A-Za-z][\w-]*)[^\"\n]*+(?:\"([^\"\n]*)\")?[ \t]*\Z")
_STEERS = re.compile(r"(?:\{%[^{}]*%\}[ \t]*|\{\#[^{}]*\#\}[ \t]*|\{/\*[^{}]*\*/\}[ \t]*)+\Z")
_SHORTCODE = re.compile(r"\{\{([<%])([^{}]*)[>%]\}\}[ \t]*\Z")
_ATTRIBUTES = re.compile(r"\{:?[ \t]*[#.:][^{}\n]*\}[ \t]*\Z|\[{1,2}(?:toc|TOC)\]{1,2}[ \t]*\Z")
_HIGHLIGHT = re.compile(r"\{(?:%-?|\{[<%])[ \t]*highlight[ \t]+\"?(\w+)")
_HIGHLIGHT_ENDS = re.compile(r"\{(?:%-?[ \t]*endhighlight|\{[<%][ \t]*/[ \t]*highlight)")
_ARGUMENT = re.compile(r"""(src|alt|caption|title)[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"']+))""")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]:")
_SPECIAL = re.compile(r"([\\`*_\[\]<&])")

BOXES = frozenset(
    (
        "note", "info", "tip", "hint", "important", "warning", "caution", "danger", "error", "attention",
        "success", "question", "example", "quote", "abstract", "summary", "bug", "failure", "todo",
    )
)  # fmt: skip
"""Kinds of boxes whose name is their heading where they have no other."""


def add_to(parser: MarkdownIt) -> None:
    """Teach the parser these blocks, as one rule: all rules are asked about every line."""
    parser.block.ruler.before("reference", "addition", _addition, {"alt": _INTERRUPTS})


def heading_of(kind: str, said: str = "") -> str:
    """What stands above a box."""
    said = said.strip()
    return (_escaped(said) if "*" in said else said) or (kind.capitalize() if kind.lower() in BOXES else "")


def _addition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    rules = _RULES.get(state.src[at : at + 1])
    if rules is None or state.is_code_block(start):
        return False
    line = _line(state, start)
    return any(rule(state, line, start, end, silent) for rule in rules)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _paragraph(state: StateBlock, content: str, start: int) -> None:
    place = [start, start + 1]
    state.push("paragraph_open", "p", 1).map = place
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = content.strip(), place, []
    state.push("paragraph_close", "p", -1)


def _heading(state: StateBlock, said: str, start: int) -> None:
    if said := said.strip():
        _paragraph(state, f"**{said}**", start)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _paired(found: re.Match[str] | None) -> str:
    """The text in one of two kinds of quotes."""
    return (found[1] or found[2] or "") if found else ""


def _tag(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """A component of MDX, or what it imports: only what is written around it is to be read."""
    if line.startswith("<"):
        stop = start + 1 if _TAG.match(line) else _last_line(state, start, end, ">")
        if stop == start + 1 or (stop and _TAG_BEGINS.match(line)):
            if not silent:
                said = _SAID.search(state.src, state.bMarks[start], state.eMarks[stop - 1])
                _heading(state, _escaped(_paired(said)), start)
                state.line = stop
            return True
    elif line.startswith("import") and _IMPORT.match(line):
        if not silent:
            state.line = start + 1
        return True
    return False


def _last_line(state: StateBlock, start: int, end: int, mark: str) -> int:
    """The line behind the one on which what begins here ends; 0 for none."""
    for number in range(start + 1, min(end, start + MOST_LINES)):
        line = _line(state, number).rstrip()
        if not line or line.startswith(("<", "{%", "{{")):
            return 0
        if line.endswith(mark):
            return number + 1
    return 0


def _template(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """Tags of Liquid and shortcodes of Hugo; a list of classes, a place for a table of contents."""
    stop, content = start + 1, line
    if line.startswith(("{%", "{{<", "{{%")) and "}" not in line:
        stop = _last_line(state, start, end, "}")
        content = _text(state, start, stop)
    is_code = _HIGHLIGHT.match(content)
    shortcode = _SHORTCODE.match(content)
    if not (shortcode or is_code or _STEERS.match(content) or _ATTRIBUTES.match(content)):
        return False
    if silent:
        return True
    state.line = stop
    if is_code:
        _code(state, is_code[1], start, stop, end)
    elif shortcode:
        _shortcode(state, shortcode[2].strip(), content, start)
    return True


def _code(state: StateBlock, language: str, start: int, stop: int, end: int) -> None:
    last = next((one for one in range(stop, end) if _HIGHLIGHT_ENDS.match(_line(state, one))), end)
    if last == end:
        return
    code = state.push("fence", "code", 0)
    code.info, code.markup, code.map = language, "```", [start, last]
    code.content = state.getLines(stop, last, max(state.sCount[start], 0), True)
    state.line = last + 1


def _shortcode(state: StateBlock, inside: str, written: str, start: int) -> None:
    name, _, rest = inside.rstrip("/ ").partition(" ")
    said = {one[1]: one[2] or one[3] or one[4] or "" for one in _ARGUMENT.finditer(rest)}
    if name in ("figure", "img", "image") and "src" in said:
        words = said.get("caption") or said.get("alt") or said.get("title") or ""
        address = said["src"] if not set(said["src"]) & set(" <>()") else ""
        _paragraph(state, f"![{_escaped(words)}]({address})", start)
    elif rest.strip() and not name.startswith(("/", "%", "*")):
        fence = "``" if "`" in written else "`"
        _paragraph(state, f"{fence} {' '.join(written.split())} {fence}", start)


def _box(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """`:::note`, down to `:::`."""
    if _BOX_ENDS.match(line):
        state.line = state.line if silent else start + 1
        return True
    found = _BOX.match(line)
    if not found or state.level >= MOST_BOXES:
        return False
    if not silent:
        stop = _box_end(state, start, end, found[1])
        said = found[3] or found[4] or _paired(_SAID.search(line))
        _framed(state, heading_of(found[2], said), start, stop)
        state.line = stop + (stop < end and _BOX_ENDS.match(_line(state, stop)) is not None)
    return True


def _box_end(state: StateBlock, start: int, end: int, fence: str) -> int:
    """The line that closes a box, of at least as many colons, or the one behind its last."""
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


def _framed(state: StateBlock, heading: str, start: int, stop: int, indent: int = 0) -> None:
    """The lines between as a quotation below a heading, or as they are where there is none."""
    before = state.parentType, state.lineMax, state.blkIndent, state.level
    state.parentType = "blockquote"
    if heading:
        state.push("blockquote_open", "blockquote", 1).map = [start, stop]
        _heading(state, heading, start)
    else:
        state.level += 1
    state.lineMax = stop
    state.blkIndent += indent
    state.md.block.tokenize(state, start + 1, stop)
    if heading:
        state.push("blockquote_close", "blockquote", -1)
    state.parentType, state.lineMax, state.blkIndent, state.level = before


def _noted(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """`!!! note "Title"` of MkDocs, and the indented lines below it."""
    found = _NOTED.match(line)
    if not found or state.level >= MOST_BOXES:
        return False
    if not silent:
        stop = start + 1
        while stop < end and (state.isEmpty(stop) or state.sCount[stop] >= state.blkIndent + 4):
            stop += 1
        _framed(state, heading_of(found[1], found[2] or ""), start, stop, 4)
        state.line = stop
    return True


def _until_blank(state: StateBlock, start: int, end: int, begins: str) -> int:
    stop = start + 1
    while stop < end and not state.isEmpty(stop) and state.sCount[stop] >= state.blkIndent:
        if _line(state, stop).startswith(begins):
            break
        stop += 1
    return stop


def _text(state: StateBlock, start: int, stop: int) -> str:
    return "\n".join(_line(state, number) for number in range(start, stop))


def _footnote(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """A note at the foot is a paragraph of its own, and no definition of a link."""
    if not _FOOTNOTE.match(line):
        return False
    if not silent:
        stop = _until_blank(state, start, end, "[^")
        _paragraph(state, _text(state, start, stop), start)
        state.line = stop
    return True


def _definition(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """`: what it means`, below a term, as an entry of a list."""
    if not line.startswith(": ") or not line[1:].strip():
        return False
    if silent:  # French puts a blank before a colon: the line after a long one goes on with a sentence
        is_term = state.line == start - 1 and len(_line(state, state.line)) <= LONGEST_TERM
        return state.parentType == "paragraph" and is_term
    if not state.tokens or state.tokens[-1].type not in ("paragraph_close", "bullet_list_close"):
        return False
    state.push("bullet_list_open", "ul", 1)
    while start < end and not state.isEmpty(start) and _line(state, start).startswith(": "):
        stop = _until_blank(state, start, end, ": ")
        state.push("list_item_open", "li", 1).map = [start, stop]
        _paragraph(state, _text(state, start, stop)[1:], start)
        for token in state.tokens[-3::2]:
            token.hidden = True
        state.push("list_item_close", "li", -1)
        start = stop
    state.push("bullet_list_close", "ul", -1)
    state.line = start
    return True


_RULES: Mapping[str, tuple[Callable[[StateBlock, str, int, int, bool], bool], ...]] = {
    ":": (_box, _definition), "!": (_noted,), "?": (_noted,), "<": (_tag,), "i": (_tag,), "{": (_template,),
    "[": (_template, _footnote),
}  # fmt: skip
"""By the character that a line begins with."""
