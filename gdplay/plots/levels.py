"""The contour levels of a map: which heights get a band of colour, robustly and mostly log-spaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gdplay.plots.scene import Values
from gdplay.plots.ticks import LEAST_WIDTH, linear_ticks, log_ticks, number_text

BANDS = 24
LOW, HIGH = 0.005, 0.99  # quantiles of the grid between which the levels lie
LOG_FROM = 10.0  # a ratio of heights below this is shown on linear levels
MOST_DECADES = 16.0  # what float64 resolves of f - f*
HUGE = 1e300  # values are clipped here, so that no difference overflows
ROUNDING = 1e-9  # a stored f* may be off by this share; a run that goes lower really does


@dataclass(frozen=True)
class Levels:
    """Contour levels in drawn units, which are of order one whatever f is.

    ``height`` turns values of f into drawn units; ``edges: (k,)`` increase, k >= 2; ``ticks`` and ``texts``
    label them; ``below`` and ``above`` say whether values lie beyond the edges.
    """

    label: str
    height: Callable[[Values], Values]
    edges: Values
    ticks: Values
    texts: list[str]
    below: bool = False
    above: bool = False


def floor_of(minimum: float | None, *values: Values) -> float | None:
    """Return f* if it is known and no finite value lies below it by more than rounding."""
    if minimum is None or not abs(minimum) <= HUGE:
        return None
    least = min((float(part.min()) for part in map(finite, values) if part.size), default=minimum)
    return minimum if least >= minimum - ROUNDING * max(1.0, abs(minimum)) else None


def choose_levels(
    grid: Values, along: Values, minimum: float | None, wanted: int | Sequence[float] | None = None
) -> Levels | None:
    """Return the levels for the values of a grid, or None where none of them is finite.

    ``along`` are the path's values within the frame; ``minimum`` is f*, where the run respects it; ``wanted``
    is a count of levels or the levels themselves in units of f.
    """
    shown, along = finite(grid), finite(along)
    if not shown.size:
        return None
    if wanted is not None and not isinstance(wanted, int):
        return _listed(shown, np.unique(np.clip(np.asarray(wanted, dtype=float), -HUGE, HUGE)))
    least, most = float(shown.min()), float(shown.max())
    # A few last digits, or less than a step between ticks: rounding, not a landscape.
    if most - least <= max(64 * np.finfo(float).eps * max(abs(most), abs(least)), LEAST_WIDTH):
        return _constant(least)
    count = wanted if isinstance(wanted, int) else None
    offset = floor_of(minimum, shown, along)
    label = "f - min shown" if offset is None else above_label(offset)
    base = min(least, float(along.min(initial=least))) if offset is None else offset
    above = shown - base
    positive = above[above > 0]
    if positive.size:
        low, high = np.quantile(positive, (LOW, HIGH))
        high = max(high, min(float((along - base).max(initial=0.0)), float(positive.max())))
        if high / LOG_FROM >= low:
            return _logarithmic(above, low, high, base, label, count)
    return _linear(shown, float(np.quantile(shown, LOW)), float(np.quantile(shown, HIGH)), count)


def finite(values: Values) -> Values:
    """Return the finite values, clipped so that their differences are finite too."""
    return np.clip(values[np.isfinite(values)], -HUGE, HUGE)


def above_label(minimum: float) -> str:
    """Return what f above a known minimum is called."""
    return f"f - f*   (f* = {number_text(minimum)})"


def _logarithmic(
    above: Values, low: float, high: float, offset: float, label: str, count: int | None
) -> Levels:
    low = max(low, high / 10**MOST_DECADES)
    bottom, top = np.log10(low), np.log10(high)
    if count is None:
        # So many levels to a decade, or decades to a level, that the powers of ten are among the levels.
        fine = [each for each in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20) if each * (top - bottom) <= BANDS]
        each = fine[-1] if fine else 1 / np.ceil((top - bottom) / BANDS)
        edges = np.arange(np.floor(bottom * each + 1e-9), np.ceil(top * each - 1e-9) + 1) / each
    else:
        edges = np.linspace(bottom, top, max(count, 2))
    floor = 10.0 ** (edges[0] - 1)
    ticks, texts = log_ticks(10.0 ** edges[0], 10.0 ** edges[-1])
    return Levels(
        label,
        lambda values: np.log10(np.maximum(np.clip(values, -HUGE, HUGE) - offset, floor)),
        edges,
        np.log10(ticks),
        texts,
        below=bool(above.min() < 10.0 ** edges[0]),
        above=bool(above.max() > 10.0 ** edges[-1]),
    )


def _linear(shown: Values, low: float, high: float, count: int | None) -> Levels:
    if high - low <= 1e-6 * (float(shown.max()) - float(shown.min())):
        low, high = float(shown.min()), float(shown.max())
    middle, scale = low / 2 + high / 2, high / 2 - low / 2
    values = np.linspace(low, high, max(count or BANDS, 2))
    if count is None:
        round_values = linear_ticks(low, high, BANDS // 2)[0]
        step = round_values[-1] - round_values[-2]
        values = np.concatenate([[round_values[0] - step], round_values, [round_values[-1] + step]])
    ticks, texts = linear_ticks(values[0], values[-1])
    return Levels(
        "f",
        lambda given: (np.clip(given, -HUGE, HUGE) - middle) / scale,
        (values - middle) / scale,
        (ticks - middle) / scale,
        texts,
        below=bool(shown.min() < values[0]),
        above=bool(shown.max() > values[-1]),
    )


def _constant(value: float) -> Levels:
    texts = [number_text(value, 6)]
    return Levels("f", lambda values: np.zeros_like(values), np.array([-1.0, 1.0]), np.zeros(1), texts)


def _listed(shown: Values, levels: Values) -> Levels:
    """Return the user's own levels, one band of colour each, however they are spaced."""
    if len(levels) == 1:
        rank = lambda values: np.where(values < levels[0], 0.5, 1.5)
        return Levels("f", rank, np.array([0.0, 1.0, 2.0]), np.ones(1), [number_text(levels[0])])
    places = np.arange(len(levels), dtype=float)
    knots = np.concatenate(
        [[levels[0] - (levels[1] - levels[0])], levels, [levels[-1] + (levels[-1] - levels[-2])]]
    )
    ranks = np.concatenate([[-1.0], places, [float(len(levels))]])
    every = slice(None, None, -(-len(levels) // 10))
    return Levels(
        "f",
        lambda values: np.interp(values, knots, ranks),
        places,
        places[every],
        [number_text(level) for level in levels[every]],
        below=bool(shown.min() < levels[0]),
        above=bool(shown.max() > levels[-1]),
    )
