"""The folders of the reader: those shipped with it, and the user's.

Only names, and creating folders; `reader.config.private_files` writes the files.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from reader.errors import StorageError, reason_of
from reader.permissions import require

if TYPE_CHECKING:
    from pathlib import Path

    _Folder = TypeVar("_Folder", str, Path)

NAME = "reader"
"""Name of the folder in each of the system's base directories."""

CONFIG = "config.toml"
"""The name of the configuration in its folder."""

_XDG = {
    "cache": ("XDG_CACHE_HOME", ".cache"),
    "data": ("XDG_DATA_HOME", ".local/share"),
    "config": ("XDG_CONFIG_HOME", ".config"),
    "state": ("XDG_STATE_HOME", ".local/state"),
}
"""The variables and defaults of the XDG Base Directory Specification 0.8."""


def data_dir(name: str) -> str:
    """A folder that ships with the reader: `styles` or `sample_feed`.

    The wheel carries it inside the package, a checkout beside it. Raises StorageError where it is missing.
    """
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    for folder in (os.path.join(package, "_data", name), os.path.join(os.path.dirname(package), name)):
        if os.path.isdir(folder):
            return folder
    raise StorageError(f"The folder {name} is missing from this installation; install the reader again.")


def folder_of(kind: str) -> str:
    """The user's folder of a kind: cache, data, config or state. `READER_CACHE_DIR` and so on override it.

    A string, since importing pathlib takes 5 ms that a list does not need.
    """
    if chosen := os.environ.get(f"READER_{kind.upper()}_DIR"):
        return os.path.abspath(os.path.expanduser(chosen))
    if sys.platform == "darwin":
        # Takes 20 ms or more, and all others only need the rule below.
        import platformdirs

        return str(getattr(platformdirs, f"user_{kind}_dir")(NAME, appauthor=False))
    variable, default = _XDG[kind]
    base = os.environ.get(variable, "")
    if os.path.isabs(base):  # the specification says to ignore relative paths
        return os.path.join(base, NAME)
    home = os.path.expanduser("~")
    # Without HOME and a passwd entry there is no such folder. This one can't be created, so writing raises a
    # StorageError and reading finds nothing.
    return os.path.join(home if os.path.isabs(home) else os.devnull, default, NAME)


def cache_dir() -> Path:
    """For the index, which can be rebuilt."""
    return _path("cache")


def user_data_dir() -> Path:
    """For the marks, which cannot be rebuilt."""
    return _path("data")


def state_dir() -> Path:
    """For data that can be lost without harm but should outlive a cache: last visits, searches, crash
    reports."""
    return _path("state")


def config_file() -> Path:
    """The configuration's path, whether it exists or not."""
    return _path("config") / CONFIG


def config_name() -> str:
    """The same as a string, see `folder_of`."""
    return os.path.join(folder_of("config"), CONFIG)


def copies_of(file: str) -> str:
    """The folder for backups of a file that can't be rebuilt."""
    return os.path.join(os.path.dirname(file), "backups")


def ensure(folder: _Folder, *, is_for_marks: bool = False) -> _Folder:
    """The folder, created with its parents for the user alone (0700) if missing.

    Raises StorageError; NotAllowed unless it is for marks, which a restricted reader keeps too.
    """
    if not is_for_marks:
        require("files")
    try:
        _make_folder(os.fspath(folder))
    except (OSError, ValueError) as error:
        from reader.article.text import display_path

        raise StorageError(
            f'The folder "{display_path(os.fspath(folder))}" can\'t be created ({reason_of(error)});'
            " set READER_CACHE_DIR and READER_DATA_DIR to folders that can be written"
        ) from None
    return folder


def _make_folder(folder: str) -> None:
    # `makedirs` would apply the mode only to the last folder.
    if os.path.isdir(folder):
        return
    above = os.path.dirname(folder)
    if above != folder:
        _make_folder(above)
    with suppress(FileExistsError):
        os.mkdir(folder, 0o700)


def _path(kind: str) -> Path:
    from pathlib import Path

    return Path(folder_of(kind))
