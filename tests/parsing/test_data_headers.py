"""TOML and JSON headers read as texts."""

from __future__ import annotations

from time import process_time

import pytest

from reader.parsing.data_headers import LONGEST_NUMBER, MAX_DOTTED, read_json, read_toml
from reader.parsing.frontmatter import read
from reader.parsing.parsed import HeaderError
from tests.conftest import rarely


def test_numbers_keep_their_digits() -> None:
    """A version, a float and a large number are the texts that the file has."""
    fields, lines, flaws = read_toml("a = 1.10\nb = 1_000\nc = 0x10\nd = inf\ne = true", 2)
    assert fields == {"a": "1.10", "b": "1000", "c": "16", "d": "inf", "e": "true"}
    assert lines == {"a": 2, "b": 3, "c": 4, "d": 5, "e": 6} and not flaws
    fields, lines, flaws = read_json(
        '{"a": 1.10,\n "b": 12345678901234567890, "c": null, "d": NaN, "e": false}', 1
    )
    assert fields == {"a": "1.10", "b": "12345678901234567890", "c": None, "d": "NaN", "e": "false"}
    assert lines["a"] == 1 and not flaws


def test_a_number_that_is_too_large_is_one_problem() -> None:
    """Thousands of hexadecimal digits are named by their key, and the other fields are there."""
    fields, _, flaws = read_toml(f"title = 'x'\n\nsize = 0x{'f' * 3600}\n", 2)
    assert fields == {"title": "x"}
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(4, "size")] and "too large" in flaws[0].reason
    assert read_toml(f"a = {2**LONGEST_NUMBER - 1}", 1)[0]["a"] == str(2**LONGEST_NUMBER - 1)


def test_json_that_says_a_key_twice() -> None:
    """The last one is taken, and it is told on its line."""
    fields, _, flaws = read_json('{"a": "1",\n"b": "2",\n"b": "3"}', 5)
    assert fields == {"a": "1", "b": "3"}
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(6, "b")]


@pytest.mark.parametrize(
    ("header", "line", "reason"),
    [('{"a": 1', 0, "not valid JSON"), ('{"a": 1,\n"b" 2}', 1, "not valid JSON"), ("[1]", 0, "in braces")],
)
def test_bad_json(header: str, line: int, reason: str) -> None:
    """The error names the line within the header."""
    with pytest.raises(HeaderError) as caught:
        read_json(header, 1)
    assert caught.value.line == line and reason in caught.value.reason


def test_very_many_dotted_keys_are_refused() -> None:
    """Each dot makes a table, so their number is looked at first."""
    with pytest.raises(HeaderError, match="dots"):
        read_toml("".join(f"a.b{number} = 1\n" for number in range(MAX_DOTTED + 1)), 1)


DOTS = ".".join("a" * 60)


@pytest.mark.parametrize(
    "text",
    [
        "+++\n" + "".join(f"a{number}.b.c = 1\n" for number in range(9_000)) + "+++\nx",
        "---\n{" + ", ".join(f"a{number}: 1" for number in range(100_000)) + "}\n---\nx",
        '{"a": ' * 100_000,
        *rarely(
            "+++\n" + "".join(f"[a.b{number}]\n" for number in range(9_000)) + "+++\nx",
            "+++\n" + "".join(f"{DOTS}.b{number} = 1\n" for number in range(2_000)) + "+++\nx",
            "+++\n" + "".join(f"[[a]]\nb{number} = 1\n" for number in range(9_000)) + "+++\nx",
            "+++\n" + "".join(f"a{number} = 1\n" for number in range(19_000)) + "+++\nx",
            "+++\na = {" + ", ".join(f"b{number}.c = 1" for number in range(9_000)) + "}\n+++\nx",
            "+++\na = 0x" + "f" * 250_000 + "\n+++\nx",
            "---json\n{" + ", ".join(f'"a{number}": 1' for number in range(19_000)) + "}\n---\nx",
            '---json\n{"a": ' + '{"a": 1, "a": 2}, '.join('"b":' for _ in range(9_000)) + "1}\n---\nx",
            "---\n" + "a: 'x\u2028\u0085y'\n" * 18_000 + "---\nx",
            "---\n" + "".join(f"a{number}: '\u2028'\n" for number in range(18_000)) + "---\nx",
            "---\n" + "".join(f"a{number}:b\n" for number in range(19_000)) + "---\nx",
            "---\n- a\n" + "".join(f"a{number}: [\n" for number in range(30_000)) + "---\nx",
            "{" + '"a": "' + "b" * 4_000_000,
            "---\ntitle: x\n" + "# a\n" * 60_000,
            "---\ntitle: x\n" + "a: b\n" * 60_000,
        ),
    ],
)
def test_large_headers_take_their_time_and_no_more(text: str) -> None:
    """A file's header, however it is made, is read in far less than two seconds."""
    begin = process_time()
    read(text)
    assert process_time() - begin < 1.5
