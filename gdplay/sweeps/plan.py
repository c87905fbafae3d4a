"""How a sweep's runs are grouped: what differs in numbers only goes side by side as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np

from gdplay.config.load import Config, check
from gdplay.config.nodes import Mapping
from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.batch import AROUND, Batch, Listed, is_column, moves, side_by_side
from gdplay.sweeps.grid import Axis, Grid
from gdplay.sweeps.lay import laid_over, written
from gdplay.sweeps.starts import given_starts, random_starts

LARGEST_SEED = 2.0**53
"""Beyond it not every whole number is a double, as the columns of a batch are."""

MOST_TRIED = 2000
"""Of an axis with more values, one that is refused fails the whole group."""


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

    @property
    def runs(self) -> int:
        """How many runs the group has."""
        return prod(len(axis) for axis in self.axes)

    @property
    def moves(self) -> bool:
        """Whether its runs start at different places."""
        return moves(self.config, {axis.key for axis in self.axes})

    @cached_property
    def listed(self) -> Listed | None:
        """The starts that are listed, where that is how they are swept."""
        own = [axis for axis in self.axes if axis.key == "start" and not axis.random]
        if not own or self.config is None:
            return None
        return Listed(own[0].numbered, given_starts(own[0], self.config))

    def values(self, numbers: Column) -> dict[str, Column]:
        """Return the swept numbers of some runs, counted within the group: key to (runs,)."""
        places = self._places(numbers)
        found: dict[str, Column] = {}
        for axis, place in zip(self.axes, places, strict=True):
            found[axis.key] = axis.numbered[place] if axis.key == "start" else _numbers(axis)[place]
        return found

    def batch(self, numbers: Column) -> Batch:
        """Return some runs, counted within the group."""
        assert self.config is not None
        return side_by_side(self.config, self.first + numbers, self.values(numbers), self.listed)

    def _places(self, numbers: Column) -> tuple[Column, ...]:
        return np.unravel_index(numbers, tuple(len(axis) for axis in self.axes)) if self.axes else ()


def plan(tree: Mapping, grids: Sequence[Grid], name: str, fail_fast: bool = False) -> Iterator[Group]:
    """Return the groups of a sweep, in order; a combination that can't be run is a group with its failure.

    Raises ConfigError with ``fail_fast``.
    """
    first = 0
    for grid in grids:
        # what names an optimizer or a function comes before what is set in it
        axes = tuple(sorted(grid.axes, key=lambda axis: "." in axis.key))
        for group in _groups(_Plan(tree, name, fail_fast), axes, ()):
            yield replace(group, first=first)
            first += group.runs


@dataclass(frozen=True)
class _Plan:
    tree: Mapping
    name: str
    fail_fast: bool


def _groups(plan: _Plan, axes: tuple[Axis, ...], apart: tuple[str, ...]) -> Iterator[Group]:
    """Yield the groups of axes that multiply; those of ``apart`` can't be columns."""
    carried = tuple(axis for axis in axes if axis.key not in apart and is_carried(axis))
    others = tuple(axis for axis in axes if axis not in carried)
    for place in np.ndindex(*(len(axis) for axis in others)):
        nodes = [(axis.key, axis.node(k)) for axis, k in zip(others, place, strict=True)]
        fixed = {key: written(node) for key, node in nodes}
        single = tuple(axis.part([k]) for axis, k in zip(others, place, strict=True))
        try:
            tree = laid_over(plan.tree, nodes)
            config = _checked(tree, carried, plan.name)
        except ConfigError as error:
            if plan.fail_fast:
                raise
            yield from _without_unfit(plan, single, carried, fixed, apart, str(error.complaints[0]))
            continue
        loose = tuple(axis.key for axis in carried if not is_column(axis.key, config))
        if loose:
            yield from _groups(plan, (*single, *carried), (*apart, *loose))
        else:
            yield Group(0, fixed, carried, config)


def _without_unfit(
    plan: _Plan,
    single: tuple[Axis, ...],
    carried: tuple[Axis, ...],
    fixed: dict[str, str],
    apart: tuple[str, ...],
    reason: str,
) -> Iterator[Group]:
    """Yield the groups of a combination that is refused: the values that are, and without them the rest."""
    for axis in carried:
        refused = _refused(plan, single, axis)
        if refused and len(refused) < len(axis):
            kept = [k for k in range(len(axis)) if k not in refused]
            parts = (axis.part(kept), axis.part(list(refused)))
            fit, unfit = (tuple(part if a is axis else a for a in carried) for part in parts)
            yield from _groups(plan, (*single, *fit), apart)
            yield Group(0, fixed, unfit, failure=next(iter(refused.values())))
            return
    yield Group(0, fixed, carried, failure=reason)


def _refused(plan: _Plan, single: tuple[Axis, ...], axis: Axis) -> dict[int, str]:
    """Return which values of an axis are refused by themselves, and why."""
    found: dict[int, str] = {}
    if axis.random or len(axis) > MOST_TRIED:
        return found
    tree = laid_over(plan.tree, [(other.key, other.node(0)) for other in single])
    for k in range(len(axis)):
        try:
            _checked(tree, (axis.part([k]),), plan.name)
        except ConfigError as error:
            found[k] = str(error.complaints[0])
    return found


def is_carried(axis: Axis) -> bool:
    """Tell whether an axis may be columns of one kernel: starts, seeds, numbers of the step's graph."""
    if axis.key == "start":
        return True
    numeric = axis.numeric
    if numeric is None:
        return False
    if axis.key == "seed":
        return bool(numeric.max() <= LARGEST_SEED)
    if axis.key == "noise.gradient":
        return bool(numeric.min() > 0)  # without noise the graph is another
    return axis.key in AROUND or axis.key.startswith(("function.constants.", "optimizer."))


def _checked(tree: Mapping, carried: Sequence[Axis], name: str) -> Config:
    """Return the config of a group, checked at the ends of its axes. Raises ConfigError."""
    starts = [(axis.key, axis.node(0)) for axis in carried if axis.key == "start" and not axis.random]
    config: Config | None = None
    for pick in (np.argmin, np.argmax):
        numeric = [(a.key, a.numeric) for a in carried if a.key != "start" and a.numeric is not None]
        ends = [(a.key, a.node(int(pick(_numbers(a))))) for a in carried if a.key in dict(numeric)]
        config = check(laid_over(tree, [*ends, *starts]), (), name)
    assert config is not None
    for axis in carried:
        if axis.random:
            random_starts(config, np.zeros(1, np.uint64), np.zeros(1, np.int64))
        elif axis.key == "start":
            _ask_finite(given_starts(axis, config), config)
    return config


def _ask_finite(starts: Column, config: Config) -> None:
    """Refuse starts where f is not finite, as for a single run."""
    values = np.asarray(config.function(starts))
    if not np.isfinite(values).all():
        value = values[~np.isfinite(values)][0]
        remedy = "choose starts where f is finite"
        raise ConfigError(Complaint(f"f is {value} at a start", remedy, key="sweep.start"))


def _numbers(axis: Axis) -> Column:
    assert axis.numeric is not None
    return axis.numeric
