"""Which runs of a sweep are replicates of one setting: they differ in the start or the seed alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.grid import Axis
from gdplay.sweeps.lay import written
from gdplay.sweeps.plan import Group
from gdplay.sweeps.thinned import REPLICATES


@dataclass(frozen=True)
class Part:
    """The runs of a group: its settings are counted from ``first`` on, their replicates from ``begun`` on."""

    group: Group
    first: int
    begun: int

    @property
    def settings(self) -> int:
        """How many settings there are."""
        return prod(len(axis) for axis in _apart(self.group)[0])

    @property
    def replicates(self) -> int:
        """How many replicates each of them has here."""
        return prod(len(axis) for axis in _apart(self.group)[1])

    def places(self, runs: Column) -> tuple[Column, Column]:
        """Return the settings of runs of the sweep, and which of its replicates each is: (runs,) both."""
        axes, shape = self.group.axes, tuple(len(axis) for axis in self.group.axes)
        places = np.unravel_index(runs - self.group.first, shape) if shape else ()
        setting, replicate = np.zeros(len(runs), np.int64), np.zeros(len(runs), np.int64)
        for axis, place in zip(axes, places, strict=True):
            if axis.key in REPLICATES:
                replicate = replicate * len(axis) + place
            else:
                setting = setting * len(axis) + place
        return self.first + setting, self.begun + replicate

    def example(self, setting: int) -> int:
        """Return the number, within the group, of the first run of a setting."""
        others = _apart(self.group)[0]
        chosen = np.unravel_index(setting - self.first, tuple(len(axis) for axis in others)) if others else ()
        place = dict(zip((axis.key for axis in others), (int(k) for k in chosen), strict=True))
        number = 0
        for axis in self.group.axes:
            number = number * len(axis) + place.get(axis.key, 0)
        return number


@dataclass
class Settings:
    """The settings of a sweep. Groups of the same settings, with other replicates, share their numbers."""

    parts: list[Part] = field(default_factory=list[Part])
    count: int = 0
    most: int = 1
    """How many replicates a setting has at most."""

    @staticmethod
    def of(groups: Sequence[Group]) -> Settings:
        """Return the settings of a sweep's groups, in their order."""
        found = Settings()
        known: dict[object, tuple[int, int]] = {}
        digests: dict[int, bytes] = {}
        for group in groups:
            fixed = tuple(item for item in sorted(group.fixed.items()) if item[0] not in REPLICATES)
            key = (fixed, tuple((axis.key, _digest(axis, digests)) for axis in _apart(group)[0]))
            first, begun = known.get(key, (found.count, 0))
            part = Part(group, first, begun)
            found.parts.append(part)
            found.count = max(found.count, first + part.settings)
            if group.config is not None:
                known[key] = (first, begun + part.replicates)
                found.most = max(found.most, begun + part.replicates)
        return found

    def kept(self, most: int) -> int:
        """Return how many replicates of each setting there can be if there are to be ``most`` runs in all."""
        low, high = 0, self.most
        while low < high:
            middle = (low + high + 1) // 2
            runs = sum(p.settings * max(0, min(p.replicates, middle - p.begun)) for p in self.parts)
            low, high = (middle, high) if runs <= most else (low, middle - 1)
        return low

    def part(self, run: int) -> int:
        """Return the number of the part that a run of the sweep is in."""
        return int(np.searchsorted([part.group.first for part in self.parts], run, side="right")) - 1

    def part_of(self, setting: int) -> Part:
        """Return the first part that has a setting."""
        return next(p for p in self.parts if p.first <= setting < p.first + p.settings)


def _apart(group: Group) -> tuple[list[Axis], list[Axis]]:
    """Return the axes that make settings, and those that make replicates."""
    return (
        [axis for axis in group.axes if axis.key not in REPLICATES],
        [axis for axis in group.axes if axis.key in REPLICATES],
    )


def _digest(axis: Axis, known: dict[int, bytes]) -> bytes:
    """Return what tells the values of an axis from those of others; ``known`` are axes by identity."""
    if id(axis) not in known:
        numbers = axis.numeric
        words = "\0".join(map(written, axis.values)).encode()
        known[id(axis)] = hashlib.sha256(words if numbers is None else numbers.tobytes()).digest()
    return known[id(axis)]
