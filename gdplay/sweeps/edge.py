"""The learning rate from which steps are unstable, and the best one: searched for, not assumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.config.dump import dump
from gdplay.criteria import DIVERGED
from gdplay.diagnose import LIMITS, curvature
from gdplay.errors import Complaint, ConfigError
from gdplay.folder import Folder, claim
from gdplay.jsontext import dumps
from gdplay.save import PARENT
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import Outcome, carry_out
from gdplay.sweeps.contest import RATE, Contender, contenders, replicates
from gdplay.sweeps.grid import Axis, Grid
from gdplay.sweeps.plan import Group, plan, symbol_for
from gdplay.sweeps.request import Request
from gdplay.trace import versions

SCAN = np.geomspace(1e-6, 1e2, 129)
"""Sixteen rates a decade."""

HALVINGS = 20
"""So often the bracket of the edge is halved, in the logarithm: to 1e-7 of the rate."""

ZOOMS, ZOOMED = 2, 9
"""The best rate is looked for so often among so many between the neighbours of the last best."""

TRIALS = 9


@dataclass(frozen=True, eq=False)
class Edge:
    """What was found for one setting. (trials,) each: nan where a trial was stable, or unstable, throughout.

    ``islands``: the rates at which some trial was stable again beyond its edge, (low, high) each.
    """

    label: str
    edge: Column
    best: Column
    best_f: Column
    islands: tuple[tuple[float, float], ...]
    theory: float | None
    theory_text: str
    runs: int

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "setting": self.label,
            "edge": quantiles(self.edge),
            "best_rate": quantiles(self.best),
            "best_f": quantiles(self.best_f),
            "theory": self.theory,
            "theory_text": self.theory_text,
            "islands": [list(island) for island in self.islands],
            "trials": len(self.edge),
            "runs": self.runs,
        }


def quantiles(values: Column) -> list[float]:
    """Return the lower quartile, the median and the upper quartile of the finite values: members of them."""
    found = np.sort(values[np.isfinite(values)])
    if not len(found):
        return [float("nan")] * 3
    return [float(v) for v in found[np.round(np.array([0.25, 0.5, 0.75]) * (len(found) - 1)).astype(int)]]


def find_edge(contender: Contender, stop: Callable[[], bool] = bool) -> Edge:
    """Scan, bisect at the first change from stable to unstable, and search for the best rate.

    Raises ConfigError where the optimizer does not take a learning rate.
    """
    axes = (Axis(RATE, numbers=SCAN), *replicates(contender.config, 0, TRIALS))
    groups = list(plan(contender.tree, [Grid(axes)], contender.config.name))
    if len(groups) != 1 or groups[0].config is None:
        message = f"{contender.label or contender.config.optimizer.rule.title} has no learning rate to find"
        raise ConfigError(
            Complaint(message, groups[0].failure or "choose another optimizer", key="--find-rate")
        )
    race = _Race(groups[0], stop)
    trials = groups[0].runs // len(SCAN)
    scan = race.at(np.tile(SCAN, trials), np.repeat(np.arange(trials), len(SCAN)))
    stable = (scan.status != DIVERGED).reshape(trials, -1).T
    score = np.where(stable, scan.best_f.reshape(trials, -1).T, np.inf)
    falls = stable[:-1] & ~stable[1:]
    first = np.where(falls.any(axis=0), falls.argmax(axis=0), -1)
    edge = np.full(trials, np.nan)
    bounded = np.flatnonzero(first >= 0)
    if len(bounded):
        edge[bounded] = race.bisected(SCAN[first[bounded]], SCAN[first[bounded] + 1], bounded)
    rates, values = race.searched(score, scan.best_step.reshape(trials, -1).T.astype(np.float64))
    beyond = np.arange(len(SCAN))[:, None] > np.where(first >= 0, first, len(SCAN))
    limit, text = _theory(contender, rates, values, race)
    return Edge(
        contender.label, edge, rates, values, _islands((stable & beyond).any(axis=1)), limit, text, race.runs
    )


@dataclass
class _Race:
    """The runs of a group's trials at any rates; ``runs`` counts them."""

    group: Group
    stop: Callable[[], bool]
    runs: int = 0

    def at(self, rates: Column, trials: Column) -> Outcome:
        """Run trials (k,) at rates (k,)."""
        config = self.group.config
        assert config is not None
        batch = self.group.batch(trials * len(SCAN))  # the rate is the last axis: its numbers change fastest
        given = {**batch.parameters, symbol_for(RATE, config): rates}
        self.runs += len(trials)
        return carry_out(config, replace(batch, parameters=given), self.stop)

    def bisected(self, low: Column, high: Column, trials: Column) -> Column:
        """Return the rates where trials that are stable at ``low`` and not at ``high`` change over."""
        low, high = np.log(low), np.log(high)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            stable = self.at(np.exp(middle), trials).status != DIVERGED
            low, high = np.where(stable, middle, low), np.where(stable, high, middle)
        return np.exp(low)

    def searched(self, score: Column, steps: Column) -> tuple[Column, Column]:
        """Return each trial's best rate and the best f there: of equal values the one reached first.

        ``score`` and ``steps``: (rates, trials), the scan's best values and when they were reached.
        """
        trials = np.arange(score.shape[1])
        best = np.lexsort((steps, score), axis=0)[0]
        rate, value, step = SCAN[best], score[best, trials], steps[best, trials]
        ratio = SCAN[1] / SCAN[0]
        for _ in range(ZOOMS):
            for factor in np.geomspace(1 / ratio, ratio, ZOOMED + 2)[1:-1]:
                tried = rate * factor
                outcome = self.at(tried, trials)
                found = np.where(outcome.status == DIVERGED, np.inf, outcome.best_f)
                better = (found < value) | ((found == value) & (outcome.best_step < step))
                value, step = np.where(better, found, value), np.where(better, outcome.best_step, step)
                rate = np.where(better, tried, rate)
            ratio = ratio ** (2 / (ZOOMED + 1))
        return rate, value


def _islands(again: Column) -> tuple[tuple[float, float], ...]:
    """Return the ranges of scanned rates where some trial was stable beyond its edge."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], again.astype(int), [0]])))
    return tuple((float(SCAN[a]), float(SCAN[b - 1])) for a, b in zip(edges[::2], edges[1::2], strict=True))


def _theory(contender: Contender, rates: Column, values: Column, race: _Race) -> tuple[float | None, str]:
    """Return the rate below which theory calls steps stable, at the minimum or the best point found."""
    config = race.group.config
    assert config is not None
    rule = config.optimizer.rule
    momentum = config.optimizer.hyperparameters.get("momentum", rule.defaults.get("momentum", 0.0))
    if rule.name not in LIMITS or rule.inner is not None or not isinstance(momentum, float | int):
        return None, ""
    known = config.function.known.minima
    where = "L at the minimum"
    if known is not None and len(known):
        at = known[0]
    else:
        trial = int(np.argmin(values))
        at, where = (
            race.at(rates[trial : trial + 1], np.array([trial])).best_x[:, 0],
            "L at the best point found",
        )
    top = curvature(config.method, at)
    if not top:
        return None, ""
    bound, words = LIMITS[rule.name]
    return float(bound(float(momentum)) / top), f"{words}, {where}"


def save_edges(
    request: Request, out: Path | None = None, force: bool = False, stop: Callable[[], bool] = bool
) -> tuple[dict[str, Any], Folder]:
    """Find the edge and the best rate of every setting of a request; save and return the summary.

    Raises ConfigError.
    """
    began = time.perf_counter()
    everyone = contenders(request)
    with claim(out, request.name + "-rate", PARENT, force) as folder:
        found = [find_edge(contender, stop).row() for contender in everyone]
        folder.write("config.yaml", dump(request.source()))
        summary = {
            "name": request.name,
            "status": "interrupted" if stop() else "complete",
            "found": found,
            "seconds": time.perf_counter() - began,
            "versions": versions(),
        }
        folder.write("summary.json", dumps(summary, indent=2) + "\n")
    return summary, folder
