"""How messages put what all of them may have to say: a number of things, a word that nobody knows.

For the screen, the command line, the query language and the configuration alike.
"""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a message: the known name that looks most like the word, else all of them."""
    import difflib  # only a mistake pays for it

    names = list(known)
    if near := difflib.get_close_matches(word, names, 1):
        return f'did you mean "{near[0]}"?'
    return f"there are {', '.join(names)}"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known text that looks most like the word, whatever its case; None where none does."""
    import difflib  # only a mistake pays for it

    folded = {text.casefold(): text for text in known}
    near = difflib.get_close_matches(word.casefold(), folded, 1)
    return folded[near[0]] if near else None


def counted(number: int, noun: str) -> str:
    """So many of something, by a noun whose plural has an s: "1 article", "1,024 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown(text: str) -> str:
    """A text as messages quote it: short, and without what could harm a terminal."""
    return f'"{brief(text)}"'


def brief(text: str) -> str:
    """The same without quotes."""
    safe = "".join(c if c.isprintable() else "?" for c in text[:41])
    return safe if len(safe) < 41 else safe[:39] + "…"
