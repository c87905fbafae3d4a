"""Carrying out a batch of runs: what each came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdplay.config.load import Config
from gdplay.criteria import ENDINGS, STATUSES
from gdplay.engines.choose import Work, choose
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.batch import Batch, moves

INTERRUPTED = len(STATUSES)
FAILED = INTERRUPTED + 1
NAMES = (*STATUSES, "interrupted", "failed")
OUTCOMES = ("status", "steps", "final_f", "final_grad_norm", "best_f", "best_step")
MOST_POINT_COLUMNS = 10
"""A point of more coordinates is not in the table."""

ROWS = 256
"""So many rows are taken between two looks at whether to stop."""


@dataclass(frozen=True)
class Outcome:
    """What runs came to: (runs,) each; the points are (n, runs). ``status`` numbers NAMES."""

    status: Column
    steps: Column
    final_f: Column
    final_grad_norm: Column
    best_f: Column
    best_step: Column
    final_x: Column
    best_x: Column
    engine: str

    def columns(self, config: Config) -> dict[str, Column]:
        """Return it as columns of a table: name to (runs,)."""
        found: dict[str, Column] = {name: getattr(self, name) for name in OUTCOMES}
        for when, x in (("best", self.best_x), ("final", self.final_x)):
            found |= point_columns(config, when, x)
        return found


def point_columns(config: Config, when: str, x: Column) -> dict[str, Column]:
    """Return the coordinates of points (n, runs) by name; none where there are too many."""
    coordinates = config.function.coordinates
    if len(coordinates) > MOST_POINT_COLUMNS:
        return {}
    return {f"{when}_{name}": x[k] for k, name in enumerate(coordinates)}


def carry_out(
    config: Config,
    batch: Batch,
    stop: Callable[[], bool] = bool,
    log: Callable[[int, Column, Column], None] | None = None,
    engine: str = "",
) -> Outcome:
    """Carry out the runs of a batch side by side; those that ``stop`` ends early are interrupted.

    ``log`` receives the step, the runs that go on, and their rows (columns, runs), f first.
    ``engine`` replaces the config's own.
    """
    work = Work(config.method, batch.starts, config.criteria, batch.seeds, (), batch.parameters)
    name, columns = choose(engine or config.engine, work)
    hand_on = None if log is None else lambda step, row: log(step, columns.active, row)
    while columns.running and not stop():
        columns.advance(ROWS, hand_on, stop)
    columns.halt()
    none = np.zeros(len(batch.index), dtype=np.int64)
    codes = np.array([INTERRUPTED, *(ENDINGS[name].status for name in columns.names[1:])])
    return Outcome(
        status=codes[columns.ending],
        steps=columns.final.step.astype(np.int64) if columns.step else none,
        final_f=columns.final.f,
        final_grad_norm=columns.final.grad_norm,
        best_f=columns.best.f,
        best_step=columns.best.step.astype(np.int64) if columns.step else none,
        final_x=columns.final.x,
        best_x=columns.best.x,
        engine=name,
    )


def carry_out_columns(
    config: Config, batch: Batch, engine: str, stop: Callable[[], bool] = bool
) -> dict[str, Column]:
    """Carry out the runs of a batch; return what set them apart and what they came to: name to (runs,)."""
    outcome = carry_out(config, batch, stop, engine=engine)
    starts = point_columns(config, "start", batch.starts) if moves(config, batch.values) else {}
    return {**batch.values, **starts, **outcome.columns(config)}
