"""The learning rate of each contender: searched for with the same effort for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.contest import RATE
from gdplay.sweeps.grid import Axis
from gdplay.sweeps.target import Target
from gdplay.sweeps.track import LOST, Track
from gdplay.sweeps.trials import Entrant

TUNED_ON = 8
A_DECADE = 8
"""So many rates are tried in a decade."""

FIRST, LAST = -4, 0
"""The decades that are tried in any case: from 1e-4 to 1."""

LOWEST, HIGHEST = -12, 6
"""Where no end of what was tried is best, no more is tried; beyond these decades in no case."""

RATES = (LAST - FIRST) * A_DECADE + 1


@dataclass(frozen=True)
class Tuned:
    """The rate that was best, of how many, on how many trials each.

    ``doubt`` says why it may not be the best one there is.
    """

    rate: float
    rates: int
    trials: int
    doubt: str = ""


def tune(entrants: Sequence[Entrant], target: Target, track: Track) -> list[Tuned]:
    """Return the best rate of each; where one's is at an end of what was tried, more is tried for all."""
    searches = [_Search(entrant, target, track) for entrant in entrants]
    low, high = FIRST, LAST
    while True:
        for search in searches:
            search.widen(low, high)
        below = low > LOWEST and any(search.ends[0] for search in searches)
        above = high < HIGHEST and any(search.ends[1] for search in searches)
        if track.stop() or not (below or above):
            return [search.result() for search in searches]
        low, high = low - below, high + above


def lowest(entrants: Sequence[Entrant], track: Track) -> float:
    """Return the lowest f that any finds at the rates tried in any case; -inf where none is finite."""
    numbers = _between(FIRST, LAST)
    runs = [track.side_by_side(each.placed, _axes(each, numbers), Target())[1] for each in entrants]
    found = min(float(trials.value.min(initial=np.inf)) for trials in runs)
    return found if np.isfinite(found) else -np.inf


def planned(entrants: Sequence[Entrant]) -> int:
    """Return how many runs each look at the rates tried in any case takes."""
    return RATES * sum(entrant.runs(TUNED_ON) for entrant in entrants)


def _between(low: int, high: int) -> Column:
    """Return the numbers of the rates from decade to decade: number k is 10^(k / A_DECADE)."""
    return np.arange(low * A_DECADE, high * A_DECADE + 1)


def _rates(numbers: Column) -> Column:
    return 10.0 ** (numbers / A_DECADE)


def _axes(entrant: Entrant, numbers: Column) -> tuple[Axis, ...]:
    return Axis(RATE, numbers=_rates(numbers)), *entrant.axes(TUNED_ON)


@dataclass
class _Search:
    """What is known of one contender's rates: number to score, in increasing order."""

    entrant: Entrant
    target: Target
    track: Track
    scores: dict[int, tuple[float, ...]] = field(default_factory=dict[int, tuple[float, ...]])
    trials: int = 0

    def widen(self, low: int, high: int) -> None:
        """Try the rates between two decades that were not tried before."""
        numbers = np.array([k for k in _between(low, high).tolist() if k not in self.scores])
        if not len(numbers):
            return
        if self.scores:  # those of the first look are counted beforehand
            self.track.progress.total += len(numbers) * self.entrant.runs(TUNED_ON)
        rates, trials = self.track.side_by_side(
            self.entrant.placed, _axes(self.entrant, numbers), self.target
        )
        for number, rate in zip(numbers.tolist(), _rates(numbers), strict=True):
            found = trials.only(rates == rate)
            self.scores[number] = found.score
            self.trials = max(self.trials, len(found.steps))
        self.scores = dict(sorted(self.scores.items()))

    @property
    def best(self) -> list[int]:
        """The places of the best score: several where rates are equally good."""
        scores = list(self.scores.values())
        least = min(scores)
        return [place for place, score in enumerate(scores) if score == least]

    @property
    def ends(self) -> tuple[bool, bool]:
        """Whether the best score stands at the lower end, at the upper end."""
        best, last = self.best, len(self.scores) - 1
        if self.lost:  # whatever is tried diverges: smaller steps may not
            return True, False
        if len(best) > last:  # the rate makes no difference
            return False, False
        return best[0] == 0, best[-1] == last

    @property
    def lost(self) -> bool:
        """Whether no rate reached the target at all or kept more than half of its runs from diverging."""
        return min(self.scores.values()) == LOST

    def result(self) -> Tuned:
        """Return the best rate, of equally good ones the middle one."""
        best = self.best
        rate = float(_rates(np.array(list(self.scores)[best[len(best) // 2]])))
        lower, upper = self.ends
        doubt = ""
        if self.lost:
            doubt = "no rate tried kept more than half of its runs from diverging"
        elif lower or upper:
            end = _rates(np.array(list(self.scores)[0 if lower else -1]))
            doubt = f"no rate tried is better than the {'smallest' if lower else 'largest'}, {end:.3g}"
        return Tuned(rate, len(self.scores), self.trials, doubt)
