"""Up to which learning rate theory says that steps are stable, for one run of a sweep."""

from __future__ import annotations

import numpy as np

from gdplay.diagnose import LIMITS, curvature
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.plan import Group
from gdplay.sweeps.result import Table


def limit_of(group: Group, table: Table, row: int) -> tuple[float | None, str]:
    """Return the limit beside a run, with the words for it; None where there is none.

    L is the curvature at the known minimum nearest to the run's best point, else at that point.
    """
    config = group.config
    rule = config.optimizer.rule.name if config is not None else ""
    moved = any(axis.key.startswith("function.constants.") for axis in group.axes)
    if config is None or rule not in LIMITS or moved or config.optimizer.rule.inner is not None:
        return None, ""
    momentum = config.optimizer.hyperparameters.get(
        "momentum", config.optimizer.rule.defaults.get("momentum", 0.0)
    )
    if "optimizer.momentum" in table.columns:
        momentum = table.columns["optimizer.momentum"][row]
    if not isinstance(momentum, float | int):
        return None, ""
    names = [f"best_{name}" for name in config.function.coordinates]
    known = config.function.known.minima
    at: Column | None = None
    if all(name in table.columns for name in names):
        at = np.array([table.columns[name][row] for name in names])
    where = "at the best point"
    if known is not None and len(known):
        distance = np.linalg.norm(known - (config.start if at is None else at), axis=1)
        at, where = known[int(np.argmin(distance))], "at the minimum"
    top = curvature(config.method, at) if at is not None else None
    if not top:
        return None, ""
    bound, words = LIMITS[rule]
    limit = float(bound(float(momentum)) / top)
    return limit, f"{words} = {limit:.3g} (L {where})"
