"""A function shifted, rotated and scaled: F(x) = f(S^-1 R^-1 (x - shift)), with all that is known of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from gdplay.formula.expr import Array, Expr, array, substitute
from gdplay.formula.gradient import flat, unflat
from gdplay.formula.unroll import unroll
from gdplay.formula.words import concat, reshape
from gdplay.objective import Function, Known

EXACT = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}
"""Angles in degrees whose cosine and sine a radian would blur."""


@dataclass(frozen=True)
class Placement:
    """Where a function is moved. ``shift`` and ``scale``: (n,); ``rotate`` is in degrees.

    The rotation is counter-clockwise about the origin in the coordinates 1-2, 3-4, ...; an odd last
    coordinate stays.
    """

    shift: Array
    rotate: float
    scale: Array

    def forward(self, u: Array) -> Array:
        """Return x for points u of f: (n, ...) -> (n, ...)."""
        scaled = u * self.scale.reshape(-1, *[1] * (u.ndim - 1))
        turned = scaled.copy()
        c, s = self.turn
        for a in range(0, len(u) - 1, 2):
            turned[a] = c * scaled[a] - s * scaled[a + 1]
            turned[a + 1] = s * scaled[a] + c * scaled[a + 1]
        return turned + self.shift.reshape(-1, *[1] * (u.ndim - 1))

    @property
    def turn(self) -> tuple[float, float]:
        """The angle's cosine and sine."""
        radians = math.radians(self.rotate)
        return EXACT.get(self.rotate % 360.0, (math.cos(radians), math.sin(radians)))

    def backward(self, x: Expr) -> Expr:
        """Return the point of f, as an expression, for a point x of F, both of shape (n,)."""
        n = x.shape[0]
        moved = x - array(self.shift) if self.shift.any() else x
        pairs = n // 2
        if self.rotate % 360.0 and pairs:
            c, s = self.turn
            table = reshape(moved[: 2 * pairs], (pairs, 2))
            a, b = table[:, 0], table[:, 1]
            turned = reshape(reshape(concat(c * a + s * b, c * b - s * a), (2, pairs)).T, (2 * pairs,))
            moved = concat(turned, moved[2 * pairs :]) if n % 2 else turned
        return moved / array(self.scale) if (self.scale != 1.0).any() else moved


def placed(function: Function, placement: Placement) -> Function:
    """Return the moved function; minima, start and domain move along."""
    formula, known = function.formula, function.known
    point = placement.backward(flat(formula.variables))
    elements = None if any(v.shape for v in formula.variables) else unroll(point)
    inner = unflat(point, formula.variables)
    if elements is not None:
        inner = dict(zip(formula.variables, elements, strict=True))
    parts = [formula.expr] + ([formula.residuals] if formula.residuals is not None else [])
    moved = substitute(parts, inner)
    new = replace(formula, expr=moved[0], residuals=moved[1] if len(moved) > 1 else None)
    minima = None if known.minima is None else placement.forward(known.minima.T).T
    start = None if known.start is None else placement.forward(known.start)
    moved_known = replace(known, minima=minima, start=start, domain=_domain(known, placement))
    return replace(function, formula=new, known=moved_known, placement=_words(placement))


def _domain(known: Known, placement: Placement) -> tuple[tuple[float, float] | None, ...] | None:
    """Return the box around the moved domain; a coordinate without ends leaves its pair without."""
    if known.domain is None:
        return None
    ends = np.array([(-np.inf, np.inf) if pair is None else pair for pair in known.domain])
    low, high = np.full(len(ends), np.inf), np.full(len(ends), -np.inf)
    for first in (0, 1):
        for second in (0, 1):
            corner = ends[:, first].copy()
            corner[1::2] = ends[1::2, second]
            with np.errstate(invalid="ignore"):
                found = placement.forward(corner)
            low, high = np.fmin(low, found), np.fmax(high, found)
    pairs = zip(low.tolist(), high.tolist(), strict=True)
    return tuple((a, b) if math.isfinite(a) and math.isfinite(b) else None for a, b in pairs)


def _words(placement: Placement) -> str:
    """Say how the function was moved, for titles and summaries."""
    said: list[str] = []
    if placement.shift.any():
        said.append(f"shifted by {_few(placement.shift)}")
    if placement.rotate % 360.0:
        said.append(f"rotated by {placement.rotate:g} degrees")
    if (placement.scale != 1.0).any():
        same = (placement.scale == placement.scale[0]).all()
        said.append(f"scaled by {placement.scale[0]:g}" if same else f"scaled by {_few(placement.scale)}")
    return ", ".join(said)


def _few(values: Array) -> str:
    return "[" + ", ".join(f"{v:g}" for v in values[:4]) + (", ...]" if len(values) > 4 else "]")
