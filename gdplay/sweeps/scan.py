"""Which learning rates a search tries: a scan that is widened where it ends too soon, then finer ones."""

from __future__ import annotations

import numpy as np

from gdplay.stability import limit_at
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.race import Race, Seen
from gdplay.sweeps.spread import quartiles

A_DECADE = 16
"""So many rates of a decade are scanned."""

DECADES, MIDDLE = 4, -2
"""The scan begins with so many decades on either side of this power of ten, or of theory's limit if that
is not well inside."""

WIDENED = 3
"""So often it is widened by as many decades where what is looked for lies beyond its end."""

ZOOMS, ZOOMED = 2, 9
"""The best rate is looked for so often among so many between the neighbours of the last best."""


def scanned(race: Race) -> tuple[Column, Seen]:
    """Return the rates of the scan, (k,) increasing, and what the trials came to there."""
    config = race.config
    known = config.function.known.minima
    limit = limit_at(config.method, config.start if known is None or not len(known) else known[0])
    middle = MIDDLE
    if limit is not None and abs(np.log10(limit.rate) - MIDDLE) > DECADES / 2:
        middle = int(np.clip(np.round(np.log10(limit.rate)), -280, 280))
    more = DECADES * A_DECADE
    low, high = middle * A_DECADE - more, middle * A_DECADE + more
    rates = _grid(low, high + 1)
    seen = race.scan(rates)
    for _ in range(WIDENED):
        beyond = best_of(rates, seen)[1]
        down, up = beyond == "below" or not seen.stable[0].all(), beyond == "above"
        if race.stop() or not (down or up):
            break
        race.progress.total += more * race.trials * (down + up)
        if down:
            low -= more
            below = _grid(low, low + more)
            rates, seen = np.concatenate([below, rates]), race.scan(below).then(seen)
        if up:
            above = _grid(high + 1, high + more + 1)
            high += more
            rates, seen = np.concatenate([rates, above]), seen.then(race.scan(above))
    return rates, seen


def _grid(first: int, end: int) -> Column:
    return 10.0 ** (np.arange(first, end) / A_DECADE)


def _medians(values: Column) -> Column:
    """Return the medians of rows (rates, trials)."""
    rates, trials = values.shape
    return quartiles(values.ravel().astype(np.float64), np.repeat(np.arange(rates), trials), rates)[1]


def best_of(rates: Column, seen: Seen) -> tuple[float, str]:
    """Return the rate with the lowest median of f, of equals the soonest, and whether that is an end."""
    scores, steps = _medians(seen.score), _medians(seen.at)
    k = int(np.lexsort((steps, scores))[0])
    if not np.isfinite(scores[k]):
        return float("nan"), ""
    inside = {0: 1, len(rates) - 1: len(rates) - 2}.get(k, k)
    at_end = (scores[k], steps[k]) < (scores[inside], steps[inside])
    return float(rates[k]), ("above" if k else "below") if at_end else ""


def refined(race: Race, rate: float) -> float:
    """Return the best of more rates between the neighbours that one has in the scan."""
    width = 1.0 / A_DECADE
    for _ in range(ZOOMS):
        offsets = np.linspace(-width, width, ZOOMED + 2)[1:-1]
        tried = rate * 10.0 ** offsets[np.argsort(np.abs(offsets), kind="stable")]  # of equals the old one
        rate = best_of(tried, race.scan(tried))[0]
        width *= 2 / (ZOOMED + 1)
    return rate
