"""Numeric gradients on columns: every perturbed point is one more column, in chunks of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gdplay.formula.expr import Array, Expr
from gdplay.formula.numeric import Difference
from gdplay.formula.words import count

CHUNK = 1 << 20
"""At most about so many numbers stand in one batch of perturbed points."""


def split(vector: Array, parts: tuple[Expr, ...]) -> dict[Expr, Array]:
    """Return each variable's piece of points of shape (n, runs)."""
    pieces: dict[Expr, Array] = {}
    at = 0
    for part in parts:
        size = count(part.shape)
        pieces[part] = vector[at : at + size].reshape(*part.shape, vector.shape[-1])
        at += size
    return pieces


def difference(tape: Callable[[Mapping[Expr, Array]], list[Array]], what: Difference) -> Callable[..., Array]:
    """Return the function of a point (n, runs) and the other symbols' values that gives the gradient."""

    def gradient(x: Array, *others: Array) -> Array:
        n, runs = x.shape
        steps, offsets, weights = what.steps(x), np.array(what.rule.offsets), np.array(what.rule.weights)
        result = np.empty((n, runs))
        block = max(1, CHUNK // (n * runs * len(offsets)))
        for start in range(0, n, block):
            rows = np.arange(start, min(start + block, n))
            # axes: coordinate, perturbed coordinate, offset, run
            points = np.repeat(x[:, None, None, :], len(rows), axis=1).repeat(len(offsets), axis=2)
            points[rows, rows - start] += offsets[:, None] * steps[rows][:, None, :]
            columns = points.reshape(n, -1)
            tiled: dict[Any, Array] = {
                symbol: value if value.shape[-1] == 1 else np.tile(value, len(rows) * len(offsets))
                for symbol, value in zip(what.others, others, strict=True)
            }
            (values,) = tape({**split(columns, what.variables), **tiled})
            values = np.broadcast_to(values, columns.shape[1:]).reshape(len(rows), len(offsets), runs)
            total = values[:, 0] * weights[0]
            for k in range(1, len(weights)):
                total = total + values[:, k] * weights[k]
            result[rows] = total / steps[rows]
        return result

    return gradient
