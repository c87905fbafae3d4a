"""Polish the minima of catalogue functions: python tests/catalog/polish_minima.py NAME [DIMENSION].

It prints the points to the nearest float64 and the value there, for a new entry or a corrected one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))  # a script finds its neighbour also when it is imported
from precise import Values, evaluate, precise

from gdplay import function
from gdplay.formula.expr import symbol
from gdplay.objective import Function


def polish(f: Function, start: Any, steps: int = 60) -> tuple[Values, Any]:
    """Return the stationary point near a start and the value there, in 50 digits.

    Newton's steps with the Hessian in float64 and the gradient in 50 digits: each gains the digits that
    the Hessian's condition leaves. Coordinates on the domain's bound stay, if f falls beyond it.
    """
    point = symbol("point", (f.size,), "point")
    gradient, value = f.gradient_at(point), f.value_at(point)
    constants = {node: precise(f.values[name]) for name, node in f.formula.constants.items()}
    x = precise(np.asarray(start, dtype=float))
    slope = np.abs(f.gradient(start))
    ends = f.known.domain or (None,) * f.size
    held = np.array([end is not None and at in end for at, end in zip(start, ends, strict=True)])
    free = ~(held & (slope > 1e-6 * max(1.0, float(np.max(slope)))))
    for _ in range(steps):
        if not free.any():
            break
        here = np.asarray(evaluate(gradient, {point: x, **constants}))
        hessian = np.atleast_2d(f.hessian(x.astype(float)))[np.ix_(free, free)]
        move = np.zeros(f.size, dtype=object)
        # equilibrated: the curvatures may differ by a factor of 1e14
        scale = 1 / np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-300))
        large = float(max(abs(part) for part in here)) or 1.0
        right = np.array([float(part / large) for part in here[free]])
        step = scale * np.linalg.solve(scale[:, None] * hessian * scale, scale * right)
        move[free] = precise(step) * large
        x = x - move
        if all(abs(part) < abs(at) * 1e-25 + 1e-40 for part, at in zip(move, x, strict=True)):
            break
    x = np.where(np.abs(x) < 1e-35, mpmath.mpf(0), x)
    return x, np.asarray(evaluate(value, {point: x, **constants})).item()


def main() -> None:
    """Polish what the entry has now."""
    name, dimension = sys.argv[1], sys.argv[2:]
    f = function({"name": name, **({"dimension": int(dimension[0])} if dimension else {})})
    for key in ("minima", "local_minima"):
        for start in getattr(f.known, key) if getattr(f.known, key) is not None else ():
            x, value = polish(f, start)
            print(f"{key}: [{', '.join(repr(float(part)) for part in x)}]  f = {float(value)!r}")


if __name__ == "__main__":
    main()
