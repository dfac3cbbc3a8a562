"""Programs to be killed: a process that has imported the reader forks one for each order, in milliseconds.

Run as `python -m tests.force.child_processes`; it reads orders from its input, one JSON object a line, and
writes what the children say. `ChildProcesses` is the side of the tests.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from reader import cli
from reader.library.sources import open_library
from reader.marks.mark import Change
from reader.query import parse

ROOT = Path(__file__).resolve().parents[2]


def say(word: str) -> None:
    """One line, at once and whole."""
    os.write(1, f"{word}\n".encode())


def mark(order: Mapping[str, Any]) -> None:
    """Mark one article after the other, and say which as soon as the library has returned."""
    library = open_library([order["news"]])
    shown = library.select(parse("sort:title")).window(0, 100_000)
    say("ready")
    first = order.get("first", 0)
    for number in count(first) if order.get("for ever", True) else (first,):
        for one in shown[order.get("from", 0) : order.get("to", len(shown))]:
            library.mark([one], Change(starred=True, note=str(number)))
            say(f"{number} {one.id}")
    library.close()


def index(order: Mapping[str, Any]) -> None:
    """Bring the index up to date, again and again."""
    from reader.index import update

    update.LATE_LEAST = order.get("late", update.LATE_LEAST)
    library = open_library([order["news"]])
    say("ready")
    for number in count():
        for _ in library.refresh(rebuild=bool(order.get("rebuild"))):
            pass
        if order.get("once"):
            break
        for path in sorted(Path(order["news"]).glob("*.md"))[: 5 if number else 0]:
            os.utime(path)
    library.close()


def export(order: Mapping[str, Any]) -> None:
    """Write the marks to a file, again and again."""
    say("ready")
    while True:
        cli.main(["export-marks", order["file"]])


def copy(order: Mapping[str, Any]) -> None:
    """Copy the marks as the rota does, again and again."""
    from reader.config import paths
    from reader.marks import backups

    say("ready")
    for number in count():
        backups.back_up(os.path.join(paths.folder_of("data"), "marks.db"), 1.7e9 + 86400 * number)


def fetch(order: Mapping[str, Any]) -> None:
    """Fetch all feeds, then wait to be killed."""
    os.environ.update(order["places"])
    say("ready")
    cli.main(["fetch"])
    signal.pause()


def read(order: Mapping[str, Any]) -> None:
    """Index a folder and show all of it; tell the seconds and bytes of memory, and what was found."""
    say("ready")
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    before, began = _memory("VmRSS"), time.process_time()
    files, shown, problems = show_all(order["news"])
    took, grew = time.process_time() - began, _memory("VmHWM") - before
    say(f"{took:.3f} {grew} {files} {shown} {problems}")


def show_all(news: str) -> tuple[int, int, int]:
    """Index a folder and lay out what is in it; how many files, articles and problems there are."""
    from reader.app.reading.document import Document
    from reader.app.reading.header import Subject

    library = open_library([news])
    *_, last = library.refresh()
    assert last.report is not None
    shown = library.select(parse("")).window(0, 1000)
    for one in shown[:20]:
        document = Document(Subject(library.article(one), one, "", datetime.now(UTC)), 80)
        for y in range(60):
            document.line(y)
        document.settle_end(60)
    problems = len(list(library.problems()))
    library.close()
    return last.report.files, len(shown), problems


def _memory(name: str) -> int:
    """Bytes of this process's memory, by the kernel's name for them."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


DEEDS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "mark": mark, "index": index, "export": export, "copy": copy, "fetch": fetch, "read": read
}  # fmt: skip


class ChildProcesses:
    """The process that forks victims; ends with the `with` block."""

    def __init__(self, places: Mapping[str, str]) -> None:
        """`places` are variables of the environment, for the reader's folders."""
        environment = {**os.environ, **places, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.force.child_processes"], env=environment, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1,
        )  # fmt: skip
        self.victim = 0
        """The process that carries out the order."""

    def __enter__(self) -> ChildProcesses:
        return self

    def __exit__(self, *error: object) -> None:
        if self.victim:
            self.kill()
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def order(self, deed: str, **how: object) -> None:
        """Start a victim and wait until it is ready."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"deed": deed, **how}) + "\n")
        self.victim = int(self._line())
        while (output := self._line()) != "ready":
            assert output, "the victim died before it was ready"

    def kill(self) -> list[str]:
        """Kill it; its output until then."""
        os.kill(self.victim, signal.SIGKILL)
        return self.rest()

    def rest(self) -> list[str]:
        """Wait for its end; its output until then."""
        self.victim = 0
        output = []
        while not (line := self._line()).startswith("over "):
            output.append(line)
        return output

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().rstrip("\n")


def main() -> None:
    """Fork a victim for each order, and say how it ended."""
    is_warm = False
    for line in sys.stdin:
        order = json.loads(line)
        if order["deed"] == "read" and not is_warm:
            # What is imported and compiled once is not what is measured.
            show_all(str(ROOT / "sample_feed"))
            is_warm = True
        victim = os.fork()
        if not victim:
            try:
                say(str(os.getpid()))
                DEEDS[order["deed"]](order)
            except BaseException as error:
                say(f"failed: {type(error).__name__}: {error}")
            finally:
                os._exit(0)
        os.waitpid(victim, 0)
        say(f"over {victim}")


if __name__ == "__main__":
    main()
