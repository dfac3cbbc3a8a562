"""Tests of the man page and of what the help has in groups: nothing is omitted, nothing is out of date."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from reader.cli.parser import MODULES, parser_of
from reader.config import Config
from reader.config.commands import COMMANDS as KEYS
from reader.query.fields import FIELD_NAMES
from tests.test_house import PROJECT, ROOT

MAKER = runpy.run_path(str(ROOT / "scripts" / "make_manual.py"))
PAGE: Path = MAKER["PAGE"]
MADE: str = MAKER["manual"]()
TEXT = MADE.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace("\\e", "\\")
"""The page without troff's signs."""


def test_the_man_page_is_current() -> None:
    """docs/reader.1 is what its sources make of it."""
    assert PAGE.read_text("utf-8") == MADE, "make it again: python scripts/make_manual.py"


def test_every_option_key_and_term_is_on_it() -> None:
    """No flag, command, key, value of the configuration or field of a query is missing."""
    parsers = map(parser_of, ("", *MODULES))
    flags = {flag for parser in parsers for option in parser.arguments for flag in option.option_strings}
    assert [flag for flag in sorted(flags) if not re.search(rf"(?<![\w-]){flag}(?![\w-])", TEXT)] == []
    assert [name for name in MODULES if f"\nreader {name}\n" not in TEXT] == []
    assert [key.id for key in KEYS if f"({key.id})." not in TEXT and not key.id.startswith("view_")] == []
    assert "(view_1 ... view_9)." in TEXT
    keys = [rf"^(?:\[{{1,2}}{key}\]|{key} = )" for key in Config._fields]
    assert [key for key in keys if not re.search(key, TEXT, re.M)] == []
    assert [field for field in FIELD_NAMES if f"{field}:" not in TEXT] == []


def test_no_text_is_a_request_to_troff() -> None:
    """Backslashes, dots and quotes of the documents are text."""
    text = "\n".join(
        MAKER["_markdown"](
            "Say `.x` and `\\\\n`.\n\n```\n.PP\n'x\n```\n\n| a | b |\n| - | - |\n| `a\\|b` | .c |"
        )
    )
    assert "\n\\&.PP\n\\&'x\n" in text
    assert "\\fBa|b\\fR\n\\&.c" in text and "\\e\\en" in text


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not here")
def test_troff_has_nothing_to_complain_of() -> None:
    """The page is set without a warning."""
    done = subprocess.run(
        ["groff", "-man", "-ww", "-z", "-K", "utf8", "-T", "utf8", str(PAGE)],
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_wheel_brings_it_along() -> None:
    """It lands where `man` looks in an environment."""
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {"docs/reader.1": "share/man/man1/reader.1"}
