"""The settings in config.toml: one frozen record, read once, with a default for each value.

A mistake costs one warning and leaves the default. Whether a theme exists or a query is valid is checked by
whoever uses it. Nothing is written here; `reader.config.views` writes the table of views.

To add an option, add it to `Config`, and its kind to `_KINDS` (or `_TABLES`, checked piece by piece).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from zlib import crc32

from reader.article.identity import is_web
from reader.article.record import PLACEHOLDERS, SKIPPED_FOLDERS
from reader.article.text import clean_line, display_path
from reader.config import private_files
from reader.config.commands import BY_ID
from reader.config.paths import config_name
from reader.config.sources import is_shared
from reader.errors import brief, nearest, reason_of, shown
from reader.permissions import permissions

if TYPE_CHECKING:
    from pathlib import Path

_HUGE = 10**18

MOST_BYTES = 1 << 20
"""A longer file is rejected."""
NOTHING_USED = "; the defaults are used"
"""How a warning about the whole file ends."""
TAG_COLOURS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")
"""The names of the colours, as the configuration writes them."""

_SITE = ("folder", "name", "url", "permalink")
_DURATION = re.compile(r"[1-9]\d{0,5} ?(?:m|min|h|d|w|mo|y)", re.ASCII)
_CONTACT = re.compile(r"[!-'*-~]{0,200}", re.ASCII)


class ListSettings(NamedTuple):
    """The table [list]."""

    stories: bool = False
    """Whether lists are folded by stories."""


class FeedSettings(NamedTuple):
    """The table [feeds]."""

    folder: str = ""
    """The news folder; empty = the default one (`reader.config.sources.news_folder`)."""
    every: str = ""
    """The default interval of fetches, like "30m"; empty = an hour."""
    contact: str = ""
    """A contact address for servers; empty = none."""


class Config(NamedTuple):
    """The user's settings."""

    collection: tuple[Path | str, ...] = ()
    """Folders and files, or a shared collection, to read when the command line names none; empty = the
    sample."""
    theme: str = ""
    """Name of a theme; empty = the reader's own."""
    mark_read_after: float = 1.0
    """Seconds that an article must be shown to count as read; 0 = at once, -1 = never automatically."""
    text_width: int = 72
    """Cells of a line of the article's text, at most."""
    paragraph_spacing: int = 1
    """Blank lines between the paragraphs of the text."""
    rows: str = "comfortable"
    """comfortable or compact: two lines a headline, or one."""
    sidebar_width: int = 28
    """Cells of the sidebar on a wide screen."""
    query: str = ""
    """The initial query."""
    sort: str = ""
    """The initial sort order, like "quality" or "-date"; empty = newest first."""
    browser: tuple[str, ...] = ()
    """Argument list of the browser: the URL replaces `%s`, else it comes last. Empty = the system's own."""
    text_browser: tuple[str, ...] = ()
    """The same for reading a page in the terminal; empty = the first of w3m, lynx, links that is there."""
    copy: tuple[str, ...] = ()
    """A program that takes what is copied on its stdin; empty = the desktop's own, and the terminal."""
    relay: str = ""
    """The address of the user's `reader relay`: TOKEN@127.0.0.1:PORT or TOKEN@/PATH."""
    open: Mapping[str, tuple[str, ...]] = {}
    """Pattern of URLs to the argument list that opens them; the first match counts."""
    terminal: Mapping[str, bool | int | str] = {}
    """Overrides for terminal detection: name of a finding to its value."""
    keys: Mapping[str, str] = {}
    """Command id to keys, several separated by commas; replaces the command's own keys."""
    views: Mapping[str, str | Literal[False]] = {}
    """Name to query text, shown in the sidebar in this order; false leaves out a view of the reader's own."""
    topics: Mapping[str, str] = {}
    """Name of a topic to the query of the articles that get it."""
    tags: Mapping[str, str] = {}
    """Name of a tag to the name of its colour, one of TAG_COLOURS."""
    mute: Mapping[str, tuple[str, ...]] = {}
    """Name of a view, or `*` for all, to queries whose articles are omitted there."""
    pictures: str = "auto"
    """auto, always or never: whether articles show theirs by themselves; auto = not over SSH."""
    fetch_pictures: bool = False
    """Whether pictures may be fetched from the network."""
    remember: bool = True
    """Whether the screen starts where the last visit ended."""
    find_stories: bool = True
    """Whether articles are compared to find stories."""
    list: ListSettings = ListSettings()
    feeds: FeedSettings = FeedSettings()
    skip_folders: tuple[str, ...] = SKIPPED_FOLDERS
    """Names of folders below a collection that are skipped, besides hidden ones."""
    site: tuple[Mapping[str, str], ...] = ()
    """Sites: a folder with the name, url and permalink of its articles."""
    signs: str = "auto"
    """auto, unicode or ascii: what the screen is drawn with."""


def load(path: str | os.PathLike[str] | None = None) -> tuple[Config, list[str]]:
    """Returns the configuration and a warning for each mistake in it. Never raises.

    Without a path it is `config.toml` in the configuration folder; a missing file means the defaults.
    """
    path = path or config_name()
    name = display_path(str(path))
    try:
        table = _toml(private_files.read(path, MOST_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return Config(), []
    except OSError as error:
        return Config(), [clean_line(f"{name}: cannot be read ({reason_of(error)}){NOTHING_USED}")]
    except (ValueError, RecursionError) as error:
        return Config(), [clean_line(f"{name}: {error}{NOTHING_USED}")]
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for key, value in table.items():
        try:
            if key in _TABLES:
                values[key] = _TABLES[key](value, os.path.dirname(path), warnings)
            elif key in _KINDS:
                values[key] = _KINDS[key](value)
            else:
                warnings.append(f"unknown key {shown(key)}; {nearest(key, Config._fields)}")
        except _Invalid as error:
            expected = str(error).replace("a table", f"a table [{key}]")
            default = spelled(_plain(Config._field_defaults[key]))
            warnings.append(f"{key}: expected {expected}, not {quoted(value)}; {default} is used")
        except Exception as error:  # whatever one value causes, the others are used
            warnings.append(f"{brief(key)}: cannot be used ({type(error).__name__}); the default is used")
    return _as_allowed(Config(**values)), [clean_line(f"{name}: {warning}") for warning in warnings]


def _as_allowed(config: Config) -> Config:
    """The configuration without what this process may not do."""
    may = permissions()
    if not may.programs:
        config = config._replace(browser=(), text_browser=(), copy=(), open={})
    if not may.network:
        config = config._replace(fetch_pictures=False, relay="")
    return config if may.files else config._replace(remember=False, feeds=FeedSettings())


def summary(warnings: Sequence[str]) -> list[str]:
    """All warnings as one notice, with the first of them; "reader config show" and "doctor" print all."""
    if len(warnings) < 2:
        return list(warnings)
    return [f'{warnings[0]} (and {len(warnings) - 1} more; "reader config show" lists them)']


def as_toml(config: Config) -> str:
    """The whole configuration as config.toml, with the defaults."""
    plain: list[str] = []
    tables: list[str] = []
    for key, value in zip(config._fields, map(_plain, config), strict=True):
        if key == "site" and value:
            for site in value:
                tables += ["", "[[site]]", *(f"{name} = {spelled(text)}" for name, text in site.items())]
        elif isinstance(value, Mapping):
            lines = [f"{spelled(name)} = {spelled(content)}" for name, content in value.items()]
            tables += ["", f"[{key}]", *lines]
        else:
            plain.append(f"{key} = {spelled(value)}")
    return "\n".join([*plain, *tables]) + "\n"


def _plain(value: Any) -> Any:
    """A value as TOML has it; of a record the keys that are set."""
    if isinstance(value, ListSettings | FeedSettings):
        return {name: item for name, item in value._asdict().items() if item}
    return value


def _toml(raw: bytes) -> dict[str, Any]:
    import tomllib  # takes 5 ms, only needed if there is a file

    try:
        return tomllib.loads(raw.decode("utf-8-sig").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        raise
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"it is not UTF-8 (at line {line})") from None
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None
    except ValueError:  # Python's own, of an integer with thousands of digits
        raise ValueError("it contains a number with too many digits") from None


def colour_of(tag: str, chosen: Mapping[str, str]) -> str:
    """The name of a tag's colour; `chosen` is the configuration's table `[tags]`."""
    folded = tag.casefold()
    for name, colour in chosen.items():
        if name.casefold() == folded:
            return colour
    return TAG_COLOURS[crc32(folded.encode("utf-8", "replace")) % len(TAG_COLOURS)]


def quoted(value: object) -> str:
    """A value, quoted for a message."""
    return shown(value) if isinstance(value, str) else brief(spelled(value))


def spelled(value: object) -> str:
    """A value in TOML; for messages, an approximation if TOML has no such value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Python refuses to write an integer of thousands of digits, and nobody would read it.
        return str(value) if abs(value) < _HUGE else "a huge number"
    if isinstance(value, float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(spelled, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(name))} = {spelled(item)}" for name, item in value.items()) + "}"
    return _text(str(value))


def _text(text: str) -> str:
    # JSON strings are valid TOML, except surrogate pairs. What a terminal obeys or hides is escaped.
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(
        char
        if char.isprintable()
        else f"\\u{ord(char):04x}"
        if ord(char) < 1 << 16
        else f"\\U{ord(char):08x}"
        for char in json.dumps(safe, ensure_ascii=False)
    )


class _Invalid(ValueError):
    """The value has the wrong type; the message says what is expected."""


def _line(value: object) -> str:
    if not isinstance(value, str):
        raise _Invalid("a string")
    return clean_line(value)


def _one_of(*names: str) -> Callable[[object], str]:
    def convert(value: object) -> str:
        if value not in names:
            raise _Invalid(" or ".join(f'"{name}"' for name in names))
        return str(value)

    return convert


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Invalid("true or false")
    return value


def _seconds(value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not (value == -1 or 0 <= value <= 3600):  # type: ignore[operator]
        raise _Invalid("a number of seconds from 0 to 3600, or -1")
    return float(value)  # type: ignore[arg-type]


def _cells(low: int, high: int) -> Callable[[object], int]:
    def convert(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise _Invalid(f"a whole number from {low} to {high}")
        return value

    return convert


def _texts(value: object) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise _Invalid("a list of strings")
    return tuple(items)


def _lines(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(clean_line, _texts(value))))


def _arguments(value: object) -> tuple[str, ...]:
    """A program and its arguments; a string is a program without arguments."""
    arguments = _texts(value)
    if any("\0" in argument for argument in arguments) or (arguments and not arguments[0].strip()):
        raise _Invalid("a program and its arguments")
    return arguments


def _table(value: object, expected: str = "a table") -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Invalid(expected)
    return value


def _commands(value: object) -> dict[str, tuple[str, ...]]:
    """A table of argument lists. A string is not accepted: only a shell could split it."""
    expected = "a table with a list of a program and its arguments for each name"
    table = _table(value, expected)
    if not all(isinstance(item, list) and item for item in table.values()):
        raise _Invalid(expected)
    return {name: _arguments(item) for name, item in table.items()}


def _texts_by_name(value: object) -> dict[str, str]:
    table = _table(value, "a table with a string for each name")
    if not all(isinstance(item, str) for item in table.values()):
        raise _Invalid("a table with a string for each name")
    return {clean_line(name): clean_line(text) for name, text in table.items()}


def _queries(value: object) -> dict[str, str | Literal[False]]:
    """A table with a query for each name; false for a view of the reader's own that is not wanted."""
    table = _table(value, "a table with a query (or false) for each name")
    if not all(isinstance(item, str) or item is False for item in table.values()):
        raise _Invalid("a table with a query (or false) for each name")
    return {clean_line(name): item and clean_line(item) for name, item in table.items()}


def _mute(value: object) -> dict[str, tuple[str, ...]]:
    """A list of queries for all views, under `*`, or a table with a list for each view."""
    if not isinstance(value, dict):
        return {"*": _lines(value)}
    return {clean_line(name): _lines(item) for name, item in value.items()}


def _tags(value: object) -> dict[str, str]:
    pairs = _texts_by_name(value)
    if any(colour not in TAG_COLOURS for colour in pairs.values()):
        raise _Invalid(f"a table with one of {', '.join(TAG_COLOURS)} for each tag")
    return pairs


_KINDS: Mapping[str, Callable[[object], object]] = {
    "theme": _line,
    "mark_read_after": _seconds,
    "text_width": _cells(30, 200),
    "paragraph_spacing": _cells(0, 2),
    "rows": _one_of("comfortable", "compact"),
    "sidebar_width": _cells(12, 80),
    "query": _line,
    "sort": _line,
    "browser": _arguments,
    "text_browser": _arguments,
    "copy": _arguments,
    "relay": _line,
    "open": _commands,
    "views": _queries,
    "mute": _mute,
    "tags": _tags,
    "remember": _switch,
    "signs": _one_of("auto", "unicode", "ascii"),
    "pictures": _one_of("auto", "always", "never"),
    "fetch_pictures": _switch,
    "find_stories": _switch,
    "skip_folders": _lines,
}
"""What is expected of each option. Each kind returns the converted value or raises _Invalid."""


def _known(
    of: str, table: Mapping[str, Any], known: Collection[str], warnings: list[str], what: str = "key"
) -> Iterator[tuple[str, Any]]:
    """The pairs of a table with known names; the others are reported."""
    for name, item in table.items():
        if name in known:
            yield name, item
        else:
            warnings.append(f"{of}: unknown {what} {shown(name)}; {nearest(name, known)}")


def _collection(value: object, folder: str, _: list[str]) -> tuple[Path | str, ...]:
    from pathlib import Path  # 3 ms that a start without this key does not need

    names = _texts(value)
    if any("\0" in name or not name for name in names):
        raise _Invalid("a list of folders or files")
    return tuple(name if is_shared(name) else Path(_absolute(name, folder)) for name in names)


def _absolute(name: str, folder: str) -> str:
    """Relative paths are relative to the configuration's folder."""
    return os.path.abspath(os.path.join(folder, os.path.expanduser(name)))


def _terminal(value: object, _: str, warnings: list[str]) -> dict[str, bool | int | str]:
    from reader.terminal import ALLOWED  # only where there is such a table

    good = {}
    for name, item in _known("terminal", _table(value), ALLOWED, warnings):
        if any(type(item) is type(one) and item == one for one in ALLOWED[name]):
            good[name] = item
        else:
            known = " or ".join(map(spelled, ALLOWED[name]))
            warnings.append(f"terminal: {name}: expected {known}, not {quoted(item)}; it is detected instead")
    return good


def _keys(value: object, _: str, warnings: list[str]) -> dict[str, str]:
    return dict(_known("keys", _texts_by_name(value), BY_ID, warnings, "command"))


def _list(value: object, _: str, warnings: list[str]) -> ListSettings:
    good = {}
    for name, item in _known("list", _table(value), ListSettings._fields, warnings):
        if isinstance(item, bool):
            good[name] = item
        else:
            warnings.append(f"list: {name}: expected true or false, not {quoted(item)}")
    return ListSettings(**good)


def _topics(value: object, _: str, warnings: list[str]) -> dict[str, str]:
    good = {}
    for written, text in _table(value, "a table with a query for each topic").items():
        name = clean_line(written)
        if not isinstance(text, str):
            mistake = f"{shown(name)}: expected a query, not {quoted(text)}"
        elif not name:
            mistake = f"a rule for {quoted(text)} has no topic"
        else:
            good[name] = clean_line(text)
            continue
        warnings.append(f"topics: {mistake}; the rule is ignored")
    return good


def _feeds(value: object, folder: str, warnings: list[str]) -> FeedSettings:
    pairs = dict(_known("feeds", _texts_by_name(value), FeedSettings._fields, warnings))
    if pairs.get("folder"):
        pairs["folder"] = _absolute(pairs["folder"], folder)
    if "every" in pairs and not _DURATION.fullmatch(pairs["every"]):
        warnings.append(f'feeds: every: expected a time like "30m", not {shown(pairs.pop("every"))}')
    if not _CONTACT.fullmatch(pairs.get("contact", "")):
        contact = shown(pairs.pop("contact"))
        warnings.append(f"feeds: contact: expected an address like ana@blog.example, not {contact}")
    return FeedSettings(**pairs)


def _sites(value: object, folder: str, warnings: list[str]) -> tuple[Mapping[str, str], ...]:
    """The tables [[site]]; one without a folder or with an invalid url is ignored."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _Invalid("a list of tables [[site]]")
    good = []
    for number, one in enumerate(value, 1):
        site = {}
        for name, item in _known(f"site {number}", one, _SITE, warnings):
            if isinstance(item, str) and clean_line(item):
                site[name] = clean_line(item)
            else:
                warnings.append(f"site {number}: {name} must be a string, not {brief(spelled(item))}")
        if mistake := _mistake_in(site):
            warnings.append(f"site {number}: {mistake}; the site is ignored")
        else:
            url = site.get("url", "").rstrip("/")
            good.append({**site, "folder": _absolute(site["folder"], folder), "url": url})
    return tuple(good)


def _mistake_in(site: Mapping[str, str]) -> str:
    unknown = [
        name for name in re.findall(r"\{(.*?)\}", site.get("permalink", "")) if name not in PLACEHOLDERS
    ]
    if "folder" not in site or not ("name" in site or "url" in site):
        return "it needs a folder, and a name or a url"
    if "url" in site and not is_web(site["url"]):
        return f"url: expected an address like https://www.example.org, not {shown(site['url'])}"
    if "permalink" in site and "url" not in site:
        return "permalink needs url"
    if unknown:
        return f"permalink can contain {', '.join(map('{{{}}}'.format, PLACEHOLDERS))}, not {{{unknown[0]}}}"
    return ""


_TABLES: Mapping[str, Callable[[object, str, list[str]], object]] = {
    "collection": _collection,
    "terminal": _terminal,
    "keys": _keys,
    "list": _list,
    "topics": _topics,
    "feeds": _feeds,
    "site": _sites,
}
"""Options that are checked entry by entry, with the configuration's folder: mistakes are reported and
ignored, the rest is used."""
