"""What a command can be told: its options and words, declared once, and read from the arguments here.

Help and shell completion are argparse's, made of the same declarations (`reader.cli.helping`). Reading the
arguments is not: argparse, with `re` and `gettext`, takes a list as long as SQLite.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

from reader.article.text import clean_line
from reader.errors import UsageError

Completer = Callable[..., Iterable[str]]
"""What argcomplete asks for the values of an argument; gets the keywords `prefix` and `parsed_args`."""


class Namespace(SimpleNamespace):
    """What was said: an attribute for each option and one for the words."""


class Subcommand(NamedTuple):
    """What a group's module says of one command."""

    usage: str
    """The line that shows how it is written."""
    examples: tuple[str, ...]
    """Command lines that work."""
    options: Callable[[Parser], None]
    """Adds the command's own options and groups to its parser."""
    run: Callable[[Namespace], int]
    """Does it; the exit code. Raises ReaderError."""
    epilog: str = ""
    """What stands at the end of the help."""


class Option(NamedTuple):
    """One option, or the words, which have no flags."""

    flags: tuple[str, ...]
    dest: str
    """The attribute that it sets."""
    help: str
    metavar: str = ""
    """What help calls its value; empty where it takes none."""
    action: Literal["store", "append", "store_true", "store_const"] = "store"
    default: Any = None
    const: Any = None
    """What `store_const` sets."""
    type: Callable[[str], object] | None = None
    """Reads a value; raises ValueError with what is wrong about it."""
    choices: tuple[str, ...] = ()
    """The only values, where there are any."""
    values: Completer | None = None
    """Where completion finds values."""

    @property
    def takes_value(self) -> bool:
        """Whether an argument of its own belongs to it."""
        return self.action in ("store", "append")

    def take(self, found: Namespace, value: str) -> None:
        """Note what was said of it. Raises ValueError."""
        read: object = value
        if self.action == "store_true":
            read = True
        elif self.action == "store_const":
            read = self.const
        elif self.type is not None:
            read = self.type(value)
        elif self.choices and value not in self.choices:
            raise ValueError(f"{value[:40]!r} is none of {', '.join(self.choices)}")
        if self.action == "append":
            read = [*getattr(found, self.dest), read]
        setattr(found, self.dest, read)


class Group:
    """A titled part of a command's help, to which options are added."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.options: list[Option] = []

    def option(
        self, *flags: str, help: str, example: str, metavar: str = "", dest: str = "", **how: Any
    ) -> None:
        """Add an option with its sentence and an example; what else there is to say is in `Option`."""
        name = flags[-1].lstrip("-")
        takes_value = how.get("action", "store") in ("store", "append")
        if how.get("action") == "store_true":
            how["default"] = False
        self.options.append(
            Option(
                flags, dest or name.replace("-", "_"), f"{help} (e.g. {example})",
                metavar or (name.upper() if takes_value else ""), **how,
            )
        )  # fmt: skip


class Parser:
    """The options of one command, which stand anywhere between the words."""

    def __init__(
        self, name: str, usage: str, summary: str, examples: Sequence[str], epilog: str = ""
    ) -> None:
        self.prog = f"reader {name}".strip()
        self.usage = usage
        self.description = "\n".join([f"{summary}\n\nexamples:", *(f"  {example}" for example in examples)])
        self.epilog = epilog
        self.groups: list[Group] = []
        self._words = ""
        self._passes_on = False

    @property
    def options(self) -> Iterator[Option]:
        """All options, and the words."""
        return (option for group in self.groups for option in group.options)

    def group(self, title: str) -> Group:
        """A new titled part of the help."""
        self.groups.append(Group(title))
        return self.groups[-1]

    def words(self, name: str, metavar: str, help: str, values: Completer | None = None) -> None:
        """Add the arguments that are no options."""
        self._words = name
        self.group("arguments").options.append(Option((), name, help, metavar, values=values))

    def passed_on(self, name: str, metavar: str, help: str) -> None:
        """Another program's command line: all from the first word on that is no option of ours."""
        self._passes_on = True
        self.words(name, metavar, help)

    def parse(self, arguments: Iterable[str]) -> Namespace:
        """What the arguments say. A value may begin with a minus (`-q -sport`), but not with two,
        and is no other option (`-q -t AI`).

        Raises UsageError.
        """
        found = Namespace(**{option.dest: option.default for option in self.options})
        known = {flag: option for option in self.options for flag in option.flags}
        words: list[str] = []
        rest = iter(arguments)
        for argument in rest:
            if argument == "--":
                words += rest
            elif argument == "-" or not argument.startswith("-"):
                words.append(argument)
                if self._passes_on:
                    words += rest
            else:
                self._read(argument, known, rest, found)
        if self._words:
            setattr(found, self._words, words)
        elif words:
            raise self._wrong(f"unrecognized arguments: {' '.join(words)}")
        return found

    def _read(self, argument: str, known: dict[str, Option], rest: Iterator[str], found: Namespace) -> None:
        """Take in one argument that begins with a dash, and its value from the rest."""
        flag, is_tied, value = argument.partition("=")
        if flag not in known and not argument.startswith("--"):
            flag, value = argument[:2], argument[2:]
            is_tied = value
        option = known.get(flag)
        if option is None:
            from reader.errors import closest

            near = closest(flag, known) if len(flag) > 2 else None
            hint = f"; did you mean {near}?" if near else ""
            raise self._wrong(f"unrecognized arguments: {argument}{hint}")
        try:
            if option.takes_value:
                option.take(found, value if is_tied else _value(rest, known))
                return
            option.take(found, "")
            if is_tied and argument.startswith("--"):
                raise ValueError("takes no value")
        except ValueError as error:
            raise self._wrong(f"argument {'/'.join(option.flags)}: {error}") from None
        if value:  # several letters behind one dash
            self._read(f"-{value}", known, rest, found)

    def _wrong(self, message: str) -> UsageError:
        return UsageError(f"{clean_line(message)} (see `{self.prog} --help`)")


def _value(rest: Iterator[str], known: Container[str]) -> str:
    """The argument that belongs to the option before it, and is no option itself. Raises ValueError."""
    value = next(rest, None)
    if value is None or value.startswith("--") or value in known:
        raise ValueError("expected one argument")
    return value


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """A reader of whole numbers between two bounds, for `type=`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            wanted = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise ValueError(f"`{text[:40]}` is not a whole number {wanted}")
        return number

    return read
