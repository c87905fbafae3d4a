"""Several settings against each other: who they are, their runs, their tuning, how fast each is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gdplay.config.load import Config, check
from gdplay.config.nodes import Mapping, Place, Scalar
from gdplay.criteria import DIVERGED
from gdplay.errors import Complaint, ConfigError
from gdplay.formula.text import number as number_text
from gdplay.simulation import Watch, simulate
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import carry_out
from gdplay.sweeps.grid import Axis, Grid
from gdplay.sweeps.lay import laid_over, written
from gdplay.sweeps.plan import plan
from gdplay.sweeps.request import Request
from gdplay.trace import MOST_ROWS, Trace

MOST = 20
RATE = "optimizer.learning_rate"
RATES = np.geomspace(1e-4, 1.0, 33)
TUNED_ON, TRIALS = 8, 16
FRESH = 1 << 40
"""Added to a seed, for trials with other starts and noise than the tuning saw."""

FRACTION = 1e-3
"""The target is reached when so little of f - f* at the start is left."""

NAMED = ("optimizer", "optimizer.name")
FUNCTION = ("function", "function.name")
"""Functions are not compared with each other: each has a contest of its own."""


@dataclass(frozen=True, eq=False)
class Contender:
    """One combination of the swept settings."""

    label: str
    tree: Mapping
    config: Config


@dataclass(frozen=True, eq=False)
class Entry:
    """What one contender came to: its run from the config's start, and its trials from several others.

    ``steps``: (trials,) until the target was reached, inf where it was not.
    """

    contender: Contender
    trace: Trace
    steps: Column
    rate: float | None = None

    @property
    def function(self) -> str:
        """What tells the contender's function apart."""
        return self.contender.config.function.line + self.contender.config.function.placement

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """The steps to the target: lower quartile, median, upper quartile, each one of the trials."""
        ordered = np.sort(self.steps)
        low, middle, high = ordered[np.round(np.array([0.25, 0.5, 0.75]) * (len(ordered) - 1)).astype(int)]
        return float(low), float(middle), float(high)

    @property
    def place(self) -> tuple[float, float]:
        """What ranks the entries: the median of the steps to the target, then the best f."""
        best = self.trace.best.f
        return self.quartiles[1], best if np.isfinite(best) else np.inf


def contenders(request: Request) -> list[Contender]:
    """Return all combinations of a request. Raises ConfigError where one can't be run."""
    if not request.grids:
        return [Contender("", request.tree, check(request.tree, (), request.name))]
    if request.runs > MOST:
        message = f"{request.runs} settings can't be compared in one picture"
        raise ConfigError(Complaint(message, f"compare up to {MOST} of them, or use gdplay sweep"))
    found: list[Contender] = []
    for grid in request.grids:
        axes = sorted(grid.axes, key=lambda axis: "." in axis.key)
        for place in np.ndindex(*(len(axis) for axis in axes)):
            nodes = [(axis.key, axis.node(k)) for axis, k in zip(axes, place, strict=True)]
            tree = laid_over(request.tree, nodes)
            words = [_word(key, written(node)) for key, node in nodes if key not in FUNCTION]
            found.append(Contender(", ".join(words), tree, check(tree, (), request.name)))
    return found


def _word(key: str, text: str) -> str:
    return text if key in NAMED else f"{key.rpartition('.')[2]} {text}"


@dataclass(frozen=True)
class Protocol:
    """How a contest is held: with tuning or without, to which target."""

    tune: bool = False
    target: float | None = None
    stop: Callable[[], bool] = bool

    def hold(self, everyone: list[Contender]) -> list[Entry]:
        """Tune each contender where that is asked for, run it, and count the steps to the target."""
        if self.tune and any(
            word.startswith("learning_rate ") for c in everyone for word in c.label.split(", ")
        ):
            message = "--tune finds the learning rate itself, and here it is compared"
            raise ConfigError(Complaint(message, "compare something else, or leave --tune out", key="--tune"))
        rates = [self._tuned(contender) for contender in everyone] if self.tune else [None] * len(everyone)
        chosen = [c if rate is None else _with_rate(c, rate) for c, rate in zip(everyone, rates, strict=True)]
        traces = [simulate(c.config, most_rows=MOST_ROWS, watch=Watch(self.stop)) for c in chosen]
        entries: list[Entry] = []
        for contender, trace, rate in zip(chosen, traces, rates, strict=True):
            line, floor = contender.config.function.line, contender.config.function.minimum
            if floor is None:
                found = [
                    t.best.f for c, t in zip(chosen, traces, strict=True) if c.config.function.line == line
                ]
                floor = min((f for f in found if np.isfinite(f)), default=0.0)
            entries.append(Entry(contender, trace, self._trials(contender, floor), rate))
        return entries

    def _tuned(self, contender: Contender) -> float:
        """Return the rate with the fewest steps to the target over starts and seeds, then the best f."""
        config = contender.config
        axes = (Axis(RATE, numbers=RATES), *replicates(config, 0, TUNED_ON))
        floor = config.function.minimum
        rates, steps, best = self._race(contender, axes, -np.inf if floor is None else floor)
        scores = [(np.inf, np.inf)] * len(RATES)
        for k, rate in enumerate(RATES):
            mine = rates == rate
            if mine.any():
                scores[k] = (float(np.median(steps[mine])), float(np.median(best[mine])))
        return float(RATES[scores.index(min(scores))])

    def _trials(self, contender: Contender, floor: float) -> Column:
        """Return the steps to the target of a contender's trials: (trials,)."""
        axes = replicates(contender.config, FRESH, TRIALS) if self.tune else ()
        return self._race(contender, axes, floor)[1]

    def _race(
        self, contender: Contender, axes: tuple[Axis, ...], floor: float
    ) -> tuple[Column, Column, Column]:
        """Return the rate, the steps to the target and the best f of runs that differ along axes: (runs,)."""
        rates: list[Column] = []
        steps: list[Column] = []
        best: list[Column] = []
        for group in plan(contender.tree, [Grid(axes)], contender.config.name):
            if group.config is None:
                continue
            numbers = np.arange(group.runs)
            batch = group.batch(numbers)
            first = np.asarray(group.config.function(batch.starts))
            target = floor + FRACTION * (first - floor) if np.isfinite(floor) else np.full(group.runs, floor)
            if self.target is not None:
                target = np.full(group.runs, self.target)
            taken = np.full(group.runs, np.inf)

            def log(
                step: int, active: Column, row: Column, target: Column = target, taken: Column = taken
            ) -> None:
                reached = active[row[0] <= target[active]]
                taken[reached] = np.minimum(taken[reached], step)

            outcome = carry_out(group.config, batch, self.stop, log)
            lost = (outcome.status == DIVERGED) | ~np.isfinite(outcome.best_f)
            fixed = float(group.fixed.get(RATE, "nan"))
            rates.append(group.values(numbers).get(RATE, np.full(group.runs, fixed)))
            steps.append(taken)
            best.append(np.where(lost, np.inf, outcome.best_f))
        return np.concatenate(rates), np.concatenate(steps), np.concatenate(best)


def replicates(config: Config, beyond: int, count: int) -> tuple[Axis, ...]:
    """Return starts in the domain where there is one, and seeds where there is noise or a domain."""
    domain = config.function.known.domain
    spread = domain is not None and None not in domain
    if not spread and not config.choices.noise:
        return ()
    seeds = np.arange(count, dtype=np.float64) + (config.seed + beyond) % 2**52
    return (Axis("seed", numbers=seeds), *((Axis("start", random=1),) if spread else ()))


def _with_rate(contender: Contender, rate: float) -> Contender:
    node = Scalar(number_text(rate), False, Place(None, 1, 1))
    tree = laid_over(contender.tree, [(RATE, node)])
    return replace(contender, tree=tree, config=check(tree, (), contender.config.name))


def claim_of(entries: list[Entry], protocol: Protocol) -> str:
    """Return in a sentence or two what may be claimed, and what not."""
    first, *others = sorted(entries, key=lambda entry: entry.place)
    config, trials = first.contender.config, len(first.steps)
    budget = f"{config.criteria.max_steps} steps"
    if not protocol.tune:
        said = "this shows how they move, not which is better"
        return f"one start, one run of at most {budget} each, no rate tuned: {said}"
    others_tried = f"{len(RATES)} rates tried for each"
    where = f"{config.function.name}, {trials} fresh trial{'s' * (trials != 1)}, {budget}, {others_tried}"
    if not np.isfinite(first.quartiles[1]):
        return f"none reached the target in half of its trials ({where}): nothing may be claimed"
    second = others[0]
    if second.quartiles[0] <= first.quartiles[2]:
        said = (
            f"{first.contender.label} and {second.contender.label} can't be told apart: their spreads overlap"
        )
    else:
        said = f"{first.contender.label} reached the target in fewer steps than {second.contender.label}"
    return f"{said} ({where}); nothing is said about other functions or budgets"
