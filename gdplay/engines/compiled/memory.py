"""The memory of a kernel: runs in blocks of lanes, each block's quantities side by side."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gdplay.engines.compiled.step import Layout
from gdplay.formula.expr import Array

Scalar = TypeVar("Scalar", bound=np.generic)

ALIGNED = 64
"""Bytes of a processor's line of cache, and of its widest register."""


def aligned(*shape: int, empty: bool = True) -> Array:
    """Return doubles that begin on a line of cache, uninitialised or 0."""
    size = int(np.prod(shape, dtype=np.int64)) * 8
    # zeros come from the system, which has them at hand when they are touched
    room = (np.empty if empty else np.zeros)(size + ALIGNED, dtype=np.uint8)
    first = -room.ctypes.data % ALIGNED
    return room[first : first + size].view(np.float64).reshape(shape)


class Blocks:
    """Quantities of some runs. ``data``: (blocks, places, lanes); ended runs fill up the last block."""

    def __init__(self, layout: Layout, runs: int, lanes: int) -> None:
        self.layout, self.runs, self.lanes = layout, runs, lanes
        self.count = -(-runs // lanes)
        self.data = aligned(self.count, layout.size, lanes, empty=False)
        self.data[-1, layout.places["ending"], self._filled :] = 1.0

    @property
    def _filled(self) -> int:
        """How many lanes of the last block hold a run."""
        return self.runs - (self.count - 1) * self.lanes

    @property
    def padded(self) -> int:
        """The number of lanes in all blocks."""
        return self.count * self.lanes

    def read(self, name: str) -> Array:
        """Return a quantity as (numbers, runs), an array of its own."""
        places = self.layout.places[name]
        full = np.empty((len(places), self.count, self.lanes))
        full[...] = self.data[:, places.start : places.stop].transpose(1, 0, 2)
        return full.reshape(len(places), -1)[:, : self.runs]

    def write(self, name: str, values: Array) -> None:
        """Set a quantity: (numbers, runs). What fills up the last block is like the last run."""
        places = self.layout.places[name]
        full = self.pad(values).reshape(len(places), self.count, self.lanes)
        self.data[:, places.start : places.stop] = full.transpose(1, 0, 2)

    def pad(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """Return values (..., runs) as (..., lanes of all blocks)."""
        if self.padded == self.runs:
            return values
        tail = np.repeat(values[..., -1:], self.padded - self.runs, axis=-1)
        return np.concatenate([values, tail], axis=-1)

    def keep(self, which: NDArray[np.int64]) -> Blocks:
        """Return blocks with these runs only."""
        kept = Blocks(self.layout, len(which), self.lanes)
        for name, places in self.layout.places.items():
            if places and name != "ending":
                kept.write(name, self.read(name)[:, which])
        return kept
