"""What is compiled: one step in operations, and where its quantities stand in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gdplay.engines.compiled.program import Program


@dataclass(frozen=True)
class Layout:
    """Where each quantity of a block of runs stands: a place holds one number for each lane."""

    places: Mapping[str, range]
    size: int

    @staticmethod
    def of(counts: Mapping[str, int]) -> Layout:
        """Lay out quantities of so many numbers each, one behind the other."""
        places: dict[str, range] = {}
        at = 0
        for name, count in counts.items():
            places[name] = range(at, at + count)
            at += count
        return Layout(places, at)


@dataclass(frozen=True)
class Rounds:
    """A line search in numbers of a program's operations; see ``gdplay.search.LineSearch``."""

    unknowns: tuple[int, ...]
    begin: tuple[int, ...]
    next: tuple[int, ...]
    until: int
    otherwise: int
    limit: int


@dataclass(frozen=True)
class Step:
    """One step in numbers of a program's operations.

    ``carried``: name to the operations that stand for a quantity and for what it becomes.
    """

    program: Program
    leaves: Mapping[int, tuple[str, int]]
    """Operation to the quantity and the place in it where its value is found."""
    f: int
    gradient_norm: int
    conditions: tuple[int, ...]
    carried: Mapping[str, tuple[list[int], list[int]]]
    row: tuple[int, ...] = ()
    rounds: Rounds | None = None
    """How the learning rate is searched for, if it is; then what is carried depends on the first unknown."""


@dataclass(frozen=True)
class Sources:
    """The pointers that a kernel reads from, and how many numbers a row of the table has."""

    layout: Layout
    table: int
    noise: int
