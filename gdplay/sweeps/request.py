"""What a sweep is asked to do: its config's tree, its grids, its groups."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.config.load import plain
from gdplay.config.merge import expand, override
from gdplay.config.nodes import Mapping, Scalar
from gdplay.config.sources import formula_tree, read_data, read_file
from gdplay.errors import Complaint, ConfigError
from gdplay.places import as_component
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.grid import SPACINGS, Grid
from gdplay.sweeps.plan import Group, is_carried, plan
from gdplay.sweeps.readgrid import is_swept, read_grids
from gdplay.sweeps.sweptkeys import Keys, ask_once

MOST_GROUPS = 10_000


@dataclass(frozen=True, eq=False)
class Request:
    """A sweep to be carried out."""

    tree: Mapping
    grids: tuple[Grid, ...]
    name: str
    fail_fast: bool = False

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return sum(grid.runs for grid in self.grids)

    @property
    def keys(self) -> tuple[str, ...]:
        """The swept keys, in the order in which they were given."""
        return tuple(dict.fromkeys(axis.key for grid in self.grids for axis in grid.axes))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The runs by step graph. Raises ConfigError where none can be run."""
        most = sum(prod(len(a) for a in grid.axes if not is_carried(a)) for grid in self.grids)
        if most > MOST_GROUPS:
            message = f"{most} combinations that differ in more than numbers; the limit is {MOST_GROUPS}"
            raise ConfigError(Complaint(message, "sweep fewer values", key="sweep"))
        found = tuple(plan(self.tree, self.grids, self.name, self.fail_fast))
        if all(group.config is None for group in found):
            raise ConfigError(Complaint(f"no run of the sweep is possible: {found[0].failure}"))
        return found

    def source(self) -> dict[str, Any]:
        """Return the config with its sweep, as plain data."""
        swept = {"sweep": [_plain_grid(grid) for grid in self.grids]} if self.grids else {}
        return {**plain(self.tree), **swept}


def read_request(
    source: Path | str | Dictionary[str, Any],
    settings: Sequence[str] = (),
    fail_fast: bool = False,
    may_be_single: bool = False,
) -> Request:
    """Return the sweep of a config with ``KEY=VALUES`` laid over it: several values sweep, one sets.

    ``may_be_single`` allows that nothing is swept. Raises ConfigError.
    """
    tree, name = _read(source)
    swept, single = _sorted_out(tree, settings)
    tree = override(tree, single, [])
    keys = Keys(tree)
    ask_once(swept, single, keys)
    nothing = tree.get("sweep") is None and not swept
    settled = {keys.of(text) for text in single}
    grids = () if may_be_single and nothing else read_grids(tree.get("sweep"), swept, keys, settled)
    return Request(_without_sweep(tree), grids, name, fail_fast)


def _sorted_out(tree: Mapping, settings: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the settings of several values and those of one, which may change what a short key means."""
    swept: list[str] = []
    single: list[str] = []
    for text in settings:
        if "=" in text and is_swept(text, Keys(tree)):
            swept.append(text)
            continue
        single.append(text)
        with suppress(ConfigError):  # all that is wrong is said at once, later
            tree = override(tree, [text], [])
    return swept, single


def _without_sweep(tree: Mapping) -> Mapping:
    return Mapping(tuple(pair for pair in tree.items if pair[0].text != "sweep"), tree.place, tree.flow)


def _read(source: Path | str | Dictionary[str, Any]) -> tuple[Mapping, str]:
    """Return a config's tree and the name for its results."""
    if isinstance(source, Dictionary):
        tree, name = expand(read_data(source)), "sweep"
    elif isinstance(source, Path):
        tree, name = read_file(source, (), []), as_component(source.stem)
    else:
        tree, name = expand(formula_tree(source)), source if source.isidentifier() else "formula"
    own = tree.get("name")
    return tree, as_component(own.text) if isinstance(own, Scalar) else name


def _plain_grid(grid: Grid) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for axis in grid.axes:
        if axis.random:
            found[axis.key] = {"random": axis.random}
        elif axis.numbers is not None:
            found[axis.key] = _plain_numbers(axis.numbers)
        else:
            found[axis.key] = [plain(value) for value in axis.values]
    return found


def _plain_numbers(numbers: Column) -> Any:
    """Return an axis' numbers by their spacing where that gives exactly them: there may be millions."""
    low, high, count = float(numbers[0]), float(numbers[-1]), len(numbers)
    for name in ("linspace", "logspace"):
        possible = count > 2 and (name == "linspace" or low * high > 0)
        if possible and np.array_equal(SPACINGS[name](low, high, count), numbers):
            return {name: [low, high, count]}
    return numbers.tolist()
