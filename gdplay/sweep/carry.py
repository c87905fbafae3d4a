"""Carrying out a batch of runs: what each came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdplay.config.load import Config
from gdplay.criteria import ENDINGS, STATUSES
from gdplay.engines.columns import Columns
from gdplay.formula.expr import Array
from gdplay.sweep.plan import Batch

INTERRUPTED = len(STATUSES)
FAILED = INTERRUPTED + 1
NAMES = (*STATUSES, "interrupted", "failed")
ROWS = 256
"""So many rows are taken between two looks at whether to stop."""


@dataclass(frozen=True)
class Outcome:
    """What runs came to: (runs,) each; the points are (n, runs). ``status`` numbers NAMES."""

    status: Array
    steps: Array
    final_f: Array
    final_grad_norm: Array
    best_f: Array
    best_step: Array
    final_x: Array
    best_x: Array


def carry_out(
    config: Config, batch: Batch, stop: Callable[[], bool] = bool, log: Callable[[int, Array], None] | None = None
) -> Outcome:
    """Carry out the runs of a batch side by side; those that ``stop`` ends early are interrupted."""
    engine = Columns(config.method, batch.starts, config.criteria, batch.seeds, (), batch.parameters)
    while engine.running and not stop():
        engine.advance(ROWS, log, stop)
    engine.halt()
    codes = np.array([INTERRUPTED, *(ENDINGS[name].status for name in engine.names[1:])])
    return Outcome(
        status=codes[engine.ending],
        steps=engine.final.step.astype(np.int64),
        final_f=engine.final.f,
        final_grad_norm=engine.final.grad_norm,
        best_f=engine.best.f,
        best_step=engine.best.step.astype(np.int64),
        final_x=engine.final.x,
        best_x=engine.best.x,
    )
