"""Some runs of a group that are carried out together: which are to be run, and how they become rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.batch import Batch
from gdplay.sweeps.carry import FAILED, MOST_POINT_COLUMNS, OUTCOMES, point_columns
from gdplay.sweeps.environment import Environment
from gdplay.sweeps.plan import Group
from gdplay.sweeps.store import Kept, Known, match


@dataclass(frozen=True)
class Rows:
    """Finished runs in the order of the sweep: ``columns`` by name, (rows,) each."""

    group: Group
    index: Column
    columns: dict[str, Column]


@dataclass(frozen=True, eq=False)
class Made:
    """What carrying out a chunk gave: ``columns`` (runs,) each, where, and packed if it came so."""

    columns: Mapping[str, Column]
    environment: Environment
    data: bytes | None = None


@dataclass(frozen=True, eq=False)
class Chunk:
    """Runs ``first`` to ``end``, counted within their group; ``number`` counts the sweep's chunks.

    ``key`` is what a store calls the group. Of what it holds, ``rows`` are those of the runs: (runs,), -1
    where there is none; no ``known`` means that there are none at all.
    """

    number: int
    group: Group
    first: int
    end: int
    engine: str = ""
    key: str = ""
    known: Known | None = None
    rows: Column | None = None

    @property
    def numbers(self) -> Column:
        """The runs: (runs,), counted within the group."""
        return np.arange(self.first, self.end)

    @property
    def fresh(self) -> Column:
        """The places of the runs that are not known: (fresh,)."""
        return np.arange(self.end - self.first) if self.rows is None else np.flatnonzero(self.rows < 0)

    @property
    def idle(self) -> bool:
        """Whether nothing is to be run: everything is known, or nothing is possible."""
        return self.group.config is None or not len(self.fresh)

    def batch(self) -> Batch:
        """Return the runs that are not known."""
        return self.group.batch(self.numbers[self.fresh])

    def looked_up(self, kept: Kept) -> Chunk:
        """Return the chunk with what a store holds of it."""
        if not kept or self.group.config is None:
            return self
        batch = self.group.batch(self.numbers)
        wanted = dict(batch.values)
        if self.group.moves and len(batch.starts) <= MOST_POINT_COLUMNS:
            # a start is known by its coordinates: its number is another in another list
            wanted.pop("start", None)
            wanted |= point_columns(self.group.config, "start", batch.starts)
        known = kept.around(wanted)
        rows = match(known, wanted, self.end - self.first)
        if (rows < 0).all():
            return self
        return replace(self, known=known, rows=rows)

    def joined(self, made: Mapping[str, Column] | None) -> Rows:
        """Return all the runs, of which those in ``made`` were not known."""
        index = self.group.first + self.numbers
        if self.group.config is None:
            return Rows(self.group, index, _failed(self.group.values(self.numbers), len(index)))
        if self.known is None or self.rows is None:
            return Rows(self.group, index, dict(made or {}))
        old = np.flatnonzero(self.rows >= 0)
        columns: dict[str, Column] = {}
        for name, values in self.known.columns.items():
            columns[name] = np.empty(len(index), values.dtype)
            columns[name][old] = values[self.rows[old]]
            if made is not None:
                columns[name][self.fresh] = made[name]
        return Rows(self.group, index, columns | self.group.values(self.numbers))


def _failed(values: dict[str, Column], runs: int) -> dict[str, Column]:
    none = np.zeros(runs, np.int64)
    columns = {name: np.full(runs, np.nan) for name in OUTCOMES}
    return {**values, **columns, "status": none + FAILED, "steps": none, "best_step": none}
