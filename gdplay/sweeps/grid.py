"""Which runs a sweep asks for: keys with their values, multiplied, or chosen combinations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from gdplay.config.complaints import COMMAND_LINE
from gdplay.config.nodes import Node, Place, Scalar
from gdplay.config.values import parse_number
from gdplay.formula.text import number as number_text
from gdplay.sweeps.arrays import Column

SPACINGS: dict[str, Callable[[float, float, int], np.ndarray]] = {
    "linspace": np.linspace,
    "logspace": lambda low, high, count: np.geomspace(low, high, count),
    "geomspace": np.geomspace,
}


@dataclass(frozen=True, eq=False)
class Axis:
    """One swept key with its values: numbers, or what a config would have, or so many random starts."""

    key: str
    values: tuple[Node, ...] = ()
    numbers: Column | None = None
    random: int = 0
    which: tuple[int, ...] | None = None
    """The places that these values have on the axis as it was asked for; None: all."""

    def __len__(self) -> int:
        return self.random or (len(self.values) if self.numbers is None else len(self.numbers))

    @property
    def numbered(self) -> Column:
        """The values' places: (len,)."""
        return np.arange(float(len(self))) if self.which is None else np.array(self.which, dtype=np.float64)

    def part(self, which: Sequence[int]) -> Axis:
        """Return the axis with some of its values only."""
        places = tuple(int(self.numbered[k]) for k in which)
        if self.random:
            return Axis(self.key, random=len(which), which=places)
        if self.numbers is not None:
            return Axis(self.key, numbers=self.numbers[list(which)], which=places)
        return Axis(self.key, tuple(self.values[k] for k in which), which=places)

    def node(self, k: int) -> Node:
        """Return value k as a config has it."""
        if self.numbers is None:
            return self.values[k]
        return Scalar(number_text(float(self.numbers[k])), False, Place(COMMAND_LINE, 1, 1))

    @cached_property
    def numeric(self) -> Column | None:
        """The values as numbers: (len,), or None where one of them is something else."""
        if self.numbers is not None:
            return self.numbers
        found = [parse_number(value.text) if isinstance(value, Scalar) else None for value in self.values]
        if not found or any(value is None or not np.isfinite(value) for value in found):
            return None
        return np.array(found, dtype=np.float64)


@dataclass(frozen=True)
class Grid:
    """Axes that multiply; the first changes slowest."""

    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def runs(self) -> int:
        """How many runs the grid has."""
        return prod(self.shape)
