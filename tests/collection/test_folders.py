"""Listing and reading of files, and what is never touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader.collection.folders import Collection, Roots, Rules
from reader.errors import UsageError


def write(path: Path, text: str = "---\ntitle: x\n---\n") -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def listed(collection: Collection) -> list[str]:
    """Every file of a scan, in its order."""
    return [f"{folder.path}/{file[0]}" for folder in collection.scan() for file in folder.files]


def test_article_files_are_listed_with_their_state(tmp_path: Path) -> None:
    """Each ending in any case; hidden names, others and what configures a site are passed over, and documents
    that people may take for articles are counted."""
    names = {"a.md", "b.markdown", "c.MDX", "d.txt", "e.yaml", "f.Yml", "g.html", "h.htm", "i.mkd", "j.MDown"}
    names |= {"o.qmd", "p.Rmd", "q.mkdn", "r.mdwn"}
    others = ["noending", "k.rst", "l.PDF", "m.rst", "n.png", "_config.yml", "hugo.toml"]
    for name in [*names, *others, ".hidden.md", ".git/h.md"]:
        write(tmp_path / name)
    collection = Collection([tmp_path])
    (folder,) = collection.scan()
    assert collection.skipped == {".rst": 2, ".pdf": 1}
    assert {file[0] for file in folder.files} == names
    found = os.stat(tmp_path / "a.md")
    assert ("a.md", found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns) in folder.files
    assert (folder.root, folder.path, folder.mtime_ns) == (0, str(tmp_path), tmp_path.stat().st_mtime_ns)


def test_the_newest_folders_come_first(tmp_path: Path) -> None:
    """Names descending, numbers by their value."""
    for name in ["2025/12", "2026/9", "2026/11/22", "2026/11/23", "2026/11"]:
        write(tmp_path / name / "a.md")
    order = [
        os.path.relpath(folder.path, tmp_path) for folder in Collection([tmp_path]).scan() if folder.files
    ]
    assert order == ["2026/11", "2026/11/23", "2026/11/22", "2026/9", "2025/12"]


def test_folders_are_closed_after_a_scan(tmp_path: Path) -> None:
    """No descriptor stays open, whatever is in the folders."""
    for name in ["a/b/c.md", "a/d.md", "e.md"]:
        write(tmp_path / name)
    (tmp_path / "out.md").symlink_to("/dev/null")
    collection = Collection([tmp_path])
    os.close(before := os.open(tmp_path, os.O_RDONLY))
    assert len([*collection.scan()]) == 3 and len(collection.problems) == 1
    os.close(after := os.open(tmp_path, os.O_RDONLY))
    assert before == after


def test_deep_folders_are_listed(tmp_path: Path) -> None:
    """A hundred levels are no trouble."""
    write(tmp_path.joinpath(*"d" * 100) / "a.md")
    assert len(listed(Collection([tmp_path]))) == 1


def test_overlapping_sources_are_read_once(tmp_path: Path) -> None:
    """The same folder twice, one inside another, a file inside a folder."""
    one = write(tmp_path / "a" / "b" / "one.md")
    write(tmp_path / "a" / "two.md")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "a")
    sources = [one, tmp_path / "a" / "b", tmp_path / "a", link, tmp_path / "a" / ".." / "a"]
    collection = Collection(sources)
    assert collection.sources == collection.roots.paths == (str(tmp_path / "a"),)
    assert len(listed(collection)) == 2 and collection.problems == []


def test_single_files_have_their_parent_as_root(tmp_path: Path) -> None:
    """Only the named files of a folder are listed, whatever their names end in."""
    one, two = write(tmp_path / "one.md"), write(tmp_path / "two.article")
    write(tmp_path / "three.md")
    collection = Collection([one, two])
    assert collection.roots.paths == (str(tmp_path),)
    assert listed(collection) == [str(one), str(two)]


@pytest.mark.parametrize("kind", ["missing", "pipe", "loop"])
def test_sources_that_can_not_be_are_wrong_use(tmp_path: Path, kind: str) -> None:
    """The error names the path."""
    path = tmp_path / kind
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    with pytest.raises(UsageError, match=kind):
        Collection([path])


def test_an_unreadable_folder_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are listed anyway."""
    write(tmp_path / "good" / "a.md")
    write(tmp_path / "shut" / "b.md")
    collection = Collection([tmp_path])
    opened = os.open

    def refusing(path: str, flags: int) -> int:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refusing)
    assert listed(collection) == [str(tmp_path / "good" / "a.md")]
    assert [problem.path for problem in collection.problems] == [str(tmp_path / "shut")]


def test_places_of_several_roots() -> None:
    """A place has the path under its root; what marks of version 1 called it leads back to it."""
    roots = Roots(("/a/news", "/b/old", "/c/news"))
    places = [roots.place(number, f"{root}/x/y.md") for number, root in enumerate(roots.paths)]
    assert {place.relative for place in places} == {"x/y.md"}
    former = zip(places, ["x/y.md", "old:/x/y.md", "/c/news:/x/y.md"], strict=True)
    assert all(place.path in roots.former_paths(identity) for place, identity in former)
    assert [place.folder for place in places] == ["news", "old", "news"]
    assert Roots(("/",)).place(0, "/x.md").relative == "x.md"


def test_folders_that_tools_fill_are_not_looked_into(tmp_path: Path) -> None:
    """The configuration may name others; a folder that is named itself is read whatever it is called."""
    for name in ("vendor/a.md", "posts/_site/b.md", "posts/node_modules/x/c.md", "old/d.md", "posts/e.md"):
        write(tmp_path / name)
    assert listed(Collection([tmp_path])) == [str(tmp_path / "posts/e.md"), str(tmp_path / "old/d.md")]
    assert listed(Collection([tmp_path / "vendor"])) == [str(tmp_path / "vendor/a.md")]
    without_old = Collection([tmp_path], Rules(("old", "posts")))
    assert listed(without_old) == [str(tmp_path / "vendor/a.md")]
