"""Points of a run, for tests that compare paths."""

import numpy as np

from gdplay.config.load import load
from gdplay.criteria import Criteria
from gdplay.engines.columns import Columns


def method_of(function, optimizer, start):
    return load({"function": function, "start": list(start), "optimizer": optimizer}).method


def walk(function, optimizer, start, steps, state=()):
    """Return the points (steps + 1, n), or fewer where the run ends, and the named states (rows, ...)."""
    method = method_of(function, optimizer, start)
    remembered = {memory.name: memory.before for memory in method.memory}
    logged = (method.point, *(remembered[name] for name in state))
    rows = []
    engine = Columns(
        method,
        np.array(start, dtype=float)[:, None],
        Criteria(max_steps=steps, diverged=np.inf),
        logged=logged,
    )
    engine.advance(steps + 1, lambda step, row: rows.append(row[3:, 0].copy()))
    values = np.array(rows)
    return values[:, : len(start)], values[:, len(start) :]
