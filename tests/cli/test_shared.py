"""Commands on a shared collection, in processes of their own, against a real server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.home import KINDS, Home
from tests.postgres_server import PASSWORD


@pytest.fixture
def url(home: Home, database: str) -> Iterator[str]:
    """The home's articles, published; nothing that a command leaves behind has the password in it."""
    assert home.run("publish", "news", "--to", database, "--init")[0] == 0
    yield database
    for kind in KINDS:
        folder = Path(home.env[f"READER_{kind}_DIR"])
        for path in folder.rglob("*"):
            assert PASSWORD not in str(path) and "a%20secret" not in str(path)
            assert not path.is_file() or b"secret," not in path.read_bytes()


def test_lists_counts_and_facets_are_those_of_the_folder(home: Home, url: str) -> None:
    """Every format, but for the path, which is nowhere on this machine."""
    for form in ("csv", "tsv", "urls", "ids", "markdown", "table"):
        assert home.run("list", url, "--format", form) == home.run("list", "news", "--format", form)
    here = [one | {"path": None} for one in json.loads(home.run("list", "news", "--format", "json")[1])]
    assert json.loads(home.run("list", url, "--format", "json")[1]) == here
    for words in (
        ("count", "-t", "ai"),
        ("count", "-q", "path:b.md", "--format", "json"),
        ("facets", "topic"),
    ):
        assert home.run(*words, url) == home.run(*words, "news")
    assert home.run(url, "--format", "urls", "-q", "ferries")[1] == "https://b.example/2\n"


def test_articles_are_shown_and_opened(home: Home, url: str) -> None:
    """By the beginning of an id; what is secured never left home."""
    identifier = home.run("list", url, "--format", "ids", "--limit", "1")[1].strip()
    assert home.run("show", identifier, url) == home.run("show", identifier, "news")
    shown = json.loads(home.run("show", identifier, url, "--format", "json", "--include-secured")[1])
    assert shown["path"] is None and shown["secured"] is None and shown["body"].strip() == "The body."
    assert home.run("open", identifier[:8], url, "--print")[1] == "https://c.example/3\n"
    code, _, err = home.run("show", "zzzz", url)
    assert code == 1 and "12 digits" in err


def test_marks_and_problems(home: Home, url: str) -> None:
    """What is marked there is marked there alone; check lists what is wrong in the files."""
    assert home.run("mark", "read", "-t", "AI", url)[1] == "2 articles marked read\n"
    assert (
        home.run("count", "--unread", url)[1] == "1\n" and home.run("count", "--unread", "news")[1] == "3\n"
    )
    assert home.run("mark", "undo", url)[1] == "undone: 2 marked read\n"
    assert home.run("count", "--unread", url)[1] == "3\n"
    assert home.run("check", url)[0] == home.run("check", "news")[0]
    assert "quality" in home.run("check", url)[1] and "c.md" in home.run("check", url)[1]


def test_publishing_refreshes_it(home: Home, url: str) -> None:
    """`reader index` says so, and a publication is listed by the next command."""
    code, out, err = home.run("index", url)
    assert (code, out) == (2, "") and "reader publish" in err
    home.write("d.md", title="Newest", topics="[Sea]", url="https://d.example/4", day=4)
    assert home.run("publish", "news", "--to", url)[0] == 0
    assert home.run("list", url, "--limit", "1", "--template", "{title}")[1] == "Newest\n"


def test_configuration_works_as_for_folders(home: Home, url: str) -> None:
    """Muting, saved views, rules for topics, and a shared collection that is the configured one."""
    config = Path(home.env["READER_CONFIG_DIR"])
    config.mkdir()
    (config / "config.toml").write_text(
        f'collection = ["{url}"]\n[views]\nSea = "ferries"\n[mute]\n"*" = ["topic:chips"]\n'
        '[topics]\nBoats = "ferries"\n'
    )
    assert home.run("count")[1] == "2\n" and home.run("count", "--muted")[1] == "3\n"
    assert home.run("list", "--view", "Sea", "--format", "urls")[1] == "https://b.example/2\n"
    assert home.run("count", "-t", "boats")[1] == "1\n"
    doctor = home.run("doctor")[1]
    assert f"postgresql://news@{urlsplit(url).hostname}" in doctor and "secret" not in doctor


def test_the_connection_comes_from_libpqs_own_places(home: Home, url: str, tmp_path: Path) -> None:
    """PGSERVICE, PGPASSFILE and the variables of the environment, with nothing in the address."""
    parts = urlsplit(url)
    there = {"PGHOST": "127.0.0.1", "PGPORT": str(parts.port), "PGDATABASE": parts.path[1:], "PGUSER": "news"}
    passwords = tmp_path / "passwords"
    passwords.write_text(f"127.0.0.1:{parts.port}:*:news:{PASSWORD}\n")
    os.chmod(passwords, 0o600)
    assert home.run("count", "postgresql://", env=there | {"PGPASSFILE": str(passwords)})[1] == "3\n"
    services = tmp_path / "services"
    services.write_text(f"[desk]\nhost=127.0.0.1\nport={parts.port}\ndbname={parts.path[1:]}\nuser=news\n")
    by_service = {"PGSERVICEFILE": str(services), "PGSERVICE": "desk", "PGPASSWORD": PASSWORD}
    assert home.run("count", "postgresql://", env=by_service)[1] == "3\n"
    code, out, err = home.run("count", "postgresql://", env=there)
    assert (code, out) == (3, "") and "password" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://news:s3cret@127.0.0.1:1/x",
        "postgresql://news:s3cret@[bad",
        "postgres://news:s3cret@/x?port=y",
    ],
)
def test_errors_do_not_contain_the_password(home: Home, address: str) -> None:
    """Wherever it is in the address, and whatever is wrong."""
    for words in (("list",), ("count",), ("mark", "read", "--yes"), ("check",)):
        code, out, err = home.run(*words, address)
        assert code in (2, 3) and out == "" and err.count("\n") == 1
        assert "s3cret" not in err and "Traceback" not in err


def test_config_show_hides_the_password(home: Home) -> None:
    """The configuration may have one, and the output may be pasted anywhere."""
    folder = Path(home.env["READER_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.toml").write_text('collection = "postgresql://ana:hidden@db.example/news?x=hidden"\n')
    shown = home.run("config", "show")[1]
    assert 'collection = ["postgresql://ana@db.example/news"]' in shown and "hidden" not in shown
