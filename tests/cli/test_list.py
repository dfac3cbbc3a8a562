"""Tests of `reader list`, `count` and `facets`, on an in-memory library."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import pytest

from reader.article.record import Related
from reader.cli.formats import WRITERS, headlines, lines
from reader.cli.options import FORMATS, Output
from reader.library.export import COLUMNS, template_of
from reader.query import Query
from reader.query.results import Headline
from tests.cli.conftest import Run, an_article
from tests.fake_library import FakeLibrary, ListResults


def test_the_table_has_a_line_for_each_article_newest_first(reader: Run, library: FakeLibrary) -> None:
    """Away from a terminal each line is an article with its whole id and title, newest first."""
    lines = reader("list", ".").out.splitlines()
    assert [line[:12] for line in lines] == [row.id for row in library.select_all()]
    assert lines[0].endswith("Ferries stay")
    assert "2026-11-03" in lines[0]
    assert "✎" in lines[0] and "✎" not in lines[1]


def test_json_is_one_array_of_whole_records_without_bodies(reader: Run, library: FakeLibrary) -> None:
    """`--format json` gives every key but the body and the secured token."""
    records = json.loads(reader("list", ".", "--format", "json").out)
    assert [record["title"] for record in records] == [row.title for row in library.select_all()]
    assert not any("body" in record or "secured" in record for record in records)
    assert {frozenset(record) for record in records} == {frozenset(records[0])}


def test_jsonl_is_one_object_a_line(reader: Run) -> None:
    """`--format jsonl` gives the objects of the array, each on its own line."""
    one_a_line = [json.loads(line) for line in reader("list", ".", "--format", "jsonl").out.splitlines()]
    assert one_a_line == json.loads(reader("list", ".", "--format", "json").out)


def test_no_results_are_an_empty_array(reader: Run) -> None:
    """The output is `[]` and the exit code 0."""
    assert reader("list", ".", "-q", "zebra", "--format", "json")[:2] == (0, "[]\n")


def test_secured_tokens_are_only_printed_on_request(reader: Run) -> None:
    """`--include-secured` adds the key to every record, unchanged, null if a file has none."""
    outcome = reader("list", ".", "--format", "json", "--include-secured")
    assert [record["secured"] for record in json.loads(outcome.out)] == [None, None, "tok\x85en"]
    assert "\x85" not in outcome.out
    for form in ("table", "json", "jsonl", "csv", "tsv", "urls", "ids", "markdown"):
        assert "tok" not in reader("list", ".", "--format", form).out


def test_csv_reads_back_and_no_cell_is_a_formula(reader: Run) -> None:
    """CSV has a header row and CRLF; a cell that a spreadsheet would run begins with an apostrophe."""
    out = reader("list", ".", "--format", "csv").out
    rows = list(csv.reader(io.StringIO(out, newline="")))
    assert tuple(rows[0]) == COLUMNS
    titles = [row[COLUMNS.index("title")] for row in rows[1:]]
    assert titles == ["Ferries stay", "Chips, and the sea", "'=Sum [of] it"]
    assert rows[1][COLUMNS.index("heat")] == "-1"
    assert out.count("\r\n") == 4


def test_tsv_has_as_many_cells_in_each_line(reader: Run) -> None:
    """TSV is split by tabs alone, and no cell is a formula."""
    lines = reader("list", ".", "--format", "tsv").out.splitlines()
    assert {len(line.split("\t")) for line in lines} == {len(COLUMNS)}
    assert "\t'=Sum [of] it\t" in lines[3]


def test_only_checked_addresses_are_printed(reader: Run, library: FakeLibrary) -> None:
    """No format prints an option of another program or a password as an address."""
    related = (Related("Bad", web_url="-Kpwn.txt"), Related("", web_url="ftp://ana:secret@x.example/"))
    for article in (
        an_article(4, original_url="-Kpwn.txt", web_url="javascript:alert(1)", related=related),
        an_article(5, original_url="https://ana:secret@x.example/a b"),
    ):
        library.add(article)
    which = ("list", ".", "--min-quality", "4", "--sort", "title", "--format")
    assert reader(*which, "urls").out == "https://x.example/a%20b\n"
    for words in (
        ["markdown"],
        ["csv"],
        ["tsv"],
        ["csv", "--fields", "url"],
        ["jsonl", "--fields", "url,body"],
    ):
        out = reader(*which, *words).out
        assert "https://x.example/a%20b" in out
        assert "-K" not in out and "javascript" not in out and "secret" not in out
    first, second = map(json.loads, reader(*which, "jsonl").out.splitlines())
    assert (first["originalUrl"], first["webUrl"]) == ("-Kpwn.txt", "javascript:alert(1)")
    assert second["originalUrl"] == "https://x.example/a b"
    assert first["related"][1]["webUrl"] == "ftp://x.example/"
    shown = library.articles[4].id
    for number in ("1", "2"):
        assert reader("open", shown, "--related", number, "--print")[:2] == (1, "")
    markdown = reader("show", shown, "--format", "markdown").out
    assert "\n1. Bad\n2. ftp://x.example/" in markdown and "](" not in markdown


def test_articles_without_an_address_are_omitted_from_urls(reader: Run) -> None:
    """`--format urls` is one URL a line; `-0` ends each with a NUL instead."""
    assert reader("list", ".", "--format", "urls").out.splitlines() == [
        "https://paper.example/2",
        "https://paper.example/1",
    ]
    assert reader("list", ".", "--format", "urls", "-0").out.split("\0")[1] == "https://paper.example/1"


def test_ids_are_whole(reader: Run, library: FakeLibrary) -> None:
    """`--format ids` prints what `--ids -` reads: one id a line, or with a NUL after each."""
    ids = [row.id for row in library.select_all()]
    assert reader("list", ".", "--format", "ids").out.splitlines() == ids
    assert reader("list", ".", "--format", "ids", "-0").out == "".join(f"{one}\0" for one in ids)


@pytest.mark.parametrize("fields", ["title,provider.name,topics", "title provider.name,topics,title"])
def test_fields_select_columns_of_a_sheet(reader: Run, fields: str) -> None:
    """`--fields` gives the columns and their order; lists have commas, formulas an apostrophe."""
    rows = list(csv.reader(reader("list", ".", "--format", "csv", "--fields", fields).out.splitlines()))
    assert rows == [
        ["title", "provider.name", "topics"],
        ["Ferries stay", "Isle Courier", "AI"],
        ["Chips, and the sea", "Harbour Post", "AI, Chips"],
        ["'=Sum [of] it", "Harbour Post", "AI"],
    ]


def test_fields_keep_the_record_s_shape_in_json(reader: Run) -> None:
    """Of the whole record only these keys are left, where they were; related links too."""
    fields = "related.title,provider.name,url,other.slug,body"
    out = reader("list", ".", "--format", "jsonl", "--fields", fields).out
    assert json.loads(out.splitlines()[2]) == {
        "related": [{"title": "Chips again"}, {"title": "No address"}],
        "provider": {"name": "Harbour Post"},
        "url": None,
        "other": {"slug": "sum"},
        "body": "Text of the article.",
    }


def test_fields_in_a_table_are_columns(reader: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns are aligned; on a terminal they have a header and are no wider than it."""
    assert reader("list", ".", "--fields", "quality,title").out.splitlines() == [
        "2  Ferries stay",
        "1  Chips, and the sea",
        "3  =Sum [of] it",
    ]
    monkeypatch.setenv("COLUMNS", "36")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    lines = reader("list", ".", "--fields", "title,body").out.splitlines()
    assert lines[0].split() == ["TITLE", "BODY"]
    assert lines[1:3] == ["Ferries stay       Text of the arti…", "Chips, and the s…  Text of the arti…"]
    fields = ("--fields", "title,provider.name,url,quality,body")
    for columns in (60, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = reader("list", ".", *fields).out.splitlines()
        assert max(map(len, lines)) <= columns and len(lines[0].split()) == 5


def test_a_template_writes_a_line_for_each_article(reader: Run) -> None:
    """Names in braces are filled in, unknown is empty; `--template` alone is enough."""
    out = reader("list", ".", "--template", r"{id}\t{title} <{originalUrl}> {{{quality}}}").out
    assert [line.partition("\t")[2] for line in out.splitlines()] == [
        "Ferries stay <https://paper.example/2> {2}",
        "Chips, and the sea <https://paper.example/1> {1}",
        "=Sum [of] it <> {3}",
    ]
    words = ("list", ".", "--format", "template", "--template", "{provider.name}", "-0", "--limit", "2")
    assert reader(*words).out == "Isle Courier\0Harbour Post\0"


def test_no_file_is_read_for_what_the_index_knows(reader: Run, library: FakeLibrary) -> None:
    """A template of title, date and marks lists an article whose file has gone; one with the body can't."""
    library.missing.add(1)
    known = "{id}{title}{publishedDateTime}{provider.name}{topics}{read}{starred}{tags}{url}"
    assert len(reader("list", ".", "--template", known).out.splitlines()) == 3
    assert len(reader("list", ".", "--template", "{title}{excerpt}").out.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--format", "csv", "--fields", "titel"], 'unknown field "titel"; did you mean "title"?'),
        (["--fields", "provider.nmae"], 'did you mean "provider.name"?'),
        (["--fields", " , "], "--fields needs names"),
        (["--format", "urls", "--fields", "title"], "--fields needs --format table, json"),
        (["--template", "{title"], "at character 1: unmatched brace"),
        (["--template", "a {titel}"], 'at character 4: unknown field "titel"'),
        (["--format", "template"], "--format template needs --template"),
        (["--format", "csv", "--template", "{id}"], "--template needs --format template"),
        (["--template", "{secured}"], "needs --format json or jsonl and --include-secured"),
    ],
)
def test_an_unknown_field_is_a_usage_error(reader: Run, words: list[str], message: str) -> None:
    """Exit 2, before anything is read, with the position and the nearest name."""
    outcome = reader("list", ".", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


def test_markdown_is_a_list_with_escaped_titles(reader: Run) -> None:
    """Each article is an item; brackets in a title stay text."""
    lines = reader("list", ".", "--format", "markdown").out.splitlines()
    assert lines[0] == "- [Ferries stay](https://paper.example/2) — Isle Courier, 2026-11-03"
    assert lines[2] == r"- =Sum \[of\] it — Harbour Post"


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (["-t", "Chips"], ["Chips, and the sea"]),
        (["-t", "chips", "--topic", "AI", "-p", "isle courier"], ["Ferries stay"]),
        (["--drafts"], ["Ferries stay"]),
        (["--no-drafts", "--limit", "1"], ["Chips, and the sea"]),
        (["--since", "2026-11-03"], ["Ferries stay"]),
        (["--until", "2026-11-02"], ["Chips, and the sea"]),
        (["--min-quality", "2", "--sort", "quality"], ["=Sum [of] it", "Ferries stay"]),
        (["--sort", "-title", "--limit", "2"], ["=Sum [of] it", "Ferries stay"]),
        (["-q", "-sea", "-q", "ferries OR sum"], ["Ferries stay", "=Sum [of] it"]),
        (["--category", "news", "--unread"], ["Chips, and the sea"]),
        (["--starred"], []),
        (["--limit", "0"], []),
    ],
)
def test_filters_are_combined(reader: Run, words: list[str], titles: list[str]) -> None:
    """Repeated values with OR, filters with AND; options may be anywhere."""
    for argv in (["list", *words, "."], ["list", ".", *words], [*words, "list", "."]):
        out = reader(*argv, "--format", "jsonl").out
        assert [json.loads(line)["title"] for line in out.splitlines()] == titles


def test_results_are_read_in_windows(reader: Run, library: FakeLibrary) -> None:
    """More articles than one window has are all listed, each once."""
    library.__init__([an_article(number) for number in range(1203)])  # type: ignore[misc]
    ids = [line[:12] for line in reader("list", ".").out.splitlines()]
    assert len(set(ids)) == len(ids) == 1203
    assert len(reader("list", ".", "--limit", "777").out.splitlines()) == 777


def test_every_format_is_a_value_of_the_option() -> None:
    """The names of the option are those of the formats."""
    assert tuple(WRITERS) == FORMATS


@pytest.mark.parametrize("form", WRITERS)
def test_rows_are_streamed(library: FakeLibrary, form: str) -> None:
    """The first line needs one window of the results, in every format."""
    library.__init__([an_article(number) for number in range(1203)])  # type: ignore[misc]
    starts: list[int] = []

    class Watched(ListResults):
        def window(self, start: int, stop: int) -> Sequence[Headline]:
            starts.append(start)
            return super().window(start, stop)

    results = Watched(library, Query(), sorted(library.articles, reverse=True))
    template = template_of("{title} {excerpt}") if form == "template" else None
    written = lines(library, headlines(results, None), Output(form, template=template))
    assert next(written) and next(written)
    assert starts == [0]
    assert sum(1 for _ in written) > 1000 and starts == [0, 500, 1000]


def test_a_missing_file_is_omitted_and_reported(reader: Run, library: FakeLibrary) -> None:
    """The other records are written."""
    library.missing.add(2)
    outcome = reader("list", ".", "--format", "json")
    assert len(json.loads(outcome.out)) == 2
    assert "1 of the files disappeared" in outcome.err


def test_count_prints_a_number(reader: Run, library: FakeLibrary) -> None:
    """`count` is a bare number, at most `--limit`; as JSON it says whether it is exact."""
    assert reader("count", ".").out == "3\n"
    assert reader("count", ".", "--limit", "2").out == "2\n"
    assert json.loads(reader("count", ".", "--drafts", "--format", "json").out) == {"count": 1, "exact": True}
    library.is_exact = False
    assert json.loads(reader("count", ".", "--format", "json").out) == {"count": 3, "exact": False}
    assert "minimum" in reader("count", ".").err


def test_facets_are_sorted_by_count(reader: Run) -> None:
    """A facet's own filter does not narrow its counts, others do; values without articles are omitted."""
    assert reader("facets", "topic", ".", "-t", "Chips").out == "3  AI\n1  Chips\n"
    assert reader("facets", "topic", ".", "--drafts").out == "1  AI\n"
    found = json.loads(reader("facets", "provider", ".", "--format", "json", "--limit", "1").out)
    assert found == [{"value": "Harbour Post", "count": 2}]


def test_facets_of_an_unknown_field_are_a_usage_error(reader: Run) -> None:
    """The error names the fields that have facets."""
    outcome = reader("facets", "colour", ".")
    assert outcome.code == 2
    assert "topic, provider, folder, category, type or tag" in outcome.err


def test_options_that_do_not_fit_the_format_are_usage_errors(reader: Run) -> None:
    """A token in a table, or a NUL in CSV."""
    assert reader("list", ".", "--include-secured").code == 2
    assert reader("list", ".", "--null", "--format", "csv").code == 2


@pytest.mark.parametrize("command", ["list", "count"])
def test_unknown_values_are_named_on_stderr(reader: Run, command: str) -> None:
    """The output stays unchanged; if something matches, nothing is reported."""
    assert "no article has the topic" in reader(command, ".", "-t", "Nosuch").err
    assert reader(command, ".").err == ""
