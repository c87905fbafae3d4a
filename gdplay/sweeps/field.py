"""One run for each pixel of a picture, in tiles of bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gdplay.criteria import CONVERGED, DIVERGED, STOPPED
from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import INTERRUPTED, Outcome, carry_out
from gdplay.sweeps.identity import engine_for
from gdplay.sweeps.plan import Batch, Group
from gdplay.sweeps.work import Progress, chunk_size

MOST_PIXELS, MOST_SIDE = 16_000_000, 10_000
LOG_FROM = 20.0
"""A range of positive numbers is divided evenly in their logarithm when it spans so much."""

UNKNOWN, ARRIVED, UNFINISHED, BLOWN = range(4)
OUTCOMES = ("unknown", "arrived", "unfinished", "diverged")


@dataclass(frozen=True)
class Frame:
    """Which part of the plane is shown: pixel centres ``x``: (width,) and ``y``: (height,), increasing."""

    x_key: str
    y_key: str
    x: Column
    y: Column

    @property
    def shape(self) -> tuple[int, int]:
        """The picture's height and width in pixels."""
        return len(self.y), len(self.x)


@dataclass(frozen=True)
class Window:
    """The corners of what is shown."""

    x: tuple[float, float]
    y: tuple[float, float]
    log_x: bool = False
    log_y: bool = False

    def zoomed(self, x: float, y: float, factor: float) -> Window:
        """Return the window around a point that is so many times smaller a side."""
        return Window(
            _around(self.x, x, factor, self.log_x),
            _around(self.y, y, factor, self.log_y),
            self.log_x,
            self.log_y,
        )

    def pixels(self, width: int, height: int) -> tuple[Column, Column]:
        """Return the pixels' centres along both sides."""
        return _centres(self.x, width, self.log_x), _centres(self.y, height, self.log_y)


def spans_decades(ends: tuple[float, float]) -> bool:
    """Tell whether a range is to be divided in its logarithm."""
    return ends[0] > 0 and ends[1] >= LOG_FROM * ends[0]


def _around(ends: tuple[float, float], middle: float, factor: float, log: bool) -> tuple[float, float]:
    if log:
        half = np.log(ends[1] / ends[0]) / (2 * factor)
        return float(middle * np.exp(-half)), float(middle * np.exp(half))
    half = (ends[1] - ends[0]) / (2 * factor)
    return middle - half, middle + half


def _centres(ends: tuple[float, float], count: int, log: bool) -> Column:
    low, high = np.log(ends) if log else np.array(ends)
    found = low + (high - low) * (np.arange(count) + 0.5) / count
    return np.exp(found) if log else found


@dataclass
class Field:
    """What every pixel's run came to: (height, width) each.

    ``outcome`` numbers OUTCOMES; ``steps`` were taken; ``final_f`` and ``best_f`` are values of f.
    """

    frame: Frame
    outcome: Column
    steps: Column
    final_f: Column
    best_f: Column

    @staticmethod
    def blank(frame: Frame) -> Field:
        """Return a field of which nothing is known yet."""
        shape = frame.shape
        nothing = [np.full(shape, np.nan) for _ in range(2)]
        return Field(frame, np.zeros(shape, np.int8), np.zeros(shape, np.int32), *nothing)

    def counts(self) -> dict[str, int]:
        """Return how many pixels have which outcome."""
        found = np.bincount(self.outcome.ravel(), minlength=len(OUTCOMES))
        return {name: int(count) for name, count in zip(OUTCOMES, found, strict=True) if count}


@dataclass(frozen=True)
class Tile:
    """Some pixels whose runs are done: their rows and columns, and what the runs came to."""

    row: Column
    column: Column
    outcome: Outcome


def check_size(width: int, height: int) -> None:
    """Refuse a picture of too many pixels before anything is computed."""
    if not (2 <= width <= MOST_SIDE and 2 <= height <= MOST_SIDE) or width * height > MOST_PIXELS:
        message = f"{width}x{height} pixels are {width * height:,} runs"
        remedy = f"write 2 to {MOST_SIDE:,} a side and {MOST_PIXELS:,} in all"
        raise ConfigError(Complaint(message, remedy, key="--size"))


def fill(
    field: Field,
    group: Group,
    pixels: Column,
    batch: Callable[[Column], Batch],
    progress: Progress,
    stop: Callable[[], bool] = bool,
) -> Iterator[Tile]:
    """Carry out the runs of some pixels, numbered row by row, and yield them tile by tile.

    ``batch`` makes the runs of the places in ``pixels`` that it is given.
    """
    assert group.config is not None
    size = chunk_size(group)
    engine = engine_for(group.config, batch(np.arange(min(size, len(pixels)))))
    if engine not in progress.engines:
        progress.engines.append(engine)
    for start in range(0, len(pixels), size):
        if stop():
            return
        places = np.arange(start, min(start + size, len(pixels)))
        outcome = carry_out(group.config, batch(places), stop, engine=engine)
        row, column = np.divmod(pixels[places], field.frame.shape[1])
        known = outcome.status != INTERRUPTED
        codes = np.full(len(places), UNFINISHED, dtype=np.int8)
        codes[(outcome.status == CONVERGED) | (outcome.status == STOPPED)] = ARRIVED
        codes[outcome.status == DIVERGED] = BLOWN
        codes[~known] = UNKNOWN
        field.outcome[row, column] = codes
        field.steps[row, column] = np.minimum(outcome.steps, np.iinfo(np.int32).max)
        field.final_f[row, column] = outcome.final_f
        field.best_f[row, column] = outcome.best_f
        progress.done += int(known.sum())
        progress.diverged += int((codes == BLOWN).sum())
        best = outcome.best_f[np.isfinite(outcome.best_f)]
        progress.best = min(progress.best, float(best.min())) if len(best) else progress.best
        if progress.report is not None:
            progress.report(progress)
        yield Tile(row, column, outcome)
