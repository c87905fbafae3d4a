"""A map over two settings: every pixel a pair of hyperparameters, told apart by outcome and speed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.basins import basin_group
from gdplay.sweeps.field import Field, Frame, Window, fill
from gdplay.sweeps.grid import Axis, Grid
from gdplay.sweeps.plan import Group, plan
from gdplay.sweeps.request import Request
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
SECOND = ("momentum", "beta1", "b1", "alpha", "rho")
MOST_GROUPS = 64


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


def range_of(key: str) -> tuple[float, float]:
    """Return the range of a setting that is shown when none is asked for."""
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


def default_window(x_key: str, y_key: str) -> Window:
    """Return what is shown of two settings when nothing else is asked for."""
    return Window(range_of(x_key), range_of(y_key))


def take_rates(
    groups: tuple[Group, ...], frame: Frame, progress: Progress, stop: Callable[[], bool] = bool
) -> Field:
    """Carry out a run for every pixel; one that can't be run stays unknown."""
    field = Field.blank(frame)
    for group in groups:
        if group.config is None:
            progress.done += group.runs
            continue
        numbers = np.arange(group.runs)
        column = np.searchsorted(frame.x, _values(group, frame.x_key, numbers))
        row = np.searchsorted(frame.y, _values(group, frame.y_key, numbers))
        ended = basin_group(group.config).config
        shared = Group(group.first, group.fixed, group.axes, ended)
        for _ in fill(field, shared, row * len(frame.x) + column, group.batch, progress, stop):
            pass
    return field


def _values(group: Group, key: str, numbers: Column) -> Column:
    values = group.values(numbers)
    return values[key] if key in values else np.full(len(numbers), float(group.fixed[key]))
