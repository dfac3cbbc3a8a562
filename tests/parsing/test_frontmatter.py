"""Headers in every dress, and texts that are meant to break them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.record import Value
from reader.parsing.frontmatter import Split, pairs, read, split
from reader.parsing.headers import MAX_HEADER
from tests.conftest import QUICK
from tests.written import CANONICAL


def reasons(text: str) -> list[tuple[int, str]]:
    """Lines and reasons of what is wrong with a text."""
    return [(flaw.line, flaw.reason) for flaw in read(text).flaws]


@pytest.mark.parametrize(
    ("text", "fields", "body"),
    [
        ("---\ntitle: x\n---\nbody\n", {"title": "x"}, "body\n"),
        ("---\r\ntitle: x\r\n---\r\nbody", {"title": "x"}, "body"),
        ("\ufeff---\ntitle: x\n...\nbody", {"title": "x"}, "body"),
        ("\n\n---\ntitle: x\n---\nbody", {"title": "x"}, "body"),
        ("---  \ntitle: x\n--- \nbody", {"title": "x"}, "body"),
        ("---\n---\nbody", {}, "body"),
        ("+++\nx = 'y'\n[a]\nb = [1, 2.5]\n+++\nbody", {"x": "y", "a": {"b": ["1", "2.5"]}}, "body"),
        ("+++\ndate = 2021-06-18T10:00:00Z\n+++\n", {"date": "2021-06-18T10:00:00+00:00"}, ""),
        ("+++\nday = 2021-06-18\nx = true\n+++\n", {"day": "2021-06-18", "x": "true"}, ""),
        ("---toml\nx = 'y'\n---\nbody", {"x": "y"}, "body"),
        ("--- yaml\nx: y\n---\nbody", {"x": "y"}, "body"),
        ('---json\n{"x": "y", "n": 1.10}\n---\nbody', {"x": "y", "n": "1.10"}, "body"),
        ('---\n{\n\t"x": "y",\n\t"z": [1, true]\n}\n---\nbody', {"x": "y", "z": ["1", "true"]}, "body"),
        ("---\n{x: y, z: [a]}\n---\nbody", {"x": "y", "z": ["a"]}, "body"),
        ('---\n{"x": "y",}\n---\nbody', {"x": "y"}, "body"),
        ('{\n  "x": "}",\n  "y": {"z": null}\n}\n\nbody', {"x": "}", "y": {"z": None}}, "\nbody"),
        ("---\n  x: y\n  z:\n    - a\n---\nbody", {"x": "y", "z": ["a"]}, "body"),
        ("---\n\tx: y\n---\nbody", {"x": "y"}, "body"),
        ("{% include a %}\n\nbody", {}, "{% include a %}\n\nbody"),
        ('{"x": 1} is not a header', {}, '{"x": 1} is not a header'),
        ("Title: My post\nTags: a, b\n\nbody", {"Title": "My post", "Tags": ["a", "b"]}, "body"),
        ("Title: A\n  long\nAuthors: A, B; C\n\n", {"Title": "A long", "Authors": ["A, B", "C"]}, ""),
        ("Date: 2021-06-18\nSlug:\n\nbody", {"Date": "2021-06-18", "Slug": None}, "body"),
        ("Note: this is text.\n\nMore.", {}, "Note: this is text.\n\nMore."),
        ("# Heading\n\ntext", {}, "# Heading\n\ntext"),
        ("---\n\nA rule above.\n\n---\nand below", {}, "---\n\nA rule above.\n\n---\nand below"),
        ("", {}, ""),
        ("---", {}, "---"),
    ],
)  # fmt: skip
def test_every_kind_of_header(text: str, fields: dict[str, Value], body: str) -> None:
    """Fences of YAML and TOML, bare keys, none at all; a rule is no fence."""
    found = read(text)
    assert (found.fields, found.body, found.flaws) == (fields, body, ())


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("no", "no"), ("1.10", "1.10"), ("012", "012"), ("12:30", "12:30"), ("2021-06-18", "2021-06-18"),
        ("null", None), ("~", None), ("", None), ('"null"', "null"), ("'~'", "~"), ('""', ""),
        ("[a, 1, no]", ["a", "1", "no"]), ("{a: 1}", {"a": "1"}), ("!!int 7", "7"), ('"a\\e"', "a\x1b"),
        (">\n  two\n  lines\n", "two lines\n"), ("[]", []), ("!!str null", "null"),
    ],
)  # fmt: skip
def test_every_scalar_is_text(yaml: str, value: Value) -> None:
    """YAML's own guessing is omitted; only unquoted nothing is None."""
    assert read(f"---\nx: {yaml}\n---\n").fields == {"x": value}


def test_a_yaml_file_needs_no_fences() -> None:
    """A .yaml file is a header as a whole, with or without marks of a document."""
    assert read("title: x\nheat: 3\n", is_yaml=True).fields == {"title": "x", "heat": "3"}
    document = read("---\ntitle: x\n", is_yaml=True)
    assert document.fields == {"title": "x"} and not document.flaws
    assert read("---\ntitle: x\n---\nbody\n", is_yaml=True).body == "body\n"


def test_lines_are_those_of_the_file() -> None:
    """Each key's line is counted from the file's first line, nested ones too."""
    assert read("---\n\ntitle: x\nrelated:\n  - title: y\n---\n").lines == {
        "title": 3, "related.0.title": 5, "related": 4,
    }  # fmt: skip
    assert read("+++\na = 1\n[b.c]\nd = 2\n+++\n").lines == {"a": 2, "b": 3}


def test_lines_are_counted_as_editors_do() -> None:
    """Characters that only YAML takes for line breaks do not shift the numbers."""
    found = read('---\na: "x\u2028y"\nb: 1\nb: 2\n---\n')
    assert found.lines["b"] == 4 and found.flaws[0].line == 4


def test_the_last_of_two_equal_keys_wins() -> None:
    """A doubled key is a problem with its line."""
    found = read("---\ntitle: x\ntitle: y\n---\n")
    assert found.fields == {"title": "y"}
    assert found.flaws == ((3, "title", "appears twice; the last one is used"),)


def test_anchors_and_merges_are_resolved() -> None:
    """Aliases stand for their values; what is written out wins over what is merged."""
    found = read("---\nb: &b {x: 1, y: 2}\nc:\n  <<: *b\n  y: 3\nd: [*b, *b]\n---\n")
    assert found.fields["c"] == {"y": "3", "x": "1"}
    assert found.fields["d"] == [{"x": "1", "y": "2"}] * 2
    assert not found.flaws


def test_a_broken_field_leaves_the_others() -> None:
    """What can be read of a broken header is read: the rest field by field, its own line as text."""
    found = read("---\ntitle: Chips: the return\nheat: 3\ntopics:\n  - AI\nbad: [x\nurl: 'u\n---\nbody")
    assert found.fields["title"] == "Chips: the return"
    assert found.fields["heat"] == "3"
    assert found.fields["topics"] == ["AI"]
    assert found.body == "body"
    ((line, reason),) = [(flaw.line, flaw.reason) for flaw in found.flaws]
    assert line == 2 and 'a text with ": " in it needs quotes' in reason


@pytest.mark.parametrize(
    "title",
    [
        "[Video] A talk", "{Draft} of a plan", "*Live* from the quay", "*star", "& sons, boat builders",
        "&sons of the sea", "|Pipe| organ", "> 50 % off", "!important notice", "!!important notice",
        "! notice", "@home with a cat", "`code` first", "% of all", "- dash first", "? who is it",
        ", comma", "] bracket", '"Quoted" and more', "'Tis the season", "Part 1: the sea", "the sea: [1",
    ],
)  # fmt: skip
def test_a_title_that_yaml_can_not_read_is_text(title: str) -> None:
    """A text that begins with a sign of YAML is kept as it is written; the other fields are there."""
    found = read(f"---\ntitle: {title}\nheat: 3\n---\nbody")
    assert found.fields == {"title": title, "heat": "3"} and found.body == "body"


def test_what_is_taken_as_written_is_known() -> None:
    """Keys whose text no parser could read are named, and the header has its problem."""
    found = read("---\ntitle: *Live* from\ntags: [a, #b]\nheat: 3\nexcerpt: '[x]'\n---\n")
    assert found.fields == {"title": "*Live* from", "tags": ["a", "#b"], "heat": "3", "excerpt": "[x]"}
    assert found.as_written == {"title", "tags"} and len(found.flaws) == 1


def test_an_anchor_that_is_used_is_an_anchor() -> None:
    """Only a name that nothing refers to is the beginning of a text."""
    found = read("---\na: &x one\nb: *x\nc: &y two\n---\n")
    assert found.fields == {"a": "one", "b": "one", "c": "&y two"}


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("title:No blank\ndate:2021-04-05", {"title": "No blank", "date": "2021-04-05"}),
        ("title: A\ndate:2021-04-05", {"title": "A", "date": "2021-04-05"}),
        ("date created:2021-04-05\ntitle: A", {"date created": "2021-04-05", "title": "A"}),
    ],
)
def test_a_key_needs_no_blank(header: str, fields: dict[str, Value]) -> None:
    """A value directly behind the colon is read, and reported."""
    found = read(f"---\n{header}\n---\nbody")
    assert found.fields == fields and found.body == "body" and found.flaws


@pytest.mark.parametrize(
    ("header", "line", "field"),
    [
        ("tags: #fog", 2, "tags"),
        ("tags:\n  - #fog\n  - sea", 2, "tags"),
        ("a: b\ntitle: Issue #12 # or 13", 3, "title"),
    ],
)
def test_what_a_comment_swallows_is_told(header: str, line: int, field: str) -> None:
    """A title that ends at a comment, and a known key with nothing but a comment, are problems."""
    assert [(flaw.line, flaw.field) for flaw in read(f"---\n{header}\n---\n").flaws] == [(line, field)]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (
            "---\ntags:\n\t- a\n\t- b\nmap:\n\tx:\n\t\ty: z\n---\n",
            {"tags": ["a", "b"], "map": {"x": {"y": "z"}}},
        ),
        ("---\ntags:\n\t- a\n\t- 'b'\ntitle: x: y\n---\n", {"tags": ["a", "b"], "title": "x: y"}),
        ("---\ndate: 2021\n- b\ntitle: x\n---\n", {"date": "2021", "title": "x"}),
        ('{\n"title": "A",\n"tags": ["x", "y"\n}\n', {"title": "A", "tags": ["x", "y"]}),
    ],
)
def test_lists_that_are_badly_written(text: str, fields: dict[str, Value]) -> None:
    """Tabs, a missing bracket and a stray item lose no value, and are reported."""
    found = read(text)
    assert found.fields == fields and found.flaws


def test_paragraphs_between_rules_are_text() -> None:
    """Text that is no header after all is shown, and reported."""
    text = "---\nNote: all of this is made up.\n\nOnce upon a time there was a sea.\n---\nThe end."
    found = read(text)
    assert found.fields == {} and found.body == text and len(found.flaws) == 1


def test_other_comments_are_comments() -> None:
    """Comments behind values, on lines of their own and inside quotes are nobody's problem."""
    assert not read("---\n# note\ntitle: 'C # D'\ntags: [a] # mine\nlayout: # default\n---\n").flaws


def test_broken_json_leaves_its_other_lines() -> None:
    """What can be read of a broken JSON header is read line by line."""
    found = read('---json\n{\n  "title": "x",\n  "date" "2021",\n  "heat": "3"\n}\n---\nbody')
    assert found.fields == {"title": "x", "heat": "3"} and [flaw.line for flaw in found.flaws] == [4]


def test_broken_toml_leaves_its_other_lines() -> None:
    """TOML's error comes with its line; good lines stay."""
    found = read("+++\ntitle = 'x'\ndate = oops oops\nheat = 3\n+++\nbody")
    assert found.fields["title"] == "x" and found.fields["heat"] == "3"
    assert [flaw.line for flaw in found.flaws] == [3]


def test_an_unclosed_header_is_read_as_far_as_it_makes_sense() -> None:
    """Without a closing fence: the whole file, else down to the first blank line, else text."""
    whole = read("---\ntitle: x\nheat: 3\n")
    assert whole.fields == {"title": "x", "heat": "3"} and len(whole.flaws) == 1
    head = read("---\ntitle: x\n\nThis: is a text, and\nnot a header.\n")
    assert head.fields == {"title": "x"}
    assert head.body == "This: is a text, and\nnot a header.\n"
    heading = read("---\ntitle: x\ntags:\n- a\n- b\n# A heading\n\nText")
    assert heading.fields == {"title": "x", "tags": ["a", "b"]}
    assert heading.body == "# A heading\n\nText"
    broken = read("---\ntitle: a: b\ntags:\n- a\nText of it")
    assert broken.fields["title"] == "a: b" and broken.body == "Text of it" and len(broken.flaws) == 2
    none = read("---\nx: [\n")
    assert none.fields == {} and none.body == "---\nx: [\n" and len(none.flaws) == 1


BOMB = "a0: &a0 [x,x,x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1},*a{n - 1}]\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("x: " + "[{" * 15_000, "nested"),
        ("x: " + "[" * 65, "nested"),
        ("x:\n  " + "- " * 15_000, "nested"),
        ("".join(" " * depth + "a:\n" for depth in range(100)), "nested"),
        ("? " * 10_000, "nested"),
        ("x: " + "a" * 300_000, "larger than 256 kB"),
        ("a: &a [*a]", "refers to itself"),
        ("a: *b", "not defined"),
        ("a: &a [x]\n" + "b: [" + "*a, " * 33 + "]", "too many aliases"),
        ("a: &a [" + "x, " * 5000 + "]\nb: [*a, *a]", "too many aliases"),
        (BOMB, "too many aliases"),
        ("title: x\n\ttab: y", "not valid YAML"),
        ("title: 'x", "not valid YAML"),
        ("title: a\x1b[31mb\x00", "control characters"),
        ("title: \ud800", "control characters"),
        ("%YAML 9.9\ntitle: x", "not valid YAML"),
    ],
)  # fmt: skip
@QUICK
def test_hostile_headers_are_one_problem(header: str, reason: str) -> None:
    """Nesting, bombs and nonsense are named quickly, and the good title and the body are there."""
    found = read(f"---\ntitle: good\n{header}\n---\nbody")
    assert any(reason in flaw.reason for flaw in found.flaws)
    assert found.body == "body"
    assert "title" in found.fields


@pytest.mark.parametrize(
    "header",
    [
        "a = " + "[" * 15_000,
        "a." * 100_000 + "a = 1",
        "[" + "a." * 90 + "b]\nc = 1",
        "a = " + "9" * 5000,
        "a = {" * 70,
        "\t" * 200_000 + "]",
    ],
)
@QUICK
def test_hostile_toml_is_one_problem(header: str) -> None:
    """Deep TOML neither crashes nor takes its time."""
    found = read(f"+++\ntitle = 'good'\n{header}\n+++\nbody")
    assert len(found.flaws) == 1
    assert found.fields["title"] == "good" and found.body == "body"


ODD = st.text(
    st.sampled_from("---\n\n\n+++...: -[]{}&a*a!|>'\"#%@`,?=~ \ttitleTag.\r\x00\x85\ufeff\ud800\u2028é1")
)


@given(
    st.one_of(st.text(), ODD, ODD.map("---\n{}\n---\n".format), ODD.map("+++\n{}\n+++\n".format)),
    st.booleans(),
)
def test_no_text_raises(text: str, is_yaml: bool) -> None:
    """Any text is taken apart, with its problems inside its lines."""
    found = read(text, is_yaml=is_yaml)
    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 2
    assert all(0 <= flaw.line <= last for flaw in found.flaws)


@given(st.data())
def test_no_mutation_of_a_good_article_raises(data: st.DataObject) -> None:
    """Pieces torn out, doubled and put elsewhere never raise."""
    text = CANONICAL
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(start + 60, len(text))))
        there = data.draw(st.integers(0, len(text)))
        piece = text[start:stop] + data.draw(
            st.sampled_from(["", "[", "{", "&a ", "*a", '"', "'", "\n", ": ", "- ", "|"])
        )
        text = text[:there] + piece + text[there:]
    read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\na: b\n---\nbody", Split("yaml", "a: b\n", "body", 2)),
        ("\n---\na: b\n...\n", Split("yaml", "a: b\n", "", 3)),
        ("+++\na = 1\n+++\nbody", Split("toml", "a = 1\n", "body", 2)),
        ("---\na: b\n", Split("yaml", "a: b\n", "", 2, is_closed=False)),
        ("---\na: b\n---- \nc", Split("yaml", "a: b\n---- \nc", "", 2, is_closed=False)),
        ("Title: x\nDate: y\n\nbody", Split("pairs", "Title: x\nDate: y", "body")),
        ("title:: x\ntags:: y\n\n- b", Split("pairs", "title:: x\ntags:: y", "- b")),
        ("rate:: 5\n\nbody", Split("none", "", "rate:: 5\n\nbody")),
        ("Dear Ann: hello\n\nbody", Split("none", "", "Dear Ann: hello\n\nbody")),
        ("Title: x\nno pair\n\nbody", Split("none", "", "Title: x\nno pair\n\nbody")),
        ("---\njust text\n---\n", Split("none", "", "---\njust text\n---\n")),
    ],
)  # fmt: skip
def test_every_style(text: str, expected: Split) -> None:
    """The fence decides the style; without a key in it a line of dashes is a rule."""
    assert split(text) == expected


def test_a_yaml_file_is_all_header() -> None:
    """Without fences the ending of the name decides; with them the fences do."""
    assert split("a: b\n", is_yaml=True) == Split("yaml", "a: b\n", "")
    assert split("---\na: b\n---\nc", is_yaml=True).body == "c"


def test_pairs_go_on_in_indented_lines() -> None:
    """Keys stay as they are written, a value's further lines are joined by a space."""
    assert pairs("Title: A\n  long one\nTAGS:\n\tx") == [(0, "Title", "A long one"), (2, "TAGS", "x")]
    assert pairs("Title:\n" + " a\n \n" * 2) == [(0, "Title", "a a")]


@QUICK
def test_megabytes_are_no_header() -> None:
    """Pairs that are larger than a header may be are text, and the largest are quickly read."""
    largest = "Title: x\n" + " a\n" * ((MAX_HEADER - 9) // 3)
    assert split(f"{largest}\nbody").style == "pairs"
    assert split(f"{largest} and more\n\nbody").style == "none"


@given(st.text(st.sampled_from("-+.\n a:='T\"")), st.booleans())
def test_nothing_is_lost(text: str, is_yaml: bool) -> None:
    """Header and body are in the text as they are."""
    found = split(text, is_yaml=is_yaml)
    assert found.header in text and text.endswith(found.body)
