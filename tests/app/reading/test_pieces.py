"""Long bodies in pieces."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.app.reading.blocks import layout_markdown
from reader.app.reading.lines import Line, plain
from reader.app.reading.pieces import HARD, PIECE, Piece, pieces_of

PARAGRAPH = "word " * 200 + "\n\n"
PARTS = [PARAGRAPH, "- item\n" * 400, "```\n" + "x\n" * 900, "~~~\n", "y" * PIECE, "\n"]


def test_a_short_body_is_one_piece() -> None:
    """Up to the usual length nothing is cut, and an empty body has no piece."""
    assert [(piece.start, piece.end) for piece in pieces_of("a\n\nb")] == [(0, 4)]
    assert list(pieces_of("")) == []


def test_paragraphs_are_cut_between() -> None:
    """A piece of paragraphs ends at a blank line and is not glued to the next."""
    body = PARAGRAPH * 20
    for piece in pieces_of(body):
        assert body[piece.start : piece.end].endswith("\n\n")
        assert not piece.is_glued


def test_a_long_fence_stays_a_fence() -> None:
    """Each piece of a fence opens it again, and what follows the fence is no code."""
    body = "```python\n" + "x = 1\n" * 9_000 + "```\n\nafter *all*\n"
    lines = [line for piece in pieces_of(body) for line in _laid_out(body, piece)]
    code = [line for line in lines if line and line[0].ink == "listing"]
    assert len(code) == 9_000
    assert [plain(line) for line in lines if line and line not in code] == ["after all"]


def test_a_long_table_repeats_its_head() -> None:
    """Each piece of a table has the head, and no row is lost."""
    numbers = [str(number) for number in range(4_000)]
    body = "| number | b |\n| --- | --- |\n" + "".join(f"| {number} | x |\n" for number in numbers)
    pieces = list(pieces_of(body))
    lines = [plain(line).split() for piece in pieces for line in _laid_out(body, piece)]
    assert [line[0] for line in lines if line and line[0].isdecimal()] == numbers
    assert sum(line == ["number", "b"] for line in lines) == len(pieces) > 1


def test_a_line_without_end_is_cut_between_letters() -> None:
    """No piece is longer than the limit, and none begins with a mark of the letter before."""
    body = "e\u0301" * 40_000
    for piece in pieces_of(body):
        assert piece.end - piece.start <= HARD
        assert body[piece.start] != "\u0301"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(PARTS), max_size=9))
def test_the_pieces_are_the_body(parts: list[str]) -> None:
    """Together and in order, the pieces hold every character once."""
    body = "".join(parts)
    pieces = list(pieces_of(body))
    assert "".join(body[piece.start : piece.end] for piece in pieces) == body
    assert all(piece.end - piece.start <= HARD for piece in pieces)


def _laid_out(body: str, piece: Piece) -> list[Line]:
    return layout_markdown(piece.before + body[piece.start : piece.end], 60)
