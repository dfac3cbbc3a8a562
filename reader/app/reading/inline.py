"""Inline Markdown, tokens to spans: emphasis, code, links with their numbers, pictures as notes, addresses.

`lines` knows widths; the opener decides which URL may be opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reader.app.paint.cells import cut
from reader.app.reading.lines import BOLD, ITALIC, STRIKE, UNDERLINE, Span, Target
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


def spans_of(
    tokens: Sequence[Token], numbers: LinkNumbers | None = None, *, is_plain: bool = False, base: str = ""
) -> list[Span]:
    """The children of one inline token as spans; a hard break is a newline in the text.

    With `numbers` each link is counted and followed by its number, else by its host. `is_plain` keeps the
    signs of code and footnotes, for output without colours. Relative links start at `base`.
    """
    spans: list[Span] = []
    emphasis, is_marked = 0, False
    depth = {"em": 0, "strong": 0, "s": 0, "mark": 0}
    link: Target | None = None
    link_start = 0
    for number, token in enumerate(tokens):
        kind, _, side = token.type.rpartition("_")
        if kind in depth:
            depth[kind] += 1 if side == "open" else -1
            emphasis = sum(bit for name, bit in _EMPHASIS.items() if depth[name] > 0)
            is_marked = depth["mark"] > 0
        elif token.type == "link_open":
            url = resolved(str(token.attrGet("href") or ""), base)
            link, link_start = (Target("url", url) if shown_host(url) else None), len(spans)
        elif token.type == "link_close":
            if link:
                spans.extend(_link_end(link, spans[link_start:], numbers))
            link = None
        else:
            if token.type == "softbreak":
                before = next((span.text for span in reversed(spans) if span.text), "")
                text = soft_break(before, tokens[number + 1 : number + 2])
                found = [Span(text, *_look(emphasis, link))]
            else:
                found = list(_leaf(token, emphasis, link, numbers, is_first=number == 0, is_plain=is_plain))
            for span in found:
                is_pen = is_marked and span.style in ("text", "link", "code")
                spans.append(span._replace(style="marked") if is_pen else span)
    return [span for span in spans if span.text]


def _look(emphasis: int, link: Target | None) -> tuple[str, int, Target | None]:
    return ("link", emphasis | UNDERLINE, link) if link else ("text", emphasis, None)


def _leaf(
    token: Token,
    emphasis: int,
    link: Target | None,
    numbers: LinkNumbers | None,
    *,
    is_first: bool,
    is_plain: bool,
) -> Iterator[Span]:
    style, emphasis, link = _look(emphasis, link)
    if token.type == "hardbreak":
        yield Span("\n", style, emphasis, link)
    elif token.type == "code_inline":
        code = token.content.replace("\n", " ")
        yield Span(f"`{code}`" if is_plain else code, "link" if link else "code", emphasis, link)
    elif token.type == "footnote_ref":
        yield Span(footnote_mark(token.meta["label"], is_plain=is_plain), "host", emphasis, link)
    elif token.type == "image":
        yield picture_note(picture_words(token), str(token.attrGet("src") or ""), link)
    elif link:
        yield Span(token.content, style, emphasis, link)
    else:
        text = token.content
        if is_first and not is_plain and (task := _TASK.match(text)):
            yield Span(TASKS[task[1] != " "], "bullet")
            text = text[task.end() :]
        yield from _with_addresses(text, emphasis, numbers)


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


def _with_addresses(text: str, emphasis: int, numbers: LinkNumbers | None) -> Iterator[Span]:
    """Text with its bare web addresses as links."""
    start = 0
    if "://" in text:
        for match in _ADDRESS.finditer(text):
            url = _trimmed(match[0])
            if not shown_host(url):
                continue
            yield Span(text[start : match.start()], "text", emphasis)
            target = Target("url", url)
            yield Span(url, "link", emphasis | UNDERLINE, target)
            yield from _behind(target, url, numbers, name="")
            start = match.start() + len(url)
    yield Span(text[start:], "text", emphasis)


def _trimmed(url: str) -> str:
    while url[-1:] and (
        url[-1] in _AFTER_ADDRESS or (url[-1] in _PAIRS and url.count(url[-1]) > url.count(_PAIRS[url[-1]]))
    ):
        url = url[:-1]
    return url


def _link_end(link: Target, spans: list[Span], numbers: LinkNumbers | None) -> Iterator[Span]:
    """The text after the words of a link, or in place of them."""
    words = "".join(span.text for span in spans).strip()
    if not words:
        words = shown_url(link.value)
        yield Span(words, "link", UNDERLINE, link)
    yield from _behind(link, words, numbers, name=words)


def _behind(link: Target, words: str, numbers: LinkNumbers | None, *, name: str) -> Iterator[Span]:
    """The number of a link; its real host where the words name another one, or where there is no number."""
    mismatch = host_to_show(words, link.value)
    number = [str(numbers.add(name, link.value))] if numbers is not None else []
    if mismatch:
        yield Span(f" [{NO_BREAK.join([*number, mismatch])}]", "mismatch", 0, link)
    elif number:
        yield Span(f" [{number[0]}]", "host", 0, link)
    elif shown_host(words) != (host := shown_host(link.value)) and words.casefold() != host:
        yield Span(f" [{host}]", "host", 0, link)
