"""Why a run diverged, in words: its learning rate beside the limit that the curvature sets."""

from __future__ import annotations

import numpy as np

from gdplay.method import Method
from gdplay.trace import Point

MOST_VARIABLES = 200
LARGEST_FINITE = 1e10
"""Where no coordinate is beyond this, nan comes from f itself and not from an overflow."""
LIMITS = {
    # the rate below which a quadratic of curvature 1 is stable, for the rules whose limit is known:
    # Polyak 1964 for the heavy ball; a root of the characteristic polynomial at -1 for Nesterov's form
    "gd": (lambda mu: 2.0, "2/L"),
    "momentum": (lambda mu: 2.0 * (1.0 + mu), "2(1 + momentum)/L"),
    "nesterov": (lambda mu: 2.0 * (1.0 + mu) / (1.0 + 2.0 * mu), "2(1 + momentum)/((1 + 2 momentum) L)"),
}


def curvature(method: Method, x: np.ndarray) -> float | None:
    """Return L, the largest absolute eigenvalue of the Hessian at x: (n,), or None where it is not finite."""
    if method.size > MOST_VARIABLES:
        return None
    matrix = method.function.hessian(x)
    if not np.isfinite(matrix).all():
        return None
    return float(np.abs(np.linalg.eigvalsh(matrix)).max())


def why_diverged(method: Method, start: Point, final: Point) -> str:
    """Return a sentence or two about a run that diverged, with a rate to try."""
    rate = method.choices.learning_rate
    steps = final.step
    if np.isnan(final.f) and np.abs(final.x).max() < LARGEST_FINITE:
        return "where the path came to, f is not defined or parts of it overflow; try a smaller learning rate"
    if final.f < min(0.0, start.f):
        return "f fell without bound: along this path the function has no minimum"
    slope = "" if np.isfinite(start.grad_norm) else "; the gradient is not finite at the start"
    limit = LIMITS.get(method.rule.name)
    top = curvature(method, start.x)
    if top is None or top == 0.0 or limit is None or not isinstance(rate, float | int):
        return f"the steps grew without bound within {steps} steps{slope}; try a smaller learning rate"
    momentum = method.choices.hyperparameters.get(
        "momentum", method.rule.hyperparameters.get("momentum", 0.0)
    )
    if not isinstance(momentum, float | int):
        return f"the steps grew without bound within {steps} steps; try a smaller learning rate"
    bound = limit[0](momentum) / top
    said = (
        f"the curvature at the start is L = {top:.3g}, "
        f"so a step is stable there below {limit[1]} = {bound:.3g}"
    )
    if rate > bound:
        return f"{said}; learning_rate {rate:g} is {rate / bound:.3g} times that: try {_round(bound / 2)}"
    return (
        f"{said}; learning_rate {rate:g} is below it, "
        f"but the path came where the curvature is larger: try {_round(rate / 4)}"
    )


def _round(value: float) -> str:
    return f"{value:.1g}"
