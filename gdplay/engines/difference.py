"""Numeric gradients on columns: every perturbed point is one more column, in chunks of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdplay.formula.expr import Array, Expr, bounded
from gdplay.formula.numeric import COMPLEX, COMPLEX_STEP, RULES, Difference, Stencil
from gdplay.formula.words import count

CHUNK = 1 << 20
"""At most about so many numbers stand in one batch of perturbed points."""

HELD = 1 << 24
"""At most about so many numbers does f hold while it computes one batch."""

Evaluate = Callable[[Mapping[Expr, Any]], list[Any]]


def split(vector: Any, parts: tuple[Expr, ...]) -> dict[Expr, Any]:
    """Return each variable's piece of points of shape (n, runs)."""
    pieces: dict[Expr, Any] = {}
    at = 0
    for part in parts:
        size = count(part.shape)
        pieces[part] = vector[at : at + size].reshape(*part.shape, vector.shape[-1])
        at += size
    return pieces


def difference(tape: Evaluate, what: Difference) -> Callable[..., Array]:
    """Return the function of a point (n, runs) and the other symbols' values that gives the gradient."""

    held = bounded([what.output])

    def gradient(x: Array, *others: Array) -> Array:
        def values(points: Any) -> Any:
            """Return f at points (n, k, runs): (k, runs)."""
            n, k, runs = points.shape
            most = max(1, HELD // (held * runs))
            if k > most:
                return np.concatenate([values(points[:, at : at + most]) for at in range(0, k, most)])
            tiled = {
                symbol: value if value.shape[-1] == 1 else np.tile(value, k)
                for symbol, value in zip(what.others, others, strict=True)
            }
            (found,) = tape({**split(points.reshape(n, k * runs), what.variables), **tiled})
            return np.broadcast_to(found, (k * runs,)).reshape(k, runs)

        if what.method == COMPLEX:
            return _complex_step(values, x, COMPLEX_STEP if what.step is None else what.step)
        levels = RULES[what.method].levels
        tableau = [_differences(values, x, what, level) for level in range(levels)]
        slopes = [slope for slope, _ in tableau]
        return slopes[0] if levels == 1 else extrapolate(slopes, tableau[0][1])

    return gradient


def _differences(values: Callable[[Any], Any], x: Array, what: Difference, level: int) -> tuple[Array, Array]:
    """Return the difference quotients (n, runs) at one step size, and the order of each one's error."""
    rule = RULES[what.method]
    h = what.steps(x, level)
    side = _sides(x, h, rule.inner, what)
    slope = _quotients(values, x, h, rule.inner)
    orders = np.full(x.shape, float(rule.inner.order))
    if side is not None and rule.edge is not rule.inner:
        aside = _quotients(values, x, np.where(side == 0, h, side * h), rule.edge)
        return np.where(side == 0, slope, aside), np.where(side == 0, orders, rule.edge.order)
    if side is not None:
        slope = _quotients(values, x, np.where(side == 0, h, side * h), rule.inner)
    return slope, orders


def _sides(x: Array, h: Array, stencil: Stencil, what: Difference) -> Array | None:
    """Return +1 or -1 where only that side of x is inside the domain, else 0; None where all are 0."""
    if what.domain is None:
        return None
    low, high = (
        np.array([(-np.inf, np.inf)[k] if d is None else d[k] for d in what.domain])[:, None] for k in (0, 1)
    )
    inside = (x >= low) & (x <= high)
    below = inside & (x + min(stencil.offsets) * h < low)
    above = inside & (x + max(stencil.offsets) * h > high)
    side = np.where(below & ~above, 1.0, np.where(above & ~below, -1.0, 0.0))
    return side if side.any() else None


def _quotients(values: Callable[[Any], Any], x: Array, h: Array, stencil: Stencil) -> Array:
    n, runs = x.shape
    moving = [(o, w) for o, w in zip(stencil.offsets, stencil.weights, strict=True) if o != 0.0]
    still = sum(w for o, w in zip(stencil.offsets, stencil.weights, strict=True) if o == 0.0)
    here = values(x[:, None, :])[0] if still else None
    result = np.empty((n, runs))
    block = max(1, CHUNK // (n * runs * len(moving)))
    for start in range(0, n, block):
        rows = np.arange(start, min(start + block, n))
        # axes: coordinate, perturbed coordinate, offset, run
        points = np.repeat(x[:, None, None, :], len(rows), axis=1).repeat(len(moving), axis=2)
        offsets = np.array([offset for offset, _ in moving])[:, None]
        points[rows, rows - start] += offsets * h[rows][:, None, :]
        found = values(points.reshape(n, -1, runs)).reshape(len(rows), len(moving), runs)
        total: Any = 0.0 if here is None else still * here
        for k, (_, weight) in enumerate(moving):
            total = total + weight * found[:, k]
        result[rows] = total / h[rows]
    return result


def extrapolate(slopes: list[Array], order: Array) -> Array:
    """Return, for each element, the entry of the Richardson tableau with the smallest estimated error.

    ``slopes``: the quotients at h, h/2, h/4, ...; ``order``: of the first one's error in h. A central
    quotient's error has even powers of h only, a one-sided one's has all.
    """
    grow = np.where(order == 1, 2.0, 4.0)
    best, error = slopes[0], np.full(slopes[0].shape, np.inf)
    row = [slopes[0]]
    for k, slope in enumerate(slopes[1:], start=1):
        new = [slope]
        for j in range(1, k + 1):
            factor = grow**j
            new.append((factor * new[j - 1] - row[j - 1]) / (factor - 1.0))
            found = np.maximum(np.abs(new[j] - new[j - 1]), np.abs(new[j] - row[j - 1]))
            better = found < error
            best, error = np.where(better, new[j], best), np.where(better, found, error)
        row = new
    return best


def _complex_step(values: Callable[[Any], Any], x: Array, h: float) -> Array:
    """Return Im f(x + ih)/h (Squire & Trapp 1998, doi:10.1137/S003614459631241X)."""
    n, runs = x.shape
    result = np.empty((n, runs))
    block = max(1, CHUNK // (2 * n * runs))
    for start in range(0, n, block):
        rows = np.arange(start, min(start + block, n))
        points: NDArray[np.complex128] = np.repeat(x[:, None, :].astype(np.complex128), len(rows), axis=1)
        points[rows, rows - start] += 1j * h
        result[rows] = np.imag(values(points)) / h
    return result
