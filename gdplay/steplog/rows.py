"""The rows of a log that wait to be written together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdplay.places import refusal
from gdplay.steplog.header import fault

Block = tuple[NDArray[np.int64], NDArray[np.float64]]


class Rows:
    """Rows in the order of their steps: steps (rows,), values (rows, columns).

    Raises ConfigError where the columns can't head a log.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        if wrong := fault(columns):
            raise refusal(f"the log can't be written: {wrong}", "rename the column", "log.columns")
        self.width = len(columns)
        self.count = 0
        self._last = -1
        self._blocks: list[Block] = []

    @property
    def cells(self) -> int:
        """How many numbers wait."""
        return self.count * (self.width + 1)

    def add(self, steps: ArrayLike, values: ArrayLike) -> None:
        """Take a copy of some rows. Raises ValueError for wrong shapes and for steps that do not increase."""
        block = np.array(steps, dtype=np.int64), np.array(values, dtype=np.float64)
        if block[0].ndim != 1 or block[1].shape != (len(block[0]), self.width):
            raise ValueError(
                f"steps {block[0].shape} and values {block[1].shape} do not fit; "
                f"expected (rows,) and (rows, {self.width})"
            )
        if not len(block[0]):
            return
        if block[0][0] <= self._last or np.any(np.diff(block[0]) <= 0):
            raise ValueError(f"the steps of a log increase; after {self._last} came {block[0][:5]}")
        self._last = int(block[0][-1])
        self._blocks.append(block)
        self.count += len(block[0])

    def take(self, most_cells: int) -> Iterator[Block]:
        """Yield all rows in blocks of at most so many numbers, and forget them."""
        blocks, self._blocks, self.count = self._blocks, [], 0
        if not blocks:
            return
        steps = np.concatenate([block[0] for block in blocks])
        values = np.concatenate([block[1] for block in blocks])
        size = max(1, most_cells // (self.width + 1))
        for start in range(0, len(steps), size):
            yield steps[start : start + size], values[start : start + size]
