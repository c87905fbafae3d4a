"""The memory of runs on long vectors: each run's quantities side by side, its places for points in turn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdplay.engines.compiled.long.step import BEST, CURRENT, LAST, POINTS
from gdplay.engines.compiled.memory import Blocks
from gdplay.engines.compiled.step import Layout
from gdplay.formula.expr import Array

ROLES = {"start": CURRENT, "x": CURRENT, "final_x": CURRENT, "best_x": BEST, "last_x": LAST}
"""The names of points and which of a run's places they stand in; a run that has ended stays where it is."""


class Strips(Blocks):
    """Blocks of a single lane, in which points do not move: roles are handed on. ``n``: a point's length."""

    def __init__(self, layout: Layout, runs: int, n: int) -> None:
        super().__init__(layout, runs, 1)
        self.n, self.each = n, np.arange(runs)
        places, roles = layout.places["x"], layout.places["roles"]
        self.points = self.data[:, places.start : places.stop, 0].reshape(runs, POINTS, -1)[:, :, :n]
        self.roles = self.data[:, roles.start : roles.stop, 0].view(np.int64)
        self.roles[:, BEST] = POINTS - 1

    def read(self, name: str) -> Array:
        """Return a quantity as (numbers, runs)."""
        return self.points[self.each, self.roles[:, ROLES[name]]].T if name in ROLES else super().read(name)

    def write(self, name: str, values: Array) -> None:
        """Set a quantity: (numbers, runs); what steps on long vectors have no use for is left out."""
        if name in ROLES:
            self.points[self.each, self.roles[:, ROLES[name]]] = values.T
        elif name in self.layout.places:
            super().write(name, values)

    def keep(self, which: NDArray[np.int64]) -> Strips:
        """Return strips with these runs only."""
        kept = Strips(self.layout, len(which), self.n)
        kept.data[...] = self.data[which]
        return kept
