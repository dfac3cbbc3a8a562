"""`reader config` and `completion`: the reader about its settings, and to the shell."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from reader.article.text import display_path
from reader.cli.completion import SHELLS, script
from reader.cli.parser import Namespace, Parser, Subcommand
from reader.cli.session import tell
from reader.errors import UsageError

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
    from reader.config import paths

    if subject == "path":
        print(display_path(str(paths.config_file())))
        return 0
    from reader import config

    settings, warnings = config.load()
    if settings.relay:  # what is shown is pasted into reports, and a token is a key
        settings = settings._replace(relay=f"...@{settings.relay.rpartition('@')[2]}")
    sys.stdout.write(config.as_toml(settings))
    tell(warnings)
    return 0


def _keys() -> Iterator[str]:
    """Every command of the screen: its id, as the configuration names it, its keys, what it does."""
    from reader.config.commands import COMMANDS, key_words

    keys = {command.id: " ".join(key_words(key) for key in command.keys) for command in COMMANDS}
    id_width, key_width = max(map(len, keys)), max(map(len, keys.values()))
    for command in COMMANDS:
        yield f"{command.id:{id_width}}  {keys[command.id]:{key_width}}  {command.help}"


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
