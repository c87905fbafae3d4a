"""Points and intervals of a function: its start, its minima, its domain."""

from __future__ import annotations

import numpy as np

from gdplay.config.complaints import Complaints, kind
from gdplay.config.nodes import Mapping, Node, Scalar, Sequence
from gdplay.config.values import interval, numbers
from gdplay.errors import FormulaError
from gdplay.formula.expr import Array, array, const, constant_value, is_constant
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse
from gdplay.objective import Function


def read_domain(
    node: Node | None, function: Function, complaints: Complaints, path: str
) -> tuple[tuple[float, float] | None, ...] | None:
    """Read a domain: one interval for all coordinates, or name to interval; None where none is given."""
    if node is None:
        return None
    owners = [coordinate.split("[")[0] for coordinate in function.coordinates]
    if isinstance(node, Sequence):
        both = interval(node, path, complaints)
        return (both,) * function.size if both else None
    ends: dict[str, tuple[float, float]] = {}
    for key, value in entries(node, complaints, path, "{x: [-2, 2], y: [-1, 3]}"):
        found = interval(value, f"{path}.{key.text}", complaints)
        if key.text not in owners and key.text not in function.coordinates:
            complaints.unknown(key, f"{path}.{key.text}", dict.fromkeys(owners))
        elif found is not None:
            ends[key.text] = found
    return tuple(
        ends.get(name, ends.get(owner)) for name, owner in zip(function.coordinates, owners, strict=True)
    )


def read_points(node: Node | None, function: Function, complaints: Complaints, path: str) -> Array | None:
    """Read a list of points as an array (k, n)."""
    if node is None:
        return None
    if not isinstance(node, Sequence):
        complaints.add(node.place, path, f"expected a list of points, found {kind(node)}", "write [[1, 1]]")
        return None
    points = [read_point(item, function, complaints, f"{path}[{k}]") for k, item in enumerate(node.items)]
    good = [point for point in points if point is not None]
    return np.array(good).reshape(len(good), function.size)


def read_point(node: Node | None, function: Function, complaints: Complaints, path: str) -> Array | None:
    """Read a point: numbers in variable order, or name to value; of one vector also a formula in i and n."""
    if node is None:
        return None
    n = function.size
    if isinstance(node, Mapping):
        return _point_by_name(node, function, complaints, path)
    if isinstance(node, Scalar) and node.quoted and (n > 1 or function.formula.variables[0].shape):
        return _generated(node, function, complaints, path)
    found = numbers(node, path, complaints)
    if found is None:
        return None
    if found.size != n:
        remedy = f"give {n}, in the order {', '.join(function.coordinates[:6])}" + (", ..." if n > 6 else "")
        complaints.add(
            node.place,
            path,
            f"{found.size} value{'s' * (found.size != 1)} for {n} variable{'s' * (n != 1)}",
            remedy,
        )
        return None
    return found.reshape(n)


def _generated(node: Scalar, function: Function, complaints: Complaints, path: str) -> Array | None:
    """Read a point that a catalogue gives for every dimension, such as "i*(n + 1 - i)"."""
    n = function.size
    try:
        found = parse(node.text, Scope({"n": const(float(n)), "i": array(np.arange(1.0, n + 1.0))}))
    except FormulaError as error:
        complaints.formula(node, path, error)
        return None
    if not is_constant(found) or found.shape not in ((), (n,)):
        complaints.add(node.place, path, f"expected {n} numbers, found {kind(node)}", "write a list")
        return None
    return np.array(np.broadcast_to(constant_value(found), (n,)))


def _point_by_name(node: Mapping, function: Function, complaints: Complaints, path: str) -> Array | None:
    values: dict[str, Array] = {}
    shapes = {v.params[0]: v.shape for v in function.formula.variables}
    for key, value in node:
        if key.text not in shapes:
            complaints.unknown(key, f"{path}.{key.text}", shapes)
            continue
        found = numbers(value, f"{path}.{key.text}", complaints)
        if found is not None and found.shape != shapes[key.text]:
            complaints.add(
                value.place,
                f"{path}.{key.text}",
                f"shape {found.shape}, but {key.text} has {shapes[key.text]}",
                "give as many numbers",
            )
        elif found is not None:
            values[key.text] = found
    missing = [name for name in shapes if node.get(name) is None]
    if missing:
        complaints.add(node.place, path, f"no value for {', '.join(missing)}", "give every variable one")
    if len(values) < len(shapes):
        return None
    return np.concatenate([values[name].reshape(-1) for name in shapes])


def entries(node: Node | None, complaints: Complaints, path: str, usage: str) -> list[tuple[Scalar, Node]]:
    """Return the pairs of a mapping, none of one that is absent; complain about anything else."""
    if node is None:
        return []
    if not isinstance(node, Mapping):
        complaints.add(node.place, path, f"expected a mapping, found {kind(node)}", f"write {usage}")
        return []
    return list(node)
