"""What a function does along one direction near a point: the slopes on both sides, at two distances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdplay.formula.expr import Array
from gdplay.formula.numeric import EPS
from gdplay.objective import Function

FAR, NEAR = 1e-3, 1e-5
"""The two distances, times max(1, |x|): a smooth function's slopes come together a hundredfold."""


@dataclass(frozen=True)
class Probe:
    """One-sided slopes along a direction; ``noise`` is what rounding can make of the near ones."""

    before: float
    after: float
    far_before: float
    far_after: float
    noise: float

    @property
    def scale(self) -> float:
        """The size of the slopes here."""
        return max(abs(self.before), abs(self.after))

    @property
    def gap(self) -> float:
        """How far apart the slopes of the two sides are."""
        return abs(self.after - self.before)

    @property
    def finite(self) -> bool:
        """Whether f is finite on both sides."""
        return bool(np.isfinite([self.before, self.after, self.far_before, self.far_after]).all())

    @property
    def kind(self) -> str:
        """Return smooth, kink, cusp (a slope grows without bound), jump, or edge (not finite on a side)."""
        if not self.finite:
            return "edge"
        apart = abs(self.far_after - self.far_before)
        if self.gap <= max(10 * self.noise, 1e-6 * self.scale) or self.gap < 0.3 * apart:
            steeper = (
                self.scale > 3 * max(abs(self.far_before), abs(self.far_after))
                and self.scale > 10 * self.noise
            )
            return "cusp" if steeper else "smooth"
        # the rise from one side to the other stays where f jumps, and shrinks where it is continuous
        rise, far_rise = (self.after + self.before) * NEAR, (self.far_after + self.far_before) * FAR
        if abs(rise) > 0.5 * abs(far_rise) and self.scale > 30 * max(
            abs(self.far_after), abs(self.far_before), 1e-300
        ):
            return "jump"
        return "cusp" if self.scale > 3 * max(abs(self.far_before), abs(self.far_after)) else "kink"


def probe(function: Function, point: Array, directions: Array) -> list[Probe]:
    """Return the slopes of f at a point (n,) along each of the directions (n, k)."""
    k = directions.shape[1]
    # a coordinate's own direction has length 1, whatever its size; longer ones bring their size along
    size = np.maximum(
        1.0, np.abs(directions * point[:, None]).max(axis=0) / np.abs(directions).max(axis=0) ** 2
    )
    distances = np.array([-FAR, -NEAR, NEAR, FAR])[:, None] * size
    steps = distances[:, :, None] * directions.T
    columns = (point + steps).reshape(-1, len(point)).T
    with np.errstate(all="ignore"):
        here = float(function(point))
        values = np.asarray(function(columns)).reshape(4, k)
        slopes = (values - here) / distances
        largest = np.maximum(np.abs(values[1:3]).max(axis=0), abs(here))
        noise = 4 * EPS * largest / (NEAR * size)
    return [
        Probe(float(s[1]), float(s[2]), float(s[0]), float(s[3]), float(e))
        for s, e in zip(slopes.T, noise, strict=True)
    ]
