"""The plain data that a picture is drawn from: a landscape, paths across it, what the user asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Landscape:
    """The function under a path.

    ``f`` takes points ``(n, points)`` and returns ``(points,)``; it may return nan and inf and never raises.
    ``coordinates`` holds n names (a user's text), ``minima`` is ``(k, n)`` with k = 0 where none is known,
    ``minimum`` is f* or None, ``domain`` has a (low, high) or None for each coordinate, ``numbers`` tells how
    many numbers f holds while it computes one point, where that is known.
    """

    f: Callable[[Values], Values]
    coordinates: tuple[str, ...]
    minima: Values
    minimum: float | None = None
    domain: tuple[tuple[float, float] | None, ...] | None = None
    numbers: int = 1


@dataclass(frozen=True)
class Path:
    """What one run logged: ``step: (rows,)`` increasing, ``x: (rows, n)``, ``f: (rows,)``, at least one row.

    ``x`` and ``f`` may end in nan or inf. ``label`` (a user's text) tells several paths apart; ``dash`` is
    the number of its line's pattern.
    """

    step: NDArray[np.int64]
    x: Values
    f: Values
    status: str
    best_step: int
    label: str = "path"
    dash: int = 0

    @cached_property
    def finite(self) -> int:
        """The number of leading rows whose point and value are all finite."""
        ok = np.isfinite(self.f) & np.isfinite(self.x).all(axis=1)
        return len(ok) if ok.all() else int(np.argmin(ok))

    @cached_property
    def best_row(self) -> int:
        """The row of the best step, or of the lowest finite value where a thinned log lacks that step."""
        row = int(np.searchsorted(self.step, self.best_step))
        if row < len(self.step) and self.step[row] == self.best_step:
            return row
        return int(np.argmin(np.where(np.isfinite(self.f), self.f, np.inf)))

    @property
    def diverged(self) -> int | None:
        """The step at which the run diverged, or None."""
        if self.finite < len(self.step):
            return int(self.step[self.finite])
        return int(self.step[-1]) if self.status == "diverged" else None


@dataclass(frozen=True)
class PlotOptions:
    """What the user asked of a picture; None leaves the choice to it.

    ``variables`` are the coordinates shown, ``x`` and ``y`` their ranges, ``levels`` a count or values of f,
    ``resolution`` the grid's points per side, ``title`` replaces the first line, ``size`` is in inches.
    """

    variables: tuple[int, int] | None = None
    x: tuple[float, float] | None = None
    y: tuple[float, float] | None = None
    levels: int | list[float] | None = None
    resolution: int | None = None
    colormap: str | None = None
    title: str | None = None
    size: tuple[float, float] | None = None
    dpi: float | None = None
