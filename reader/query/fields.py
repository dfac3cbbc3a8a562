"""The one list of fields: for queries, facets, sort orders, command-line options and sections of the sidebar.
To add a field, declare it here; if it is stored, also define the values of an article in
`reader.index.entry`. The values of a query are checked in `reader.query.grammar`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

FieldKind: TypeAlias = Literal["words", "choice", "text", "id", "number", "name", "date", "sort"]
"""words: searched for words, a quoted value is a phrase. choice: one of the values that articles have; these
are the facets. text: the value, or a part of it, is compared. name: one of a few names."""


class Field(NamedTuple):
    """A field and everything that depends on which field it is."""

    name: str
    """Its name in queries and everywhere else."""
    kind: FieldKind
    example: str
    """A valid value, as written in a query."""
    stored: int = 0
    """The number of its sets in the index, 0 for none; never reused for another field."""
    label: str = ""
    """Shown before a value in the command palette."""
    heading: str = ""
    """Heading of its sidebar section; empty if it has none. Sections follow the order of FIELDS."""
    is_always_shown: bool = False
    """Whether its section is shown even with a single value."""
    is_suggested: bool = False
    """Whether a word in the search bar without a field may become one of its values."""
    is_path: bool = False
    """Whether its values are paths, whose common prefix is omitted."""
    phrase: str | None = None
    """The words before its values in a sentence; None = its name."""
    names: tuple[str, ...] = ()
    """The only values, for the kind `name`."""
    hints: tuple[str, ...] = ()
    """Values that the search bar suggests if those of the articles are not listed."""
    flags: tuple[str, ...] = ()
    """The command-line options for its values."""
    help: str = ""
    """The help of that option."""
    option_example: str = ""


FIELDS = (
    Field(
        "topic", "choice", "AI", stored=10, label="Topic", heading="TOPICS", is_always_shown=True,
        is_suggested=True, phrase="about ",
        flags=("-t", "--topic"), help="about this topic", option_example="-t AI -t Chips",
    ),
    Field(
        "provider", "choice", '"Harbour Post"', stored=11, label="Provider", heading="PROVIDERS",
        is_always_shown=True, is_suggested=True, phrase="from ",
        flags=("-p", "--provider"), help="from this provider, by name or domain",
        option_example="-p 'Harbour Post'",
    ),
    Field(
        "folder", "choice", "sea", stored=16, label="Folder", heading="FOLDERS", is_path=True, phrase="in ",
        flags=("--folder",), help="in this sub-folder", option_example="--folder sea",
    ),
    Field(
        "quality", "number", ">=50", stored=20, heading="QUALITY", hints=(">=50", ">=80", "..30"),
    ),
    Field(
        "date", "date", "2021-06-18", heading="DATES", phrase="", hints=("today", "yesterday"),
    ),
    Field(
        "category", "choice", "news", stored=12, label="Category", heading="CATEGORIES",
        flags=("--category",), help="of this category", option_example="--category news",
    ),
    Field(
        "type", "choice", "article", stored=13, label="Type", heading="TYPES",
        flags=("--type",), help="of this type", option_example="--type article",
    ),
    Field(
        "tag", "choice", "later", is_suggested=True, phrase="tagged ",
        flags=("--tag",), help="with this tag", option_example="--tag later",
    ),
    Field("title", "words", "chips"),
    Field("author", "words", '"Ana Lund"', stored=14),
    Field("url", "text", "/2021/"),
    Field("domain", "text", "harbour.example", stored=15),
    Field("path", "text", "2021/"),
    Field("id", "id", "3fa0"),
    Field("heat", "number", ">0", stored=21, hints=(">0", ">=10")),
    Field("coverage", "number", ">=3", stored=22, hints=(">=2", ">=3", ">=5")),
    Field("story", "id", "3fa0"),
    Field("is", "name", "unread", phrase="", names=("unread", "read", "starred", "draft", "published")),
    Field("has", "name", "image", phrase="with ", names=("image", "related", "body", "note")),
    Field("since", "date", "7d", phrase="since ", hints=("today", "yesterday", "7d", "30d", "1y")),
    Field("until", "date", "2021-07", phrase="until ", hints=("yesterday", "7d", "30d")),
    Field("sort", "sort", "quality"),
)  # fmt: skip

ORDERS = {
    "date": ("newest first", "oldest first"),
    "quality": ("best quality first", "lowest quality first"),
    "heat": ("hottest first", "coolest first"),
    "coverage": ("most providers first", "fewest providers first"),
    "title": ("by title", "by title, Z to A"),
    "provider": ("by provider", "by provider, Z to A"),
    "relevance": ("most relevant first", "least relevant first"),
}
"""What a list can be sorted by, in words: in its natural direction, and reversed."""
SORTS = tuple(ORDERS)
"""Sort orders, each in its natural direction: newest, highest (three times), A to Z, A to Z, best first."""

BY_NAME = {field.name: field for field in FIELDS}
FIELD_NAMES = tuple(BY_NAME)
"""Every name that can precede a colon."""


def _of_kind(*kinds: FieldKind) -> tuple[str, ...]:
    return tuple(field.name for field in FIELDS if field.kind in kinds)


WORD_FIELDS = _of_kind("words")
FACETS = _of_kind("choice")
"""Fields whose values are listed and counted."""
CHOICES = frozenset(_of_kind("choice", "text"))
"""Fields whose value may be any text, or a prefix (`topic:Mar*`)."""
NUMBER_FIELDS = _of_kind("number")
DATE_FIELDS = _of_kind("date")
NAMES = {field.name: field.names for field in FIELDS if field.names}
