"""`reader config`: the path of the configuration, its values, or the keys."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from reader import config
from reader.article.text import display_path
from reader.cli.parser import CommandParser, Namespace, Subcommand, one_of
from reader.cli.session import query_mistakes, tell, theme_and_key_mistakes
from reader.config import paths
from reader.config.commands import COMMANDS as SCREEN_COMMANDS
from reader.config.commands import key_words
from reader.config.sources import is_shared, named

SUBJECTS = ("path", "show", "keys")
"""The arguments of `config`."""


def _options(parser: CommandParser) -> None:
    parser.words("words", "SUBJECT", f"one of {', '.join(SUBJECTS)}", lambda **_: SUBJECTS)


def _run(options: Namespace) -> int:
    subject = one_of(options.words, SUBJECTS, "which part of the configuration?")
    if subject == "keys":
        print("\n".join(_keys()))
    elif subject == "path":
        print(display_path(paths.config_name()))
    else:
        settings, warnings = config.load()
        warnings += query_mistakes(settings) + theme_and_key_mistakes(settings)
        if settings.relay:  # what is shown is pasted into reports, and a token is a key
            settings = settings._replace(relay=f"...@{settings.relay.rpartition('@')[2]}")
        shown = (named(one) if is_shared(one) else one for one in settings.collection)  # no password either
        sys.stdout.write(config.as_toml(settings._replace(collection=tuple(shown))))
        tell(warnings)
    return 0


def _keys() -> Iterator[str]:
    """Yields a line for each command of the screen: its id in the configuration, its keys and its help."""
    keys = {command.id: " ".join(key_words(key) for key in command.keys) for command in SCREEN_COMMANDS}
    id_width, key_width = max(map(len, keys)), max(map(len, keys.values()))
    for command in SCREEN_COMMANDS:
        yield f"{command.id:{id_width}}  {keys[command.id]:{key_width}}  {command.help}"


COMMANDS = {
    "config": Subcommand(
        summary="print the configuration, its path or the screen's keys",
        usage="reader config path|show|keys",
        examples=("reader config path", "reader config show", "reader config keys | grep tag"),
        options=_options,
        run=_run,
    ),
}
