"""How a sweep's runs are grouped: what differs in numbers only goes side by side as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from gdplay.config.load import Config, check
from gdplay.config.merge import expand, mapping, merge
from gdplay.config.nodes import Mapping, Node, Scalar
from gdplay.config.short import in_force
from gdplay.errors import ConfigError
from gdplay.formula.expr import Array, Expr, symbol
from gdplay.noise import START, uniform
from gdplay.sweep.grid import Axis, Grid

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

    index: Array
    starts: Array
    seeds: Array
    parameters: dict[Expr, Array]
    values: dict[str, Array]
    """The swept numbers, by key: (runs,)."""


@dataclass(frozen=True, eq=False)
class Group:
    """Runs of one step graph. ``fixed`` are the swept values that made it what it is, as texts.

    ``failure`` says why none of them can be run; then there is no config.
    """

    first: int
    fixed: dict[str, str]
    axes: tuple[Axis, ...]
    config: Config | None = None
    failure: str = ""
    strides: tuple[int, ...] = field(default=())

    @property
    def runs(self) -> int:
        """How many runs the group has."""
        return prod(len(axis) for axis in self.axes)

    def batch(self, start: int, stop: int) -> Batch:
        """Return the runs start to stop, in the order of the group."""
        assert self.config is not None
        config, method = self.config, self.config.method
        numbers = np.arange(start, stop)
        places = np.unravel_index(numbers, tuple(len(axis) for axis in self.axes)) if self.axes else ()
        runs = len(numbers)
        seeds = np.full(runs, config.seed, dtype=np.uint64)
        starts = np.repeat(config.start[:, None], runs, axis=1)
        parameters: dict[Expr, Array] = {}
        values: dict[str, Array] = {}
        for axis, place in zip(self.axes, places, strict=True):
            if axis.random:
                values[axis.key] = place.astype(np.float64)
                starts = _random_starts(config, place)
                continue
            if axis.key == "start":
                values[axis.key] = place.astype(np.float64)
                starts = np.stack([_start(axis.node(int(k)), config) for k in place], axis=1)
                continue
            assert axis.numeric is not None
            values[axis.key] = axis.numeric[place]
            if axis.key == "seed":
                seeds = values[axis.key].astype(np.uint64)
            else:
                parameters[_symbol(axis.key, config)] = values[axis.key]
        missing = [node for node in parameters if node not in method.parameters]
        assert not missing
        return Batch(self.first + numbers, starts, seeds, parameters, values)


def plan(tree: Mapping, grids: Sequence[Grid], name: str, fail_fast: bool = False) -> Iterator[Group]:
    """Return the groups of a sweep, in order; a combination that can't be run is a group with its failure.

    Raises ConfigError with ``fail_fast``, or where no combination can be run.
    """
    first = 0
    for grid in grids:
        carried = tuple(axis for axis in grid.axes if is_carried(axis))
        others = tuple(axis for axis in grid.axes if not is_carried(axis))
        for place in np.ndindex(*(len(axis) for axis in others)):
            nodes = [(axis.key, axis.node(k)) for axis, k in zip(others, place, strict=True)]
            fixed = {key: written(node) for key, node in nodes}
            group = Group(first, fixed, carried)
            try:
                group = Group(first, fixed, carried, _checked(tree, nodes, carried, name))
            except ConfigError as error:
                if fail_fast:
                    raise
                group = Group(first, fixed, carried, failure=str(error.complaints[0]))
            yield group
            first += group.runs


def is_carried(axis: Axis) -> bool:
    """Tell whether an axis can be columns of one kernel: numbers of settings that the graph has as symbols."""
    if axis.key == "start":
        return True
    numeric = axis.numeric is not None
    head = axis.key.split(".")[0]
    return numeric and (axis.key == "seed" or axis.key in AROUND or axis.key.startswith("function.constants.") or head == "optimizer")


def laid_over(tree: Mapping, nodes: Sequence[tuple[str, Node]]) -> Mapping:
    """Return a config's tree with dotted keys set."""
    for key, node in nodes:
        for part in reversed(key.split(".")):
            node = mapping([(part, node)], node.place)
        assert isinstance(node, Mapping)
        tree = merge(tree, expand(node, in_force(tree.get("optimizer"))), [])
    return tree


def written(node: Node) -> str:
    """Return a value as one short text."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{key.text}: {written(value)}" for key, value in node) + "}"
    return "[" + ", ".join(written(item) for item in node) + "]"


def _checked(tree: Mapping, nodes: Sequence[tuple[str, Node]], carried: Sequence[Axis], name: str) -> Config:
    """Return the config of a group at the ends of its axes; the last checked stands for all."""
    fixed = laid_over(tree, nodes)
    config: Config | None = None
    for pick in (np.argmin, np.argmax):
        ends = [(axis.key, axis.node(int(pick(axis.numeric)))) for axis in carried if axis.numeric is not None]
        starts = [(axis.key, axis.node(0)) for axis in carried if axis.key == "start" and not axis.random]
        config = check(laid_over(fixed, [*ends, *starts]), (), name)
    assert config is not None
    for axis in carried:
        if axis.key not in ("start", "seed"):
            _symbol(axis.key, config)
    return config


def _symbol(key: str, config: Config) -> Expr:
    """Return the symbol that stands for a swept setting in the step's graph. Raises ConfigError."""
    last = key.split(".")[-1]
    if key.startswith("function.constants."):
        node = config.function.formula.constants[last]
    else:
        node = symbol(AROUND.get(key, last), (), "hyperparameter")
    if node not in config.method.parameters or node.shape:
        from gdplay.errors import Complaint

        raise ConfigError(Complaint(f"{key} can't be swept here", "sweep numbers only", key=f"sweep.{key}"))
    return node


def _random_starts(config: Config, which: Array) -> Array:
    """Return starts (n, runs) in the domain: number k is a function of (seed, k) alone."""
    domain = config.function.known.domain
    low, high = np.array([(-1.0, 1.0) if pair is None else pair for pair in domain or [None] * config.function.size]).T
    seed = np.array([config.seed], np.uint64)
    found = np.stack([uniform(seed, START, int(k), config.function.size)[:, 0] for k in np.unique(which)], axis=1)
    return (low[:, None] + (high - low)[:, None] * found)[:, np.searchsorted(np.unique(which), which)]


def _start(node: Node, config: Config) -> Array:
    from gdplay.config.complaints import Complaints
    from gdplay.config.functions import read_point

    complaints = Complaints()
    found = read_point(node, config.function, complaints, "sweep.start")
    complaints.raise_any()
    assert found is not None
    return found
