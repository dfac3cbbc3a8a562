"""HTML in a body means what it says, or nothing."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.app.reading.blocks import layout_markdown, links_in
from reader.app.reading.lines import BOLD, ITALIC, plain
from reader.article.html import html_in_blocks
from tests.app.build import texts

PARTS = (
    "<b>", "</b>", "<i>", "<a href='https://a.example'>", "</a>", "<p>", "</p>", "<div>", "</div>",
    "<ul>", "<ol>", "<li>", "</li>", "</ul>", "</ol>", "<table>", "<tr>", "<td>", "<th>", "</table>",
    "<pre>", "</pre>", "<code>", "</code>", "<br>", "<hr>", "<img alt=x>", "<script>", "</script>",
    "<!--", "-->", "<![x[", "<!", "<?", "<sup>", "</sup>",
    "<video>", "</video>", "<source src=a>",
    "<blockquote>", "</blockquote>", "<h2>", "</h2>", "<T>", "</T>", "<", ">", "&lt;",
    "&#x202e;", "&#27;", "\n", "\n\n", "- ", "> ", "**", "word ", "漢",
)  # fmt: skip


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("a <b>c</b> <span style='x'>d</span><!-- e -->", ["a c d"]),
        ("one<br>two<br/>three", ["one", "two", "three"]),
        ("<p>One\n two.</p>\n<p>Three.</p>", ["One two.", "", "Three."]),
        ("<h2>Head</h2>Text", ["Head", "────", "", "Text"]),
        ("<ol start='5'><li>five<li>six</ol>", ["5. five", "6. six"]),
        ("10<sup>6</sup> x<sub>2</sub> 5<sup>th</sup>", ["10⁶ x₂ 5^th"]),
        ("<details><summary>More</summary>Text</details>", ["More", "", "Text"]),
        ("<div><![x[</div>", ["<div><![x[</div>"]),
        ("The <video> element and <q>this</q>", ["The <video> element and “this”"]),
        ('<video src="https://v.example/a.mp4">No video?</video>', ["[video] [v.example]"]),
        (
            '<audio controls><source src="https://v.example/a.ogg">No?</audio> end',
            ["[audio] [v.example] end"],
        ),
        (
            '<iframe src="//www.youtube.com/embed/x" title="A talk"></iframe>',
            ["[video: A talk] [www.youtube.com]"],
        ),
        ("<ul><li>one<li>two<ol><li>deep</ol></ul>", ["• one", "• two", "  1. deep"]),
        ("<li>alone", ["• alone"]),
        ("<blockquote>said</blockquote>", ["▎ said"]),
        ("<pre>\na  b\n  c\n</pre>", [" a  b", "   c"]),
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", ["A  B", "─  ─", "1  2"]),
        ("<div>x<script>alert(1)</script><style>p{}</style>y</div>", ["xy"]),
        ("<hr>", ["─" * 40]),
        ("a `<b>` <code>b &lt; c</code>", ["a <b> b < c"]),
        ('<img src="https://a.example/x.png" alt="A sea">', ["[picture: A sea]"]),
        ('<iframe src="https://v.example/1"></iframe>', ["[page] [v.example]"]),
        ("vector<int> and <Tabs>x</Tabs> <Since v='6'/>", ["vector<int> and x"]),
        ("Map<Key, V> of <your-name>", ["Map<Key, V> of <your-name>"]),
        ("<Intro level={1}>\n\nText\n\n</Intro>", ["Text"]),
        ("<x-y>\n*Text*\n</x-y>", ["Text"]),
        ("<p>open <!-- for ever", ["open <!-- for ever"]),
    ],
)
def test_elements(html: str, lines: list[str]) -> None:
    """As if it had been written in Markdown; what is no element of HTML is text."""
    assert texts(html) == lines


def test_emphasis_and_links() -> None:
    """Only http and https are links, and their host is behind them."""
    line = layout_markdown('<em>a</em> <strong>b</strong> <a href="https://c.example/d">c</a>', 60)[0]
    assert [(span.text, span.emphasis) for span in line[:4:2]] == [("a", ITALIC), ("b", BOLD)]
    assert links_in('<a href="https://c.example/d">c</a><a href="javascript:x">d</a>') == [
        ("c", "https://c.example/d")
    ]
    assert links_in('<div onclick="x"><a href="file:///etc/passwd">e</a></div>') == []


def test_an_end_without_a_beginning_changes_nothing() -> None:
    """What comes behind it looks as it should."""
    line = layout_markdown("</b></a></code>a <b>c</b>", 60)[0]
    assert [(span.text, span.emphasis) for span in line] == [("a ", 0), ("c", BOLD)]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_any_html_is_lines(html: str) -> None:
    """Nothing raises, nothing is too wide, and no reference brings back what the cleaner takes out."""
    for line in layout_markdown(html, 30):
        text = plain(line)
        assert sum(1 + (unicodedata.east_asian_width(letter) == "W") for letter in text) <= 30
        assert "\u202e" not in text and "\x1b" not in text


@given(
    st.lists(
        st.sampled_from(
            ["<pre>", "</pre>", "<p>", "<div>", "</div>", "<ul>", "<script>", "</script>", "\n", "\n\n", "x"]
        )
    )
)
def test_any_page_keeps_its_words(parts: list[str]) -> None:
    """Whatever is never closed, no word outside scripts is lost."""
    html = "".join(parts)
    kept = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert html_in_blocks(html).count("x") >= kept.count("x")
