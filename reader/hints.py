"""What messages say about a word that nobody knows: the nearest known one, the word itself made safe.

For the messages of the query language and of the configuration alike; no other wording belongs here.
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


def shown(text: str) -> str:
    """A text as messages quote it: short, and without what could harm a terminal."""
    safe = "".join(c if c.isprintable() else "?" for c in text[:41])
    return f'"{safe if len(safe) < 41 else safe[:39] + "…"}"'
