"""What the Hessian at a point says: eigenvalues, condition number, largest stable rate, kind of point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdplay.formula.expr import Array

FLAT, TINY = 1e-9, 1e-15
"""An eigenvalue counts as 0 if it is so small beside the largest, or beside those of other points."""


@dataclass(frozen=True)
class Curvature:
    """The Hessian at one point: ``matrix`` (n, n), ``eigenvalues`` (n,) increasing.

    ``typical`` is the size of second derivatives around, beside which an eigenvalue may count as 0.
    """

    matrix: Array
    eigenvalues: Array
    typical: float = 0.0

    @property
    def kind(self) -> str:
        """Return minimum, maximum, saddle or degenerate: what the point is where the gradient vanishes."""
        low, high = float(self.eigenvalues[0]), float(self.eigenvalues[-1])
        flat = max(FLAT * max(abs(low), abs(high)), TINY * self.typical)
        if not np.isfinite(self.eigenvalues).all() or flat == 0.0:
            return "degenerate"
        if low < -flat and high > flat:
            return "saddle"
        if np.abs(self.eigenvalues).min() <= flat:
            return "degenerate"
        return "minimum" if low > 0 else "maximum"

    @property
    def condition(self) -> float:
        """Return the largest eigenvalue's size over the smallest's: inf where one vanishes."""
        sizes = np.abs(self.eigenvalues)
        with np.errstate(all="ignore"):
            return float(sizes.max() / sizes.min()) if sizes.max() > 0 else float("nan")

    @property
    def smoothness(self) -> float:
        """L, the largest eigenvalue's size: how fast the gradient can change here."""
        return float(np.abs(self.eigenvalues).max())

    @property
    def largest_rate(self) -> float | None:
        """2/L, beyond which gradient descent overshoots ever more; None where nothing curves upwards."""
        top = float(self.eigenvalues[-1])
        return 2.0 / top if top > 0 else None


def curvature(matrix: Array, typical: float = 0.0) -> Curvature:
    """Return what a Hessian (n, n) says; nan throughout where it is not finite."""
    symmetric = (matrix + matrix.T) / 2
    if not np.isfinite(symmetric).all():
        return Curvature(matrix, np.full(len(matrix), np.nan), typical)
    return Curvature(matrix, np.asarray(np.linalg.eigvalsh(symmetric), dtype=np.float64), typical)
