"""Conditions that nearly never hold, an |a| beyond its bound, and the fewer tests that tell so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gdplay.engines.compiled.emit import as_float
from gdplay.engines.compiled.ir import Value, fma
from gdplay.engines.compiled.program import Program
from gdplay.formula.expr import Array

BOUNDS = ("bound_f", "bound_x")
CHAIN = 8
"""So many squares are added up one after another; more of them in several sums side by side."""


def limit(bound: Array | float) -> Array:
    """Return what a sum of squares may be so that none of the numbers is beyond the bound.

    Half the bound leaves room for rounding. Below 0, so that no sum will do, where the bound is nan, or so
    small that squares vanish.
    """
    half = 0.5 * bound
    return np.where(half > 1e-150, np.minimum(half, 1e154) ** 2, -1.0)


@dataclass(frozen=True)
class Bounds:
    """For each bound b of ``not (|a| <= b and ...)`` the operations a that must not be beyond it."""

    within: Mapping[int, tuple[int, ...]]

    @staticmethod
    def of(program: Program, conditions: Iterable[int]) -> tuple[Bounds, list[int]]:
        """Return the bounds of the conditions that have this form, and the other conditions."""
        within: dict[int, set[int]] = {}
        others: list[int] = []
        for number in conditions:
            pairs = _pairs(program, number)
            for a, b in pairs:
                within.setdefault(b, set()).add(a)
            others += [] if pairs else [number]
        return Bounds({b: tuple(sorted(numbers)) for b, numbers in within.items()}), others

    @property
    def numbers(self) -> list[int]:
        """The operations that ``surely`` needs."""
        return [a for numbers in self.within.values() for a in numbers]

    def surely(self, values: Mapping[int, Value], most: Callable[[int, bool], Value]) -> Value:
        """Return a mask that is set nearly everywhere, and nowhere that an a is beyond its bound.

        ``most`` gives a bound, or its ``limit`` where squares are added up. A sum of squares is inf or nan
        where a number is, and where it overflows.
        """
        masks: list[Value] = []
        for b, numbers in self.within.items():
            parts = [as_float(values[a]) for a in numbers]
            size = abs(parts[0]) if len(parts) == 1 else _squares(parts)
            masks.append(size <= most(b, len(parts) > 1))
        result = masks[0]
        for mask in masks[1:]:
            result = result & mask
        return result


def _squares(parts: list[Value]) -> Value:
    chains = -(-len(parts) // CHAIN)
    sums = [a * a for a in parts[:chains]]
    for k, a in enumerate(parts[chains:]):
        sums[k % chains] = fma(a, a, sums[k % chains])
    total = sums[0]
    for other in sums[1:]:
        total = total + other
    return total


def _pairs(program: Program, number: int) -> list[tuple[int, int]]:
    """Return the pairs (a, b) of ``not (|a| <= b and ...)``; none where the condition is another."""
    operation = program.operations[number]
    if operation.op != "not":
        return []
    pairs: list[tuple[int, int]] = []
    waiting = [operation.args[0]]
    while waiting:
        inner = program.operations[waiting.pop()]
        if inner.op == "and":
            waiting += inner.args
            continue
        if inner.op != "le":
            return []
        a, b = (program.operations[arg] for arg in inner.args)
        if a.op != "abs" or (b.op != "const" and (b.op != "leaf" or b.param[0] not in BOUNDS)):
            return []
        pairs.append((a.args[0], inner.args[1]))
    return pairs
