"""The compiled engine beside the NumPy one: the same rows, ends and bests, whatever stands beside a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ulps import same

pytest.importorskip("llvmlite")

from gdplay.catalog import names
from gdplay.config.load import Config, load
from gdplay.engines.choose import Work, choose
from gdplay.engines.columns import Columns
from gdplay.engines.compiled.columns import CompiledColumns
from gdplay.errors import ConfigError

VALLEY = "f(x, y) = (1 - x)^2 + 100*(y - x^2)^2"
RUNS = 21

SOLVING = {
    "newton",
    "damped_newton",
    "trust_region",
    "levenberg_marquardt",
    "lbfgs",
    "madgrad",
    "schedule_free_adamw",
    "schedule_free_sgd",
}
"""They solve equations, or take powers or roots that differ between runs: equal but for rounding."""


def config(
    function: Any = VALLEY, start: Any = (-1.5, 2.0), optimizer: Any = "adam", **settings: Any
) -> Config:
    return load({"function": function, "start": list(start), "optimizer": optimizer, **settings})


def rates(run: Config, low: float, high: float, runs: int = RUNS) -> dict[Any, np.ndarray]:
    """Return learning rates for so many runs, where the method has one."""
    return {
        node: np.geomspace(low, high, runs)
        for node in run.method.parameters
        if node.params[0] == "learning_rate"
    }


def starts(run: Config, runs: int = RUNS, nasty: bool = False) -> np.ndarray:
    points = np.random.default_rng(1).uniform(-2, 2, (run.method.size, runs))
    if nasty:
        points[:, 3], points[0, 4], points[-1, 5] = 0.0, np.nan, 1e200
    return points


def carried(engine: Any, rows: int, **keywords: Any) -> tuple[Any, list[np.ndarray]]:
    """Take an engine through so many rows and return it with its log."""
    log: list[np.ndarray] = []
    engine.advance(rows, lambda step, row: log.append(np.array(row)), **keywords)
    return engine, log


def assert_same_results(a: Any, b: Any) -> None:
    assert np.array_equal(a.ending, b.ending)
    for name in ("start", "best", "final"):
        for key in ("step", "x", "f", "grad_norm"):
            assert same(getattr(getattr(a, name), key), getattr(getattr(b, name), key)), (name, key)


WRAPPERS = {"ema", "lookahead", "polyak_average"}


def settled(optimizer: str) -> Config:
    """Return a config with an optimizer of the catalogue, with what it needs around it."""
    function, chosen = VALLEY, optimizer
    if optimizer in WRAPPERS:
        chosen = {"wrap": optimizer, "of": {"name": "adam"}}
    elif optimizer == "levenberg_marquardt":
        function = {"name": "beale"}
    stop = {"max_steps": 30, "step_norm": 1e-12, "stall": 25, "gradient_norm": 1e-6}
    return config(function, optimizer=chosen, stop=stop)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("optimizer", names("optimizers"))
def test_every_optimizer_gives_the_same_numbers(optimizer: str) -> None:
    run = settled(optimizer)
    method = run.method
    arguments = (
        method,
        starts(run, nasty=True),
        run.criteria,
        np.arange(RUNS, dtype=np.uint64),
        (method.point, method.received),
    )
    compiled = CompiledColumns(*arguments, rates(run, 1e-4, 10), threads=1)
    reference, expected = carried(Columns(*arguments, rates(run, 1e-4, 10)), 31)
    engine, found = carried(compiled, 31)
    if optimizer in SOLVING:
        assert np.allclose(engine.best.f, reference.best.f, rtol=1e-5, equal_nan=True)
        return
    assert_same_results(engine, reference)
    assert len(found) == len(expected)
    assert all(same(a, b) for a, b in zip(found, expected, strict=True))


FUNCTIONS = {
    "ackley": ({"name": "ackley", "dimension": 2}, (1.0, 2.0)),
    "rastrigin": ({"name": "rastrigin", "dimension": 2}, (1.0, 2.0)),
    "functions": (
        "f(x, y) = tanh(x)^2 + log(1 + y^2) + softplus(x*y) + sigmoid(y) + (1 + x^2)^1.5",
        (1.0, 2.0),
    ),
    "matrix": (
        "f(x[3], y) = norm([[2, 1, 0], [1, 3, 1], [0, 1, 4]] @ x - y) + logsumexp(x)",
        (1.0, 2.0, 3.0, 0.5),
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_agree_over_a_few_steps(name: str) -> None:
    function, start = FUNCTIONS[name]
    run = config(function, start, stop={"max_steps": 8})
    arguments = (run.method, starts(run), run.criteria)
    reference, expected = carried(Columns(*arguments), 9)
    engine, found = carried(CompiledColumns(*arguments, threads=1), 9)
    assert np.array_equal(engine.ending, reference.ending)
    for a, b in zip(found, expected, strict=True):
        assert np.allclose(a, b, rtol=1e-11, atol=1e-13, equal_nan=True)


def test_division_by_constants_is_exact_where_numbers_are_odd() -> None:
    formula = {"formula": "f(x, y) = (x/a)^2 + (y/b - x/c)^2", "constants": {"a": 3.0, "b": 0.7, "c": 1e-150}}
    run = config(formula, (1.0, 2.0), "adam", stop={"max_steps": 12})
    points = starts(run, nasty=True)
    points[:, 6:10] = [[1e-320, 0.0, 1e-290, -0.0], [5e-324, -0.0, 1e-300, 1.0]]
    arguments = (run.method, points, run.criteria, None, (run.method.point, run.method.received))
    reference, expected = carried(Columns(*arguments), 13)
    engine, found = carried(CompiledColumns(*arguments), 13)
    assert_same_results(engine, reference)
    assert all(same(a, b) for a, b in zip(found, expected, strict=True))


def test_a_finished_run_is_what_it_is_alone() -> None:
    run = config(optimizer="gd", stop={"max_steps": 60, "gradient_norm": 0.5})
    par, points = rates(run, 1e-4, 1e-1, 40), starts(run, 40)
    together = CompiledColumns(run.method, points, run.criteria, None, (), par)
    together.advance(61)
    assert len(set(together.ending.tolist())) >= 3  # some diverged, some converged, some did neither
    for k in range(0, 40, 7):
        alone = CompiledColumns(
            run.method,
            points[:, k : k + 1],
            run.criteria,
            None,
            (),
            {n: v[k : k + 1] for n, v in par.items()},
        )
        alone.advance(61)
        assert alone.ending[0] == together.ending[k]
        for row in ("start", "best", "final"):
            for key in ("step", "x", "f", "grad_norm"):
                assert same(
                    getattr(getattr(alone, row), key)[..., 0],
                    np.asarray(getattr(getattr(together, row), key)[..., k]),
                )


def test_the_runs_that_go_on_are_packed_together() -> None:
    run = config(optimizer="gd", noise={"gradient": 0.1}, stop={"max_steps": 60, "gradient_norm": 0.5})
    seeds = np.arange(500, dtype=np.uint64)
    arguments = (run.method, starts(run, 500), run.criteria, seeds, (), rates(run, 1e-4, 1, 500))
    engines = [Columns(*arguments), CompiledColumns(*arguments, threads=2)]
    for engine in engines:
        while engine.running:
            engine.advance(10)
    assert engines[1].blocks.runs < 500
    assert_same_results(*engines)


@pytest.mark.parametrize(("threads", "rows"), [(1, 7), (2, 100), (3, 1)])
def test_threads_and_portions_change_nothing(threads: int, rows: int) -> None:
    run = config(
        {"name": "ackley", "dimension": 2}, (1.0, 2.0), "momentum", stop={"max_steps": 40, "value": 1.0}
    )
    par, points = rates(run, 1e-3, 1, 300), starts(run, 300)
    whole = CompiledColumns(run.method, points, run.criteria, None, (), par, threads=1)
    whole.advance(41)
    parts = CompiledColumns(run.method, points, run.criteria, None, (), par, threads=threads)
    while parts.running:
        parts.advance(rows)
    assert_same_results(whole, parts)


def test_noise_and_schedules_are_the_same_numbers() -> None:
    schedule = {"name": "momentum", "learning_rate": "0.01/sqrt(t)"}
    run = config(optimizer=schedule, noise={"gradient": 0.5}, stop={"max_steps": 30})
    arguments = (run.method, starts(run), run.criteria, np.arange(RUNS, dtype=np.uint64))
    reference, expected = carried(Columns(*arguments), 31)
    engine, found = carried(CompiledColumns(*arguments), 31)
    assert_same_results(engine, reference)
    assert all(same(a, b) for a, b in zip(found, expected, strict=True))


def test_a_halted_run_ends_where_it_is() -> None:
    run = config(stop={"max_steps": 1000})
    engines = [
        kind(run.method, starts(run), run.criteria, None, (), rates(run, 1e-3, 1))
        for kind in (Columns, CompiledColumns)
    ]
    for engine in engines:
        engine.advance(17)
        engine.halt()
        assert not engine.running
    assert np.all(engines[1].final.step == 16)
    assert_same_results(*engines)


def test_stop_is_asked_and_obeyed() -> None:
    run = config(stop={"max_steps": 10**9})
    engine = CompiledColumns(run.method, starts(run), run.criteria, None, (), rates(run, 1e-3, 1e-2))
    asked = iter(range(3))
    engine.advance(10**9, stop=lambda: next(asked, None) is None)
    assert engine.running
    assert engine.step < 10**9


def test_nothing_is_logged_of_a_run_that_has_ended() -> None:
    run = config(optimizer="gd", stop={"max_steps": 20, "gradient_norm": 1.0})
    par = rates(run, 1e-4, 1)
    widths: dict[str, list[int]] = {}
    for kind in (Columns, CompiledColumns):
        engine = kind(run.method, starts(run), run.criteria, None, (), par)
        found = widths[kind.__name__] = []
        engine.advance(21, lambda step, row, found=found, engine=engine: found.append(row.shape[1]))
    assert widths["Columns"] == widths["CompiledColumns"]
    assert widths["Columns"][-1] < widths["Columns"][0]


def test_the_engine_is_chosen_by_the_work() -> None:
    short, long = (config(stop={"max_steps": steps}) for steps in (100, 10**6))
    choice = lambda run, name="auto": choose(name, Work(run.method, run.start[:, None], run.criteria))[0]
    assert choice(short) == "numpy"
    assert choice(short, "compiled") == "compiled"
    assert choice(long) == "compiled"
    assert choice(long, "numpy") == "numpy"


def test_a_formula_of_ten_thousand_terms_is_compiled() -> None:
    terms = " + ".join(f"{k % 7 - 2.5}*x*{k % 11}" for k in range(10_000))
    run = load({"function": f"f(x) = x^2 + {terms}", "start": [1], "stop": {"max_steps": 3}})
    arguments = (run.method, np.array([[1.0, -0.0, 1e300, np.nan]]), run.criteria)
    reference, expected = carried(Columns(*arguments), 4)
    engine, found = carried(CompiledColumns(*arguments, threads=1), 4)
    assert_same_results(engine, reference)
    assert all(same(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"gradient": "central"}, "numeric gradients"),
        (
            {"function": {"name": "rosenbrock", "dimension": 14}, "start": [1] * 14, "optimizer": "newton"},
            "solve with a 14 x 14 matrix",
        ),
    ],
)
def test_what_is_not_covered_goes_to_numpy_and_is_refused_when_forced(
    settings: dict[str, Any], reason: str
) -> None:
    run = load({"function": VALLEY, "start": [1, 1], "stop": {"max_steps": 10**6}, **settings})
    work = Work(run.method, run.start[:, None], run.criteria)
    assert choose("auto", work)[0] == "numpy"
    with pytest.raises(ConfigError, match=reason) as caught:
        choose("compiled", work)
    assert caught.value.complaints[0].key == "engine"
