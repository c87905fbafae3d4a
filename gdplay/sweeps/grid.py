"""Which runs a sweep asks for: keys with their values, multiplied, or chosen combinations."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from gdplay.config.complaints import COMMAND_LINE, Complaints, kind
from gdplay.config.document import read_value
from gdplay.config.nodes import Mapping, Node, Place, Scalar
from gdplay.config.nodes import Sequence as List
from gdplay.config.values import number, parse_number, split_values
from gdplay.errors import ConfigError
from gdplay.formula.text import number as number_text
from gdplay.sweeps.arrays import Column

MOST_RUNS = 1_000_000_000
MOST_VALUES = 10_000_000
"""So many values an axis may have; they are held in memory."""

SPACINGS: dict[str, Callable[[float, float, int], np.ndarray]] = {
    "linspace": np.linspace,
    "logspace": lambda low, high, count: np.geomspace(low, high, count),
    "geomspace": np.geomspace,
}
SHORT = {"lin": "linspace", "log": "logspace", "geom": "geomspace"}
CALL = re.compile(r"(linspace|logspace|geomspace)\((.*)\)")


@dataclass(frozen=True, eq=False)
class Axis:
    """One swept key with its values: numbers, or what a config would have, or so many random starts."""

    key: str
    values: tuple[Node, ...] = ()
    numbers: Column | None = None
    random: int = 0
    which: tuple[int, ...] | None = None
    """The places that these values have on the axis as it was asked for; None: all."""

    def __len__(self) -> int:
        return self.random or (len(self.values) if self.numbers is None else len(self.numbers))

    @property
    def numbered(self) -> Column:
        """The values' places: (len,)."""
        return np.arange(float(len(self))) if self.which is None else np.array(self.which, dtype=np.float64)

    def part(self, which: Sequence[int]) -> Axis:
        """Return the axis with some of its values only."""
        places = tuple(int(self.numbered[k]) for k in which)
        if self.random:
            return Axis(self.key, random=len(which), which=places)
        if self.numbers is not None:
            return Axis(self.key, numbers=self.numbers[list(which)], which=places)
        return Axis(self.key, tuple(self.values[k] for k in which), which=places)

    def node(self, k: int) -> Node:
        """Return value k as a config has it."""
        if self.numbers is None:
            return self.values[k]
        return Scalar(number_text(float(self.numbers[k])), False, Place(COMMAND_LINE, 1, 1))

    @cached_property
    def numeric(self) -> Column | None:
        """The values as numbers: (len,), or None where one of them is something else."""
        if self.numbers is not None:
            return self.numbers
        found = [parse_number(value.text) if isinstance(value, Scalar) else None for value in self.values]
        if not found or any(value is None or not np.isfinite(value) for value in found):
            return None
        return np.array(found, dtype=np.float64)


@dataclass(frozen=True)
class Grid:
    """Axes that multiply; the first changes slowest."""

    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def runs(self) -> int:
        """How many runs the grid has."""
        return prod(self.shape)


def read_grids(
    node: Node | None, settings: Sequence[str], resolve: Callable[[str], str | None]
) -> tuple[Grid, ...]:
    """Return the grids of a config's ``sweep`` with ``KEY=VALUES`` settings laid over them.

    A mapping is one grid; a list of mappings gives several. ``resolve`` turns a short key into the
    dotted one, or None. Raises ConfigError.
    """
    complaints = Complaints()
    nodes = node.items if isinstance(node, List) else (() if node is None else (node,))
    grids = [_grid(each, complaints, resolve) for each in nodes]
    own = [axis for text in settings if (axis := _axis_of(text, complaints, resolve)) is not None]
    complaints.raise_any()
    keys = {axis.key for axis in own}
    merged = tuple(Grid((*(a for a in grid if a.key not in keys), *own)) for grid in grids or [[]])
    total = sum(grid.runs for grid in merged)
    if total > MOST_RUNS:
        place = node.place if node is not None else Place(COMMAND_LINE, 1, 1)
        complaints.add(place, "sweep", f"{total} runs; the limit is {MOST_RUNS}", "sweep fewer values")
    if not any(grid.axes for grid in merged):
        place = node.place if node is not None else Place(COMMAND_LINE, 1, 1)
        complaints.add(
            place,
            "sweep",
            "nothing is swept",
            'add "learning_rate=logspace(1e-4,1,61)", or sweep: in the config',
        )
    complaints.raise_any()
    return merged


def _grid(node: Node, complaints: Complaints, resolve: Callable[[str], str | None]) -> list[Axis]:
    if not isinstance(node, Mapping):
        complaints.add(
            node.place,
            "sweep",
            f"expected a mapping, found {kind(node)}",
            "write sweep: {learning_rate: [0.1, 0.2]}",
        )
        return []
    found: list[Axis] = []
    for key, value in node:
        path = resolve(key.text)
        if path is None:
            complaints.add(
                key.place,
                f"sweep.{key.text[:60]}",
                f"unknown key '{key.text[:60]}'",
                "sweep a key of the config, such as optimizer.learning_rate",
            )
            continue
        axis = _axis(path, value, complaints)
        if axis is not None:
            found.append(axis)
    return found


def _axis(key: str, node: Node, complaints: Complaints) -> Axis | None:
    path = f"sweep.{key}"
    if isinstance(node, List):
        if not len(node):
            complaints.add(node.place, path, "an empty list", "give at least one value")
        return Axis(key, node.items)
    if isinstance(node, Scalar):
        return Axis(key, (node,))
    names = node.keys()
    if names == ("random",) and key == "start":
        count = number(1, MOST_VALUES, whole=True)(node.get("random") or node, f"{path}.random", complaints)
        return None if count is None else Axis(key, random=int(count))
    if len(names) != 1 or names[0] not in SPACINGS:
        complaints.add(
            node.place,
            path,
            f"expected values, found {kind(node)}",
            "write a list, {linspace: [a, b, n]} or {logspace: [a, b, n]}",
        )
        return None
    return _spaced(key, names[0], node.get(names[0]) or node, complaints)


def _spaced(key: str, spacing: str, node: Node, complaints: Complaints) -> Axis | None:
    path = f"sweep.{key}.{spacing}"
    if not isinstance(node, List) or len(node) != 3:
        complaints.add(
            node.place, path, f"expected [from, to, count], found {kind(node)}", "write [1e-4, 1, 61]"
        )
        return None
    low, high = (number()(part, path, complaints) for part in node.items[:2])
    count = number(1, MOST_VALUES, whole=True)(node.items[2], path, complaints)
    if low is None or high is None or count is None:
        return None
    if spacing != "linspace" and low * high <= 0:
        complaints.add(
            node.place,
            path,
            f"both ends must have one sign, found {low:g} and {high:g}",
            "write [1e-4, 1, 61]: the ends themselves, not their logarithms",
        )
        return None
    return Axis(key, numbers=np.asarray(SPACINGS[spacing](low, high, int(count)), dtype=np.float64))


def _axis_of(text: str, complaints: Complaints, resolve: Callable[[str], str | None]) -> Axis | None:
    """Read ``KEY=VALUES`` from the command line; None where it has a single value, which is a setting."""
    key, _, value = text.partition("=")
    place = Place(COMMAND_LINE, 1, 1)
    path = resolve(key.strip())
    if path is None:
        return None
    call = CALL.fullmatch(value.strip())
    head, colon, rest = value.strip().partition(":")
    if call:
        return _spaced(path, call[1], _numbers(call[2].split(","), place), complaints)
    if colon and head in SHORT:
        return _spaced(path, SHORT[head], _numbers(rest.split(":"), place), complaints)
    parts = split_values(value)
    if len(parts) > 1:
        return Axis(path, tuple(read_value(part, COMMAND_LINE) for part in parts))
    node = read_value(value, COMMAND_LINE)
    return (
        _axis(path, node, complaints)
        if isinstance(node, Mapping) and set(node.keys()) & {*SPACINGS, "random"}
        else None
    )


def _numbers(texts: Sequence[str], place: Place) -> List:
    return List(tuple(Scalar(text.strip(), False, place) for text in texts), place, True)


def is_swept(text: str, resolve: Callable[[str], str | None]) -> bool:
    """Tell whether a ``KEY=VALUES`` of the command line names several values."""
    complaints = Complaints()
    try:
        return _axis_of(text, complaints, resolve) is not None or len(complaints) > 0
    except ConfigError:
        return True
