"""Which names and paths gdplay takes from its users, and how it refuses the others."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gdplay.errors import Complaint, ConfigError, MachineError

MOST_CHARACTERS = 100
# What a full or broken disk answers to any request; everything else is about the place that was asked for.
DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
KINDS = {stat.S_IFREG: "a file", stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link"}


def component(text: str, key: str = "name") -> str:
    """Return text if it can name a file or folder everywhere; raise ConfigError if it can't.

    >>> component("rosenbrock-adam_0.01")
    'rosenbrock-adam_0.01'
    """
    if re.fullmatch(rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{MOST_CHARACTERS - 1}}}", text):
        return text
    shown = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "..."
    raise refusal(
        f"{shown!r} can't name a folder",
        f"use at most {MOST_CHARACTERS} of the characters A-Z a-z 0-9 _ . - and no . or - at the start, "
        f"such as {as_component(text)!r}",
        key,
    )


def as_component(text: str) -> str:
    """Return the component that is nearest to a free text, such as the stem of a config's file name.

    >>> as_component("my first run"), as_component("../evil"), as_component("Täler")
    ('my-first-run', 'evil', 'T-ler')
    """
    kept = re.sub(r"[^A-Za-z0-9_.-]+", "-", text[: 4 * MOST_CHARACTERS]).lstrip(".-")
    return kept[:MOST_CHARACTERS].rstrip(".-") or "run"


def what_is_at(path: Path) -> str | None:
    """Name what stands at a path, without following a link; None where nothing does. Raises OSError."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return None
    return KINDS.get(stat.S_IFMT(mode), "a device, pipe or socket")


@contextmanager
def asking_for(path: Path, remedy: str, key: str) -> Iterator[None]:
    """Turn what is wrong with a user's path into ConfigError, and a failing disk into MachineError."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FAULTS:
            raise MachineError(f"{path}: could not be made: {error.strerror}") from error
        named = Path(error.filename or path)
        if isinstance(error, FileExistsError):
            raise refusal(f"{named} exists and is {what_is_at(named)}", remedy, key) from error
        raise refusal(f"{named}: {error.strerror or error}", remedy, key) from error
    except ValueError as error:  # a NUL, or a character that the file system can't spell
        raise refusal(f"{str(path)!r} can't be a path: {error}", remedy, key) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn every OSError inside into a MachineError that names the file."""
    try:
        yield
    except OSError as error:
        raise MachineError(f"{path}: could not be written: {error.strerror or error}") from error


def refusal(message: str, remedy: str, key: str) -> ConfigError:
    """Return the error for one wrong value of one key."""
    return ConfigError(Complaint(message, remedy, key=key))
