"""The error of every numeric method against its step: the curves that bend where rounding takes over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdplay.check import LIMITS
from gdplay.formula.expr import Array
from gdplay.formula.numeric import COMPLEX, COMPLEX_STEP, EPS, RULES, NotAnalyticError
from gdplay.objective import Function

RANGE = (-20.0, 1.0)
PER_DECADE = 4
NEIGHBOURS = 2
LEAST = 1e-17
"""What an error of exactly 0 is taken for on a logarithmic axis."""


@dataclass(frozen=True)
class Curve:
    """One method at one point. ``steps``, ``errors``: (k,); an error is relative to the largest component."""

    method: str
    order: int
    steps: Array
    errors: Array
    automatic: tuple[float, float]
    """The step that is taken without being asked, for the largest coordinate, and the error with it."""

    @property
    def best(self) -> tuple[float, float]:
        """The step with the smallest error, and that error, the worst of its neighbours: no lucky hit."""
        padded = np.pad(self.errors, NEIGHBOURS, mode="edge")
        worst = np.max([padded[k : k + len(self.errors)] for k in range(2 * NEIGHBOURS + 1)], axis=0)
        worst = np.where(np.isfinite(worst), worst, np.inf)
        k = int(np.flatnonzero(worst == worst.min())[-1])
        return float(self.steps[k]), float(worst[k])


@dataclass(frozen=True)
class Accuracy:
    """All methods' curves at one point, the rounding error expected at h = 1, and who can't be used."""

    curves: tuple[Curve, ...]
    rounding: float
    refused: dict[str, str]


def accuracy(function: Function, point: Array) -> Accuracy:
    """Return the error curves at a point (n,). Raises ValueError where f or its gradient is not finite."""
    exact, value = function.gradient(point), float(function(point))
    if not np.isfinite(exact).all() or not np.isfinite(value):
        raise ValueError("f or its gradient is not finite here")
    scale = float(np.abs(exact).max()) or 1.0
    largest = max(1.0, float(np.abs(point).max()))
    steps = np.logspace(*RANGE, round((RANGE[1] - RANGE[0]) * PER_DECADE) + 1)
    curves: list[Curve] = []
    refused: dict[str, str] = {}

    def error(method: str, step: float | None) -> float:
        with np.errstate(all="ignore"):
            found = float(np.abs(function.gradient(point, method, step) - exact).max()) / scale
        return max(found, LEAST) if np.isfinite(found) else np.nan

    for method in LIMITS:
        # a real step below the spacing of the numbers changes nothing
        shown = steps if method == COMPLEX else steps[steps >= EPS * largest]
        own = COMPLEX_STEP if method == COMPLEX else RULES[method].relative * largest
        try:
            errors = np.array([error(method, float(h)) for h in shown])
            automatic = (own, error(method, None))
        except NotAnalyticError as reason:
            refused[method] = str(reason)
            continue
        order = 2 if method == COMPLEX else RULES[method].inner.order * RULES[method].levels
        if np.isfinite(errors).any():
            curves.append(Curve(method, order, shown, errors, automatic))
    return Accuracy(tuple(curves), EPS * max(abs(value), LEAST) / scale, refused)
