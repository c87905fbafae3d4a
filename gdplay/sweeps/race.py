"""Trials of one setting at any learning rates: which diverged, which settled, how low f got."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gdplay.config.load import Config
from gdplay.criteria import DIVERGED
from gdplay.engines.choose import Work, choose
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.batch import symbol_for
from gdplay.sweeps.carry import Outcome, carry_out
from gdplay.sweeps.plan import Group
from gdplay.sweeps.work import Progress

RATE = "optimizer.learning_rate"
SETTLED = 1e-3
"""A run settles where f ends so near to its lowest, as a part of how far it fell."""

ROUNDS, SECTIONS = 5, 16
"""A bracket is cut into so many parts so often, in the logarithm: to 1e-6 of its width."""


CALLS = 2 * ROUNDS + 4
"""About so often a search runs its trials."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What runs came to: the same shape each. ``score`` is what a good rate makes small, at step ``at``."""

    stable: Column
    settled: Column
    score: Column
    at: Column

    def by_rate(self, trials: int) -> Seen:
        """Return runs that were listed trial by trial as (rates, trials)."""
        parts = (self.stable, self.settled, self.score, self.at)
        return Seen(*(part.reshape(trials, -1).T for part in parts))

    def then(self, higher: Seen) -> Seen:
        """Return these (rates, trials) followed by those of higher rates."""
        return Seen(
            np.concatenate([self.stable, higher.stable]),
            np.concatenate([self.settled, higher.settled]),
            np.concatenate([self.score, higher.score]),
            np.concatenate([self.at, higher.at]),
        )

    def with_row(self, place: int, row: Seen) -> Seen:
        """Return these (rates, trials) with those of one more rate, (trials,), at a place."""
        return Seen(
            np.insert(self.stable, place, row.stable, axis=0),
            np.insert(self.settled, place, row.settled, axis=0),
            np.insert(self.score, place, row.score, axis=0),
            np.insert(self.at, place, row.at, axis=0),
        )


@dataclass
class Race:
    """The runs of a group whose rate is its last axis; ``runs`` counts them."""

    group: Group
    progress: Progress
    stop: Callable[[], bool]
    runs: int = 0

    @property
    def config(self) -> Config:
        """What the runs share."""
        assert self.group.config is not None
        return self.group.config

    @property
    def noisy(self) -> bool:
        """Whether the lowest f may be luck, so that the last one counts."""
        return bool(self.config.choices.noise)

    @cached_property
    def engine(self) -> str:
        """The engine for all: ``auto`` would weigh each small call by itself."""
        config, batch = self.config, self.group.batch(np.arange(self.trials))
        longer = replace(config.criteria, max_steps=CALLS * config.criteria.max_steps)
        work = Work(config.method, batch.starts, longer, batch.seeds, (), batch.parameters)
        return choose(config.engine, work)[0]

    @property
    def trials(self) -> int:
        """How many starts and seeds there are."""
        return self.group.runs

    def scan(self, rates: Column) -> Seen:
        """Run all trials at all rates (k,): the result is (k, trials)."""
        trials = self.trials
        return self.at(np.tile(rates, trials), np.repeat(np.arange(trials), len(rates))).by_rate(trials)

    def at(self, rates: Column, trials: Column) -> Seen:
        """Run trials (k,) at rates (k,)."""
        return self.judged(*self.outcome(rates, trials))

    def judged(self, starts: Column, outcome: Outcome) -> Seen:
        """Return what came of runs from starts (n, k): all (k,)."""
        stable = outcome.status != DIVERGED
        function = self.config.function
        with np.errstate(all="ignore"):  # what diverged is infinite
            fallen = np.asarray(function(starts)) - outcome.best_f
            near = outcome.final_f - outcome.best_f <= SETTLED * fallen
            # f is about quadratic in the slope
            steep = SETTLED**0.5 * np.linalg.norm(function.gradient(starts), axis=0)
            calm = (outcome.final_grad_norm <= steep) | (outcome.best_step == outcome.steps)
        score = outcome.final_f if self.noisy else outcome.best_f
        score = np.where(stable & np.isfinite(score), score, np.inf)
        return Seen(stable, stable & near & calm, score, outcome.best_step)

    def outcome(self, rates: Column, trials: Column) -> tuple[Column, Outcome]:
        """Return the starts (n, k) of trials (k,), and what they came to at rates (k,)."""
        batch = self.group.batch(trials)
        given = {**batch.parameters, symbol_for(RATE, self.config): rates}
        self.runs += len(trials)
        outcome = carry_out(self.config, replace(batch, parameters=given), self.stop, engine=self.engine)
        self.progress.add(outcome.status, outcome.best_f)
        return batch.starts, outcome


def changeover(low: Column, high: Column, hold: Callable[[Column], Column]) -> Column:
    """Return the last rates (k,) that hold, where those of ``low`` do and those of ``high`` do not.

    ``hold`` tells it of rates (rows, k).
    """
    low, high = np.log(low), np.log(high)
    columns = np.arange(len(low))
    for _ in range(ROUNDS):
        ends = np.linspace(low, high, SECTIONS + 1)
        holds = hold(np.exp(ends[1:-1]))
        first = np.where(holds.all(axis=0), SECTIONS - 1, holds.argmin(axis=0))
        low, high = ends[first, columns], ends[first + 1, columns]
    return np.exp(low)
