"""Bytes made into articles."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.dates import sort_seconds
from reader.article.markdown import parse, text_of
from reader.article.record import Place
from reader.parsing import content
from reader.parsing.content import MAX_FILE, Unreadable, article_in, decode, peek_date
from tests.written import CANONICAL

PLACE = Place("/n/a.md", "a.md", "n")


@pytest.mark.parametrize(
    ("raw", "text", "reason"),
    [
        ("é".encode(), "é", None),
        (b"\xef\xbb\xbfx", "x", None),
        ("\ufeffé".encode("utf-16-le"), "é", None),
        ("\ufeffé".encode("utf-16-be"), "é", None),
        (b"caf\xe9", "café", "Windows-1252"),
        (b"\x93caf\xe9\x94 \x96 5 \x80", "“café” – 5 €", "Windows-1252"),
        ("éàü".encode() + b"\xe9 x", "éàü\ufffd x", "not valid UTF-8 at byte 6"),
        ("é".encode()[:1], "Ã", "Windows-1252"),
        (b"a\0b", "ab", "NUL"),
        (b"\xff\xfea", "\ufffd", "not valid UTF-16"),
    ],
)
def test_decoding(raw: bytes, text: str, reason: str | None) -> None:
    """UTF-8 and marked UTF-16 are read, anything else is shown as well as possible and reported."""
    found, why = decode(raw)
    assert found == text
    assert (reason in (why or "")) if reason else why is None


def test_a_damaged_file_is_shown_with_its_problem() -> None:
    """What is wrong with the bytes comes before what is wrong with the fields."""
    found = article_in(b"---\ntitle: caf\xe9\nheat: x\n---\n", PLACE)
    assert found.title == "café"
    assert [one.field for one in found.problems] == ["file", "heat"]


@pytest.mark.parametrize("raw", [b"", b" \n\n", b"\xef\xbb\xbf", b"\x89PNG\0\0\0\0\0\0\0\0", b"\0" * 100])
def test_a_file_without_text_gives_no_article(raw: bytes) -> None:
    """Empty and binary files are one problem."""
    with pytest.raises(Unreadable) as caught:
        article_in(raw, PLACE)
    problem = caught.value.problem
    assert problem and problem.path == "/n/a.md" and problem.field == "file"


def test_a_too_large_file_is_read_from_its_beginning() -> None:
    """The rest is omitted and said."""
    found = article_in(b"---\ntitle: x\n---\n" + b"a " * (MAX_FILE // 2), PLACE)
    assert found.title == "x" and len(found.body) < MAX_FILE
    assert "larger than 4 MB" in found.problems[0].reason


def test_a_file_that_is_cut_within_a_character() -> None:
    """What is only half there at the end is omitted, and is no problem of its own."""
    found = article_in(b"---\ntitle: x\n---\n!" + "é".encode() * (MAX_FILE // 2), PLACE)
    assert len(found.problems) == 1 and set(found.body) == {"!", "é"}


def test_whatever_is_raised_is_the_problem_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault while one file is read is named as that file's, and nothing else is raised."""

    def fail(*_: object, **__: object) -> None:
        raise RecursionError("deep\x1b[31m")

    monkeypatch.setattr(content, "_of_any_layout", fail)
    with pytest.raises(Unreadable) as caught:
        article_in(b"x", PLACE)
    message = str(caught.value.problem)
    assert message.startswith("/n/a.md:0: file: cannot be read")
    assert "RecursionError: deep" in message and "\x1b" not in message


def test_yaml_files_need_no_fences() -> None:
    """The ending says that the whole file is a header."""
    assert article_in(b"title: x\n", PLACE._replace(path="/n/a.YML")).title == "x"


A_DAY = sort_seconds(date(1970, 1, 2))


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (CANONICAL.encode(), 1709370900),
        (b"---\ndate: 1970-01-02\n", A_DAY),
        (b"+++\ndate = 1970-01-01T01:00:00+01:00\n", 0),
        (b"---\nDate: '1970-01-01 00:00:05'\n", 5),
        (b"---\nrelated:\n  - publishedDateTime: 2021-01-01\n", None),
        (b"---\ndate: 2021-02-31\n", None),
        (b"---\nlastmod: 1970-01-03\npublished: true\ncreated: 1970-01-02\n", A_DAY),
        (b"---\nDate Published: January 2, 1970 # day\n", A_DAY),
        (b'{\n  "date": "1970-01-02T00:00:00Z",\n', 86400),
        (b"---\nupdated: 1970-01-02\n", A_DAY),
        (b"", None),
    ],
)
def test_peeking_at_the_date(raw: bytes, seconds: int | None) -> None:
    """A quick guess that is right for ordinary headers."""
    assert peek_date(raw) == seconds


@given(st.binary())
def test_no_bytes_raise(raw: bytes) -> None:
    """Any bytes are an article or Unreadable."""
    peek_date(raw)
    try:
        article_in(raw, PLACE)
    except Unreadable as error:
        assert error.problem is None or error.problem.reason


PAGE = """---
title: A page
---
<div>

    <p>Indented</p>

    <ul>

      <li>a</li>
    </ul>
    <pre>x

  &lt;y</pre>
</div>
<figure><img src="a.png"><figcaption>A crane</figcaption></figure>
<p>One <script>

  var a;
</script>
<p>Two
{% highlight ruby %}
def a

    b
{% endhighlight %}
<pre><code>c


   d</code></pre>
Loose *text*"""


def test_blank_lines_and_indentation_of_a_page_mean_nothing_but_in_code() -> None:
    """A post of HTML is no Markdown: nothing in it becomes code, and code keeps every line."""
    body = article_in(PAGE.encode(), PLACE._replace(path="/n/a.html")).body
    tokens = parse(body)
    code = [token.content for token in tokens if token.type in ("code_block", "fence")]
    assert code == ["x\n\n  <y\n", "def a\n\n    b\n", "c\n\n\n   d\n"]
    texts = [text_of(token.children or ()) for token in tokens if token.type == "inline"]
    assert texts == ["Indented", "a", "", "A crane", "One", "Two", "Loose text"]


def test_words_below_a_picture_are_no_excerpt() -> None:
    """Of HTML as well."""
    article = article_in(b"---\ntitle: A\n---\n" + PAGE[PAGE.index("<figure>") :].encode(), PLACE)
    assert article.excerpt.startswith("One")


def test_yaml_of_something_else_is_no_article() -> None:
    """A file of data has none of an article's keys; one that can't be read is reported."""
    place = PLACE._replace(path="/n/authors.yml", relative="authors.yml")
    with pytest.raises(Unreadable) as found:
        article_in(b"mia:\n  name: Mia\njon:\n  name: Jon\n", place)
    assert found.value.problem is None
    assert article_in(b"headline: A\n", place).title == "A"
    assert article_in(b"- [\n", place).problems


def test_a_page_that_only_lists_a_section_is_no_article() -> None:
    """Hugo's and Zola's `_index.md` without a text; with one it is read as every other file."""
    place = Place("/n/posts/_index.md", "posts/_index.md", "n")
    with pytest.raises(Unreadable) as caught:
        article_in(b"---\ntitle: Posts\n---\n", place)
    assert caught.value.problem is None
    assert article_in(b"---\ntitle: Posts\n---\nAll of them.\n", place).title == "Posts"
