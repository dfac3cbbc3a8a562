"""How the plain model looks for words: text by text, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from reader.article.plain_text import searched_text
from reader.article.record import Article
from reader.article.text import words as split
from reader.query import Query, Term


@lru_cache(20_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a text, kept in mind: the model asks for the same texts again and again."""
    return tuple(split(text))


def texts(article: Article, field: str) -> list[str]:
    """What the words of a field are looked for in."""
    if field == "title":
        return [article.title]
    if field == "author":
        return list(article.author)
    related = [link.title for link in article.related]
    return [
        article.title, article.excerpt, searched_text(article.body), article.provider.name, *article.author,
        *article.topics, *related,
    ]  # fmt: skip


def has_words(texts: Sequence[str], term: Term, wanted: Sequence[str]) -> bool:
    """Whether the words stand in the texts as the term wants them."""
    if not wanted:
        return True
    # The words of a name stand together; so do the pairs of one run of a script without blanks.
    together = term.phrase or term.field == "author" or _is_one_run(wanted)
    parts = [tuple(wanted)] if together else [(word,) for word in wanted]
    ends = len(parts) - 1
    return all(
        any(_stand(words(text), part, term.prefix and place == ends) for text in texts)
        for place, part in enumerate(parts)
    )


def _is_one_run(wanted: Sequence[str]) -> bool:
    """Whether some neighbours overlap as pairs of characters do ("AB", "BC")."""
    return any(
        len(one) == 2 and not one.isascii() and len(other) == 2 and one[1] == other[0]
        and words(one + other[1]) == (one, other)
        for one, other in zip(wanted, wanted[1:], strict=False)
    )  # fmt: skip


def _stand(text: tuple[str, ...], wanted: tuple[str, ...], may_go_on: bool) -> bool:
    for start in range(len(text) - len(wanted) + 1):
        part = text[start : start + len(wanted)]
        last, sought = part[-1], wanted[-1]
        if part[:-1] == wanted[:-1] and (
            last == sought
            or (_may(sought, may_go_on) and last.startswith(sought))
            or (len(wanted) == 1 and _may(sought, False) and last.endswith(sought))
        ):
            return True
    return False


def _may(word: str, may_go_on: bool) -> bool:
    """A prefix may go on, and so may a single character of a script that is indexed by pairs."""
    return may_go_on or (len(word) == 1 and words(word * 3) == (word * 2, word * 2))


def hits(article: Article, query: Query) -> tuple[int, int]:
    """How many of the asked words are in the title, and anywhere."""
    in_title = anywhere = 0
    for term in query.terms():
        if term.field not in ("text", "title") or term.negated:
            continue
        for value in term.values:
            asked = words(value)
            for place, word in enumerate(asked):
                may_go_on = term.prefix and place == len(asked) - 1
                in_title += _hit([article.title], word, may_go_on)
                anywhere += _hit(texts(article, "text"), word, may_go_on)
    return in_title, anywhere


def _hit(texts: Sequence[str], word: str, may_go_on: bool) -> bool:
    fits = str.startswith if may_go_on else str.__eq__
    return any(fits(found, word) for text in texts for found in words(text))
