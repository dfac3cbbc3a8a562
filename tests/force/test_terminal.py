"""The terminal obeys the reader alone: hostile text in every field, name, mark, setting and argument."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from reader import cli, config
from reader.config.commands import COMMANDS
from tests.app.real_screen import RealScreen
from tests.app.test_hostile_screen import ATTACKS, article, assert_only_own
from tests.force.conftest import Figure

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")

RAW = tuple(attack.replace(r"\e", r"\x1b").encode().decode("unicode_escape") for attack in ATTACKS)
"""The attacks as characters."""

SOUND = (
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "\u0645\u0631\u062d\u0628\u0627",
    "\u0939\u093f\u0928\u094d\u0926\u0940", "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd",
    "\U0001f1f3\U0001f1f1", "e\u0301" + "\u0302" * 7, "\u6771\u4eac\u90fd", "\ud55c\uad6d\uc5b4",
    "\u0e44\u0e17\u0e22",
)  # fmt: skip
"""Scripts, emoji sequences and letters with up to eight marks that must come out as they went in."""


def toml(text: str) -> str:
    """A text as TOML has it in quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose configuration, views, marks and articles are all hostile."""
    home = tmp_path / "home"
    for kind in ("cache", "data", "config", "state"):
        (home / kind).mkdir(parents=True)
    news = tmp_path / "news"
    news.mkdir()
    for number, attack in enumerate(ATTACKS):
        name = f"{number}{RAW[number].replace('/', '_').replace(chr(0), '')}.md"
        (news / name).write_text(article(number, attack), "utf-8", "surrogatepass")
    for number, text in enumerate(SOUND):
        (news / f"s{number}.md").write_text(f"---\ntitle: Sound {text}\n---\n{text}\n", "utf-8")
    quoted = [toml(raw) for raw in RAW]
    (home / "config" / "config.toml").write_text(
        f"theme = {quoted[0]}\nquery = {toml('topic:' + RAW[1])}\nbrowser = [{quoted[2]}]\n"
        f"mute = [{quoted[3]}]\n{quoted[4]} = {quoted[5]}\n[keys]\n{quoted[6]} = {quoted[7]}\n"
        f"open_page = {quoted[0]}\n[tags]\n{quoted[8]} = {quoted[9]}\n[open]\n{quoted[10]} = [{quoted[11]}]\n"
        f"[views]\n" + "".join(f"{toml('V' + raw)} = {toml('Calm ' + raw)}\n" for raw in RAW),
        "utf-8",
    )  # fmt: skip
    return home


def ids(home: Path, news: Path) -> dict[str, str]:
    """Title -> id."""
    os.environ.update({f"READER_{kind.upper()}_DIR": str(home / kind) for kind in ("cache", "data")})
    from reader.library.sources import open_library
    from reader.query import parse

    library = open_library([news])
    for _ in library.refresh():
        pass
    found = {one.title: one.id for one in library.select(parse("")).window(0, 1000)}
    library.close()
    return found


PROGRAM = """
import json, sys
from reader.cli import main
for words in json.loads(sys.argv[1]):
    print("\\n== ", flush=True)
    main(words)
"""
"""Runs one command after the other in one process, on one terminal."""


QUESTIONS = (b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", b"\x1b]11;?\x07")
"""What `doctor` asks the terminal: whether it shows pictures, and its background."""


def commands(news: str, one: str, marks: str) -> list[list[str]]:
    """Every command, with good words and with hostile ones."""
    forms = ("table", "json", "jsonl", "csv", "tsv", "urls", "markdown", "ids")
    good = [["list", news, "--format", form] for form in forms]
    good += [["list", news, "--format", form, "--fields", "path,title"] for form in ("table", "csv", "tsv")]
    good += [["list", news, "--template", "{path} {title} {body} {other} {related} {images}"]]
    good += [["facets", field, news] for field in ("topic", "provider", "category", "type")]
    good += [["show", one, news, "--format", form] for form in ("text", "markdown", "json")]
    good += [["check", news], ["check", news, "--format", "json"], ["count", news], ["index", news]]
    good += [["config", "show"], ["config", "path"], ["config", "keys"], ["doctor", news], ["--help"]]
    good += [["open", one, news, "--print"], ["import-marks", marks], ["export-marks", "-"]]
    good += [[name, "--help"] for name in cli_names()]
    bad: list[list[str]] = []
    for raw in RAW:
        word = raw.replace("\0", "") or "x"
        bad += [["list", news, "-q", f"topc:{word}"], ["list", word], ["show", word, news], ["lst" + word]]
        bad += [["list", news, "--sort", word], ["list", news, "--since", word], ["mark", word, news]]
        bad += [
            ["list", news, "--view", word],
            ["list", news, "-t", word],
            ["mark", f"tag:{word}", news, "--yes"],
        ]
    bad += [["list", news, "--tag", "later"], ["list", news, "--format", "json"], ["doctor", "\x1b]0;x\x07"]]
    return good + bad


def cli_names() -> tuple[str, ...]:
    """The commands that there are."""
    from reader.cli.parser import MODULES

    return tuple(MODULES)


def test_every_command_on_a_terminal(home: Path, tmp_path: Path, figure: Figure) -> None:
    """Whatever is in files, marks, configuration or arguments: the bytes of the answer are harmless."""
    news, marks = tmp_path / "news", tmp_path / "marks.json"
    found = ids(home, news)
    records = [
        {"identity": f"https://calm.example/{raw}", "note": raw, "tags": [raw], "read": True} for raw in RAW
    ]
    marks.write_text(json.dumps(records), "utf-8")
    one = next(number for title, number in found.items() if title.startswith("Calm00"))
    words = commands(str(news), one, str(marks))
    program = [sys.executable, "-c", PROGRAM, json.dumps(words)]
    with RealScreen(news, home, columns=120, command=program) as terminal:
        terminal.wait_for_end()
        written = bytes(terminal.written)
    assert b"Traceback" not in written and b"fault of the reader" not in written
    for question in QUESTIONS:
        written = written.replace(question, b"")
    assert_only_own(written)
    seen = written.decode()
    assert seen.count("== ") >= len(words)
    for text in ("[/x]", "[@click=app.quit]PWNED[/]", "Calm00", *SOUND):
        assert text in seen, text
    figure(1, f"{len(words)} commands on a terminal, {len(written):,} bytes, 0 obeyed")


KEYS = (
    "j", "\r", "jjj", "l", "j", "y", "\x1b", "h", "ff", "jx", " ", "Fpost", "\x1b", "c", "/calmer [/x",
    "\r", "n", "#", "\x1b", "t", "\x1b", "a", "\x1b", "s", "r", "u", "L", "\x1b", "V", "j", "\x1b", "w",
    "\x1b", "M", "\x1b", "vvv", "\x1b", ":topic", "\x1b", ":V", "\x1b", "?", "q", "S", "\x1b", "z", "z",
    "\x06calm", "\x1b", "5j", "R", "\x0c", "G", "gg",
)  # fmt: skip
"""What is typed, step by step: through every pane, dialog and page."""
"""What is typed, one after the other: through every pane, dialog and page."""


@pytest.mark.long
def test_every_pane_on_a_terminal(home: Path, tmp_path: Path, figure: Figure) -> None:
    """Every pane, dialog and page is painted with hostile tags, notes, views and settings, harmlessly."""
    news = tmp_path / "news"
    ids(home, news)
    with sqlite3.connect(home / "data" / "marks.db") as marks:
        (turn,) = marks.execute("select value from meta where key = 'turn'").fetchone()
    marks.close()
    records = []
    for number, raw in enumerate(RAW):
        identity = f"https://calm.example/{number}?{ATTACKS[number].replace(chr(92), '')}"
        records.append({"identity": identity, "note": f"N{raw}", "tags": [f"T{raw}"], "starred": True})
    exported = tmp_path / "marks.json"
    exported.write_text(json.dumps(records), "utf-8")
    assert cli.main(["import-marks", str(exported)]) == 0 and turn == 0
    variables = {"TERM": "xterm-kitty"}  # with links of the terminal's own
    with RealScreen(news, home, columns=180, rows=50, variables=variables) as screen:
        screen.wait_for("Topic00")
        screen.press("c")
        screen.wait_for("Calm13")
        for keys in KEYS:
            screen.press(keys, 0.12)
        written = bytes(screen.written)
        screen.press("\x03", 0.3)
        assert screen.wait_for_end() == 0, screen.written[-600:]
    assert b"Traceback" not in written
    assert_only_own(written)
    figure(1, f"screen: {len(KEYS)} keys through every pane, {len(written):,} bytes, 0 obeyed")


def _is_loaded(screen: RealScreen) -> bool:
    """Whether Textual has the terminal: before, headlines are shown and keys are only kept."""
    return b"\x1b[?2004h" in screen.written


def test_random_keys_on_the_screen(
    home: Path, tmp_path: Path, times: Callable[[int, int], int], figure: Figure
) -> None:
    """Whoever falls asleep on the keyboard finds the reader running, and the terminal whole."""
    (home / "config" / "config.toml").unlink()
    pressed, seeds = 0, times(1, 4)
    for seed in range(seeds):
        chance = random.Random(seed)
        # Not those that leave, run a program or wait for the shell.
        known = [
            key for command in COMMANDS for key in command.keys if len(key) == 1 and key not in "qQ|eoO:C"
        ]
        known += ["\r", "\t", " ", "\x1b", "\x1b", "\x04", "\x15", "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~"]
        with RealScreen(tmp_path / "news", home, columns=chance.choice((60, 100, 160)), rows=30) as screen:
            assert screen.wait_until(partial(_is_loaded, screen))
            for _ in range(times(25, 60)):
                keys = chance.choices(known, k=chance.randrange(1, 9))
                pressed += len(keys)
                os.write(screen.terminal, "".join(keys).encode())
                screen.wait_until(lambda: False, 0.06)
                if chance.random() < 0.1:
                    screen.resize(chance.randrange(10, 200), chance.randrange(4, 60))
            screen.resize(120, 40)
            screen.press("\x1b" * 3, 0.3)
            written = bytes(screen.written)
            screen.press("\x03", 0.3)
            assert screen.wait_for_end() == 0, bytes(screen.written[-1500:])
        assert b"Traceback" not in written and b"fault of the reader" not in written
        assert_only_own(written)
    figure(8, f"{pressed} random keys in {seeds} runs of the screen, 0 faults")


def test_settings_are_no_markup(home: Path, figure: Figure, capsys: pytest.CaptureFixture[str]) -> None:
    """Every warning of a hostile configuration is clean, on one line, and the defaults hold."""
    os.environ["READER_CONFIG_DIR"] = str(home / "config")
    _, warnings = config.load()
    assert warnings and not any("\x1b" in warning or "\n" in warning for warning in warnings)
    assert cli.main(["config", "show"]) == 0
    assert_only_own(capsys.readouterr().out.encode())
    figure(1, f"{len(warnings)} warnings of a hostile configuration, 0 obeyed")
