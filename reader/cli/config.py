"""`reader config` prints the configuration, its path or the keys; `reader doctor` what it detects: the
capabilities of this terminal, how pages are opened, where files are."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reader import __version__, config, terminal
from reader.article.text import display_path
from reader.cli.parser import Namespace, Subcommand, add_sources, add_ssh, one_of, together
from reader.cli.session import configuration, sources_of, warn
from reader.config import Config, palettes, paths
from reader.config.commands import COMMANDS as SCREEN_COMMANDS
from reader.config.commands import key_words
from reader.config.sources import has_subscriptions, is_shared, named, news_folder
from reader.errors import ReaderError, counted
from reader.permissions import EVERYTHING, permissions
from reader.terminal import Finding

if TYPE_CHECKING:
    from reader.opening.opener import PlanStep
    from reader.terminal import Terminal

SUBJECTS = ("path", "show", "keys")
"""The arguments of `config`."""
PAGE = "https://page.example/"
"""An example URL; it is never opened."""


def _config(options: Namespace) -> int:
    subject = one_of(options.words, SUBJECTS, "which part of the configuration?")
    if subject == "keys":
        keys = {command.id: " ".join(key_words(key) for key in command.keys) for command in SCREEN_COMMANDS}
        id_width, key_width = max(map(len, keys)), max(map(len, keys.values()))
        for command in SCREEN_COMMANDS:
            print(f"{command.id:{id_width}}  {keys[command.id]:{key_width}}  {command.help}")
    elif subject == "path":
        print(display_path(paths.config_name()))
    else:
        settings, warnings = _configuration()
        if settings.relay:  # the output is pasted into bug reports, and a token is a secret
            settings = settings._replace(relay=f"...@{settings.relay.rpartition('@')[2]}")
        shown = (named(one) if is_shared(one) else one for one in settings.collection)  # nor a password
        sys.stdout.write(config.as_toml(settings._replace(collection=tuple(shown))))
        warn(*warnings)
    return 0


def _configuration() -> tuple[Config, list[str]]:
    """The configuration and a message for each mistake in it, in its queries, colours and keys too."""
    settings, mistakes = configuration()
    own, found = palettes.load(os.path.join(paths.folder_of("config"), "themes"))
    if settings.theme:
        from reader.app.paint.themes import theme_names  # which brings Textual

        known = [*theme_names(), *(palette.name for palette in own)]
        if settings.theme not in known:
            found.append(palettes.unknown_theme(settings.theme, known))
    if settings.keys:
        from reader.app.keys import keymap_of  # which brings Textual

        found += keymap_of(settings.keys)[1]
    return settings, mistakes + found


def _doctor(options: Namespace) -> int:
    settings, warnings = _configuration()
    here = terminal.examined(settings.terminal, options.is_remote)
    groups = {
        "reader": [*_reader(), *(Finding("warning", warning, "") for warning in warnings)],
        "this terminal": here.findings,
        "opening and copying": [*_opening(here, settings), *_copying(here, settings)],
        "files": [*_paths(), *_feeds(settings), *_sources(options, settings)],
    }
    width = max(len(row.name) for rows in groups.values() for row in rows)
    for title, rows in groups.items():
        print(title)
        for row in rows:
            reason = f"  ({display_path(row.reason)})" if row.reason else ""
            print(f"  {row.name:{width}}  {display_path(row.value)}{reason}")
            for advice in row.advice:
                print(f"  {'':{width}}  → {display_path(advice)}")
        print()
    print("To override detection, set [terminal] in config.toml (docs/config.md) or use --remote or --local.")
    return 0


def _reader() -> Iterator[Finding]:
    from reader.app.early import features

    yield Finding("version", __version__, f"Python {sys.version.partition(' ')[0]}")
    if permissions() != EVERYTHING:
        yield Finding(
            "restricted", "yes", "--restricted or READER_RESTRICTED; nothing lifts it (docs/serving.md)"
        )
    for feature, names in features.switched_off():
        yield Finding("off", feature.name, f"Textual lacks {', '.join(names)}; {feature.without}")


def _opening(here: Terminal, settings: Config) -> Iterator[Finding]:
    """The ways to open a page, in the order in which they are tried."""
    from reader.opening import opener

    plan = opener.plan(PAGE, here, settings)
    for number, step in enumerate(plan.steps):
        yield Finding("then" if number else "opens", *_step(step))
    if plan.mistake:
        yield Finding("warning", plan.mistake, "")
    advice: tuple[str, ...] = ()
    if here.is_remote and not any(step.kind == "relay" for step in plan.steps):
        advice = ("to open pages on your own machine, run there: reader relay ssh HOST (docs/ssh.md)",)
    elif not plan.steps:
        advice = ("set $BROWSER, or browser in config.toml",)
    reason = plan.sentence[:1].lower() + plan.sentence[1:]
    yield Finding("then" if plan.steps else "opens", "shows the address", reason, advice)
    text = opener.plan_text(PAGE, settings)
    first = text.steps[0].argv[0] if text.steps else "nothing"
    reason = text.sentence[:1].lower() + text.sentence[1:]
    yield Finding("reads here", first, "" if text.steps else reason)


def _step(step: PlanStep) -> tuple[str, str]:
    if step.kind != "relay":
        return " ".join(step.argv), "in this terminal" if step.kind == "text" else ""
    from reader.opening.relay import BadPlace, hand_over, parse_place

    try:
        place = parse_place(step.place)
    except BadPlace as error:
        return "a relay", str(error)
    # A relay rejects an empty address, but its reply proves that it is running and knows the token.
    asked = hand_over("", place)
    return f"the relay at {place.where}", "it answers" if asked.is_taken else asked.sentence


def _copying(here: Terminal, settings: Config) -> Iterator[Finding]:
    from reader.opening import clipboard

    plan = clipboard.plan(PAGE, here, settings.copy)
    ways = [" ".join(argv) for argv in (*plan.keepers[:1], plan.command) if argv]
    ways += ["the terminal (OSC 52)"] if plan.sequence else []
    reason = "terminals never confirm it" if plan.sequence and not plan.keepers else ""
    yield Finding("copies by", ", ".join(ways) or "nothing", reason)


def _paths() -> Iterator[Finding]:
    file = paths.config_file()
    reason = "" if file.exists() else "does not exist yet"
    yield Finding("configuration", str(file), reason, _open_to_others(file.parent, file))
    folders = {"index": paths.cache_dir(), "marks": paths.user_data_dir(), "state": paths.state_dir()}
    for name, folder in folders.items():
        yield Finding(name, str(folder), _writable(folder), _open_to_others(folder))


def _feeds(settings: Config) -> Iterator[Finding]:
    if not has_subscriptions():
        return
    from reader.feeds import subscriptions
    from reader.feeds.state import FILE, State

    folder = Path(news_folder(settings.feeds.folder))
    yield Finding("news", str(folder), _writable(folder), _open_to_others(folder))
    try:
        feeds, notices = subscriptions.load()
        failing = 0
        if (paths.user_data_dir() / FILE).exists():
            with State() as state:
                known = state.feeds()
            failing = sum(bool(known[one.address].error) for one in feeds if one.address in known)
    except ReaderError as error:
        yield Finding("feeds", "can't be read", str(error))
        return
    advice = ('"reader feeds" says why, and what to do',) if failing else ()
    reason = f"{failing:,} failing"
    yield Finding("feeds", counted(len(feeds), "feed"), reason, (*notices, *advice))


def _writable(folder: Path) -> str:
    """Whether files can be created in this folder, or in the one to be created."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    return "writable" if there.is_dir() and os.access(there, os.W_OK) else "not writable"


def _open_to_others(*places: Path) -> tuple[str, ...]:
    """A line for each of these paths, and each folder above the first, that other users may write to: they
    could replace it."""
    advice = []
    for place in (*reversed(places[0].parents), *places):
        try:
            found = place.stat()
        except OSError:
            continue
        is_shared = bool(found.st_mode & stat.S_ISVTX)  # as /tmp: only owners can rename files
        if found.st_mode & 0o022 and not (is_shared and place not in places):
            who = "everybody" if found.st_mode & 0o002 else "its group"
            advice.append(f"{who} may write to {place}: chmod go-w {shlex.quote(str(place))}")
        elif found.st_uid not in (os.getuid(), 0):
            advice.append(f"{place} belongs to another user, who can change it")
    return tuple(advice)


def _sources(options: Namespace, settings: Config) -> Iterator[Finding]:
    from reader.library.sources import open_library

    try:
        sources = sources_of(options.sources, settings)
        library = open_library(sources)
    except ReaderError as error:
        yield Finding("collection", "none", str(error))
        return
    shown = " ".join(map(named, sources))
    yield Finding("collection", shown, f"{counted(library.total, 'article')} in the index")
    for notice in library.notices:
        yield Finding("notice", notice, "")
    library.close()
    if any(map(is_shared, sources)):
        return
    places = map(os.path.abspath, sources)
    yield how_changes_are_noticed([one if os.path.isdir(one) else os.path.dirname(one) for one in places])


def how_changes_are_noticed(roots: Sequence[str]) -> Finding:
    """How the screen detects changed files."""
    from reader.collection.watching import FolderWatch

    watch = FolderWatch(roots)
    watch.wait(0.01)
    watch.close()
    if not watch.is_blind:
        return Finding("changes", "seen at once", "the system reports them")
    advice = "raise fs.inotify.max_user_watches and fs.inotify.max_user_instances with sysctl"
    return Finding("changes", "polled every few seconds", watch.blindness, (advice,))


COMMANDS = {
    "config": Subcommand(
        summary="print the configuration, its path or the screen's keys",
        usage="reader config path|show|keys",
        examples=("reader config path", "reader config show", "reader config keys | grep tag"),
        options=lambda parser: parser.words(
            "words", "SUBJECT", f"one of {', '.join(SUBJECTS)}", lambda **_: SUBJECTS
        ),
        run=_config,
    ),
    "doctor": Subcommand(
        summary="show terminal capabilities, how pages open and where files are",
        usage="reader doctor [SOURCE]... [--remote|--local]",
        examples=("reader doctor", "reader doctor ~/news"),
        options=together(add_sources, add_ssh),
        run=_doctor,
    ),
}
