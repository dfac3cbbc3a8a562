"""Long bodies in chunks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.app.reading.blocks import layout_markdown
from reader.app.reading.chunks import CHUNK, HARD, BodyChunk, chunks_of
from reader.app.reading.lines import Line, plain

PARAGRAPH = "word " * 200 + "\n\n"
PARTS = [PARAGRAPH, "- item\n" * 400, "```\n" + "x\n" * 900, "~~~\n", "y" * CHUNK, "\n"]


def test_a_short_body_is_one_piece() -> None:
    """Up to the usual length nothing is cut, and an empty body has no chunk."""
    assert [(chunk.start, chunk.end) for chunk in chunks_of("a\n\nb")] == [(0, 4)]
    assert list(chunks_of("")) == []


def test_paragraphs_are_cut_between() -> None:
    """A chunk of paragraphs ends at a blank line and is not glued to the next."""
    body = PARAGRAPH * 20
    for chunk in chunks_of(body):
        assert body[chunk.start : chunk.end].endswith("\n\n")
        assert not chunk.is_glued


def test_a_long_fence_stays_a_fence() -> None:
    """Each chunk of a fence opens it again, and what follows the fence is no code."""
    body = "```python\n" + "x = 1\n" * 9_000 + "```\n\nafter *all*\n"
    lines = [line for chunk in chunks_of(body) for line in _laid_out(body, chunk)]
    code = [line for line in lines if line and line[0].style == "listing"]
    assert len(code) == 9_000
    assert [plain(line) for line in lines if line and line not in code] == ["after all"]


def test_a_long_table_repeats_its_head() -> None:
    """Each chunk of a table has the head, and no row is lost."""
    numbers = [str(number) for number in range(4_000)]
    body = "| number | b |\n| --- | --- |\n" + "".join(f"| {number} | x |\n" for number in numbers)
    chunks = list(chunks_of(body))
    lines = [plain(line).split() for chunk in chunks for line in _laid_out(body, chunk)]
    assert [line[0] for line in lines if line and line[0].isdecimal()] == numbers
    assert sum(line == ["number", "b"] for line in lines) == len(chunks) > 1


def test_a_line_without_end_is_cut_between_letters() -> None:
    """No chunk is longer than the limit, and none begins with a mark of the letter before."""
    body = "e\u0301" * 40_000
    for chunk in chunks_of(body):
        assert chunk.end - chunk.start <= HARD
        assert body[chunk.start] != "\u0301"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(PARTS), max_size=9))
def test_the_pieces_are_the_body(parts: list[str]) -> None:
    """Together and in order, the chunks hold every character once."""
    body = "".join(parts)
    chunks = list(chunks_of(body))
    assert "".join(body[chunk.start : chunk.end] for chunk in chunks) == body
    assert all(chunk.end - chunk.start <= HARD for chunk in chunks)


def _laid_out(body: str, chunk: BodyChunk) -> list[Line]:
    return layout_markdown(chunk.text_in(body), 60)
