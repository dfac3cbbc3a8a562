"""HTML within a line, as Markdown's inline tokens; and which elements there are.

An element's attributes are read for an address or a picture's words, and for nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import TypeAlias

from markdown_it.token import Token

Attributes: TypeAlias = list[tuple[str, str | None]]

_EMPHASIS = {
    "b": "strong", "strong": "strong", "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em",
    "s": "s", "strike": "s", "del": "s",
}  # fmt: skip
_CODE = frozenset(("code", "kbd", "samp", "tt"))
_PLAIN = frozenset(
    (
        "span", "u", "ins", "sub", "sup", "small", "big", "mark", "font", "abbr", "acronym", "q", "time",
        "label", "data", "ruby", "rt", "rp", "rb", "bdi", "bdo", "wbr", "nobr", "input", "button",
        "select", "option", "picture", "source", "track", "map", "area", "param", "link", "meta", "base",
        "output", "progress", "meter"
    )
)  # fmt: skip
"""Elements that only change the look of their words, or have none."""
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = frozenset(
    (
        "p", "div", "section", "article", "aside", "header", "footer", "main", "nav", "figure",
        "figcaption", "address", "center", "details", "summary", "dl", "dt", "dd", "form", "fieldset",
        "legend", "hgroup", "html", "body", "caption", "thead", "tbody", "tfoot", "colgroup", "col",
        "menu", "dialog", "search", "noscript"
    )
)  # fmt: skip
"""Elements that stand on lines of their own."""
NESTED = {"ul": "bullet_list", "ol": "ordered_list", "li": "list_item", "blockquote": "blockquote"}
CELLS = frozenset(("td", "th"))
_PLAYED = frozenset(("iframe", "video", "audio", "embed", "object"))
"""Elements that show something from elsewhere; it becomes a link."""
_UNSEEN = frozenset(("script", "style", "svg", "math", "template", "head", "title", "textarea", "canvas"))
"""Elements whose content is not text to be read."""
BREAKING = _BLOCKS | HEADINGS | NESTED.keys() | {"hr", "pre", "table", "tr"}
_KNOWN = BREAKING | _EMPHASIS.keys() | _CODE | _PLAIN | CELLS | _PLAYED | _UNSEEN | {"a", "br", "img"}

_COMPONENT = re.compile(r"<(/?)([A-Z][\w.]*|[a-z]\w*-[\w.-]*)")
_END_TAG = re.compile(r"</([A-Za-z][^\s/<>]*)[^<>]*>")


def _components(children: Sequence[Token]) -> frozenset[int]:
    """Tags of a site's components within a line: ended in themselves (`<Since/>`), or begun and ended."""
    named = [
        (found, child)
        for child in children
        if child.type == "html_inline" and (found := _COMPONENT.match(child.content))
    ]
    begun = {found[2] for found, _ in named if not found[1]}
    ended = {found[2] for found, _ in named if found[1]}
    paired = begun & ended
    return frozenset(id(child) for found, child in named if found[2] in paired or child.content[-2] == "/")


class InlineHtml(HTMLParser):
    """The inline tokens of one line: its own, and what its tags mean."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.line: list[Token] = []
        self._code: list[str] | None = None
        self._ends: dict[str, str] = {}
        self._open: Counter[str] = Counter()
        """How many are open of what must be closed: `unseen`, `link`, kinds of emphasis."""

    def tokens_of(self, children: Sequence[Token]) -> list[Token]:
        """The tokens of a line whose tags were told from its text by Markdown."""
        components = _components(children)
        for child in children:
            if id(child) in components:
                continue
            if child.type == "html_inline":
                self.spell(child.content)
                self.feed(child.content)
                self.reset()  # a comment or a tag without an end ends here
            elif self._code is not None:
                self._code.append(child.content or " ")
            elif not self._open["unseen"]:
                self.line.append(child)
        self.end_line()
        return self.line

    def end_line(self) -> None:
        """Close what is open."""
        self._end_code()
        for kind in [*self._open.elements()]:
            self._end(kind)

    def spell(self, html: str) -> None:
        """Note how end tags are written; the parser tells them in small letters only."""
        self._ends.update((match[1].lower(), match[0]) for match in _END_TAG.finditer(html))

    def add_unknown(self, tag: str) -> None:
        """What looks like a tag and is none."""
        self._text(tag)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Begin what an element means within a line."""
        if tag in _UNSEEN:
            self._open["unseen"] += 1
        elif self._open["unseen"]:
            return
        elif tag in _EMPHASIS:
            self._begin(_EMPHASIS[tag])
        elif tag in _CODE:
            self._end_code()
            self._code = []
        elif tag == "a":
            self._begin("link", href=dict(attrs).get("href"))
        elif tag == "br":
            self.line.append(Token("hardbreak", "br", 0))
        elif tag == "img":
            self._picture(dict(attrs))
        elif tag in _PLAYED:
            self._begin("link", href=dict(attrs).get("src") or dict(attrs).get("data"))
            self._text(f"[{'page' if tag == 'iframe' else tag}]")
            self._end("link")
        elif tag not in _KNOWN:
            self.add_unknown(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """`<a/>` begins and ends nothing that could be seen; unknown ones stay text."""
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "img") and tag in _KNOWN:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End what an element means within a line."""
        if tag in _UNSEEN:
            self._end("unseen")
        elif self._open["unseen"]:
            return
        elif tag in _EMPHASIS:
            self._end(_EMPHASIS[tag])
        elif tag in _CODE:
            self._end_code()
        elif tag == "a":
            self._end("link")
        elif tag not in _KNOWN:
            self.add_unknown(self._ends.get(tag, ""))

    def _text(self, text: str) -> None:
        if self._code is not None:
            self._code.append(text)
        elif text:
            self.line.append(Token("text", "", 0, content=text))

    def _begin(self, kind: str, href: str | None = None) -> None:
        attributes: dict[str, str | int | float] = {"href": href or ""} if kind == "link" else {}
        self.line.append(Token(f"{kind}_open", "", 1, attrs=attributes))
        self._open[kind] += 1

    def _end(self, kind: str) -> None:
        if self._open[kind]:
            self._open[kind] -= 1
            if kind != "unseen":
                self.line.append(Token(f"{kind}_close", "", -1))

    def _picture(self, attributes: dict[str, str | None]) -> None:
        words, url = attributes.get("alt") or "", attributes.get("src") or ""
        self.line.append(Token("image", "img", 0, attrs={"src": url}, content=words))

    def _end_code(self) -> None:
        if self._code is not None and (code := "".join(self._code).strip()):
            self.line.append(Token("code_inline", "code", 0, content=code))
        self._code = None
