"""The news folder: what is written there, and what is left alone."""

from __future__ import annotations

from pathlib import Path

from reader.feeds.articles import NewsFolder, WriteOutcome


def test_a_file_that_appears_during_a_batch_stays(tmp_path: Path) -> None:
    """A person may put one there after the folder was opened."""
    news = NewsFolder(str(tmp_path))
    with news.batch():
        assert news.put("feed/a.md", "ours")[1] is WriteOutcome.WRITTEN
        (tmp_path / "feed" / "b.md").write_text("mine")
        assert news.put("feed/b.md", "ours")[1] is WriteOutcome.EDITED
    assert (tmp_path / "feed" / "b.md").read_text() == "mine"
