"""A map's arrays on disk: kept while its pixels are computed, and found again by what determines them."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from gdplay.errors import Complaint, ConfigError
from gdplay.folder import KEY, Folder
from gdplay.sweeps.arrays import Column

NAME = "map.npz"
IDENTITY = "identity"

PERIOD = 10.0
"""Seconds between two times of writing; what a killed process loses."""

SHARE = 20.0
"""Writing takes at most about one of so many seconds."""


class Canvas:
    """The file ``map.npz`` of a folder; ``identity`` is the hash of what determines every pixel."""

    def __init__(self, folder: Folder, identity: str) -> None:
        self._folder, self._identity = folder, identity
        self._due = 0.0

    def load(self, like: Mapping[str, Column]) -> dict[str, Column] | None:
        """Return the arrays that were kept, or None where there are none yet.

        Those in ``like`` have its types and shapes. Raises ConfigError where they are damaged or those of
        another map.
        """
        path = self._folder.work / NAME
        if not path.exists():
            return None
        try:
            found = read_arrays(path)
        except ValueError as error:
            raise self.damaged() from error
        if str(found.get(IDENTITY)) != self._identity:
            message = "holds another map: its config, window or size is different"
            raise self._refusal(message, "give the same ones, or choose another folder")
        if any(name not in found or _form(found[name]) != _form(values) for name, values in like.items()):
            raise self.damaged()
        return found

    def keep(self, arrays: Callable[[], Mapping[str, Column]], now: bool = False) -> None:
        """Write the arrays if it is time to, or ``now``. Raises MachineError."""
        if not now and time.monotonic() < self._due:
            return
        began = time.monotonic()
        data = _npz({**arrays(), IDENTITY: np.array(self._identity)})
        file = self._folder.open_log(NAME, whole=True)  # what an exception leaves in its folder
        try:
            file.write(data)
            file.close()
        finally:
            file.discard()
        ended = time.monotonic()
        self._due = ended + max(PERIOD, SHARE * (ended - began))

    def damaged(self) -> ConfigError:
        """Return the complaint that the arrays can't be gone on with."""
        return self._refusal("holds a map that is damaged", "carry it out again in another folder")

    def _refusal(self, what: str, remedy: str) -> ConfigError:
        return ConfigError(Complaint(f"{self._folder.path} {what}", remedy, key=KEY))


def read_arrays(path: Path) -> dict[str, Column]:
    """Return the arrays in a map's file, by name. Raises ValueError where they can't be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            return dict(data)
    except (OSError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(str(error)) from error


def _form(values: Column) -> tuple[str, tuple[int, ...]]:
    return values.dtype.str, values.shape


def _npz(arrays: Mapping[str, Column]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
