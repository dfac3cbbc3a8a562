"""How things are timed: the clock, medians, programs as processes of their own, and the memory they hold.

Everything runs with caches, marks and configuration of its own, so that a user's are not touched.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
READER = (sys.executable, "-m", "reader")


def rounds_of(action: Callable[[], object], rounds: int) -> float:
    """The median of several timings of something, in seconds; one unrecorded run warms the caches."""
    action()
    return median(timed(action) for _ in range(rounds))


def alternating(actions: Sequence[Callable[[], float]], rounds: int) -> list[float]:
    """The medians of what several actions time of themselves, in seconds, in turn: what else the machine does
    then weighs on all alike. One unrecorded run of each warms the caches."""
    found = [[action() for action in actions] for _ in range(rounds + 1)][1:]
    return [median(times) for times in zip(*found, strict=True)]


def timed(action: Callable[[], object]) -> float:
    """How long something takes, in seconds."""
    began = perf_counter()
    action()
    return perf_counter() - began


def worked(action: Callable[[], object]) -> float:
    """The processors' time that something takes, that of programs which it starts and waits for as well.

    A machine that is busy with other things changes it less than the time on the clock.
    """
    before = os.times()
    action()
    return sum(os.times()[:4]) - sum(before[:4])


def percentile(values: Sequence[float], which: int) -> float:
    """The value that `which` of a hundred do not exceed."""
    return quantiles(values, n=100, method="inclusive")[which - 1]


def environment(home: Path) -> Mapping[str, str]:
    """The environment for a program whose every trace is to stay below `home`."""
    # Without bytecode every start would compile us again, but not the libraries: nobody runs a program so.
    left_out = ("READER_", "XDG_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    places = {f"READER_{kind}_DIR": str(home / kind.lower()) for kind in ("CACHE", "DATA", "CONFIG", "STATE")}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    return kept | places | terminal | {"HOME": str(home), "PYTHONPATH": path}


def run(command: Sequence[str], home: Path) -> None:
    """Run a program to its end without its output. Raises RuntimeError with what it said."""
    done = subprocess.run(
        command, env=environment(home), cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)} ended with {done.returncode}: {done.stderr}")


def peak_memory(command: Sequence[str], home: Path) -> int:
    """The most bytes that a program and its children held at once (shared pages counted once)."""
    process = subprocess.Popen(
        command, env=environment(home), cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    peak = 0
    ended = threading.Event()

    def wait() -> None:
        process.wait()
        ended.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not ended.wait(0.05):
        peak = max(peak, sum(_proportional(pid) for pid in family(process.pid)))
    waiting.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return peak


def resident(pid: int) -> int:
    """The bytes that a process has in memory, as every system monitor shows them."""
    return _field(f"/proc/{pid}/status", "VmRSS:")


def folder_bytes(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def command_line(pid: int) -> bytes:
    """The command line of a process; empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def family(pid: int) -> list[int]:
    """A process and all that come from it."""
    found = [pid]
    for member in found:
        try:
            for thread in os.listdir(f"/proc/{member}/task"):
                found.extend(map(int, Path(f"/proc/{member}/task/{thread}/children").read_text().split()))
        except OSError:
            continue  # it has just ended
    return found


def _proportional(pid: int) -> int:
    return _field(f"/proc/{pid}/smaps_rollup", "Pss:")


def _field(path: str, name: str) -> int:
    """A figure in kB of a file that the system keeps about a process, in bytes; 0 once it has ended."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Let this process keep its index and marks below `home`, as a program started there would."""
    before = dict(os.environ)
    os.environ.update(environment(home))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
