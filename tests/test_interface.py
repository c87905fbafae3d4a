"""The Python interface: functions that are called, runs that are traces, errors that hold every complaint."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdplay
from gdplay.jsontext import loads

VALLEY = "f(x, y) = (1-x)^2 + 100*(y-x^2)^2"
POINTS = np.random.default_rng(1).normal(size=(2, 5))


def test_a_function_and_its_derivatives_have_the_shapes_of_the_points() -> None:
    f = gdplay.function(VALLEY)
    assert f.variables == ("x", "y")
    value, slope, bend = f([-1.0, 1.0]), f.gradient([-1.0, 1.0]), f.hessian([-1.0, 1.0])
    assert isinstance(value, float)
    assert (value, slope.tolist(), bend.tolist()) == (4.0, [-4.0, 0.0], [[802.0, 400.0], [400.0, 200.0]])
    assert (f(POINTS).shape, f.gradient(POINTS).shape, f.hessian(POINTS).shape) == ((5,), (2, 5), (2, 2, 5))
    for k in range(5):
        assert f(POINTS)[k] == f(POINTS[:, k])
        np.testing.assert_array_equal(f.gradient(POINTS)[:, k], f.gradient(POINTS[:, k]))
        np.testing.assert_array_equal(f.hessian(POINTS)[..., k], f.hessian(POINTS[:, k]))
    np.testing.assert_allclose(f.gradient(POINTS, method="central"), f.gradient(POINTS), rtol=1e-6, atol=1e-6)
    with pytest.raises(ValueError, match=r"x has shape \(3,\); expected \(2,\) or \(2, runs\)"):
        f([1, 2, 3])
    with pytest.raises(ValueError, match="there is no gradient method 'exact'; choose one of analytic"):
        f.gradient([1, 2], method="exact")


SAME: list[Any] = [
    "(1 - x)^2 + 100*(y - x^2)^2",
    {"formula": "(a - x)^2 + b*(y - x^2)^2", "variables": ["x", "y"], "constants": {"a": 1, "b": 100}},
    {"residuals": "[10*(y - x^2), 1 - x]", "variables": ["x", "y"]},
    {"name": "rosenbrock", "dimension": 2},
    lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    lambda x, y: np.square(1 - x) + 100 * np.power(y - x * x, 2),
]


def short(value: object) -> str:
    """Return a test's name that is the same in every process: a function's address is not."""
    return "a callable" if callable(value) else str(value)[:30]


@pytest.mark.parametrize("source", SAME, ids=short)
def test_a_function_may_be_written_in_many_ways(source: Any) -> None:
    found, expected = gdplay.function(source), gdplay.function(VALLEY)
    np.testing.assert_allclose(found(POINTS), expected(POINTS), rtol=1e-12)
    np.testing.assert_allclose(found.gradient(POINTS), expected.gradient(POINTS), rtol=1e-10, atol=1e-12)


def test_a_callable_may_take_vectors() -> None:
    def f(x: Any, s: Any) -> Any:
        return (np.sin(x) @ x) + s * x[0]

    found = gdplay.function(f, variables={"x": 3})
    assert found.variables == ("x", "s")
    assert found([1.0, 2.0, 3.0, 4.0]) == pytest.approx(sum(k * math.sin(k) for k in (1, 2, 3)) + 4)
    assert gdplay.function(lambda x: x * x, variables=["x"])([3.0]) == 9.0


# fmt: off
WRONG: list[tuple[Any, Any, str]] = [
    (lambda x: math.sin(x),      None,        "does not work on gdplay's expressions"),
    (lambda x: x if x > 0 else -x, None,      "does not work on gdplay's expressions"),
    (lambda x: x,                {"x": 3},    r"returns shape \(3,\)"),
    (lambda x: x,                {"y": 3},    "has no parameter 'y'"),
    ("x^2 +",                    None,        "the formula ends where a value is due"),
    ("rosenbrok",                None,        "did you mean rosenbrock"),
    ({"name": "rosenbrok"},      None,        "did you mean rosenbrock"),
    ({"formula": "x", "name": "sphere"}, None, "exactly one of name, formula, residuals"),
]
# fmt: on


@pytest.mark.parametrize(("source", "variables", "message"), WRONG, ids=short)
def test_what_is_no_function_is_refused(source: Any, variables: Any, message: str) -> None:
    with pytest.raises(gdplay.ConfigError, match=message):
        gdplay.function(source, variables)


def test_a_function_and_its_gradient_serve_a_minimiser() -> None:
    """A backtracking descent stands for scipy.optimize.minimize: it calls fun(x) and jac(x) alike."""

    def minimise(fun: Any, x0: Any, jac: Any) -> Any:
        x = np.asarray(x0, dtype=float)
        for _ in range(200):
            g, a = jac(x), 1.0
            while fun(x - a * g) > fun(x) - 0.5 * a * (g @ g) and a > 1e-12:
                a /= 2
            x = x - a * g
        return x

    f = gdplay.function("f(x[3]) = sum(i*(x - i)^2)")
    np.testing.assert_allclose(minimise(f, [0, 0, 0], f.gradient), [1, 2, 3], atol=1e-6)


def test_a_run_is_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    trace = gdplay.run({"function": VALLEY, "start": [-1, 1]}, {"lr": 1e-3, "stop.max_steps": 9})
    assert list(tmp_path.iterdir()) == []
    rows = trace.steps + 1
    for values in (trace.step, trace.f, trace.grad_norm, trace.learning_rate):
        assert values.shape == (rows,)
    assert trace.x.shape == (rows, 2)
    np.testing.assert_array_equal(trace.x[:, 0], trace.columns["x"])
    f = gdplay.function(VALLEY)
    np.testing.assert_array_equal(trace.f, f(trace.x.T))
    assert (trace.status, trace.best.step, trace.best.f) == ("max_steps", 9, trace.f[9])
    assert trace.summary()["status"] == "max_steps"
    assert set(trace.summary()) >= {
        "reason",
        "steps",
        "start",
        "final",
        "best",
        "evaluations",
        "seed",
        "result_hash",
    }


def test_a_trace_is_written_and_drawn(tmp_path: Path) -> None:
    trace = gdplay.run({"function": "f(W[2,2]) = sum(W^2)"}, {"stop.max_steps": 3})
    trace.to_csv(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == list(trace.columns)
    assert [[float(cell) for cell in row][4:] for row in rows] == [
        [values[k] for values in list(trace.columns.values())[4:]] for k in range(4)
    ]
    trace.to_csv(tmp_path / "a.csv")
    with pytest.raises(gdplay.MachineError, match=r"nowhere/a\.csv: could not be written: No such file"):
        trace.to_csv(tmp_path / "nowhere" / "a.csv")
    figure = trace.plot(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    assert len(figure.axes) >= 2
    with pytest.raises(gdplay.ConfigError, match="jpg"):
        trace.plot(tmp_path / "a.jpg")


def test_a_path_and_overrides_of_all_types(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("function: x^2 + y^2\nstop: {max_steps: 3}\n")
    overrides: dict[str, Any] = {
        "optimizer": {"name": "momentum", "learning_rate": "min(0.1, 1/t)", "momentum": np.float64(0.5)},
        "start": np.array([1.5, -2.0]),
        "seed": 7,
        "plot.title": "a: {b}, [c] # d",
        "log": {"every": 2},
        "function": {"formula": "max(x^2, y^2) + min(x, 1)"},
    }
    for path in (tmp_path / "a.yaml", str(tmp_path / "a.yaml")):
        trace = gdplay.run(path, overrides)
        assert trace.config.choices.learning_rate == "min(0.1, 1/t)"
        assert trace.config.choices.hyperparameters == {"momentum": 0.5}
        assert trace.start.x.tolist() == [1.5, -2.0]
        assert trace.config.plot_options.title == "a: {b}, [c] # d"
        assert trace.step.tolist() == [0, 2, 3]
        assert trace.start.f == 5.0


def test_a_run_may_be_saved(tmp_path: Path) -> None:
    trace = gdplay.run({"function": "x^2"}, out=tmp_path / "run")
    assert loads((tmp_path / "run" / "summary.json").read_text())["result_hash"] == trace.result_hash
    with pytest.raises(gdplay.ConfigError, match="exists; choose another --out"):
        gdplay.run({"function": "x^2"}, out=tmp_path / "run")


def test_an_error_holds_every_complaint() -> None:
    with pytest.raises(gdplay.ConfigError) as caught:
        gdplay.run({"function": "x^2", "stop": {"max_steps": -1}, "seed": "no", "optimizer": "adm"})
    assert [complaint.key for complaint in caught.value.complaints] == [
        "stop.max_steps",
        "seed",
        "optimizer.name",
    ]
    assert str(caught.value).count("\n") == 2
    with pytest.raises(gdplay.ConfigError, match="unknown key 'lrr'; did you mean lr"):
        gdplay.run({"function": "x^2"}, {"lrr": 1})
    assert issubclass(gdplay.ConfigError, gdplay.GdplayError)


def test_divergence_does_not_raise() -> None:
    trace = gdplay.run({"function": "x^4", "start": [10]}, {"lr": 1})
    assert trace.status == "diverged"
    assert trace.best.step == 0


def test_public_names() -> None:
    assert set(gdplay.__all__) <= set(dir(gdplay)) | set(gdplay.HOMES)
    assert all(hasattr(gdplay, name) for name in gdplay.__all__)
    with pytest.raises(AttributeError, match="no attribute 'no_such'"):
        gdplay.no_such  # noqa: B018
