"""What the tests under force share: how long they go on, and the figures that they end with.

`READER_FORCE=long` is the long form, run by hand before a release; it writes docs/reliability.md. The short
form is part of every run of the tests and holds that page to the tests that there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from tests.force import reliability

IS_LONG = os.environ.get("READER_FORCE") == "long"

Figure: TypeAlias = Callable[[int, str], None]
"""Takes the number of a promise and what a test has counted."""


@pytest.fixture
def times() -> Callable[[int, int], int]:
    """How often something is done: in the short form, in the long one."""
    return lambda short, long: long if IS_LONG else short


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Iterator[Figure]:
    """Tells what was counted, for the summary and for docs/reliability.md."""

    def tell(promise: int, counted: str) -> None:
        name = request.node.nodeid.partition("[")[0]
        request.node.user_properties.append(("figure", [promise, name, counted]))

    yield tell


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long form takes its time."""
    if IS_LONG:
        for item in items:
            item.add_marker(pytest.mark.timeout(1800))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print every figure; in the long form write the page as well, if all tests held."""
    reports = terminalreporter.stats.get("passed", [])
    found = [value for report in reports for name, value in report.user_properties if name == "figure"]
    if not found:
        return
    terminalreporter.section(f"force, {'long' if IS_LONG else 'short'} form")
    for promise, test, counted in sorted(found):
        terminalreporter.write_line(f"{promise}  {test.rpartition('::')[2]}: {counted}")
    if IS_LONG and not terminalreporter.stats.get("failed") and not terminalreporter.stats.get("error"):
        reliability.write(found)
