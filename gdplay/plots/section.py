"""The section of a landscape that a picture shows: one or two coordinates through the best point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdplay.plots.scene import Landscape, Path, PlotOptions, Values

MOST_NUMBERS = 2**22  # in one call of f: 32 MB, whatever the dimension
MOST_POINTS = 2**16


@dataclass(frozen=True)
class Section:
    """A line or a plane through ``through: (n,)`` along the coordinates ``shown``."""

    landscape: Landscape
    shown: tuple[int, ...]
    through: Values

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the coordinates shown."""
        return tuple(self.landscape.coordinates[index] for index in self.shown)

    @property
    def hides(self) -> bool:
        """Whether some coordinate is not shown."""
        return len(self.shown) < len(self.landscape.coordinates)

    def project(self, points: Values) -> Values:
        """Return the shown coordinates of ``points: (rows, n)`` as ``(rows, shown)``."""
        return np.asarray(points, dtype=float).reshape(-1, len(self.through))[:, self.shown]

    def values(self, points: Values) -> Values:
        """Return f at ``points: (shown, count)`` as ``(count,)``, in calls of bounded size."""
        count = points.shape[1]
        held = max(self.landscape.numbers, len(self.through))
        chunk = int(np.clip(MOST_NUMBERS // held, 1, MOST_POINTS))
        found = np.empty(count)
        for begin in range(0, count, chunk):
            piece = points[:, begin : begin + chunk]
            full = np.repeat(self.through[:, None], piece.shape[1], axis=1)
            full[list(self.shown)] = piece
            with np.errstate(all="ignore"):
                found[begin : begin + chunk] = self.landscape.f(full)
        return found


def choose_section(landscape: Landscape, paths: Sequence[Path], options: PlotOptions) -> Section:
    """Return the section through the best point of all paths along the chosen, or the first, coordinates."""
    n = len(landscape.coordinates)
    shown = (0,) if n == 1 else tuple(options.variables or (0, 1))
    best = min(paths, key=lambda path: _lowest(path))
    return Section(landscape, shown, np.nan_to_num(best.x[best.best_row], posinf=0.0, neginf=0.0))


def _lowest(path: Path) -> float:
    value = float(path.f[path.best_row])
    return value if np.isfinite(value) else np.inf
