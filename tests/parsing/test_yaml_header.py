"""YAML headers as text: values, lines, aliases, tags."""

from __future__ import annotations

import time

import pytest

from reader.parsing.parsed import HeaderError
from reader.parsing.yaml_header import MAX_ALIASES, read_yaml


def test_values_lines_and_flaws_come_together() -> None:
    """Lines are counted from the one the header begins with."""
    fields, lines, flaws = read_yaml("a: no\nb:\n  - c: 1.10\nb: ~\n", 11)
    assert fields == {"a": "no", "b": None}
    assert lines["a"] == 11 and lines["b.0.c"] == 13 and lines["b"] == 14
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(14, "b")]


@pytest.mark.parametrize("header", ["", "# only a remark\n", "~\n", "---\n"])
def test_an_empty_header_has_no_fields(header: str) -> None:
    """Nothing said is no error."""
    assert read_yaml(header, 2) == ({}, {}, [])


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


def test_merges_that_double_themselves_are_refused_quickly() -> None:
    """Merge keys count as the aliases that they are."""
    header = "a0: &a0 {" + ", ".join(f"k{n}: v" for n in range(1000)) + "}\n"
    header += "".join(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 3)}]\n" for n in range(1, 12))
    begin = time.process_time()
    with pytest.raises(HeaderError, match="too many aliases"):
        read_yaml(header, 2)
    assert time.process_time() - begin < 2


def test_a_placeholder_of_a_template_is_one_flaw() -> None:
    """`{{date}}` is nothing where a text belongs, with its line and the remedy."""
    fields, _, flaws = read_yaml("title: x\ndate: {{date}}\n", 2)
    assert fields == {"title": "x", "date": None}
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(3, "date")] and "quotes" in flaws[0].reason


def test_tags_make_no_objects() -> None:
    """A tag that asks for a Python object is listed with its line, and its value is mere text."""
    header = "a: !!python/object:os.system x\nb:\n  c: !!python/object/apply:os.system [ls]\nd: !!int 7\n"
    fields, _, flaws = read_yaml(header, 2)
    assert fields == {"a": "x", "b": {"c": ["ls"]}, "d": "7"}
    assert [(flaw.line, flaw.field) for flaw in flaws] == [(2, "a"), (4, "b.c")]
