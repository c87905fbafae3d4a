"""Finished chunks of a sweep on disk: found again by what determined them, so nothing is run twice.

A chunk's name holds the hash of its group's complete config and the hash of its own bytes, so a damaged
one is recognised. Two processes may add chunks to one folder.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gdplay.files import WholeFile
from gdplay.jsontext import dumps
from gdplay.places import writing
from gdplay.sweeps.arrays import Column
from gdplay.written import CHUNKS

DIGITS = 32


@dataclass(frozen=True)
class Known:
    """What a store holds of one group: columns by name, (rows,) each, and the damaged files' names."""

    columns: Mapping[str, Column]
    damaged: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many runs are known."""
        return len(next(iter(self.columns.values()))) if self.columns else 0


class Store:
    """The chunks in one folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / CHUNKS
        with writing(self.path):
            self.path.mkdir(exist_ok=True)

    def add(self, group: str, columns: Mapping[str, Column]) -> None:
        """Keep some finished runs of a group. Raises MachineError."""
        data = _encoded(columns)
        name = f"{group}-{hashlib.sha256(data).hexdigest()[:DIGITS]}.parquet"
        with writing(self.path / name), WholeFile(self.path / name) as file:
            file.write(data)

    def has(self, group: str) -> bool:
        """Tell whether any runs of a group are kept."""
        return any(self.path.glob(f"{group}-*.parquet"))

    def find(self, group: str) -> Known:
        """Return all runs of a group that are kept; a damaged chunk is named and thrown away."""
        parts: list[dict[str, Column]] = []
        damaged: list[str] = []
        for path in sorted(self.path.glob(f"{group}-*.parquet")):
            try:
                data = path.read_bytes()
            except OSError:
                data = b""
            if path.stem.endswith(hashlib.sha256(data).hexdigest()[:DIGITS]):
                parts.append(_decoded(data))
            else:
                damaged.append(path.name)
                with suppress(OSError):  # another process may have thrown it away
                    path.unlink()
        if not parts:
            return Known({}, tuple(damaged))
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return Known(joined, tuple(damaged))


def group_hash(config: object) -> str:
    """Return the hash of what determines a group's results: plain data, such as the resolved config."""
    return hashlib.sha256(dumps(config).encode()).hexdigest()[:DIGITS]


def match(known: Known, values: Mapping[str, Column]) -> Column:
    """Return, for each wanted run, the row of the known run with the same swept numbers, or -1.

    Numbers are the same when their bits are.
    """
    if not values:
        return np.array([0 if known.rows else -1])
    runs = len(next(iter(values.values())))
    if not known.rows:
        return np.full(runs, -1)
    have, want = _keys(known.columns, values), _keys(values, values)
    order = np.argsort(have, kind="stable")
    place = np.minimum(np.searchsorted(have[order], want), len(have) - 1)
    return np.where(have[order][place] == want, order[place], -1)


def _keys(columns: Mapping[str, Column], names: Mapping[str, Column]) -> Column:
    """Return one sortable key of bytes for each row: (rows,)."""
    table = np.stack([np.asarray(columns[name], dtype=np.float64) for name in names], axis=1)
    return np.ascontiguousarray(table).view(f"S{8 * len(names)}").ravel()


def _encoded(columns: Mapping[str, Column]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), buffer, compression="zstd")
    return buffer.getvalue()


def _decoded(data: bytes) -> dict[str, Column]:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    return {name: table[name].to_numpy() for name in table.column_names}
