"""What the tests under force share: how long they go on, and the figures that they end with.

A test that takes `is_long` or `times` has a short form and a long one, which has the marker `long`.
`pytest tests/force -m "" --write-figures` runs everything and writes the table of docs/reliability.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from tests.conftest import LONG
from tests.force import reliability

Figure: TypeAlias = Callable[[int, str], None]
"""Takes the number of a promise and what a test has counted."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that writes the page."""
    parser.addoption("--write-figures", action="store_true", help="write docs/reliability.md")


@pytest.fixture(params=[False, pytest.param(True, marks=LONG)], ids=["short", "long"])
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether this is a test's long form."""
    return bool(request.param)


@pytest.fixture
def times(is_long: bool) -> Callable[[int, int], int]:
    """How often something is done: in the short form, in the long one."""
    return lambda short, long: long if is_long else short


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Record what was counted, for the summary and for docs/reliability.md."""

    def tell(promise: int, counted: str) -> None:
        request.node.user_properties.append(("figure", [promise, request.node.nodeid, counted]))

    return tell


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print every figure; write the page with --write-figures if all tests passed."""
    reports = terminalreporter.stats.get("passed", [])
    found = [value for report in reports for name, value in report.user_properties if name == "figure"]
    if not found:
        return
    terminalreporter.section("force")
    for promise, test, counted in sorted(found):
        terminalreporter.write_line(f"{promise}  {test.rpartition('::')[2]}: {counted}")
    has_failed = terminalreporter.stats.get("failed") or terminalreporter.stats.get("error")
    if terminalreporter.config.getoption("--write-figures", False) and not has_failed:
        reliability.write([row for row in found if "[short" not in row[1]])
