"""Tests of `reader show` and `reader open`, on an in-memory library."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from reader import terminal
from reader.app.reading.inline import LinkNumbers
from reader.article.record import Value
from reader.cli import page
from reader.cli.layout import cells
from reader.cli.session import split_ids
from reader.errors import UsageError
from tests.cli.conftest import Run, an_article
from tests.fake_library import FakeLibrary


def id_of(library: FakeLibrary, title: str) -> str:
    """The id of the article whose title begins so."""
    return next(row.id for row in library.select_all() if row.title.startswith(title))


def test_show_writes_the_article_as_text(reader: Run, library: FakeLibrary) -> None:
    """The title is first; fields, body, numbered related links and other fields follow, the token never."""
    out = reader("show", id_of(library, "=Sum")[:9].upper()).out
    assert out.startswith("=Sum [of] it\n\nid        ")
    assert "Text of the article." in out
    assert f"  1. Chips again (article {id_of(library, 'Chips')})\n     https://paper.example/1\n" in out
    assert '  deep: {"a": ["1", null]}' in out
    assert "tok" not in out


def test_show_has_the_note_line_for_line(reader: Run, library: FakeLibrary) -> None:
    """A note of several lines is as it was written."""
    first = library.select_all()[0]
    reader("mark", "note:ask Ana\n\nand Bo", "--ids", first.id)
    assert "\nnote      ask Ana\n\n          and Bo\n" in reader("show", first.id).out


def test_no_line_is_wider_than_asked(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long paragraphs, wide letters and long titles are wrapped to the terminal's width."""
    article = an_article(
        5, title="報" * 99, body="word " * 99 + "\n\n- " + "item 報 " * 40, excerpt="x " * 99
    )
    library.add(article)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    lines = reader("show", article.id).out.splitlines()
    assert 36 <= max(map(cells, lines)) <= 40
    assert sum(line.count("item") for line in lines) == 40


def test_code_in_a_body_stays_as_it_is(reader: Run, library: FakeLibrary) -> None:
    """Code keeps its lines, whatever their length; a paragraph's lines are joined."""
    kept = "```\nfor  x in y:\n    pass   # " + "long " * 30 + "end\n```"
    assert f"One two.\n\n{kept}\n\n```\nindented\n```\n" in shown(
        reader, library, f"One\ntwo.\n\n{kept}\n\n    indented"
    )


def shown(reader: Run, library: FakeLibrary, body: str, **fields: Any) -> str:
    """What `reader show` writes for an article with this body."""
    article = an_article(5, body=body, **fields)
    library.add(article)
    return reader("show", article.id).out


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("one  \ntwo\\\nthree", "one\ntwo\nthree"),
        ("Head\n===\n\nText.\n\nLesser\n---\n", "# Head\n\nText.\n\n## Lesser"),
        ("- a\n  - b\n    1. c\n- d", "- a\n  - b\n    1. c\n- d"),
        ("7. a\n8. b", "7. a\n8. b"),
        ("A[^n].\n\n[^n]: The note\n    goes on.", "A[^n].\n\n[^n]: The note goes on."),
        ("Salt &amp; pepper, `&lt;`", "Salt & pepper, `&lt;`"),
        ("> quoted\n> more", "> quoted more"),
        ("<p>One</p><p>10<sup>6</sup></p>", "One\n\n10⁶"),
        ("<div><![x[</div>", "<div><![x[</div>"),
        (
            "A [page](https://ana:pw@x.example/1), [bank.com](https://y.example).",
            "A page [1], bank.com [2 y.example].\n\nLinks\n  1. page https://x.example/1\n"
            "  2. bank.com (y.example) https://y.example\n",
        ),
    ],
)
def test_a_body_as_text(body: str, lines: str, reader: Run, library: FakeLibrary) -> None:
    """Breaks, headings, lists, notes, quotes and links keep their form; entities and HTML are read."""
    assert f"\n\n{lines}" in shown(reader, library, body)


def test_show_repeats_nothing(reader: Run, library: FakeLibrary) -> None:
    """Neither an excerpt that begins the body, nor other fields that repeat a known one."""
    other: dict[str, Value] = {
        "description": "The ferry stays.",
        "layout": "post",
        "subject": "Words enough.",
    }
    out = shown(reader, library, "# Head\n\nThe ferry stays.", excerpt="The ferry stays.", other=other)
    assert out.count("The ferry stays.") == 1
    assert out.endswith("\nOther fields\n  layout: post\n  subject: Words enough.\n")


def test_show_omits_empty_fields(reader: Run, library: FakeLibrary) -> None:
    """A key without a value is not printed."""
    other: dict[str, Value] = {"slug": None, "parts": [""], "layout": "post"}
    assert shown(reader, library, "x", other=other).endswith("\nOther fields\n  layout: post\n")


def test_show_as_json_has_the_body(reader: Run, library: FakeLibrary) -> None:
    """One id is one object with its body, several are an array; the token only with --include-secured."""
    first, second = (row.id for row in library.select_all()[:2])
    one = json.loads(reader("show", first, "--format", "json").out)
    assert (one["id"], one["body"], "secured" in one) == (first, "Text of the article.", False)
    both = json.loads(reader("show", first, second, "--format", "json", "--include-secured").out)
    assert [(record["id"], "secured" in record) for record in both] == [(first, True), (second, True)]


def test_show_reads_ids_from_stdin(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`show -` prints those articles; as JSON always an array."""
    first, second = (row.id for row in library.select_all()[:2])
    for ids in ([first, second], [first], []):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(ids).encode())))
        shown = json.loads(reader("show", "-", ".", "--format", "json").out)
        assert [record["id"] for record in shown] == ids


def test_show_as_markdown_is_markdown(reader: Run, library: FakeLibrary) -> None:
    """`--format markdown` begins with a heading."""
    out = reader("show", id_of(library, "Ferries"), ".", "--format", "markdown").out
    assert out.startswith(
        "# Ferries stay\n\nIsle Courier · 2026-11-03T09:30:00Z\n\n<https://paper.example/2>"
    )


def test_an_unknown_id_exits_with_1(reader: Run) -> None:
    """So does a prefix of several ids."""
    outcome = reader("show", "ffffffffffff")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("reader: 0 articles")
    assert reader("open", "ffffffffffff", "--print").code == 1


def test_open_print_writes_the_address(reader: Run, library: FakeLibrary) -> None:
    """`--print` writes the URL of the article, or of a related link by its number."""
    assert reader("open", id_of(library, "Ferries"), "--print").out == "https://paper.example/2\n"
    assert (
        reader("open", id_of(library, "=Sum"), "--related", "1", "--print").out == "https://paper.example/1\n"
    )


@pytest.mark.parametrize("more", [[], ["--related", "2"], ["--related", "3"]])
def test_opening_without_an_address_exits_with_1(reader: Run, library: FakeLibrary, more: list[str]) -> None:
    """An article or related link without one, or a number too high."""
    outcome = reader("open", id_of(library, "=Sum"), "--print", *more)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("reader: ")


def test_very_long_bodies_are_printed_as_written() -> None:
    """Beyond a number of lines nothing is laid out, and nothing is lost."""
    body = "".join(f"{number}\n\n" for number in range(page.MAX_LINES))
    lines = list(page.body_lines(body, 80, LinkNumbers()))
    assert [word for line in lines for word in line.split()] == body.split()
    assert len(lines) <= page.MAX_LINES


def test_words_after_the_id_are_ids_or_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hex digits are an id unless there is such a file; everything else is a SOURCE."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cafe").mkdir()
    assert split_ids(["beef"]) == (["beef"], [])
    assert split_ids(["cafe", "BEEF", "cafe", "~/news", "face"]) == (
        ["cafe", "beef"],
        ["cafe", "~/news", "face"],
    )
    with pytest.raises(UsageError, match="no article given"):
        split_ids([])


@pytest.mark.parametrize(
    ("is_remote", "is_started", "code"), [(False, True, 0), (True, False, 0), (False, False, 3)]
)
def test_open_starts_a_browser_or_prints_the_address(
    reader: Run,
    library: FakeLibrary,
    monkeypatch: pytest.MonkeyPatch,
    is_remote: bool,
    is_started: bool,
    code: int,
) -> None:
    """The address over SSH; without a browser elsewhere it exits with 3."""
    here = terminal.decide(terminal.Facts({"SSH_TTY": "/dev/pts/0"} if is_remote else {}, True))
    monkeypatch.setattr("reader.terminal.here", lambda configured, remote: here)
    monkeypatch.setenv("BROWSER", "true" if is_started else "")
    outcome = reader("open", id_of(library, "Ferries"), ".")
    assert outcome.code == code
    assert ("https://paper.example/2" in outcome.out + outcome.err) != is_started
    assert bool(outcome.out) == (code == 0)


def test_an_internal_error_names_the_article_s_file(
    reader: Run, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever an article causes."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError("odd")

    first = library.select_all()[0]
    path = library.article(first).path
    for words in (["show", first.id], ["show", first.id, "--format", "json"], ["list", "--format", "json"]):
        monkeypatch.setattr("reader.cli.page.page", fail)
        monkeypatch.setattr("reader.cli.show.record", fail)
        monkeypatch.setattr("reader.library.export.record", fail)
        outcome = reader(*words)
        assert outcome.code == 3 and f"(ValueError, with the file {path}) stopped this command" in outcome.err
