"""Numbers at the edges: each config ends with the status, the reason and the values that arithmetic gives it."""

# ruff: noqa: E501 (a row of a table is read along its columns)
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdplay

BIG, TINY = 1.7976931348623157e308, 5e-324

# What is run, how it ends, how many steps, and where.
# fmt: off
ROWS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str, int, list[float]]] = {
    "zero steps":           ({"function": "x^2", "start": 3}, {"stop.max_steps": 0},
        "max_steps", "0 steps done", 0, [3.0]),
    "one step":             ({"function": "x^2", "start": 3}, {"stop.max_steps": 1, "optimizer.learning_rate": 0.25},
        "max_steps", "1 step done", 1, [1.5]),
    "zero slope at once":   ({"function": "x^2 + y^4", "start": [0, 0]}, {"stop.gradient_norm": 0},
        "converged", "|g| 0 <= 0 at step 0", 0, [0.0, 0.0]),
    "zero slope, no rule":  ({"function": "x^2 - y^2", "start": [0, 0]}, {"stop.max_steps": 3},
        "max_steps", "3 steps done", 3, [0.0, 0.0]),
    "a constant":           ({"function": {"formula": "0*x + 7", "variables": ["x"]}, "start": 2}, {"stop.stall": 4},
        "stalled", "no better value in 4 steps at step 4", 4, [2.0]),
    "no minimum":           ({"function": "-x^2", "start": 1}, {"optimizer.learning_rate": 1, "stop.max_steps": 99},
        "diverged", "f -3.14e+10 is beyond 1e+10 at step 11", 11, [3.0**11]),
    "no minimum, slowly":   ({"function": "x", "start": 0}, {"optimizer.learning_rate": 1, "stop.max_steps": 5},
        "max_steps", "5 steps done", 5, [-5.0]),
    "subnormal point":      ({"function": "x", "start": TINY}, {"optimizer.learning_rate": TINY, "stop.max_steps": 2},
        "max_steps", "2 steps done", 2, [-TINY]),
    # the square of 2e-200 is 0, and so is the norm
    "a square underflows":  ({"function": "x^2", "start": 1e-200}, {"stop.gradient_norm": 0},
        "converged", "|g| 0 <= 0 at step 0", 0, [1e-200]),
    "huge point":           ({"function": "x/1e300", "start": 1e308}, {"optimizer.learning_rate": 1, "stop.max_steps": 2},
        "max_steps", "2 steps done", 2, [1e308]),
    "f overflows first":    ({"function": "x^4", "start": 10}, {"optimizer.learning_rate": 1e90},
        "diverged", "f inf is beyond 1e+10 times its start at step 1", 1, [-4e93]),
    "inf in the middle":    ({"function": "exp(x^2)", "start": 1}, {"optimizer.learning_rate": 1e3},
        "diverged", "f inf is beyond 1e+10 times its start at step 1", 1, [1 - 2e3 * np.exp(1.0)]),
    "nan in the middle":    ({"function": "sqrt(x) + 1/sqrt(x)", "start": 4}, {"optimizer.learning_rate": 100},
        "diverged", "f is nan at step 1", 1, [4 - 100 * (0.25 - 0.0625)]),
    "gradient undefined":   ({"function": "sqrt(x)", "start": 0}, {},
        "stalled", "gradient undefined at step 0", 0, [0.0]),
    "a kink":               ({"function": "abs(x)", "start": 0.75}, {"optimizer.learning_rate": 0.5, "stop.max_steps": 4},
        "max_steps", "4 steps done", 4, [-0.25 + 0.0]),
    "on the kink":          ({"function": "abs(x)", "start": 1}, {"optimizer.learning_rate": 0.5, "stop.gradient_norm": 0},
        "converged", "|g| 0 <= 0 at step 2", 2, [0.0]),
}
# fmt: on


@pytest.mark.parametrize("name", ROWS)
def test_how_it_ends_and_where(name: str) -> None:
    config, settings, status, reason, steps, final = ROWS[name]
    trace = gdplay.run(config, settings)
    assert (trace.status, trace.final.step) == (status, steps), trace.reason
    np.testing.assert_allclose(trace.final.x, final, rtol=1e-13, atol=0)
    assert trace.reason == reason


def test_a_thousand_variables_are_one_run() -> None:
    config = {"function": "f(x[1000]) = sum(i*x^2)/n", "optimizer": "momentum"}
    trace = gdplay.run(config, {"stop.max_steps": 20, "optimizer.learning_rate": 0.1})
    x, v, g = np.ones(1000), np.zeros(1000), np.arange(1, 1001) * 2 / 1000
    for _ in range(20):
        v = 0.9 * v + g * x
        x = x - 0.1 * v
    np.testing.assert_allclose(trace.final.x, x, rtol=1e-12)
    assert trace.x.shape == (21, 1000)


def test_the_best_point_is_finite_when_the_end_is_not() -> None:
    trace = gdplay.run(
        {"function": "x^4", "start": 2}, {"optimizer.learning_rate": 10, "stop.diverged": 1e300}
    )
    assert trace.status == "diverged"
    assert not np.isfinite(trace.final.f) or abs(trace.final.f) > 1e300
    assert (trace.best.step, trace.best.f) == (0, 16.0)


@pytest.mark.parametrize("start", [BIG, -BIG, TINY, -TINY, 2.2250738585072014e-308, 0.1, 1 / 3])
def test_a_start_keeps_all_its_bits(start: float) -> None:
    trace = gdplay.run({"function": "x/4", "start": start}, {"stop.max_steps": 0})
    assert trace.start.x[0] == start
    assert trace.start.f == start / 4
