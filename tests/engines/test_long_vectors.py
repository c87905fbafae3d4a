"""Steps on long vectors, compiled as loops over elements, beside the NumPy engine: the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from ulps import same

pytest.importorskip("llvmlite")

from gdplay.catalog import names
from gdplay.config.load import Config, load
from gdplay.engines.choose import Work
from gdplay.engines.columns import Columns
from gdplay.engines.compiled.build import Plan
from gdplay.engines.compiled.columns import CompiledColumns
from gdplay.engines.compiled.long.plan import LongPlan, long_plan
from gdplay.engines.compiled.program import Uncovered
from gdplay.errors import ConfigError

EXACT = (
    "rosenbrock", "extended_rosenbrock", "powell_singular", "broyden_banded", "broyden_tridiagonal",
    "brown_almost_linear", "discrete_integral_equation", "dixon_price", "schwefel_1_2", "schwefel_2_22",
    "zakharov", "discus", "linear_rank_1_zeros", "styblinski_tang",
)  # fmt: skip
"""Functions without transcendental primitives: slices, strides, pieces, partial sums, products."""

CLOSE = ("ackley", "griewank", "levy", "michalewicz", "pinter")


def config(function: Any, size: int, optimizer: Any = "adam", **more: Any) -> Config:
    if isinstance(function, str) and "(" not in function:
        function = {"name": function, "dimension": size}
    return load({"function": function, "optimizer": optimizer, **more})


def starts(run: Config, runs: int, nasty: bool = False) -> np.ndarray:
    """Return points near the config's start; nasty ones with nan, overflow and zeros among them."""
    random = np.random.default_rng(run.method.size)
    points = run.start[:, None] + 0.1 * random.standard_normal((run.method.size, runs))
    if nasty:
        points[:, 1], points[2, 2], points[-1, 3], points[0, 4] = 0.0, np.nan, 1e200, -0.0
    return points


def carried(engine: Any, rows: int) -> list[np.ndarray]:
    log: list[np.ndarray] = []
    engine.advance(rows, lambda step, row: log.append(np.array(row)))
    return log


def both(run: Config, runs: int = 5, rows: int = 13, nasty: bool = True, **more: Any) -> tuple[Any, ...]:
    """Return both engines after some rows, and their logs."""
    method = run.method
    seeds = np.arange(runs, dtype=np.uint64)
    logged = (method.f, method.point, method.received, method.point[3], method.f)
    arguments = (method, starts(run, runs, nasty), run.criteria, seeds, logged)
    engines = Columns(*arguments, **more), CompiledColumns(*arguments, **more, threads=1)
    assert isinstance(engines[1].plan, LongPlan)
    return (*engines, *(carried(engine, rows) for engine in engines))


def assert_same_bits(run: Config, **more: Any) -> None:
    reference, engine, expected, found = both(run, **more)
    assert len(found) == len(expected)
    assert all(same(a, b) for a, b in zip(found, expected, strict=True))
    assert np.array_equal(engine.ending, reference.ending)
    for name in ("start", "best", "final"):
        for key in ("step", "x", "f", "grad_norm"):
            assert same(getattr(getattr(engine, name), key), getattr(getattr(reference, name), key))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("size", [20, 24, 40])
@pytest.mark.parametrize("function", EXACT)
def test_functions_give_the_same_bits(function: str, size: int) -> None:
    assert_same_bits(config(function, size, stop={"max_steps": 9}))


@pytest.mark.parametrize("function", CLOSE)
def test_functions_with_transcendental_primitives_agree(function: str) -> None:
    run = config(function, 21, stop={"max_steps": 6})
    _, engine, expected, found = both(run, rows=7, nasty=False)
    assert all(
        np.allclose(a, b, rtol=1e-11, atol=1e-13, equal_nan=True)
        for a, b in zip(found, expected, strict=True)
    )
    assert found[0][0].tolist() == engine.start.f.tolist()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("optimizer", names("optimizers"))
def test_optimizers_give_the_same_bits(optimizer: str) -> None:
    stop = {"max_steps": 12, "step_norm": 1e-12, "stall": 9, "gradient_norm": 1e-6}
    try:
        run = config("rosenbrock", 18, optimizer, stop=stop)
    except ConfigError:  # wrappers, and methods that need residuals
        return
    try:
        long_plan(run.method, run.criteria, (), run.method.parameters)
    except Uncovered:  # they hold matrices
        assert any(len(m.before.shape) == 2 for m in run.method.memory) or run.method.evaluations["hessian"]
        return
    _, _, expected, found = both(run)
    exact = optimizer not in ("madgrad",)  # a cube root
    assert all(same(a, b) or not exact for a, b in zip(found, expected, strict=True))
    assert all(
        np.allclose(a, b, rtol=1e-6, equal_nan=True) for a, b in zip(found[:3], expected, strict=False)
    )


SETTINGS: dict[str, dict[str, Any]] = {
    "noise": {"noise": {"gradient": 0.1}},
    "schedule": {"optimizer": {"name": "momentum", "learning_rate": "0.01*0.9^t"}},
    "clipped": {"optimizer": {"name": "momentum", "weight_decay": 0.1, "clip": {"norm": 1.0, "value": 0.5}}},
    "stopped": {"stop": {"max_steps": 40, "gradient_norm": 500.0, "stall": 3}},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_give_the_same_bits(name: str) -> None:
    assert_same_bits(config("rosenbrock", 19, **SETTINGS[name]))


def test_data_and_numbers_of_each_run_are_read() -> None:
    weights = [float(k % 5) - 1.5 for k in range(23)]
    function = {
        "formula": "f(x[23]) = sum(w*(a*x - 1)^2) + max(x)*min(w*x)",
        "constants": {"w": weights, "a": 2.0},
    }
    run = config(function, 23, "momentum", start=[0.5] * 23)
    rate = next(node for node in run.method.parameters if node.params[0] == "learning_rate")
    assert_same_bits(run, parameters={rate: np.geomspace(1e-3, 1e-1, 5)})


LENGTH = 9
PARTS = st.sampled_from(
    [
        "x[:9]",
        "x[4:13]",
        "x[9:]",
        "x[0:18:2]",
        "x[1::2]",
        "x[8::-1]",
        "x[17:8:-1]",
        "w",
        "x[3]",
        "1.5",
        "-0.0",
    ]
)
VECTORS = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
        st.builds("where({} > {}, {}, {})".format, inner, inner, inner, inner),
        st.builds("abs({})".format, inner),
        st.builds("({})^3".format, inner),
        st.builds("cumsum({} + w)".format, inner),
        st.builds("concat({} + 0*w, x[2])[1:]".format, inner),
        st.builds("{}({} + w)".format, st.sampled_from(["sum", "prod", "max", "min", "norm"]), inner),
    ),
    max_leaves=7,
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(parts=st.lists(VECTORS, min_size=1, max_size=3))
def test_random_formulas_give_the_same_bits(parts: list[str]) -> None:
    text = " + ".join(f"sum(w*({part}))" for part in parts)
    w = [1.0, -2.0, 0.5, 3.0, -0.0, 0.25, -1.0, 2.0, 0.125]
    function = {"formula": f"f(x[18]) = sum(x^2) + {text}", "constants": {"w": w}}
    try:
        run = config(function, 18, "momentum", start=[0.5] * 18)
    except ConfigError:  # f is nan there
        reject()
    assert_same_bits(run, rows=4)


def test_a_run_is_what_it_is_alone_whatever_threads_and_pieces() -> None:
    run = config("rosenbrock", 33, stop={"max_steps": 60, "gradient_norm": 30.0})
    points = starts(run, 11, nasty=True)
    (rate,) = (node for node in run.method.parameters if node.params[0] == "learning_rate")
    rates = np.geomspace(1e-4, 10, 11)
    together = CompiledColumns(run.method, points, run.criteria, None, (), {rate: rates}, threads=2)
    for _ in range(70):
        together.advance(1)
    for k in range(11):
        alone = CompiledColumns(
            run.method, points[:, k : k + 1], run.criteria, None, (), {rate: rates[k : k + 1]}, threads=1
        )
        alone.advance(70)
        assert alone.ending[0] == together.ending[k]
        for name in ("start", "best", "final"):
            a, b = getattr(alone, name), getattr(together, name)
            assert same(a.x[:, 0], b.x[:, k])
            assert a.f[0] == b.f[k] or np.isnan(a.f[0])
            assert (a.step[0], a.grad_norm[0]) == (b.step[k], b.grad_norm[k]) or np.isnan(a.f[0])


def test_a_run_that_is_halted_ends_after_its_last_row() -> None:
    run = config("rosenbrock", 30, stop={"max_steps": 100})
    engines = [kind(run.method, starts(run, 3), run.criteria) for kind in (Columns, CompiledColumns)]
    for engine in engines:
        engine.advance(8)
        engine.halt()
        assert engine.final.step.tolist() == [7, 7, 7]
    assert same(engines[0].final.x, engines[1].final.x)
    assert same(engines[0].best.f, engines[1].best.f)


def test_short_steps_and_matrices_take_each_element_by_itself() -> None:
    short = config("rosenbrock", 8)
    matrix = config("f(x[18]) = norm([[2, 1], [1, 3]] @ x[:2]) + sum(x^2)", 18, start=[0.5] * 18)
    for run in (short, matrix):
        engine = CompiledColumns(run.method, starts(run, 2), run.criteria)
        assert isinstance(engine.plan, Plan)


def test_auto_compiles_ten_thousand_variables() -> None:
    run = config("rosenbrock", 10_000, stop={"max_steps": 2_000})
    work = Work(run.method, run.start[:, None], run.criteria)
    assert work.repays()
    assert isinstance(CompiledColumns(run.method, run.start[:, None], run.criteria).plan, LongPlan)
