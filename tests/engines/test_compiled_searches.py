"""Line searches in the compiled engine beside NumPy's: the same rates, rows, ends and counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from searching import method
from test_compiled_columns import assert_same_results, carried
from ulps import same

pytest.importorskip("llvmlite")

from gdplay.catalog import names
from gdplay.config.load import load
from gdplay.criteria import Criteria
from gdplay.engines.choose import Work, choose
from gdplay.engines.columns import Columns
from gdplay.engines.compiled.columns import CompiledColumns
from gdplay.formula.expr import symbol
from gdplay.method import Method
from gdplay.objective import from_text
from gdplay.simulation import simulate

RUNS = 21
SEARCHES = names("searches")
COUNTS = ("searches", "trials", "failures", "first_failure")


def places(runs: int = RUNS, nasty: bool = True) -> np.ndarray:
    points = np.random.default_rng(2).uniform(-2, 2, (2, runs))
    if nasty:
        points[0, 3], points[:, 4], points[:, 5], points[1, 6] = np.nan, 1e200, 1.0, -1e5
    return points


def both(m: Method, points: np.ndarray, steps: int, **keywords: Any) -> tuple[Any, Any]:
    """Take both engines through so many steps, assert that they agree in everything, and return them."""
    parameters = keywords.pop("parameters", None)
    arguments = (m, points.copy(), Criteria(max_steps=steps, **keywords), None, (m.point, m.received))
    reference, expected = carried(Columns(*arguments, parameters), steps + 1)
    engine, found = carried(CompiledColumns(*arguments, parameters, threads=1), steps + 1)
    assert_same_results(engine, reference)
    assert len(found) == len(expected)
    assert all(same(a, b) for a, b in zip(found, expected, strict=True))
    assert_same_counts(engine, reference)
    return engine, reference


def assert_same_counts(a: Any, b: Any) -> None:
    for name in COUNTS:
        assert getattr(a.seeker, name).tolist() == getattr(b.seeker, name).tolist(), name
    for run in range(len(a.seeker.trials)):
        assert a.seeker.evaluations(run) == b.seeker.evaluations(run)
        assert a.seeker.notes(run) == b.seeker.notes(run)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize("rule", ["gd", "momentum", "nesterov", "adam", "bfgs", "dfp", "cg_fr", "cg_hs"])
def test_every_search_takes_the_same_steps(rule: str, name: str) -> None:
    engine, _ = both(method(rule, name), places(), 12, gradient_norm=1e-3)
    assert len(set(engine.ending.tolist())) >= 2
    assert engine.seeker.trials.max() >= 8


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_that_fails_takes_what_the_entry_says(name: str) -> None:
    engine, _ = both(method("gd", name, limit=3), places(), 9)
    if name != "exact_quadratic":
        assert engine.seeker.failures.max() > 1
        assert engine.seeker.notes(0) != ()


def test_the_parameters_of_a_search_may_differ_between_runs() -> None:
    names_and_values = {
        "shrink": np.linspace(0.1, 0.9, RUNS),
        "limit": np.arange(2.0, 2.0 + RUNS),
        "initial": np.geomspace(0.01, 10, RUNS),
    }
    parameters = {
        symbol(f"learning_rate.{name}", (), "hyperparameter"): values
        for name, values in names_and_values.items()
    }
    engine, _ = both(method("momentum", "armijo"), places(), 15, parameters=parameters)
    assert len(set(engine.seeker.trials.tolist())) > 10
    assert len(set(engine.seeker.first_failure.tolist())) > 2


def test_a_search_may_begin_at_the_last_rate() -> None:
    growing, _ = both(method("gd", "armijo", grow=2), places(), 15)
    fresh, _ = both(method("gd", "armijo"), places(), 15)
    assert growing.seeker.trials.sum() < fresh.seeker.trials.sum()


@pytest.mark.parametrize("criteria", [{"step_norm": 1e-3}, {"stall": 2}, {"value": 1.0}, {"diverged": 1.5}])
def test_runs_end_as_they_do_with_numpy(criteria: dict[str, Any]) -> None:
    engine, _ = both(method("cg_pr", "weak_wolfe"), places(), 25, **criteria)
    assert len(set(engine.ending.tolist())) >= 2


def test_division_by_constants_is_exact_in_a_search_too() -> None:
    bowl = from_text(
        "f(x, y) = (x/a)^2 + (y/b - x/c)^4/a",
        constants={"a": np.array(3.0), "b": np.array(0.7), "c": np.array(1e-3)},
    )
    points = places()
    points[:, 7:10] = [[1e-320, 1e-290, -0.0], [5e-324, 1e-300, 1.0]]
    for name in SEARCHES:
        both(method("bfgs", name, bowl), points, 10)


@pytest.mark.parametrize("name", SEARCHES)
def test_functions_agree_over_a_few_steps(name: str) -> None:
    ackley = load({"function": {"name": "ackley", "dimension": 2}}).function
    m = method("gd", name, ackley, **({"initial": 0.1} if name == "exact_quadratic" else {}))
    arguments = (m, places(nasty=False), Criteria(max_steps=3), None, (m.point,))
    (_, expected), (_, found) = carried(Columns(*arguments), 4), carried(CompiledColumns(*arguments), 4)
    for a, b in zip(found, expected, strict=True):
        # rounding decides which of two rates a bisection ends at: the rate to 1e-6 as it asks for
        assert np.allclose(a, b, rtol=1e-4, atol=1e-6, equal_nan=True)


def test_a_run_is_what_it_is_alone() -> None:
    m, points, criteria = (
        method("bfgs", "strong_wolfe"),
        places(40),
        Criteria(max_steps=20, gradient_norm=1e-2),
    )
    together = CompiledColumns(m, points.copy(), criteria)
    together.advance(21)
    for run in range(0, 40, 3):
        alone = CompiledColumns(m, points[:, run : run + 1].copy(), criteria)
        alone.advance(21)
        assert alone.ending[0] == together.ending[run]
        assert same(alone.final.x[:, 0], together.final.x[:, run].copy())
        assert same(alone.best.x[:, 0], together.best.x[:, run].copy())
        assert alone.seeker is not None
        assert together.seeker is not None
        assert alone.seeker.evaluations(0) == together.seeker.evaluations(run)


@pytest.mark.parametrize(("threads", "rows"), [(1, 3), (2, 7), (3, 1)])
def test_counts_stay_when_runs_are_packed_together(threads: int, rows: int) -> None:
    m, points, criteria = method("gd", "armijo"), places(500), Criteria(max_steps=60, gradient_norm=0.3)
    reference = Columns(m, points.copy(), criteria)
    reference.advance(61)
    engine = CompiledColumns(m, points.copy(), criteria, threads=threads)
    while engine.running:
        engine.advance(rows)
    assert engine.blocks.runs < 500
    assert_same_results(engine, reference)
    assert_same_counts(engine, reference)


def test_a_halted_run_has_its_counts() -> None:
    m, criteria = method("gd", "weak_wolfe"), Criteria(max_steps=1000)
    engines = [kind(m, places(), criteria) for kind in (Columns, CompiledColumns)]
    for engine in engines:
        engine.advance(9)
        engine.halt()
    assert_same_results(*engines)
    assert_same_counts(*engines)


def test_one_step_is_taken_before_it_is_known_how_long_they_are() -> None:
    m = method("gd", "golden_section", tolerance=0.0, limit=20_000)
    engine = CompiledColumns(m, places(nasty=False), Criteria(max_steps=10**6))
    engine.advance(10**6, stop=lambda: True)
    assert engine.step == 1
    assert engine.seeker is not None
    assert engine.seeker.trials.max() == 20_000


def test_a_run_says_the_same_whatever_carries_it_out() -> None:
    text = {
        "function": "f(x, y) = (1 - x)^2 + 100*(y - x^2)^2",
        "start": [-1.2, 1.0],
        "optimizer": {"name": "gd", "learning_rate": {"search": "armijo", "limit": 6}},
        "stop": {"max_steps": 40},
    }
    one, other = (simulate(load({**text, "engine": engine})) for engine in ("numpy", "compiled"))
    assert other.engine == "compiled"
    assert one.evaluations == other.evaluations
    assert one.notes == other.notes != ()
    assert same(one.x, other.x)


def test_searches_are_compiled_where_it_pays() -> None:
    m = method("gd", "armijo")
    for steps, best in ((50, "numpy"), (5000, "compiled")):
        assert choose("auto", Work(m, places(1, nasty=False), Criteria(max_steps=steps)))[0] == best
