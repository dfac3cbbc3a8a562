"""One headline as the lines of a row."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from reader.app.painting import width_of
from reader.app.widgets.article_row import comfortable, compact
from reader.library import Change
from reader.query import Query
from reader.results import Headline
from tests.app.build import NOW, an_article
from tests.app.fake_library import FakeLibrary


def _headline(**settings: object) -> Headline:
    library = FakeLibrary([an_article(**settings)])  # type: ignore[arg-type]
    return library.select(Query()).window(0, 1)[0]


def _text(headline: Headline, width: int = 60) -> tuple[str, str]:
    title, meta = comfortable(headline, width, NOW)
    return "".join(piece.text for piece in title), "".join(piece.text for piece in meta)


def test_a_row_says_what_matters() -> None:
    """Title over provider, topics, quality, heat and age."""
    title, meta = _text(_headline(title="Harbour", topics=("AI", "Chips"), heat=12, quality=60))
    assert title.startswith("● Harbour")
    assert meta.split() == ["Harbour", "Post", "·", "AI", "·", "Chips", "▰▰▰▱▱", "▲12", "2h"]


def test_marks_are_signs_and_not_colour_alone() -> None:
    """Unread has a dot, starred a star, a draft and tags their words."""
    library = FakeLibrary([an_article(published=False)])
    library.mark(library.select(Query()), Change(read=True, starred=True, add_tags=("later",)))
    title, meta = _text(library.select(Query()).window(0, 1)[0])
    assert "●" not in title and "★" in title
    assert "draft" in meta and "#later" in meta


@pytest.mark.parametrize("width", [18, 24, 40, 60, 90, 200])
@pytest.mark.parametrize("title", ["short", "漢字" * 60, "x" * 300])
def test_columns_never_shift(width: int, title: str) -> None:
    """Whatever the text, the parts take the width that is left behind the cursor, and the age ends it."""
    headline = _headline(title=title, provider="漢字 " * 20, topics=("a" * 50,))
    for line in (*comfortable(headline, width, NOW), compact(headline, width, NOW)):
        assert width_of(line) <= width - 2
    meta = "".join(piece.text for piece in comfortable(headline, width, NOW)[1])
    assert cell_len(meta) == width - 2 and meta.endswith("2h")


def test_unknown_values_leave_their_columns_empty() -> None:
    """No date, no quality, no heat: nothing is invented."""
    _, meta = _text(_headline(hours=None, quality=None, heat=None))
    assert "▰" not in meta and "–" in meta and not meta.rstrip()[-1].isdigit()
