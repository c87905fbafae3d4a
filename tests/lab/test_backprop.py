"""Forward and backward pass as tables: the same computation as the gradient, told node by node."""

from __future__ import annotations

import numpy as np
import pytest
from formulas import formula

from gdplay.backprop import Backprop, backprop
from gdplay.catalog import names
from gdplay.objective import Function, from_text, function

VECTORS = [
    "f(v[3]) = sum((v - 1)^2) + max(v)",
    "f(W[2,3], x[3], b[2]) = sum(tanh(W@x + b)^2)",
    "f(v[4]) = norm(v[1:] - v[:-1]) + prod(v)",
    "f(v[12]) = logsumexp(v)*mean(v)",
    "f(v[3]) = v[0]*v[1] + v[1]*v[2] + v[0]",
    "f(A[2,2], b[2]) = dot(solve(A + 3*eye(2), b), b)",
]
KINKS = [
    ("f(x) = abs(x) + sqrt(x^2)", [0.0]),
    ("f(x, y) = max(x, 0)*relu(y)", [-1.0, 2.0]),
    ("f(x, y) = max(x, y)*min(x, y)", [2.0, 2.0]),
    ("f(x) = where(x > 0, log(x), 0)", [-1.0]),
    ("f(x) = sqrt(x)", [0.0]),
]


def passes(f: Function, seed: int = 0) -> Backprop:
    point = np.random.default_rng(seed).uniform(-2, 2, f.size)
    found = backprop(f, point)
    assert found.gradient.tobytes() == f.gradient(point).tobytes()
    assert found.value == f(point) or np.isnan(found.value)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_gradient_of_scalars_bit_for_bit(seed: int) -> None:
    found = passes(from_text(f"f(x, y, z) = {formula(seed)} + x"), seed)
    slots = {node.name: k for k, node in enumerate(found.forward)}
    for node in found.forward:
        assert all(slots[need] < slots[node.name] for need in node.needs)
    received: dict[str, list[float]] = {}
    seen: set[str] = set()
    for back in found.backward:
        assert not seen & {share.to for share in back.shares}, "nothing is added to a node that was passed"
        seen.add(back.name)
        # what was sent to this node is what it says came in, path by path, and it adds up
        if back.name in received:
            assert [float(path) for path in back.paths] == received[back.name]
        total = float(sum(back.paths[1:], back.paths[0])) if back.paths else 0.0
        assert total == float(back.incoming)
        for share in back.shares:
            assert share.local is not None
            if np.isfinite(share.local):
                product = float(back.incoming) * share.local
                assert float(share.value) == pytest.approx(product, rel=1e-12, abs=1e-300)
            received.setdefault(share.to, []).append(float(share.value))


@pytest.mark.parametrize("text", VECTORS)
def test_gradient_of_vectors_bit_for_bit(text: str) -> None:
    found = passes(from_text(text))
    assert all(share.formula for back in found.backward for share in back.shares)


@pytest.mark.parametrize(("text", "point"), KINKS)
def test_gradient_at_kinks_bit_for_bit(text: str, point: list[float]) -> None:
    f = from_text(text)
    assert backprop(f, np.array(point)).gradient.tobytes() == f.gradient(point).tobytes()


@pytest.mark.parametrize("name", names("functions")[::7])
def test_gradient_of_catalogued_functions_bit_for_bit(name: str) -> None:
    passes(function(name))


def test_names_are_the_users_own_where_there_are_any() -> None:
    found = passes(from_text("f(v1, v2) = a = v1*v2; b = sin(a); b + a*v1"))
    # v1 and v2 are variables, so the nodes without a name are called w1, w2, ...
    assert [(n.name, n.formula) for n in found.forward] == [
        ("v1", ""), ("v2", ""), ("a", "v1*v2"), ("b", "sin(a)"), ("w1", "a*v1"), ("w2", "b + w1"),
    ]  # fmt: skip


def test_sum_over_several_paths_is_shown_as_one() -> None:
    found = backprop(from_text("f(x, y) = x*y + x^2 + 3x"), np.array([2.0, 5.0]))
    (x,) = [back for back in found.backward if back.name == "x"]
    assert sorted(float(path) for path in x.paths) == [3.0, 4.0, 5.0]
    assert float(x.incoming) == 12.0


def test_variable_without_a_path_has_gradient_0() -> None:
    found = backprop(from_text("f(x, y) = x + 0*floor(y)"), np.array([2.0, 5.0]))
    (y,) = [back for back in found.backward if back.name == "y"]
    assert (y.paths, float(y.incoming)) == ((), 0.0)


def test_constants_have_their_value_and_receive_nothing() -> None:
    f = function({"formula": "a*x^2", "variables": ["x"], "constants": {"a": 3}})
    found = backprop(f, np.array([2.0]))
    assert [(n.name, n.kind, float(n.value)) for n in found.forward] == [
        ("x", "variable", 2.0), ("a", "constant", 3.0), ("v1", "operation", 4.0), ("v2", "operation", 12.0)
    ]  # fmt: skip
    assert "a" not in {share.to for back in found.backward for share in back.shares}


def test_constant_function_has_gradient_0() -> None:
    found = backprop(from_text("f(x) = 3"), np.array([2.0]))
    assert (found.value, found.gradient.tolist()) == (3.0, [0.0])


def test_names_do_not_depend_on_what_was_read_before() -> None:
    from_text("f(x, y) = cos(x*y + 17)")
    found = backprop(from_text("f(x, y) = exp(x) + cos(x*y + 17)"), np.array([1.0, 2.0]))
    assert [(n.name, n.formula) for n in found.forward[2:]] == [
        ("v1", "exp(x)"), ("v2", "x*y"), ("v3", "v2 + 17"), ("v4", "cos(v3)"), ("v5", "v1 + v4")
    ]  # fmt: skip


def test_long_formulas_are_told_in_time() -> None:
    long = from_text("f(x) = " + " + ".join(f"sin({k}*x)" for k in range(2, 1500)))
    assert len(backprop(long, np.array([1.0])).backward) > 4000
    deep = from_text("f(x) = " + "sin(" * 1500 + "x" + ")" * 1500)
    assert len(backprop(deep, np.array([1.0])).backward) == 1501
