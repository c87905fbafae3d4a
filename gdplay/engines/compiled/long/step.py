"""What is compiled of a step on long vectors: its operations, results, and where things stand in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gdplay.engines.compiled.long.elements import Elements
from gdplay.engines.compiled.long.phases import Store
from gdplay.engines.compiled.step import Layout

WIDE = 8
"""So many elements are computed side by side on every machine: as many as a sum has partial results."""

ROLES_COUNT = 4
CURRENT, BEST, LAST, TURN = range(ROLES_COUNT)
"""Which of a run's places for points holds what, and whose turn it is of the two for what is remembered."""

SLACK = WIDE
"""So many numbers before and behind each vector may be read, never used."""

POINTS = 3
"""A run has so many places for points: where it is, where it was best, where it goes next."""


@dataclass(frozen=True)
class LongStep:
    """One step in numbers of a program's operations.

    ``scalars``: the place of a remembered number to the operation that gives its next value; ``stores``:
    the vectors that are written; ``row``: logged scalars, each with its column.
    """

    program: Elements
    leaves: Mapping[int, tuple[str, int]]
    """Operation to the quantity and the place in it where its value, or its first element, is found."""
    f: int
    gradient_norm: int
    conditions: tuple[int, ...]
    scalars: Mapping[str, int]
    stores: tuple[Store, ...]
    row: tuple[tuple[int, int], ...]
    columns: int

    @property
    def wanted(self) -> list[int]:
        """The scalars that are needed at the end of a step."""
        return [*self.conditions, self.f, *self.scalars.values(), *(number for number, _ in self.row)]

    def reads(self) -> list[int]:
        """Return the operations that read memory."""
        needed = self.program.needed([*self.wanted, *(store.number for store in self.stores)])
        return [number for number in needed if number in self.leaves]


def rounded(count: int) -> int:
    """Return how many numbers a vector takes in memory: whole registers."""
    return -(-count // WIDE) * WIDE


def layout_of(counts: Mapping[str, int]) -> Layout:
    """Lay out quantities of so many numbers one behind the other, each from the start of a register."""
    at, places = SLACK, dict[str, range]()
    for name, count in counts.items():
        places[name] = range(at, at + count)
        at += rounded(count)
    return Layout(places, at + SLACK)
