"""How contests are held: who runs against whom, to which target, with or without tuning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gdplay.config.load import check
from gdplay.config.nodes import Place, Scalar
from gdplay.errors import Complaint, ConfigError
from gdplay.formula.text import number as number_text
from gdplay.sweeps.contest import RATE, Contender, by_function
from gdplay.sweeps.lay import laid_over
from gdplay.sweeps.request import Request
from gdplay.sweeps.target import Target
from gdplay.sweeps.track import Track, Trials
from gdplay.sweeps.trials import FRESH, Entrant, enter
from gdplay.sweeps.tuning import Tuned, lowest, planned, tune
from gdplay.sweeps.work import Progress
from gdplay.trace import Trace

TRIALS = 32
BUDGET = "stop.max_steps"
VARIED = {RATE: "finds the learning rate", "start": "tries several starts", "seed": "tries several seeds"}
"""What tuning does to a key, which therefore can't be compared."""


@dataclass(frozen=True, eq=False)
class Entry:
    """What one contender came to: its run from the config's start, and its trials."""

    contender: Contender
    trace: Trace
    trials: Trials
    tuned: Tuned | None = None


@dataclass(frozen=True, eq=False)
class Contest:
    """The contenders on one function, best first; ``where`` says what sets their trials apart."""

    name: str
    entries: tuple[Entry, ...]
    target: Target
    where: str = ""

    @property
    def trials(self) -> int:
        """How many trials all of them have in common."""
        return min(len(entry.trials.steps) for entry in self.entries)

    @property
    def noisy(self) -> bool:
        """Whether some runs have noise, so that their lowest f is luck."""
        return any(entry.contender.config.choices.noise for entry in self.entries)


@dataclass(frozen=True)
class Protocol:
    """How a contest is held: with tuning or without, to which value of f."""

    tune: bool = False
    target: float | None = None
    stop: Callable[[], bool] = bool
    progress: Progress = field(default_factory=lambda: Progress(0))

    def check(self, request: Request, everyone: Sequence[Contender]) -> None:
        """Refuse what can't be compared. Raises ConfigError."""
        if len(everyone) < 2:
            remedy = "give a key several values, such as optimizer=gd,momentum,adam"
            raise ConfigError(Complaint("there is one setting, so nothing to compare", remedy))
        if BUDGET in request.keys:
            message = "all settings get the same budget, and here it is compared"
            raise ConfigError(Complaint(message, "give steps one value, or use gdplay sweep", key=BUDGET))
        if not self.tune:
            return
        for key in (key for key in VARIED if key in request.keys):
            message = f"--tune {VARIED[key]} itself, and here {key.rpartition('.')[2]} is compared"
            raise ConfigError(Complaint(message, "compare something else, or leave --tune out", key="--tune"))
        for contender in everyone:
            rate = contender.config.choices.learning_rate
            if not isinstance(rate, float | int):
                own = str(rate).partition(" (")[0]
                message = f"--tune finds a constant learning rate, and that of {contender.label} is {own}"
                raise ConfigError(
                    Complaint(
                        message, "write lr=0.01, which the tuning replaces, or leave --tune out", key="--tune"
                    )
                )

    def hold(self, everyone: Sequence[Contender]) -> list[Contest]:
        """Hold a contest for each function among the contenders."""
        apart = by_function(everyone)
        if not self.tune:
            self.progress.total = 2 * len(everyone)
            return [self._shown(name, mine) for name, mine in apart.items()]
        entered = {name: [enter(contender) for contender in mine] for name, mine in apart.items()}
        self.progress.total = sum(self._planned(entrants) for entrants in entered.values())
        return [self._tuned(name, entrants) for name, entrants in entered.items()]

    def _planned(self, entrants: Sequence[Entrant]) -> int:
        looks = 2 if self._target(entrants[0].contender).is_open else 1
        return looks * planned(entrants) + sum(1 + each.runs(TRIALS) for each in entrants)

    def _target(self, contender: Contender) -> Target:
        known = contender.config.function.minimum
        return Target(-np.inf if known is None else known, known is not None, self.target)

    def _shown(self, name: str, everyone: Sequence[Contender]) -> Contest:
        """Run each as it is, and count its steps to the target."""
        track, target = Track(self.stop, self.progress), self._target(everyone[0])
        traces = [track.alone(contender) for contender in everyone]
        if target.is_open:
            found = [trace.best.f for trace in traces if np.isfinite(trace.best.f)]
            target = replace(target, floor=min(found, default=-np.inf))
        trials = [track.side_by_side(contender, (), target)[1] for contender in everyone]
        return Contest(name, _ranked(map(Entry, everyone, traces, trials)), target)

    def _tuned(self, name: str, entrants: Sequence[Entrant]) -> Contest:
        """Tune each, run it, and count the steps to the target in trials that the tuning has not seen."""
        track, target = Track(self.stop, self.progress), self._target(entrants[0].contender)
        if target.is_open:
            target = replace(target, floor=lowest(entrants, track))
        entries: list[Entry] = []
        for entrant, tuned in zip(entrants, tune(entrants, target, track), strict=True):
            own, placed = (_with_rate(each, tuned.rate) for each in (entrant.contender, entrant.placed))
            trials = track.side_by_side(placed, entrant.axes(TRIALS, FRESH), target)[1]
            entries.append(Entry(own, track.alone(own), trials, tuned))
        return Contest(name, _ranked(entries), target, entrants[0].where)


def _ranked(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.trials.score))


def _with_rate(contender: Contender, rate: float) -> Contender:
    node = Scalar(number_text(rate), False, Place(None, 1, 1))
    tree = laid_over(contender.tree, [(RATE, node)])
    return replace(contender, tree=tree, config=check(tree, (), contender.config.name))
