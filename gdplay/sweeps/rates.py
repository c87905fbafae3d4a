"""A map over two settings: every pixel a pair of hyperparameters, told apart by outcome and speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.basins import basin_group
from gdplay.sweeps.canvas import Canvas
from gdplay.sweeps.field import UNKNOWN, Field, Frame, fill
from gdplay.sweeps.grid import Axis, Grid
from gdplay.sweeps.plan import Group, plan
from gdplay.sweeps.request import Request
from gdplay.sweeps.window import Window
from gdplay.sweeps.work import Progress

RATE = "optimizer.learning_rate"
RANGES = {
    # what is shown of a setting when nothing else is asked for
    "learning_rate": (1e-4, 10.0),
    "eps":           (1e-12, 1.0),
    "weight_decay":  (1e-6, 1.0),
    "norm":          (1e-3, 1e3),
}  # fmt: skip
FRACTION = (0.0, 1.0)
WHOLE = ("seed", "stop.max_steps", "stop.stall")
"""Settings that are whole numbers; no range of theirs is shown unless one is asked for."""

SECOND = ("momentum", "beta1", "b1", "alpha", "rho")
MOST_GROUPS = 64


def axis_keys(request: Request, x: str | None, y: str | None) -> tuple[str, str]:
    """Return the settings along both axes, given those that are named. Raises ConfigError."""
    if x is None:
        x = RATE if y != RATE else second_key(request)
    if y is None:
        y = RATE if x != RATE else second_key(request)
    for key, option in ((x, "--x"), (y, "--y")):
        if "." not in key and key not in WHOLE:
            message = f"{key} is no number"
            raise ConfigError(Complaint(message, "name a setting such as momentum or lr", key=option))
    if x == y:
        message = f"{x} is the setting across too"
        raise ConfigError(Complaint(message, "name two different settings with --x and --y", key="--y"))
    return x, y


def second_key(request: Request) -> str:
    """Return the setting beside the learning rate when none is named. Raises ConfigError."""
    from gdplay.config.load import check

    rule = check(request.tree, (), request.name).optimizer.rule
    known = [name for name in SECOND if name in rule.hyperparameters] or list(rule.hyperparameters)
    if not known:
        message = f"{rule.title} has no hyperparameter beside the learning rate"
        raise ConfigError(
            Complaint(message, "name another key with --y, or choose optimizer=momentum", key="--y")
        )
    return f"optimizer.{known[0]}"


def range_of(key: str, option: str) -> tuple[float, float]:
    """Return the range of a setting that is shown when none is asked for. Raises ConfigError."""
    if key in WHOLE:
        message = f"which values of {key} are shown has to be said"
        raise ConfigError(Complaint(message, "add --window X0,X1,Y0,Y1", key=option))
    return RANGES.get(key.rpartition(".")[2], FRACTION)


def rate_groups(request: Request, frame: Frame) -> tuple[Group, ...]:
    """Return the runs of a map of two settings. Raises ConfigError where these can't be its axes."""
    axes = (Axis(frame.y_key, numbers=frame.y), Axis(frame.x_key, numbers=frame.x))
    found: list[Group] = []
    for group in plan(request.tree, [Grid(axes)], request.name):
        found.append(group)
        if len(found) > MOST_GROUPS:
            message = f"{frame.x_key} and {frame.y_key} are not both numbers of one step"
            raise ConfigError(Complaint(message, "choose hyperparameters or constants", key="--x"))
    if all(group.config is None for group in found):
        raise ConfigError(Complaint(f"no run of the map is possible: {found[0].failure}"))
    return tuple(found)


def default_window(x_key: str, y_key: str, asked: tuple[float, float, float, float] | None = None) -> Window:
    """Return what is shown of two settings, by default where nothing is asked for. Raises ConfigError."""
    if asked is not None:
        return Window(asked[:2], asked[2:])
    return Window(range_of(x_key, "--x"), range_of(y_key, "--y"))


@dataclass
class Rates:
    """A map of settings. ``best_x``: (n,), the point where f was lowest, nan while there is none.

    ``failures`` says why pixels could not be run, and how many.
    """

    field: Field
    best_x: Column
    failures: dict[str, int]

    @property
    def kept(self) -> dict[str, Column]:
        """All that is kept of it, by name."""
        return {**self.field.kept, "best_x": self.best_x}


def take_rates(
    groups: tuple[Group, ...],
    frame: Frame,
    canvas: Canvas,
    progress: Progress,
    stop: Callable[[], bool] = bool,
) -> Rates:
    """Carry out a run for every pixel that the canvas does not have; one that can't be run stays unknown."""
    size = next(group.config.function.size for group in groups if group.config is not None)
    found = Rates(Field.blank(frame), np.full(size, np.nan), {})
    field = found.field
    if before := canvas.load(field.arrays):
        field.restore(before)
        found.best_x = before.get("best_x", found.best_x)
        if found.best_x.shape != (size,) or found.best_x.dtype != np.float64:
            raise canvas.damaged()
    canvas.keep(lambda: found.kept)
    for group in groups:
        if group.config is None:
            progress.done += group.runs
            found.failures[group.failure] = found.failures.get(group.failure, 0) + group.runs
            continue
        numbers = np.arange(group.runs)
        column = np.searchsorted(frame.x, _values(group, frame.x_key, numbers))
        row = np.searchsorted(frame.y, _values(group, frame.y_key, numbers))
        ended = basin_group(group.config).config
        shared = Group(group.first, group.fixed, group.axes, ended)
        known = field.outcome != UNKNOWN
        lowest = np.min(field.best_f, where=known & np.isfinite(field.best_f), initial=np.inf)
        for tile in fill(field, shared, row * len(frame.x) + column, group.batch, progress, stop):
            values = np.where(np.isfinite(tile.outcome.best_f), tile.outcome.best_f, np.inf)
            k = int(np.argmin(values))
            if values[k] < lowest:
                lowest, found.best_x = values[k], tile.outcome.best_x[:, k].copy()
            canvas.keep(lambda: found.kept)
    canvas.keep(lambda: found.kept, now=True)
    return found


def _values(group: Group, key: str, numbers: Column) -> Column:
    values = group.values(numbers)
    return values[key] if key in values else np.full(len(numbers), float(group.fixed[key]))
