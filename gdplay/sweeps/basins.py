"""Basins of attraction: every pixel a start, told apart by the minimum that its run reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gdplay.config.load import Config
from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.canvas import Canvas
from gdplay.sweeps.field import ARRIVED, UNKNOWN, Field, Frame, fill
from gdplay.sweeps.plan import Batch, Group
from gdplay.sweeps.valleys import joined
from gdplay.sweeps.window import Window
from gdplay.sweeps.work import Progress

ARRIVAL = 1e-4
"""A run has arrived when the gradient's norm is at most this, unless the config says another limit."""

NEAR = 1e-2
"""Points closer than this part of the whole window are one minimum, however small a part is shown."""

MOST_PLACES = 500
DEFAULT = (-5.0, 5.0)
FLAT = 1e-9


@dataclass(frozen=True)
class Basins:
    """A map of starts. ``reached``: (height, width), the number of the place in ``places``: (k, n), or -1.

    ``valley``: (k,) tells which places stand for a whole valley.
    """

    field: Field
    reached: Column
    places: Column
    valley: Column

    @property
    def kept(self) -> dict[str, Column]:
        """All that is kept of it, by name."""
        return {**self.field.kept, "reached": self.reached, "places": self.places, "valley": self.valley}


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
    shown = shown_coordinates(config)
    domain = function.known.domain or (None,) * function.size
    x, y = (asked or domain[k] or DEFAULT for asked, k in zip((options.x, options.y), shown, strict=True))
    return Window(x, y), shown


def shown_coordinates(config: Config) -> tuple[int, int]:
    """Return which two coordinates are across and upwards."""
    return config.plot_options.variables or (0, 1)


def take_basins(
    group: Group,
    frame: Frame,
    shown: tuple[int, int],
    canvas: Canvas,
    progress: Progress,
    stop: Callable[[], bool] = bool,
) -> Basins:
    """Carry out a run from every pixel that the canvas does not have, and tell where each arrives."""
    assert group.config is not None
    config, field = group.config, Field.blank(frame)
    reached = np.full(frame.shape, -1, dtype=np.int16)
    known = config.function.known
    given = [points for points in (known.minima, known.local_minima) if points is not None and len(points)]
    places = [point for points in given for point in points]
    valley = np.zeros(1, dtype=bool)
    if before := canvas.load({**field.arrays, "reached": reached}):
        field.restore(before)
        reached, places = before["reached"], list(before.get("places", ()))
        valley = before.get("valley", valley)
        misfit = any(place.shape != config.start.shape for place in places) or valley.dtype != bool
        if misfit or reached.max() >= len(places):
            raise canvas.damaged()

    def now() -> Basins:
        return Basins(field, reached, _stacked(places, config), np.resize(valley, len(places)))

    whole, _ = basin_window(config)
    near = NEAR * max(whole.x[1] - whole.x[0], whole.y[1] - whole.y[0])
    pixels = np.arange(frame.shape[0] * frame.shape[1])
    column, row = shown

    def batch(which: Column) -> Batch:
        starts = np.repeat(config.start[:, None], len(which), axis=1)
        at_row, at_column = np.divmod(pixels[which], frame.shape[1])
        starts[column], starts[row] = frame.x[at_column], frame.y[at_row]
        seeds = np.full(len(which), config.seed, dtype=np.uint64)
        return Batch(which, starts, seeds, {}, {})

    canvas.keep(lambda: now().kept)
    for tile in fill(field, group, pixels, batch, progress, stop):
        arrived = field.outcome[tile.row, tile.column] == ARRIVED
        points = tile.outcome.final_x[:, arrived]
        reached[tile.row[arrived], tile.column[arrived]] = _nearest(points, places, near)
        canvas.keep(lambda: now().kept)
    found = now()
    if (field.outcome != UNKNOWN).all():
        found = _without_parts(found, config, near)
    canvas.keep(lambda: found.kept, now=True)
    return found


def _without_parts(found: Basins, config: Config, near: float) -> Basins:
    """Return the map with one place for each valley."""
    frame, zero = found.field.frame, config.criteria.gradient_norm
    reach = 2 * (near + max(frame.x[1] - frame.x[0], frame.y[1] - frame.y[0]))
    first = joined(config.function, found.places, near, reach, ARRIVAL if zero is None else zero)
    kept, number = np.unique(first, return_inverse=True)
    reached = np.where(found.reached < 0, -1, np.append(number, -1)[found.reached])
    valley = found.valley[kept] | (np.bincount(number) > 1)
    return Basins(found.field, reached.astype(found.reached.dtype), found.places[kept], valley)


def _stacked(places: list[Column], config: Config) -> Column:
    return np.array(places).reshape(len(places), config.function.size)


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


def place_name(config: Config, place: Column, valley: bool = False) -> str:
    """Name a place (n,) by its coordinates and f; what is no minimum, or a valley, is said."""
    few = ", ".join(f"{round(value, 3) + 0.0:g}" for value in place[:3].tolist())
    text = f"{'valley through ' if valley else ''}({few}{', ...' if len(place) > 3 else ''})"
    matrix = config.function.hessian(place) if len(place) <= 100 else np.eye(1)
    if np.isfinite(matrix).all() and np.linalg.eigvalsh(matrix).min() < -FLAT:
        return f"{text}, no minimum"
    return f"{text}, f {float(config.function(place)):.3g}"
