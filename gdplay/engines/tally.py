"""What the searches of runs took: rates tried, limits met, evaluations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdplay.search import KINDS, LIMIT, LineSearch


class Tally:
    """Counts of every run: its searches, the rates tried, the searches that met their limit.

    ``first_failure`` is the step of the first of those (0: none).
    """

    def __init__(self, line: LineSearch, runs: int) -> None:
        self.line = line
        self.trials, self.searches, self.failures, self.first_failure = (
            np.zeros(runs, np.int64) for _ in range(4)
        )

    def fail(self, which: NDArray[np.int64]) -> None:
        """Count that these runs' searches met their limit."""
        self.failures[which] += 1
        first = which[self.first_failure[which] == 0]
        self.first_failure[first] = self.searches[first]

    def evaluations(self, run: int) -> dict[str, int]:
        """Return how often a run's searches computed f, the gradient and the Hessian."""
        cost, searches, trials = self.line.cost, int(self.searches[run]), int(self.trials[run])
        counts = zip(KINDS, cost.start, cost.trial, cost.move, strict=True)
        return {what: a * searches + b * trials + c * (trials - searches) for what, a, b, c in counts}

    def notes(self, run: int) -> tuple[str, ...]:
        """Say how often a run's searches gave up."""
        times = int(self.failures[run])
        if not times:
            return ()
        search, most = self.line.search, self.line.search.hyperparameters[LIMIT]
        limit = f"{most:g} rate{'s' * (most != 1)}"
        taken = "the last rate" if search.otherwise == "lr" else f"the rate {search.otherwise}"
        steps = f"step {self.first_failure[run]}" + (f" and {times - 1} more" if times > 1 else "")
        return (f"search: {search.name} tried {limit} without success at {steps}; the step took {taken}",)
