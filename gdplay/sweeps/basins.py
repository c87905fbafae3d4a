"""Basins of attraction: every pixel a start, told apart by the minimum that its run reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gdplay.config.load import Config
from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.field import ARRIVED, Field, Frame, Window, fill
from gdplay.sweeps.plan import Batch, Group
from gdplay.sweeps.work import Progress

ARRIVAL = 1e-4
"""A run has arrived when the gradient's norm is at most this, unless the config says another limit."""

NEAR = 1e-2
"""Points closer than this part of the window are one minimum."""

MOST_PLACES = 500
DEFAULT = (-5.0, 5.0)
FLAT = 1e-9


@dataclass(frozen=True)
class Basins:
    """A map of starts. ``reached``: (height, width), the number of the place in ``places``: (k, n), or -1."""

    field: Field
    reached: Column
    places: Column
    names: tuple[str, ...]


def basin_group(config: Config) -> Group:
    """Return the runs' common form, which ends where the gradient vanishes."""
    criteria = config.criteria
    if criteria.gradient_norm is None:
        config = replace(config, criteria=replace(criteria, gradient_norm=ARRIVAL))
    return Group(0, {}, (), config)


def basin_window(config: Config) -> tuple[Window, tuple[int, int]]:
    """Return what is shown when nothing else is asked for, and which two coordinates. Raises ConfigError."""
    function, options = config.function, config.plot_options
    if function.size < 2:
        message = f"{function.name} has one variable, and a map of starts needs two"
        raise ConfigError(Complaint(message, "choose a function of two variables or more", key="function"))
    shown = options.variables or (0, 1)
    domain = function.known.domain or (None,) * function.size
    x, y = (asked or domain[k] or DEFAULT for asked, k in zip((options.x, options.y), shown, strict=True))
    return Window(x, y), shown


def take_basins(
    group: Group, frame: Frame, shown: tuple[int, int], progress: Progress, stop: Callable[[], bool] = bool
) -> Basins:
    """Carry out a run from every pixel and tell where each arrives."""
    assert group.config is not None
    config, field = group.config, Field.blank(frame)
    reached = np.full(frame.shape, -1, dtype=np.int16)
    known = config.function.known
    given = [points for points in (known.minima, known.local_minima) if points is not None and len(points)]
    places = [point for points in given for point in points]
    width = max(float(np.ptp(frame.x)), float(np.ptp(frame.y)))
    pixels = np.arange(frame.shape[0] * frame.shape[1])
    column, row = shown

    def batch(which: Column) -> Batch:
        starts = np.repeat(config.start[:, None], len(which), axis=1)
        at_row, at_column = np.divmod(pixels[which], frame.shape[1])
        starts[column], starts[row] = frame.x[at_column], frame.y[at_row]
        seeds = np.full(len(which), config.seed, dtype=np.uint64)
        return Batch(which, starts, seeds, {}, {})

    for tile in fill(field, group, pixels, batch, progress, stop):
        arrived = field.outcome[tile.row, tile.column] == ARRIVED
        points = tile.outcome.final_x[:, arrived]
        reached[tile.row[arrived], tile.column[arrived]] = _nearest(points, places, NEAR * width)
    found = np.array(places).reshape(len(places), config.function.size)
    return Basins(field, reached, found, tuple(_name(config, place) for place in found))


def _nearest(points: Column, places: list[Column], near: float) -> Column:
    """Return the number of the place that each point (n, points) is near; unknown ones join the list."""
    number = np.full(points.shape[1], -1, dtype=np.int16)
    distance = np.full(points.shape[1], near)
    known = 0
    while True:
        for k in range(known, len(places)):
            away = np.sqrt(((points - places[k][:, None]) ** 2).sum(axis=0))
            closer = away < distance
            number[closer], distance[closer] = k, away[closer]
        known = len(places)
        lost = np.flatnonzero(number < 0)
        if not len(lost) or len(places) >= MOST_PLACES:
            return number
        places.append(points[:, lost[0]].copy())


def _name(config: Config, place: Column) -> str:
    """Name a place by its coordinates; what is no minimum is said."""
    few = ", ".join(f"{round(value, 3) + 0.0:g}" for value in place[:3].tolist())
    text = f"({few}{', ...' if len(place) > 3 else ''})"
    matrix = config.function.hessian(place) if len(place) <= 100 else np.eye(1)
    if np.isfinite(matrix).all() and np.linalg.eigvalsh(matrix).min() < -FLAT:
        return f"{text}, no minimum"
    return f"{text}, f {float(config.function(place)):.3g}"
