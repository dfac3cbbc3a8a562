"""What site generators and Obsidian add to Markdown is read as what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.app.reading.blocks import layout_markdown, links_in
from reader.app.reading.lines import BOLD, plain
from reader.article.template_tags import box_heading
from tests.app.build import texts
from tests.conftest import QUICK, rarely

PARTS = (
    ":::", ":::note", "::::tip[a]", "!!! note", "    ", "  ", "<A>", "</A>", "<A", ">", "{% a %}", "{%", "%}",
    "{{< figure src=a >}}", "{{< a b >}}", "{% highlight c %}", "{% endhighlight %}", "{:.a}", "[^1]:",
    "[^1]", ": ", "[[a|b]]", "![[a]]", "> [!NOTE]", "# a {#b}", "- ", "> ", "1. ", "\n", "\n\n", "word", "*",
    "`", "|a|b|", "|-|-|", "import 'a'", "[toc]", "{/*", "*/}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        (":::note\nOne *two*.\n\n- a\n:::\nAfter", ["▎ Note", "▎", "▎ One two.", "▎", "▎ • a", "", "After"]),
        (":::tip[Set `a`]\nx\n:::", ["▎ Set a", "▎", "▎ x"]),
        ('::::tip\n:::note{title="T"}\ny\n:::\n::::\nz', ["▎ Tip", "▎", "▎ ▎ T", "▎ ▎", "▎ ▎ y", "", "z"]),
        ("- item\n  :::details\n  *in*\n  :::\n- two", ["• item", "  in", "• two"]),
        ("one\n:::", ["one"]),
        ('!!! note "A *b*"\n    Text\n\n    - a\n\nEnd', ["▎ A b", "▎", "▎ Text", "▎", "▎ • a", "", "End"]),
        ("!!! wow\nText", ["▎ Wow", "", "Text"]),
        ("!!! what a match it was!", ["▎ what a match it was!"]),
        ("> [!NOTE]\n> Text", ["▎ Note", "▎ Text"]),
        ("> [!warning]+ Mind `this`\n> x", ["▎ Mind this", "▎ x"]),
        ("> [!quote]", ["▎ Quote"]),
        ("> [no] call", ["▎ [no] call"]),
    ],
)  # fmt: skip
def test_boxes(markdown: str, lines: list[str]) -> None:
    """A box is a quotation below its heading."""
    assert texts(markdown) == lines
    assert box_heading("spoiler") == "" and box_heading("tip") == "Tip"


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("<Steps>\n1. one\n2. *two*\n</Steps>", ["1. one", "2. two"]),
        ("<Card\n  title='A card'\n>\ntext\n</Card>\n<Since />", ["A card", "", "text"]),
        ("import A from '~/a';\nimport 'b'\n\nText", ["Text"]),
        ("import duties rose.", ["import duties rose."]),
        ("{% highlight ruby %}\ndef *a*\n{% endhighlight %}", [" def *a*"]),
        ("{% include a.html %}\n{# b #}\nText {% raw %}{{ a }}{% endraw %}", ["Text {{ a }}"]),
        ("{% include a.html\n  b=1 %}\nText", ["Text"]),
        ('{{< figure src="a.png" caption="A *sea*" >}}', ["[picture: A *sea*]"]),
        ("{{< youtube w7Ft2ymGmfc >}}", ["[video] [www.youtube.com]"]),
        (
            '{{< video src="https://v.example/a.mp4" title="A film" class="wide" >}}',
            ["[video: A film] [v.example]"],
        ),
        ('{{< button class="a" id="b" >}}', ["[button]"]),
        ("{{< clear >}}", []),
        ('{{< note title="Mind" class="b" >}}\nText\n{{< /note >}}', ["Mind", "", "Text"]),
        ('{{< card title="Sea" class="b" >}}', ["[card: Sea]"]),
        ('A {{< icon "sun" >}} and {{% ref "x" class="y" %}}', ["A [icon sun] and [ref x]"]),
        ('{% include video id="abc" provider="youtube" %}', ["[video] [www.youtube.com]"]),
        ("{% embed https://x.example/a %}", ["[embed] [x.example]"]),
        ('[caption id="a" width="3"]![Sea](a.png) A caption[/caption]', ["[picture: Sea] A caption"]),
        ('[gallery ids="1,2"]\n\n[youtube https://v.example/1]', ["[gallery]", "", "https://v.example/1"]),
        (
            "[embed]https://v.example/1[/embed] and [video] of [audio](b)",
            ["https://v.example/1 and [video] of audio"],
        ),
        ("{{% notice tip %}}\nHi\n{{% /notice %}}", ["Tip", "", "Hi"]),
        ('{{</* figure src="x" */>}}', ['{{< figure src="x" >}}']),
        ('<p>\n{{< img src="a.png" alt="X" >}}\n</p>', ["X"]),
        ("{{< tab >}}\n*a*\n{{< /tab >}}", ["a"]),
        ("{{< new-in 0.160.0 />}}\n[a]\n", ["[new-in 0.160.0]", "", "[a]"]),
        ("# Head {#head .a}\n{: .wide}\n![a](b.png){: .c} d", ["Head", "━━━━", "", "[picture: a] d"]),
        ("[TOC]\n\n[[toc]]\n\nText", ["Text"]),
        ("a [x]({{ site.url }}/b) [y]({% post_url a %})", ["a x y"]),
    ],
)
def test_what_steers_a_site_is_left_out(markdown: str, lines: list[str]) -> None:
    """What is written between components and tags of templates is read as if they were not there."""
    assert texts(markdown) == lines


def test_footnotes_are_notes() -> None:
    """A reference is a small number, the note begins with it, and neither is the definition of a link."""
    notes = "A[^1] and B[^b].\n\n[^1]: https://a.example\n[^b]: Two\n  three\n\n    More."
    assert texts(notes) == ["A¹ and B[b].", "", "¹ https://a.example", "", "[b] Two three", "", "    More."]
    assert texts("[^1]: Thanks!") == ["¹ Thanks!"]
    assert links_in(notes) == [("", "https://a.example")]


def test_definitions_stand_below_their_terms() -> None:
    """A term may have several; a colon elsewhere is text."""
    assert texts("Term\n: means *that*\n  and this\n: or that\n\nNext\n: too") == [
        "Term",
        "  means that and this",
        "  or that",
        "",
        "Next",
        "  too",
    ]
    assert texts(": alone") == [": alone"]
    assert texts("on\ndit\n: b") == ["on dit : b"]


def test_links_between_notes_are_their_words() -> None:
    """Those of numbers alone are notes of a text; what is embedded is told."""
    assert texts("[[Page|it]], [[Other page]] [[1]] <[[T; N]]>\n![[a.png|9]]", 70) == [
        "it, Other page [[1]] <[[T; N]]> [picture: a.png]"
    ]


def test_the_heading_of_a_box_is_strong() -> None:
    """The text below it is not."""
    lines = layout_markdown("> [!NOTE]\n> Text", 40)
    assert [line[-1].emphasis for line in lines] == [BOLD, 0]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_any_mixture_is_lines(markdown: str) -> None:
    """Nothing raises and nothing is too wide."""
    assert all(cell_len(plain(line)) <= 30 for line in layout_markdown(markdown, 30))


@pytest.mark.parametrize(
    "part",
    [
        *PARTS[:3],
        "{% highlight c %}\n",
        "[^1]: a\n",
        *rarely(*PARTS[3:], ":::a\n", "<A\n", "{%\n", "a\n: b\n"),
    ],
)
@QUICK
def test_many_of_them_are_quick(part: str) -> None:
    """A piece of a body that holds nothing else takes no longer than others."""
    layout_markdown(part * (9_000 // len(part)), 76)
    layout_markdown(f"{part}\n" * (9_000 // (len(part) + 1)), 76)


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ('{{ youtube(id="abc123") }}', ["[video] [www.youtube.com]"]),
        ('{{ gallery(dir="a, b", title="Boats") }}', ["[gallery: Boats]"]),
        ('See {{ youtube(id="abc", title="a boat") }} there', ["See a boat there"]),
        ('{% quote(author="Ann") %}\nwords\n{% end %}', ["words"]),
        ('One {% asset_img a_b.jpg "A boat" %} two', ["One two"]),
        (
            "{% codeblock A title lang:js %}\nlet a;\n\nb\n{% endcodeblock %}\nx",
            [" let a;", "", " b", "", "x"],
        ),
        ("{% code %}\n- a\n{% endcode %}", [" - a"]),
        ("* TOC\n{:toc}\n\nText", ["Text"]),
        ("1. a\n2. b\n{:toc}", ["1. a", "2. b"]),
        ('[a](https://a.example){:target="_blank"} *b*{: .c} `d`{:.e} `f` {x}', ["a [a.example] b d f {x}"]),
        ("One %%hidden%% two ==three== ^a1b2c3", ["One two three"]),
        ("==a *b*== and ==`c` [d](https://a.example)== ==", ["a b and c d [a.example] =="]),
        ("==a", ["==a"]),
        ("x^2^ H~2~O 10^-3^ ~5~ a^b^c 2^10 and 3^10", ["x² H₂O 10⁻³ ~5~ a^b^c 2^10 and 3^10"]),
        ('=== "A *b*"\n    One\n\n    - two\n\nEnd', ["▎ A *b*", "▎", "▎ One", "▎", "▎ • two", "", "End"]),
        ("====== Top ======\ntext\n== Low ==", ["Top", "━━━", "", "text", "", "Low", "───"]),
        ("== Wiki ==\n\n=== a === b", ["Wiki", "────", "", "=== a === b"]),
        ("- a\n  collapsed:: true\n  id:: 6553\n- b:: c\n  - d", ["• a", "• b:: c", "  ◦ d"]),
        ("A {++b++} c {--d--} e{>>f<<} {==g==}", ["A b c e g"]),
        ("++ctrl+page-up++, C++ and x++ y++ z", ["ctrl+page up, C++ and x++ y++ z"]),
        (":material-check: Done :fontawesome-solid-x: :smile: 10:30", ["Done :smile: 10:30"]),
        ("[[a]] [[b]] [[c](https://c.example)]\n\n[a]: a.md", ["a b [c [c.example]]"]),
        ('{% tabs %}\n{% tab title="One *a*" %}\nb\n{% endtab %}\n{% endtabs %}', ["One *a*", "", "b"]),
        ("See ![a]({{ site.url }}/a.png){: .b} [c]({% link d %}) e", ["See [picture: a] c e"]),
        ('<a id="a"></a>\n\nOne\n\n<span></span>\n\n<!-- c -->\n\nTwo', ["One", "", "Two"]),
        ("a == b == c, 5%% and 6%%, 2 ^8", ["a == b == c, 5%% and 6%%, 2 ^8"]),
    ],
)
def test_tags_and_signs_of_other_programs(markdown: str, lines: list[str]) -> None:
    """Shortcodes of Zola, tags of Hexo, attributes of Kramdown, comments of Obsidian, properties of Logseq,
    tabs of MkDocs and GitBook, links of Foam, headings of wikis are what they show, or nothing."""
    assert texts(markdown, 60) == lines
