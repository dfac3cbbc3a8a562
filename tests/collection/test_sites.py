"""What the folders above an article say about it."""

import pytest

from reader.collection.sites import folder_of, shared_part


@pytest.mark.parametrize(
    ("relative", "folder"),
    [
        ("a.md", ""),
        ("sea/a.md", "sea"),
        ("land/2026/11/c.md", "land"),
        ("2026/11/30/c.md", ""),
        ("2026-11/land/c.md", "land"),
        ("land/20261102/fox/c.md", "land/fox"),
        ("blog/_posts/a.md", "blog"),
        ("_drafts/a.md", ""),
        ("chapter/11/a.md", "chapter/11"),
        ("2026/11/notes/7/a.md", "notes/7"),
    ],
)
def test_folder_without_dated_parts(relative: str, folder: str) -> None:
    """The sub-folder has neither dated parts nor Jekyll's own folders; a number alone is no date."""
    assert folder_of(relative) == folder


@pytest.mark.parametrize(
    ("folders", "shared"),
    [
        (["content/news", "content/notes"], "content"),
        (["news", "newspaper"], ""),
        (["a/b", "a/b/c"], "a/b"),
        (["a", ""], ""),
        (["a/b"], "a/b"),
        ([], ""),
    ],
)
def test_what_folders_share_is_whole_parts(folders: list[str], shared: str) -> None:
    """What all folders have in common ends where a part of the path ends."""
    assert shared_part(folders) == shared
