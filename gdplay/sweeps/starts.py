"""Where the runs of a sweep start: at random in the domain, or at points that a config lists."""

from __future__ import annotations

import numpy as np

from gdplay.config.complaints import Complaints
from gdplay.config.load import Config
from gdplay.config.points import read_point
from gdplay.errors import Complaint, ConfigError
from gdplay.noise import START, uniform
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.grid import Axis


def starts_at_random(config: Config) -> bool:
    """Tell whether a config says ``start: random``, so that every seed starts elsewhere."""
    return config.source.get("start") == "random"


def random_starts(config: Config, seeds: Column, which: Column) -> Column:
    """Return starts (n, runs) in the domain: number k of a seed, 0 being that of ``start: random``.

    Raises ConfigError where the function has no domain.
    """
    domain = config.function.known.domain
    if domain is None or None in domain:
        message = "a random start needs a domain for every variable"
        remedy = "write function: {formula: ..., domain: {x: [-2, 2]}}"
        raise ConfigError(Complaint(message, remedy, key="sweep.start"))
    low, high = np.array([ends for ends in domain if ends is not None]).T
    found = np.empty((config.function.size, len(seeds)))
    for k in np.unique(which):
        columns = np.flatnonzero(which == k)
        found[:, columns] = uniform(seeds[columns], START, int(k), config.function.size)
    return low[:, None] + (high - low)[:, None] * found


def given_starts(axis: Axis, config: Config) -> Column:
    """Return the points that an axis lists, (n, points). Raises ConfigError."""
    complaints = Complaints()
    points = [read_point(node, config.function, complaints, "sweep.start") for node in axis.values]
    complaints.raise_any()
    return np.stack([point for point in points if point is not None], axis=1)
