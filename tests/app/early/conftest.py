"""A folder of articles for screens on real terminals."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with nine articles, not yet indexed."""
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.md").write_text(f"---\ntitle: Harbour {number}\n---\n\nText {number}.\n")
    return folder
