"""A restricted reader: what it does not have, does not do, and can't be talked into."""

from __future__ import annotations

import ast
import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader import permissions
from reader.app.keys import keymap_of
from reader.cli.parser import MODULES
from reader.config import settings
from reader.config.commands import COMMANDS, NEEDS, allowed_commands
from reader.index import schema
from reader.permissions import EVERYTHING, RESTRICTED, NotAllowed, require
from tests.app.real_screen import RealScreen, environment_of
from tests.index.files import opened, text_of, titles, write
from tests.sshd import ssh_server

READER = Path(permissions.__file__).parent

ASKS = {"require", "permissions", "is_allowed"}
"""Calls that ask the one value that decides."""

DEEDS = {
    "os": {
        "mkdir", "makedirs", "rename", "replace", "link", "symlink", "unlink", "remove", "rmdir", "chmod",
        "fchmod", "truncate", "mkfifo", "system", "popen", "kill", "killpg", "execv", "execve", "execvp",
        "execvpe", "posix_spawn", "fork", "forkpty", "startfile",
    },
    "shutil": {"copy", "copy2", "copyfile", "copytree", "move", "rmtree"},
    "subprocess": {"run", "Popen", "call", "check_call", "check_output"},
    "socket": {"socket", "create_connection", "create_server", "getaddrinfo", "gethostbyname"},
    "sqlite3": {"connect"},
    "webbrowser": {"open"},
    "tempfile": {"mkdtemp", "mkstemp"},
}  # fmt: skip
"""Calls of modules that start, write or connect."""
METHODS = {
    "write_text", "write_bytes", "touch", "mkdir", "unlink", "rename", "symlink_to", "hardlink_to",
    "getaddrinfo", "create_connection", "open_connection", "start_server", "create_subprocess_exec",
    "create_subprocess_shell", "connect_tcp", "action_suspend_process", "open_url",
}  # fmt: skip
"""Methods that do so, of paths, of event loops and of apps."""
NAMES = {"Popen", "TemporaryFile", "NamedTemporaryFile", "urlopen", "build_opener"}
"""Functions that do so under their own names."""

OTHERWISE = {
    "marks/file.py": "marks",
    "marks/backups.py": "copies of marks",
    "index/workers.py:_start": "own workers, which only read",
    "pictures/decoding.py:make": "an own worker, which only decodes",
    "index/editions.py:_remove": "for `Editions`",
    "index/editions.py:Editions": "its callers ask: the index (`is_read_only`) and `connect`",
    "app/running.py:_write_no_more": "opens /dev/null",
    "cli/__init__.py": "opens /dev/null",
    "cli/feed_worker.py:serve": "sets the priority of its own process in /proc",
    "opening/programs.py:_file_for_output": "for `start`, which asks",
    "opening/programs.py:_input": "for `run`, which asks",
    "opening/programs.py:_kill": "ends what `run` has started",
    "opening/relay.py": "for `hand_over` and `Relay`, which ask before they connect or listen",
    "feeds/state.py:_prepare": "for `State`, which asks",
    "app/screens/addresses.py:on_click": "only by the browser that shows the screen",
    "web/server.py:start": "for `Server`, which asks; what it starts is restricted",
    "config/paths.py:_make_folder": "for `ensure`, which asks",
    "app/browsing/browse_screen.py:action_suspend": "`check_action` asks",
}
"""Places that do not ask, each with the reason; a whole file, a class, or a function."""


@pytest.fixture
def restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is restricted for one test."""
    monkeypatch.setattr(permissions, "_now", RESTRICTED)


# Every place asks.


def _deeds(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if not isinstance(one, ast.Call):
            continue
        called = one.func
        if isinstance(called, ast.Name):
            if called.id in NAMES or (called.id == "open" and _writes(one, 1)):
                yield called.id
        elif isinstance(called, ast.Attribute):
            owner = called.value.id if isinstance(called.value, ast.Name) else ""
            if called.attr in DEEDS.get(owner, ()) or (owner not in DEEDS and called.attr in METHODS):
                yield f"{owner}.{called.attr}"
            elif called.attr == "open" and (_makes(one) if owner == "os" else _writes(one, 0)):
                yield f"{owner}.open"


def _writes(call: ast.Call, place: int) -> bool:
    modes = [one.value for one in call.keywords if one.arg == "mode"] + list(call.args[place : place + 1])
    return any(isinstance(one, ast.Constant) and set(str(one.value)) & set("wax+") for one in modes)


def _makes(call: ast.Call) -> bool:
    return any(flag in ast.unparse(call) for flag in ("O_CREAT", "O_WRONLY", "O_RDWR", "_NEW"))


def _functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, str, ast.AST]]:
    """(class, name, function) for each function that is in no other."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield within, node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, node.name)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _functions(node, within)


def _asks(node: ast.AST) -> bool:
    called = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return any(isinstance(one, ast.Name) and one.id in ASKS for one in called)


def test_every_place_that_starts_writes_or_connects_asks() -> None:
    """A function that starts a program, writes a file or connects asks before, or is listed with a reason."""
    silent, used = [], set[str]()
    for path in sorted(READER.rglob("*.py")):
        file = path.relative_to(READER).as_posix()
        for owner, name, node in _functions(ast.parse(path.read_text("utf-8"))):
            found = sorted(set(_deeds(node)))
            if not found or _asks(node):
                continue
            reasons = {file, f"{file}:{owner}", f"{file}:{name}"} & OTHERWISE.keys()
            used |= reasons
            if not reasons:
                silent.append(f"{file}:{name} ({', '.join(found)})")
    assert not silent, "\n".join(silent)
    assert used == OTHERWISE.keys(), f"not needed any more: {OTHERWISE.keys() - used}"


def test_the_walk_finds_what_does_not_ask() -> None:
    """A new function that starts a program or writes a file would be noticed."""
    tree = ast.parse(
        "class A:\n  def f(self):\n    subprocess.run(x)\n  def g(self):\n    path.write_text(x)"
    )
    assert [(name, list(_deeds(node))) for _, name, node in _functions(tree)] == [
        ("f", ["subprocess.run"]),
        ("g", ["path.write_text"]),
    ]
    asking = ast.parse("def f():\n  require('programs')\n  subprocess.run(x)").body[0]
    assert list(_deeds(asking)) == ["subprocess.run"]
    assert _asks(asking)


# What happens, as Python's own audit hook sees it.

AUDITED = """
import os, sys
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def note(event, about):
    if event == "open":
        path, mode, flags = about
        if isinstance(path, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        about = [path]
    elif event not in (
        "subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.forkpty", "os.mkdir",
        "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.kill",
        "os.killpg", "socket.connect", "socket.bind", "socket.getaddrinfo", "sqlite3.connect",
        "webbrowser.open", "tempfile.mkstemp", "urllib.Request",
    ):
        return
    os.write(log, ("%s %r\\n" % (event, about)).encode("utf-8", "replace"))
sys.addaudithook(note)
from reader.cli import main
"""
"""Writes what a restricted reader might not do to a file that was opened before."""


def _forbidden(log: Path, data: Path) -> list[str]:
    """What was done besides keeping marks and starting own workers."""
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    marks = (str(data / "marks.db"), str(data / "backups"), str(data))
    fine = ("sqlite3.connect ('file:/reader-index-", "sqlite3.connect (':memory:'", "open ['/dev/null'")
    return [
        line
        for line in lines
        if not line.startswith(fine)
        and not any(f"'{place}" in line for place in marks)
        and not (line.startswith("subprocess.Popen") and f"['{sys.executable}', '-P'" in line)
        and not line.startswith(f"os.posix_spawn ('{sys.executable}'")
        and not (line.startswith("sqlite3.connect ('file:///") and "mode=rw'" in line)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Articles with an address, a picture on the network, and a text to find."""
    made = tmp_path / "news"
    made.mkdir()
    for number in range(3):
        (made / f"{number}.md").write_text(
            f"---\ntitle: Harbour number {number}\noriginalUrl: https://harbour.example/{number}\n"
            "topics: [Sea]\nimage: https://harbour.example/p.png\n---\n"
            "Text with [a link](https://reef.example/page) in it.\n"
        )
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose configuration asks for all that is not allowed."""
    made = tmp_path / "home"
    (made / "config" / "themes").mkdir(parents=True)
    program = f"['touch', '{tmp_path}/started']"
    (made / "config" / "config.toml").write_text(
        f"browser = {program}\ntext_browser = {program}\ncopy = {program}\nfetch_pictures = true\n"
        f"pictures = 'always'\nrelay = '{'t' * 20}@127.0.0.1:1'\n[open]\n'*' = {program}\n"
        "[keys]\npipe = 'ctrl+g'\nopen_folder = 'ctrl+t'\n"
    )
    (made / "config" / "themes" / "loud.toml").write_text("background = '#ff0000'\n")
    return made


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_no_command_does_more_than_keep_marks(folder: Path, home: Path, tmp_path: Path) -> None:
    """Every command is run: those that are allowed write marks at most, the others say a sentence."""
    away = str(tmp_path / "away")
    lines = [[name, str(folder)] for name in MODULES] + [
        ["list", str(folder), "--format", "json"], ["mark", "star", str(folder)], ["mark", "undo"],
        ["export-marks", away], ["export-marks", "-"], ["import-marks", str(folder / "0.md")],
        ["export-feeds", away], ["import-feeds", str(folder / "0.md")], ["config", "show"],
        ["config", "keys"], ["completion", "bash"], ["views", str(folder)], ["feeds"], ["fetch"],
        ["subscribe", "https://harbour.example"], ["unsubscribe", "https://harbour.example"],
        ["save", "https://harbour.example"], ["relay"], ["relay", "ssh", "server"], ["index", str(folder)],
        ["list", "--format", "jsonl", "--include-secured", str(folder)],
        ["show", "0", "--format", "json", "--include-secured", str(folder)],
        ["show", "0000", str(folder)], ["open", "0000", str(folder)], [str(folder)], ["doctor", str(folder)],
    ]  # fmt: skip
    log = tmp_path / "log"
    code = f"{AUDITED}\nfor line in {lines!r}: print(line[:1], main(['--restricted', *line]), flush=True)"
    env = environment_of(home, {"PYTHONDONTWRITEBYTECODE": "1", "DISPLAY": ":9", "TMUX": "/x,1,0"})
    before = _files(folder)
    done = subprocess.run(
        [sys.executable, "-c", code, str(log)],
        env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("this reader is restricted") >= 16
    assert done.stderr.count("shows no secured tokens") == 2
    assert _forbidden(log, home / "data") == []
    assert _files(folder) == before
    assert sorted(path.name for path in home.iterdir()) == ["config", "data"]
    assert not Path(away).exists()
    assert not (tmp_path / "started").exists()


def test_an_index_in_a_read_only_folder_is_read_without_lock_files(
    restricted: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is created beside it, but only if no other process has it open."""
    path = tmp_path / "1.db"
    monkeypatch.setattr(permissions, "_now", EVERYTHING)
    with closing(schema.connect(str(path), is_new=True)) as writing:
        schema.create(writing)
        monkeypatch.setattr(permissions, "_now", RESTRICTED)
        monkeypatch.setattr(os, "access", lambda *_: False)
        with closing(schema.connect(str(path))) as reading:
            writing.execute("insert into meta values('x', 1)")
            assert reading.execute("select value from meta where key = 'x'").fetchone() == (1,)
    with closing(schema.connect(str(path))) as reading:
        assert reading.execute("select value from meta where key = 'x'").fetchone() == (1,)
        assert [one.name for one in tmp_path.iterdir()] == ["1.db"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reading.execute("delete from meta")


def test_an_index_that_another_account_updates_is_read_again(
    restricted: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its folder is read-only for this reader, which keeps no locks and gets no notice of changes."""
    access = os.access
    monkeypatch.setattr(permissions, "_now", EVERYTHING)
    for number in range(30):
        write(tmp_path / "news" / f"{number}.md", text_of(f"n{number}", f"2024-05-{number + 1:02}"))
    opened(tmp_path / "news").close()
    # As after a load right after the last file was written: the folder's time alone differs.
    os.utime(tmp_path / "news")
    monkeypatch.setattr(permissions, "_now", RESTRICTED)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    reading = opened(tmp_path / "news")
    assert len(titles(reading)) == 30 and titles(reading, "harbour") == []
    monkeypatch.setattr(permissions, "_now", EVERYTHING)
    write(tmp_path / "news" / "new.md", text_of("Harbour", "2024-06-01"))
    opened(tmp_path / "news").close()
    monkeypatch.setattr(permissions, "_now", RESTRICTED)
    assert titles(reading, "harbour") == ["Harbour"]
    assert len(titles(reading)) == 31 and reading.notices == []
    reading.close()


KEYS = [chr(code) for code in range(33, 127) if chr(code) not in "qQ"]
ESCAPE = "\x1b[27u"
"""The key as terminals with Kitty's protocol send it: no wait for what may follow a bare ESC."""
CONTROLS = [chr(code) for code in (1, 2, 4, 5, 6, 7, 12, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26)]


def test_no_key_of_the_screen_does_more_than_keep_marks(folder: Path, home: Path, tmp_path: Path) -> None:
    """Every key is pressed, also on a link, and every forbidden command is looked for in the palette."""
    log = tmp_path / "log"
    code = f"{AUDITED}\nsys.exit(main(sys.argv[2:]))"
    command = [sys.executable, "-c", code, str(log), "--restricted", str(folder)]
    variables = {"PYTHONDONTWRITEBYTECODE": "1", "DISPLAY": ":9", "READER_RESTRICTED": "0"}
    with RealScreen(folder, home, columns=100, rows=30, command=command, variables=variables) as screen:
        screen.wait_for("Harbour number 2")
        for key in (*KEYS, *CONTROLS):
            screen.press(key + ESCAPE * 2, quiet=0.02)
        screen.press("\r", quiet=0.1)
        screen.press("]\r", quiet=0.3)
        for wanted in ("Pipe", "Open folder", "Suspend", "Save search"):
            screen.press(":", quiet=0.1)
            screen.press(wanted, quiet=0.3)
            screen.press("\r", quiet=0.1)
            screen.press(ESCAPE, quiet=0.1)
        assert not screen.is_stopped
        screen.press("\x03", quiet=0.1)
        assert screen.wait_for_end() == 0
    assert _forbidden(log, home / "data") == []
    assert sorted(path.name for path in home.iterdir()) == ["config", "data"]
    assert not (tmp_path / "started").exists()


def test_ctrl_z_never_stops_it(folder: Path, home: Path) -> None:
    """Not even while it starts, when the terminal's line still turns the key into a signal."""
    command = [sys.executable, "-m", "reader", "--restricted", str(folder)]
    with RealScreen(folder, home, command=command) as screen:
        while "Harbour number 2" not in screen.emulator.text:
            os.write(screen.terminal, b"\x1a")
            screen.wait_until(lambda: "Harbour number 2" in screen.emulator.text, 0.05)
            assert not screen.is_stopped
        screen.press("\x1a")
        assert not screen.is_stopped


# What is not allowed is not offered.


def test_commands_that_are_not_allowed_have_no_key(restricted: None) -> None:
    """Not even a key of the configuration, and no row in the help or the palette."""
    keymap, warnings = keymap_of({"pipe": "ctrl+g", "next_theme": "ctrl+n"})
    assert not warnings
    assert keymap.keys["next_theme"] == ("ctrl+n",)
    assert {name for name, keys in keymap.keys.items() if name in NEEDS and keys} == set()
    assert keymap.changed().keys() >= {one.id for one in COMMANDS if one.keys and one.id in NEEDS}
    assert {one.id for one in COMMANDS} - {one.id for one in allowed_commands()} == NEEDS.keys()


def test_the_configuration_starts_nothing(restricted: None, home: Path) -> None:
    """What would start a program, fetch or write is as if it were not set; the rest counts."""
    found, warnings = settings.load(home / "config" / "config.toml")
    assert not warnings
    assert found.pictures == "always"
    assert (found.browser, found.text_browser, found.copy, found.open, found.relay) == ((), (), (), {}, "")
    assert (found.fetch_pictures, found.remember) == (False, False)


def test_what_is_refused_is_a_sentence(restricted: None) -> None:
    """Also for code that only knows errors of the system."""
    with pytest.raises(PermissionError, match="this reader is restricted: it starts no other programs"):
        require("programs")
    assert NotAllowed.exit_code == 3


@pytest.mark.parametrize("value", ["1", "0", "no"])
def test_the_environment_restricts_and_never_lifts(folder: Path, home: Path, value: str) -> None:
    """The variable restricts whatever its value is; the option restricts whatever the variable is."""
    for words in ([], ["--restricted"]):
        env = environment_of(home, {"READER_RESTRICTED": value})
        done = subprocess.run(
            [sys.executable, "-m", "reader", *words, "index", str(folder)],
            env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (3, "")


def test_the_configured_collection_is_not_opened(folder: Path, home: Path) -> None:
    """A restricted reader opens only what its command line names."""
    with (home / "config" / "config.toml").open("r+") as file:
        text = file.read()
        file.seek(0)
        file.write(f"collection = ['{folder}']\n{text}")
    done = subprocess.run(
        [sys.executable, "-m", "reader", "list", "--restricted"],
        env=environment_of(home, {}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "name the folder" in done.stderr or "opens only what it is given" in done.stderr


# The index.


def _counted(folder: Path, home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "reader", *words, str(folder)],
        env=environment_of(home, {}), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_an_index_is_used_and_left_as_it_is(folder: Path, home: Path) -> None:
    """What has changed since is read too, into memory: the answer is that of an ordinary reader."""
    assert _counted(folder, home, "--restricted", "count") == "3"
    assert not (home / "cache").exists()
    _counted(folder, home, "index")
    before = _files(home / "cache")
    assert _counted(folder, home, "--restricted", "count") == "3"
    (folder / "new.md").write_text("# Lantern\n\nNew.\n")
    (folder / "0.md").unlink()
    assert _counted(folder, home, "--restricted", "list", "-q", "lantern", "--format", "ids")
    assert _counted(folder, home, "--restricted", "count") == "3"
    assert _files(home / "cache") == before


def test_a_damaged_index_is_left_as_it_is(folder: Path, home: Path) -> None:
    """The articles are read into memory instead."""
    _counted(folder, home, "index")
    (file,) = (home / "cache").rglob("*.db")
    file.write_bytes(b"nothing like a database" * 1000)
    before = _files(home / "cache")
    assert _counted(folder, home, "--restricted", "count") == "3"
    assert _files(home / "cache") == before


# A shared account behind a real SSH server.


def test_a_shared_account_gets_the_reader_and_nothing_else(folder: Path, home: Path, tmp_path: Path) -> None:
    """sshd's ForceCommand, as docs/serving.md has it: no other command, no forwarding, no way out by
    variables, and the screen works."""
    places = {name: value for name, value in environment_of(home, {}).items() if name.startswith("READER_")}
    reader = ["env", *(f"{name}={value}" for name, value in places.items())]
    reader += [f"PYTHONPATH={READER.parent}", sys.executable, "-m", "reader", "--restricted", str(folder)]
    rules = (
        f"AcceptEnv READER_RESTRICTED TEXTUAL_LOG\nDisableForwarding yes\nPermitUserRC no\n"
        f"ForceCommand {shlex.join(reader)}\n"
    )
    with ssh_server(tmp_path / "keys", rules) as ssh:
        words = [
            *ssh[:-1],
            "-o",
            "SendEnv=READER_RESTRICTED TEXTUAL_LOG",
            "-t",
            ssh[-1],
            "touch",
            str(tmp_path / "out"),
        ]
        variables = {"READER_RESTRICTED": "0", "TEXTUAL_LOG": str(tmp_path / "out")}
        with RealScreen(folder, tmp_path / "here", command=words, variables=variables) as screen:
            screen.wait_for("Harbour number 2")
            for key in "|", "C", "o", "e", "\x1a", "w":
                screen.press(key, quiet=0.1)
            screen.press("y", quiet=0.1)
            screen.wait_for("\x1b]52;c;")
            assert "Harbour number 2" in screen.emulator.text
            screen.press("s", quiet=0.1)
            assert screen.wait_until(lambda: (home / "data" / "marks.db").exists())
            screen.press("\x03", quiet=0.1)
            assert screen.wait_for_end() == 0
        listed = subprocess.run(
            [*ssh, "cat", "/etc/passwd"], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
        )
    assert "Harbour number 2" in listed.stdout
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in home.iterdir()) == ["config", "data"]
