"""Columns of numbers, with what is said of them, as bytes: how chunks of a sweep are kept and sent."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.jsontext import dumps, loads
from gdplay.sweeps.arrays import Column

Extents = Mapping[str, tuple[float, float]]
"""The least and the largest number of each column."""

KEY = b"gdplay"


@dataclass(frozen=True, eq=False)
class Packed:
    """What ``pack`` was given. ``columns``: name to (rows,)."""

    columns: Mapping[str, Column]
    said: Mapping[str, Any]


def pack(columns: Mapping[str, Column], said: Mapping[str, Any]) -> bytes:
    """Return columns of one length, and plain data about them, as a Parquet file.

    Numbers in which only the last digits look random shrink most, and fastest, byte by byte.

    >>> again = unpack(pack({"x": np.array([0.5, 2])}, {"of": "f"}))
    >>> again.columns["x"], again.said
    (array([0.5, 2. ]), {'of': 'f'})
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(dict(columns)).replace_schema_metadata({KEY: dumps(dict(said))})
    buffer = io.BytesIO()
    split = dict.fromkeys(columns, "BYTE_STREAM_SPLIT")
    pq.write_table(table, buffer, compression="zstd", use_dictionary=False, column_encoding=split or None)
    return buffer.getvalue()


def extents(path: Path) -> Extents:
    """Return the ends of a packed file's columns without reading them. Raises OSError and ValueError."""
    import pyarrow.parquet as pq

    found: dict[str, list[float]] = {}
    about = pq.read_metadata(path)
    for group in map(about.row_group, range(about.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            ends, known = column.statistics, found.setdefault(column.path_in_schema, [])
            known += [ends.min, ends.max] if ends is not None and ends.has_min_max else [-np.inf, np.inf]
    return {name: (min(ends), max(ends)) for name, ends in found.items()}


def unpack(data: bytes) -> Packed:
    """Return what was packed. Raises ValueError where the bytes are nothing that ``pack`` made."""
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data), use_threads=False)
    said = loads((table.schema.metadata or {}).get(KEY, b"{}"))
    if not isinstance(said, dict):
        raise ValueError(f"what is said of the columns is {type(said).__name__}, no mapping")
    return Packed({name: table[name].to_numpy() for name in table.column_names}, said)
