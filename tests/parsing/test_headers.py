"""YAML, TOML and JSON headers as text, and the guard that is before every parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.parsing.frontmatter import read
from reader.parsing.headers import (
    LONGEST_NUMBER,
    MAX_ALIASES,
    MAX_DOTTED,
    MAX_ENTRIES,
    MAX_HEADER,
    MAX_NESTING,
    HeaderError,
    Parsed,
    lines_of,
    read_json,
    read_toml,
    read_yaml,
    refuse_excess,
)
from tests.conftest import QUICK, rarely


def test_the_deepest_nesting_that_is_parsed() -> None:
    """As many brackets as the limit pass, one more does not, and its line is reported."""
    refuse_excess("a: " + "[" * MAX_NESTING)
    with pytest.raises(HeaderError) as caught:
        refuse_excess("a: x\nb: " + "[{" * MAX_NESTING)
    assert caught.value.line == 1 and str(MAX_NESTING) in caught.value.reason


def test_many_brackets_side_by_side_pass() -> None:
    """Only depth counts; a closing bracket too many does not hide later ones."""
    refuse_excess("a: []\n" * 1000)
    refuse_excess("a, b\n" * (MAX_ENTRIES // 2))
    with pytest.raises(HeaderError):
        refuse_excess("]" * 1000 + "[" * (MAX_NESTING + 1))


@pytest.mark.parametrize(
    ("header", "reason"),
    [("a" * (MAX_HEADER + 1), "larger than 256 kB"), ("a,b\n" * (MAX_ENTRIES // 2 + 1), "20,000 lines")],
)
def test_long_headers_are_refused(header: str, reason: str) -> None:
    """What is too long or has too many values is not parsed at all."""
    with pytest.raises(HeaderError) as caught:
        refuse_excess(header)
    assert reason in caught.value.reason


@given(st.text(st.sampled_from("ab\n")), st.integers(0, 50))
def test_line_numbers(text: str, place: int) -> None:
    """A place's line is the number of line breaks before it."""
    assert lines_of(text)(min(place, len(text))) == text.count("\n", 0, place)


@given(st.text(st.sampled_from("[]{}a\n"), max_size=300))
def test_what_passes_is_never_deeper(header: str) -> None:
    """Counting by hand comes to the same end."""
    depth = deepest = 0
    for char in header:
        depth = depth + 1 if char in "[{" else max(depth - 1, 0) if char in "]}" else depth
        deepest = max(deepest, depth)
    try:
        refuse_excess(header)
    except HeaderError:
        assert deepest > MAX_NESTING
    else:
        assert deepest <= MAX_NESTING


def test_values_lines_and_flaws_come_together() -> None:
    """Lines are counted from the one the header begins with."""
    fields, _, lines, flaws, _ = read_yaml("a: no\nb:\n  - c: 1.10\nb: ~\n", 11)
    assert fields == {"a": "no", "b": None}
    assert lines["a"] == 11 and lines["b.0.c"] == 13 and lines["b"] == 14
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(14, "b")]


@pytest.mark.parametrize("header", ["", "# only a remark\n", "~\n", "---\n"])
def test_an_empty_header_has_no_fields(header: str) -> None:
    """An empty header is no error."""
    assert read_yaml(header, 2) == Parsed({})


@pytest.mark.parametrize(
    ("header", "line"),
    [("- a\n- b\n", 0), ("just text\n", 0), ("a: b\nc: d: e\n", 1), ("a: 1\nb: *c\n", 1)],
)
def test_what_is_no_header_is_an_error_with_its_line(header: str, line: int) -> None:
    """The line is one of the header's, the reason one clause."""
    with pytest.raises(HeaderError) as caught:
        read_yaml(header, 2)
    assert caught.value.line == line and "\n" not in caught.value.reason


def test_aliases_up_to_the_limit() -> None:
    """As many as the limit are resolved, one more is refused."""
    good = "a: &a x\nb: [" + "*a, " * MAX_ALIASES + "]\n"
    assert read_yaml(good, 2)[0]["b"] == ["x"] * MAX_ALIASES
    with pytest.raises(HeaderError, match="too many aliases"):
        read_yaml(good.replace("[", "[*a, "), 2)


@QUICK
def test_merges_that_double_themselves_are_refused_quickly() -> None:
    """Merge keys count as the aliases that they are."""
    header = "a0: &a0 {" + ", ".join(f"k{n}: v" for n in range(1000)) + "}\n"
    header += "".join(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 3)}]\n" for n in range(1, 12))
    with pytest.raises(HeaderError, match="too many aliases"):
        read_yaml(header, 2)


def test_a_placeholder_of_a_template_is_one_flaw() -> None:
    """`{{date}}` is nothing where a text belongs, with its line and the remedy."""
    fields, _, _, flaws, _ = read_yaml("title: x\ndate: {{date}}\n", 2)
    assert fields == {"title": "x", "date": None}
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(3, "date")] and "quotes" in flaws[0].reason


def test_tags_make_no_objects() -> None:
    """A tag that asks for a Python object is listed with its line, and its value is mere text."""
    header = "a: !!python/object:os.system x\nb:\n  c: !!python/object/apply:os.system [ls]\nd: !!int 7\n"
    fields, _, _, flaws, _ = read_yaml(header, 2)
    assert fields == {"a": "x", "b": {"c": ["ls"]}, "d": "7"}
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(2, "a"), (4, "b.c")]


def test_numbers_keep_their_digits() -> None:
    """A version, a float and a large number are the texts that the file has."""
    fields, _, lines, flaws, _ = read_toml("a = 1.10\nb = 1_000\nc = 0x10\nd = inf\ne = true", 2)
    assert fields == {"a": "1.10", "b": "1000", "c": "16", "d": "inf", "e": "true"}
    assert lines == {"a": 2, "b": 3, "c": 4, "d": 5, "e": 6} and not flaws
    fields, _, lines, flaws, _ = read_json(
        '{"a": 1.10,\n "b": 12345678901234567890, "c": null, "d": NaN, "e": false}', 1
    )
    assert fields == {"a": "1.10", "b": "12345678901234567890", "c": None, "d": "NaN", "e": "false"}
    assert lines["a"] == 1 and not flaws


def test_a_number_that_is_too_large_is_one_problem() -> None:
    """Thousands of hexadecimal digits are named by their key, and the other fields are there."""
    fields, _, _, flaws, _ = read_toml(f"title = 'x'\n\nsize = 0x{'f' * 3600}\n", 2)
    assert fields == {"title": "x"}
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(4, "size")] and "too large" in flaws[0].reason
    assert read_toml(f"a = {2**LONGEST_NUMBER - 1}", 1)[0]["a"] == str(2**LONGEST_NUMBER - 1)


def test_json_that_says_a_key_twice() -> None:
    """The last one is used, and reported with its line."""
    fields, _, _, flaws, _ = read_json('{"a": "1",\n"b": "2",\n"b": "3"}', 5)
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
@QUICK
def test_large_headers_take_linear_time(text: str) -> None:
    """A file's header, whatever it consists of, is read quickly."""
    read(text)
