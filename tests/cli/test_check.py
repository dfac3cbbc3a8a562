"""Tests of `reader index` and `reader check`, on an in-memory library."""

from __future__ import annotations

import json

from reader.article.record import Problem
from reader.query.results import Report
from tests.cli.conftest import Run
from tests.fake_library import FakeLibrary

PROBLEM = Problem("/news/a.md", 4, "quality", "`high` is not a number from 0 to 100")


def test_index_prints_its_report(reader: Run, library: FakeLibrary) -> None:
    """As text one sentence, as JSON the fields of the Report; the refresh runs once."""
    assert reader("index", ".").out == "3 files: 3 unchanged, in 0.2 s\n"
    assert library.refreshed == 1
    report = json.loads(reader("index", ".", "--rebuild", "--format", "json").out)
    assert list(report) == list(Report._fields)
    assert (report["files"], report["seconds"]) == (3, 0.25)


def test_index_prints_each_notice_once(reader: Run, library: FakeLibrary) -> None:
    """Notices of opening the index come before the refresh and are not repeated after it."""
    library.notices = ["The index was damaged: rebuilding it."]
    assert reader("index", ".").err == "reader: The index was damaged: rebuilding it.\n"


def test_check_lists_problems_then_duplicates(reader: Run, library: FakeLibrary) -> None:
    """A problem is `path:line: field: reason` and exit 1; a duplicate is a note after it."""
    library.found_problems = [PROBLEM]
    library.found_duplicates = [("/news/old\n.md", "/news/new.md")]
    outcome = reader("check", ".")
    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        "/news/a.md:4: quality: `high` is not a number from 0 to 100",
        "/news/old␊.md: note: duplicate of /news/new.md, which is shown",
    ]


def test_duplicates_alone_exit_with_0(reader: Run, library: FakeLibrary) -> None:
    """They are printed as notes; without any, nothing is printed."""
    assert reader("check", ".") == (0, "", "")
    library.found_duplicates = [("/news/old.md", "/news/new.md")]
    outcome = reader("check", ".", "--format", "json")
    assert outcome.code == 0
    assert json.loads(outcome.out) == {
        "problems": [],
        "duplicates": [{"path": "/news/old.md", "shown": "/news/new.md"}],
    }


def test_check_as_json_has_the_same_exit_code(reader: Run, library: FakeLibrary) -> None:
    """`--format json` prints the parts of a problem and exits with 1 as well."""
    library.found_problems = [PROBLEM]
    outcome = reader("check", ".", "--format", "json")
    assert outcome.code == 1
    assert json.loads(outcome.out)["problems"] == [PROBLEM._asdict()]
