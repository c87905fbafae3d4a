"""The NumPy engine: runs advance together, each a column of every array."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from gdplay.criteria import CARRIED, Criteria, endings
from gdplay.engines.linesearch import Seeker
from gdplay.engines.tape import Tape
from gdplay.formula.expr import Array, Expr
from gdplay.formula.gradient import flat
from gdplay.formula.structure import ordered
from gdplay.method import Method, norm
from gdplay.noise import normal
from gdplay.rule import start_values

Integers = NDArray[np.int64]


@dataclass
class Row:
    """Where runs are at one step. ``x``: (n, runs); the rest (runs,)."""

    step: Array
    x: Array
    f: Array
    grad_norm: Array

    @staticmethod
    def blank(n: int, runs: int) -> Row:
        """Return a row that nothing is known of yet."""
        return Row(*(np.full(shape, np.nan) for shape in (runs, (n, runs), runs, runs)))

    def take(self, columns: Integers, source: Row, which: Integers) -> None:
        """Set these columns to those ``which`` of another row."""
        for name in ("step", "x", "f", "grad_norm"):
            getattr(self, name)[..., columns] = getattr(source, name)[..., which]


def fill(a: Array, shape: tuple[int, ...]) -> Array:
    """Return a broadcast to the shape; almost always it has it already."""
    return a if a.shape == shape else np.broadcast_to(a, shape)


class Columns:
    """Runs of one method that differ in numbers only: starts, parameters, seeds.

    ``starts``: (n, runs). ``start``, ``best`` and ``final`` tell where each run was, ``ending`` what
    ended it. A run's numbers do not depend on what runs beside it. ``logged`` are expressions whose
    values every row has besides f, the gradient's norm and the learning rate.
    """

    def __init__(
        self,
        method: Method,
        starts: Array,
        criteria: Criteria,
        seeds: NDArray[np.uint64] | None = None,
        logged: tuple[Expr, ...] = (),
        parameters: Mapping[Expr, Array] | None = None,
    ) -> None:
        n, runs = starts.shape
        self.method, self.criteria, self.step = method, criteria, 0
        self.active: Integers = np.arange(runs)
        self.seeds = np.zeros(runs, np.uint64) if seeds is None else seeds
        self.start, self.best, self.final = (Row.blank(n, runs) for _ in range(3))
        self.seeker = None if method.search is None else Seeker(method, runs)
        self._prepare(criteria, logged)
        fixed = {**method.parameters, **(parameters or {})}
        memory = start_values(method.memory, {method.point: starts, **fixed}, runs)
        with np.errstate(over="ignore"):  # beyond a start near the largest number nothing is
            bound = criteria.diverged * np.maximum(1.0, np.abs(starts).max(axis=0))
        self.values: dict[Expr, Array] = {
            **fixed,
            method.point: starts,
            **dict(zip((m.before for m in method.memory), memory, strict=True)),
            CARRIED.moved: np.full(runs, np.nan),
            CARRIED.rate: np.full(runs, np.nan),
            CARRIED.best_step: np.zeros(runs),
            CARRIED.best: np.full(runs, np.inf),
            CARRIED.bound_f: np.full(runs, np.inf),
            CARRIED.bound_x: bound,
        }

    def _prepare(self, criteria: Criteria, logged: tuple[Expr, ...]) -> None:
        method = self.method
        size = norm(method.gradient)
        conditions = endings(method, criteria, size)
        self.names: tuple[str, ...] = ("", *conditions)
        ended = reduce(lambda a, b: a + b, conditions.values())
        self.ending = np.zeros(len(self.active), dtype=np.int64)
        row = flat([method.f, size, CARRIED.rate, *logged])
        after = [m.after for m in method.memory]
        moves = (
            [method.learning_rate, method.next_point, *after] if self.seeker is None else self.seeker.needed
        )
        self.tape = Tape([ended, method.f, size, row, *conditions.values(), *moves])
        tapes = [self.tape, *(self.seeker.tapes if self.seeker else ())]
        used = {symbol for tape in tapes for symbol, _ in tape.symbols}
        self.noisy, self.measured = method.noise in used, CARRIED.moved in used

    @property
    def running(self) -> bool:
        """Whether any run still goes on."""
        return len(self.active) > 0

    def ended_by(self, run: int) -> str:
        """Return the name of the rule that ended a run, or an empty text while it goes on."""
        return self.names[int(self.ending[run])]

    def advance(
        self, rows: int, log: Callable[[int, Array], None] | None = None, stop: Callable[[], bool] = bool
    ) -> None:
        """Go through at most so many rows: row k is where a run is after k steps.

        ``log`` receives the step and (columns, active runs): f, the gradient's norm, the learning rate
        that made the row, and what was asked for. ``stop`` is asked before each row but the first.
        """
        with np.errstate(all="ignore"):
            for _ in range(rows):
                if not self.running or (self.step and stop()):
                    return
                self._advance(log)

    def halt(self) -> None:
        """End the runs that go on where they are: after the last row."""
        if self.running and self.step:
            self.final.take(self.active, self.last, np.arange(len(self.active)))
            self.active = self.active[:0]

    def _advance(self, log: Callable[[int, Array], None] | None) -> None:
        method, values, runs = self.method, self.values, len(self.active)
        values[method.t] = np.full(1, self.step + 1.0)
        if self.noisy:
            values[method.noise] = normal(self.seeds, 0, self.step + 1, method.size)
        if self.step == 0:
            f = fill(self.tape(values)[1], (runs,))
            values[CARRIED.bound_f] = self.criteria.diverged * np.maximum(1.0, np.abs(f))
        ended, f, size, row, *rest = self.tape(values)
        ended, f, size = (fill(a, (runs,)) for a in (ended, f, size))
        conditions, moves = rest[: len(self.names) - 1], rest[len(self.names) - 1 :]
        self.last = Row(np.full(runs, float(self.step)), values[method.point], f, size)
        self._remember_best()
        values[CARRIED.best] = self.best.f[self.active]
        if log is not None:
            log(self.step, fill(row, (len(row), runs)))
        if self.seeker is not None:
            moves = self.seeker.step(values, moves, ended != 0, self.active)
        rate, point, *after = moves
        if self.measured:
            values[CARRIED.moved] = np.sqrt(ordered(np.add, (point - values[method.point]) ** 2))
        values[CARRIED.rate] = fill(rate, (runs,))
        values[method.point] = fill(point, self.last.x.shape)
        for m, value in zip(method.memory, after, strict=True):
            values[m.before] = fill(value, (*m.before.shape, runs))
        if ended.any():
            found = [fill(c, (runs,)) for c in conditions]
            self._retire(1 + np.argmax(found, axis=0), ended != 0)
        self.step += 1

    def _remember_best(self) -> None:
        if self.step == 0:
            for row in (self.start, self.best):
                row.take(self.active, self.last, self.active)
            return
        better = self.last.f < self.best.f[self.active]
        if better.any():
            which = np.flatnonzero(better)
            self.best.take(self.active[which], self.last, which)
            best_step = self.values[CARRIED.best_step]
            self.values[CARRIED.best_step] = np.where(better, float(self.step), best_step)

    def _retire(self, ending: Integers, ended: NDArray[np.bool_]) -> None:
        """Take the ended runs out of the columns; their results stay."""
        which, kept = np.flatnonzero(ended), ~ended
        self.final.take(self.active[which], self.last, which)
        self.ending[self.active[which]] = ending[which]
        runs = len(self.active)
        for symbol, value in self.values.items():
            # what all runs share has a single column
            if runs > 1 and value.shape[-1] == runs:
                self.values[symbol] = value[..., kept]
        self.seeds, self.active = self.seeds[kept], self.active[kept]
