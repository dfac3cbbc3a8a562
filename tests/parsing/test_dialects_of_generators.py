"""The folders of the usual site generators, each as its own documentation writes its headers."""

from __future__ import annotations

from datetime import UTC, date, datetime

from reader.article.record import Image, Place, Provider
from reader.parsing.dialects import article_of
from reader.parsing.frontmatter import read
from tests.headers import PLACE, day

HUGO_TOML = """+++
title = "Tulips"
date = 2021-06-18T10:00:00+02:00
draft = true
tags = ["flowers", "spring"]
categories = ["garden"]
author = "Ann Bell"
summary = "On tulips."
images = ["tulip.jpg"]
canonical = "https://garden.example/tulips"
[params]
weight = 3
+++
Body"""
HUGO_YAML = (
    "---\ntitle: Tulips\nlastmod: 2021-06-18\nauthor:\n  name: Ann Bell\nurl: /tulips/\ndraft: false\n---\n"
)
JEKYLL = """---
layout: post
title: Tulips
categories: [garden]
tags: flowers
published: no
---
First words.
"""
ZOLA = """+++
title = "Tulips"
date = 2021-06-18
description = "On tulips."
[taxonomies]
tags = ["flowers"]
categories = ["garden"]
authors = ["Ann Bell"]
colours = ["red"]
[extra]
toc = true
+++
"""
ELEVENTY = "---\ntitle: Tulips\ndate: 2021-06-18\npermalink: /2021/tulips/\ntags:\n  - flowers\n---\n"
DOCUSAURUS = """---
slug: tulips
title: Tulips
authors:
  - name: Ann Bell
    url: https://ann.example
  - bob
tags: [flowers, {label: Spring, permalink: /spring}]
---
"""
PELICAN = """Title: Tulips
Date: 2021-06-18 10:20
Category: garden
Tags: flowers, spring
Authors: Ann Bell; Bob Hill
Summary: On tulips.
Status: draft

Body"""


def test_hugo() -> None:
    """TOML and YAML headers of Hugo."""
    found = article_of(read(HUGO_TOML), PLACE)
    assert found.title == "Tulips" and found.published is False and found.author == ("Ann Bell",)
    assert found.published_date_time == datetime(2021, 6, 18, 8, 0, tzinfo=UTC)
    assert found.topics == ("flowers", "spring", "garden")
    assert found.excerpt == "On tulips." and found.images == (Image("tulip.jpg"),)
    assert found.url == found.identity == "https://garden.example/tulips"
    assert found.provider == Provider("garden.example", "garden.example")
    assert found.other == {"params": {"weight": "3"}} and found.body == "Body" and not found.problems
    other = article_of(read(HUGO_YAML), PLACE)
    assert (other.author, other.published) == (("Ann Bell",), True)
    assert other.published_date_time == day(2021, 6, 18)
    assert other.original_url == "" and other.other == {"url": "/tulips/"}


def test_jekyll() -> None:
    """The date is in the file's name, the excerpt in the body."""
    place = Place("/s/_posts/2021-06-18-tulips.md", "_posts/2021-06-18-tulips.md", "s")
    found = article_of(read(JEKYLL), place)
    assert found.published_date_time == day(2021, 6, 18)
    assert found.topics == ("flowers", "garden") and found.published is False
    assert found.excerpt == "First words." and found.provider == Provider("s")
    assert found.other == {"layout": "post"} and found.identity == "title:1623974400 tulips"


def test_zola() -> None:
    """Tags, categories and authors are in the table of taxonomies."""
    parsed = read(ZOLA)
    found = article_of(parsed, PLACE)
    assert found.topics == ("flowers", "garden") and found.author == ("Ann Bell",)
    assert found.other == {"taxonomies": {"colours": ["red"]}, "extra": {"toc": "true"}}
    assert article_of(parsed, PLACE) == found


def test_eleventy() -> None:
    """Its own permalink site is no address."""
    found = article_of(read(ELEVENTY), PLACE)
    assert found.original_url == "" and found.topics == ("flowers",)
    assert found.published_date_time == day(2021, 6, 18) and found.other == {"permalink": "/2021/tulips/"}


def test_docusaurus() -> None:
    """Authors and tags may be maps; a page in its own folder is named by it."""
    found = article_of(read(DOCUSAURUS), Place("/b/2021/06/18/x/index.md", "2021/06/18/x/index.md", "b"))
    assert found.author == ("Ann Bell", "bob") and found.topics == ("flowers", "Spring")
    assert found.published_date_time == day(2021, 6, 18)


OBSIDIAN = """---
title: "[[Tulips]] of spring"
published: 2021-06-18
topics: ["[[Flowers]]", "[[Spring 2021|spring]]"]
author: "[[Ann Bell]]"
type: ["[[Clippings]]"]
related: ["[[Roses]]", "https://garden.example/asters", {title: Lilies}]
---
![[Daily.base]]

> [!note] On [[Gardens|gardens]][^1] and
> [soils](https://soil.example).

[^1]: Hers.
"""


def test_obsidian() -> None:
    """Links between notes are their words, the day of publication is the date, related notes have a title."""
    found = article_of(read(OBSIDIAN), PLACE)
    assert (found.title, found.author, found.type) == ("Tulips of spring", ("Ann Bell",), "Clippings")
    assert found.topics == ("Flowers", "spring") and found.published is None
    assert found.published_date_time == day(2021, 6, 18) and not found.problems and not found.other
    assert found.excerpt == "On gardens and soils."
    titles_and_urls = [(one.title, one.web_url) for one in found.related]
    assert titles_and_urls == [("Roses", ""), ("", "https://garden.example/asters"), ("Lilies", "")]


def test_pelican() -> None:
    """Keys in any case, lists by comma or semicolon, the status says draft."""
    found = article_of(read(PELICAN), PLACE)
    assert found.title == "Tulips" and found.category == "garden" and found.published is False
    assert found.topics == ("flowers", "spring", "garden") and found.author == ("Ann Bell", "Bob Hill")
    assert found.published_date_time == datetime(2021, 6, 18, 10, 20, tzinfo=UTC)
    assert found.excerpt == "On tulips." and found.body == "Body" and not found.other


def test_no_header() -> None:
    """Heading and file's name give the title, the first paragraph the excerpt."""
    found = article_of(read("# The *first* day\n\nIt [rained](http://x.example).\n\nMore."), PLACE)
    assert (found.title, found.excerpt) == ("The first day", "It rained.")
    assert article_of(read("Only text."), PLACE).title == "a first story"
    place = Place("/n/2021-06-18_The-Day.md", "2021-06-18_The-Day.md", "n")
    assert article_of(read("Only text."), place).title == "The Day"
    assert article_of(read("x"), Place("/n/tulips/index.md", "tulips/index.md", "n")).title == "tulips"


def test_pelican_keys_with_capitals_inside() -> None:
    """A header whose keys count in any case still says the collection's own fields."""
    found = article_of(
        read("Title: A\nPublishedDateTime: 2021-06-18\noriginalURL: https://a.example/1\n\nx"), PLACE
    )
    assert (found.published_date_time, found.url) == (day(2021, 6, 18), "https://a.example/1")
    assert not found.other


def test_zola_keeps_its_extra_table_at_every_depth() -> None:
    """Nested tables are other fields, all text, and stand in for nothing."""
    header = '+++\ntitle = "x"\n[extra]\nquality = 3\n[extra.deep]\nlist = [1, 2.5, true]\n+++\n'
    found = article_of(read(header), PLACE)
    assert found.other == {"extra": {"quality": "3", "deep": {"list": ["1", "2.5", "true"]}}}
    assert found.quality is None


def test_a_folder_from_windows() -> None:
    """CR LF at the ends of the lines changes neither fields nor the lines of problems."""
    found = article_of(read("---\r\ntitle: x\r\nquality: 900\r\n---\r\none\r\ntwo\r\n"), PLACE)
    assert (found.title, found.body) == ("x", "one\ntwo")
    assert [(one.line, one.field) for one in found.problems] == [(3, "quality")]


def test_only_a_header() -> None:
    """A file that ends with its fence is an article without a body."""
    found = article_of(read("---\ntitle: x\n---"), PLACE)
    assert (found.title, found.excerpt, found.body, found.problems) == ("x", "", "", ())


def test_older_hexo() -> None:
    """A header whose end alone has a fence is one; a heading underlined with dashes is none."""
    header = "title: Tulips\ndate: 2021/6/18 20:46:25\ntags:\n- flowers\ncategories:\n- [a, b]"
    found = article_of(read(f"{header}\n---\nWords.\n\nMore."), PLACE)
    assert (found.title, found.topics, found.body) == ("Tulips", ("flowers", "a", "b"), "Words.\n\nMore.")
    assert found.published_date_time == datetime(2021, 6, 18, 20, 46, 25, tzinfo=UTC)
    assert article_of(read("Note: tulips\n---\nWords."), PLACE).title == "Note: tulips"
    parted = "Date: soon\n\n- a\n- b\n\n---\nWords."
    assert article_of(read(parted), PLACE).body == "- a\n- b\n\n---\nWords."


def test_eleventy_in_javascript() -> None:
    """An object is read as far as it is data; what is code is named, and no part of the text."""
    found = article_of(read('---js\n{\n  title: "Tulips",\n  date: "2021-06-18",\n}\n---\nWords.'), PLACE)
    assert (found.title, found.published_date_time, found.body) == ("Tulips", day(2021, 6, 18), "Words.")
    found = article_of(read('---js\nconst title = "Tulips";\n---\nWords.'), PLACE)
    assert (found.body, len(found.problems)) == ("Words.", 1)


def test_a_list_that_is_never_closed() -> None:
    """Its bracket is no part of a topic."""
    assert article_of(read("---\ntitle: [Video] A\ntags: [one, two\n---\n"), PLACE).topics == ("one", "two")


def test_pelican_tags_with_entities() -> None:
    """The semicolon of an entity parts nothing."""
    assert article_of(read("Title: A\nTags: R&amp;D; sea\n\nx"), PLACE).topics == ("R&D", "sea")
    assert article_of(read("Title: A\nTags: R&amp;D, sea\n\nx"), PLACE).topics == ("R&D", "sea")


def test_an_address_with_a_blank_is_one_under_any_key() -> None:
    """It is kept as it is written, and opened with the blank encoded."""
    found = article_of(read("---\ntitle: A\ncanonical_url: https://a.example/x y\n---\n"), PLACE)
    assert (found.original_url, found.other) == ("https://a.example/x y", {})


def test_mkdocs() -> None:
    """A blog's dates are a table: when it was created counts, not when it was changed."""
    text = "---\ndate:\n  updated: 2021-07-02\n  created: {}\n---\n# Tulips\n"
    assert article_of(read(text.format("2021-06-18")), PLACE).published_date_time == date(2021, 6, 18)
    problem = article_of(read(text.format("soon")), PLACE).problems[0]
    assert (problem.line, problem.field) == (4, "date.created")


def test_logseq() -> None:
    """A page's properties are its header; a journal's name is its date and its title."""
    text = "title:: Sea/Tulips\ntags:: flowers, [[early spring]]\ndate:: [[Jun 18th, 2021]]\n\n- Words."
    found = article_of(read(text), PLACE)
    assert (found.title, found.topics) == ("Sea/Tulips", ("flowers", "early spring"))
    assert found.published_date_time == date(2021, 6, 18)
    place = PLACE._replace(relative="journals/2021_06_18.md")
    found = article_of(read("- Words."), place)
    assert (found.title, found.published_date_time) == ("2021-06-18", date(2021, 6, 18))


def test_org_export() -> None:
    """The heading above the list of contents is not the title."""
    text = '# Table of Contents\n\n1.  [Tulips](#a)\n\n<a id="a"></a>\n\n# Tulips\n\nWords.\n'
    assert article_of(read(text), PLACE).title == "Tulips"


def test_notion() -> None:
    """Its exports have the properties below the title; a paragraph of something else stays text."""
    text = "# Tulips\n\nCreated: June 18, 2021 10:00 AM\nTags: flowers, spring\nStatus: Done\n\nWords."
    found = article_of(read(text), PLACE)
    assert (found.title, found.topics, found.excerpt) == ("Tulips", ("flowers", "spring"), "Words.")
    assert found.published_date_time == datetime(2021, 6, 18, 10, tzinfo=UTC)
    assert found.other == {"Status": "Done"}
    assert article_of(read("# Tulips\n\nCreated: soon\nTags: a\n\nx"), PLACE).problems[0].line == 3
    for prose in (
        "# A\n\nDate: soon\n\nWords.",
        "# A\n\nMia: hello\nJon: hi\n\nWords.",
        "# A\n\nTags: a\nwords",
    ):
        assert article_of(read(prose), PLACE).body == prose
