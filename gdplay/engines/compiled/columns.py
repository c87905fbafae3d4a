"""The compiled engine in the form of the NumPy one: runs advance together, each in a lane of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdplay.criteria import Criteria
from gdplay.engines.columns import Row
from gdplay.engines.compiled.bounds import limit
from gdplay.engines.compiled.build import COUNTED, Plan, plan
from gdplay.engines.compiled.call import OPERATION, Kernel
from gdplay.engines.compiled.jit import host
from gdplay.engines.compiled.long.kernel import LongKernel
from gdplay.engines.compiled.long.plan import LongPlan, long_plan
from gdplay.engines.compiled.memory import aligned
from gdplay.engines.compiled.program import UNROLLED, Uncovered
from gdplay.engines.compiled.threads import Workers
from gdplay.engines.tally import Tally
from gdplay.engines.tape import Tape, evaluate
from gdplay.formula.expr import Array, Expr, order
from gdplay.method import Method
from gdplay.noise import GRADIENT, normal
from gdplay.rule import start_values

PATIENCE = 0.25
"""A call of the kernel takes about so many seconds at most: between calls, stop is asked."""

UNEVEN = 16
"""With a search a step may take so many times as long as those before it: calls are that much shorter."""

MOST_STEPS = 1 << 14
MOST_NUMBERS = 1 << 23
"""The rows, noise and table of one call are at most about so many doubles each."""

MOST_GROUPS = 8
"""So many registers of runs stand in a block at most: what they remember stays in the nearest cache."""

CROWDED = 0.7
"""The runs that go on are packed together when fewer than this part of the lanes is in use."""


MOST_STACK = 1 << 19
"""So many bytes the values of a step may take at most: threads have a megabyte or more."""


def widths(runs: int, threads: int, operations: int = 1) -> tuple[int, int]:
    """Return how many runs stand in a register and how many registers in a block: every thread gets work."""
    lanes, groups = host().lanes, MOST_GROUPS
    while lanes // 2 >= runs or (lanes > 1 and 8 * lanes * operations > MOST_STACK):
        lanes //= 2
    while groups > 1 and groups * lanes * threads > runs:
        groups //= 2
    return lanes, groups


class CompiledColumns:
    """Runs of one method that differ in numbers only; the interface and the meaning of ``Columns``.

    ``threads``: how many may work at once, None for one a processor. Raises Uncovered where the step
    has parts that are not compiled.
    """

    def __init__(
        self,
        method: Method,
        starts: Array,
        criteria: Criteria,
        seeds: NDArray[np.uint64] | None = None,
        logged: tuple[Expr, ...] = (),
        parameters: Mapping[Expr, Array] | None = None,
        threads: int | None = None,
    ) -> None:
        n, runs = starts.shape
        self.method, self.criteria, self.step = method, criteria, 0
        self.active = np.arange(runs)
        self.parameters = {**method.parameters, **(parameters or {})}
        self.start, self._best, self.final = (Row.blank(n, runs) for _ in range(3))
        self.ending = np.zeros(runs, dtype=np.int64)
        self._tally = None if method.search is None else Tally(method.search, runs)
        self.plan = _planned(method, criteria, logged, self.parameters)
        self.names = self.plan.names
        self.workers = Workers(threads)
        self.kernels: dict[bool, Kernel | LongKernel] = {}
        self.widths = widths(runs, self.workers.threads, self.plan.operations)
        self.blocks = self.plan.memory(runs, self.widths)
        self.seeds = np.zeros(runs, np.uint64) if seeds is None else seeds
        self.columns, self.going = np.arange(runs), np.ones(runs, dtype=bool)
        self.seen = True  # whether the best points are those of the last row
        self.patience = PATIENCE if method.search is None else PATIENCE / UNEVEN
        self.pace = OPERATION * self.plan.operations * max(8, runs) / self.workers.threads
        if method.search is not None:
            self.pace = self.patience  # who knows: the first call takes one step
        self._fill(starts)

    def _fill(self, starts: Array) -> None:
        """Set the runs' numbers before the first step."""
        method, runs, blocks, stages = self.method, starts.shape[1], self.blocks, self.plan.stages
        memory = start_values(method.memory, {method.point: starts, **self.parameters}, runs)
        for name in ("start", "x", "best_x"):
            blocks.write(name, starts)
        for k, value in enumerate(memory):
            blocks.write(f"m{k}", value.reshape(-1, runs))
        with np.errstate(over="ignore"):  # beyond a start near the largest number nothing is
            bound = self.criteria.diverged * np.maximum(1.0, np.abs(starts).max(axis=0))
        first = {"bound_x": bound, "limit_x": limit(bound), "moved": np.nan, "rate": np.nan, "best": np.inf}
        for name, value in first.items():
            blocks.write(name, np.full((1, runs), value))
        if stages.single:
            values = evaluate(stages.single, self.parameters)
            full = [np.broadcast_to(a, (*a.shape[:-1], runs)).reshape(-1, runs) for a in values]
            blocks.write("single", np.concatenate(full))
        shared = evaluate(stages.shared, self.parameters)
        self.shared = np.concatenate([*(a.ravel() for a in shared), np.zeros(1)])
        self.table = Tape(stages.stepped)

    @property
    def best(self) -> Row:
        """Where each run was best so far."""
        if not self.seen:
            self._remember_best()
        return self._best

    @property
    def seeker(self) -> Tally | None:
        """What the searches for learning rates took so far, where there are any."""
        if self._tally is not None and not self.seen:
            self._remember_best()
        return self._tally

    @property
    def running(self) -> bool:
        """Whether any run still goes on."""
        return len(self.active) > 0

    def ended_by(self, run: int) -> str:
        """Return the name of the rule that ended a run, or an empty text while it goes on."""
        return self.names[self.ending[run]]

    def prepare(self, log: bool = False) -> None:
        """Compile what ``advance`` needs, with or without a log, which it would do itself."""
        self._kernel(log)

    def advance(
        self, rows: int, log: Callable[[int, Array], None] | None = None, stop: Callable[[], bool] = bool
    ) -> None:
        """Go through at most so many rows: row k is where a run is after k steps.

        ``log`` receives the step and (columns, active runs), as in ``Columns``; ``stop`` is asked about
        every quarter of a second, but not before the first row.
        """
        kernel, end = self._kernel(log is not None), self.step + rows
        if self.step == 0 and rows:
            self._begin(kernel)
        while self.step < end and self.running and not (self.step and stop()):
            steps = max(1, min(end - self.step, self._most_steps(kernel), int(self.patience / self.pace)))
            began = time.perf_counter()
            values = kernel.steps(self.blocks, self.shared, *self._given(kernel, steps), self.step, steps)
            if log is not None:
                self._hand_on(values, log)
            self.pace = (time.perf_counter() - began) / steps
            self.step += steps
            self.seen = False
            self._retire()

    def halt(self) -> None:
        """End the runs that go on where they are: after the last row."""
        if self.running and self.step:
            self._set(self.final, self.going, "last_x", np.full(len(self.columns), self.step - 1.0))
            self.active, self.going = self.active[:0], np.zeros_like(self.going)

    def _kernel(self, log: bool) -> Kernel | LongKernel:
        if log not in self.kernels:
            self.kernels[log] = self.plan.kernel(log, self.widths, self.workers)
        return self.kernels[log]

    def _most_steps(self, kernel: Kernel | LongKernel) -> int:
        noise = kernel.sources.noise
        numbers = kernel.sources.table + (kernel.columns + noise) * self.blocks.padded
        return min(MOST_STEPS, 1 + MOST_NUMBERS // (1 + numbers))

    def _begin(self, kernel: Kernel | LongKernel) -> None:
        f, size = kernel.measure(self.blocks, self.shared, "start")
        self.start = Row(np.zeros(len(f)), self.blocks.read("start"), f, size)
        self.blocks.write("best_f", f[None])
        with np.errstate(all="ignore"):
            self.blocks.write("bound_f", (self.criteria.diverged * np.maximum(1.0, np.abs(f)))[None])

    def _given(self, kernel: Kernel | LongKernel, steps: int) -> tuple[Array, Array]:
        """Return what NumPy computes for the next steps: the table and the noise."""
        count, n = kernel.sources.table, self.method.size
        table = np.zeros((steps, max(1, count)))
        if count:
            t = {self.method.t: np.arange(self.step + 1.0, self.step + steps + 1.0)}
            with np.errstate(all="ignore"):
                table = np.concatenate([a.reshape(-1, steps) for a in self.table({**self.parameters, **t})])
            table = np.ascontiguousarray(table.T)
        noise = aligned(steps if kernel.sources.noise else 0, n, self.blocks.padded)
        seeds = self.blocks.pad(self.seeds)
        for k, drawn in enumerate(noise):
            drawn[...] = normal(seeds, GRADIENT, self.step + 1 + k, n)
        return table, noise

    def _hand_on(self, values: Array, log: Callable[[int, Array], None]) -> None:
        """Call the log with the rows of the runs that had not ended before each."""
        runs = self.blocks.runs
        last = np.where(self.blocks.read("ending")[0] == 0, np.inf, self.blocks.read("final_step")[0])
        going = np.flatnonzero(self.going)
        until = last[going].min()
        for k, row in enumerate(values):
            if self.step + k > until:
                going = going[last[going] >= self.step + k]
                if not len(going):
                    return
                until, self.active = last[going].min(), self.columns[going]
            log(self.step + k, row[:, going] if len(going) < runs else row[:, :runs])

    def _retire(self) -> None:
        """Record the runs that ended, and pack the others together where that is worth it."""
        ending = self.blocks.read("ending")[0].astype(np.int64)
        ended = self.going & (ending != 0)
        if not ended.any():
            return
        self._set(self.final, ended, "final_x", self.blocks.read("final_step")[0])
        runs, lanes = self._which(ended)
        self.ending[runs] = ending[lanes]
        self.going &= ~ended
        self.active = self.columns[self.going]
        kept = np.flatnonzero(self.going)
        if len(kept) and -(-len(kept) // self.blocks.lanes) < CROWDED * self.blocks.count:
            self._remember_best()
            self.blocks = self.blocks.keep(kept)
            self.seeds, self.columns = self.seeds[kept], self.columns[kept]
            self.going = np.ones(len(kept), dtype=bool)

    def _remember_best(self) -> None:
        """Bring the best points up to date, and what searches took."""
        self._set(self._best, np.ones_like(self.going), "best_x", self.blocks.read("best_step")[0])
        if self._tally is not None:
            for name in COUNTED:
                getattr(self._tally, name)[self.columns] = self.blocks.read(name)[0]
            self._tally.searches[:] = np.where(self.ending == 0, self.step, self.final.step)
        self.seen = True

    def _set(self, row: Row, which: NDArray[np.bool_], place: str, steps: Array) -> None:
        """Set the columns of a result for some lanes, from where the points stand in the blocks."""
        kernel, (runs, lanes) = next(iter(self.kernels.values())), self._which(which)
        f, size = kernel.measure(self.blocks, self.shared, place)
        row.step[runs], row.f[runs], row.grad_norm[runs] = steps[lanes], f[lanes], size[lanes]
        row.x[:, runs] = self.blocks.read(place)[:, lanes]

    def _which(self, lanes: NDArray[np.bool_]) -> tuple[Any, Any]:
        """Return the numbers of the runs in some lanes, and these lanes: all at once where they are all."""
        if len(self.columns) == len(self.ending) and lanes.all():
            return slice(None), slice(None)
        return self.columns[lanes], lanes


def _planned(
    method: Method, criteria: Criteria, logged: tuple[Expr, ...], parameters: Mapping[Expr, Array]
) -> Plan | LongPlan:
    """Return the step to be compiled, in the form that suits it. Raises Uncovered."""
    outputs = [method.f, method.gradient, method.next_point, *(m.after for m in method.memory)]
    longest = max(node.shape[0] for node in order(outputs) if len(node.shape) == 1)
    if longest > UNROLLED and method.search is None:
        with suppress(Uncovered):
            return long_plan(method, criteria, logged, parameters)
    return plan(method, criteria, logged, parameters)
