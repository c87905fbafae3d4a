"""Which runs of a sweep are drawn when it has more than a picture can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.grid import Axis
from gdplay.sweeps.plan import Group

MOST_DRAWN = 1_000_000
"""So many runs are drawn, in memory."""

MOST_PLACES = 2_000
"""So many values of a swept number: more than a panel has pixels."""

REPLICATES = ("start", "seed")
"""Keys that make replicates: the bands are over them."""


def thinned(groups: Sequence[Group]) -> tuple[Column, dict[str, tuple[int, int]]] | None:
    """Return the increasing numbers of the runs to draw, and of each key how many of how many values.

    They are a grid again, of values evenly spread over each axis, its ends among them; so a picture of them
    is that of a smaller sweep, without holes. None where all are drawn.
    """
    everything = max((len(axis) for group in groups for axis in group.axes), default=1)
    most = _largest(everything, lambda most: sum(_runs(group, most) for group in groups) <= MOST_DRAWN)
    parts = [group.first + _grid(group, most) for group in groups]
    kept = {
        axis.key: (_limited(axis, most), len(axis))
        for group in groups
        for axis in sorted(group.axes, key=len)
        if _limited(axis, most) < len(axis)
    }
    return (np.concatenate(parts), kept) if kept else None


def _largest(high: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number from 1 to ``high`` that fits, where all below one that fits do; 1 if none."""
    low = 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _limited(axis: Axis, most: int) -> int:
    return min(len(axis), most if axis.key in REPLICATES else min(most, MOST_PLACES))


def _runs(group: Group, most: int) -> int:
    return prod(_limited(axis, most) for axis in group.axes)


def _grid(group: Group, most: int) -> Column:
    """Return the runs, counted within the group, of some values of each axis."""
    found = np.zeros(1, dtype=np.int64)
    for axis in group.axes:
        places = np.round(np.linspace(0, len(axis) - 1, _limited(axis, most))).astype(np.int64)
        found = (found[:, None] * len(axis) + places).ravel()
    return found
