"""Where a database is and as whom: libpq's ways; what goes wrong is a sentence."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.postgres.connection import (
    ConnectionLost,
    NoWriter,
    SharedError,
    check_schema,
    connect,
    error_of,
    shown,
)
from reader.library.postgres.schema import CONTENT
from reader.library.postgres.setup import set_up
from tests.postgres_server import PASSWORD, PostgresServer
from tests.sshd import free_port


def who(address: str) -> object:
    """The role and the database of a connection."""
    with closing(connect(address)) as connection:
        return connection.execute("select current_user::text, current_database()::text").fetchone()


def test_a_service_file_and_a_password_file_are_used(
    postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGSERVICE, or a service in the URL, says where; PGPASSFILE has the password."""
    services, passwords = tmp_path / "services", tmp_path / "passwords"
    services.write_text(
        f"[desk]\nhost=127.0.0.1\nport={postgres_server.port}\nuser=news\ndbname=postgres\nconnect_timeout=7\n"
    )
    passwords.write_text(f"127.0.0.1:*:*:news:{PASSWORD}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    assert who("postgresql:///?service=desk") == ("news", "postgres")
    monkeypatch.setenv("PGSERVICE", "desk")
    assert who("postgresql://") == ("news", "postgres")
    monkeypatch.setenv("PGSERVICE", "other")
    with pytest.raises(SharedError, match=r"other.*pg_service.conf"):
        connect("postgresql://")


def test_the_environment_is_used(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """PGPASSWORD and PGOPTIONS count, and another encoding of the client's does not."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=7MB")
    monkeypatch.setenv("PGCLIENTENCODING", "latin1")
    with closing(connect(f"postgresql://news@127.0.0.1:{postgres_server.port}/postgres")) as connection:
        assert connection.execute("show work_mem").fetchone() == ("7MB",)
        assert connection.execute("show search_path").fetchone() == ("news,pg_temp",)
        assert connection.execute("select 'é€'").fetchone() == ("é€",)


def test_the_next_host_is_asked_where_one_is_dead(postgres_server: PostgresServer) -> None:
    """Of several hosts the first one that answers is used."""
    url = postgres_server.url().replace("@127.0.0.1:", f"@127.0.0.1:{free_port()},127.0.0.1:")
    assert who(url) == ("news", "postgres")


def test_a_database_that_cannot_hold_all_texts_is_refused(postgres_server: PostgresServer) -> None:
    """Only the encoding UTF-8 will do, and the sentence says how to make one."""
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute("create database narrow encoding 'LATIN1' locale 'C' template template0")
        try:
            with pytest.raises(SharedError, match="LATIN1.*createdb -E UTF8"):
                connect(postgres_server.url("narrow"))
        finally:
            connection.execute("drop database narrow with (force)")


@pytest.mark.parametrize(
    ("error", "kind", "expected"),
    [
        (psycopg.errors.ReadOnlySqlTransaction(), NoWriter, "accepts no changes"),
        (psycopg.errors.AdminShutdown("FATAL:  terminating"), ConnectionLost, "lost: terminating"),
        (psycopg.OperationalError("server closed the connection unexpectedly"), ConnectionLost, "lost"),
        (psycopg.errors.QueryCanceled(), SharedError, "too long"),
        (psycopg.errors.DiskFull(), SharedError, "full"),
        (psycopg.errors.TooManyConnections(), SharedError, "too many connections"),
        (psycopg.OperationalError('FATAL:  no pg_hba.conf entry for host "x"'), SharedError, "pg_hba.conf"),
        (psycopg.OperationalError("FATAL:  the database system is starting up"), SharedError, "starting up"),
        (psycopg.OperationalError("session is read-only"), NoWriter, "takes changes"),
        (psycopg.OperationalError("connection timeout expired"), SharedError, "does not answer"),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_each_error_has_a_sentence(error: psycopg.Error, kind: type[SharedError], expected: str) -> None:
    """What the server or libpq says becomes one sentence with the address and what to do."""
    found = error_of(error, "postgresql://ana:secret@h:7/news")
    assert type(found) is kind and expected in str(found)
    assert "postgresql://ana@h:7/news" in str(found) and "secret" not in str(found)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("port=abc", 'parameter that can\'t be used: invalid integer value "abc"'),
        ("port=99999", 'parameter that can\'t be used: invalid port number: "99999"'),
        ("sslmode=bogus", 'parameter that can\'t be used: invalid sslmode value: "bogus"'),
        ("connect_timeout=abc", "parameter that can't be used: bad value for connect_timeout"),
        (
            "options=-c%20nope%3D1",
            'parameter that can\'t be used: unrecognized configuration parameter "nope"',
        ),
        ("user=%ff", "is not a database URL"),
    ],
)
def test_a_wrong_parameter_is_named(postgres_server: PostgresServer, parameters: str, expected: str) -> None:
    """A parameter that libpq or the server does not take is called so, not a connection that was lost."""
    with pytest.raises(SharedError) as caught:
        connect(f"{postgres_server.url()}?{parameters}")
    assert expected in str(caught.value) and not isinstance(caught.value, ConnectionLost)


@pytest.mark.parametrize("key", ["version", "generation"])
def test_a_damaged_table_of_versions_is_a_sentence(database: str, key: str) -> None:
    """What another program wrote into `meta` is named, without what it wrote."""
    set_up(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("insert into news.meta values('content', %s)", (CONTENT,))
        connection.execute("update news.meta set value = e'x\\e[2J' where key = %s", (key,))
    with closing(connect(database)) as connection, pytest.raises(SharedError, match=f'damaged: "{key}"'):
        check_schema(connection, database)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=8))
def test_no_message_shows_the_password_of_an_address(secret: str) -> None:
    """What the server says again, as it does with names, has no password in it."""
    marked = f"PW{secret}PW"
    for address in (
        f"postgresql://ana:{quote(marked, safe='')}@h/news",
        f"postgresql://h/news?password={quote(marked, safe='')}",
        f"postgresql://h/news?user=ana&sslpassword={quote(marked, safe='')}",
    ):
        error = psycopg.OperationalError(f'FATAL:  something about "{marked}"')
        assert marked not in shown(address) and marked not in str(error_of(error, address))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana:se%cret@h/news",
        "postgresql://ana:se/cret@h/news",
        "postgresql://ana:se cret@h:x/news",
        "postgresql://ana:se@cret@h/news?nonsense=1",
        "postgresql://h/news?password=se%cret",
        "postgresql://h/news?nonsense=1&password=secret",
        "postgresql://ana:s@se:cret@h:5432/news",
        "postgresql://ana:se%ffcret@h/news",
        "postgresql://ana:se?port=cret@127.0.0.1:1/news",
        "postgresql://ana:se@cret?port=se@h/news",
        "postgresql://ana:se@cret?cret@h/news?application_name=x",
        "postgresql://ana:secret",
        "postgresql://ana:se%cret/news",
        "postgresql://ana:se/cret?cret@h/news",
    ],
)
def test_a_password_that_is_badly_quoted_is_not_shown(address: str) -> None:
    """An address that can't be understood is named without anything of its password."""
    with pytest.raises(SharedError) as caught:
        connect(address)
    message = re.sub("database|server", "", str(caught.value))
    assert "se" not in message and "cret" not in message
