"""What f has to come down to before a run counts as there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdplay.formula.text import number as number_text
from gdplay.sweeps.arrays import Column

FRACTION = 1e-3
"""So little of f - f* at the start is left at the target (Moré & Wild 2009, doi:10.1137/080724083)."""


@dataclass(frozen=True)
class Target:
    """``value`` if it is given, else what leaves FRACTION of f(start) - ``floor``.

    The floor is f* where that is ``known``, else the lowest f that was found, -inf before it was looked for.
    """

    floor: float = -np.inf
    known: bool = False
    value: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it takes a floor that has to be looked for."""
        return self.value is None and not self.known

    def of(self, first: Column) -> Column:
        """Return the target of runs that start at these values of f: (runs,).

        >>> Target(1.0, known=True).of(np.array([1001.0])).tolist()
        [2.0]
        """
        if self.value is not None or not np.isfinite(self.floor):
            return np.full(len(first), -np.inf if self.value is None else self.value)
        return self.floor + FRACTION * (first - self.floor)

    def __str__(self) -> str:
        if self.value is not None:
            return f"f <= {number_text(self.value)}"
        if not np.isfinite(self.floor):
            return "none, as no finite f was found"
        whose = "known" if self.known else "the lowest f that any found, as no minimum is known"
        return f"f <= f* + (f(start) - f*)/{1 / FRACTION:g}, with f* = {self.floor:.5g} ({whose})"
