"""The loss curves of a sweep's runs: those of at most a thousand of them, chosen by rank, run once more."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gdplay.folder import Folder
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import carry_out
from gdplay.sweeps.request import Request
from gdplay.sweeps.result import Table
from gdplay.sweeps.thinned import REPLICATES

MOST_RUNS, MOST_POINTS = 1000, 200
NAME = "curves.parquet"


@dataclass(frozen=True)
class Curves:
    """Rows of curves, one after the other: the run, the step and f, (rows,) each."""

    run: Column
    step: Column
    f: Column

    def of(self, run: int) -> tuple[Column, Column]:
        """Return the steps and values of one run."""
        low, high = np.searchsorted(self.run, [run, run + 1])
        return self.step[low:high], self.f[low:high]


def take_curves(request: Request, table: Table, stop: Callable[[], bool] = bool) -> Curves:
    """Run the chosen runs again with a log; the best and the worst in the table are among them."""
    chosen = table.columns["run"][_chosen(table)].astype(np.int64)
    rows: list[tuple[Column, Column, Column]] = []
    for group in request.groups:
        mine = chosen[(chosen >= group.first) & (chosen < group.first + group.runs)]
        if group.config is None or not len(mine) or stop():
            continue
        most = group.config.criteria.max_steps
        kept = np.unique(np.round(np.linspace(0, most, MOST_POINTS - 1)).astype(np.int64))
        wanted = set(kept.tolist())

        def log(
            step: int, active: Column, row: Column, mine: Column = mine, wanted: set[int] = wanted
        ) -> None:
            if step in wanted:
                rows.append((mine[active], np.full(len(active), step), row[0].copy()))

        outcome = carry_out(group.config, group.batch(mine - group.first), stop, log)
        last = ~np.isin(outcome.steps, kept)
        rows.append((mine[last], outcome.steps[last], outcome.final_f[last]))
    run, step, f = (np.concatenate(part) for part in zip(*rows, strict=True)) if rows else (np.empty(0),) * 3
    sort = np.lexsort((step, run))
    return Curves(run[sort], step[sort], f[sort])


def _chosen(table: Table) -> Column:
    """Return the rows to take, of all ranks; of replicates half of them are the first: these are drawn."""
    status = table.columns["status"]
    ran = np.flatnonzero((status != "failed") & (status != "interrupted"))
    if len(ran) <= MOST_RUNS:
        return ran
    first = ran
    for key in REPLICATES:
        if key in table.columns:
            numbers = table.columns[key][first]
            first = first[numbers == np.nanmin(numbers)]
    return np.union1d(*(_of_all_ranks(table, rows, MOST_RUNS // 2) for rows in (ran, first)))


def _of_all_ranks(table: Table, rows: Column, count: int) -> Column:
    best = table.columns["best_f"][rows]
    order = rows[np.argsort(np.where(np.isfinite(best), best, np.inf), kind="stable")]
    return order[np.unique(np.round(np.linspace(0, len(order) - 1, count)).astype(np.int64))]


def write_curves(folder: Folder, curves: Curves) -> None:
    """Write ``curves.parquet``. Raises MachineError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(
        pa.table({"run": curves.run, "step": curves.step, "f": curves.f}), buffer, compression="zstd"
    )
    folder.write(NAME, buffer.getvalue())


def read_curves(folder: Path) -> Curves:
    """Return the curves that a sweep has saved."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder / NAME)
    return Curves(*(table[name].to_numpy() for name in ("run", "step", "f")))
