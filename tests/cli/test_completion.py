"""Tests of shell completion and `config`, as a shell and a user see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.cli.parser import MODULES
from tests.cli.home import Home


def completions(home: Home, line: str) -> set[str]:
    """What the shell would offer after this line."""
    answer = home.news.parent / "answer"
    answer.write_text("")
    env = {
        "_ARGCOMPLETE": "1", "_ARGCOMPLETE_SHELL": "bash", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line,
        "COMP_POINT": str(len(line.encode())), "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
    }  # fmt: skip
    code, out, err = home.run_process(env=env)
    assert (code, out, err) == (0, "", "")
    return {word.strip() for word in answer.read_text("utf-8").split("\n")} - {""}


def test_completion_offers_indexed_values(home: Home) -> None:
    """Commands, options, topics, ids and actions are offered, and nothing is written to the terminal."""
    home.run("mark", "tag:later", "news", "--limit", "1")
    assert set(MODULES) | {"news/"} <= completions(home, "reader ")
    assert completions(home, "reader li") == {"list"}
    assert completions(home, "reader list --uns") == set()
    assert completions(home, "reader list --unr") == {"--unread"}
    assert completions(home, "reader list news --topic ") == {"AI", "Chips", "Transport"}
    assert completions(home, "reader news -t C") == {"Chips"}
    assert completions(home, "reader list --format j") == {"json", "jsonl"}
    assert completions(home, "reader facets pro") == {"provider"}
    assert completions(home, "reader config ") == {"path", "show", "keys"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_names_the_command(home: Home, shell: str) -> None:
    """Each shell gets a script that registers `reader`."""
    code, out, err = home.run("completion", shell)
    assert (code, err) == (0, "")
    assert "reader" in out and "_ARGCOMPLETE" in out


def test_config_prints_path_and_values(home: Home) -> None:
    """`config path` and `config show` agree with the environment."""
    file = Path(home.env["READER_CONFIG_DIR"]) / "config.toml"
    assert home.run("config", "path")[:2] == (0, f"{file}\n")
    code, out, _ = home.run("config", "show")
    assert code == 0 and "theme = " in out
    file.parent.mkdir()
    file.write_text(
        "colour = 1\nquery = 'topc:x'\n[mute]\nNowhere = 'x'\n[keys]\nopen_page = 'nokey'\n", "utf-8"
    )
    code, out, err = home.run("config", "show")
    assert code == 0 and len(err.splitlines()) == 4
    assert home.run("count")[2].count("\n") == 1
    assert home.run("doctor", "news")[1].count("  warning") == 4
    code, out, _ = home.run("config", "keys")
    assert code == 0 and any(line.split()[:2] == ["open_page", "o"] for line in out.splitlines())
