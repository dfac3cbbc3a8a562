"""HTML of entries made into clean Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article.text import clean
from reader.feeds.html import converted, excerpt_of, without_tracking
from tests.conftest import QUICK

BASE = "https://paper.example/news/one"


def markdown_of(html: str) -> str:
    """The Markdown alone."""
    return converted(html, BASE)[0]


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One.</p><p>Two <b>bold</b>, <i>slanted</i>.</p>", "One.\n\nTwo **bold**, *slanted*."),
        ("<h2>Head</h2><p>x", "## Head\n\nx"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</ul>", "- a\n  - b\n- c"),
        ("<ol start=3><li>x<li>y</ol>", "3. x\n4. y"),
        ('<pre><code class="language-python">def f(*a):\n    return a_b</code></pre>',
         "```python\ndef f(*a):\n    return a_b\n```"),
        ("<blockquote><p>q</p></blockquote>", "> q"),
        ("<p>a <code>x*y</code> b", "a `x*y` b"),
        ('<a href="/two?utm_source=feed&amp;id=1">more</a>', "[more](https://paper.example/two?id=1)"),
        ('<a href="/two?a=1&section=2&copy=3">more</a>',
         "[more](https://paper.example/two?a=1&section=2&copy=3)"),
        ('<a href="(x)">y</a>', "[y](https://paper.example/news/%28x%29)"),
        ('<img src="p.png" alt="A *star*">', "![A \\*star\\*](https://paper.example/news/p.png)"),
        ('<a href="javascript:alert(1)">press</a>', "press"),
        ('<a href="mailto:ana@paper.example">Ana</a>', "[Ana](mailto:ana@paper.example)"),
        ("a<script>alert(1)</script><style>p{}</style><svg><path d='x'/></svg>b", "ab"),
        ("<form><input value=x>y</form><p>z", "z"),
        ('<img src="t.gif" width="1" height="1"><img src="data:image/png;base64,xx">z', "z"),
        ('<iframe src="https://tube.example/v/1"></iframe>', "[tube.example](https://tube.example/v/1)"),
        ("One line\nand another\n\nAnother paragraph with https://a.example/b.",
         "One line  \nand another\n\nAnother paragraph with [https://a.example/b](https://a.example/b)."),
        ('<video src="/v.mp4">Your browser can show no <b>video</b></video><p>x',
         "[Video](https://paper.example/v.mp4)\n\n**video**\n\nx"),
        ('Hi <img class="emoji" src="e.png" alt="\U0001f642">!', "Hi \U0001f642!"),
        ('<img srcset="/a.jpg 1x, /b.jpg 2x">', "![](https://paper.example/a.jpg)"),
        ('<div style="color:red;display: none">for mail</div><span hidden>y</span>z', "z"),
        ("<table><tr><td><h2>Head</h2><table><tr><td>a</td></tr><tr><td>b</td></tr></table></td><td>c</td></tr></table>",
         "## Head\n\na\n\nb\n\nc"),
        ("<table><tr><td><p>1</p></td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>",
         "| 1 | 2 |\n| --- | --- |\n| 3 | 4 |"),
        ("&lt;p&gt;Fish &amp;amp; &lt;b&gt;chips&lt;/b&gt;&lt;/p&gt;", "Fish & **chips**"),
        ("&lt;b&gt; is for bold", "\\<b> is for bold"),
        ("Use &lt;p&gt; for paragraphs", "Use \\<p> for paragraphs"),
        ("2 &lt; 3 &amp; [x] *y* _z_ a_b well-known", "2 \\< 3 & \\[x\\] \\*y\\* \\_z\\_ a_b well-known"),
        ("<p># no heading</p><p>1. no list</p><p>- none</p>", "\\# no heading\n\n1\\. no list\n\n\\- none"),
        ("<p>---</p><p>x", "\\---\n\nx"),
        ("<p>name\n---\n- none\n  1. none\n# none</p>", "name\n\\---\n\\- none\n1\\. none\n\\# none"),
        ("<pre>a\n- b\n---</pre>", "```\na\n- b\n---\n```"),
        ("\x1b[31m<p>\u202ered</p>", "red"),
    ],
)  # fmt: skip
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    """Each element has its Markdown, and text that looks like Markdown is escaped."""
    assert markdown_of(html) == markdown


def test_tables_stay_tables() -> None:
    """Cells are separated by bars, and a bar in a cell is escaped."""
    lines = markdown_of("<table><tr><th>a<th>b</tr><tr><td>1|2<td>3</tr></table>").split("\n")
    assert lines[0].replace(" ", "") == "|a|b|"
    assert "1\\|2" in lines[2]


@pytest.mark.parametrize("piece", ["<div><b>", "<table><td>", "<ul><li>", "<blockquote><p>"])
def test_text_below_the_maximum_depth_is_kept(piece: str) -> None:
    """Elements nested too deeply are dropped, their words are not."""
    assert markdown_of(piece * 5000 + "deep words").strip("*-> ") == "deep words"


@pytest.mark.parametrize(
    "piece", ["<a", "<!--", "<![CDATA[", "<?", '<a b="', "<", "<li><ul>", "x_*", "<pre>", "<!x"]
)
@QUICK
def test_hostile_html_takes_linear_time(piece: str) -> None:
    """Many repetitions of the same beginning do not take quadratic time."""
    markdown_of(piece * 20_000)


@given(st.text(alphabet=st.sampled_from("<>/abpi &;=\"'!-[]()*_`#\\\n\x1b\u202e"), max_size=80))
def test_any_text_gives_clean_markdown(html: str) -> None:
    """Nothing is raised, and the result contains no control characters."""
    found = markdown_of(html)
    assert clean(found) == found


def test_the_excerpt_is_the_first_paragraph() -> None:
    """It is the summary's, else the body's, as plain text."""
    assert excerpt_of("Short **one**.\n\nx", "Body") == "Short one."
    assert excerpt_of("", "# Head\n\nFirst *words*.") == "First words."


def test_tracking_pixels_are_not_pictures() -> None:
    """The first picture larger than a pixel is returned."""
    html = '<img src="/pixel.gif"><img width=1 src="/t.gif"><img src="/real.jpg">'
    assert converted(html, BASE)[1] == "https://paper.example/real.jpg"


def test_tracking_parameters_are_removed() -> None:
    """utm_* and the like are dropped; other parameters keep their order."""
    assert without_tracking("https://a.example/?utm_x=1&b=2&fbclid=3#c") == "https://a.example/?b=2#c"
    assert without_tracking("https://a.example/?a=utm_x") == "https://a.example/?a=utm_x"
