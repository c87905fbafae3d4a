"""Which of two contenders is the sooner at the target, and whether luck explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.protocol import Contest, Entry

LEVEL = 0.05


@dataclass(frozen=True)
class Pair:
    """Two contenders in the same trials: in how many each was the sooner, and how likely that is by luck.

    ``p`` is Holm's, corrected for all pairs of the contest.
    """

    first: str
    second: str
    wins: int
    losses: int
    trials: int
    p: float

    @property
    def differs(self) -> bool:
        """Whether luck is ruled out."""
        return self.p < LEVEL

    def of(self, count: int) -> str:
        """Say in how many of the trials it was so, and how many were even."""
        even = self.trials - self.wins - self.losses
        return f"{count} of {self.trials} trials" + (f", {even} even" if even else "")

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        return dict(vars(self))


def sign_test(wins: int, losses: int) -> float:
    """Return how likely so uneven a count is where either is as likely to be sooner; ties are left out.

    >>> sign_test(8, 0)
    0.0078125
    """
    n = wins + losses
    tail = sum(comb(n, k) for k in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / 2**n)


def holm(chances: Sequence[float]) -> list[float]:
    """Return chances corrected for their number (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found, least = list(chances), 0.0
    for rank, k in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * chances[k]))
        found[k] = least
    return found


def judged(contest: Contest) -> list[Entry]:
    """Return those of whom something may be claimed, best first: tuned, and the best rate not in doubt."""
    return [entry for entry in contest.entries if entry.tuned is not None and not entry.tuned.doubt]


def pairs(contest: Contest) -> list[Pair]:
    """Return all pairs of those who are judged, the better ranked one first."""
    both = list(combinations(judged(contest), 2)) if contest.trials > 1 else []
    counts = [_counts(a.trials.steps, b.trials.steps) for a, b in both]
    chances = holm([sign_test(*count) for count in counts])
    return [
        Pair(a.contender.label, b.contender.label, *count, len(a.trials.steps), p)
        for (a, b), count, p in zip(both, counts, chances, strict=True)
    ]


def _counts(first: Column, second: Column) -> tuple[int, int]:
    return int(np.sum(first < second)), int(np.sum(first > second))
