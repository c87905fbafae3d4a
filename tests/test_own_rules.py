"""A rule of one's own: the shape of its state, its order, and what a step of it computes."""

# The rows of tables are read down their columns.

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from witnesses import BOWL

import gdplay
from gdplay.trace import Trace


def run(config: dict[str, Any], **sections: Any) -> Trace:
    return gdplay.run({**config, **sections})


# fmt: off
COUNTED = [
    ("x = x - lr*g",                                           "analytic", (4, 4, 0)),
    ("x = x - lr*grad(x)",                                     "analytic", (4, 4, 0)),
    ("x = x - lr*grad(x - g)",                                 "analytic", (4, 8, 0)),
    ("x = x - lr*where(f(x - g) < f(x), g, grad(x + g))",      "analytic", (8, 8, 0)),
    ("x = x - solve(hess(x), g)",                              "analytic", (4, 4, 4)),
    ("x = x - lr*hvp(x, g)",                                   "analytic", (4, 4, 4)),
    ("x = x - lr*g",                                           "central",  (4 + 4*4, 0, 0)),
    ("x = x - lr*grad(x - g)",                                 "forward",  (4 + 2*4*3, 0, 0)),
]
# fmt: on


@pytest.mark.parametrize(("step", "method", "counts"), COUNTED)
def test_evaluations_are_counted(step: str, method: str, counts: tuple[int, int, int]) -> None:
    trace = run(BOWL, optimizer={"step": step}, gradient=method, stop={"max_steps": 3})
    assert dict(trace.evaluations) == dict(zip(("function", "gradient", "hessian"), counts, strict=True))


OWN: list[tuple[dict[str, Any], list[str]]] = [
    ({"state": {"k": 0}, "step": "k = k + 1\nx = x - lr/k*g"}, ["k"]),
    ({"state": {"v": 0}, "step": "v = 0.5*v + g\nx = x - lr*v"}, ["v_x", "v_y"]),
    (
        {"state": {"M": 0}, "step": "M = M + outer(g, g)\nx = x - lr*g/(1 + diag(M))"},
        ["M[0,0]", "M[0,1]", "M[1,0]", "M[1,1]"],
    ),
    (
        {"state": {"M": "eye(n)"}, "step": "M = M/2\nx = x - lr*(M @ g)"},
        ["M[0,0]", "M[0,1]", "M[1,0]", "M[1,1]"],
    ),
    ({"state": {"a": 1, "b": 0}, "step": "a = 0.5*a\nb = b + a*g\nx = x - lr*b"}, ["a", "b_x", "b_y"]),
    ({"state": {"s": 0, "k": 0}, "step": "s = dot(g, g) + k\nk = k + s\nx = x - lr*g/(1 + s)"}, ["s", "k"]),
    ({"state": {"p": "x"}, "step": "q = x\nx = x - lr*g + 0.5*(x - p)\np = q"}, ["p_x", "p_y"]),
    ({"state": {"unused": 3}, "step": "x = x - lr*g"}, ["unused"]),
]


@pytest.mark.parametrize(("rule", "names"), OWN, ids=[row[0]["step"].splitlines()[0] for row in OWN])
def test_the_state_of_a_rule_of_ones_own_has_the_shape_of_its_update(
    rule: dict[str, Any], names: list[str]
) -> None:
    trace = run(BOWL, optimizer={"learning_rate": 0.01, **rule}, stop={"max_steps": 2})
    assert [
        name
        for name in trace.columns
        if name not in ("step", "f", "grad_norm", "learning_rate", "x", "y", "g_x", "g_y")
    ] == names


def test_a_rule_of_ones_own_is_carried_out_in_its_order() -> None:
    rule = {"learning_rate": 0.1, "hyperparameters": {"mu": 0.5}, "state": {"v": 0, "k": 0}}
    step = "k = k + 1\nw = mu*v + g\nx = x - lr*w/k + 0.001*i\nv = w - lr*grad(x - v)\n"
    trace = run(BOWL, optimizer={**rule, "step": step}, stop={"max_steps": 5})
    x, v = np.array([3.0, -2.0]), np.zeros(2)
    for k in range(1, 6):
        w = 0.5 * v + np.array([2, 20]) * x
        x = x - 0.1 * w / k + 0.001 * np.array([1, 2])
        v = w - 0.1 * np.array([2, 20]) * (x - v)
        np.testing.assert_allclose(trace.x[k], x, rtol=1e-12)


def test_newton_by_a_rule_of_ones_own_takes_one_step() -> None:
    trace = run(BOWL, optimizer={"step": "x = x - solve(hess(x), g)"}, stop={"gradient_norm": 1e-12})
    assert (trace.status, trace.steps) == ("converged", 1)
