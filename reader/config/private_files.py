"""The user's small files: private (0600), read up to a size limit, and replaced as a whole or not at all; and
lock files."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from typing import TYPE_CHECKING

from reader.article.text import display_path
from reader.errors import StorageError, remedy
from reader.permissions import require

if TYPE_CHECKING:
    from io import BufferedWriter


def read(file: str | PathLike[str], most: int) -> bytes:
    """The bytes of a file. Raises OSError: it can't be read, has more than `most` bytes, or is a pipe, a
    device or anything else that may never end."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        _require_regular(descriptor, file)
        with open(descriptor, "rb", closefd=False) as opened:
            raw = opened.read(most + 1)
    finally:
        os.close(descriptor)
    if len(raw) > most:
        raise OSError(errno.EFBIG, f"it is longer than {most:,} bytes", os.fspath(file))
    return raw


def _require_regular(descriptor: int, file: str | PathLike[str]) -> None:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", os.fspath(file))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", os.fspath(file))


def make(file: str | PathLike[str], *, is_for_marks: bool = False) -> None:
    """Create a file if needed, readable by the user alone (0600). Raises OSError."""
    if not is_for_marks:
        require("files")
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    try:
        _require_regular(descriptor, file)
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


@contextmanager
def replacing(
    file: str | PathLike[str], *, mode: int = 0o600, is_precious: bool = False, is_for_marks: bool = False
) -> Iterator[BufferedWriter]:
    """Yields a temporary file that replaces the file when the block ends; after an error the file is
    unchanged. With `is_precious` it is synced to the disk first, which is slow. Raises OSError with the
    file's name.
    """
    if not is_for_marks:
        require("files")
    path = os.fspath(file)
    draft = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}")
    try:
        # Left by a killed reader with the same process id, or a link placed by someone else.
        with suppress(FileNotFoundError):
            os.unlink(draft)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as opened:
            if mode != 0o600:
                os.chmod(draft, mode)  # whatever the umask
            yield opened
            if is_precious:
                opened.flush()
                os.fsync(opened.fileno())
        os.replace(draft, path)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(draft)
        if isinstance(error, OSError) and error.filename == draft:
            error.filename = path
        raise


def rewrite(path: str, raw: bytes) -> None:
    """Replace the whole content of a file that users edit too; it keeps its mode. Raises StorageError."""
    try:
        mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o600
        with replacing(path, mode=mode, is_precious=True) as file:
            file.write(raw)
    except OSError as error:
        raise StorageError(f"{display_path(path)} can't be written: {remedy(error)}") from error


@contextmanager
def locked(path: str, *, wait: bool = True) -> Iterator[bool]:
    """Yields whether this process holds the lock file until the block ends; the system releases it if the
    process dies. Raises StorageError."""
    require("files")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"{display_path(path)} can't be written: {remedy(error)}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            is_ours = True
        except BlockingIOError:
            is_ours = False
        yield is_ours
    finally:
        os.close(descriptor)
