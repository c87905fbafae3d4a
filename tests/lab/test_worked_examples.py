"""The textbook's worked examples, numbers written out: by the gradient, the two passes, the derivation."""

from __future__ import annotations

import numpy as np
import pytest

from gdplay.backprop import backprop
from gdplay.engines.difference import split
from gdplay.engines.tape import evaluate
from gdplay.formula.derive import derive, scalar_form
from gdplay.lesson import coordinate_nodes
from gdplay.objective import from_text

NEURON = "f(w, x, b, y) = (relu(w*x + b) - y)^2/2"
VECTOR_NEURON = "f(w[3], x[3], b, y) = (relu(dot(w, x) + b) - y)^2/2"

# formula, point, value, gradient
EXAMPLES = [
    # sums
    ("f(x, y) = x + y", [2, 3], 5, [1, 1]),
    ("f(x, y, z) = x + 2y - 3z", [1, 1, 1], 0, [1, 2, -3]),
    ("f(x) = x^3 + x^2 + 5", [2], 17, [16]),
    ("f(x) = 3x^2 + 5x", [2], 22, [17]),
    # products
    ("f(x, y) = x*y", [2, 3], 6, [3, 2]),
    ("f(x, y, z) = x*y*z", [2, 3, 4], 24, [12, 8, 6]),
    ("f(x, y) = 3x^3*y^2", [1, 2], 12, [36, 12]),
    ("f(x, y) = 8x^2*y - 3y", [1, 2], 10, [32, 5]),
    # max, and max(x, 0)
    ("f(x, y) = max(x, y)", [2, 3], 3, [0, 1]),
    ("f(x, y) = max(x, y)", [5, 3], 5, [1, 0]),
    ("f(x, y) = max(x, y)", [4, 4], 4, [0.5, 0.5]),
    ("f(x) = max(x, 0)", [3], 3, [1]),
    ("f(x) = max(x, 0)", [-3], 0, [0]),
    ("f(x) = max(x, 0)", [0], 0, [0]),
    # the gradient of three variables: [9x^2 z, -2y + 2z, 3x^3 + 5 + 2y]
    ("f(x, y, z) = 3x^3*z - y^2 + 5z + 2y*z", [1, 2, 3], 32, [27, 2, 12]),
    # the chain rule
    ("h(x) = 3(2x^2)^5", [1], 96, [960]),
    ("h(x) = 3(2x^2)^5", [2], 98304, [960 * 512]),
    ("h(x) = (x^2 + 1)^2", [3], 100, [120]),
    ("h(x, y) = (x*y + 1)^3", [1, 2], 27, [54, 27]),
    ("h(x) = sqrt(3x + 1)", [5], 4, [3 / 8]),
    # one neuron with its loss: half of (relu(w x + b) - y)^2
    (NEURON, [2, 3, -1, 1], 8, [12, 8, 4, -4]),
    (NEURON, [-2, 3, 1, 1], 0.5, [0, 0, 0, 1]),
    (VECTOR_NEURON, [-3, -1, 2, 1, -2, 3, 1, 2], 8, [4, -8, 12, -12, -4, 8, 4, -4]),
]  # fmt: skip
every_example = pytest.mark.parametrize(
    ("text", "point", "value", "gradient"), EXAMPLES, ids=[f"{row[0]} at {row[1]}" for row in EXAMPLES]
)


@every_example
def test_value_and_gradient(text: str, point: list[float], value: float, gradient: list[float]) -> None:
    f = from_text(text)
    assert f(point) == value
    assert f.gradient(point).tolist() == gradient


@every_example
def test_passes_end_in_the_gradient(
    text: str, point: list[float], value: float, gradient: list[float]
) -> None:
    passes = backprop(from_text(text), np.array(point, dtype=float))
    assert passes.value == value
    assert passes.gradient.tolist() == gradient


@pytest.mark.parametrize(
    ("text", "point", "value", "gradient"),
    # at a tie of max the derivation says in words that each takes an equal share
    [row for row in EXAMPLES if (row[0], row[1]) != ("f(x, y) = max(x, y)", [4, 4])],
)
def test_derivation_has_the_same_numbers(
    text: str, point: list[float], value: float, gradient: list[float]
) -> None:
    f = from_text(text)
    at = split(np.array(point, dtype=float)[:, None], f.formula.variables)
    scalar = scalar_form(f.formula.expr)
    lines = [derive(scalar, node).shortest for node in coordinate_nodes(f)]
    assert [float(found[0]) for found in evaluate(lines, at)] == pytest.approx(gradient, rel=1e-14)


def test_neuron_by_all_its_partials_step_by_step() -> None:
    """W = 2, x = 3, b = -1, y = 1: z = 5, a = 5, d = 4, loss 8; backwards 4, 4, then 4*3, 4*2, 4."""
    f = from_text("f(w, x, b, y) = z = w*x + b; a = relu(z); d = a - y; d^2/2")
    passes = backprop(f, np.array([2.0, 3.0, -1.0, 1.0]))
    values = {node.name: float(node.value) for node in passes.forward}
    assert values == {"w": 2, "x": 3, "b": -1, "y": 1, "v1": 6, "z": 5, "a": 5, "d": 4, "v2": 16, "v3": 8}
    told = {
        (back.name, share.to): (share.formula, float(back.incoming), share.local, float(share.value))
        for back in passes.backward
        for share in back.shares
    }
    assert told == {
        ("v3", "v2"): ("0.5", 1, 0.5, 0.5),
        ("v2", "d"): ("2d", 0.5, 8, 4),
        ("d", "a"): ("1", 4, 1, 4),
        ("d", "y"): ("-1", 4, -1, -4),
        ("a", "z"): ("where(z > 0, 1, 0)", 4, 1, 4),
        ("z", "v1"): ("1", 4, 1, 4),
        ("z", "b"): ("1", 4, 1, 4),
        ("v1", "w"): ("x", 4, 3, 12),
        ("v1", "x"): ("w", 4, 2, 8),
    }
