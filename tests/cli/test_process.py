"""Tests of `reader` as its own process, on real files: exit codes, pipes, locales, what is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.home import KINDS, Home

HEAVY = (
    "textual", "rich", "msgspec", "wcwidth", "multiprocessing", "asyncio", "concurrent.futures",
    "reader.index.update", "reader.app", "reader.feeds", "httpx2", "feedparser", "psycopg",
    "reader.library.postgres",
)  # fmt: skip
"""Modules that cost time and that a plain list does without."""


def test_list_count_and_facets_on_real_files(home: Home) -> None:
    """Formats, counts and facets are those of the files, the second time too."""
    code, out, err = home.run_process("list", "news", "--format", "json")
    assert (code, err) == (0, "")
    records = json.loads(out)
    assert [record["title"] for record in records] == ["Bad score", "Ferries stay", "Ärger in 報"]
    assert [record["quality"] for record in records] == [None, 50, 50]
    assert records[0]["path"] == str(home.news / "c.md")
    assert "ken" not in out
    assert home.run_process("list", "news", "--format", "json") == (0, out, "")
    assert home.run_process("count", "news", "-t", "ai")[1] == "2\n"
    assert home.run_process("facets", "topic", "news")[1].splitlines()[0].split() == ["2", "AI"]
    assert home.run_process("news", "--format", "urls", "-q", "ferries")[1] == "https://b.example/2\n"
    secured = home.run_process("list", "news", "--format", "jsonl", "--include-secured", "--limit", "1")[1]
    assert json.loads(secured)["secured"] == "to/ken=="


def test_marks_are_kept_between_runs(home: Home) -> None:
    """The next run filters by them, and an export carries them to another home."""
    assert home.run("mark", "read", "-t", "AI", "news")[:2] == (0, "2 articles marked read\n")
    assert home.run("count", "--unread", "news")[1] == "1\n"
    assert home.run("mark", "tag:later", "--unread", "news")[0] == 0
    assert home.run("list", "--tag", "later", "--format", "urls", "news")[1] == "https://b.example/2\n"
    assert home.run("export-marks", "m.json")[0] == 0
    other = {"READER_DATA_DIR": str(home.news.parent / "elsewhere")}
    assert home.run("import-marks", "m.json", env=other)[0] == 0
    assert home.run("count", "--unread", "news", env=other)[1] == "1\n"


def test_index_and_check_on_real_files(home: Home) -> None:
    """The first index adds all files, the next finds them unchanged; check names file, line and field."""
    report = json.loads(home.run("index", "news", "--format", "json")[1])
    assert (report["files"], report["added"], report["problems"]) == (3, 3, 1)
    report = json.loads(home.run("index", "news", "--format", "json")[1])
    assert (report["added"], report["unchanged"]) == (0, 3)
    code, out, _ = home.run("check", "news")
    assert code == 1
    assert out.startswith(f"{home.news / 'c.md'}:8: quality: ")
    (home.news / "c.md").unlink()
    assert home.run("check", "news")[:2] == (0, "")


def test_show_and_open_accept_a_prefix_of_the_id(home: Home) -> None:
    """It must be unique."""
    article = json.loads(home.run("list", "news", "--format", "json", "-q", "ferries")[1])[0]
    shown = json.loads(home.run("show", article["id"][:8], "news", "--format", "json")[1])
    assert shown["body"].strip() == "The body."
    assert {key: shown[key] for key in article} == article
    assert home.run("open", article["id"][:8], "news", "--print")[1] == "https://b.example/2\n"
    assert home.run("show", article["id"][:8], "news")[1].startswith("Ferries stay\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["list", "news"], 0),
        (["count", "news", "-q", "zebra"], 0),
        (["show", "ffffffffffff", "news"], 1),
        (["open", "ffffffffffff", "news"], 1),
        (["list", "news", "-q", "topc:ai"], 2),
        (["list", "nowhere"], 2),
        (["lst"], 2),
        (["news", "--colour"], 2),
        (["--version"], 0),
        (["--help"], 0),
    ],
)
def test_exit_codes(home: Home, words: list[str], code: int) -> None:
    """Each has one sentence if it is not 0, and never a traceback."""
    ended, out, err = home.run(*words)
    assert ended == code
    assert (not out and err.startswith("reader: ")) == bool(code)
    assert "Traceback" not in err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["list", "news"], ["list", "news", "--format", "json"], ["--help"]])
def test_a_full_disk_exits_with_3(home: Home, words: list[str]) -> None:
    """A failed write is one sentence."""
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "reader", *words], env=home.env, cwd=home.news.parent, timeout=60,
            stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
        )  # fmt: skip
    assert process.returncode == 3
    assert (
        process.stderr
        == b"reader: the output: no space left on device; free some space there and try again\n"
    )


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_a_closed_pipe_is_no_error(home: Home, form: str) -> None:
    """`reader list | head -1` prints its line and no complaint."""
    for day in range(1, 29):
        home.write(f"{day}.md", title="word " * 2000, topics="[AI]", url=f"https://l.example/{day}", day=day)
    process = home.start("list", "news", "--format", form)
    assert process.stdout and process.stderr
    assert process.stdout.readline().endswith(b"\n")
    process.stdout.close()
    assert (process.wait(60), process.stderr.read()) == (0, b"")
    process.stderr.close()


def test_a_closed_stdout_causes_no_traceback(home: Home) -> None:
    """With `>&-` a command ends as usual."""
    command = f'"{sys.executable}" -m reader list news >&-'
    process = subprocess.run(
        ["sh", "-c", command], env=home.env, cwd=home.news.parent, stderr=subprocess.PIPE, timeout=60
    )
    assert (process.returncode, process.stderr) == (0, b"")


@pytest.mark.parametrize(
    "locale",
    [{"LANG": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
)
def test_output_is_utf_8_in_every_locale(home: Home, locale: dict[str, str]) -> None:
    """Titles come out whole under LANG=C, and a query in UTF-8 finds them."""
    code, out, err = home.run_process("list", "news", "--format", "markdown", env=locale)
    assert (code, err) == (0, "")
    assert "- [Ärger in 報](https://a.example/1) — Paper 1, 2026-11-01\n" in out
    assert home.run_process("count", "news", "-q", "ärger", env=locale)[1] == "1\n"


def test_a_file_name_that_is_not_utf_8(home: Home) -> None:
    """Its article is listed like others, and JSON has the path byte for byte."""
    home.write(b"\xff\x9b.md", title="Odd name", topics="[AI]", url="https://o.example/", day=9)
    code, out, err = home.run_process("list", "news", "-q", "odd", "--format", "json")
    assert (code, err) == (0, "")
    assert os.fsencode(json.loads(out)[0]["path"]) == os.fsencode(home.news) + b"/\xff\x9b.md"


def test_reading_works_without_a_home(home: Home) -> None:
    """Each reason is reported once, and a mark exits with 3."""
    nowhere = {f"READER_{kind}_DIR": "/dev/null/reader" for kind in KINDS}
    code, out, err = home.run_process("count", "news", env=nowhere)
    assert (code, out) == (0, "3\n")
    lines = err.splitlines()
    assert 1 <= len(lines) == len(set(lines)) <= 2  # one for the index, one for the marks
    assert all(line.startswith("reader: ") for line in lines)
    code, out, err = home.run_process("mark", "read", "news", env=nowhere)
    assert (code, out) == (3, "") and "Traceback" not in err


def test_the_sample_the_configured_and_the_missing_collection(home: Home) -> None:
    """Without SOURCE the sample is listed, then what the configuration names; a missing one is an error."""
    assert int(home.run("count")[1]) > 3
    config = Path(home.env["READER_CONFIG_DIR"])
    config.mkdir()
    (config / "config.toml").write_text(f"collection = ['{home.news}']\n", "utf-8")
    assert home.run("count")[1] == "3\n"
    (config / "config.toml").write_text("collection = ['gone']\ncolour = 1\n", "utf-8")
    code, out, err = home.run("count")
    assert (code, out) == (2, "")
    assert f"{config / 'gone'}" in err and "config.toml" in err and "Traceback" not in err


def test_a_list_imports_nothing_heavy(home: Home) -> None:
    """`reader list` of a fresh index loads neither the screen nor anything else that costs time."""
    home.run_process("index", "news")
    code = "import sys, reader.cli as c; c.main(['list', 'news']); print(*sys.modules, file=sys.stderr)"
    process = subprocess.run(
        [sys.executable, "-c", code],
        env=home.env,
        cwd=home.news.parent,
        capture_output=True,
        timeout=60,
        text=True,
    )
    loaded = set(process.stderr.split())
    assert "reader" in loaded and process.stdout.count("\n") == 3
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)
