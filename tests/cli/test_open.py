"""`reader relay` on the command line; what a relay does is tested in test_relay.py above this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.cli.open import kept_token
from reader.cli.parser import parser_of
from reader.errors import StorageError
from tests.cli.home import Home


def test_the_token_is_private_and_kept(tmp_path: Path) -> None:
    """It stays until a new one is requested, and is too long to guess."""
    file = tmp_path / "data" / "relay-token"
    token = kept_token(file)
    assert len(token) >= 32 and kept_token(file) == token
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    assert kept_token(file, anew=True) not in ("", token)


def test_an_unreadable_token_is_reported(tmp_path: Path) -> None:
    """The error names the file and the remedy."""
    (tmp_path / "relay-token").mkdir()
    with pytest.raises(StorageError, match="--new-token"):
        kept_token(tmp_path / "relay-token")


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "7100", "--socket", "x"],
        ["scp", "a", "b"],
        ["ssh"],
        ["--port", "0"],
        ["--socket", "x", "ssh", "h"],
    ],
)
def test_wrong_use(home: Home, words: list[str]) -> None:
    """One sentence and exit 2; nothing listens."""
    code, out, err = home.run("relay", *words)
    assert (code, out) == (2, "") and err.startswith("reader: ")


@pytest.mark.parametrize(
    ("words", "passed"),
    [
        (["ssh", "-p", "22", "host", "reader", "-q", "x"], ["ssh", "-p", "22", "host", "reader", "-q", "x"]),
        (["--port", "7100", "--", "ssh", "-v", "host"], ["ssh", "-v", "host"]),
        (["--port=7100"], []),
    ],
)
def test_ssh_gets_its_own_arguments(words: list[str], passed: list[str]) -> None:
    """Everything from ssh on is passed to it."""
    assert parser_of("relay").parse(words).command == passed


def test_config_show_hides_the_token(home: Home) -> None:
    """The output may be pasted anywhere."""
    folder = Path(home.env["READER_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.toml").write_text(f"relay = '{'t' * 20}@7077'\n")
    assert 'relay = "...@7077"' in home.run("config", "show")[1]
