"""Which files may be read: regular ones, of bounded size, below the folders that are allowed."""

from __future__ import annotations

import errno
import os
import stat
from itertools import islice
from pathlib import Path

from gdplay.config.source import MOST_BYTES
from gdplay.errors import Complaint, ConfigError, MachineError, nearest

# A name is only ever suggested from so many entries of a folder.
_MOST_LISTED = 2_000

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)

# What the system says about a path, in words, with what to do.
# fmt: off
_REASONS = {
    errno.EACCES:       ("may not be read by this user",          "change its permissions"),
    errno.EPERM:        ("may not be read by this user",          "change its permissions"),
    errno.ENAMETOOLONG: ("has a name that is too long",           "shorten it"),
    errno.ELOOP:        ("is a link that leads back to itself",   "name the file itself"),
    errno.ENOTDIR:      ("lies below something that is no folder", "check the path"),
}
# fmt: on

# Opening a pipe without O_NONBLOCK waits for a writer; the checked path ends in no link, and stays so.
_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


def read_config_bytes(path: Path, roots: tuple[Path, ...], most: int = MOST_BYTES) -> bytes:
    """Read a config's bytes from a regular file below one of the roots.

    Raises ConfigError when the path, with its links followed, lies elsewhere, is missing, is no regular file,
    may not be read or holds more than ``most`` bytes; MachineError when the machine fails to read it.
    """
    return _read(path, roots, most, "keep data in CSV files and name them under function.data")


def read_data_bytes(path: Path, roots: tuple[Path, ...], most: int) -> bytes:
    """Read a data file's bytes under the rules of read_config_bytes, with its own limit of ``most`` bytes."""
    return _read(path, roots, most, "use fewer rows or columns")


def _read(path: Path, roots: tuple[Path, ...], most: int, smaller: str) -> bytes:
    real = _allowed(path, roots)
    try:
        _check(path, os.stat(real), most, smaller)
        with open(os.open(real, _FLAGS), "rb") as opened:
            _check(path, os.fstat(opened.fileno()), most, smaller)
            data = opened.read(most + 1)
    except OSError as error:
        raise _failure(path, error) from None
    if len(data) > most:
        raise _refusal(path, f"has more than {most:,} bytes, the most that are read", smaller)
    return data


def _allowed(path: Path, roots: tuple[Path, ...]) -> str:
    if "\0" in str(path):
        raise _refusal(path, "has a NUL character in its name", "remove it")
    try:
        real = os.path.realpath(path)
        allowed = [os.path.realpath(root) for root in roots]
    except OSError as error:
        raise _failure(path, error) from None
    if not any(Path(real).is_relative_to(root) for root in allowed):
        leads = f"leads to '{real}', which is" if real != os.path.abspath(path) else "is"
        below = ", ".join(f"'{root}'" for root in allowed)
        raise _refusal(path, f"{leads} not below {below}", f"allow it with --allow-read {Path(real).parent}")
    return real


def _check(path: Path, status: os.stat_result, most: int, smaller: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), "a special file")
        raise _refusal(path, f"is {kind}", "name a regular file")
    if status.st_size > most:
        raise _refusal(path, f"has {status.st_size:,} bytes; at most {most:,} are read", smaller)


def _failure(path: Path, error: OSError) -> ConfigError | MachineError:
    if error.errno == errno.ENOENT:
        return _missing(path)
    if error.errno in _REASONS:
        return _refusal(path, *_REASONS[error.errno])
    return MachineError(f"'{path}' cannot be read: {error.strerror or error}")


def _missing(path: Path) -> ConfigError:
    if path.is_symlink():
        return _refusal(
            path, f"is a link to '{os.readlink(path)}', which does not exist", "name the file itself"
        )
    if not path.parent.is_dir():
        return _refusal(path, f"does not exist: there is no folder '{path.parent}'", "check the path")
    suffixes = {".yaml", ".yml", path.suffix}
    try:
        with os.scandir(path.parent) as entries:
            known = [e.name for e in islice(entries, _MOST_LISTED) if os.path.splitext(e.name)[1] in suffixes]
    except OSError:
        known = []
    close = nearest(path.name, sorted(known))
    return _refusal(
        path, "does not exist", f"did you mean '{path.with_name(close)}'?" if close else "check the path"
    )


def _refusal(path: Path, finding: str, remedy: str) -> ConfigError:
    shown = str(path)
    shown = shown if len(shown) <= 200 else f"{shown[:100]}...{shown[-60:]}"
    return ConfigError(Complaint(f"'{shown}' {finding}", remedy))
