"""`reader list --stories`, on files."""

from __future__ import annotations

import json
from pathlib import Path

from reader.config.paths import config_file
from tests.cli.conftest import Run
from tests.index.files import text_of, write


def test_a_list_folded_by_stories(tmp_path: Path, run: Run) -> None:
    """One row for each story, with the others and their providers; the configuration can say so too."""
    for hour, provider in (("09", "Delta Wire"), ("10", "Coast Wire"), ("11", "Isle Courier")):
        write(tmp_path / "news" / f"{hour}.md", text_of(
            "Young humpback whale under the Chain Bridge", f"2024-03-02T{hour}:00:00Z", provider=provider,
            excerpt="A young humpback whale swam up the Merrow and stayed under the bridge for an hour.",
        ))  # fmt: skip
    news = str(tmp_path / "news")
    assert run("list", "--stories", news).out.endswith("Chain Bridge  (+2 Coast Wire, Delta Wire)\n")
    [one] = json.loads(run("list", "--stories", "--format", "json", news).out)
    assert one["coverage"] == 3 and one["story"] != one["id"]
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text("[list]\nstories = true\n")
    for options, rows in (([], 1), (["--no-stories"], 3)):
        for command in (["list"], []):
            assert len(run(*command, *options, news).out.splitlines()) == rows


def test_many_providers_of_a_story_are_counted(tmp_path: Path, run: Run) -> None:
    """A row names three of them, however many there are."""
    for number in range(8):
        write(tmp_path / f"{number}.md", text_of(
            "Young humpback whale under the Chain Bridge", f"2024-03-02T0{number}:00:00Z",
            provider=f"Provider {number}",
            excerpt="A young humpback whale swam up the Merrow and stayed under the bridge for an hour.",
        ))  # fmt: skip
    out = run("list", "--stories", str(tmp_path)).out
    assert out.endswith("  (+7 Provider 6, Provider 5, Provider 4, 4 more)\n")


def test_the_id_of_a_vanished_story_is_explained(tmp_path: Path, run: Run) -> None:
    """Nothing matches, and a sentence says why; an article in no story is its own."""
    write(
        tmp_path / "news" / "a.md", text_of("Young humpback whale under the bridge", "2024-03-02T09:00:00Z")
    )
    news = str(tmp_path / "news")
    identifier = run("list", "--format", "ids", news).out.strip()
    assert run("list", "--format", "ids", "-q", f"story:{identifier}", news) == (0, f"{identifier}\n", "")
    gone = "f" * 12 if identifier[0] != "f" else "0" * 12
    code, out, err = run("list", "-q", f"story:{gone}", news)
    assert (code, out, len(err.splitlines())) == (0, "", 1)
    assert gone in err and "its first article is removed" in err
