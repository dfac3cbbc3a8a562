"""What one reader's sight of the index keeps in memory."""

from __future__ import annotations

from pathlib import Path

from reader.index.schema import Field
from reader.query import parse
from tests.index.files import NOW, opened, text_of, write


def test_single_qualities_are_not_kept_for_the_counts_of_their_steps(tmp_path: Path) -> None:
    """The steps are; a question that names qualities keeps those, and both count the same."""
    for quality in range(0, 100, 3):
        write(tmp_path / f"{quality}.md", text_of("x", quality=str(quality)))
    library = opened(tmp_path)
    counted = library.facet("quality", parse(""), NOW).values
    with library._index.view() as view:
        assert not [field for field, _ in view._kept if field == Field.QUALITY]
    assert len(library.select(parse("quality:>=50"), NOW)) == 17
    with library._index.view() as view:
        assert len([field for field, _ in view._kept if field == Field.QUALITY]) == 17
    assert library.facet("quality", parse(""), NOW).values == counted
    library.close()
