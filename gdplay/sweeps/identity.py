"""What determines the results of a group's runs, apart from the swept numbers themselves."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from gdplay.config.load import Config
from gdplay.engines.choose import Work, choose
from gdplay.save import resolved
from gdplay.sweeps.batch import Batch
from gdplay.sweeps.carry import MOST_POINT_COLUMNS
from gdplay.sweeps.lay import written
from gdplay.sweeps.plan import Group
from gdplay.sweeps.starts import starts_at_random
from gdplay.trace import versions

SILENT = ("log", "plot", "name")
"""What changes no result."""

ENGINES = ("compiled", "numpy")


def engine_of(group: Group, runs: int, is_known: Callable[[str], bool] = lambda engine: False) -> str:
    """Return the engine for a group's runs, of which so many go side by side.

    Results of two engines may differ in the last digit, so ``auto`` goes on with one that has results
    kept already: a sweep that is extended must not change over. Raises ConfigError.
    """
    assert group.config is not None
    config = group.config
    known = [name for name in ENGINES if config.engine == "auto" and is_known(name)]
    if known:
        return known[0]
    return engine_for(config, group.batch(np.arange(min(group.runs, runs))))


def engine_for(config: Config, batch: Batch) -> str:
    """Return the engine for some runs side by side. Raises ConfigError."""
    work = Work(config.method, batch.starts, config.criteria, batch.seeds, (), batch.parameters)
    return choose(config.engine, work)[0]


def identity(group: Group, engine: str) -> dict[str, Any]:
    """Return what two groups share exactly when their runs of equal numbers have equal results."""
    assert group.config is not None
    plain = deepcopy(resolved(group.config, engine))
    for axis in group.axes:
        *path, last = axis.key.split(".")
        section: Any = plain
        for part in path:
            section = section.get(part) if isinstance(section, dict) else None
        if isinstance(section, dict):
            section.pop(last, None)
    for key in SILENT:
        plain.pop(key, None)
    if starts_at_random(group.config):
        plain["start"] = "random"
    starts: list[Any] = []
    if group.config.function.size > MOST_POINT_COLUMNS:
        # too many coordinates to tell runs apart by: their numbers do, on the same axis
        own = [axis for axis in group.axes if axis.key == "start"]
        starts = [axis.random or [written(value) for value in axis.values] for axis in own]
    return {"config": plain, "starts": starts, "versions": versions()}
