"""Runs of one config side by side: their starts, their seeds, and swept numbers as columns of symbols."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from gdplay.config.load import Config
from gdplay.formula.expr import Expr, symbol
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.starts import random_starts, starts_at_random

AROUND = {
    "optimizer.clip.norm": "clip_norm",
    "optimizer.clip.value": "clip_value",
    "noise.gradient": "noise_scale",
}
"""Settings whose symbol in the step's graph has another name than their last key."""


@dataclass(frozen=True)
class Batch:
    """Some runs of a group, side by side: which ones, and what sets them apart.

    ``index``: (runs,) numbers within the sweep; ``starts``: (n, runs); ``seeds``: (runs,).
    """

    index: Column
    starts: Column
    seeds: Column
    parameters: dict[Expr, Column]
    values: dict[str, Column]
    """The swept numbers, by key: (runs,); of starts their number."""


@dataclass(frozen=True, eq=False)
class Listed:
    """Starts that a sweep lists: ``numbers`` (points,), increasing, and ``points`` (n, points)."""

    numbers: Column
    points: Column

    def at(self, numbers: Column) -> Column:
        """Return the starts of some numbers: (n, runs)."""
        return self.points[:, np.searchsorted(self.numbers, numbers)]


def side_by_side(
    config: Config, index: Column, values: dict[str, Column], listed: Listed | None = None
) -> Batch:
    """Return the runs of a config that swept numbers set apart: key to (runs,).

    The numbers of ``start`` are those of ``listed``, or without it they count random starts.
    """
    runs = len(index)
    seeds = np.full(runs, config.seed, dtype=np.uint64)
    if "seed" in values:
        seeds = values["seed"].astype(np.uint64)
    if listed is not None:
        starts = listed.at(values["start"])
    elif "start" in values:
        starts = random_starts(config, seeds, values["start"].astype(np.int64))
    elif starts_at_random(config):
        starts = random_starts(config, seeds, np.zeros(runs, dtype=np.int64))
    else:
        starts = np.repeat(config.start[:, None], runs, axis=1)
    swept = {key: column for key, column in values.items() if key not in ("start", "seed")}
    parameters = {symbol_for(key, config): column for key, column in swept.items()}
    return Batch(index, starts, seeds, parameters, values)


def moves(config: Config | None, keys: Container[str]) -> bool:
    """Tell whether runs in which these keys are swept start at different places."""
    return "start" in keys or ("seed" in keys and config is not None and starts_at_random(config))


def is_column(key: str, config: Config) -> bool:
    """Tell whether a swept setting of a config can be a column."""
    if key in ("start", "seed"):
        return True
    node = _symbol_of(key, config)
    return node is not None and node in config.method.parameters and not node.shape


def symbol_for(key: str, config: Config) -> Expr:
    """Return the symbol that stands for a group's swept setting in the step's graph."""
    node = _symbol_of(key, config)
    assert node is not None
    return node


def _symbol_of(key: str, config: Config) -> Expr | None:
    """Return the symbol that stands for a swept setting in the step's graph, if it has one."""
    *path, last = key.split(".")
    if path == ["function", "constants"]:
        return config.function.formula.constants.get(last)
    if key not in AROUND and set(path[1:]) - {"of"}:
        return None
    return symbol(AROUND.get(key, last), (), "hyperparameter")
