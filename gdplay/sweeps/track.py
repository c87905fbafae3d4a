"""Runs of one setting side by side: how many steps each takes to a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gdplay.criteria import DIVERGED
from gdplay.errors import Complaint, ConfigError
from gdplay.simulation import Watch, simulate
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import NAMES, carry_out
from gdplay.sweeps.contest import RATE, Contender
from gdplay.sweeps.grid import Axis, Grid
from gdplay.sweeps.plan import Group, plan
from gdplay.sweeps.spread import quartiles_of
from gdplay.sweeps.target import Target
from gdplay.sweeps.work import Progress
from gdplay.trace import MOST_ROWS, Trace

LOST = (np.inf, 0, np.inf, np.inf)
"""The score of trials of which none reached the target and half diverged."""


@dataclass(frozen=True, eq=False)
class Trials:
    """What trials of one setting came to: (trials,) each.

    ``steps`` to the target are inf where it was not reached. ``value`` is the lowest f, under noise the final
    one, as there the lowest is luck; inf where the run diverged.
    """

    steps: Column
    value: Column

    @cached_property
    def quartiles(self) -> tuple[float, float, float]:
        """The steps to the target: lower quartile, median, upper quartile."""
        return quartiles_of(self.steps)

    @property
    def reached(self) -> int:
        """How many trials reached the target."""
        return int(np.isfinite(self.steps).sum())

    @property
    def median_value(self) -> float:
        """The median of the values."""
        return quartiles_of(self.value)[1]

    @property
    def score(self) -> tuple[float, float, float, float]:
        """What ranks settings, the smaller the better: no single trial decides it."""
        if not len(self.steps):
            return LOST
        low, middle, _ = self.quartiles
        return middle, -self.reached, low, self.median_value

    def only(self, mine: Column) -> Trials:
        """Return some of the trials, told by booleans (trials,)."""
        return Trials(self.steps[mine], self.value[mine])


@dataclass(frozen=True)
class Track:
    """Where runs are carried out: when they are to end early, whom they are reported to."""

    stop: Callable[[], bool] = bool
    progress: Progress = field(default_factory=lambda: Progress(0))

    def alone(self, contender: Contender) -> Trace:
        """Run a contender as its config says."""
        trace = simulate(contender.config, most_rows=MOST_ROWS, watch=Watch(self.stop))
        self.progress.add(np.array([NAMES.index(trace.status)]), np.array([trace.best.f]))
        return trace

    def side_by_side(
        self, contender: Contender, axes: tuple[Axis, ...], target: Target
    ) -> tuple[Column, Trials]:
        """Return the rates (runs,) and the outcome of a contender's runs that differ along axes.

        Values that are refused are left out. Raises ConfigError where all of them are.
        """
        groups = list(plan(contender.tree, [Grid(axes)], contender.config.name))
        found = [self._group(group, target) for group in groups if group.config is not None]
        if not found:
            who = contender.label or contender.config.optimizer.rule.title
            raise ConfigError(Complaint(f"{who} can't take part: {groups[0].failure}", "leave it out"))
        rates, steps, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return rates, Trials(steps, values)

    def _group(self, group: Group, target: Target) -> tuple[Column, Column, Column]:
        """Return the rate, the steps to the target and the value of a group's runs: (runs,) each.

        Runs that start where f is not finite are left out.
        """
        assert group.config is not None
        numbers = np.arange(group.runs)
        batch = group.batch(numbers)
        first = np.asarray(group.config.function(batch.starts))
        aims, fit = target.of(first), np.isfinite(first)
        taken = np.full(group.runs, np.inf)

        def log(step: int, active: Column, row: Column) -> None:
            reached = active[row[0] <= aims[active]]
            taken[reached] = np.minimum(taken[reached], step)

        outcome = carry_out(group.config, batch, self.stop, log)
        self.progress.add(outcome.status, outcome.best_f)
        value = outcome.final_f if group.config.choices.noise else outcome.best_f
        lost = (outcome.status == DIVERGED) | ~np.isfinite(value)
        fixed = np.full(group.runs, float(group.fixed.get(RATE, "nan")))
        rates = group.values(numbers).get(RATE, fixed)
        return rates[fit], taken[fit], np.where(lost, np.inf, value)[fit]
