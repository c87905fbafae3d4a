"""Which part of the plane a map shows, and where the centres of its pixels are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.arrays import Column

LOG_FROM = 20.0
"""A range of positive numbers is divided evenly in their logarithm when it spans so much."""


@dataclass(frozen=True)
class Window:
    """The corners of what is shown."""

    x: tuple[float, float]
    y: tuple[float, float]
    log_x: bool = False
    log_y: bool = False

    @property
    def aspect(self) -> float:
        """Its height over its width, where both are of one unit."""
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            return float(np.divide(self.y[1] - self.y[0], self.x[1] - self.x[0]))

    def zoomed(self, x: float, y: float, factor: float) -> Window:
        """Return the window around a point that is so many times smaller a side.

        Raises ConfigError for a middle that a logarithmic axis does not have.
        """
        return Window(
            _around(self.x, x, factor, self.log_x, "x"),
            _around(self.y, y, factor, self.log_y, "y"),
            self.log_x,
            self.log_y,
        )

    def pixels(self, width: int, height: int) -> tuple[Column, Column]:
        """Return the pixels' centres along both sides. Raises ConfigError where two are the same number."""
        return _centres(self.x, width, self.log_x, "x"), _centres(self.y, height, self.log_y, "y")


def spans_decades(ends: tuple[float, float]) -> bool:
    """Tell whether a range is to be divided in its logarithm."""
    return ends[0] > 0 and ends[1] >= LOG_FROM * ends[0]


def whole_pixels(ends: tuple[float, float], most: int, option: str) -> Column:
    """Return the whole numbers in a range, evenly chosen where they are more than ``most``.

    Raises ConfigError where there are not two.
    """
    low, high = float(np.ceil(ends[0])), float(np.floor(ends[1]))
    if high <= low:
        message = f"there are no two whole numbers from {ends[0]:g} to {ends[1]:g}"
        raise ConfigError(Complaint(message, "show more with --window X0,X1,Y0,Y1", key=option))
    if high - low < most:
        return np.arange(low, high + 1)
    return np.floor(_centres((low, high), most, False, "") + 0.5)


def ends_of(centres: Column, log: bool) -> tuple[float, float]:
    """Return the window's ends, half a pixel beyond the first and the last centre."""
    places = np.log(centres) if log else centres
    half = (places[-1] - places[0]) / (2 * (len(places) - 1))
    ends = np.array([places[0] - half, places[-1] + half])
    low, high = (np.exp(ends) if log else ends).tolist()
    return low, high


def _around(
    ends: tuple[float, float], middle: float, factor: float, log: bool, name: str
) -> tuple[float, float]:
    if log and middle <= 0:
        message = f"the axis of {name} is logarithmic, and {middle:g} is not on it"
        raise ConfigError(Complaint(message, "zoom in on a positive number", key="--zoom"))
    with np.errstate(over="ignore"):
        half = np.divide(np.log(ends[1] / ends[0]) if log else ends[1] - ends[0], 2 * factor)
        low, high = (middle * np.exp(-half), middle * np.exp(half)) if log else (middle - half, middle + half)
    return float(low), float(high)


def _centres(ends: tuple[float, float], count: int, log: bool, name: str) -> Column:
    with np.errstate(all="ignore"):
        low, high = np.log(ends) if log else np.array(ends)
        found = low + (high - low) * (np.arange(count) + 0.5) / count
        found = np.exp(found) if log else found
    if np.isfinite(found).all() and (np.diff(found) > 0).all():
        return found
    message = (
        f"from {ends[0]!r} to {ends[1]!r} there are no {count} different numbers for the pixels of {name}"
    )
    remedy = "zoom in less" if np.isfinite(found).all() else "show less"
    raise ConfigError(Complaint(message, f"{remedy}, or ask for fewer pixels", key="--zoom or --window"))
