"""Topics by rule on the command line: counted, filtered, muted, printed, and each mistake reported."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.home import Home

RULES = """
mute = ["topic:Quiet"]
[topics]
Boats = 'ferries OR "bad score"'
ai = "title:score"
Quiet = "title:Ärger"
Broken = "chips quality:>>5"
Number = 5
"""


def _configure(home: Home, text: str) -> None:
    folder = Path(home.env["READER_CONFIG_DIR"])
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(text, "utf-8")


def test_topic_rules_apply_to_every_command(home: Home) -> None:
    """Counts, filters, muting, JSON and templates agree; a topic of the file is not added."""
    _configure(home, RULES)
    code, out, err = home.run("facets", "topic", str(home.news), "--format", "json")
    counts = {one["value"]: one["count"] for one in json.loads(out)}
    assert code == 0 and counts == {"Boats": 2, "AI": 1, "Transport": 1}
    assert err.count("the rule is ignored") == 1 and "and 1 more" in err
    _, out, _ = home.run("list", str(home.news), "-t", "boats", "--format", "jsonl")
    added = {one["title"]: (one["topics"], one["addedTopics"]) for one in map(json.loads, out.splitlines())}
    assert added == {"Ferries stay": (["Transport"], ["Boats"]), "Bad score": (["AI"], ["Boats"])}
    assert home.run("count", str(home.news), "--muted")[1] == "3\n"
    assert home.run("count", str(home.news), "-q", "-topic:Boats", "--muted")[1] == "1\n"
    _, out, _ = home.run("list", str(home.news), "--template", "{title}: {addedTopics}")
    assert out.splitlines() == ["Bad score: Boats", "Ferries stay: Boats"]


def test_show_prints_added_topics_with_a_plus(home: Home) -> None:
    """In text and in JSON."""
    _configure(home, RULES)
    ids = home.run("list", str(home.news), "-q", "ferries", "--format", "ids")[1].split()
    assert "topics    Transport, +Boats" in home.run("show", ids[0], str(home.news))[1]
    made = json.loads(home.run("show", ids[0], str(home.news), "--format", "json")[1])
    assert made["addedTopics"] == ["Boats"]


def test_changed_rules_need_no_new_index(home: Home) -> None:
    """They apply to the next command, and no file is read again."""
    _configure(home, RULES)
    home.run("index", str(home.news))
    _configure(home, '[topics]\nSea = "ferries"\n')
    assert home.run("facets", "topic", str(home.news), "-t", "sea", "--limit", "1")[0] == 0
    assert home.run("count", str(home.news), "-t", "sea")[1] == "1\n"
    assert json.loads(home.run("index", str(home.news), "--format", "json")[1])["unchanged"] == 3


def test_mistakes_are_listed(home: Home) -> None:
    """By "config show" and "doctor", each with its name and, where there is one, its column."""
    _configure(home, RULES)
    for words in (("config", "show"), ("doctor",)):
        _, out, err = home.run(*words)
        assert 'topics: "Broken", column 7: ' in out + err
        assert 'topics: "Number": expected a query, not 5' in out + err


def test_empty_and_odd_tables(home: Home) -> None:
    """No table at all, a list in its place, control characters, and a name of spaces."""
    for text in ("topics = 5", "topics = []", '[topics]\n" " = "x"\n"a\\u001b[2J\\nb" = "ferries\\u0007"\n'):
        _configure(home, text)
        code, out, err = home.run("facets", "topic", str(home.news))
        assert code == 0 and "Transport" in out and "\x1b" not in out + err and "Traceback" not in err
    assert "1  a b\n" in out
