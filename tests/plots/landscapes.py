"""Landscapes and paths that the tests of pictures share."""

from __future__ import annotations

import numpy as np

from gdplay.plots.scene import Landscape, Path, Values

NONE = np.empty((0, 2))


def rosenbrock(x: Values) -> Values:
    return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum(axis=0)


def bowl(x: Values) -> Values:
    return (x**2).sum(axis=0)


ROSENBROCK = Landscape(rosenbrock, ("x", "y"), np.ones((1, 2)), 0.0)
BOWL = Landscape(bowl, ("x", "y"), np.zeros((1, 2)), 0.0)


def path_of(points: object, f=bowl, status: str = "max_steps", every: int = 1, label: str = "gd") -> Path:
    x = np.array(points, dtype=float)
    with np.errstate(all="ignore"):
        values = np.asarray(f(x.T), dtype=float)
    step = np.arange(len(x)) * every
    best = int(np.argmin(np.where(np.isfinite(values), values, np.inf)))
    return Path(step, x, values, status, int(step[best]), label)


def shrinking(start: tuple[float, ...], factor: float, rows: int) -> Values:
    with np.errstate(over="ignore"):
        return np.array(start) * np.power(factor, np.arange(rows))[:, None]
