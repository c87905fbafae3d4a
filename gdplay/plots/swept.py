"""An axis of swept numbers: logarithmic where they are spaced so, with plain ticks."""

from __future__ import annotations

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from gdplay.plots.scene import Values
from gdplay.plots.ticks import Ticks, linear_ticks, log_ticks, number_text

WIDE = 20.0
"""Positive numbers whose largest is so many times the smallest may stand on a logarithmic axis."""

FEW, APART = 7, 0.06
"""So few numbers are each named at the axis, if they are this part of it apart."""


def is_logarithmic(at: Values) -> bool:
    """Tell whether increasing numbers are better seen on a logarithmic axis: more evenly spread there.

    >>> is_logarithmic(np.array([0.001, 0.1])), is_logarithmic(np.array([1.0, 2.0, 3.0]))
    (True, False)
    """
    if at[0] <= 0 or at[-1] < WIDE * at[0]:
        return False
    return len(at) < 3 or _unevenness(np.log(at)) < _unevenness(at)


def _unevenness(at: Values) -> float:
    apart = np.diff(at)
    return float(apart.std() / apart.mean())


def ticks_of(at: Values, low: float, high: float) -> Ticks:
    """Return the ticks of an axis of increasing swept numbers: a few are named as they are."""
    logarithmic = is_logarithmic(at)
    places = np.log(at) if logarithmic else at
    whole = np.log(high / low) if logarithmic else high - low
    if 1 < len(at) <= FEW and (np.diff(places) >= APART * whole).all():
        return at, [number_text(value) for value in at.tolist()]
    return (log_ticks if logarithmic else linear_ticks)(low, high)


def edges_of(at: Values) -> Values:
    """Return the borders of the cells around increasing numbers: (k + 1,) for (k,).

    >>> edges_of(np.array([1.0, 2.0, 3.0]))
    array([0.5, 1.5, 2.5, 3.5])
    """
    logarithmic = is_logarithmic(at)
    places = np.log(at) if logarithmic else at
    if len(at) == 1:
        return np.array([at[0] - 0.5, at[0] + 0.5])
    middles = (places[1:] + places[:-1]) / 2
    edges = np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]])
    return np.exp(edges) if logarithmic else edges


def apply_scale(axes: Axes, which: Literal["x", "y"], at: Values) -> None:
    """Set a panel's axis for increasing swept numbers: (k,)."""
    edges = edges_of(at)
    logarithmic = is_logarithmic(at)
    if which == "x":
        axes.set_xscale("log" if logarithmic else "linear")
        axes.set_xlim(edges[0], edges[-1])
    else:
        axes.set_yscale("log" if logarithmic else "linear")
        axes.set_ylim(edges[0], edges[-1])
    places, texts = ticks_of(at, float(edges[0]), float(edges[-1]))
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(list(places)))
    axis.set_major_formatter(FixedFormatter(texts))
    axis.set_minor_locator(NullLocator())
