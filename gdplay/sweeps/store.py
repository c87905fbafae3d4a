"""Finished chunks of a sweep on disk: found again by what determined them, so nothing is run twice.

A chunk's name holds the hash of its group's complete config and the hash of its own bytes, so a damaged
one is recognised. Two processes may add chunks to one folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gdplay.files import WholeFile
from gdplay.jsontext import dumps
from gdplay.places import writing
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.environment import Environment
from gdplay.sweeps.packed import Extents, Packed, extents, unpack
from gdplay.written import CHUNKS

DIGITS = 32
MOST_HELD = 1 << 25
"""So many numbers of chunks that were read stay in memory, in case the next runs are in them too."""


@dataclass(frozen=True, eq=False)
class Known:
    """Runs that were carried out before: columns by name, (rows,) each, and where each row was made."""

    columns: Mapping[str, Column]
    origin: Column
    """(rows,) numbers of ``environments``."""
    environments: tuple[Environment, ...] = ()


class Store:
    """The chunks in one folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / CHUNKS
        with writing(self.path):
            self.path.mkdir(exist_ok=True)

    def add(self, group: str, data: bytes) -> Path:
        """Keep some finished runs of a group, packed; return where. Raises MachineError."""
        path = self.path / f"{group}-{_digest(data)}.parquet"
        with writing(path), WholeFile(path) as file:
            file.write(data)
        return path

    def has(self, group: str) -> bool:
        """Tell whether any runs of a group are kept."""
        return any(self.path.glob(f"{group}-*.parquet"))

    def kept(self, group: str, damaged: list[str]) -> Kept:
        """Return the chunks of a group that are kept; see ``Kept``."""
        return Kept(sorted(self.path.glob(f"{group}-*.parquet")), damaged)


class Kept:
    """Chunks of one group, read as they are needed; ``damaged`` gets the names of those thrown away."""

    def __init__(self, paths: Iterable[Path] = (), damaged: list[str] | None = None) -> None:
        self.damaged = [] if damaged is None else damaged
        self._extents: dict[Path, Extents] = {}
        self._held: dict[Path, Packed] = {}
        for path in paths:
            try:
                self._extents[path] = extents(path)
            except (OSError, ValueError):
                self._discard(path)

    def __bool__(self) -> bool:
        return bool(self._extents)

    def around(self, wanted: Mapping[str, Column]) -> Known:
        """Return the runs of all chunks that may hold some of those with these swept numbers, (runs,)."""
        ends = {name: (values.min(), values.max()) for name, values in wanted.items() if len(values)}
        near = [path for path, own in self._extents.items() if _meet(ends, own)]
        parts = [part for path in near if (part := self._read(path)) is not None]
        places = [Environment.of(part.said) for part in parts]
        environments = tuple(dict.fromkeys(places))
        lengths = [len(next(iter(part.columns.values()))) for part in parts]
        origin = np.repeat([environments.index(place) for place in places], lengths).astype(np.int64)
        names = parts[0].columns if parts else ()
        joined = {name: np.concatenate([part.columns[name] for part in parts]) for name in names}
        return Known(joined, origin, environments)

    def _read(self, path: Path) -> Packed | None:
        """Return a chunk, or throw it away where it is damaged."""
        part = self._held.pop(path, None)
        if part is None:
            data = b""
            with suppress(OSError):  # another process may have thrown it away
                data = path.read_bytes()
            try:
                part = unpack(data) if path.stem.endswith(_digest(data)) else None
            except ValueError:  # whole, but nothing that gdplay wrote
                part = None
            if part is None:
                return self._discard(path)
        self._held[path] = part  # the newest is last
        while len(self._held) > 1 and sum(map(_size, self._held.values())) > MOST_HELD:
            self._held.pop(next(iter(self._held)))
        return part

    def _discard(self, path: Path) -> None:
        self.damaged.append(path.name)
        self._extents.pop(path, None)
        with suppress(OSError):
            path.unlink()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:DIGITS]


def _size(part: Packed) -> int:
    return sum(len(values) for values in part.columns.values())


def _meet(one: Extents, other: Extents) -> bool:
    """Tell whether the ranges of numbers have something in common under every name."""
    shared = [(one[name], other[name]) for name in one if name in other]
    return all(low <= top and bottom <= high for (low, high), (bottom, top) in shared)


def group_hash(config: object) -> str:
    """Return the hash of what determines a group's results: plain data, such as the resolved config."""
    return _digest(dumps(config).encode())


def match(known: Known, values: Mapping[str, Column], runs: int) -> Column:
    """Return, for each of some runs, the row of the known run with the same swept numbers, or -1: (runs,).

    Numbers are the same when their bits are.
    """
    rows = len(known.origin)
    if not rows or not values:
        return np.full(runs, 0 if rows else -1)
    have, want = _keys(known.columns, values), _keys(values, values)
    order = np.argsort(have, kind="stable")
    place = np.minimum(np.searchsorted(have[order], want), rows - 1)
    return np.where(have[order][place] == want, order[place], -1)


def _keys(columns: Mapping[str, Column], names: Mapping[str, Column]) -> Column:
    """Return one sortable key of bytes for each row: (rows,)."""
    table = np.stack([np.asarray(columns[name], dtype=np.float64) for name in names], axis=1)
    return np.ascontiguousarray(table).view(f"S{8 * len(names)}").ravel()
