"""The vertical axis of a curve of f: logarithmic, symmetric-logarithmic or linear, with plain ticks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from gdplay.plots.scene import Values
from gdplay.plots.ticks import Ticks, linear_ticks, log_ticks, symlog_ticks

SMALLEST, LARGEST = 1e-300, 1e300
WIDE = 1e3  # a linear axis cannot show values of both signs that span more
ROOM = 0.05  # of the axis, above and below


@dataclass(frozen=True)
class ValueAxis:
    """An axis from ``low`` to ``high``; a symlog axis is linear within +-``threshold``."""

    scale: str
    low: float
    high: float
    ticks: Ticks
    threshold: float = 1.0

    def bound(self, values: Values) -> Values:
        """Return the values with those that the axis cannot show moved to its border."""
        return np.maximum(values, self.low) if self.scale == "log" else values

    def apply(self, axes: Axes) -> None:
        """Set the vertical axis of a panel."""
        extra = {"linthresh": self.threshold} if self.scale == "symlog" else {}
        if self.scale != "linear":
            axes.set_yscale(self.scale, **extra)
        axes.set_ylim(self.low, self.high)
        axes.yaxis.set_major_locator(FixedLocator(list(self.ticks[0])))
        axes.yaxis.set_major_formatter(FixedFormatter(self.ticks[1]))
        axes.yaxis.set_minor_locator(NullLocator())


def choose_axis(values: Values, never_negative: bool = False, log_from: float = 1.0) -> ValueAxis:
    """Return the axis that shows finite values best.

    Logarithmic where all are positive (or 0, if ``never_negative``) and their ratio is at least ``log_from``.
    """
    values = np.clip(values, -LARGEST, LARGEST)
    positive = values[values > 0]
    if not values.size:
        return ValueAxis("linear", 0.0, 1.0, (np.empty(0), []))
    low, high = float(values.min()), float(values.max())
    if positive.size and (low > 0 or (never_negative and low >= 0)) and high >= log_from * positive.min():
        return _log_axis(max(float(positive.min()), SMALLEST), max(high, SMALLEST), zeros=low <= 0)
    spread = max(abs(low), abs(high))
    typical = float(np.median(np.abs(values[values != 0]))) if (values != 0).any() else 0.0
    if typical and spread > WIDE * typical:
        threshold = float(10.0 ** np.floor(np.log10(max(typical, spread * 1e-12))))
        return _symlog_axis(low, high, threshold)
    room = ROOM * (high / 2 - low / 2) * 2 or max(abs(low) * 0.1, 1e-3)
    low, high = low - room, high + room
    return ValueAxis("linear", low, high, linear_ticks(low, high))


def _log_axis(low: float, high: float, zeros: bool) -> ValueAxis:
    # At least a decade, so that noise of the last digit does not look like a descent.
    middle, decades = np.log10(low) / 2 + np.log10(high) / 2, max(np.log10(high) - np.log10(low), 1.0)
    bottom = middle - decades * (0.5 + ROOM) - (0.1 * decades if zeros else 0)
    top = middle + decades * (0.5 + ROOM)
    low, high = float(10.0 ** max(bottom, -300.0)), float(10.0 ** min(top, 303.0))
    return ValueAxis("log", low, high, log_ticks(low, high))


def _symlog_axis(low: float, high: float, threshold: float) -> ValueAxis:
    low, high = (
        (2.0 * low if low < 0 else low - threshold / 2),
        (2.0 * high if high > 0 else high + threshold / 2),
    )
    return ValueAxis("symlog", low, high, symlog_ticks(low, high, threshold), threshold)
