"""docs/reliability.md: its table is made from what the tests under force have counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
PROMISES = {
    1: "The terminal is safe",
    2: "Data is never markup or a command",
    3: "Any bytes are a file",
    4: "Marks are never lost",
    5: "Errors are one clear sentence",
    6: "Several readers at once",
    7: "Signals",
    8: "Fuzz",
    9: "Supply chain and secrets",
    10: "Feeds arrive whole",
}
_ROW = re.compile(r"\| (\d+)\. [^|]+ \| `([^`]+)` \| ([^|]*) \|")
_HEAD = "| Promise | Test | Last long run |\n| --- | --- | --- |\n"


def rows() -> dict[str, tuple[int, str]]:
    """Test -> (promise, figure), as the page has them."""
    found = _ROW.findall(PAGE.read_text("utf-8"))
    return {test: (int(promise), counted) for promise, test, counted in found}


def write(found: Sequence[tuple[int, str, str]]) -> None:
    """Put new figures into the page: of the tests that ran; of tests that were not run the old ones stay."""
    known = {test: row for test, row in rows().items() if _exists(test)}
    counts: dict[str, list[str]] = {}
    for promise, node, counted in found:
        test = short(node)
        counts.setdefault(test, []).append(counted)
        known[test] = (promise, "; ".join(sorted({*counts[test]})))
    table = "".join(
        f"| {promise}. {PROMISES[promise]} | `{test}` | {counted} |\n"
        for test, (promise, counted) in sorted(known.items(), key=lambda row: (row[1][0], row[0]))
    )
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(_HEAD)
    after = rest.lstrip("\n").splitlines(keepends=True)
    while after and after[0].startswith("|"):
        after.pop(0)
    PAGE.write_text(f"{before}{_HEAD}{table}\n{''.join(after).lstrip()}", "utf-8")


def short(node: str) -> str:
    """A test's name as the page has it: `test_kills.py::test_name`."""
    return node.removeprefix("tests/force/").partition("[")[0]


def _exists(test: str) -> bool:
    file, _, name = test.partition("::")
    path = Path(__file__).parent / file
    return path.exists() and f"def {name}(" in path.read_text("utf-8")
