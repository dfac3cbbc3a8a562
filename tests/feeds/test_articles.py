"""The news folder: what is written there, and what is left alone."""

from __future__ import annotations

from pathlib import Path

from reader.feeds.articles import NewsFolder, WriteOutcome


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    """Also under a name that was free a moment ago; a draft that was left behind is no hindrance."""
    news = NewsFolder(str(tmp_path))
    assert news.put("feed/a.md", "ours")[1] is WriteOutcome.WRITTEN
    (tmp_path / "feed" / "b.md").write_text("mine")
    (tmp_path / "feed" / ".c.md.part").write_text("half of it")
    assert news.put("feed/b.md", "ours")[1] is WriteOutcome.EDITED
    assert news.put("feed/c.md", "ours")[1] is WriteOutcome.WRITTEN
    assert {path.name: path.read_text() for path in (tmp_path / "feed").iterdir()} == {
        "a.md": "ours", "b.md": "mine", "c.md": "ours",
    }  # fmt: skip
