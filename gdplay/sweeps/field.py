"""One run for each pixel of a picture, in tiles of bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
UNKNOWN, ARRIVED, UNFINISHED, BLOWN, UNDEFINED = range(5)
OUTCOMES = ("not run", "arrived", "unfinished", "diverged", "f undefined at the start")


@dataclass(frozen=True)
class Frame:
    """Which part of the plane is shown: pixel centres ``x``: (width,) and ``y``: (height,), increasing.

    ``log`` tells which of them are spaced evenly in their logarithm.
    """

    x_key: str
    y_key: str
    x: Column
    y: Column
    log: tuple[bool, bool] = (False, False)

    @property
    def shape(self) -> tuple[int, int]:
        """The picture's height and width in pixels."""
        return len(self.y), len(self.x)


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

    @property
    def kept(self) -> dict[str, Column]:
        """What is kept of it, and how its axes are spaced."""
        return {**self.arrays, "log": np.array(self.frame.log)}

    @property
    def arrays(self) -> dict[str, Column]:
        """What is known of every pixel, by name, and where the pixels are."""
        names = ("outcome", "steps", "final_f", "best_f")
        return {"x": self.frame.x, "y": self.frame.y, **{name: getattr(self, name) for name in names}}

    def restore(self, arrays: Mapping[str, Column]) -> None:
        """Take over what was kept of a field of this frame."""
        for name in self.arrays.keys() - {"x", "y"}:
            setattr(self, name, arrays[name])

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

    ``batch`` makes the runs of the places in ``pixels`` that it is given. What is known is left out.
    """
    assert group.config is not None
    size = chunk_size(group)
    # whatever is known: two engines may differ in the last digit
    engine = engine_for(group.config, batch(np.arange(min(size, len(pixels)))))
    if engine not in progress.engines:
        progress.engines.append(engine)
    before = field.outcome.ravel()[pixels]
    missing = np.flatnonzero(before == UNKNOWN)
    progress.done += len(pixels) - len(missing)
    progress.reused += len(pixels) - len(missing)
    progress.diverged += int(((before == BLOWN) | (before == UNDEFINED)).sum())
    for start in range(0, len(missing), size):
        if stop():
            return
        places = missing[start : start + size]
        outcome = carry_out(group.config, batch(places), stop, engine=engine)
        row, column = np.divmod(pixels[places], field.frame.shape[1])
        known = outcome.status != INTERRUPTED
        codes = np.full(len(places), UNFINISHED, dtype=np.int8)
        codes[(outcome.status == CONVERGED) | (outcome.status == STOPPED)] = ARRIVED
        codes[outcome.status == DIVERGED] = BLOWN
        codes[(outcome.status == DIVERGED) & (outcome.steps == 0)] = UNDEFINED
        codes[~known] = UNKNOWN
        field.outcome[row, column] = codes
        field.steps[row, column] = np.minimum(outcome.steps, np.iinfo(np.int32).max)
        field.final_f[row, column] = outcome.final_f
        field.best_f[row, column] = outcome.best_f
        progress.add(outcome.status[known], outcome.best_f[known])
        yield Tile(row, column, outcome)
