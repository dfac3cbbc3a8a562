"""What site generators and Obsidian add to Markdown, made into the usual tokens.

Notes in boxes, components and template tags on lines of their own, footnotes, definitions, callouts, links
between notes. Nothing is run or looked up: what says something becomes Markdown of the same meaning, and
what only steers a site is omitted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from reader.article.html import embed_kind
from reader.article.plain_text import MARKED, PYTHON_NAMES, unlinked, with_raised, without_attributes

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

MAX_TAG_LINES = 30
"""Lines over which one template tag may spread."""

MAX_COMMENT_LINES = 200
"""Lines over which a comment may spread."""

MAX_BOXES = 20
"""Boxes inside one another; a deeper one is text."""

_INTERRUPTS = ["paragraph", "reference", "blockquote", "list"]

_NAME = r"(?:[A-Z][\w.]*|[a-z]\w*-[\w.-]*)"
_TAG = re.compile(rf"</?{_NAME}(?:\s[^<]*)?/?>[ \t]*\Z|</?>[ \t]*\Z")
_TAG_BEGINS = re.compile(rf"<{_NAME}(?:\s[^<>]*)?\Z")
_TITLE = re.compile(r"""[\s{](?:title|label)=(?:"([^"\n]+)"|'([^'\n]+)')""")
_IMPORT = re.compile(r"import\s(?:[^;'\"\n]+\sfrom\s*)?['\"][^'\"\n]+['\"];?[ \t]*\Z")
_EXPORT = re.compile(r"export\s+(?:default\s|(?:const|let|var)\s+\w+\s*=|(?:async\s+)?function\s)")
_COMMENT = re.compile(r"%%.*%%[ \t]*\Z")
_COMMENT_ENDS = re.compile(r"%%\s*\Z")
_BOX = re.compile(
    r"(:{3,})[ \t]*+\{?[ \t]*+\.?([A-Za-z][\w-]*)(?:\[([^\]\n]*)\]|[ \t]+([^{}\n]+))?(?:[^\n]*)\Z"
)
_BOX_ENDS = re.compile(r":{3,}[ \t]*\Z")
_ADMONITION = re.compile(
    r"[ \t]*[A-Za-z][\w-]*[^\"\n]*+(?:\"[^\"\n]*\"[ \t]*)\Z|[ \t]*[A-Za-z][\w-]*[ \t]*\Z"
)
_TAB = re.compile(r"===[!+]?[ \t]+(?:\"([^\"\n]+)\"|'([^'\n]+)')[ \t]*\Z")
"""A tab of MkDocs; what it shows is indented below it."""
_WIKI_HEADING = re.compile(r"(={2,6})[ \t]+([^=\s](?:[^\n]*[^=\s])?)[ \t]+\1[ \t]*\Z")
"""`====== Heading ======`, as in DokuWiki, or `== Heading ==`, as in MediaWiki."""
_COMMENTS = re.compile(r"(?:\{\#[^{}]*\#\}[ \t]*|\{/\*[^{}]*\*/\}[ \t]*)+\Z")
_LIQUID = re.compile(r"(?:\{%[^{}]*%\}[ \t]*)+\Z")
_LIQUID_COMMENT = re.compile(r"\{%-?[ \t]*comment\b")
_LIQUID_COMMENT_ENDS = re.compile(r"\{%-?[ \t]*endcomment\b")
_LIQUID_TAG = re.compile(r"\{%-?[ \t]*(?P<name>[\w.-]+)(?P<rest>[^{}]*?)-?%\}")
_SHORTCODE = re.compile(
    r"\{\{[<%][ \t\n]*(?P<name>/?[ \t]*[\w./-]+)?(?P<rest>[^{}]*?)/?[ \t\n]*[>%]\}\}[ \t]*\Z"
)
_ESCAPED_TAG = re.compile(r"\{\{[<%]/\*")
_INLINE_SHORTCODE = re.compile(r"\{\{[<%] ?(?P<name>/? ?[\w./-]+)(?P<rest>[^{}\n]*?)/? ?[>%]\}\}")
_ATTRIBUTES = re.compile(r"\{:?[ \t]*[#.:][^{}\n]*\}[ \t]*\Z|\[{1,2}(?:toc|TOC)\]{1,2}[ \t]*\Z")
_HIGHLIGHT = re.compile(
    r"\{(?:%-?|\{[<%])[ \t]*highlight[ \t]+\"?(\w+)|\{%[ \t]*code(?:block)?\b(?:[^%\n]*?\blang:(\w+))?"
)
_HIGHLIGHT_ENDS = re.compile(
    r"\A\{(?:%-?[ \t]*end(?:highlight|code(?:block)?)\b|\{[<%][ \t]*/[ \t]*highlight)"
)
_CALL = re.compile(r"\{\{[ \t]*(?P<name>\w+)\((?P<rest>(?:[^(){}\"\n]|\"[^\"\n]*\")*)\)[ \t]*\}\}")
"""A shortcode of Zola: `{{ youtube(id="x") }}`."""
_BETWEEN_ARGUMENTS = re.compile(r",(?=\s*\w+\s*=)")
_UNSEEN = r"(?:(?<!\w)%%[^%\n]+%%|\{%-?[ \t]*\w[^{}\n]*?-?%\})"
_INLINE_UNSEEN = re.compile(rf"(?:(?<= )|\A){_UNSEEN}+ |{_UNSEEN}")
"""Comments of Obsidian and tags of Liquid within a line, with one of the spaces around them."""
_INSIDE = "\u2060"
"""Stands for a token within a line that is no text; no text holds it."""
_BLOCK_NAME = re.compile(r"\s\^[A-Za-z0-9-]{4,}\Z", re.ASCII)
_ARGUMENT = re.compile(r"""(?:([\w-]+)[ \t]*=[ \t]*)?(?:"([^"\n]*)"|'([^'\n]*)'|`([^`\n]*)`|([^\s"'`=]+))""")
_SPECIAL = re.compile(r"([\\`*_\[\]<&])")
_FOOTNOTE = re.compile(r"\[\^([^\[\]\s^]{1,100})\]")
_CALLOUT = re.compile(r"\[!([\w-]+)\][+-]?[ \t]*")
_EMBEDDED = re.compile(r"!\[\[([^\[\]\n]+)\]\]")
_ATTRIBUTED = frozenset(("image", "link_close", "em_close", "strong_close", "code_inline"))
"""Tokens that Kramdown's and Pandoc's attributes may follow (`[a](b){:target="_blank"}`)."""
_BEHIND_SPAN = re.compile(r"\{[ ]?(?:[:.#]|\w+=)[^{}\n]*\}")
_RAW = re.compile(r"\{%-?[ ]?(?:end)?raw[ ]?-?%\}")
_CONTENTS = re.compile(r"\{:[ \t]*toc\b")
_COMPUTED = re.compile(r"\[([^\[\]\n]+)\]\((?:\{[{%][^{}\n]*[}%]\}[^()\s{}]*)+\)")
"""A link whose address a template makes."""
_COMPUTED_PICTURE = re.compile(r"!\[([^\[\]\n]*)\]\((?:\{[{%][^{}\n]*[}%]\}[^()\s{}]*)+\)(?:\{:[^{}\n]*\})?")
_CRITIC = re.compile(r"\{\+\+([^{}\n]*)\+\+\}| ?\{--[^{}\n]*--\}| ?\{>>[^{}\n]*<<\}|\{(==[^{}\n]*==)\}")
"""Insertions, deletions, comments and marked text of CriticMarkup."""
_KEYS = re.compile(r"(?<![\w+])\+\+([\w-]+(?:\+[\w-]+)*)\+\+(?![\w+])")
"""Keys to press, as MkDocs has them: `++ctrl+c++`."""
_ICON = re.compile(r" ?:(?:material|fontawesome|octicons|simple)-[\w-]+:")
_PROPERTY = re.compile(
    r"(?:id|collapsed|heading|background-color|created-at|updated-at|(?:ls|hl)-[\w-]+|logseq\.[\w.-]+)::"
    r"[^\n]*"
)
"""What Logseq notes about a block, on a line of its own below it."""

_BOX_NAMES = """
note info tip hint important warning caution danger error attention success question example quote abstract
summary bug failure todo
"""
_BOX_KINDS = frozenset(_BOX_NAMES.split())
"""Kinds of boxes whose name is their heading where they have no other."""

_SERVICES = {
    "youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}",
    "gist": "https://gist.github.com/{}", "tweet": "https://twitter.com/i/status/{}",
    "twitter": "https://twitter.com/i/status/{}", "x": "https://twitter.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}", "codepen": "https://codepen.io/{}",
    "spotify": "https://open.spotify.com/{}", "jsfiddle": "https://jsfiddle.net/{}",
}  # fmt: skip
"""Template tags that show something from elsewhere, and the address that their first argument completes."""

_PICTURES = frozenset(("figure", "img", "image", "picture", "asset_img", "resize_image"))
_TITLED = frozenset(("tab", "step", "expand", "expandable", "details", "accordion"))
"""Tags that enclose a text below their title."""
_IDENTIFIER = re.compile(r"[\w./-]{1,100}", re.ASCII)

_WORDPRESS = re.compile(
    r"\[(?P<end>/)?(?P<name>caption|wp_caption|embed|gallery|playlist|audio|video|youtube|vimeo|sourcecode)"
    r"(?P<rest>(?:[ \t][^\[\]\n]{1,500})?)\](?!\()"
)


def add_to(parser: MarkdownIt) -> None:
    """Teach the parser these extensions."""
    # The plugin's own rule for references takes three seconds for a piece of nothing but "[^".
    footnote_plugin(parser, inline=False, move_to_end=False)
    parser.inline.ruler.at("footnote_ref", _footnote_reference)
    deflist_plugin(parser)
    admon_plugin(parser)
    # mdit-py-plugins has attributes in one form only (`{.a}`, not `{: .a}`), boxes of colons only for names
    # that are known beforehand, and no template tags. One rule for all, as each rule is asked about
    # every line.
    parser.block.ruler.before("reference", "extension", _extension, {"alt": _INTERRUPTS})


def box_heading(kind: str, title: str = "") -> str:
    """The heading of a box, as Markdown."""
    title = title.strip()
    return (_escaped(title) if "*" in title else title) or (
        kind.capitalize() if kind.lower() in _BOX_KINDS else ""
    )


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


def _heading(state: StateBlock, start: int, title: str) -> None:
    if title := title.strip():
        _said(state, start, f"**{title}**")


def _said(state: StateBlock, start: int, markdown: str) -> None:
    """What a box or a tag says, which is no part of the text around it."""
    if markdown:
        _push(state, "paragraph", "p", markdown, start).meta = {"heading": True}


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _quoted(found: re.Match[str] | None) -> str:
    """The text in one of two kinds of quotes."""
    return (found[1] or found[2] or "") if found else ""


def _component(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """A component of MDX, or what it imports: only the text around it is to be read."""
    stop, title = 0, ""
    if line.startswith("<"):
        stop = start + 1 if _TAG.match(line) else _last_line(state, start, end, ">")
        if stop > start + 1 and not _TAG_BEGINS.match(line):
            return False
        title = _quoted(_TITLE.search(state.src, state.bMarks[start], state.eMarks[stop - 1])) if stop else ""
    elif _EXPORT.match(line):
        stop = next((number for number in range(start + 1, end) if state.isEmpty(number)), end)
    if stop and not silent:
        _heading(state, start, _escaped(title))
        state.line = stop
    return bool(stop)


def _comment(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """Obsidian's comments, `%%` down to `%%`."""
    last = min(end, start + MAX_COMMENT_LINES) if line.strip() == "%%" else start
    found = _found(state, _COMMENT_ENDS, start + 1, last)
    if found and not silent:
        state.line = found + 1
    return bool(found)


def _found(state: StateBlock, pattern: re.Pattern[str], start: int, end: int) -> int:
    """The first of the lines in which a pattern is found; 0 for none."""
    return next((number for number in range(start, end) if pattern.search(_line(state, number))), 0)


def _last_line(state: StateBlock, start: int, end: int, mark: str) -> int:
    """The line after the one on which what begins here ends; 0 for none."""
    for number in range(start + 1, min(end, start + MAX_TAG_LINES)):
        line = _line(state, number).rstrip()
        if not line or line.startswith(("<", "{%", "{{")):
            return 0
        if line.endswith(mark):
            return number + 1
    return 0


def _template(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """Tags of Liquid and shortcodes of Hugo."""
    stop, content = start + 1, line
    if line.startswith(("{%", "{{<", "{{%")) and "}" not in line:
        stop = _last_line(state, start, end, "}")
        content = "\n".join(_line(state, number) for number in range(start, stop))
    is_code = _HIGHLIGHT.match(content)
    shortcode = _SHORTCODE.match(content)
    call = _CALL.fullmatch(content.rstrip())
    is_liquid = _LIQUID.match(content)
    if silent or not (shortcode or call or is_code or is_liquid):
        return bool(shortcode or call or is_code or is_liquid)
    state.line = stop
    if is_code:
        _code(state, is_code[1] or is_code[2] or "", start, stop, end)
    elif is_liquid and _LIQUID_COMMENT.match(content):
        last = min(end, start + MAX_COMMENT_LINES)
        state.line = (_found(state, _LIQUID_COMMENT_ENDS, stop, last) or stop - 1) + 1
    elif shortcode and _ESCAPED_TAG.match(content):
        content = content.replace("/*", "", 1).replace("*/", "", 1)
        _push(state, "paragraph", "p", f"`` {content} ``", start)
    elif shortcode:
        name = (shortcode["name"] or "").replace(" ", "")
        is_paired = f"/{name}" in state.src or f"/ {name}" in state.src
        _said(state, start, shown_tag(name, shortcode["rest"], is_paired=is_paired))
    elif call:
        _said(state, start, shown_tag(call["name"], _BETWEEN_ARGUMENTS.sub(" ", call["rest"])))
    elif is_liquid:
        for tag in _LIQUID_TAG.finditer(content):
            _said(state, start, _liquid(tag["name"], tag["rest"]))
    return True


def _drop_list(state: StateBlock) -> None:
    """Take away a list of one item right before, which only says where the table of contents goes."""
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


def _code(state: StateBlock, language: str, start: int, stop: int, end: int) -> None:
    last = _found(state, _HIGHLIGHT_ENDS, stop, end)
    if not last:
        return
    code = state.push("fence", "code", 0)
    code.info, code.markup, code.map = language, "```", [start, last]
    code.content = state.getLines(stop, last, max(state.sCount[start], 0), True)
    state.line = last + 1


def _liquid(name: str, rest: str) -> str:
    """A tag of Liquid as Markdown: only those that show something from elsewhere say anything."""
    words = rest.split(None, 1)
    if name in ("include", "include_cached", "render") and words:
        name = words[0].strip("\"'").rpartition("/")[2].rpartition(".")[0] or words[0].strip("\"'")
        rest = words[1] if len(words) > 1 else ""
    elif name in _TITLED and (title := _quoted(_TITLE.search(f" {rest}"))):
        return f"**{_escaped(title)}**"
    elif name == "embed":
        return shown_tag(name, rest)
    is_known = name in _SERVICES or name in ("video", "audio") or name in _PICTURES
    return shown_tag(name, rest) if is_known else ""


def shown_tag(name: str, rest: str, *, is_paired: bool = False) -> str:
    """A template tag as Markdown: a picture, a link to what it embeds, or its name and its words.

    `is_paired` says that the tag encloses text, of which its title is then the heading.
    """
    if name.startswith("/"):
        return ""
    said, plain = _arguments(rest)
    words = next((said[key] for key in ("caption", "title", "alt", "text", "label") if said.get(key)), "")
    name = name.rpartition("/")[2].rpartition(".")[0] or name
    address = next((said[key] for key in ("src", "url", "href", "link") if said.get(key)), "")
    if name in _PICTURES:
        address = (
            address or said.get("path") or next((one for one in plain if "." in one), "".join(plain[:1]))
        )
        caption = said.get("caption") or said.get("alt") or said.get("title") or ""
        if not caption and name == "asset_img" and plain[-1:] != [address]:
            caption = "".join(plain[-1:])
        return f"![{_escaped(caption)}]({_target(address)})"
    first = plain[0] if plain else ""
    service = said.get("provider", "").lower() or name.lower()
    identifier = said.get("id") or ("/".join(plain[:2]) if service == "gist" else first)
    if service in _SERVICES and "://" not in identifier and _IDENTIFIER.fullmatch(identifier):
        address = _SERVICES[service].format(identifier)
    elif "://" in first:
        address = first
    if is_paired:
        kind = next((one for one in (*plain, name) if one.lower() in _BOX_KINDS), "")
        heading = _escaped(words) or kind.capitalize()
        return f"**{heading}**" if heading else ""
    if "://" in address:
        kind = name if name in ("video", "audio") else embed_kind(address, name)
        label = f"{kind}: {words}" if words else kind
        return f"[\\[{_escaped(label)}\\]]({_target(address)})"
    label = ": ".join(filter(None, (name, words))) if words else " ".join((name, *plain))
    return f"\\[{_escaped(label)}\\]" if said or plain else ""


def _arguments(rest: str) -> tuple[dict[str, str], list[str]]:
    """The arguments of a tag: those with a name, the first of each, and those without."""
    found = list(_ARGUMENT.finditer(rest))
    named = {one[1].lower(): _value(one) for one in reversed(found) if one[1]}
    return named, [_value(one) for one in found if not one[1]]


def _value(found: re.Match[str]) -> str:
    return next((part for part in found.groups()[1:] if part is not None), "")


def _target(address: str) -> str:
    return address if not set(address) & set(" <>()\\") else ""


def _box(state: StateBlock, line: str, start: int, end: int, silent: bool) -> bool:
    """`:::note`, down to `:::`."""
    found = _BOX.match(line)
    if not found or state.level >= MAX_BOXES:
        return False
    if not silent:
        stop = _box_end(state, start, end, found[1])
        title = found[3] or found[4] or _quoted(_TITLE.search(line))
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
        _framed(state, _escaped(_quoted(found)), start, stop)
        state.blkIndent, state.line = before, stop
    return True


def _wiki_heading(state: StateBlock, line: str, start: int, silent: bool) -> bool:
    found = _WIKI_HEADING.match(line)
    if not found:
        return False
    if not silent:
        signs = len(found[1])
        # DokuWiki has the most signs for the highest rank, MediaWiki the fewest.
        _push(state, "heading", f"h{7 - signs if signs > 4 else signs}", found[2], start)
        state.line = start + 1
    return True


def _framed(state: StateBlock, heading: str, start: int, stop: int) -> None:
    """The lines between as a quotation below a heading, or as they are where there is none."""
    before = state.parentType, state.lineMax, state.level
    state.parentType = "blockquote"
    if heading:
        state.push("blockquote_open", "blockquote", 1).map = [start, stop]
        _heading(state, start, heading)
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
"""By the character that a line begins with."""
_UNSEEN_LINES = (_IMPORT, _COMMENT, _COMMENTS, _ATTRIBUTES, _BOX_ENDS)


def refine(tokens: Sequence[Token]) -> None:
    """Make the usual tokens out of what these extensions add within lines, in place."""
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
            if not _ADMONITION.match(params):  # not in this form: all of it is text
                children = [_like(inline, content=params.strip())]
            elif len(children) == 1:
                children[0].content = children[0].content.removeprefix('"').removesuffix('"')
            inline.children = [_like(inline, "strong_open"), *children, _like(inline, "strong_close")]
    else:
        token.type, token.tag = f"blockquote_{side}", "blockquote"


def _with_heading(children: list[Token]) -> list[Token]:
    """A quotation that says what kind it is, with that as its heading."""
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


def _with_marks(children: Sequence[Token]) -> list[Token]:
    """The signs of a marker pen become tokens; between them there may be emphasis, code and links."""
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


def _without_properties(children: Sequence[Token]) -> list[Token]:
    """The tokens without lines that are a property of Logseq's."""
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


def _without_brackets(children: Sequence[Token]) -> None:
    """Take the outer brackets off links between notes that are also defined below the text, as Foam writes
    them: `[[note]]` with `[note]: note.md`. In place."""
    for number, token in enumerate(children):
        if token.type != "link_open" or "://" in str(token.attrGet("href")):
            continue
        end = next((at for at in range(number, len(children)) if children[at].type == "link_close"), 0)
        before, after = children[number - 1 : number], children[end + 1 : end + 2]
        if end and before and after and before[0].content.endswith("[") and after[0].content.startswith("]"):
            before[0].content, after[0].content = before[0].content[:-1], after[0].content[1:]


def _refined(children: Sequence[Token]) -> Iterator[Token]:
    if any("::" in one.content for one in children if one.type == "text"):
        children = _without_properties(children)
    for token in children:
        if token.type == "text" and "{" in token.content:
            token.content = _CRITIC.sub(lambda found: found[1] or found[2] or "", token.content)
    if any("==" in one.content for one in children if one.type == "text"):
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
            yield from _links_between_notes(token)
        else:
            yield token
        before = kind


def _links_between_notes(token: Token) -> Iterator[Token]:
    """A text whose links between notes are their words, and whose embedded notes are named."""
    text = token.content
    for sign, pattern, replacement in _REPLACED:
        if sign in text:
            text = pattern.sub(replacement, text)
    text = with_raised(text)
    start = 0
    if "![[" in text:
        for found in _EMBEDDED.finditer(text):
            yield _like(token, content=unlinked(text[start : found.start()]))
            yield _like(token, "image", found[1].partition("|")[0])
            start = found.end()
    token.content = unlinked(text[start:])
    yield token


def _inline_shortcode(found: re.Match[str]) -> str:
    """A shortcode within a line as its words, or nothing."""
    name = found["name"].replace(" ", "")
    rest = _BETWEEN_ARGUMENTS.sub(" ", found["rest"])
    values = [(one[1], _value(one)) for one in _ARGUMENT.finditer(rest)]
    words = next((text for key, text in values if key in ("caption", "title", "alt", "text", "label")), "")
    if name.startswith("/"):
        return ""
    return words or (f"[{' '.join((name, *(text for key, text in values if not key)))}]" if values else "")


def _wordpress(found: re.Match[str]) -> str:
    """A shortcode of WordPress: its address, the name of what it shows, or nothing where it only encloses."""
    name, rest = found["name"], found["rest"]
    if not rest:
        return "" if found["end"] or f"[/{name}]" in found.string else found[0]
    address = next((value for one in _ARGUMENT.finditer(rest) if "://" in (value := _value(one))), "")
    return address or ("" if "caption" in name or name in ("embed", "sourcecode") else f"[{name}]")


_REPLACED: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (":", _ICON, ""),
    ("++", _KEYS, lambda found: found[1].replace("-", " ")),
    ("{", _COMPUTED_PICTURE, r"![[\1]]"),
    ("{", _RAW, ""),
    ("{", _COMPUTED, r"\1"),
    ("{", _INLINE_SHORTCODE, _inline_shortcode),
    ("{", _CALL, _inline_shortcode),
    ("%", _INLINE_UNSEEN, ""),
    ("[", _WORDPRESS, _wordpress),
)
"""What is replaced within a line: a sign that is in it, the pattern, and what it becomes."""
