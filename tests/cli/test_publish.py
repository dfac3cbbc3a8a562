"""`reader publish` and marks in a database, as commands, against a real server."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.conftest import Run
from tests.cli.home import Outcome
from tests.index.files import text_of, write, write_four
from tests.postgres_server import PASSWORD, PostgresServer, as_role


@pytest.fixture
def news(tmp_path: Path) -> str:
    """A folder of four articles."""
    return str(write_four(tmp_path / "news"))


@pytest.fixture
def run(run: Run) -> Run:
    """Runs `reader` with these words, and finds no password in the output."""

    def checked(*words: str) -> Outcome:
        outcome = run(*words)
        for secret in (PASSWORD, "its own secret", "wr0ng"):
            assert secret not in outcome.out + outcome.err
        return outcome

    return checked


def test_publish_prints_its_report(run: Run, news: str, database: str) -> None:
    """First everything is added, then only changes are reported, also as JSON."""
    first = run("publish", news, "--to", database, "--init")
    assert first.code == 0 and first.out.startswith("4 articles published: 4 added, in ")
    (Path(news) / "d.md").unlink()
    write(Path(news) / "e.md", text_of("e", "2024-03-01"))
    again = run("publish", news, "--to", database, "--format", "json")
    report = json.loads(again.out)
    assert (report["articles"], report["added"], report["removed"], report["unchanged"]) == (4, 1, 1, 3)
    assert report["generation"] > 0 and report["sets"] > 0
    same = run("publish", news, "--to", database, "--init")
    assert same.out.startswith("4 articles published: 4 unchanged, in ")


def test_an_empty_database_needs_init(run: Run, news: str, database: str) -> None:
    """The error names --init."""
    outcome = run("publish", news, "--to", database)
    assert outcome.code == 3 and "--init" in outcome.err and not outcome.out


def test_a_granted_role_has_its_own_marks(
    run: Run, news: str, database: str, other_role: tuple[str, str], tmp_path: Path
) -> None:
    """They are exported, imported, undone and redone by the database's address."""
    role, _ = other_role
    member = as_role(database, *other_role)
    assert run("publish", news, "--to", database, "--init").code == 0
    refused = run("export-marks", "-", member)
    assert refused.code == 3 and "--grant" in refused.err
    assert run("publish", news, "--to", database, "--grant", role).code == 0
    record = [{"identity": "https://news.example/a", "read": True, "tags": ["later"]}]
    given = write(tmp_path / "given.json", json.dumps(record))
    assert run("import-marks", str(given), member).out == "1 article changed by 1 imported mark\n"
    [exported] = json.loads(run("export-marks", "-", member).out)
    assert exported["read"] and exported["tags"] == ["later"]
    assert json.loads(run("export-marks", "-", database).out) == []
    assert run("mark", "undo", member).out == "undone: 1 imported\n"
    assert json.loads(run("export-marks", "-", member).out) == []
    assert run("mark", "redo", member).out == "redone: 1 imported\n"
    assert run("mark", "undo", database).out == "nothing to undo\n"
    file = tmp_path / "marks.json"
    assert run("export-marks", "--merge", str(file), member).code == 0 and file.exists()
    assert run("import-marks", "--merge", str(file), database).out.startswith("1 article changed")


def test_a_role_without_rights_gets_the_script(
    run: Run, news: str, database: str, other_role: tuple[str, str]
) -> None:
    """An administrator can run the script, and then the role can publish."""
    import psycopg

    outcome = run("publish", news, "--to", as_role(database, *other_role), "--init")
    assert outcome.code == 3 and "administrator" in outcome.err and "psql" in outcome.err
    assert outcome.out.startswith("begin;\n") and outcome.out.endswith("commit;\n")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(outcome.out.encode())
    assert run("publish", news, "--to", as_role(database, *other_role)).out.startswith("4 articles published")


def test_an_unknown_role_is_named(run: Run, news: str, database: str) -> None:
    """--grant with a mistyped role sets nothing up and says how a role is created."""
    outcome = run("publish", news, "--to", database, "--init", "--grant", "nobody-such")
    assert outcome.code == 3 and 'no role "nobody-such"' in outcome.err
    assert run("publish", news, "--to", database).code == 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["publish", "."], "--to"),
        (["publish", ".", "--to", "folder"], "postgresql://"),
        (["publish", ".", "--to", "postgresql://h/d", "--shard", "postgresql://a/d"], "--init"),
        (["publish", "postgresql://a:wr0ng@h/d", "--to", "postgresql://h/d"], "folders"),
        (["publish", "--too", "postgresql://a:wr0ng@h/d"], "unrecognized"),
        (["mark", "undo", "postgresql://a:wr0ng@h/d", "postgresql://a:wr0ng@h/e"], "remove"),
    ],
)
def test_usage_errors_come_before_connecting(run: Run, words: list[str], expected: str) -> None:
    """Impossible options are refused with exit code 2."""
    outcome = run(*words)
    assert outcome.code == 2 and expected in outcome.err and not outcome.out


def _not_postgres() -> int:
    """The port of a server that speaks something else, once."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with server:
            for _ in range(3):
                connection, _ = server.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    Thread(target=answer, daemon=True).start()
    return int(server.getsockname()[1])


def test_server_errors_have_a_remedy(run: Run, news: str, postgres_server: PostgresServer) -> None:
    """No such database, wrong password, no such role, nobody there, no PostgreSQL there, no such host."""
    port = postgres_server.port
    for address, expected in (
        (postgres_server.url("nowhere"), "createdb"),
        (postgres_server.url(password="wr0ng"), "refuses the user or the password"),
        (postgres_server.url(role="stranger", password="wr0ng"), "refuses the user or the password"),
        ("postgresql://ana:wr0ng@127.0.0.1:1/news", "no server answers"),
        (f"postgresql://ana:wr0ng@127.0.0.1:{_not_postgres()}/news", "is not PostgreSQL"),
        ("postgresql://ana:wr0ng@no-such-host.invalid/news", "unknown host"),
        (f"postgresql://ana:wr0ng@127.0.0.1:{port}/news?sslmode=nonsense", "sslmode"),
        (f"postgresql://ana:wr0ng@127.0.0.1:{port}/news?nonsense=1", "not a database URL"),
    ):
        for words in (("publish", news, "--to", address), ("export-marks", "-", address)):
            outcome = run(*words)
            assert (outcome.code, outcome.out) == (3, "") and expected in outcome.err, outcome.err
            assert outcome.err.count("\n") == 1


def test_an_old_server_is_reported(
    run: Run, news: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names its version and the one that is needed."""
    monkeypatch.setattr("reader.library.postgres.connection.OLDEST_SERVER", 99)
    outcome = run("publish", news, "--to", database, "--init")
    assert outcome.code == 3 and "version 99 or newer is needed" in outcome.err


def test_a_role_needs_a_name(run: Run, news: str, database: str) -> None:
    """An empty --grant, as from an unset variable, is a usage error and sets nothing up."""
    outcome = run("publish", news, "--to", database, "--init", "--grant", "")
    assert outcome.code == 2 and "name of a role" in outcome.err
    assert "--init" in run("list", database).err
