"""The two ways in which a file comes to be on disk: appended to while the work goes on, or whole at once."""

from __future__ import annotations

import errno
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol

from gdplay.places import asking_for, refusal, what_is_at, writing

try:
    import fcntl
except ImportError:  # Windows, where nobody can delete a file that a process has open
    fcntl = None

# Never through a link and never onto something that is there: both would change a file that is not ours.
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class OutputFile(Protocol):
    """A new file that is written front to back."""

    path: Path

    def write(self, data: bytes) -> int:
        """Append all of data and return its length; raise MachineError if the disk does not take it."""
        ...

    def close(self) -> None:
        """Make the file complete and durable under its path; a second close does nothing."""
        ...

    def discard(self) -> None:
        """Close, and keep only what has its name already."""
        ...


class AppendFile:
    """A new file that only grows: what was written stays readable, whatever happens to the process.

    Making it raises OSError; afterwards a failing disk raises MachineError.
    """

    def __init__(self, path: Path, called: Path | None = None) -> None:
        self.path = called or path
        self._descriptor: int | None = os.open(path, CREATE | os.O_APPEND, 0o666)

    def write(self, data: bytes) -> int:
        """Append all of data and return its length; raise MachineError if the disk does not take it."""
        if self._descriptor is None:
            raise ValueError(f"{self.path} is closed")
        left = memoryview(data)
        with writing(self.path):
            while left:  # at the end of a disk a write takes a part, without an error
                left = left[os.write(self._descriptor, left) :]
        return len(data)

    def hold(self) -> None:
        """Let others see that a process is writing this, until it closes the file or ends in any way."""
        if fcntl is not None and self._descriptor is not None:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Wait until the disk has everything, and close; a second close does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with writing(self.path):
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def discard(self) -> None:
        """Close without waiting for the disk; what was appended stays."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)


class WholeFile:
    """A new file that has its name only once it is complete.

    It grows under a hidden name beside its path, and ``close`` renames it. Where ``replace`` is false and
    something has the name already, ``close`` raises FileExistsError. As a context manager it is closed at
    the end, or discarded by an exception. Making it raises OSError, a failing disk MachineError.
    """

    def __init__(self, path: Path, replace: bool = True) -> None:
        self.path = path
        self._place = os.replace if replace else _rename_to_new
        self._temporary = path.with_name(temporary_name(path.name))
        self._file = AppendFile(self._temporary, called=path)
        self._file.hold()
        self._open = True

    def write(self, data: bytes) -> int:
        """Append all of data and return its length; raise MachineError if the disk does not take it."""
        return self._file.write(data)

    def close(self) -> None:
        """Let the file appear under its path; a second close does nothing."""
        if not self._open:
            return
        try:
            self._file.close()
            with writing(self.path):
                self._place(self._temporary, self.path)
        except BaseException:
            self.discard()
            raise
        self._open = False

    def discard(self) -> None:
        """Delete what was written, unless it has its name already."""
        if self._open:
            self._open = False
            self._file.discard()
            with suppress(OSError):
                os.unlink(self._temporary)

    def __enter__(self) -> WholeFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()


def write_file(path: Path, data: bytes | str, force: bool, key: str = "-o") -> None:
    """Write one file that the user named, whole or not at all; text as UTF-8.

    Raises ConfigError where something is in the way (a regular file only without ``force``), MachineError
    where the disk fails.
    """
    with asking_for(path, "choose another file", key):
        found = what_is_at(path)
        if found == "a file" and not force:
            raise refusal(f"{path} exists", "choose another file, or --force to replace it", key)
        if found not in (None, "a file"):
            raise refusal(f"{path} is {found}", "choose another file", key)
        if not path.parent.is_dir():
            raise refusal(f"{path.parent}: No such file or directory", "choose another file", key)
        file = WholeFile(path, replace=force)
    with file:
        file.write(data.encode() if isinstance(data, str) else data)


YOUNG = 5.0
"""Seconds in which a file may not be held yet by the process that has just made it."""


def discard_abandoned(path: Path) -> None:
    """Delete a file that was to appear whole, if the process that wrote it is no more."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            if time.time() - os.fstat(descriptor).st_mtime < YOUNG:
                return
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)
        os.unlink(path)


def temporary_name(name: str) -> str:
    """Return a hidden name that belongs to name and that nothing has yet.

    >>> len(temporary_name("summary.json")) - len(".summary.json.")
    8
    """
    return f".{name[:100]}.{secrets.token_hex(4)}"


def _rename_to_new(old: Path, new: Path) -> None:
    """Rename a file unless new exists, also where it has come to exist just now."""
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: looking first is the best there is
        if os.path.lexists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new)) from None
        os.replace(old, new)
    else:
        os.unlink(old)
