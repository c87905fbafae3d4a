"""What is better: the order of runs, and that of settings over their replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.layout import Block
from gdplay.sweeps.plan import Group

FRACTION = 1e-3
"""Two runs have come equally low when their f differ by less than this times f - f* at the start."""

LOST = {"diverged": 1.0, "interrupted": 2.0}


@dataclass(frozen=True)
class Judge:
    """How values of one function are compared; ``floor`` is its known minimum, ``goal`` its ``stop.value``.

    ``by`` is the column that counts: under noise the lowest f that a run has met is luck, the last is not.
    """

    by: str
    floor: float | None
    unit: float
    goal: float

    @staticmethod
    def of(groups: Sequence[Group], by: str) -> Judge:
        """Return what judges the runs of some groups of one function, some of which have a config."""
        configs = [group.config for group in groups if group.config is not None]
        first, keys = configs[0], {axis.key for group in groups for axis in group.axes}
        known = None if any(key.startswith("function.constants.") for key in keys) else first.function.minimum
        with np.errstate(all="ignore"):
            height = abs(float(first.function(first.start)) - (known or 0.0))
        unit = FRACTION * height if 0 < height < np.inf else FRACTION
        goals = [config.criteria.value for config in configs if config.criteria.value is not None]
        return Judge(by, known, unit, max(goals, default=-np.inf))

    def level(self, values: Column) -> Column:
        """Return how low values of f are, in steps within which they count as equal: (runs,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            steps = (np.maximum(values, self.goal) - (self.floor or 0.0)) / self.unit
        if self.floor is not None:
            return np.round(steps)
        return np.floor(steps + 1 / np.pi)  # a minimum at a round number is not where two levels meet

    def runs(self, block: Block) -> Column:
        """Return the rows that can be ranked, best first: (rows,).

        Of those that have come equally low the converged are first, by their steps: how far below its
        tolerance a run stopped says nothing. Then f counts, of equals the last f, then how early it was best.
        """
        rows = np.flatnonzero(np.isfinite(block[self.by]) & (block["status"] != "failed"))
        part = {
            name: block[name][rows] for name in (self.by, "final_f", "best_step", "steps", "status", "run")
        }
        values, converged = part[self.by], part["status"] == "converged"
        lost = np.array([LOST.get(status, 0.0) for status in part["status"].tolist()])
        speed = np.where(converged, part["steps"], values)
        keys = (lost, self.level(values), ~converged, speed, values, part["final_f"], part["best_step"])
        return rows[np.lexsort((part["run"], *reversed(keys)))]


@dataclass(frozen=True, eq=False)
class Spread:
    """What settings came to over their replicates; ``value`` and ``steps`` are (3, settings) quartiles.

    A diverged run counts as infinite, and so do the steps of one that has not converged.
    """

    setting: Column
    value: Column
    steps: Column
    replicates: Column
    converged: Column
    diverged: Column

    @staticmethod
    def over(setting: Column, values: Column, steps: Column, diverged: Column) -> Spread:
        """Return it, given every run's setting, value, steps and whether it diverged: (runs,) each."""
        from gdplay.sweeps.spread import quartiles

        found, which = np.unique(setting, return_inverse=True)
        count = len(found)
        return Spread(
            found,
            quartiles(np.where(diverged, np.inf, values), which, count),
            quartiles(steps, which, count),
            np.bincount(which, minlength=count),
            np.bincount(which, np.isfinite(steps), count).astype(np.int64),
            np.bincount(which, diverged, count).astype(np.int64),
        )

    @cached_property
    def settled(self) -> Column:
        """Whether half of the runs have converged at least: (settings,)."""
        return np.isfinite(self.steps[1])

    def best(self, judge: Judge) -> Column:
        """Return the settings' places, best first: as for runs, by the medians."""
        middle, upper = self.value[1], self.value[2]
        speed = np.where(self.settled, self.steps[1], middle)
        keys = (judge.level(middle), ~self.settled, speed, middle, self.diverged, upper)
        return np.lexsort((self.setting, *reversed(keys)))
