"""Converts HTML in a body to equivalent Markdown tokens; nothing is run, fetched or styled.

HTML's own elements keep their meaning, a site's components have none, and anything else between angle
brackets (`vector<int>`) stays visible as text. Of the attributes, only URLs, a picture's description and a
list's first number are used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

from markdown_it.token import Token

from reader.article.plain_text import lowered, raised

Attributes: TypeAlias = list[tuple[str, str | None]]

MAX_NESTED = 40
"""Maximum nesting of lists and quotes; deeper ones stay at this depth."""

_ELEMENTS = {
    "strong": "strong b",
    "em": "em i cite dfn var",
    "s": "s strike del",
    "mark": "mark",
    "sup": "sup",
    "sub": "sub",
    "link": "a",
    "unseen": "script style svg math template head title textarea canvas",
    "code": "code kbd samp tt",
    "embed": "iframe video audio embed object",
    "plain": (
        "span u ins small big font abbr acronym q time label data ruby rt rp rb bdi bdo wbr nobr input button"
        " select option picture source track map area param link meta base output progress meter br img"
    ),
    "block": (
        "p div section article aside header footer main nav figure figcaption address center details dl dd"
        " form fieldset hgroup html body caption thead tbody tfoot colgroup col menu dialog search noscript"
        " hr pre table tr"
    ),
    "head": "summary dt legend",
    "heading": "h1 h2 h3 h4 h5 h6",
    "list": "ul ol li blockquote",
    "cell": "td th",
}
"""What the elements of HTML are: in a line, embedded from elsewhere, without a meaning, or on lines of their
own. The text of `unseen` is not shown; `head` is in bold above the text after it."""
_KINDS = {name: kind for kind, names in _ELEMENTS.items() for name in names.split()}
_WITHOUT_TOKEN = frozenset(("sup", "sub", "unseen"))
_PAIRED = _WITHOUT_TOKEN | {"strong", "em", "s", "mark", "link"}
_BREAKING = frozenset(("block", "head", "heading", "list", "cell"))
_NESTED = {"ul": "bullet_list", "ol": "ordered_list", "li": "list_item", "blockquote": "blockquote"}

_COMPONENT = re.compile(r"<(/?)([A-Z][\w.]*|[a-z]\w*-[\w.-]*)")
_END_TAG = re.compile(r"</([A-Za-z][^\s/<>]*)[^<>]*>")
_START = re.compile(r"[0-9]{1,9}")

_HOSTS = {
    "video": (
        "youtube.com youtube-nocookie.com youtu.be vimeo.com dailymotion.com twitch.tv ted.com peertube"
        " wistia.net wistia.com bilibili.com loom.com"
    ),
    "audio": (
        "soundcloud.com spotify.com bandcamp.com podcasts.apple.com anchor.fm megaphone.fm simplecast.com"
        " buzzsprout.com transistor.fm libsyn.com"
    ),
    "post": "twitter.com x.com instagram.com facebook.com bsky.app tiktok.com",
    "code": "codepen.io jsfiddle.net codesandbox.io stackblitz.com gist.github.com",
    "map": "openstreetmap.org maps.google.com",
    "slides": "slideshare.net speakerdeck.com",
}
"""Hosts by the kind of content that pages embed from them."""


class Embed(NamedTuple):
    """Something from elsewhere that the page shows."""

    tag: str
    url: str
    title: str


def embed_kind(url: str, default: str = "page") -> str:
    """The kind of an embedded URL, judged by its host: video, audio, post and so on."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return default
    host = parts.netloc.lower()
    if "google." in host and parts.path.startswith("/maps"):
        return "map"
    for kind, names in _HOSTS.items():
        if any(f".{host}".endswith(f".{name}") or name in host.split(".") for name in names.split()):
            return kind
    return default


def as_markdown(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of a parsed text, with HTML in it converted as if it had been written in Markdown."""
    result: list[Token] = []
    for token in tokens:
        if token.type == "html_block":
            result += _BlockHtml(token.level).tokens_of_block(token.content)
        else:
            if token.children and any(child.type == "html_inline" for child in token.children):
                token.children = _InlineHtml().tokens_of(token.children)
            result.append(token)
    return result


def _components(children: Sequence[Token]) -> frozenset[int]:
    """Inline tags of a site's components: self-closing (`<Since/>`), or opened and closed."""
    named = [
        (found, child)
        for child in children
        if child.type == "html_inline" and (found := _COMPONENT.match(child.content))
    ]
    opened = {found[2] for found, _ in named if not found[1]}
    closed = {found[2] for found, _ in named if found[1]}
    paired = opened & closed
    return frozenset(id(child) for found, child in named if found[2] in paired or child.content[-2] == "/")


class _InlineHtml(HTMLParser):
    """The inline tokens of one line: its own, and what its tags mean."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.line: list[Token] = []
        self._code: list[str] | None = None
        self._ends: dict[str, str] = {}
        """End tags that occur, by their names in small letters; the parser reports them in no other."""
        self._open: Counter[str] = Counter()
        """Number of open elements by kind: `unseen`, `link`, kinds of emphasis."""
        self._embed: Embed | None = None

    def tokens_of(self, children: Sequence[Token]) -> list[Token]:
        """The tokens of a line whose tags Markdown has already separated from its text."""
        components = _components(children)
        self.note_ends("".join(child.content for child in children if child.type == "html_inline"))
        for child in children:
            if id(child) in components:
                continue
            if child.type == "html_inline":
                self.feed_safely(child.content)
                self.reset()  # a comment or a tag without an end ends here
            elif self._code is not None:
                self._code.append(child.content or " ")
            elif not (self._open["unseen"] or self._embed):
                if child.type == "text":
                    self._text(child.content)
                else:
                    self.line.append(child)
        self.end_line()
        return self.line

    def feed_safely(self, html: str, *, is_last: bool = False) -> None:
        """Parse some HTML; if Python's parser fails on it (`<![x[`), it is shown as text."""
        try:
            self.feed(html)
            if is_last:
                self.close()
        except (AssertionError, ValueError):
            self.rawdata = ""
            self.handle_data(html)

    def note_ends(self, html: str) -> None:
        """Remember which elements have an end tag, and how it is written."""
        self._ends.update((match[1].lower(), match[0]) for match in _END_TAG.finditer(html))

    def end_line(self) -> None:
        """Close what is open."""
        self._end_code()
        self._end_embed()
        for kind in [*self._open.elements()]:
            self._end(kind)

    def add_unknown(self, tag: str) -> None:
        """Show something that only looks like a tag."""
        self._text(tag)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Begin what an element means within a line."""
        attributes, kind = dict(attrs), _KINDS.get(tag, "")
        if self._open["unseen"] and kind != "unseen":
            return
        if self._embed and kind != "unseen":
            if not self._embed.url and tag in ("source", "embed", "iframe", "video"):
                self._embed = self._embed._replace(url=attributes.get("src") or "")
        elif kind in _PAIRED:
            self._begin(kind, attributes.get("href"))
        elif kind == "code":
            self._end_code()
            self._code = []
        elif kind == "embed":
            self._begin_embed(tag, attributes)
        else:
            self._add_single(tag, attributes)

    def _add_single(self, tag: str, attributes: dict[str, str | None]) -> None:
        """An element without content, a quotation mark, or something that only looks like a tag."""
        if tag == "br":
            self.line.append(Token("hardbreak", "br", 0))
        elif tag == "q":
            self._text("“")
        elif tag == "img":
            url, words = attributes.get("src") or "", attributes.get("alt") or ""
            self.line.append(Token("image", "img", 0, attrs={"src": _whole(url)}, content=words))
        elif tag not in _KINDS:
            self.add_unknown(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """`<a/>` has no visible effect; unknown elements stay text."""
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "img") and tag in _KINDS:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End what an element means within a line."""
        kind = _KINDS.get(tag, "")
        if self._open["unseen"] and kind != "unseen":
            return
        if self._embed and kind != "unseen":
            if tag == self._embed.tag:
                self._end_embed()
        elif kind in _PAIRED:
            self._end(kind)
        elif kind == "code":
            self._end_code()
        elif tag == "q":
            self._text("”")
        elif tag not in _KINDS:
            self.add_unknown(self._ends.get(tag, ""))

    def _text(self, text: str) -> None:
        if self._code is not None:
            self._code.append(text)
        elif text:
            if self._open["sup"]:
                text = raised(text)
            elif self._open["sub"]:
                text = lowered(text)
            last = self.line[-1] if self.line else None
            if last and last.type == "text" and not last.meta:
                last.content += text  # one token, as `{{<icon name="x">}}` is one tag
            else:
                self.line.append(Token("text", "", 0, content=text))

    def _begin(self, kind: str, href: str | None = None) -> None:
        self._open[kind] += 1
        if kind not in _WITHOUT_TOKEN:
            attributes: dict[str, str | int | float] = {"href": _whole(href or "")} if kind == "link" else {}
            self.line.append(Token(f"{kind}_open", "", 1, attrs=attributes))

    def _end(self, kind: str) -> None:
        if self._open[kind]:
            self._open[kind] -= 1
            if kind not in _WITHOUT_TOKEN:
                self.line.append(Token(f"{kind}_close", "", -1))

    def _begin_embed(self, tag: str, attributes: dict[str, str | None]) -> None:
        url = attributes.get("src") or attributes.get("data") or ""
        title = attributes.get("title") or attributes.get("aria-label") or ""
        if not url and tag not in self._ends:
            self.add_unknown(self.get_starttag_text() or "")
            return
        self._embed = Embed(tag, url, " ".join(title.split()))
        if tag not in self._ends:  # else its content is a fallback for browsers that can't show it
            self._end_embed()

    def _end_embed(self) -> None:
        embed, self._embed = self._embed, None
        if embed is None:
            return
        kind = embed.tag
        if kind not in ("video", "audio"):
            kind = embed_kind(_whole(embed.url), "page" if kind == "iframe" else "object")
        self._begin("link", href=embed.url)
        words = f"[{kind}: {embed.title}]" if embed.title else f"[{kind}]"
        self.line.append(Token("text", "", 0, content=words, meta={"embed": True}))
        self._end("link")

    def _end_code(self) -> None:
        if self._code is not None and (code := "".join(self._code).strip()):
            self.line.append(Token("code_inline", "code", 0, content=code))
        self._code = None


def _whole(url: str) -> str:
    """Adds a scheme to a URL that begins with `//`."""
    url = url.strip()
    return f"https:{url}" if url.startswith("//") else url


class _BlockHtml(_InlineHtml):
    """The block tokens of one stretch of HTML."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self._level = level
        self._tokens: list[Token] = []
        self._nested: list[str] = []
        """Names of the lists, items and quotes that are open."""
        self._block = "p"
        """The element whose text the line holds."""
        self._fixed: list[str] | None = None
        """The text in `pre` so far."""
        self._rows: list[list[list[Token]]] | None = None
        """The cells of a table so far, row by row."""

    def tokens_of_block(self, html: str) -> list[Token]:
        """The tokens of a stretch of HTML."""
        self.note_ends(html)
        self.feed_safely(html, is_last=True)
        self._end_table()
        self._end_fixed()
        self._end_paragraph()
        while self._nested:
            self._leave()
        return self._tokens

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Begin a block, or what an element means in a line."""
        if self._open["unseen"] or self._embed or _KINDS.get(tag) not in _BREAKING:
            super().handle_starttag(tag, attrs)
        elif self._rows is not None:
            self._in_table(tag)
        else:
            self._end_paragraph()
            if tag in _NESTED:
                self._enter(tag, dict(attrs).get("start") or "")
            elif tag == "pre":
                self._fixed = []
            elif tag == "hr":
                self._tokens.append(Token("hr", "hr", 0, level=self._level))
            elif tag == "table":
                self._rows = []
            self._block = tag

    def handle_endtag(self, tag: str) -> None:
        """End a block, or what an element means in a line."""
        if self._open["unseen"] or self._embed or _KINDS.get(tag) not in _BREAKING:
            super().handle_endtag(tag)
        elif tag == "table":
            self._end_table()
        elif tag == "pre":
            self._end_fixed()
        elif self._rows is None:
            self._end_paragraph()
            while tag in self._nested:
                if self._leave() == tag:
                    break

    def add_unknown(self, tag: str) -> None:
        """In a block, capitalised names are a site's components; their content is shown."""
        if not tag.lstrip("</")[:1].isupper():
            super().add_unknown(tag)

    def handle_data(self, data: str) -> None:
        """Text, on one line except in `pre`."""
        if self._open["unseen"] or self._embed or not data:  # `&#27;` is removed
            return
        if self._fixed is not None:
            self._fixed.append(data)
        elif data.strip() or self.line:
            before = " " if data[0].isspace() and self.line else ""
            after = " " if data[-1].isspace() and data.strip() else ""
            self._text(before + " ".join(data.split()) + after)

    def _in_table(self, tag: str) -> None:
        assert self._rows is not None
        if tag == "tr":
            self._end_cell()
            self._rows.append([])
        elif tag in ("td", "th"):
            self._end_cell()
            self._rows = self._rows or [[]]
            self._rows[-1].append([])
        elif self.line:
            self._text(" ")

    def _end_cell(self) -> None:
        self.end_line()
        if self._rows and self._rows[-1]:
            self._rows[-1][-1] += self.line
        self.line = []

    def _end_table(self) -> None:
        if self._rows is None:
            return
        self._end_cell()
        rows = [row for row in self._rows if row]
        self._rows = None
        if rows:
            self._tokens.append(Token("table_open", "table", 1, level=self._level))
            for number, row in enumerate(rows):
                self._tokens.append(Token("tr_open", "tr", 1))
                kind = "td" if number else "th"
                for cell in row:
                    self._tokens += [Token(f"{kind}_open", kind, 1), Token("inline", "", 0, children=cell)]
                    self._tokens.append(Token(f"{kind}_close", kind, -1))
                self._tokens.append(Token("tr_close", "tr", -1))
            self._tokens.append(Token("table_close", "table", -1, level=self._level))

    def _end_fixed(self) -> None:
        if self._fixed is not None:
            text = "".join(self._fixed).strip("\n")
            self._tokens.append(Token("code_block", "code", 0, content=f"{text}\n", level=self._level))
            self._fixed, self._code = None, None

    def _end_paragraph(self) -> None:
        self.end_line()
        line, self.line = self.line, []
        block, self._block = self._block, "p"
        if not any(token.content.strip() or token.type == "image" for token in line):
            return
        if _KINDS[block] == "head":
            line = [Token("strong_open", "", 1), *line, Token("strong_close", "", -1)]
        kind, tag = ("heading", block) if _KINDS[block] == "heading" else ("paragraph", "p")
        hidden = bool(self._nested) and self._nested[-1] == "li"
        meta = {"caption": True} if block == "figcaption" else {}
        self._tokens += [
            Token(f"{kind}_open", tag, 1, level=self._level, hidden=hidden, meta=meta),
            Token("inline", "", 0, children=line),
            Token(f"{kind}_close", tag, -1, level=self._level, hidden=hidden),
        ]

    def _enter(self, tag: str, start: str) -> None:
        if len(self._nested) >= MAX_NESTED:
            return
        if tag == "li":
            while self._nested and self._nested[-1] not in ("ul", "ol"):
                self._leave()
            if not self._nested:
                self._open_nested("ul")
        elif self._nested and self._nested[-1] in ("ul", "ol"):
            self._open_nested("li")
        self._open_nested(tag)
        if tag == "ol" and _START.fullmatch(start):
            self._tokens[-1].attrs["start"] = int(start)

    def _open_nested(self, tag: str) -> None:
        self._tokens.append(Token(f"{_NESTED[tag]}_open", tag, 1, level=self._level))
        self._nested.append(tag)
        self._level += 1

    def _leave(self) -> str:
        tag = self._nested.pop()
        self._level -= 1
        self._tokens.append(Token(f"{_NESTED[tag]}_close", tag, -1, level=self._level))
        return tag


_WHOLE = re.compile(r"<(?P<tag>pre|script|style)\b[^<>]*>|\{%-?[ ]*highlight\b", re.IGNORECASE)
"""Beginnings of code, in which every line is kept, and of elements that are skipped."""
_WHOLE_ENDS = {
    **{tag: re.compile(f"</{tag}[^<>]*>", re.IGNORECASE) for tag in ("pre", "script", "style")},
    "highlight": re.compile(r"\{%-?[ ]*endhighlight[^{}]*%\}"),
}
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_ELEMENT = re.compile(
    r"<(?P<end>/)?(?:(?P<leaf>p|h[1-6])|div|section|article|aside|header|footer|main|nav|figure|details|ul|ol|dl"
    r"|table|blockquote|center|form|fieldset)\b[^<>]*>",
    re.IGNORECASE,
)


def html_in_blocks(html: str) -> str:
    """HTML in which Markdown treats each top-level element as one block: without blank lines and indentation
    inside, except in code."""
    parts: list[str] = []
    at = depth = 0
    while at < len(html):
        found = _WHOLE.search(html, at)
        name = (found["tag"] or "highlight").lower() if found else ""
        end = _WHOLE_ENDS[name].search(html, found.end()) if found else None
        text = html[at : found.start()] if found and end else html[at:]
        lines, depth = _parted("\n".join(filter(None, map(str.strip, text.split("\n")))), depth)
        parts.append(lines)
        if not found or not end:
            break
        at = end.end()
        whole = html[found.start() : at]
        if name == "pre":
            whole = _BLANK_LINES.sub(lambda blank: "\n" + "&#10;" * (blank[0].count("\n") - 1), whole)
            parts.append(whole if depth else f"\n{whole}\n")
        elif name == "highlight":
            parts.append(f"\n{whole}\n")
    return "\n".join(filter(None, parts)).strip("\n")


def _parted(html: str, depth: int) -> tuple[str, int]:
    """HTML with a blank line before each element at the top, and how many elements are open at its end."""
    parts, at = [], 0
    for found in _ELEMENT.finditer(html):
        is_end, is_leaf = bool(found["end"]), found["leaf"] is not None
        if not depth and not is_end:
            parts += [html[at : found.start()].rstrip("\n"), "\n\n"]
            at = found.start()
        if not is_leaf:
            depth = max(depth + (-1 if is_end else 1), 0)
    return "".join((*parts, html[at:])), depth
