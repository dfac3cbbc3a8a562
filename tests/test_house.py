"""The rules of the house: layers, start-up, sizes, dependencies, and documents that tell the truth."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import reader

ROOT = Path(__file__).resolve().parent.parent
CODE = ("reader", "tests", "benchmarks", "scripts")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SAMPLE = str(ROOT / "sample_feed")

IMPORT_NAMES = {
    "pyyaml": "yaml", "markdown-it-py": "markdown_it", "mdit-py-plugins": "mdit_py_plugins", "pillow": "PIL",
    "html-to-markdown": "html_to_markdown", "textual-serve": "textual_serve",
}  # fmt: skip
"""Distributions that are imported by another name than their own."""

IGNORED = (".git", ".venv", "build", "dist", "__pycache__")
"""Folders in which nothing is the project's own; all that begin with a dot but `.ci` are skipped too."""


@cache
def modules() -> dict[Path, ast.Module]:
    """Every Python file of the project, parsed."""
    files = (path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py")))
    return {path: ast.parse(path.read_text("utf-8")) for path in files}


def own_files() -> Iterator[Path]:
    """Every text file that belongs to the project."""
    for place, folders, names in os.walk(ROOT):
        folders[:] = [
            name for name in folders if name not in IGNORED and (name == ".ci" or not name.startswith("."))
        ]
        for name in names:
            path = Path(place, name)
            if path.suffix not in {".png", ".jpg", ".gif", ".webp", ".pyc"}:
                yield path


def run_python(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A fresh Python that runs a text."""
    return subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_layers_hold() -> None:
    """No module imports what is above it, and the screen asks the Library alone."""
    done = run_python(
        "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_line_loads_no_screen() -> None:
    """What needs no screen imports neither Textual nor Rich, so that it starts at once."""
    lines = [["list", "--limit", "3", SAMPLE], ["count", SAMPLE], ["facets", "topic", SAMPLE]]
    lines += [["list", "--format", "json", SAMPLE], ["--help"]]
    done = run_python(
        "import sys; from reader.cli import main\n"
        f"for words in {lines!r}:\n"
        "    assert main(words) == 0, words\n"
        "    assert not {name.partition('.')[0] for name in sys.modules} & {'textual', 'rich'}, words"
    )
    assert done.returncode == 0, done.stderr


def test_every_dependency_has_its_reason() -> None:
    """Beside each dependency in pyproject.toml is why it is there."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    lists = re.findall(
        r"^(?:dependencies|images|full-text|postgres|web|dev) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL
    )
    assert len(lists) == 6
    for line in "".join(lists).splitlines():
        assert re.fullmatch(r'  "[^"]+", +# \S.{7,}', line), line


def test_dependencies_are_those_that_are_imported() -> None:
    """What the package imports is declared, and what is declared is imported."""
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["images"]]
    wanted += PROJECT["project"]["optional-dependencies"]["full-text"][:1]
    wanted += PROJECT["project"]["optional-dependencies"]["postgres"]
    wanted += PROJECT["project"]["optional-dependencies"]["web"]
    declared = {re.split(r"[<>=\[;]", name)[0].lower() for name in wanted}
    declared = {IMPORT_NAMES.get(name, name) for name in declared}
    imported: set[str] = set()
    for path, tree in modules().items():
        if not path.is_relative_to(ROOT / "reader"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add((node.module or "").partition(".")[0])
    assert imported - sys.stdlib_module_names - {"reader"} == declared


@pytest.mark.parametrize(
    ("room", "packages"), [("library/postgres", ("psycopg",)), ("web", ("aiohttp", "textual_serve"))]
)
def test_extras_stay_in_their_rooms(room: str, packages: tuple[str, ...]) -> None:
    """No module outside of it names the packages of an extra, not even inside a function."""
    room_path = ROOT / "reader" / room
    users = {
        str(path.relative_to(ROOT))
        for path, tree in modules().items()
        if path.is_relative_to(ROOT / "reader") and not path.is_relative_to(room_path)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(alias.name.startswith(packages) for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(packages))
    }
    assert users == set()


def test_without_the_extra_a_shared_collection_says_what_to_install() -> None:
    """Where psycopg is not installed, commands for a database name the extra; a folder needs nothing of
    it."""
    url = "postgresql://db.example/news"
    lines = [
        ["list", url],
        ["publish", SAMPLE, "--to", url],
        ["export-marks", "-", url],
        ["mark", "undo", url],
    ]
    done = run_python(
        "import sys; sys.modules['psycopg'] = None; from reader.cli import main\n"
        f"assert main(['count', {SAMPLE!r}]) == 0\n"
        f"for words in {lines!r}: assert main(words) == 3, words"
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count('pip install "news-reader-tui[postgres]"') == len(lines)


def test_every_pinned_version_satisfies_no_address() -> None:
    """constraints.txt has names and versions only, one for each dependency."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9.]*(?:\.?post[0-9]+)?", line) for line in lines)
    pinned = {re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() for line in lines}
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[<>=\[; ]", name)[0]).lower() for name in wanted}
    assert names <= pinned


def test_the_version_is_one() -> None:
    """pyproject.toml and the package say the same version."""
    assert PROJECT["project"]["version"] == reader.__version__


def test_the_tree_names_no_machine_and_no_registry() -> None:
    """No file tells where this checkout lies, whose home it is in, or where packages come from."""
    home = str(Path.home())
    unwanted = [f"{ROOT}/", "py" + "pi.org", "python" + "hosted.org", "." + "pyenv"]
    unwanted += [f"{home}/"] if len(Path(home).parts) > 1 else []
    found = []
    for path in own_files():
        text = path.read_text("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {name}" for name in unwanted if name in text]
    assert not found, "\n".join(found)


PUBLIC = frozenset(("_replace", "_asdict", "_make", "_fields", "_field_defaults", "_exit"))
"""Documented names of `typing.NamedTuple` and `os` that begin with an underscore."""
PRIVATE_ROOM = ROOT / "reader" / "app" / "early"
"""The one package that may use private names of others."""


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def _private_uses(path: Path, tree: ast.Module) -> Iterator[str]:
    """Imports of private modules and names, and private attributes of anything but `self` and `cls`."""
    for node in ast.walk(tree):
        found: list[str] = []
        if isinstance(node, ast.Attribute) and _is_private(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                found = [ast.unparse(node)]
        elif isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            found = [name for name in names if _is_private(name)]
        elif isinstance(node, ast.Import):
            found = [alias.name for alias in node.names if any(map(_is_private, alias.name.split(".")))]
        for name in found:
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {name}"


def test_private_names_of_others_stay_in_one_package() -> None:
    """No module of the reader outside `app/early` uses a private name of Textual, Rich or anything else."""
    found = [
        use
        for path, tree in modules().items()
        if path.is_relative_to(ROOT / "reader") and not path.is_relative_to(PRIVATE_ROOM)
        for use in _private_uses(path, tree)
    ]
    assert not found, "\n".join(found)


INNER_NAMES = """
import ast, importlib, inspect, pkgutil, sys, textwrap
from functools import cache
import reader.app

def own(found):
    return found.__module__.partition(".")[0] == "reader"

@cache
def set_in(found):
    '''Private attributes that the code of a class sets on itself.'''
    tree = ast.parse(textwrap.dedent(inspect.getsource(found)))
    return {
        node.attr for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name) and node.value.id == "self"
    } | set(vars(found))

for module in pkgutil.walk_packages(reader.app.__path__, "reader.app."):
    if module.name.startswith("reader.app.early"):
        continue
    for name, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
        if found.__module__ != module.name or not (theirs := [
            one for one in found.__mro__ if one.__module__.partition(".")[0] in ("textual", "rich")
        ]):
            continue
        inner = {name for one in theirs for name in set_in(one)}
        tree = ast.parse(textwrap.dedent(inspect.getsource(found)))
        used = {
            node.attr for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                 or isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "super")
        } | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        for attribute in sorted(inner & used):
            if attribute.startswith("_") and not attribute.startswith("__"):
                print(f"{module.name}.{name}: {attribute}")
"""
"""Prints which private attributes of Textual's classes our classes use or replace."""


@pytest.mark.timeout(300)  # it imports everything and walks through the source of Textual
def test_widgets_leave_inner_names_of_textual_alone() -> None:
    """No widget, screen or app of ours uses or replaces a private attribute of a class of Textual's."""
    done = run_python(INNER_NAMES)
    assert done.returncode == 0, done.stderr
    assert not done.stdout, done.stdout
