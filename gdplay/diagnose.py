"""Why a run diverged, in words: its learning rate beside the limit that the curvature sets."""

from __future__ import annotations

import numpy as np

from gdplay.method import Method
from gdplay.stability import limit_at
from gdplay.trace import Point

LARGEST_FINITE = 1e10
"""Where no coordinate is beyond this, nan comes from f itself and not from an overflow."""


def why_diverged(method: Method, start: Point, final: Point) -> str:
    """Return a sentence or two about a run that diverged, with a rate to try."""
    rate = method.choices.learning_rate
    if np.isnan(final.f) and np.abs(final.x).max() < LARGEST_FINITE:
        return "where the path came to, f is not defined or parts of it overflow; try a smaller learning rate"
    if final.f < min(0.0, start.f):
        return "f fell without bound: along this path the function has no minimum"
    limit = limit_at(method, start.x) if isinstance(rate, float | int) else None
    if limit is None:
        slope = "" if np.isfinite(start.grad_norm) else "; the gradient is not finite at the start"
        return f"the steps grew without bound within {final.step} steps{slope}; try a smaller learning rate"
    said = (
        f"the curvature at the start is L = {limit.top:.3g}, "
        f"so a step is stable there below {limit.formula} = {limit.rate:.3g}"
    )
    assert isinstance(rate, float | int)
    if rate > limit.rate:
        times = f"{rate / limit.rate:.3g} times that"
        return f"{said}; learning_rate {rate:g} is {times}: try {_round(limit.rate / 2)}"
    return (
        f"{said}; learning_rate {rate:g} is below it, "
        f"but the path came where the curvature is larger: try {_round(rate / 4)}"
    )


def _round(value: float) -> str:
    return f"{value:.1g}"
