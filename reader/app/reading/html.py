"""HTML in a body, as the Markdown tokens of the same meaning: nothing of it is run, fetched or styled.

Elements that HTML knows mean what they say; a site's components mean nothing. Anything
else between angle brackets (`vector<int>`) stays visible as text.
"""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from reader.app.reading.html_inline import BREAKING, CELLS, HEADINGS, NESTED, Attributes, InlineHtml

_MOST_NESTED = 40
"""Lists and quotes in one another that are laid out; what is deeper stands at this depth."""


def as_markdown(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of a parsed text with HTML in it as if it had been written in Markdown."""
    result: list[Token] = []
    for token in tokens:
        if token.type == "html_block":
            result += _BlockHtml(token.level).tokens_of_block(token.content)
        else:
            if token.children and any(child.type == "html_inline" for child in token.children):
                token.children = InlineHtml().tokens_of(token.children)
            result.append(token)
    return result


class _BlockHtml(InlineHtml):
    """The block tokens of one stretch of HTML."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self._level = level
        self._tokens: list[Token] = []
        self._nested: list[str] = []
        """Names of the lists, items and quotes that are open."""
        self._heading = ""
        self._fixed: list[str] | None = None
        """What stands in `pre` so far."""
        self._rows: list[list[list[Token]]] | None = None
        """The cells of a table so far, row by row."""

    def tokens_of_block(self, html: str) -> list[Token]:
        """The tokens of a stretch of HTML."""
        self.spell(html)
        self.feed(html)
        self.close()
        self._end_table()
        self._end_fixed()
        self._end_paragraph()
        while self._nested:
            self._leave()
        return self._tokens

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Begin a block, or what an element means in a line."""
        if self._open["unseen"] or not (tag in BREAKING or tag in CELLS):
            super().handle_starttag(tag, attrs)
        elif self._rows is not None:
            self._in_table(tag)
        else:
            self._end_paragraph()
            if tag in NESTED:
                self._enter(tag)
            elif tag in HEADINGS:
                self._heading = tag
            elif tag == "pre":
                self._fixed = []
            elif tag == "hr":
                self._tokens.append(Token("hr", "hr", 0, level=self._level))
            elif tag == "table":
                self._rows = []

    def handle_endtag(self, tag: str) -> None:
        """End a block, or what an element means in a line."""
        if self._open["unseen"] or not (tag in BREAKING or tag in CELLS):
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
        """In a block, names with a capital are components of a site's, around what they show."""
        if not tag.lstrip("</")[:1].isupper():
            super().add_unknown(tag)

    def handle_data(self, data: str) -> None:
        """Text, on one line but in `pre`."""
        if self._open["unseen"] or not data:  # `&#27;` stands for nothing
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
        elif tag in CELLS:
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
        kind, self._heading = ("heading" if self._heading else "paragraph"), ""
        if any(token.content.strip() or token.type == "image" for token in line):
            tag = "h3" if kind == "heading" else "p"
            self._add(kind, tag, _inline(line))

    def _add(self, kind: str, tag: str, inline: Token) -> None:
        hidden = bool(self._nested) and self._nested[-1] == "li"
        self._tokens += [
            Token(f"{kind}_open", tag, 1, level=self._level, hidden=hidden), inline,
            Token(f"{kind}_close", tag, -1, level=self._level, hidden=hidden),
        ]  # fmt: skip

    def _enter(self, tag: str) -> None:
        if len(self._nested) >= _MOST_NESTED:
            return
        if tag == "li":
            while self._nested and self._nested[-1] not in ("ul", "ol"):
                self._leave()
        in_list = bool(self._nested) and self._nested[-1] in ("ul", "ol")
        for missing in ["ul"] * (tag == "li" and not in_list) + ["li"] * (tag != "li" and in_list):
            self._open_nested(missing)
        self._open_nested(tag)

    def _open_nested(self, tag: str) -> None:
        self._tokens.append(Token(f"{NESTED[tag]}_open", tag, 1, level=self._level))
        self._nested.append(tag)
        self._level += 1

    def _leave(self) -> str:
        tag = self._nested.pop()
        self._level -= 1
        self._tokens.append(Token(f"{NESTED[tag]}_close", tag, -1, level=self._level))
        return tag


def _inline(children: list[Token]) -> Token:
    return Token("inline", "", 0, children=children)
