"""From which learning rate on runs diverge, up to which they settle, which is best: searched for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from gdplay.errors import Complaint, ConfigError
from gdplay.stability import limit_at
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.contest import Contender, replicates
from gdplay.sweeps.grid import Axis, Grid
from gdplay.sweeps.limits import place_of
from gdplay.sweeps.plan import plan
from gdplay.sweeps.race import RATE, ROUNDS, SECTIONS, Race, Seen, changeover
from gdplay.sweeps.scan import A_DECADE, DECADES, ZOOMED, ZOOMS, best_of, refined, scanned
from gdplay.sweeps.spread import quartiles_of
from gdplay.sweeps.work import Progress

TRIALS = 9


@dataclass(frozen=True, eq=False)
class Edge:
    """What was found for one setting over its trials.

    ``diverges``: (trials,) rates, inf above all that were scanned and -inf below. ``settles``: up to where
    at least half of the trials settle, in the same way; nan under noise, which never does. ``best`` is the
    rate of the lowest median of f and ``f`` (trials,) what they came to there; ``beyond`` tells that a better
    one may lie below or above what was scanned. ``islands``: (low, high) of the rates beyond its edge at
    which some trial did not diverge, and in ``again`` those at which half of them settled. ``theory``: the
    limits at the trials' minima, lowest and highest.
    """

    contender: Contender
    rates: Column
    seen: Seen
    diverges: Column
    settles: float
    best: float
    f: Column
    beyond: str
    islands: tuple[tuple[float, float], ...]
    again: tuple[tuple[float, float], ...]
    theory: tuple[float, float] | None
    theory_text: str
    measure: str
    runs: int

    def row(self) -> dict[str, Any]:
        """Return it as plain data; three numbers are quartiles over the trials."""
        return {
            "setting": self.contender.label,
            "settles_up_to": None if np.isnan(self.settles) else self.settles,
            "diverges_from": list(quartiles_of(self.diverges)),
            "scanned": [float(self.rates[0]), float(self.rates[-1])],
            "best_rate": self.best,
            "best_rate_beyond": self.beyond,
            "measure": self.measure,
            "f_there": list(quartiles_of(self.f)) if np.isfinite(self.best) else [float("nan")] * 3,
            "theory": None if self.theory is None else list(self.theory),
            "theory_text": self.theory_text,
            "islands": [list(island) for island in self.islands],
            "settles_again": [list(island) for island in self.again],
            "trials": len(self.f),
            "steps": self.contender.config.criteria.max_steps,
            "diverged": self.contender.config.criteria.diverged,
            "runs": self.runs,
        }


def planned(contender: Contender) -> int:
    """Return how many runs finding an edge takes at most where the scan need not be widened."""
    trials = prod(len(axis) for axis in replicates(contender.config, 0, TRIALS))
    return trials * (2 * DECADES * A_DECADE + 1 + 2 * ROUNDS * (SECTIONS - 1) + ZOOMS * ZOOMED + 1)


def find_edge(contender: Contender, progress: Progress, stop: Callable[[], bool] = bool) -> Edge:
    """Scan, search where each trial changes over, and for the best rate.

    Raises ConfigError where the optimizer has no learning rate to find.
    """
    race = _race(contender, progress, stop)
    rates, seen = scanned(race)
    best, beyond = best_of(rates, seen)
    if np.isfinite(best) and not beyond:
        best = refined(race, best)
    there = race.outcome(
        np.full(race.trials, best if np.isfinite(best) else rates[0]), np.arange(race.trials)
    )
    theory, text = _theory(race, there[1].best_x)
    diverges = _diverges(race, rates, seen)
    # a trial that is stable again beyond its edge may settle there
    settles = np.nan if race.noisy else min(_settles(race, rates, seen), quartiles_of(diverges)[1])
    islands = _ranges(np.asarray((seen.stable & (rates[:, None] > diverges)).any(axis=1)), rates)
    again = _ranges(np.asarray(_most_settle(seen) & (rates > settles)), rates)
    at_best = race.judged(*there)
    if np.isfinite(best) and best not in rates:
        place = int(np.searchsorted(rates, best))
        rates, seen = np.insert(rates, place, best), seen.with_row(place, at_best)
    return Edge(
        contender, rates, seen, diverges, settles, best, at_best.score, beyond,
        islands, again, theory, text, "final_f" if race.noisy else "best_f", race.runs,
    )  # fmt: skip


def _race(contender: Contender, progress: Progress, stop: Callable[[], bool]) -> Race:
    config = contender.config
    name = contender.label or config.optimizer.rule.title
    if not isinstance(config.optimizer.learning_rate, float | int):
        message = f"{name} has a learning rate that changes, and --find-rate looks for one number"
        raise ConfigError(Complaint(message, "leave learning_rate out", key="optimizer.learning_rate"))
    if not config.criteria.max_steps:
        message = "without a step all learning rates are the same"
        raise ConfigError(Complaint(message, "write steps=1000", key="stop.max_steps"))
    axes = (*replicates(config, 0, TRIALS), Axis(RATE, numbers=np.ones(1)))
    groups = list(plan(contender.tree, [Grid(axes)], config.name))
    if len(groups) != 1 or groups[0].config is None or RATE not in groups[0].values(np.zeros(1, np.int64)):
        message = f"{name} has no learning rate to find"
        raise ConfigError(
            Complaint(message, groups[0].failure or "choose another optimizer", key="--find-rate")
        )
    return Race(groups[0], progress, stop)


def _diverges(race: Race, rates: Column, seen: Seen) -> Column:
    """Return where each trial begins to diverge: (trials,)."""
    firsts = np.where(seen.stable.all(axis=0), len(rates), seen.stable.argmin(axis=0))
    found = np.where(firsts == 0, -np.inf, np.inf)
    inside = np.flatnonzero((firsts > 0) & (firsts < len(rates)))

    def hold(tried: Column) -> Column:
        return race.at(tried.ravel(), np.tile(inside, len(tried))).stable.reshape(tried.shape)

    if len(inside):
        found[inside] = changeover(rates[firsts[inside] - 1], rates[firsts[inside]], hold)
    return found


def _settles(race: Race, rates: Column, seen: Seen) -> float:
    """Return up to which rate at least half of the trials settle: the end of the longest stretch."""
    starts, ends = _stretches(_most_settle(seen))
    if not len(starts):
        return -np.inf
    end = int(ends[np.argmax(ends - starts)])
    if end == len(rates):
        return np.inf
    found = changeover(
        rates[end - 1 : end],
        rates[end : end + 1],
        lambda tried: _most_settle(race.scan(tried[:, 0]))[:, None],
    )
    return float(found[0])


def _most_settle(seen: Seen) -> Column:
    return seen.settled.mean(axis=1) >= 0.5


def _stretches(holds: Column) -> tuple[Column, Column]:
    """Return where what holds begins and ends: (stretches,) each."""
    changes = np.flatnonzero(np.diff(np.concatenate([[0], holds.astype(int), [0]])))
    return changes[::2], changes[1::2]


def _ranges(holds: Column, rates: Column) -> tuple[tuple[float, float], ...]:
    starts, ends = _stretches(holds)
    return tuple((float(rates[a]), float(rates[b - 1])) for a, b in zip(starts, ends, strict=True))


def _theory(race: Race, points: Column) -> tuple[tuple[float, float] | None, str]:
    """Return the lowest and the highest limit at the minima that the trials' best points (n, trials) show."""
    config = race.config
    found: dict[tuple[float, ...], float] = {}
    formula = where = ""
    for best in points.T:
        place, where = place_of(config.function.known.minima, best, config.start)
        assert place is not None
        limit = limit_at(config.method, place)
        if limit is None:
            return None, ""
        found[tuple(place.tolist())] = limit.rate
        formula = limit.formula
    where += "s" * (min(found.values()) != max(found.values()))
    minima = where.replace("minimums", "minima the trials come to")
    return (min(found.values()), max(found.values())), f"{formula}, L {minima}"
