"""The fast lane gives what the general parser gives, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.parsing import canonical, frontmatter
from tests.written import CANONICAL

PLAIN = st.one_of(
    st.sampled_from(
        ["37", "-1", "null", "~", "", "yes", "2021-06-18T13:43:00Z", "a: b", "a #b", "a#b", "x ", "a:"]
    ),
    st.sampled_from(
        ["- a", "? a", "[a]", "{a", "&a b", "*a", "!a", "%a", "@a", "`a", "'a'", "a::b", ":a", "...", "---"]
    ),
    st.sampled_from(
        [
            "-",
            "--",
            "-a",
            "=",
            "<<",
            "|",
            ">",
            "a:: b",
            "it's",
            'say "x"',
            "é:",
            "a\u00a0",
            "\u2028a",
            "\ufeffa",
        ]
    ),
    st.text(st.sampled_from("ab1 :#-'\"\\,[]{}&*!|>%@`?~.+/é“—\u00a0\u2028\x85\t\x1b\ufeff")),
    st.text(),
)
QUOTED = st.one_of(
    st.text(st.sampled_from('ab \\"/bfnrtu0d8e:#\t\x85é\u2028😀\x7f\n')).map(lambda text: f'"{text}"'),
    st.text(st.sampled_from("a é:#'\t")).map(lambda text: f'"{text}"'),
    st.sampled_from(
        ['"\\u00e9"', '"\\ud83d\\ude00"', '"\\/"', '"\\e"', '"\\x41"', '"a\\\\"', '"\\uDabc"', '"\\u0000"']
    ),
)
VALUE = st.one_of(PLAIN, QUOTED)
LINES = CANONICAL.split("\n")


def assert_equal(text: str) -> None:
    """What the fast lane says of this text, the general parser says too."""
    fast = canonical.read(text)
    if fast is not None:
        general = frontmatter.read_any(text)
        assert fast.fields == general.fields
        assert (text[fast.end :], text.count("\n", 0, fast.end) + 1) == (general.body, general.body_line)
        assert not general.problems


@st.composite
def articles(draw: st.DrawFn) -> str:
    """The canonical article with other values, blocks omitted, keys added."""
    lines = []
    for line in LINES:
        change = draw(st.integers(0, 200))
        key, colon, value = line.partition(": ")
        if change == 0:
            continue
        if change == 1 and colon:
            line = f"{key}: {draw(VALUE)}"
        elif change == 2 and line.lstrip().startswith("- "):
            line = f"{line[: line.index('-')]}- {draw(VALUE)}"
        elif change == 3:
            lines.append(
                draw(st.sampled_from(["language: en", "deep:", "  x: y", "- a", "", " ", "heat: 1", "# x"]))
            )
        elif change == 4:
            lines.append(f"{draw(st.sampled_from(['lang', 'no', 'title', 'x-y']))}: {draw(VALUE)}")
        lines.append(line)
    return "\n".join(lines)


@given(articles())
@example(CANONICAL)
@example('---\ntitle: "a"\ntitle: "b"\n---\n')
def test_both_lanes_agree(text: str) -> None:
    """On every variation of the layout the fast lane is right or silent."""
    assert_equal(text)


@given(VALUE)
def test_both_lanes_agree_on_every_scalar(value: str) -> None:
    """As a field, a list's entry and a nested field."""
    assert_equal(f"---\ntitle: {value}\n---\nbody")
    assert_equal(f"---\ntopics:\n  - {value}\n---\n")
    assert_equal(f"---\nprovider:\n  name: {value}\nlang: {value}\n---\n")
    assert_equal(f"---\nrelated:\n  - title: {value}\n    quality: {value}\n---\n")


@given(st.integers(0, len(CANONICAL)), st.integers(0, 40), st.text(max_size=3))
def test_both_lanes_agree_on_damaged_files(place: int, length: int, text: str) -> None:
    """A hole or a foreign letter anywhere does not part them."""
    assert_equal(CANONICAL[:place] + text + CANONICAL[place + length :])


@pytest.mark.parametrize(
    "text",
    [
        CANONICAL.replace('\ntopics:\n  - Transport\n  - "Town: council"\n', ""),
        CANONICAL.replace("published: false\n", "published: false\nlanguage: sv\n"),
        CANONICAL.replace("secured:", "language: sv\nsecured:").replace("secured:", "more: 1\nsecured:", 0),
        CANONICAL.replace("tram line", "Straßenbahn – “neu”"),
        CANONICAL + "# Body\n\ntext\n---\nmore\n",
        CANONICAL.split("images:")[0].rstrip() + "\n---\n",
        "---\ntitle: x\n---\nbody",
    ],
)
def test_usual_variations_are_read_or_left(text: str) -> None:
    """Absent blocks and other scripts are no trouble."""
    assert_equal(text)


@pytest.mark.parametrize("cut", ["topics", "images", "related", "secured", "provider"])
def test_an_absent_block_stays_in_the_fast_lane(cut: str) -> None:
    """Leaving a block out does not cost the speed."""
    blocks = [block for block in CANONICAL.split("\n\n") if not block.startswith(cut)]
    text = "\n\n".join(blocks)
    if cut == "secured":
        text += "---\n" if not text.rstrip().endswith("---") else ""
    found = canonical.read(text)
    assert found is not None and cut not in found.fields
    assert_equal(text)


def test_more_scalars_stay_in_the_fast_lane() -> None:
    """Unknown simple keys behind the known ones are taken along."""
    found = canonical.read(
        CANONICAL.replace("published: false\n", 'published: false\nlang: sv\nnote: "a b"\n')
    )
    assert found is not None
    assert (found.fields["lang"], found.fields["note"]) == ("sv", "a b")
