"""The news folder: what is written there, and what is left alone."""

from __future__ import annotations

from pathlib import Path

from reader.feeds.articles import NewsFolder, WriteOutcome


def test_a_file_created_by_someone_else_is_kept(tmp_path: Path) -> None:
    """A file that appears between choosing a name and writing is not replaced; a leftover draft does no
    harm."""
    news = NewsFolder(str(tmp_path))
    assert news.put("feed/a.md", "ours")[1] is WriteOutcome.WRITTEN
    (tmp_path / "feed" / "b.md").write_text("mine")
    (tmp_path / "feed" / ".c.md.part").write_text("half of it")
    assert news.put("feed/b.md", "ours")[1] is WriteOutcome.EDITED
    assert news.put("feed/c.md", "ours")[1] is WriteOutcome.WRITTEN
    assert {path.name: path.read_text() for path in (tmp_path / "feed").iterdir()} == {
        "a.md": "ours", "b.md": "mine", "c.md": "ours",
    }  # fmt: skip
