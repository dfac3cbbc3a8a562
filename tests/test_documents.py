"""What the documents tell people to type works, and what they point to is there."""

from __future__ import annotations

import re
import shlex
from contextlib import closing
from pathlib import Path

import pytest

from reader.cli.parser import MODULES, find_command, parser_of
from reader.library.sources import open_library
from tests.test_house import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")

_BLOCK = re.compile(r"^ *```(sh|console)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)|(?:src|href)=\"(?!https?:|#)([^\"#]+)\"")


def blocks(text: str) -> list[str]:
    """The commands of each block of commands, the README's way (sh) and the documents' way (console)."""
    return [body for _, body in _BLOCK.findall(text)]


def reader_commands() -> list[tuple[str, str]]:
    """Every call of `reader` in a document: the document's name and the command without pipe and comment."""
    found = []
    for document in DOCUMENTS:
        for body in blocks(document.read_text("utf-8")):
            for line in body.splitlines():
                if match := re.match(r" *(?:\$ )?(?:\.venv/bin/)?reader(?= |$)", line):
                    found.append((document.name, line[match.end() :]))
    return found


@pytest.mark.parametrize(("document", "words"), reader_commands())
def test_each_command_in_a_document_is_understood(document: str, words: str) -> None:
    """Every `reader …` line of the README and the documents parses, options and all."""
    lexer = shlex.shlex(words, posix=True, punctuation_chars="|<>&;")
    lexer.whitespace_split = True
    typed: list[str] = []
    for word in lexer:
        if word[0] in "|<>&;":
            break
        typed.append(word)
    name, rest = find_command(typed)
    parser_of(name).parse(rest)  # a UsageError is the failure


def test_the_first_two_blocks_of_the_readme_are_one_command_each() -> None:
    """One command sets up and starts the reader, one sets up and runs the tests; .ci/run takes both."""
    first, second = [body for kind, body in _BLOCK.findall(README) if kind == "sh"]
    assert len(first.splitlines()) == len(second.splitlines()) == 1
    assert first.startswith("python3 -m venv ") and first.rstrip().endswith("reader")
    assert " && .venv/bin/pytest" in second
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "command_of 1" in script and "command_of 2" in script


@pytest.mark.parametrize("name", MODULES)
def test_each_command_is_documented(name: str) -> None:
    """Every command of the command line is shown in the README or in a document."""
    assert any(f"reader {name}" in document.read_text("utf-8") for document in DOCUMENTS)


def test_the_map_is_complete() -> None:
    """docs/architecture.md names every package."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    the_map = text.partition("## The map")[2].partition("\n## ")[0]
    reader = ROOT / "reader"
    packages = [path.parent for path in reader.rglob("__init__.py") if path.parent != reader]
    missing = [f"{path.name}/" for path in packages if f"{path.name}/`" not in the_map]
    assert not missing, f"docs/architecture.md lacks {', '.join(missing)}"


def test_the_table_of_changes_names_what_exists() -> None:
    """Every file in the table "Where to change what" exists and has the names that follow it."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = text.partition("Where to change what:")[2].split("\n\n")[1].splitlines()[2:]
    missing = []
    for row in rows:
        file = None
        for name in re.findall(r"`([^`]+)`", row.split("|")[2]):
            if "/" in name or "." in name:
                file = next((root / name for root in (ROOT / "reader", ROOT) if (root / name).exists()), None)
                missing += [] if file else [name]
            elif name.isidentifier() and name != "action_ID":
                missing += [] if file and name in file.read_text("utf-8") else [name]
    assert rows and not missing


def test_ids_in_examples_are_those_of_articles() -> None:
    """Whoever types an example gets an answer: the ids in it are those of the sample."""
    library = open_library([ROOT / "sample_feed"])
    with closing(library):
        list(library.refresh())
        ids = {word for _, words in reader_commands() for word in re.findall(r"\b[0-9a-f]{8,12}\b", words)}
        assert ids
        for prefix in ids:
            library.find(prefix)  # a NoSuchArticle is the failure


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link and picture of a document is a file of the project."""
    text = re.sub(r"`[^`\n]*`", "", document.read_text("utf-8"))
    links = [first or second for first, second in _LINK.findall(text)]
    missing = [link for link in links if not (document.parent / link).exists()]
    assert not missing


def test_the_changelog_tells_what_is_coming() -> None:
    """CHANGELOG.md is in the form of Keep a Changelog and has an Unreleased section."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## \[Unreleased\]\n+### (Added|Changed|Fixed|Removed)$", text, re.MULTILINE)
