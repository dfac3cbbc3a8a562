"""`reader config`, `doctor` and `completion`: the reader about itself and this machine."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path

from reader.cli.arguments import Parser, Subcommand
from reader.cli.completion import SHELLS, script
from reader.cli.session import sources_of, tell
from reader.errors import ReaderError, UsageError
from reader.text import display_path

SUBJECTS = ("path", "show", "keys")
"""What `config` can tell."""


def _one_of(options: Namespace, choices: Iterable[str], question: str) -> str:
    """The one word of a command, which must be one of a few. Raises UsageError."""
    known = tuple(choices)
    if len(options.words) != 1 or options.words[0] not in known:
        raise UsageError(f"{question} Say {', '.join(known[:-1])} or {known[-1]}")
    return str(options.words[0])


def _config_options(parser: Parser) -> None:
    parser.words("words", "SUBJECT", f"one of {', '.join(SUBJECTS)}", lambda **_: SUBJECTS)


def _config(options: Namespace) -> int:
    subject = _one_of(options, SUBJECTS, "what of the configuration?")
    if subject == "keys":
        print("\n".join(_keys()))
        return 0
    from reader import paths

    if subject == "path":
        print(display_path(str(paths.config_file())))
        return 0
    from reader import config

    settings, warnings = config.load()
    sys.stdout.write(config.as_toml(settings))
    tell(warnings)
    return 0


def _keys() -> Iterator[str]:
    """Every command of the screen: its id, as the configuration names it, its keys, what it does."""
    from reader.commands import COMMANDS, key_words

    keys = {command.id: " ".join(key_words(key) for key in command.keys) for command in COMMANDS}
    id_width, key_width = max(map(len, keys)), max(map(len, keys.values()))
    for command in COMMANDS:
        yield f"{command.id:{id_width}}  {keys[command.id]:{key_width}}  {command.help}"


def _doctor_options(parser: Parser) -> None:
    parser.words("sources", "SOURCE", "the folders or files to look at, as for `reader list`")


def _doctor(options: Namespace) -> int:
    rows = [*_findings(), *_paths(), *_sources(options)]
    width = max(len(name) for name, _, _ in rows)
    for name, value, reason in rows:
        print(f"{name:{width}}  {display_path(value)}" + (f"  ({display_path(reason)})" if reason else ""))
    return 0


def _findings() -> Iterator[tuple[str, str, str]]:
    """The versions, what the terminal can do, and how a page would be opened from it."""
    from reader import __version__, config, opener, terminal

    yield "reader", __version__, f"Python {sys.version.partition(' ')[0]}"
    here = terminal.here()
    for finding in here.findings():
        yield finding.name, finding.value, finding.reason
    plan = opener.plan("https://page.example/", here, config.load()[0].browser)
    if plan.kind == "browser":
        yield "opener", " ".join(plan.commands[0]), "the page's address stands last"
    else:
        yield "opener", "shows the address", plan.sentence


def _paths() -> Iterator[tuple[str, str, str]]:
    from reader import paths

    file = paths.config_file()
    yield "configuration", str(file), "" if file.exists() else "not there yet, which is fine"
    for name, folder in (
        ("index", paths.cache_dir()),
        ("marks", paths.user_data_dir()),
        ("log", paths.state_dir()),
    ):
        yield name, str(folder), _writable(folder)


def _writable(folder: Path) -> str:
    """Whether files could be made there, itself or after making the folder."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    return "can be written" if there.is_dir() and os.access(there, os.W_OK) else "can't be written"


def _sources(options: Namespace) -> Iterator[tuple[str, str, str]]:
    from reader.library import Library

    try:
        sources = sources_of(options.sources)
        library = Library.open(sources)
    except ReaderError as error:
        yield "collection", "none", str(error)
        return
    shown = " ".join(os.path.abspath(source) for source in sources)
    yield "collection", shown, f"{library.total:,} articles in the index"
    for notice in library.notices:
        yield "notice", notice, ""
    library.close()


def _completion_options(parser: Parser) -> None:
    parser.words("words", "SHELL", f"one of {', '.join(SHELLS)}", lambda **_: SHELLS)


def _completion(options: Namespace) -> int:
    print(script(_one_of(options, SHELLS, "for which shell?")))
    return 0


SUBCOMMANDS = {
    "config": Subcommand(
        usage="reader config path|show|keys",
        examples=("reader config path", "reader config show", "reader config keys | grep tag"),
        options=_config_options,
        run=_config,
    ),
    "doctor": Subcommand(
        usage="reader doctor [SOURCE]...",
        examples=("reader doctor", "reader doctor ~/news"),
        options=_doctor_options,
        run=_doctor,
    ),
    "completion": Subcommand(
        usage="reader completion bash|zsh|fish",
        examples=(
            "reader completion bash >> ~/.bash_completion",
            "reader completion zsh > ~/.zfunc/_reader",
            "reader completion fish > ~/.config/fish/completions/reader.fish",
        ),
        options=_completion_options,
        run=_completion,
    ),
}
