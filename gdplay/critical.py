"""Where the gradient vanishes: Newton's method on it, from seeded starts all over the domain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdplay.curvature import Curvature, curvature
from gdplay.formula.expr import Array
from gdplay.objective import Function
from gdplay.probe import probe

STARTS = 400
STEPS = 80
MOST_COORDINATES = 10
LONGEST = 0.1
"""A Newton step is cut at this share of the domain's diagonal."""
SAME = 1e-6
"""Two points closer than this share of the diagonal are one."""
SOLVED = 1e-9
"""The gradient vanishes where it is this small beside its typical size over the domain."""
DEFAULT_DOMAIN = (-5.0, 5.0)


@dataclass(frozen=True)
class Critical:
    """A point where the gradient vanishes. ``x``: (n,)."""

    x: Array
    f: float
    curvature: Curvature

    @property
    def kind(self) -> str:
        """Return minimum, maximum, saddle or degenerate."""
        return self.curvature.kind


def box(function: Function) -> Array:
    """Return the domain's ends (n, 2); where none is known, -5 and 5."""
    domain = function.known.domain or (None,) * function.size
    return np.array([pair or DEFAULT_DOMAIN for pair in domain])


def critical_points(function: Function, seed: int = 0, starts: int = STARTS) -> list[Critical]:
    """Return the critical points found in the domain, lowest f first.

    Newton's method goes to every kind of point; kinks and plateaus are left out, and nothing promises
    that all points are found.

    >>> from gdplay.objective import function
    >>> [(point.kind, point.x.round(6).tolist()) for point in critical_points(function("x^3 - 3x"))]
    [('minimum', [1.0]), ('maximum', [-1.0])]
    """
    ends = box(function)
    width = ends[:, 1] - ends[:, 0]
    diagonal = float(np.sqrt((width**2).sum()))
    x = ends[:, :1] + np.random.default_rng(seed).random((function.size, starts)) * width[:, None]
    if function.known.minima is not None:
        x = np.concatenate([x, function.known.minima.T], axis=1)
    with np.errstate(all="ignore"):
        sizes = np.sqrt((function.gradient(x) ** 2).sum(axis=0))
        typical, bent = _median(sizes), _median(np.abs(function.hessian(x)).max(axis=(0, 1)))
        for _ in range(STEPS):
            x = x - _newton(function.gradient(x), function.hessian(x), LONGEST * diagonal)
        slope = function.gradient(x)
        left = np.sqrt((slope**2).sum(axis=0))
        still = np.abs(_newton(slope, function.hessian(x), np.inf)).max(axis=0) <= SAME * diagonal
        inside = (
            (x >= ends[:, :1] - SAME * width[:, None]) & (x <= ends[:, 1:] + SAME * width[:, None])
        ).all(axis=0)
        sides = (x + side * 1e-4 * width[:, None] for side in (-1, 1))
        plateau = (left == 0.0) & np.any([(function.gradient(p) == 0.0).all(axis=0) for p in sides], axis=0)
        solved = (left <= SOLVED * (typical or 1.0)) & inside & still & ~plateau
    points = _distinct(x[:, solved], left[solved], SAME * diagonal)
    axes = np.eye(function.size)
    smooth = [p for p in points if all(near.kind in ("smooth", "edge") for near in probe(function, p, axes))]
    found = [Critical(p, float(function(p)), curvature(function.hessian(p), bent)) for p in smooth]
    # equal values of f are put in order by the points, to nine digits
    return sorted(found, key=lambda c: (float(f"{c.f:.9g}"), *np.round(c.x / diagonal, 9)))


def _median(sizes: Array) -> float:
    finite = sizes[np.isfinite(sizes)]
    return float(np.median(finite)) if len(finite) else 0.0


def _newton(g: Array, h: Array, longest: float) -> Array:
    """Return the Newton steps (n, runs), cut in length; along directions without curvature none."""
    matrices = np.moveaxis(h, -1, 0)
    finite = np.isfinite(matrices).all(axis=(1, 2)) & np.isfinite(g).all(axis=0)
    steps = np.zeros_like(g)
    if finite.any():
        inverse = np.linalg.pinv(
            (matrices[finite] + np.swapaxes(matrices[finite], 1, 2)) / 2, rcond=1e-13, hermitian=True
        )
        steps[:, finite] = np.einsum("rij,jr->ir", inverse, g[:, finite])
    length = np.sqrt((steps**2).sum(axis=0))
    return steps * np.minimum(1.0, longest / np.maximum(length, 1e-300))


def _distinct(points: Array, left: Array, apart: float) -> list[Array]:
    """Return one point of each group, that with the smallest gradient."""
    kept: list[Array] = []
    for k in np.argsort(left, kind="stable"):
        if all(np.sqrt(((points[:, k] - other) ** 2).sum()) > apart for other in kept):
            kept.append(points[:, k])
    return kept
