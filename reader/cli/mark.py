"""`reader mark`, `export-marks` and `import-marks`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from reader.article.text import clean, clean_line, display_path
from reader.cli.completion import ids, values_of
from reader.cli.formats import headlines
from reader.cli.options import add_filters, query_of, typed, without_muted
from reader.cli.parser import CommandParser, Namespace, Subcommand
from reader.cli.session import ids_in, one_file, opened, read_input, warn, write_output
from reader.config import paths
from reader.config.sources import is_shared
from reader.errors import UsageError, any_of, counted
from reader.library.export import json_array, json_text
from reader.library.sources import shared_marks
from reader.marks.database import FILE, Marks
from reader.marks.mark import Change, KeptMarks
from reader.permissions import require
from reader.query import Query
from reader.query.results import Headline, Results

if TYPE_CHECKING:
    from reader.library import Library

ASK_ABOVE = 100
"""Marking more articles than this needs confirmation."""

_TRAVELS = ("undo", "redo")
ACTIONS = ("read", "unread", "star", "unstar", "tag:NAME", "untag:NAME", "note:TEXT", "unnote", *_TRAVELS)
"""The actions of `mark`."""

MOST_BYTES = 256 << 20
"""Maximum size of an imported file; the marks of a million articles take less."""


def change_of(action: str) -> Change:
    """The change of an action. Raises UsageError."""
    word, colon, argument = action.partition(":")
    name, text = clean_line(typed(argument)), clean(typed(argument)).strip()
    if colon and name and word in ("tag", "untag"):
        return Change(add_tags=(name,)) if word == "tag" else Change(remove_tags=(name,))
    if colon and text and word == "note":
        return Change(note=text)
    simple = {
        "read": Change(read=True),
        "unread": Change(read=False),
        "star": Change(starred=True),
        "unstar": Change(starred=False),
        "unnote": Change(note=""),
    }
    if action not in simple:
        raise UsageError(f'"{clean_line(action)}" is not a mark; use {any_of(ACTIONS)}')
    return simple[action]


def _mark_options(parser: CommandParser) -> None:
    parser.words("words", "ACTION|SOURCE", f"first the action ({', '.join(ACTIONS)}), then sources", _actions)
    add_filters(parser)
    add = parser.group("selection and confirmation")
    add("--ids", metavar="IDS", completer=ids,
        help="only these articles: ids separated by commas or spaces, or - to read them from stdin "
        "(e.g. reader list --format ids | reader mark read --ids -)")  # fmt: skip
    add("--yes", action="store_true",
        help=f"do not ask before marking more than {ASK_ABOVE} articles "
        "(e.g. reader mark read --until 30d --yes)")  # fmt: skip


def _actions(parsed_args: Namespace, **_: object) -> Iterable[str]:
    """The actions of `mark`, with the existing tags, for completion."""
    plain = ["read", "unread", "star", "unstar", "note:", "unnote", *_TRAVELS]
    return [*plain, *(f"{do}:{tag}" for tag in values_of("tag", parsed_args) for do in ("tag", "untag"))]


def _mark(options: Namespace) -> int:
    if not options.words:
        raise UsageError(f"no mark given; use {any_of(ACTIONS)}")
    action, *sources = options.words
    if action in _TRAVELS:
        return _travel(action, sources)
    change = change_of(action)
    named, query = None if options.ids is None else ids_in(options.ids), query_of(options)
    if named is None:  # articles given by id are marked without confirmation
        query = without_muted(query, options)
    with opened(sources) as library:
        chosen = _chosen(library, query, named, options.limit)
        count = len(chosen)
        if count > ASK_ABOVE and not options.yes and not _is_confirmed(count, change.words):
            print("cancelled")
            return 0
        changed = library.mark(chosen, change)
    rest = count - changed
    print(f"{counted(changed, 'article')} {change.words}" + (f" ({rest:,} unchanged)" if rest > 0 else ""))
    return 0


def _travel(action: str, rest: list[str]) -> int:
    """Undo or redo the last change, in any collection."""
    address = rest[0] if len(rest) == 1 and is_shared(rest[0]) else ""
    if rest and not address:
        named = "all addresses but one" if is_shared(rest[0]) else f'"{clean_line(rest[0])}"'
        raise UsageError(f"{action} takes only the address of a shared collection; remove {named}")
    with closing(open_marks(address)) as marks:
        done = marks.undo() if action == "undo" else marks.redo()
    if done is None:
        print(f"nothing to {action}")
    else:
        print(f"undone: {done}" if action == "undo" else f"redone: {done}")
    return 0


def _chosen(
    library: Library, query: Query, named: list[str] | None, limit: int | None
) -> list[Headline] | Results:
    results = library.select(query)
    if named is not None:
        found = [library.find(prefix) for prefix in named]
        return [headline for headline in found if results.position(headline.number) is not None][:limit]
    if limit is None:
        return results
    return list(headlines(results, limit))


def _is_confirmed(count: int, done: str) -> bool:
    """Ask for confirmation. Raises UsageError if stdin is not a terminal."""
    if not sys.stdin.isatty():
        raise UsageError(f"{count:,} articles would be {done}; add --yes to confirm")
    print(f"{count:,} articles will be {done}. Continue? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def open_marks(address: str = "") -> KeptMarks:
    """The user's marks of all collections, or of the shared one at an address. Raises StorageError if they
    cannot be saved."""
    if address:
        return shared_marks(address)
    marks = Marks(paths.ensure(paths.user_data_dir(), is_for_marks=True) / FILE)
    marks.file.check()
    warn(*marks.file.notices)
    return marks


def _file_and_address(words: Sequence[str], example: str) -> tuple[str, str]:
    """The file argument, and the address of a shared collection after it, if any."""
    address = words[-1] if len(words) > 1 and is_shared(words[-1]) else ""
    return one_file(words[:-1] if address else words, example), address


def _export_options(parser: CommandParser) -> None:
    parser.words(
        "words", "FILE [URL]", "the file to write; - for stdout; URL: your marks in a shared collection"
    )
    parser.group("synchronization")("--merge", action="store_true",
        help="merge newer changes from an existing file first, then write all marks with their times "
        "(e.g. reader export-marks --merge ~/news/marks.json)")  # fmt: skip


def _export(options: Namespace) -> int:
    name, address = _file_and_address(options.words, "export-marks marks.json")
    if name != "-":
        require("files")
    with closing(open_marks(address)) as marks:
        if options.merge and name != "-" and os.path.isfile(name):
            shown = display_path(name)
            records = _records(read_input(name, MOST_BYTES, "import-marks --merge"), shown)
            with _naming(shown):
                marks.merge(records)
        found = marks.export_with_times() if options.merge else marks.export()
        write_output(name, json_array(json_text(record) for record in found))
    return 0


def _import_options(parser: CommandParser) -> None:
    parser.words(
        "words", "FILE [URL]", "a file written by export-marks; - for stdin; URL: into a shared collection"
    )
    parser.group("synchronization")("--merge", action="store_true",
        help="the later change to each mark wins, removals included "
        "(e.g. reader import-marks --merge ~/news/marks.json)")  # fmt: skip


def _import(options: Namespace) -> int:
    name, address = _file_and_address(options.words, "import-marks marks.json")
    if name != "-":
        require("folders")
    shown = "stdin" if name == "-" else display_path(name)
    records = _records(read_input(name, MOST_BYTES, "import-marks"), shown)
    with closing(open_marks(address)) as marks, _naming(shown):
        changed = marks.merge(records) if options.merge else marks.import_(records)
    print(f"{counted(changed, 'article')} changed by {counted(len(records), 'imported mark')}")
    return 0


@contextmanager
def _naming(file: str) -> Iterator[None]:
    """Add the name of the file and what to do to errors about a record."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{file}: {error}; nothing was changed; correct the file or name another") from None


def _records(raw: bytes, name: str) -> list[dict[str, Any]]:
    """The records of an export. Raises UsageError."""
    import json

    wrong = f'{name} was not written by "reader export-marks"; name another file'
    try:
        records = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{wrong} ({clean_line(str(error))})") from None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise UsageError(f"{wrong} (a JSON array of objects is expected)")
    return records


COMMANDS = {
    "export-marks": Subcommand(
        summary="write what you read, starred, tagged and noted to a file",
        usage="reader export-marks [--merge] FILE [URL]",
        examples=("reader export-marks marks.json", "reader export-marks - | jq length"),
        options=_export_options,
        run=_export,
    ),
    "import-marks": Subcommand(
        summary="import marks from a file",
        usage="reader import-marks [--merge] FILE [URL]",
        examples=(
            "reader import-marks marks.json",
            "ssh server reader export-marks - | reader import-marks -",
        ),
        options=_import_options,
        run=_import,
    ),
    "mark": Subcommand(
        summary="mark articles as read, starred or tagged, or attach a note",
        usage="reader mark read|unread|star|unstar|tag:NAME|untag:NAME|note:TEXT|unnote\n"
        "                   [OPTIONS] [SOURCE]...\n       reader mark undo|redo [URL]",
        examples=(
            "reader mark read --until 30d",
            "reader mark tag:later -q 'solid state' ~/news",
            "reader mark 'note:ask Ana about this' --ids e6768943",
            "reader mark undo",
        ),
        options=_mark_options,
        run=_mark,
    ),
}
