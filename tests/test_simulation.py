"""One run: its rows, its end and the reason given, against loops written by hand."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
import witnesses
from witnesses import BOWL, VALLEY

import gdplay
from gdplay.config.load import load
from gdplay.simulation import Watch, simulate
from gdplay.trace import Trace


def run(config: dict[str, Any], **sections: Any) -> Trace:
    return gdplay.run({**config, **sections})


# fmt: off
WITNESSES = [
    ("gd",       VALLEY, witnesses.rosenbrock, 1e-3, 200, witnesses.gd, {}),
    ("momentum", VALLEY, witnesses.rosenbrock, 5e-4, 200, witnesses.momentum, {}),
    ("momentum", BOWL,   witnesses.bowl,       1e-2, 200, witnesses.momentum, {"mu": 0.5}),
    ("nesterov", VALLEY, witnesses.rosenbrock, 5e-4, 200, witnesses.momentum, {"nesterov": True}),
    ("adam",     VALLEY, witnesses.rosenbrock, 2e-2, 200, witnesses.adam, {}),
    ("adam",     BOWL,   witnesses.bowl,       1e-2, 200, witnesses.adam, {"b1": 0.5, "b2": 0.7, "eps": 1e-3}),
    ("bfgs",     BOWL,   witnesses.bowl,       5e-2,  30, witnesses.bfgs, {}),
    ("bfgs",     VALLEY, witnesses.rosenbrock, 1e-2,  30, witnesses.bfgs, {}),
]
# fmt: on
SPELLED = {"mu": "momentum", "b1": "beta1", "b2": "beta2", "eps": "eps"}


@pytest.mark.parametrize("row", WITNESSES, ids=lambda row: f"{row[0]} {row[1]['function']}")
def test_the_path_is_that_of_a_loop_by_hand(row: Any) -> None:
    name, problem, gradient, rate, steps, witness, settings = row
    chosen = {SPELLED[key]: value for key, value in settings.items() if key in SPELLED}
    trace = run(problem, optimizer={"name": name, "learning_rate": rate, **chosen}, stop={"max_steps": steps})
    path = np.array(witness(gradient, [float(v) for v in problem["start"]], rate, steps, **settings))
    assert trace.x.shape == (steps + 1, 2)
    np.testing.assert_allclose(trace.x, path, rtol=1e-8, atol=1e-10)


def test_a_row_is_where_a_run_is_and_what_brought_it_there() -> None:
    trace = run(
        BOWL,
        optimizer={"name": "momentum", "learning_rate": "0.01/t", "clip": {"norm": 5}},
        stop={"max_steps": 6},
    )
    assert list(trace.columns) == [
        "step",
        "f",
        "grad_norm",
        "learning_rate",
        "x",
        "y",
        "g_x",
        "g_y",
        "v_x",
        "v_y",
    ]
    assert trace.step.tolist() == list(range(7))
    assert math.isnan(trace.learning_rate[0])
    np.testing.assert_array_equal(trace.learning_rate[1:], 0.01 / np.arange(1.0, 7.0))
    x, v = np.array([3.0, -2.0]), np.zeros(2)
    for k in range(7):
        exact = np.array([2 * x[0], 20 * x[1]])
        received = exact * min(1.0, 5 / np.linalg.norm(exact))
        found = [trace.columns[name][k] for name in ("x", "y", "g_x", "g_y", "v_x", "v_y")]
        np.testing.assert_allclose(found, [*x, *received, *v], rtol=1e-13)
        assert trace.f[k] == pytest.approx(x[0] ** 2 + 10 * x[1] ** 2, rel=1e-13)
        assert trace.grad_norm[k] == pytest.approx(np.linalg.norm(exact), rel=1e-13)
        v = 0.9 * v + received
        x = x - 0.01 / (k + 1) * v


# fmt: off
ENDINGS: list[tuple[dict[str, Any], str, str, int]] = [
    # the config's sections, status, reason, steps
    ({"stop": {"max_steps": 0}},                           "max_steps", "0 steps done", 0),
    ({"stop": {"max_steps": 1}},                           "max_steps", "1 step done", 1),
    ({"stop": {"max_steps": 3}},                           "max_steps", "3 steps done", 3),
    ({"stop": {"gradient_norm": 1e-3}, "lr": 0.25},        "converged", "|g| 0.00098 <= 0.001 at step 11", 11),
    ({"stop": {"value": 1e-3}, "lr": 0.25},                "converged", "f 0.000977 <= 0.001 at step 5", 5),
    ({"stop": {"step_norm": 0.1}, "lr": 0.25},             "converged", "the last step is no longer than 0.1 at step 4", 4),
    ({"stop": {"gradient_norm": 5}},                       "converged", "|g| 2 <= 5 at step 0", 0),
    ({"stop": {"gradient_norm": 0}, "start": [0]},         "converged", "|g| 0 <= 0 at step 0", 0),
    ({"stop": {"stall": 3}, "lr": 1},                      "stalled", "no better value in 3 steps at step 3", 3),
    ({"stop": {"stall": 3}, "start": [0]},                 "stalled", "no better value in 3 steps at step 3", 3),
    ({"function": "sqrt(x)", "start": [0]},                "stalled", "gradient undefined at step 0", 0),
    ({"function": "x^2", "lr": 10},                        "diverged", "f 1.7e+10 is beyond 1e+10 at step 4", 4),
    ({"function": "x^2 + 9", "lr": 10, "stop": {"diverged": 3}}, "diverged", "f 370 is beyond 3 times its start at step 1", 1),
    ({"function": "sin(x)^2", "lr": "1e11"},               "diverged", "|x| 9.09e+10 is beyond 1e+10 at step 1", 1),
    ({"function": "log(x)"},                               "diverged", "f is nan at step 52", 52),
    ({"function": "exp(x^2)", "lr": 100},                  "diverged", "f inf is beyond 1e+10 times its start at step 1", 1),
    # several at once, in the order of precedence
    ({"stop": {"max_steps": 0, "stall": 1, "value": 9, "gradient_norm": 9}}, "converged", "|g| 2 <= 9 at step 0", 0),
    ({"stop": {"max_steps": 0, "value": 9}},               "converged", "f 1 <= 9 at step 0", 0),
    ({"stop": {"max_steps": 1, "stall": 1}, "lr": 1},      "stalled", "no better value in 1 step at step 1", 1),
    ({"function": "-exp(x)", "lr": 100, "stop": {"value": 0, "max_steps": 1, "diverged": 2}}, "converged", "f -2.72 <= 0 at step 0", 0),
    ({"function": "sqrt(x)", "start": [0], "stop": {"max_steps": 0}}, "stalled", "gradient undefined at step 0", 0),
    ({"function": "-x^4", "lr": 100, "stop": {"value": -2, "max_steps": 1, "diverged": 2}}, "diverged", "f -2.59e+10 is beyond 2 at step 1", 1),
]
# fmt: on


def ended(sections: dict[str, Any]) -> Trace:
    rest = {key: value for key, value in sections.items() if key != "lr"}
    rate = {"optimizer": {"learning_rate": sections["lr"]}} if "lr" in sections else {}
    return run({"function": "x^2", "start": [1]}, **rate, **rest)


@pytest.mark.parametrize("row", ENDINGS, ids=lambda row: f"{row[1]} {row[2]}")
def test_how_a_run_ends_and_why(row: Any) -> None:
    trace = ended(row[0])
    assert (trace.status, trace.reason, trace.steps) == row[1:]
    assert trace.step[-1] == trace.final.step == trace.steps
    assert len(trace.step) == trace.logged == trace.steps + 1
    best = np.nanargmin(trace.f)
    assert (trace.best.step, trace.best.f) == (best, trace.f[best])
    assert (trace.start.step, trace.start.f) == (0, trace.f[0])
    np.testing.assert_equal(trace.final.f, trace.f[-1])
    np.testing.assert_equal(trace.final.x, trace.x[-1])


def test_a_diverged_run_is_explained() -> None:
    steep = run({"function": "50*x^2", "start": [1]}, optimizer={"learning_rate": 0.05})
    assert "L = 100" in steep.diagnosis
    assert "2/L = 0.02" in steep.diagnosis
    assert steep.diagnosis.endswith("learning_rate 0.05 is 2.5 times that: try 0.01")
    assert "no minimum" in run({"function": "-x^2", "start": [1]}).diagnosis
    assert "f is not defined" in run({"function": "log(x)", "start": [1]}).diagnosis
    assert run({"function": "x^2", "start": [1]}).diagnosis == ""


def test_every_so_many_rows_are_kept_with_the_first_and_the_last() -> None:
    trace = run(BOWL, stop={"max_steps": 11}, log={"every": 4})
    assert trace.step.tolist() == [0, 4, 8, 11]
    assert trace.summary()["steps"] == 11
    whole = run(BOWL, stop={"max_steps": 11})
    np.testing.assert_array_equal(trace.x, whole.x[[0, 4, 8, 11]])
    assert trace.result_hash == whole.result_hash
    assert run(BOWL, stop={"max_steps": 3}, log={"every": 10**12}).step.tolist() == [0, 3]


# The clip's length is at most what is given, its direction stays; a value clips each coordinate.
# fmt: off
TRANSFORMED: list[tuple[dict[str, Any], list[float]]] = [
    ({},                                      [6.0, -40.0]),
    ({"clip": {"norm": 1}},                   [6.0 / math.hypot(6, 40), -40.0 / math.hypot(6, 40)]),
    ({"clip": {"norm": 1e9}},                 [6.0, -40.0]),
    ({"clip": {"value": 7}},                  [6.0, -7.0]),
    ({"clip": {"norm": 10, "value": 5}},      [60.0 / math.hypot(6, 40), -5.0]),
    ({"weight_decay": 0.5},                   [7.5, -41.0]),
    ({"weight_decay": "0.5*t"},               [7.5, -41.0]),
    ({"weight_decay": 0.5, "clip": {"value": 1}}, [2.5, -2.0]),
]
# fmt: on


@pytest.mark.parametrize(("settings", "received"), TRANSFORMED, ids=lambda value: str(value))
def test_what_is_done_to_the_gradient_before_the_rule_receives_it(
    settings: dict[str, Any], received: list[float]
) -> None:
    trace = run(BOWL, optimizer={"learning_rate": 0.01, **settings}, stop={"max_steps": 1})
    found = [trace.columns["g_x"][0], trace.columns["g_y"][0]]
    np.testing.assert_allclose(found, received, rtol=1e-15)
    np.testing.assert_allclose(trace.x[1], np.array([3.0, -2.0]) - 0.01 * np.array(received), rtol=1e-15)
    assert trace.grad_norm[0] == pytest.approx(math.hypot(6, 40))


def test_hyperparameters_may_be_formulas_in_t() -> None:
    trace = run(
        BOWL,
        optimizer={"name": "momentum", "learning_rate": "0.1/t^2", "momentum": "1 - 1/t"},
        stop={"max_steps": 20},
    )
    x, v = np.array([3.0, -2.0]), np.zeros(2)
    for t in range(1, 21):
        v = (1 - 1 / t) * v + np.array([2, 20]) * x
        x = x - 0.1 / t**2 * v
    np.testing.assert_allclose(trace.x[-1], x, rtol=1e-12)


def test_the_optimizer_runs_on_the_numeric_gradient() -> None:
    cubic = {"function": "x^3", "start": [2], "stop": {"max_steps": 1}, "optimizer": {"learning_rate": 0.01}}
    coarse = gdplay.run({**cubic, "gradient": {"method": "central", "step": 0.5}})
    # the central difference of x^3 is 3x^2 + h^2
    assert coarse.columns["g_x"][0] == pytest.approx(12.25, rel=1e-12)
    assert coarse.x[1, 0] == pytest.approx(2 - 0.01 * 12.25, rel=1e-14)
    assert coarse.grad_norm[0] == 12.0
    fine = gdplay.run({**cubic, "gradient": "central"})
    assert fine.columns["g_x"][0] == pytest.approx(12.0, rel=1e-9)


def test_residuals_and_constants() -> None:
    config = {
        "function": {
            "residuals": "[a*(y - x^2), b - x]",
            "variables": ["x", "y"],
            "constants": {"a": 10, "b": 1},
        },
        "start": [-1.2, 1],
        "optimizer": {"learning_rate": 1e-3},
        "stop": {"max_steps": 50},
    }
    same = run(VALLEY, optimizer={"learning_rate": 1e-3}, stop={"max_steps": 50})
    np.testing.assert_allclose(gdplay.run(config).x, same.x, rtol=1e-12)


def test_a_signal_before_the_first_step_leaves_the_start() -> None:
    trace = simulate(load(BOWL), watch=Watch(lambda: True))
    assert (trace.status, trace.reason, trace.steps) == ("interrupted", "by a signal after 0 steps", 0)
    assert trace.start.x.tolist() == trace.best.x.tolist() == trace.final.x.tolist() == [3.0, -2.0]


def test_a_stop_is_heard_after_every_step() -> None:
    asked = iter(range(10**6))
    trace = simulate(load({**BOWL, "log": {"every": 50}}), watch=Watch(lambda: next(asked) >= 2000 % 77))
    assert (trace.status, trace.steps) == ("interrupted", 2000 % 77)
    assert trace.step[-1] == trace.steps


def test_a_path_that_passes_a_kink_and_constants_and_huge_numbers() -> None:
    kink = run(
        {"function": "abs(x)", "start": [0.05]},
        optimizer={"learning_rate": 0.01},
        stop={"gradient_norm": 0, "max_steps": 50},
    )
    assert kink.status in ("converged", "max_steps")
    assert kink.best.f < 0.01
    flat = run({"function": "0*x + 3", "start": [1]}, stop={"gradient_norm": 0})
    assert (flat.status, flat.steps) == ("converged", 0)
    huge = run({"function": "1e300*x^2", "start": [1]})
    assert huge.status == "diverged"
    tiny = run({"function": "1e-320*x^2", "start": [1]}, stop={"max_steps": 3})
    assert (tiny.status, tiny.final.f) == ("max_steps", 1e-320)


class _Nowhere:
    """A log that keeps nothing."""

    def append(self, steps: Any, values: Any) -> None:
        assert len(steps) == len(values) > 0


def test_memory_does_not_grow_with_the_steps() -> None:
    peaks = []
    for steps in (2_000, 2_000, 5_000):
        config = load(
            {**BOWL, "stop": {"max_steps": steps}, "optimizer": {"learning_rate": 1e-9}, "engine": "numpy"}
        )
        tracemalloc.start()
        trace = simulate(config, _Nowhere(), most_rows=1_000)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert trace.logged == steps + 1
        assert len(trace.step) <= 1_000
    # the first warms up; 3,000 rows of seven numbers would be 168 kB
    assert peaks[2] - peaks[1] < 100_000
