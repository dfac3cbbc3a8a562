"""Converts a file's bytes to an article: decodes, splits and converts them.

No file is opened here; `reader.collection.folders` reads the bytes and knows where they come from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from reader.article.dates import sort_seconds
from reader.article.record import Article, Place, Problem
from reader.article.text import clean_line, display_path
from reader.errors import ReaderError
from reader.parsing.aliases import ALIASES, may_be_article

MAX_FILE = 4 * 1024 * 1024
"""Maximum bytes read of a file; the rest of a larger one is omitted and listed as a problem."""

MAX_NULS = 0.05
"""Fraction of NUL bytes above which a file counts as binary; text damaged by a crash has fewer."""

PEEKED = 4096
"""Bytes in which `peek_date` looks: one page, and more than a header's first lines."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
HTML = (".html", ".htm")
"""Extensions of pages, which are articles only with a header."""
_WHOLE_YAML = (".yaml", ".yml")


class Unreadable(ReaderError):
    """A file without an article: empty, not text, HTML without a header, other YAML data, or a section index
    of Hugo and Zola (`_index.md`) without text."""

    def __init__(self, problem: Problem | None) -> None:
        super().__init__(str(problem or "it is a web page or program data without a header, not an article"))
        self.problem = problem
        """The problem that `check` lists; None for a page or data that is clearly not an article."""


def article_in(raw: bytes, place: Place) -> Article:
    """The article in a file's bytes; more than MAX_FILE bytes mean that the file was cut. Raises Unreadable
    if they are not text; any other error is in the article's problems. Nothing else is ever raised: a bug of
    this program is reported as a problem of the file that triggers it.
    """
    try:
        return _article_in(raw, place)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(fault(place, error)) from error


def fault(place: Place, error: Exception) -> Problem:
    """The problem of a file that triggers a bug in this program."""
    what = clean_line(f"{type(error).__name__}: {error}")[:200]
    return _problem(
        place, f"cannot be read because of a bug in reader ({what}); please report it with this file"
    )


def _article_in(raw: bytes, place: Place) -> Article:
    if 0 in raw and raw.count(0) > len(raw) * MAX_NULS and raw[:2] not in _UTF16:
        raise Unreadable(_problem(place, "is not text; remove it or change its extension"))
    text, reason = decode(raw[:MAX_FILE])
    if not text or text.isspace():
        raise Unreadable(_problem(place, "is empty; write an article into it or remove it"))
    path = place.path.lower()
    is_html = path.endswith(HTML)
    if is_html and not text.lstrip().startswith(("---", "+++", "{")):
        raise Unreadable(None)
    # Imported with the first file: a start that finds no file changed reads none.
    from reader.parsing.canonical import canonical_article

    is_section = path.rpartition("/")[2].startswith("_index.")
    article = None if is_html or is_section else canonical_article(text, place)
    if article is None:
        article = _of_any_layout(text, place, is_section=is_section)
    reasons = [reason] if reason else []
    if len(raw) > MAX_FILE:
        reasons.append(f"is larger than {MAX_FILE // 2**20} MB; only its beginning was read")
    if not reasons:
        return article
    return article._replace(problems=(*(_problem(place, one) for one in reasons), *article.problems))


def _of_any_layout(text: str, place: Place, *, is_section: bool) -> Article:
    from reader.parsing.dialects import article_of
    from reader.parsing.frontmatter import read

    path = place.path.lower()
    is_yaml = path.endswith(_WHOLE_YAML)
    parsed = read(text, is_yaml=is_yaml)
    if is_yaml and not (parsed.body or parsed.flaws or may_be_article(parsed.fields)):
        raise Unreadable(None)
    if is_section and not (parsed.flaws or parsed.body.strip()):
        raise Unreadable(None)
    if path.endswith(HTML):
        from reader.article.html import html_in_blocks

        parsed = parsed._replace(body=html_in_blocks(parsed.body))
    return article_of(parsed, place)


def decode(raw: bytes) -> tuple[str, str | None]:
    """A file's bytes as text, and what is wrong with them. UTF-8, UTF-16 with its mark, or
    Windows-1252."""
    reason = None
    encoding = "utf-16" if raw[:2] in _UTF16 else "utf-8"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        text = raw.decode(encoding, "replace")
        if len(raw) == MAX_FILE and error.start > MAX_FILE - 4:
            text = raw[: error.start].decode(encoding)  # cut within a character
        elif encoding == "utf-8" and _is_windows_1252(text):
            text = raw.decode("cp1252", "replace")
            reason = "is not UTF-8 and was read as Windows-1252 (Latin-1); save it as UTF-8"
        else:
            reason = f"is not valid {encoding.upper()} at byte {error.start}; save it as UTF-8"
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        text = text.replace("\0", "")
        reason = f"{reason + '; ' if reason else ''}contains NUL characters, which were removed"
    return text, reason


def _is_windows_1252(replaced: str) -> bool:
    """Whether a text is in a legacy encoding: decoded as UTF-8, most of its characters beyond ASCII are
    invalid. A damaged UTF-8 file has a few invalid bytes among many valid ones."""
    bad = replaced.count("\ufffd")
    return 2 * bad > len(replaced) - len(replaced.encode("ascii", "ignore"))


@cache
def _date_patterns() -> Sequence[re.Pattern[bytes]]:
    """Patterns for the keys of dates, then for those of changes, with their values."""
    # Compiled on first use: only building an index looks for dates in this way.
    names = [re.sub("(?<=[a-z])(?=[A-Z])|_", "[_ -]?", name) for name in ALIASES["publishedDateTime"]]
    changes = names.index("lastmod")
    return [
        re.compile(
            rf"""\n(?:[ \t]*")?(?i:{"|".join(some)})"?[ \t]*[:=][ \t]*["']?([^"'\n#]{{6,80}})""".encode()
        )
        for some in (names[:changes], names[changes:])
    ]


def peek_date(raw: bytes) -> int | None:
    """A guess at an article's sort date in seconds, from its first bytes; None if there is none. Only for
    ordering work: it takes a few µs, while parsing the header takes 30 to 200.
    """
    from reader.parsing.dates import parse_date

    for pattern in _date_patterns():
        for found in pattern.finditer(raw, 0, PEEKED):
            try:
                return sort_seconds(parse_date(found[1].decode("utf-8", "replace").strip()))
            except ValueError:
                continue
    return None


def _problem(place: Place, reason: str) -> Problem:
    return Problem(display_path(place.path), 0, "file", reason)
