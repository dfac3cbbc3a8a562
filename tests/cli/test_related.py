"""Tests of `reader related`: what is related to an article, with score and reason."""

from __future__ import annotations

import json

import pytest

from tests.cli.home import Home


@pytest.fixture
def ids(home: Home) -> dict[str, str]:
    """The ids of articles by their titles, two of which are copies and one of which lists a page."""
    for number, name in enumerate(("d", "e"), 4):
        home.write(f"{name}.md", title="Ferry aground off Saltholm", topics="[Sea]",
                   url=f"https://{name}.example/{number}", day=number)  # fmt: skip
    path = home.news / "b.md"
    link = (
        "related: [{title: Tide tables, webUrl: 'https://tide.example/1'}, {webUrl: 'https://c.example/3'}]\n"
    )
    path.write_text(path.read_text("utf-8").replace("quality: 50\n", f"quality: 50\n{link}"), "utf-8")
    _, out, _ = home.run("list", str(home.news), "--template", "{id}\t{title}\t{url}")
    return {line.split("\t")[2]: line.split("\t")[0] for line in out.splitlines()}


def test_a_copy_is_related(home: Home, ids: dict[str, str]) -> None:
    """It is listed in a table with reason, score and id, and as a record without the body."""
    code, out, _ = home.run("related", ids["https://d.example/4"], str(home.news))
    [line] = out.splitlines()
    assert code == 0 and ids["https://e.example/5"] in line and "Ferry aground off Saltholm" in line
    _, out, _ = home.run("related", ids["https://d.example/4"][:6], str(home.news), "--format", "json")
    [made] = json.loads(out)
    assert made["id"] == ids["https://e.example/5"] and made["reason"] in ("same story", "alike")
    assert 0.5 < made["score"] <= 1 and made["topics"] == ["Sea"] and "body" not in made


def test_listed_links_come_first(home: Home, ids: dict[str, str]) -> None:
    """Links out of the collection have the keys of the record, null if unknown."""
    code, out, _ = home.run("related", ids["https://b.example/2"], str(home.news), "--format", "jsonl")
    outside, inside = map(json.loads, out.splitlines())
    assert code == 0 and outside.keys() == inside.keys()
    assert (outside["title"], outside["id"], outside["read"]) == ("Tide tables", None, None)
    assert outside["reason"] == inside["reason"] == "listed" and outside["score"] == inside["score"] == 1
    assert inside["id"] == ids["https://c.example/3"] and inside["path"].endswith("c.md")
    out = home.run("related", ids["https://b.example/2"], str(home.news), "--limit", "1")[1]
    assert "Tide tables https://tide.example/1\n" in out and len(out.splitlines()) == 1


def test_nothing_related_is_no_error(home: Home, ids: dict[str, str]) -> None:
    """A sentence on stderr, an empty array, exit code 0."""
    identifier = ids["https://a.example/1"]
    code, out, err = home.run("related", identifier, str(home.news))
    assert (code, out) == (0, "") and "nothing in this collection is related" in err
    assert home.run("related", identifier, str(home.news), "--format", "json")[:2] == (0, "[]\n")


def test_wrong_use(home: Home, ids: dict[str, str]) -> None:
    """No such article is 1, no article or two of them 2, each with a sentence."""
    code, out, err = home.run("related", "ffffffffffff", str(home.news))
    assert (code, out) == (1, "") and "no article has an id" in err
    assert home.run("related")[0] == 2
    assert home.run("related", ids["https://a.example/1"], ids["https://b.example/2"])[0] == 2
