"""Inline Markdown, tokens to spans: emphasis, code, links with their numbers, pictures as notes, addresses.

`lines` knows widths; the opener decides which URL may be opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from reader.app.paint.cells import cut
from reader.app.reading.lines import BOLD, ITALIC, STRIKE, UNDERLINE, Span, Target, plain
from reader.article.markdown import picture_words, soft_break
from reader.article.plain_text import raised
from reader.article.text import clean_line
from reader.article.urls import host_to_show, resolved, shown_host, shown_url

if TYPE_CHECKING:
    from markdown_it.token import Token

NO_BREAK = "\xa0"
_EMPHASIS = {"em": ITALIC, "strong": BOLD, "s": STRIKE}
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?*_~"
_PAIRS = {")": "(", "]": "[", "}": "{"}
TASKS = ("☐ ", "☑ ")
"""An open and a finished task, in place of a list's bullet."""

MOST_WRAPPED = 4
"""Maximum number of nested URLs that are unwrapped."""
WIDEST_NAME = 48
"""Maximum cells of a file's name."""

_TASK = re.compile(r"\[([ xX])\] ")


class LinkNumbers:
    """The links of a text in order, numbered from 1."""

    def __init__(self, before: int = 0) -> None:
        """`before` is the number of links in the text before this one."""
        self._before = before
        self.links: list[tuple[str, str]] = []
        """Words and address of each."""

    def add(self, words: str, url: str) -> int:
        """Add a link and return its number."""
        self.links.append((" ".join(words.split()), url))
        return self._before + len(self.links)


class Look(NamedTuple):
    """How Markdown is laid out."""

    bullets: str = "•◦▪"
    bar: str = "▎ "
    is_plain: bool = False
    """Whether the lines go to output without colours, in which headings and code keep their own signs."""
    wraps_code: bool = False
    base: str = ""
    """Where relative links start; empty if that is not known."""
    spacing: int = 1
    """Blank lines between paragraphs; without any their first lines are indented."""


SCREEN = Look()
PLAIN = Look("-", "> ", is_plain=True)


def spans_of(tokens: Sequence[Token], numbers: LinkNumbers | None = None, look: Look = SCREEN) -> list[Span]:
    """The children of one inline token as spans; a hard break is a newline in the text.

    With `numbers` each link is counted and followed by its number, else by its host.
    """
    layout = _InlineLayout(numbers, look)
    for number, token in enumerate(tokens):
        if token.type == "softbreak":
            layout.add_soft_break(tokens[number + 1 : number + 2])
        elif token.type == "text":
            layout.add_text(token.content, is_first=number == 0)
        else:
            layout.add(token)
    return [span for span in layout.spans if span.text]


class _InlineLayout:
    """Adds the children of an inline token as spans."""

    def __init__(self, numbers: LinkNumbers | None, look: Look) -> None:
        self.spans: list[Span] = []
        self._numbers = numbers
        self._look = look
        self._depth = {"em": 0, "strong": 0, "s": 0, "mark": 0}
        """How many of each are open."""
        self._link: Target | None = None
        self._link_start = 0

    def add(self, token: Token) -> None:
        """Add anything but a text and a soft break."""
        kind, _, side = token.type.rpartition("_")
        if kind in self._depth:
            self._depth[kind] += 1 if side == "open" else -1
        elif token.type == "link_open":
            url = resolved(str(token.attrGet("href") or ""), self._look.base)
            self._link = Target("url", url) if shown_host(url) else None
            self._link_start = len(self.spans)
        elif token.type == "link_close":
            self._end_link()
        elif token.type == "code_inline":
            code = token.content.replace("\n", " ")
            self._add(f"`{code}`" if self._look.is_plain else code, "code")
        elif token.type == "footnote_ref":
            self._add(footnote_mark(token.meta["label"], is_plain=self._look.is_plain), "host")
        elif token.type == "image":
            url = str(token.attrGet("src") or "")
            self.spans.append(picture_note(picture_words(token), url, self._link))
        else:
            self._add("\n" if token.type == "hardbreak" else token.content)

    def add_soft_break(self, following: Sequence[Token]) -> None:
        """Add a line break of the source."""
        before = next((span.text for span in reversed(self.spans) if span.text), "")
        self._add(soft_break(before, following))

    def add_text(self, text: str, *, is_first: bool) -> None:
        """Add a text, with its bare web addresses as links; the first may begin with the box of a task."""
        if self._link:
            self._add(text)
            return
        if is_first and not self._look.is_plain and (task := _TASK.match(text)):
            self.spans.append(Span(TASKS[task[1] != " "], "bullet"))
            text = text[task.end() :]
        start = 0
        for found in _ADDRESS.finditer(text) if "://" in text else ():
            url = _trimmed(found[0])
            if shown_host(url):
                self._add(text[start : found.start()])
                target = Target("url", url)
                self._add(url, link=target)
                self._add_number(target, url, name="")
                start = found.start() + len(url)
        self._add(text[start:])

    def _add(self, text: str, style: str = "text", link: Target | None = None) -> None:
        link = link or self._link
        if link and style != "host":
            style = "link"
        if self._depth["mark"] > 0 and style != "host":
            style = "marked"
        emphasis = sum(bit for name, bit in _EMPHASIS.items() if self._depth[name] > 0)
        self.spans.append(Span(text, style, emphasis | (UNDERLINE if link else 0), link))

    def _end_link(self) -> None:
        """Add what follows the words of a link, or takes their place."""
        link, self._link = self._link, None
        if link is None:
            return
        words = plain(self.spans[self._link_start :]).strip()
        if not words:
            words = shown_url(link.value)
            self.spans.append(Span(words, "link", UNDERLINE, link))
        self._add_number(link, words, name=words)

    def _add_number(self, link: Target, words: str, *, name: str) -> None:
        """Add the number of a link; its real host where the words name another one, or without a number."""
        mismatch = host_to_show(words, link.value)
        number = [str(self._numbers.add(name, link.value))] if self._numbers is not None else []
        host = shown_host(link.value)
        if mismatch:
            self.spans.append(Span(f" [{NO_BREAK.join([*number, mismatch])}]", "mismatch", 0, link))
        elif number:
            self.spans.append(Span(f" [{number[0]}]", "host", 0, link))
        elif shown_host(words) != host and words.casefold() != host:
            self.spans.append(Span(f" [{host}]", "host", 0, link))


def footnote_mark(label: str, *, is_plain: bool = False) -> str:
    """The mark of a footnote: a small raised number, or its name in brackets."""
    label = clean_line(label)
    if is_plain:
        return f"[^{label}]"
    return raised(label) if label.isdecimal() and label.isascii() and len(label) < 4 else f"[{label}]"


def file_name(url: str) -> str:
    """The file name in an address.

    Picture services write a whole address into the last part of their own, each percent sign as `%25`,
    sometimes twice.
    """
    name = basename(url.partition("?")[0].rstrip("/"))
    for _ in range(MOST_WRAPPED):
        name = basename(unquote(name).rstrip("/"))
    return cut(clean_line(name), WIDEST_NAME)


def picture_note(words: str, url: str, link: Target | None = None) -> Span:
    """A picture as a one-span note, clickable if it has a web address."""
    note = f"[picture: {words.strip()}]" if words.strip() else "[picture]"
    target = link or (Target("url", url) if shown_host(url) else None)
    return Span(note.replace("\n", " "), "picture", 0, target)


def _trimmed(url: str) -> str:
    while url[-1:] and (
        url[-1] in _AFTER_ADDRESS or (url[-1] in _PAIRS and url.count(url[-1]) > url.count(_PAIRS[url[-1]]))
    ):
        url = url[:-1]
    return url
