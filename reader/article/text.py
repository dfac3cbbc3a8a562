"""Makes text from outside safe to show, and splits it into the words that a search finds. Every string from a
file, a path or a page passes `clean` or `clean_line` once, as it enters; they remove what terminals would
obey. No file is opened and no field is converted here.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice, pairwise

MAX_MARKS = 8
"""Maximum combining marks on one letter: more of them would paint over other lines."""

MAX_JOINED = 9
"""Maximum joiners in one cluster: the largest emoji has five. With more, 200 kB could fit in the width of a
row."""

MAX_WORD = 64
"""Maximum characters of a word that are indexed and compared; the rest is ignored."""

_ASCII_CONTROLS = bytes(code for code in range(128) if (code < 32 and code not in b"\t\n") or code == 127)

_SUSPICIOUS = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_DROPPED = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\U000e0000-\U000e007f]+"
)

# A string sequence (OSC, DCS, SOS, PM, APC, and tmux's title) stops at whatever could begin another one, and
# every repeat is possessive: each character is examined a fixed number of times, however hostile the text.
_ESCAPE = (
    "(?:\x1b\\[|\x9b)[0-?]*+[ -/]*+[@-~]?"
    "|(?:\x1b\\]|\x9d)[^\x07\x1b\x90\x98\x9b-\x9f]*+(?:\x07|\x1b\\\\|\x9c)"
    "|(?:\x1b[PX^_k]|[\x90\x98\x9e\x9f])[^\x1b\x90\x98\x9b-\x9f]*+(?:\x1b\\\\|\x9c)"
    "|\x1b[ -/]*+[0-~]?"
)

_JOINER = "[\u200c\u200d]"
_FIRST_SHAPED = "\u0590"
"""Joiners shape the letters of scripts from Hebrew and Arabic on, and emoji; Latin, Greek and Cyrillic have
nothing to shape, so there they could only hide in a word."""

_COMBINING = "\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\uff9e\uff9f"
"""Jamo and half-width sound marks: letters that combine with the one before."""
_MANY_MARKS = (
    "[^\\w\x00-\x7f]{9,}|[\u1160-\u11ff\ud7b0-\ud7ff]{9,}|[\u1100-\u115f\ua960-\ua97f]{9,}|[\uff9e\uff9f]{9,}"
)
"""Marks are never word characters, so a run of nine of them is found without a table of all marks."""
_MAY_BE_MANY_MARKS = tuple(rf"{one}{one}{{8}}" for one in ("[^\\w\x00-\x7f]", f"[{_COMBINING}]"))
"""Runs of nine that may be marks; patterns that begin with a set of characters are found much quicker."""

_MANY_COMMON_MARKS = "([\u0300-\u036f]{8})[\u0300-\u036f]+"
"""The common ones, which need no check of each."""

_AT_ONCE = 8192
"""Maximum pieces of a text in a list; a million single characters take 80 MB."""

_OTHER_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "þ": "th", "ð": "d", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t",
     "ŋ": "n", "ĸ": "k", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɨ": "i", "ʉ": "u", "ƒ": "f"}
)  # fmt: skip
"""Letters without a Unicode decomposition, as typed on keyboards that lack them."""
_HAS_OTHER_LETTERS = f"[{''.join(map(chr, _OTHER_LETTERS))}]"

_SURROGATE = "[\ud800-\udfff]"
_SHOWN_BREAKS = {0x0A: "\u240a", 0x09: "\u2409", 0x0D: "\u240d", 0x2028: "\u240a", 0x2029: "\u240a"}

_ASCII_WORDS = bytes(
    ord(char.lower()) if char.isascii() and char.isalnum() else 32 for char in map(chr, range(256))
)
_ONE_LETTER = bytes(code if code == 32 else 97 for code in range(256))
_LONG_WORD = b"a" * (MAX_WORD + 1)
"""Detects a long word faster than taking the longest of all words."""

_LONG_TEXT = 4096
"""Maximum characters of a text that is folded in one step if an eighth of it is not ASCII."""

_WORD = r"[^\W_]+"
_NEITHER = r"[^\w\x00-\x7f]+"
_COMMON_MARKS = "[\u0300-\u036f]+"
"""Nearly all marks in real texts, which need no check of each."""
_SIGNS = frozenset(("So", "Sc", "Sm"))
_IGNORED = frozenset(("Mn", "Mc", "Me", "Cf"))

# Han, kana, Hangul and bopomofo, and the scripts of Thai, Lao, Burmese and Khmer, which put no spaces between
# words either: without pairs only the beginning of a sentence could be found.
_UNSPACED = (
    "([\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u31ff\u3400-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff]+)"
)


@cache
def _pattern(expression: str) -> re.Pattern[str]:
    # Compiled on first use: all of them take 2 ms, and few starts need one.
    return re.compile(expression)


def clean(text: str) -> str:
    """The text without anything that a terminal would obey or that hides or reorders visible text.

    Newline and tab stay; CR LF and CR become newlines; a lone surrogate becomes U+FFFD. Cleaning twice
    changes nothing more; the time is linear in the length.
    """
    if text.isascii():
        raw = text.encode("ascii")
        if len(raw.translate(None, _ASCII_CONTROLS)) == len(raw):
            return text
    elif not (_has_suspicious(text) or _may_have_many_marks(text)):
        return text
    return _cleaned(text)


def clean_line(text: str) -> str:
    """`clean`, then on one line: each run of white space becomes one space, none at the ends."""
    if text.isascii() and text.isprintable() and "  " not in text and text.strip(" ") == text:
        return text
    return " ".join(clean(text).split())


def display_path(path: str) -> str:
    """A file path that is safe to show on one line; newlines and tabs in it are made visible."""
    return clean(path.translate(_SHOWN_BREAKS))


def fold(text: str) -> str:
    """The form in which words are compared: no case, no accents or other marks, no compatibility forms."""
    if text.isascii():
        return text.lower()
    text = _pattern(_COMMON_MARKS).sub("", unicodedata.normalize("NFKD", text))
    text = _without_marks(text).casefold()
    if _pattern(_HAS_OTHER_LETTERS).search(text):
        text = text.translate(_OTHER_LETTERS)
    if not unicodedata.is_normalized("NFKD", text):
        # Casefolding brings marks and compatibility forms back for a few letters.
        text = _without_marks(unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", text)  # else Hangul syllables would stay decomposed


def words(text: str) -> list[str]:
    """The words of a text or of a query, folded, in order, with repeats. Words consist of letters and digits;
    everything else separates them, also the underscore (Markdown's emphasis). Scripts without spaces between
    words yield each pair of neighbouring characters.
    """
    if len(text) > _LONG_TEXT and len(text.encode("ascii", "ignore")) < len(text) * 7 // 8:
        return _other_words(fold(text))
    try:
        raw = text.encode("ascii", _TO_ASCII)
    except UnicodeEncodeError:
        return _other_words(fold(text))
    raw = raw.translate(_ASCII_WORDS)
    found = raw.decode("ascii").split()
    if len(raw) > MAX_WORD and _LONG_WORD in raw.translate(_ONE_LETTER):
        return [word[:MAX_WORD] for word in found]
    return found


def as_written(word: str, text: str) -> str:
    """A folded word as a text has it, in lower case: "énergie" for "energie". The folded word if it is not
    there."""
    if text.isascii():
        return word
    text = unicodedata.normalize("NFC", text).lower()
    pairs = map("".join, pairwise(text)) if has_unspaced(word) else ()
    return next((found for found in (*_pattern(_WORD).findall(text), *pairs) if fold(found) == word), word)


def signs(text: str) -> list[str]:
    """The searchable symbols of a text that are not letters, such as emoji, €, →: each occurrence, in order.
    ASCII signs and punctuation don't count."""
    if text.isascii():
        return []
    others = "".join(_pattern(_NEITHER).findall(text))
    there = {char for char in set(others) if unicodedata.category(char) in _SIGNS}
    return [char for char in others if char in there] if there else []


def has_unspaced(text: str) -> bool:
    """Whether a text has characters of scripts without spaces between words, so that `words` yields pairs."""
    return not text.isascii() and _pattern(_UNSPACED).search(text) is not None


@lru_cache(maxsize=4096)
def _ascii_fold(run: str) -> str | None:
    """The ASCII replacements of characters in folded words; None if the text needs more than those."""
    folded = _pattern(_NEITHER).sub(" ", fold(run))
    return folded if folded.isascii() else None


def _encode_folded(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    folded = _ascii_fold(error.object[error.start : error.end])
    if folded is None:
        raise error
    return folded, error.end


_TO_ASCII = "reader-folded"
codecs.register_error(_TO_ASCII, _encode_folded)


def _other_words(folded: str) -> list[str]:
    unspaced = _pattern(_UNSPACED)
    found: list[str] = _pattern(_WORD).findall(folded)
    if not unspaced.search(folded):
        return [word[:MAX_WORD] for word in found]
    if all(len(word) == 1 for word in found[:100]) and max(map(len, found)) == 1:
        return found
    parts: list[str] = []
    for word in found:
        if len(word) == 1 or word.isascii() or not unspaced.search(word):
            parts.append(word[:MAX_WORD])
            continue
        for number, run in enumerate(unspaced.split(word)):
            if number % 2 and len(run) > 1:
                parts.extend(map("".join, pairwise(run)))
            elif run:
                parts.append(run[:MAX_WORD])
    return parts


def _without_marks(text: str) -> str:
    return _pattern(_NEITHER).sub(lambda found: _unmarked(found[0]), text)


@lru_cache(maxsize=4096)
def _unmarked(run: str) -> str:
    # Format characters (joiners, soft hyphens) are removed too: they are invisible, so nobody types them.
    return "".join(char for char in run if unicodedata.category(char) not in _IGNORED)


def _has_suspicious(text: str) -> bool:
    # Nearly every text has only printable characters and line breaks, and that is quicker to see.
    return not text.replace("\n", "").isprintable() and _pattern(_SUSPICIOUS).search(text) is not None


def _may_have_many_marks(text: str) -> bool:
    # Fewer than nine characters outside Latin-1 can't be nine marks in a row, and that is quicker to see.
    beyond = len(text) - len(text.encode("latin-1", "ignore"))
    return beyond > MAX_MARKS and any(_pattern(one).search(text) for one in _MAY_BE_MANY_MARKS)


def _cleaned(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if text.count("\x1b") < _AT_ONCE:
        text = _pattern(_ESCAPE).sub("", text)
    else:
        text = _joined(_between(_pattern(_ESCAPE), text))
    text = text.replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _pattern(_DROPPED).sub("", text)
    if text.isascii():
        return text
    text = _pattern(_SURROGATE).sub("\ufffd", text)
    # Marks before joiners: a joiner is only kept between characters that are kept, or cleaning twice would
    # change more.
    text = _pattern(_MANY_COMMON_MARKS).sub(r"\1", text)
    text = _pattern(_MANY_MARKS).sub(_few_marks, text)
    return _joined(_with_few_joiners(text)) if _pattern(_JOINER).search(text) else text


def _between(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Yields the text between the matches of a pattern."""
    end = 0
    for found in pattern.finditer(text):
        yield text[end : found.start()]
        end = found.end()
    yield text[end:]


def _with_few_joiners(text: str) -> Iterator[str]:
    """The text without joiners that have no effect or make a cluster too large."""
    end = kept = 0
    for run in _pattern(_JOINER + "+").finditer(text):
        start, stop = run.span()
        between = text[end:start]
        yield between
        if len(between) > 1 + MAX_MARKS or len([char for char in between if not _is_mark(char)]) > 1:
            kept = 0
        end = stop
        if kept < MAX_JOINED and _is_shaped(text[start - 1 : start]) and _is_shaped(text[stop : stop + 1]):
            kept += 1
            yield text[stop - 1]
    yield text[end:]


def _joined(parts: Iterable[str]) -> str:
    """The parts as one text, a few thousand at a time."""
    left = iter(parts)
    blocks: list[str] = []
    while block := list(islice(left, _AT_ONCE)):
        blocks.append("".join(block))
    return "".join(blocks)


def _is_shaped(char: str) -> bool:
    if char < _FIRST_SHAPED:
        return False
    category = unicodedata.category(char)
    # U+2194 and the skin tones are the only parts of joined emoji that are not "other symbols".
    return category[0] in "LM" or category == "So" or char == "\u2194" or "\U0001f3fb" <= char <= "\U0001f3ff"


def _few_marks(match: re.Match[str]) -> str:
    run = match[0]
    if run[0].isalpha():
        return run[:MAX_MARKS]  # jamo
    marks = frozenset(char for char in set(run) if _is_mark(char))
    return _joined(_with_few_marks(run, marks)) if marks else run


def _is_mark(char: str) -> bool:
    """Whether a character has no width of its own: marks, format characters, skin tones."""
    category = unicodedata.category(char)
    return category[0] == "M" or category == "Cf" or "\U0001f3fb" <= char <= "\U0001f3ff"


def _with_few_marks(run: str, marks: frozenset[str]) -> Iterator[str]:
    count = 0
    for char in run:
        count = count + 1 if char in marks else 0
        if count <= MAX_MARKS:
            yield char
