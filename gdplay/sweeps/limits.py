"""Up to which learning rate theory says that steps are stable, for one run of a sweep."""

from __future__ import annotations

import numpy as np

from gdplay.stability import limit_at
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.plan import Group
from gdplay.sweeps.result import Table


def limit_of(group: Group, table: Table, row: int) -> tuple[float | None, str]:
    """Return the limit beside a run, with the words for it; None where there is none.

    L is the curvature at the known minimum nearest to the run's best point, else at that point.
    """
    config = group.config
    keys = [axis.key for axis in group.axes]
    if config is None or any(key.startswith("function.constants.") for key in keys):
        return None, ""
    at, where = place_of(config.function.known.minima, _best_point(group, table, row), config.start)
    given = {
        key.rpartition(".")[2]: float(table.columns[key][row])
        for key in keys
        if key.startswith("optimizer.") and key in table.columns
    }
    limit = limit_at(config.method, at, given) if at is not None else None
    return (None, "") if limit is None else (limit.rate, f"{limit.formula} = {limit.rate:.3g} (L {where})")


def place_of(minima: Column | None, best: Column | None, start: Column) -> tuple[Column | None, str]:
    """Return the place whose curvature tells most, and what it is called.

    It is the known minimum, of ``minima`` (k, n), nearest to the best point of a run, else that point.
    """
    if minima is None or not len(minima):
        return best, "at the best point"
    distance = np.linalg.norm(minima - (start if best is None else best), axis=1)
    return minima[int(np.argmin(distance))], "at the minimum"


def _best_point(group: Group, table: Table, row: int) -> Column | None:
    assert group.config is not None
    names = [f"best_{name}" for name in group.config.function.coordinates]
    if not all(name in table.columns for name in names):
        return None
    return np.array([table.columns[name][row] for name in names])
