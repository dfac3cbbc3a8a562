"""The parser of query texts: from tokens to a Query.

`reader.query.grammar` has the tokens, quotes and values. Loaded when there is a text to parse.
"""

from __future__ import annotations

from reader.errors import QueryError, shown
from reader.query.fields import WORD_FIELDS
from reader.query.grammar import Token, tokens
from reader.query.question import Clause, Query, Term, distinct, is_plain_and, joined

MOST_NESTED = 64
"""The deepest nesting of parentheses; more than users write, less than a stack holds."""


def parse(text: str, *, typing: bool) -> Query:
    """See `reader.query.parse`."""
    try:
        return _Parser(text, typing).query()
    except QueryError as error:
        wrong = shown(text[error.position : error.position + error.length].strip())
        line = text.count("\n", 0, error.position) + 1
        error.place = f"line {line}, at {wrong}" if "\n" in text.strip() else f"at {wrong}"
        raise


class _Parser:
    """A recursive descent parser: or-chains of and-chains of terms and groups."""

    def __init__(self, text: str, typing: bool) -> None:
        self.text = text
        self.typing = typing
        self.rest = tokens(text, typing)[::-1]
        self.depth = 0
        self.sort = ("date", False)

    def query(self) -> Query:
        clause = self.either()
        if self.rest:
            raise QueryError('unmatched ")"; quote it to search for it', self.rest[-1].start)
        if clause is None:
            self.check_empty()
        clauses = clause.parts if is_plain_and(clause) else (clause,) if clause else ()
        return Query(clauses, *self.sort)

    def check_empty(self) -> None:
        """An empty query must not match everything, unless it is still being typed or only has a sort
        order."""
        for token in tokens(self.text, self.typing):
            if token.is_dropped or not (self.typing or token.field == "sort"):
                reason = "nothing to search for; write a word, a number or a symbol such as € or ★"
                raise QueryError(reason, token.start, token.stop - token.start)

    def either(self, opener: Token | None = None) -> Clause | None:
        """An or-chain, up to the end or the closing parenthesis; None if it is empty."""
        parts: list[Clause] = []
        joiner: Token | None = None
        while True:
            part, seen = self.all_of()
            at_end = not self.rest
            if not seen and (joiner or (self.rest and self.rest[-1].kind == "or")):
                wrong = joiner or self.rest[-1]
                if not (self.typing and at_end):
                    reason = 'OR needs a term on both sides; write "OR" to search for the word'
                    raise QueryError(reason, wrong.start, wrong.stop - wrong.start)
            if part:
                parts.append(part)
            if at_end or self.rest[-1].kind == ")":
                return joined("or", parts, bool(opener and opener.negated))
            joiner = self.rest.pop()

    def all_of(self) -> tuple[Clause | None, bool]:
        """An and-chain, and whether it has any term, even one that is still being typed."""
        parts: list[Clause] = []
        seen = False
        while self.rest and (self.rest[-1].kind == "(" or self.rest[-1].kind == "term"):
            token = self.rest.pop()
            if token.field == "sort":
                self.order(token)
                continue
            seen = True
            part = self.group(token) if token.kind == "(" else self.term(token)
            if part:
                parts.append(part)
        return joined("and", parts, False), seen

    def group(self, opener: Token) -> Clause | None:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise QueryError(f"more than {MOST_NESTED} nested parentheses", opener.start)
        inner = self.either(opener)
        self.depth -= 1
        if self.rest:
            self.rest.pop()
        elif not self.typing:
            raise QueryError('unmatched "("; add ")" or quote it', opener.stop - 1)
        return inner

    def term(self, token: Token) -> Clause | None:
        if not token.pieces:
            return None
        has_words = token.field == "text" or token.field in WORD_FIELDS
        if len(token.pieces) == 1:
            text, is_quoted, prefix = token.pieces[0]
            return Term(token.field, (text,), token.negated, prefix, is_quoted and has_words)
        kinds: dict[tuple[bool, bool], list[str]] = {}
        for piece in token.pieces:
            kinds.setdefault((piece.prefix, piece.is_quoted and has_words), []).append(piece.text)
        if len(kinds) > 1 and self.depth == MOST_NESTED:
            raise QueryError(f"more than {MOST_NESTED} nested groups", token.start)
        terms = [Term(token.field, distinct(texts), False, *kind) for kind, texts in kinds.items()]
        return joined("or", terms, token.negated)

    def order(self, token: Token) -> None:
        if self.depth or token.negated:
            reason = (
                "sort: applies to the whole list; write it outside parentheses and without a dash before it"
            )
            raise QueryError(reason, token.start, token.stop - token.start)
        if token.pieces:
            order = token.pieces[-1]
            self.sort = (order.text.removeprefix("-"), order.text.startswith("-"))
