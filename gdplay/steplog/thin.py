"""Which rows of a long log are kept: evenly spaced ones, the first, the last, and those asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEWEST_ROWS = 2

Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]  # row numbers, steps, values


class Thinner:
    """Takes rows in order and keeps every so many of them: memory is bounded by ``most`` rows and one block.

    When there are too many the distance doubles, so the rows that are kept stay evenly spaced. ``steps``
    are kept besides, and count towards ``most``. Raises ValueError if ``most`` has no place for them.
    """

    def __init__(self, every: int = 1, most: int | None = None, steps: Sequence[int] = ()) -> None:
        self._stride = every
        self._wanted = np.unique(np.asarray(steps, dtype=np.int64))
        # The last row has its place, too, wherever it falls.
        self._limit = None if most is None else most - 1 - len(self._wanted)
        if every < 1 or (self._limit is not None and self._limit < 1):
            fewest = FEWEST_ROWS + len(self._wanted)
            raise ValueError(f"every {every}, most {most}; expected at least 1 and {fewest}")
        self.rows = 0
        self._even: list[Part] = []
        self._asked: list[Part] = []
        self._last: list[Part] = []

    def add(self, steps: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Take the next rows: steps (rows,), values (columns, rows)."""
        if not len(steps):
            return
        part = np.arange(self.rows, self.rows + len(steps)), steps, values
        self.rows += len(steps)
        self._even.append(_pick(part, part[0] % self._stride == 0))
        self._last = [_pick(part, slice(-1, None))]
        if len(self._wanted):
            self._asked.append(_pick(part, np.isin(steps, self._wanted)))
        while self._limit is not None and sum(len(even[0]) for even in self._even) > self._limit:
            self._stride *= 2
            self._even = [_pick(even, even[0] % self._stride == 0) for even in self._even]

    def result(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return what was kept, in order: steps (rows,), values (columns, rows)."""
        parts = self._even + self._asked + self._last
        numbers = np.concatenate([part[0] for part in parts])
        _, order = np.unique(numbers, return_index=True)
        steps = np.concatenate([part[1] for part in parts])
        values = np.concatenate([part[2] for part in parts], axis=1)
        return steps[order], values[:, order]


def _pick(part: Part, which: NDArray[np.bool_] | slice) -> Part:
    # A copy: a view would keep the whole block in memory.
    return part[0][which].copy(), part[1][which].copy(), part[2][:, which].copy()
