"""A compiled plan and the calls of its two functions, over blocks of runs and threads."""

from __future__ import annotations

import ctypes
from functools import cached_property
from typing import Any

import numpy as np

from gdplay.engines.compiled.jit import compiled
from gdplay.engines.compiled.kernel import module_text
from gdplay.engines.compiled.memory import Blocks, aligned
from gdplay.engines.compiled.step import Sources, Step
from gdplay.engines.compiled.threads import Workers
from gdplay.formula.expr import Array
from gdplay.search import RATES

POINTER, WHOLE = ctypes.c_void_p, ctypes.c_int64
STEPS = (*(POINTER,) * 5, *(WHOLE,) * 4, ctypes.c_double)
MEASURE = (*(POINTER,) * 3, *(WHOLE,) * 3)

OPERATION = 1e-10
"""A first guess of the seconds that an operation takes in one lane."""

MOST_OPTIMIZED = 2_000
"""Longer steps are compiled without care for registers: that takes time in proportion, and costs no speed."""


class Kernel:
    """Machine code for one step of a plan."""

    def __init__(self, step: Step, sources: Sources, lanes: int, groups: int, workers: Workers) -> None:
        self.step, self.sources, self.workers = step, sources, workers
        self.lanes, self.groups = lanes, groups
        rounds = 1 if step.rounds is None else RATES
        self.seconds = OPERATION * len(step.program.operations) * rounds * lanes * groups  # of a block's step
        self.code = compiled(self.text, 0 if len(step.program.operations) > MOST_OPTIMIZED else 2)
        self._steps = self.code.function("steps", STEPS)
        self._measure = self.code.function("measure", MEASURE)

    @cached_property
    def text(self) -> str:
        """LLVM's text of both functions."""
        return module_text(self.step, self.sources, self.lanes, self.groups)

    @property
    def columns(self) -> int:
        """How many numbers a logged row has; 0 without a log."""
        return len(self.step.row)

    def steps(
        self, blocks: Blocks, shared: Array, table: Array, noise: Array, first: int, steps: int
    ) -> Array:
        """Take all runs through so many steps and return the rows: (steps, columns, lanes of all blocks).

        ``table``: (steps, numbers a step); ``noise``: (steps, n, lanes of all blocks).
        """
        rows = aligned(steps, self.columns, blocks.padded)

        def work(start: int, end: int) -> None:
            pointers = (address(a) for a in (blocks.data, shared, table, noise, rows))
            self._steps(*pointers, blocks.padded, start, end, steps, float(first))

        self.workers.over(blocks.count, work, self.seconds * steps)
        return rows

    def measure(self, blocks: Blocks, shared: Array, name: str) -> Array:
        """Return f and the gradient's norm, (2, runs), at the points that stand in the place of that name."""
        result = aligned(blocks.count, 2, blocks.lanes)
        at = blocks.layout.places[name].start * blocks.lanes

        def work(start: int, end: int) -> None:
            self._measure(*(address(a) for a in (blocks.data, shared, result)), at, start, end)

        self.workers.over(blocks.count, work, self.seconds)
        return result.transpose(1, 0, 2).reshape(2, -1)[:, : blocks.runs]


def address(a: np.ndarray[Any, Any]) -> int:
    """Return where an array's numbers begin; it must be contiguous."""
    assert a.flags.c_contiguous
    return a.ctypes.data
