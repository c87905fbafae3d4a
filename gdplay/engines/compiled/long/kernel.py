"""A compiled step on long vectors and the calls of its two functions, over runs and threads."""

from __future__ import annotations

import ctypes

import numpy as np

from gdplay.engines.compiled.call import POINTER, WHOLE, address
from gdplay.engines.compiled.jit import compiled
from gdplay.engines.compiled.long.step import SLACK, LongStep
from gdplay.engines.compiled.long.strips import ROLES
from gdplay.engines.compiled.long.text import module_text
from gdplay.engines.compiled.memory import Blocks, aligned
from gdplay.engines.compiled.step import Sources
from gdplay.engines.compiled.threads import Workers
from gdplay.formula.expr import Array

STEPS = (*(POINTER,) * 6, *(WHOLE,) * 3, ctypes.c_double)
MEASURE = (*(POINTER,) * 4, *(WHOLE,) * 3)


class LongKernel:
    """Machine code for one step on long vectors; the interface of ``Kernel``."""

    def __init__(self, step: LongStep, sources: Sources, workers: Workers) -> None:
        self.columns, self.sources, self.workers = step.columns, sources, workers
        self.text, self.scratch = module_text(step, sources)
        self.code = compiled(self.text)
        self._steps = self.code.function("steps", STEPS)
        self._measure = self.code.function("measure", MEASURE)

    def steps(
        self, blocks: Blocks, shared: Array, table: Array, noise: Array, first: int, steps: int
    ) -> Array:
        """Take all runs through so many steps and return the rows: (steps, columns, runs).

        ``table``: (steps, numbers a step); ``noise``: (steps, n, runs).
        """
        rows = aligned(blocks.runs, steps, self.columns)
        given = [_with_slack(a) for a in (shared, table, noise.transpose(2, 0, 1))]

        def work(start: int, end: int) -> None:
            scratch = aligned(self.scratch)
            pointers = (address(a) for a in (blocks.data, *given, rows, scratch))
            self._steps(*pointers, start, end, steps, float(first))

        self.workers.over(blocks.count, work)
        return rows.transpose(1, 2, 0)

    def measure(self, blocks: Blocks, shared: Array, name: str) -> Array:
        """Return f and the gradient's norm, (2, runs), at the points of that name."""
        result, given = aligned(blocks.runs, 2), _with_slack(shared)

        def work(start: int, end: int) -> None:
            scratch = aligned(self.scratch)
            pointers = (address(a) for a in (blocks.data, given, result, scratch))
            self._measure(*pointers, ROLES[name], start, end)

        self.workers.over(blocks.count, work)
        return result.T


def _with_slack(a: Array) -> Array:
    """Return a contiguous copy before and behind which a few numbers may be read."""
    room = np.zeros(SLACK + a.size + SLACK)
    inner = room[SLACK:-SLACK].reshape(a.shape)
    inner[...] = a
    return inner
