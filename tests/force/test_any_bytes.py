"""Any bytes are a file: indexed or reported, never lost in silence, quickly, in little memory, no crash."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reader import cli
from tests.force import hostile
from tests.force.child_processes import ChildProcesses
from tests.force.conftest import Figure

MOST_SECONDS = 20.0
"""Of one processor for one file, read and shown, on a machine ten times as slow as others."""
MEMORY = 64 << 20
"""Bytes that reading and showing one file may add (the promise)."""
WITHOUT = frozenset(("a folder", "links in a circle", "a pipe", "a socket", "an endless device"))
"""Kinds that are no article's file, and are passed over without a word."""
LARGE = 150_000
"""Bytes of a kind that is for the long form, but for a few."""
FEW = frozenset(("a line of 3 MB", "300,000 lines of header", "4 GB with a hole"))

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measures memory in /proc")


@pytest.fixture(scope="module")
def victims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildProcesses]:
    """A process that forks those which read."""
    base = tmp_path_factory.mktemp("places")
    places = {f"READER_{kind}_DIR": str(base / kind.lower()) for kind in ("CACHE", "DATA", "STATE", "CONFIG")}
    with ChildProcesses(places) as found:
        yield found


def is_small(kind: str) -> bool:
    """Whether a kind is soon made and soon read."""
    return len(hostile.TEXTS.get(kind, "")) < LARGE and kind not in ("200 MB", "4 GB with a hole")


def test_any_bytes_are_a_file(victims: ChildProcesses, tmp_path: Path, is_long: bool, figure: Figure) -> None:
    """Every file is an article or a problem; the slowest and the largest keep the promise."""
    slowest, largest, found = (0.0, ""), (0, ""), 0
    kinds = [kind for kind in hostile.KINDS if is_long or kind in FEW or is_small(kind)]
    for number, kind in enumerate(kinds):
        folder = tmp_path / str(number)
        folder.mkdir()
        hostile.make(kind, folder)
        victims.order("read", news=str(folder))
        (output,) = victims.rest()
        assert not output.startswith("failed"), f"{kind}: {output}"
        took, grew, files, shown, problems = map(float, output.split())
        assert shown + problems >= (kind not in WITHOUT), kind
        assert files == 0 or shown + problems >= min(files, 1), kind
        slowest, largest = max(slowest, (took, kind)), max(largest, (int(grew), kind))
        found += 1
    figure(
        3,
        f"{found} kinds of file; slowest {slowest[0]:.2f} s ({slowest[1]}),"
        f" most memory {largest[0] / 2**20:.0f} MB ({largest[1]}), 0 crashes",
    )
    assert slowest[0] < MOST_SECONDS, slowest
    assert largest[0] < MEMORY, largest
    assert not list(tmp_path.rglob("PWNED")) and not Path("PWNED").exists()


def test_all_of_them_together_through_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], figure: Figure
) -> None:
    """One folder that holds all kinds is listed, counted, checked and shown without a traceback."""
    for number, kind in enumerate(filter(is_small, hostile.KINDS)):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        hostile.make(kind, folder)
    ids: list[str] = []
    commands = (
        "list",
        "list --format json",
        "list --format csv",
        "facets topic",
        "check",
        "check --format json",
    )
    for words in commands:
        assert cli.main([*words.split(), str(tmp_path)]) in (0, 1), words
        output = capsys.readouterr()
        assert "Traceback" not in output.out + output.err and "fault of the reader" not in output.err, (
            output.err
        )
        if words == "list --format json":
            ids = [one["id"] for one in json.loads(output.out)][:80]
    for form in ("text", "markdown", "json"):
        assert cli.main(["show", *ids, str(tmp_path), "--format", form]) == 0
    capsys.readouterr()
    figure(3, f"{len(ids)} articles of all kinds in one folder, through {len(commands) + 3} commands")
    assert len(ids) > 30


def test_files_that_vanish_while_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: Callable[[int, int], int], figure: Figure
) -> None:
    """Whatever goes between listing and reading is gone, and nothing else is reported of it."""
    real, gone = os.open, 0

    def vanish(path: object, *rest: object, **named: object) -> int:
        nonlocal gone
        if str(path).endswith("7.md"):
            Path(str(path)).unlink(missing_ok=True)
            gone += 1
        return real(path, *rest, **named)  # type: ignore[arg-type]

    for number in range(times(60, 1000)):
        (tmp_path / f"{number}.md").write_text(hostile.HEAD.replace("Harbour", f"Harbour {number}"))
    monkeypatch.setattr(os, "open", vanish)
    assert cli.main(["count", str(tmp_path)]) == 0
    monkeypatch.undo()
    assert cli.main(["check", str(tmp_path)]) == 0
    figure(3, f"{gone} files vanished between listing and reading, 0 problems left")
    assert gone
