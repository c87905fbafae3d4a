"""Where a run starts: given, random in the domain, the catalogue's, or all ones."""

from __future__ import annotations

import numpy as np

from gdplay.config.complaints import Complaints
from gdplay.config.nodes import Node, Place, Scalar
from gdplay.config.points import read_point
from gdplay.formula.expr import Array
from gdplay.noise import START, uniform
from gdplay.objective import Function


def read_start(
    node: Node | None,
    function: Function,
    seed: int,
    complaints: Complaints,
    notes: list[str],
    finite: bool = True,
) -> Array | None:
    """Return the start (n,), or None with complaints; what was not given is noted.

    ``finite`` tells whether f has to be finite there, as it must be for a run.
    """
    if isinstance(node, Scalar) and node.text == "random":
        start = _random(node, function, seed, complaints)
    elif node is not None:
        start = read_point(node, function, complaints, "start")
    elif function.known.start is not None:
        start = function.known.start
        notes.append(f"start not given: the catalogue's, {few(start)}")
    else:
        start = np.ones(function.size)
        notes.append("start not given: all ones")
    if start is not None and finite and not np.isfinite(value := function(start)):
        place = node.place if node is not None else Place(None, 1, 1)
        message = f"f is {value} at the start {few(start)}"
        complaints.add(place, "start", message, "choose a start where f is finite")
    return start


def _random(node: Scalar, function: Function, seed: int, complaints: Complaints) -> Array | None:
    domain = function.known.domain
    if domain is None or None in domain:
        remedy = "write function: {formula: ..., domain: {x: [-2, 2]}}"
        complaints.add(node.place, "start", "a random start needs a domain for every variable", remedy)
        return None
    low, high = np.array([ends for ends in domain if ends is not None]).T
    u = uniform(np.array([seed], np.uint64), START, 0, function.size)[:, 0]
    with np.errstate(over="ignore"):
        width = high - low
    # a domain may be wider than the largest number
    return np.where(
        np.isinf(width), low * (1 - u) + high * u, low + np.where(np.isinf(width), 0.0, width) * u
    )


def few(x: Array) -> str:
    """Write the first coordinates of a point."""
    return "[" + ", ".join(f"{v:g}" for v in x[:6]) + (", ...]" if len(x) > 6 else "]")
