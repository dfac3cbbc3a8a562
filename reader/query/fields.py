"""The fields that a query can name.

Which values each takes is in `reader.query.values`; nothing here knows the syntax of queries or articles.
"""

from __future__ import annotations

SORTS = ("date", "quality", "heat", "title", "provider", "relevance")
"""Sort orders; each goes in its natural direction: newest, highest, highest, A to Z, A to Z, best first."""

WORD_FIELDS = ("title", "author")
"""Fields that are searched for words; a quoted value is a phrase."""
VALUE_FIELDS = ("topic", "provider", "category", "type", "url", "domain", "path", "tag", "id")
"""Fields whose whole value is compared."""
CHOICES = frozenset(VALUE_FIELDS) - {"id"}
"""Those of them whose value may be any text, and may go on."""
NUMBER_FIELDS = ("quality", "heat")
NAMES = {
    "is": ("unread", "read", "starred", "draft", "published"),
    "has": ("image", "related", "body", "note"),
}
"""Fields that take one of a few names."""
DATE_FIELDS = ("since", "until", "date")
FIELDS = (*WORD_FIELDS, *VALUE_FIELDS, *NUMBER_FIELDS, *NAMES, *DATE_FIELDS, "sort")
"""Every word that may stand before a colon."""
EXAMPLES = {
    "title": "chips", "author": '"Ana Lund"', "topic": "AI", "provider": '"Harbour Post"', "category": "news",
    "type": "article", "url": "/2021/", "domain": "harbour.example", "path": "2021/", "tag": "later",
    "id": "3fa0", "quality": ">=50", "heat": ">0", "is": "unread", "has": "image", "since": "7d",
    "until": "2021-07", "date": "2021-06-18", "sort": "quality",
}  # fmt: skip
"""One good value for each field, for messages and completion."""
