"""Selects an article's fields by name, for `--fields` and `--template`.

A name is a key of the record that `docs/json.md` describes, or a path into it (`provider.name`,
`related.title`), or `url`. Names are checked against a record, so that there is a single list of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from reader.article.dates import iso
from reader.article.record import Article, Image, Related
from reader.article.text import clean
from reader.errors import UsageError, nearest, shown
from reader.library.export import Json, json_text, record
from reader.query.results import Headline

Tree: TypeAlias = "dict[str, Tree | None]"
"""Names split at dots; None = the whole value."""

_OF_HEADLINE = frozenset((
    "title", "publishedDateTime", "provider.name", "topics", "addedTopics", "category", "type", "quality",
    "heat", "id", "read", "starred", "tags", "url", "story", "coverage",
))  # fmt: skip
"""Names whose values are in the index: these need no file."""

_NAMING = ("title", "name", "webUrl", "url", "domain")
"""In text, a map is represented by the first of these keys with a value."""

_BREAKS = re.compile(r"[\t\r\n\v\f\x85\u2028\u2029]+")
_PIECES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\\([nt\\])|[{}]")


def names_of(text: str) -> tuple[str, ...]:
    """Returns the names in a `--fields` list, each once. Raises UsageError for an unknown one."""
    names = dict.fromkeys(filter(None, re.split(r"[\s,]+", text)))
    if not names:
        raise UsageError("--fields needs names separated by commas, like --fields title,provider.name")
    for name in names:
        check(name)
    return tuple(names)


def every_name() -> list[str]:
    """Returns all names, for completion, except those of extra fields, which only the files know."""
    made = _sample()
    deep = [f"{key}.{part}" for key in ("provider", "related", "images") for part in _keys(made[key])]
    return [*made, *deep]


def check(name: str) -> None:
    """Raises UsageError for an unknown name, suggesting the nearest known one."""
    here: Any = _sample()
    parts = name.split(".")
    for place, part in enumerate(parts):
        here = here[0] if isinstance(here, list) and here else here
        if place and parts[0] == "other":
            return
        if not isinstance(here, dict) or part not in here:
            known = [".".join([*parts[:place], key]) for key in here] if isinstance(here, dict) else parts[:1]
            raise UsageError(f"unknown field {shown(name)}; {nearest(name, known)}")
        here = here[part]


def need_file(names: Iterable[str]) -> bool:
    """Returns whether these need an article's file."""
    return not _OF_HEADLINE.issuperset(names)


def known_record(headline: Headline) -> Json:
    """Returns the part of the record that the index knows, with `url`."""
    return {
        "title": headline.title,
        "publishedDateTime": iso(headline.date) if headline.date else None,
        "provider": {"name": headline.provider or None},
        "topics": list(headline.topics),
        "addedTopics": list(headline.added_topics),
        "category": headline.category or None,
        "type": headline.type or None,
        "quality": headline.quality,
        "heat": headline.heat,
        "id": headline.id,
        "story": headline.story or None,
        "coverage": headline.coverage,
        "read": headline.is_read,
        "starred": headline.is_starred,
        "tags": list(headline.tags),
        "url": headline.url or None,
    }


def tree_of(names: Iterable[str]) -> Tree:
    """Returns the names as a tree for `picked`."""
    tree: Tree = {}
    for name in names:
        first, _, rest = name.partition(".")
        here = tree
        # A key of extra fields may contain dots, so it is not split.
        parts = [first, rest] if first == "other" and rest else name.split(".")
        for part in parts[:-1]:
            below = here.setdefault(part, {})
            if below is None:
                break
            here = below
        else:
            here[parts[-1]] = None
    return tree


def picked(made: Json, tree: Tree) -> Json:
    """Returns the record with only these keys, in the same shape; missing ones are None."""
    return {key: _picked(value_of(made, key), below) for key, below in tree.items()}


def value_of(made: Any, name: str) -> Any:
    """Returns the value of a record under a name; a list of values if the name leads into a list."""
    if isinstance(made, list):
        return [value_of(one, name) for one in made]
    if not isinstance(made, Mapping):
        return None
    if name in made:
        return made[name]
    first, dot, rest = name.partition(".")
    return value_of(made.get(first), rest) if dot else None


def text_of(value: Any) -> str:
    """Returns a value as text: unknown = empty, booleans `true` and `false`, lists joined by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(filter(None, map(text_of, value)))
    if isinstance(value, Mapping):
        named = next((value[key] for key in _NAMING if value.get(key)), None)
        return str(named) if named else json_text(value) if any(value.values()) else ""
    return clean(str(value))  # keep file names as they are


class Template(NamedTuple):
    """A line with names in braces."""

    pieces: tuple[tuple[str, str], ...]
    """(literal text, name of the field after it); the last name is empty."""

    @property
    def names(self) -> tuple[str, ...]:
        """The fields named in it."""
        return tuple(name for _, name in self.pieces if name)

    def filled(self, made: Json) -> str:
        """Returns the line for one article, without a newline; line breaks in values become spaces."""
        return "".join(
            text + (_BREAKS.sub(" ", text_of(value_of(made, name))) if name else "")
            for text, name in self.pieces
        )


def template_of(text: str) -> Template:
    """Parse a template: `{name}`, `{{` and `}}` for braces, `\\n`, `\\t`, `\\\\`.

    Raises UsageError with the position.
    """
    return Template(tuple(_pieces(text)))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    plain, end = "", 0
    for found in _PIECES.finditer(text):
        plain += text[end : found.start()]
        end = found.end()
        if found[0] in ("{{", "}}"):
            plain += found[0][0]
        elif found[2]:
            plain += {"n": "\n", "t": "\t", "\\": "\\"}[found[2]]
        elif found[1] is None:
            raise UsageError(
                f"--template: at character {found.start() + 1}: unmatched brace; "
                'write "{title}" for a field and "{{" for the brace itself'
            )
        else:
            name = found[1].strip()
            try:
                check(name)
            except UsageError as error:
                raise UsageError(f"--template: at character {found.start() + 2}: {error}") from None
            yield plain, name
            plain = ""
    yield plain + text[end:], ""


def _picked(value: Any, tree: Tree | None) -> Any:
    if tree is None:
        return value
    if isinstance(value, list):
        return [_picked(one, tree) for one in value]
    return picked(value, tree) if isinstance(value, dict) else None


def _keys(value: Any) -> list[str]:
    return list(value[0] if isinstance(value, list) else value)


@cache
def _sample() -> Json:
    """Returns a record with every possible key."""
    article = Article("", "", "", images=(Image(""),), related=(Related(images=(Image(""),)),))
    headline = Headline(0, "", "", "", "", (), None, None, None, "", "", "", False, False, False, ())
    return record(article, headline, body=True, secured=True) | {"url": None}
