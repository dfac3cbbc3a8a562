"""Makes docs/reader.1, the page that `man reader` shows, from the sources that say it first.

    .venv/bin/python scripts/make_manual.py

Commands and options are the parsers' own, keys those of `reader.config.commands`; the query language, the
configuration and the exit codes come out of their pages here. A test says when it has to be made again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from reader import __version__
from reader.cli.parser import GROUPS, MODULES, CommandParser, Subcommand, command, parser_of
from reader.config.commands import COMMANDS as KEYS
from reader.config.commands import key_words

FOLDER = Path(__file__).resolve().parents[1] / "docs"
PAGE = FOLDER / "reader.1"

_HEAD = f""".\\" Made by scripts/make_manual.py: change its sources instead.
.TH READER 1 "" "Reader {__version__}" "User Commands"
.nh
.ad l
.SH NAME
reader \\- a news reader for folders of articles
.SH SYNOPSIS"""
_INTRODUCTION = """.SH DESCRIPTION
.B reader
shows a folder of news articles, one file each: the headlines at once, a sidebar that filters them by topic
and provider, and the article, whose page a key opens in your browser. The commands below answer the same
queries without a screen. The folder is only read, never written.
.PP
A SOURCE is a folder of articles, an article's file or the address of a shared collection; several are read as
one collection. The default is the collection of the configuration, then your news once you have subscribed to
a feed, then the sample that comes with the program."""
_MARKED = re.compile(r"`([^`]+)`|\[([^\]]+)\]\([^)]*\)|\*\*([^*]+)\*\*|(?<!\w)\*([^*]+)\*(?!\w)")
_SKIPPED = ("In the sidebar", "Saved views")
"""Parts of the query's page that are about the screen."""


def manual() -> str:
    """The whole page, as troff with the macros of man(7)."""
    parts = [
        _HEAD,
        *_synopsis(),
        _INTRODUCTION,
        ".SH OPTIONS\nThese are the options of plain reader; its filters preset the screen.",
        *_options(parser_of(""), ()),
        ".SH COMMANDS",
        *(line for title, names in GROUPS.items() for line in _group(title, names)),
        ".SH KEYS\nThe keys of the screen. The table [keys] of the configuration changes them.",
        *_keys(),
        ".SH QUERIES",
        *_pages_of("query.md", _SKIPPED),
        ".SH CONFIGURATION",
        *_pages_of("config.md", ()),
        ".SH EXIT STATUS",
        *_markdown(_section("cli.md", "Exit codes")),
    ]
    return "\n".join(parts) + "\n"


def _synopsis() -> Iterator[str]:
    for name in ("", *MODULES):
        for line in command(name).usage.splitlines():
            if line.startswith(" " * 8) and not line.strip().startswith("reader"):
                yield _plain(line.strip())
            else:
                yield f".br\n{_bold('reader')} {_plain(line.strip().removeprefix('reader').strip())}"


def _group(title: str, names: Iterable[str]) -> Iterator[str]:
    above = [(option.option_strings, option.help) for option in parser_of("").arguments]
    yield f".SS {_plain(title.capitalize())}"
    for name in names:
        yield f".TP\n{_bold(f'reader {name}')}\n{_sentence(command(name).summary)}"
        yield ".RS"
        yield from _options(parser_of(name), above)
        yield from _examples(command(name))
        yield ".RE"


def _options(parser: CommandParser, above: Sequence[tuple[Sequence[str], str | None]]) -> Iterator[str]:
    """Each option with its sentence; those that mean the same above are only named."""
    same = []
    for option in parser.arguments:
        flags, help = option.option_strings, (option.help or "").replace("%%", "%")
        if not flags or (above and option.dest in ("help", "version")):
            continue
        if (flags, option.help) in above:
            same.append(_bold(flags[-1]))
            continue
        value = f" {_italic(str(option.metavar))}" if option.nargs != 0 else ""
        yield f".TP\n{', '.join(map(_bold, flags))}{value}\n{_sentence(help)}"
    if same:
        yield f".PP\nAs above: {', '.join(same)}."


def _examples(command: Subcommand) -> Iterator[str]:
    yield ".PP\nExamples:\n.PP\n.nf\n.RS"
    yield from (_plain(example) for example in command.examples)
    yield ".RE\n.fi"


def _keys() -> Iterator[str]:
    group = ""
    for one in KEYS:
        if one.id.startswith("view_") and one.id != "view_1":
            continue
        if one.group != group:
            group = one.group
            yield f".SS {_plain(group)}"
        keys = "  ".join(_bold(key_words(key)) for key in one.keys) or "(palette)"
        name = _plain(one.id)
        if one.id == "view_1":
            keys, name = f"{keys} ... {_bold('9')}", f"{name} ... view_9"
        yield f".TP\n{keys}\n{_sentence(one.help)} ({name})."


def _pages_of(name: str, skipped: tuple[str, ...]) -> Iterator[str]:
    """A page of the documents with its parts as sub-sections."""
    text = (FOLDER / name).read_text("utf-8").partition("\n")[2]
    first, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    yield from _markdown(first)
    for part in parts:
        title, _, body = part.partition("\n")
        if title not in skipped:
            yield f".SS {_plain(title)}"
            yield from _markdown(body)


def _section(name: str, title: str) -> str:
    text = (FOLDER / name).read_text("utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _markdown(text: str) -> Iterator[str]:
    """Paragraphs, tables of two or three columns and blocks of code: what our pages are made of."""
    for block in _blocks(text):
        if block[0].startswith("```"):
            yield ".PP\n.nf\n.RS"
            yield from map(_plain, block[1:])
            yield ".RE\n.fi"
        elif block[0].startswith("|"):
            yield from _table(block[2:])
        else:
            yield f".PP\n{_inline(' '.join(line.strip() for line in block))}"


def _blocks(text: str) -> Iterator[list[str]]:
    """The lines between blank ones; a block of code is one, blank lines and all, without its last line."""
    block: list[str] = []
    for line in text.splitlines():
        is_code = bool(block) and block[0].startswith("```")
        if not (line.strip() or is_code) or (is_code and line.startswith("```")):
            if block:
                yield block
            block = []
        else:
            block.append(line)
    if block:
        yield block


def _table(rows: list[str]) -> Iterator[str]:
    for row in rows:
        first, *rest = (cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip("|")))
        yield f".TP\n{_inline(first)}\n{_inline('; '.join(filter(None, rest)))}"


def _inline(text: str) -> str:
    """Text with what is code or stressed in bold, and links by their words."""
    made, end = "", 0
    for found in _MARKED.finditer(text):
        made += _escaped(text[end : found.start()])
        code, link, *stressed = found.groups()
        made += _escaped(link.replace("`", "")) if link else _bold(code or next(filter(None, stressed)))
        end = found.end()
    return _protected(made + _escaped(text[end:]))


def _sentence(text: str) -> str:
    return _plain(text[:1].upper() + text[1:])


def _plain(text: str) -> str:
    return _protected(_escaped(text))


def _protected(line: str) -> str:
    """A line that begins like a request of troff's is none."""
    return "\\&" + line if line.startswith((".", "'")) else line


def _escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti")


def _bold(text: str) -> str:
    return f"\\fB{_escaped(text)}\\fR"


def _italic(text: str) -> str:
    return f"\\fI{_escaped(text)}\\fR"


if __name__ == "__main__":
    PAGE.write_text(manual(), "utf-8")
