"""How the grids of a sweep are read, from a config or from the command line."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from gdplay.config.complaints import COMMAND_LINE, Complaints, kind
from gdplay.config.document import read_value
from gdplay.config.nodes import Mapping, Node, Place, Scalar
from gdplay.config.nodes import Sequence as List
from gdplay.config.values import number, parse_number, split_values
from gdplay.errors import ConfigError
from gdplay.sweeps.grid import SPACINGS, Axis, Grid
from gdplay.sweeps.lay import written
from gdplay.sweeps.sweptkeys import Keys

MOST_RUNS = 1_000_000_000
MOST_VALUES = 10_000_000
"""So many values an axis may have; they are held in memory."""

CALLS = {"lin": "linspace", "log": "logspace", "geom": "geomspace"}
CALL = re.compile(r"(linspace|logspace|geomspace)\((.*)\)")
RATE = "optimizer.learning_rate"
NO_LISTS = ("optimizer", "function", "seed", "engine", "gradient", RATE)
NO_LISTS_BELOW = ("stop.", "noise.", "gradient.")
"""Keys that take no list, so that one given to them is a list of values."""


def read_grids(
    node: Node | None, swept: Sequence[str], keys: Keys, settled: Collection[str] = ()
) -> tuple[Grid, ...]:
    """Return the grids of a config's ``sweep`` with ``KEY=VALUES`` settings laid over them.

    A mapping is one grid; a list of mappings gives several. What the keys ``settled`` sweep is left out: the
    command line has given them a single value. Raises ConfigError.
    """
    complaints = Complaints()
    nodes = node.items if isinstance(node, List) else (() if node is None else (node,))
    grids = [_grid(each, complaints, keys) for each in nodes]
    own = [axis for text in swept if (axis := _axis_of(text, complaints, keys)) is not None]
    complaints.raise_any()
    replaced = {keys.same(axis.key) for axis in own} | set(settled)
    kept = [[axis for axis in grid if keys.same(axis.key) not in replaced] for grid in grids or [[]]]
    merged = tuple(Grid((*axes, *own)) for axes in kept)
    total = sum(grid.runs for grid in merged)
    place = node.place if node is not None else Place(COMMAND_LINE, 1, 1)
    if total > MOST_RUNS:
        complaints.add(place, "sweep", f"{total} runs; the limit is {MOST_RUNS}", "sweep fewer values")
    if not any(grid.axes for grid in merged):
        remedy = 'give some, as in optimizer=gd,adam or "lr=logspace(1e-4,1,61)"'
        complaints.add(place, "sweep", "no key has several values", remedy)
    complaints.raise_any()
    return merged


def is_swept(text: str, keys: Keys) -> bool:
    """Tell whether a ``KEY=VALUES`` of the command line names several values, or wrongly tries to."""
    complaints = Complaints()
    try:
        return _axis_of(text, complaints, keys) is not None or len(complaints) > 0
    except ConfigError:
        return True


def _grid(node: Node, complaints: Complaints, keys: Keys) -> list[Axis]:
    if not isinstance(node, Mapping):
        remedy = "write sweep: {learning_rate: [0.1, 0.2]}"
        complaints.add(node.place, "sweep", f"expected a mapping, found {kind(node)}", remedy)
        return []
    found: dict[str, Axis] = {}
    for key, value in node:
        path, shown = keys.whole(key.text), f"sweep.{key.text[:60]}"
        if path is None:
            like = keys.like(key.text)
            remedy = f"did you mean {like}?" if like else f"sweep a key of the config, such as {RATE}"
            complaints.add(key.place, shown, f"unknown key '{key.text[:60]}'", remedy)
            continue
        if keys.same(path) in found:
            complaints.add(key.place, shown, f"the same key as {keys.same(path)}", "give it once")
            continue
        axis = _axis(path, value, complaints)
        if axis is not None:
            found[keys.same(path)] = axis
    return list(found.values())


def _axis_of(text: str, complaints: Complaints, keys: Keys) -> Axis | None:
    """Read ``KEY=VALUES`` from the command line; None where it has a single value, which is a setting."""
    key, _, value = text.partition("=")
    place = Place(COMMAND_LINE, 1, 1)
    path, value = keys.whole(key.strip()), value.strip()
    if path is None:
        return None
    if not value and not path.startswith(("plot.", "log.")):
        complaints.add(place, f"sweep.{path}", "no value is given", f"write {key.strip()}=A or A,B,C")
        return None
    call = CALL.fullmatch(value)
    head, colon, rest = value.partition(":")
    if call:
        return _spaced(path, call[1], _numbers(call[2].split(","), place), complaints)
    if colon and head in CALLS:
        return _spaced(path, CALLS[head], _numbers(rest.split(":"), place), complaints)
    parts = split_values(value)
    if len(parts) > 1:
        return _listed(path, tuple(read_value(part, COMMAND_LINE) for part in parts), place, complaints)
    node = read_value(value, COMMAND_LINE)
    spaced = isinstance(node, Mapping) and set(node.keys()) & {*SPACINGS, "random"}
    listed = isinstance(node, List) and (path in NO_LISTS or path.startswith(NO_LISTS_BELOW))
    return _axis(path, node, complaints) if spaced or listed else None


def _axis(key: str, node: Node, complaints: Complaints) -> Axis | None:
    path = f"sweep.{key}"
    if isinstance(node, List):
        return _listed(key, node.items, node.place, complaints)
    if isinstance(node, Scalar):
        return Axis(key, (node,))
    names = node.keys()
    if names == ("random",) and key == "start":
        count = number(1, MOST_VALUES, whole=True)(node.get("random") or node, f"{path}.random", complaints)
        return None if count is None else Axis(key, random=int(count))
    if len(names) != 1 or names[0] not in SPACINGS:
        remedy = "write a list, {linspace: [a, b, n]} or {logspace: [a, b, n]}"
        complaints.add(node.place, path, f"expected values, found {kind(node)}", remedy)
        return None
    return _spaced(key, names[0], node.get(names[0]) or node, complaints)


def _listed(key: str, values: tuple[Node, ...], place: Place, complaints: Complaints) -> Axis | None:
    if not values:
        complaints.add(place, f"sweep.{key}", "an empty list", "give at least one value")
        return None
    seen = set[object]()
    for value in values:
        text = written(value)
        same = parse_number(text) if isinstance(value, Scalar) else None
        if (text if same is None else same) in seen:
            complaints.add(place, f"sweep.{key}", f"{text[:60]} is given twice", "give each value once")
            return None
        seen.add(text if same is None else same)
    return Axis(key, values)


def _spaced(key: str, spacing: str, node: Node, complaints: Complaints) -> Axis | None:
    path = f"sweep.{key}.{spacing}"
    if not isinstance(node, List) or len(node) != 3:
        remedy = "write [1e-4, 1, 61]"
        complaints.add(node.place, path, f"expected [from, to, count], found {kind(node)}", remedy)
        return None
    low, high = (number()(part, path, complaints) for part in node.items[:2])
    count = number(1, MOST_VALUES, whole=True)(node.items[2], path, complaints)
    if low is None or high is None or count is None:
        return None
    if spacing != "linspace" and low * high <= 0:
        found = f"both ends must have one sign, found {low:g} and {high:g}"
        complaints.add(
            node.place, path, found, "write [1e-4, 1, 61]: the ends themselves, not their logarithms"
        )
        return None
    numbers = np.asarray(SPACINGS[spacing](low, high, int(count)), dtype=np.float64)
    if (numbers[1:] == numbers[:-1]).any():
        found = f"{int(count)} values from {low:g} to {high:g} are not all different"
        complaints.add(node.place, path, found, "take fewer, or ends that are further apart")
        return None
    return Axis(key, numbers=numbers)


def _numbers(texts: Sequence[str], place: Place) -> List:
    return List(tuple(Scalar(text.strip(), False, place) for text in texts), place, True)
