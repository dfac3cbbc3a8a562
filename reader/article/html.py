"""HTML in a body, as the Markdown tokens of the same meaning; nothing of it is run, fetched or styled.

Elements that HTML knows mean what they say, a site's components mean nothing, and anything else between
angle brackets (`vector<int>`) stays visible as text. An element's attributes are read for an address, a
picture's words or a list's first number, and for nothing else.
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
"""Lists and quotes inside one another that are laid out; deeper ones stay at this depth."""

_EMPHASIS = {
    "b": "strong", "strong": "strong", "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em",
    "s": "s", "strike": "s", "del": "s", "mark": "mark",
}  # fmt: skip
_CODE = frozenset(("code", "kbd", "samp", "tt"))
_RAISED = frozenset(("sup", "sub"))
_PLAIN = frozenset(
    (
        "span", "u", "ins", "small", "big", "font", "abbr", "acronym", "q", "time",
        "label", "data", "ruby", "rt", "rp", "rb", "bdi", "bdo", "wbr", "nobr", "input", "button",
        "select", "option", "picture", "source", "track", "map", "area", "param", "link", "meta", "base",
        "output", "progress", "meter"
    )
)  # fmt: skip
"""Elements that only change the look of their words, or have none."""
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_STRONG = frozenset(("summary", "dt", "legend"))
"""Elements that head the text after them."""
_BLOCKS = _STRONG | frozenset(
    (
        "p", "div", "section", "article", "aside", "header", "footer", "main", "nav", "figure",
        "figcaption", "address", "center", "details", "dl", "dd", "form", "fieldset",
        "hgroup", "html", "body", "caption", "thead", "tbody", "tfoot", "colgroup", "col",
        "menu", "dialog", "search", "noscript"
    )
)  # fmt: skip
"""Elements that are on lines of their own."""
_NESTED = {"ul": "bullet_list", "ol": "ordered_list", "li": "list_item", "blockquote": "blockquote"}
_CELLS = frozenset(("td", "th"))
_EMBEDS = frozenset(("iframe", "video", "audio", "embed", "object"))
"""Elements that show something from elsewhere; it becomes a link."""
_UNSEEN = frozenset(("script", "style", "svg", "math", "template", "head", "title", "textarea", "canvas"))
"""Elements whose content is not text to be read."""
_BREAKING = _BLOCKS | _HEADINGS | _NESTED.keys() | {"hr", "pre", "table", "tr"}
_KNOWN = (
    _BREAKING | _EMPHASIS.keys() | _CODE | _RAISED | _PLAIN | _CELLS | _EMBEDS | _UNSEEN | {"a", "br", "img"}
)

_COMPONENT = re.compile(r"<(/?)([A-Z][\w.]*|[a-z]\w*-[\w.-]*)")
_END_TAG = re.compile(r"</([A-Za-z][^\s/<>]*)[^<>]*>")
_START = re.compile(r"[0-9]{1,9}")

_KINDS = (
    ("video", ("youtube.com", "youtube-nocookie.com", "youtu.be", "vimeo.com", "dailymotion.com", "twitch.tv",
               "ted.com", "peertube", "wistia.net", "wistia.com", "bilibili.com", "loom.com")),
    ("audio", ("soundcloud.com", "spotify.com", "bandcamp.com", "podcasts.apple.com", "anchor.fm",
               "megaphone.fm", "simplecast.com", "buzzsprout.com", "transistor.fm", "libsyn.com")),
    ("post", ("twitter.com", "x.com", "instagram.com", "facebook.com", "bsky.app", "tiktok.com")),
    ("code", ("codepen.io", "jsfiddle.net", "codesandbox.io", "stackblitz.com", "gist.github.com")),
    ("map", ("openstreetmap.org", "maps.google.com")),
    ("slides", ("slideshare.net", "speakerdeck.com")),
)  # fmt: skip


class Embed(NamedTuple):
    """Something from elsewhere that the page shows."""

    tag: str
    url: str
    title: str


def embed_kind(url: str, default: str = "page") -> str:
    """What an embedded address shows: video, audio, post and so on, as far as its host tells."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return default
    host = parts.netloc.lower()
    if "google." in host and parts.path.startswith("/maps"):
        return "map"
    for kind, names in _KINDS:
        if any(host == name or host.endswith(f".{name}") or name in host.split(".") for name in names):
            return kind
    return default


def as_markdown(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of a parsed text with HTML in it as if it had been written in Markdown."""
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
    """Tags of a site's components within a line: closed in themselves (`<Since/>`), or opened and closed."""
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
        """How many are open of what must be closed: `unseen`, `link`, kinds of emphasis."""
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
        """Read a stretch of HTML; one that Python's parser fails on (`<![x[`) is text as it is written."""
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
        """Something that looks like a tag and is none."""
        self._text(tag)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Begin what an element means within a line."""
        if tag in _UNSEEN:
            self._open["unseen"] += 1
        elif self._open["unseen"]:
            return
        elif self._embed:
            if not self._embed.url and tag in ("source", "embed", "iframe", "video"):
                self._embed = self._embed._replace(url=dict(attrs).get("src") or "")
        elif tag in _EMPHASIS:
            self._begin(_EMPHASIS[tag])
        elif tag in _RAISED:
            self._open[tag] += 1
        elif tag in _CODE:
            self._end_code()
            self._code = []
        elif tag in _EMBEDS:
            self._begin_embed(tag, dict(attrs))
        else:
            self._start_other(tag, dict(attrs))

    def _start_other(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "a":
            self._begin("link", href=attributes.get("href"))
        elif tag == "br":
            self.line.append(Token("hardbreak", "br", 0))
        elif tag == "q":
            self._text("“")
        elif tag == "img":
            self._picture(attributes)
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
        elif self._embed:
            if tag == self._embed.tag:
                self._end_embed()
        elif tag in _EMPHASIS:
            self._end(_EMPHASIS[tag])
        elif tag in _RAISED:
            self._open[tag] -= self._open[tag] > 0
        elif tag in _CODE:
            self._end_code()
        elif tag == "a":
            self._end("link")
        elif tag == "q":
            self._text("”")
        elif tag not in _KNOWN:
            self.add_unknown(self._ends.get(tag, ""))

    def _placed(self, text: str) -> str:
        """A text as it reads in superscript or subscript, if it is in one."""
        if self._open["sup"]:
            return raised(text)
        return lowered(text) if self._open["sub"] else text

    def _text(self, text: str) -> None:
        if self._code is not None:
            self._code.append(text)
        elif text:
            text = self._placed(text)
            last = self.line[-1] if self.line else None
            if (
                last and last.type == "text" and not last.meta
            ):  # one token, as `{{<icon name="x">}}` is one tag
                last.content += text
            else:
                self.line.append(Token("text", "", 0, content=text))

    def _begin(self, kind: str, href: str | None = None) -> None:
        attributes: dict[str, str | int | float] = {"href": _whole(href or "")} if kind == "link" else {}
        self.line.append(Token(f"{kind}_open", "", 1, attrs=attributes))
        self._open[kind] += 1

    def _end(self, kind: str) -> None:
        if self._open[kind]:
            self._open[kind] -= 1
            if kind not in ("unseen", "sup", "sub"):
                self.line.append(Token(f"{kind}_close", "", -1))

    def _picture(self, attributes: dict[str, str | None]) -> None:
        words, url = attributes.get("alt") or "", attributes.get("src") or ""
        self.line.append(Token("image", "img", 0, attrs={"src": _whole(url)}, content=words))

    def _begin_embed(self, tag: str, attributes: dict[str, str | None]) -> None:
        url = attributes.get("src") or attributes.get("data") or ""
        title = attributes.get("title") or attributes.get("aria-label") or ""
        embed = Embed(tag, url, " ".join(title.split()))
        if tag in self._ends:
            self._embed = embed  # what is in it is for browsers that can't show it
        elif url:
            self._add_embed(embed)
        else:
            self.add_unknown(self.get_starttag_text() or "")

    def _end_embed(self) -> None:
        embed, self._embed = self._embed, None
        if embed:
            self._add_embed(embed)

    def _add_embed(self, embed: Embed) -> None:
        url = _whole(embed.url)
        own = embed.tag if embed.tag in ("video", "audio") else "page" if embed.tag == "iframe" else "object"
        kind = own if own in ("video", "audio") else embed_kind(url, own)
        self._begin("link", href=url)
        words = f"[{kind}: {embed.title}]" if embed.title else f"[{kind}]"
        self.line.append(Token("text", "", 0, content=words, meta={"embed": True}))
        self._end("link")

    def _end_code(self) -> None:
        if self._code is not None and (code := "".join(self._code).strip()):
            self.line.append(Token("code_inline", "code", 0, content=code))
        self._code = None


def _whole(url: str) -> str:
    """An address with its scheme, where it begins with `//`."""
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
        self._heading = ""
        self._is_strong = self._is_caption = False
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
        if self._open["unseen"] or self._embed or not (tag in _BREAKING or tag in _CELLS):
            super().handle_starttag(tag, attrs)
        elif self._rows is not None:
            self._in_table(tag)
        else:
            self._end_paragraph()
            if tag in _NESTED:
                self._enter(tag, dict(attrs).get("start") or "")
            elif tag in _HEADINGS:
                self._heading = tag
            elif tag == "pre":
                self._fixed = []
            elif tag == "hr":
                self._tokens.append(Token("hr", "hr", 0, level=self._level))
            elif tag == "table":
                self._rows = []
            self._is_strong, self._is_caption = tag in _STRONG, tag == "figcaption"

    def handle_endtag(self, tag: str) -> None:
        """End a block, or what an element means in a line."""
        if self._open["unseen"] or self._embed or not (tag in _BREAKING or tag in _CELLS):
            super().handle_endtag(tag)
        elif tag == "table":
            self._end_table()
        elif tag == "pre":
            self._end_fixed()
        elif self._rows is None:
            self._end_paragraph()
            while tag in self._nested and self._leave() != tag:
                pass

    def add_unknown(self, tag: str) -> None:
        """In a block, names with a capital are a site's components, around what they show."""
        if not tag.lstrip("</")[:1].isupper():
            super().add_unknown(tag)

    def handle_data(self, data: str) -> None:
        """Text, on one line except in `pre`."""
        if self._open["unseen"] or self._embed or not data:  # `&#27;` stands for nothing
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
        elif tag in _CELLS:
            self._end_cell()
            if not self._rows:
                self._rows.append([])
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
                    self._tokens += [Token(f"{kind}_open", kind, 1), _inline(cell)]
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
        kind, tag = ("heading", self._heading) if self._heading else ("paragraph", "p")
        is_strong, is_caption = self._is_strong, self._is_caption
        self._heading, self._is_strong, self._is_caption = "", False, False
        if not any(token.content.strip() or token.type == "image" for token in line):
            return
        if is_strong:
            line = [Token("strong_open", "", 1), *line, Token("strong_close", "", -1)]
        hidden = bool(self._nested) and self._nested[-1] == "li"
        self._tokens += [
            Token(
                f"{kind}_open", tag, 1, level=self._level, hidden=hidden,
                meta={"caption": True} if is_caption else {},
            ),
            _inline(line),
            Token(f"{kind}_close", tag, -1, level=self._level, hidden=hidden),
        ]  # fmt: skip

    def _enter(self, tag: str, start: str) -> None:
        if len(self._nested) >= MAX_NESTED:
            return
        if tag == "li":
            while self._nested and self._nested[-1] not in ("ul", "ol"):
                self._leave()
        in_list = bool(self._nested) and self._nested[-1] in ("ul", "ol")
        for missing in ["ul"] * (tag == "li" and not in_list) + ["li"] * (tag != "li" and in_list):
            self._open_nested(missing)
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


def _inline(children: list[Token]) -> Token:
    return Token("inline", "", 0, children=children)
