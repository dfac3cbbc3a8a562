"""docs/reliability.md tells of the tests that there are, and of every promise."""

from __future__ import annotations

import re
from pathlib import Path

from tests.force import reliability

HERE = Path(__file__).parent


def reported() -> set[str]:
    """Every test here that tells a figure."""
    found = set()
    for path in sorted(HERE.glob("test_*.py")):
        for test in re.split(r"\n(?=def |@|class )", path.read_text("utf-8")):
            name = re.match(r"def (test_\w+)", test)
            if name and re.search(r"^    figure\(", test, re.MULTILINE):
                found.add(f"{path.name}::{name[1]}")
    return found


def test_the_page_has_every_test_and_no_other() -> None:
    """A new test gets its row when the page is written; a row without a test is a promise without proof."""
    assert set(reliability.rows()) == reported()


def test_every_promise_is_tried() -> None:
    """Each of the nine has at least one test with a figure."""
    assert {promise for promise, _ in reliability.rows().values()} == set(reliability.PROMISES)
    assert all(counted for _, counted in reliability.rows().values())
