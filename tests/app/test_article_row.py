"""One headline as the lines of a row."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from reader.app.paint.cells import Piece, width_of
from reader.app.widgets.article_row import Measures, Row, compact, gutter, line, measures_of
from reader.library import Change
from reader.query import Query
from reader.query.results import Fold, Headline
from tests.app.build import NOW, an_article
from tests.fake_library import FakeLibrary


def _headline(**settings: object) -> Headline:
    library = FakeLibrary([an_article(**settings)])  # type: ignore[arg-type]
    return library.select(Query()).window(0, 1)[0]


def _comfortable(row: Row, width: int) -> list[list[Piece]]:
    """The two lines of a row, title over meta, without what is before them."""
    return [line(row, part, width, NOW, is_compact=False)[len(gutter(row, part)) :] for part in (0, 1)]


def _text(headline: Headline, width: int = 60) -> tuple[str, str]:
    title, meta = _comfortable(Row(headline), width)
    return "".join(piece.text for piece in title), "".join(piece.text for piece in meta)


def test_a_row_says_what_matters() -> None:
    """Title over provider, topics, quality, heat and age."""
    title, meta = _text(_headline(title="Harbour", topics=("AI", "Chips"), heat=12, quality=60))
    assert title.startswith("● Harbour")
    assert meta.split() == ["Harbour", "Post", "·", "AI", "·", "Chips", "▰▰▰▱▱", "▲12", "2h"]


def test_what_no_article_has_gets_no_column() -> None:
    """Without heat, or without quality, anywhere, the words have the room."""
    library = FakeLibrary([an_article(heat=None, quality=60)])
    measures = measures_of(library.is_measured)
    assert measures == Measures(quality=True, heat=False)
    row = Row(library.select(Query()).window(0, 1)[0])
    for part, is_compact in ((1, False), (0, True)):
        shown = line(row, part, 100, NOW, is_compact=is_compact, measures=measures)
        text = "".join(piece.text for piece in shown)
        assert "–" not in text and "▰▰▰▱▱" in text and len(text) == 100


def test_marks_are_signs_and_not_colour_alone() -> None:
    """Unread has a dot, starred a star, a draft, a note and tags their words."""
    library = FakeLibrary([an_article(published=False)])
    library.mark(library.select(Query()), Change(read=True, starred=True, add_tags=("later",), note="Ask"))
    title, meta = _text(library.select(Query()).window(0, 1)[0])
    assert "●" not in title and "★" in title
    assert "draft" in meta and "#later" in meta and "note" in meta


def test_a_folded_story_is_counted_in_both_kinds_of_row() -> None:
    """`+2` with the other providers while folded, `2 below` while open; what is below stands in."""
    headline = _headline(title="Harbour", topics=())
    for fold, words in (
        (Fold(2, ("Delta Wire",), unread=1), "+2"),
        (Fold(2, ("Delta Wire",), is_open=True), "2 below"),
        (Fold(0, (), is_inside=True), ""),
    ):
        row = Row(headline._replace(fold=fold, is_read=True))
        title, meta = ("".join(piece.text for piece in pieces) for pieces in _comfortable(row, 90))
        one_line = "".join(piece.text for piece in compact(row, 90, NOW))
        assert words in meta and words in one_line and len(title) == len(meta) == len(one_line) == 88
        assert ("Delta Wire" in meta) == ("+" in words) == ("●" in title)
        assert title.index("Harbour") == one_line.index("Harbour") == (4 if fold.is_inside else 2)


def test_tags_have_their_colours_in_both_kinds_of_row() -> None:
    """Each tag is in the style of its colour, the user's choice first; a narrow compact row has none."""
    headline = _headline()._replace(tags=("later", "work"))
    row = Row(headline, tag_colours={"Work": "pink"})
    for pieces in (_comfortable(row, 80)[1], compact(row, 100, NOW)):
        assert [(piece.text, piece.style) for piece in pieces if "#" in piece.text] == [
            (" #later", "tag-orange"),
            (" #work", "tag-pink"),
        ]
    assert not [piece for piece in compact(row, 40, NOW) if "#" in piece.text]


def test_a_selected_row_has_a_sign_before_the_cursor() -> None:
    """Selection and cursor are seen together and take the same two cells."""
    headline = _headline()
    texts = [
        "".join(piece.text for piece in gutter(Row(headline, cursor, is_selected), 0))
        for cursor in ("", "cursor")
        for is_selected in (False, True)
    ]
    assert texts == ["  ", "✓ ", " ▌", "✓▌"]
    assert "".join(piece.text for piece in gutter(Row(headline, "cursor", True), 1)) == " ▌"


@pytest.mark.parametrize("width", [18, 24, 40, 60, 90, 200])
@pytest.mark.parametrize("title", ["short", "漢字" * 60, "x" * 300])
def test_columns_never_shift(width: int, title: str) -> None:
    """Whatever the text, the parts take the width that is left behind the cursor, and the age ends it."""
    headline = _headline(title=title, provider="漢字 " * 20, topics=("a" * 50,))
    for pieces in (*_comfortable(Row(headline), width), compact(Row(headline), width, NOW)):
        assert width_of(pieces) <= width - 2
    meta = "".join(piece.text for piece in _comfortable(Row(headline), width)[1])
    assert cell_len(meta) == width - 2 and meta.endswith("2h")


def test_unknown_values_leave_their_columns_empty() -> None:
    """No date, no quality, no heat: nothing is invented."""
    _, meta = _text(_headline(hours=None, quality=None, heat=None))
    assert "▰" not in meta and "–" in meta and not meta.rstrip()[-1].isdigit()
