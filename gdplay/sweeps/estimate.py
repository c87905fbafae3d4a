"""How long a sweep will take, from a few of its runs, and how large it will be."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.sweeps.carry import MOST_POINT_COLUMNS, carry_out
from gdplay.sweeps.curves import MOST_POINTS, MOST_RUNS
from gdplay.sweeps.identity import ENGINES, engine_of, identity
from gdplay.sweeps.plan import Group
from gdplay.sweeps.request import Request
from gdplay.sweeps.store import group_hash
from gdplay.sweeps.work import chunk_size
from gdplay.written import CHUNKS

TRIED_RUNS, TRIED_STEPS = 2048, (5, 105)
MOST_TRIED = 40
"""So many groups are tried; the others are taken to be like them."""

BYTES_A_NUMBER, BYTES_A_POINT = 10, 8
"""A number is in the table and in a chunk, both compressed; a point is a row of ``curves.parquet``."""

PICTURES, PICTURED = 150_000, 500
"""About so many bytes the pictures have, and so many more for every curve in them."""


def estimate(request: Request, folder: Path | None = None) -> dict[str, Any]:
    """Return the grids, runs, groups, seconds and bytes, after a few steps of a few runs.

    Where a folder has results already, ``known`` counts those of the same groups: so many runs at most need
    not be carried out again, and ``seconds`` is for the others.
    """
    possible = [group for group in request.groups if group.config is not None]
    tried = possible[:: -(-len(possible) // MOST_TRIED)]
    seconds = sum(_seconds(group) for group in tried)
    share = sum(group.runs for group in possible) / sum(group.runs for group in tried)
    size = max(group.config.function.size for group in possible if group.config)
    points = (3 if any(group.moves for group in possible) else 2) * size
    columns = 7 + len(request.keys) + (points if size <= MOST_POINT_COLUMNS else 0)
    curves, steps = (
        min(request.runs, MOST_RUNS),
        max(g.config.criteria.max_steps for g in possible if g.config),
    )
    drawn = PICTURES + curves * (PICTURED + min(steps + 1, MOST_POINTS) * BYTES_A_POINT)
    known = 0 if folder is None else sum(_known(group, folder / CHUNKS) for group in possible)
    return {
        "grids": [[{"key": axis.key, "values": len(axis)} for axis in grid.axes] for grid in request.grids],
        "runs": request.runs,
        "groups": len(request.groups),
        **({"known": known} if folder is not None else {}),
        "seconds": seconds * share * (1 - known / sum(group.runs for group in possible)),
        "bytes": request.runs * columns * BYTES_A_NUMBER + drawn,
    }


def _known(group: Group, chunks: Path) -> int:
    """Return how many runs of a group are kept, of which some may not be asked for now; all files stay."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = 0
    for engine in ENGINES:
        own = 0
        for path in sorted(chunks.glob(f"{group_hash(identity(group, engine))}-*.parquet")):
            with suppress(OSError, pa.ArrowException):  # damaged: it would be run again
                own += pq.read_metadata(path).num_rows
        rows = max(rows, own)
    return min(rows, group.runs)


def _seconds(group: Group) -> float:
    """Return how long a group takes: every chunk its start, every step of every run its share."""
    assert group.config is not None
    size, most = chunk_size(group), group.config.criteria.max_steps
    runs = min(group.runs, TRIED_RUNS, size)
    batch, engine = group.batch(np.arange(runs)), engine_of(group, size)
    spent: list[float] = []
    few, more = (min(steps, most) for steps in TRIED_STEPS)
    for steps in (few, few, more):  # the first time has costs of its own
        short = replace(group.config, criteria=replace(group.config.criteria, max_steps=steps))
        began = time.perf_counter()
        carry_out(short, batch, engine=engine)
        spent.append(time.perf_counter() - began)
    step = max(0.0, spent[2] - spent[1]) / max(1, more - few) * group.runs / runs
    return spent[1] * -(-group.runs // size) + step * most
