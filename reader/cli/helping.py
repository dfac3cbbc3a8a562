"""A command's parser as argparse has it: for its help, and for argcomplete, which knows no other.

No command line is read here; that is `reader.cli.parser`'s.
"""

from __future__ import annotations

import argparse
from typing import Any

from reader.cli.layout import columns, wrap
from reader.cli.parser import Option, Parser


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, at most 100 cells, found without importing shutil (8 ms)."""

    def __init__(self, prog: str, **more: Any) -> None:
        more.setdefault("width", min(columns(), 100) - 2)
        super().__init__(prog, max_help_position=28, **more)

    def _split_lines(self, text: str, width: int) -> list[str]:
        """Wrapped at blanks only: argparse would break `--min-quality` at its dashes."""
        return list(wrap(text, width))


def argparse_of(parser: Parser) -> argparse.ArgumentParser:
    """The same options and words."""
    made = argparse.ArgumentParser(
        prog=parser.prog, usage=parser.usage, description=parser.description, epilog=parser.epilog or None,
        formatter_class=_Help, add_help=False, allow_abbrev=False,
    )  # fmt: skip
    for group in parser.groups:
        part = made.add_argument_group(group.title)
        for option in group.options:
            action = part.add_argument(*(option.flags or (option.dest,)), **_how(option))
            if option.values:
                action.completer = option.values  # type: ignore[attr-defined]
    return made


def help_of(parser: Parser) -> str:
    """The text that `--help` shows."""
    return argparse_of(parser).format_help()


def _how(option: Option) -> dict[str, Any]:
    how: dict[str, Any] = {"help": option.help.replace("%", "%%")}
    if not option.flags:
        return how | {"nargs": "*", "metavar": option.metavar}
    how |= {"dest": option.dest, "action": option.action, "default": option.default}
    if option.takes_value:
        how |= {"metavar": option.metavar, "choices": option.choices or None, "type": option.type}
    elif option.action == "store_const":
        how["const"] = option.const
    return how
