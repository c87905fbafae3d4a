"""Runs as columns: what a run does depends neither on those beside it nor on how many they are."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdplay.catalog import entry, names
from gdplay.config.load import Config, load
from gdplay.engines.columns import Columns
from gdplay.noise import normal

# fmt: off
PROBLEMS: dict[str, dict[str, Any]] = {
    "valley": {"function": "(1 - x)^2 + 100*(y - x^2)^2"},
    "sums":   {"function": "f(x[5]) = sum(x^2*i) + norm(x)^3/10 + mean(cos(3*x)) + logsumexp(x) + prod(1 + x^2/9)"},
    "matrix": {"function": {"formula": "sum((A @ x)^2)/2 + dot(b, x)", "variables": {"x": 3},
                            "constants": {"A": [[3, 1, 0], [1, 2, 1], [0, 1, 1]], "b": [1, -1, 2]}}},
    "noise":  {"function": "f(x[3]) = sum(x^4 + sin(2*x))", "noise": {"gradient": 0.3}},
}
# fmt: on
RATES = {"gd": 0.05, "momentum": 0.02, "nesterov": 0.02, "adam": 0.05, "bfgs": 1.0}
STOP = {"max_steps": 25, "gradient_norm": 1e-2, "diverged": 1e4}


def problem(name: str, optimizer: str, **stop: float) -> Config:
    chosen = {"name": optimizer, "learning_rate": RATES.get(optimizer, 0.05)}
    return load({**PROBLEMS[name], "optimizer": chosen, "stop": {**STOP, **stop}})


def carried_out(config: Config, starts: Any, seeds: Any) -> list[tuple[Any, ...]]:
    """For each run all that is known of its start, best and last point, and what ended it, as bytes."""
    engine = Columns(config.method, starts.copy(), config.criteria, seeds)
    while engine.running:
        engine.advance(7)
    rows = (engine.start, engine.best, engine.final)
    return [
        (
            engine.ended_by(k),
            *(
                getattr(row, part)[..., k].tobytes()
                for row in rows
                for part in ("step", "x", "f", "grad_norm")
            ),
        )
        for k in range(starts.shape[1])
    ]


def usual(name: str) -> bool:
    """Tell an optimizer that needs neither residuals nor another optimizer inside."""
    return not any(
        word in entry("optimizers", name).text("step") for word in ("inner", "jacobian", "residuals")
    )


OPTIMIZERS = [name for name in names("optimizers") if usual(name)]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("name", "optimizer"),
    [
        (name, optimizer)
        for name in PROBLEMS
        for optimizer in OPTIMIZERS
        if name == "noise" or optimizer in RATES
    ],
)
def test_a_run_is_the_same_alone_and_among_others(name: str, optimizer: str) -> None:
    function = problem(name, optimizer).function
    n = function.size
    random = np.random.default_rng(7)
    starts = random.normal(size=(n, 50)) * random.permuted(np.logspace(-2, 1.5, 50))
    # a third of the runs ends at once, others on their way
    config = problem(name, optimizer, value=float(np.quantile(function(starts), 0.33)))
    seeds = random.integers(0, 2**63, size=50).astype(np.uint64)
    together = carried_out(config, starts, seeds)
    assert len({(ending, *last) for ending, *_, last, _, _, _ in together}) >= 2, "the ends should be mixed"
    for runs, first in {(1, 0), (1, 49), (2, 20), (3, 30), (n, 10)}:
        part = slice(first, first + runs)
        assert carried_out(config, starts[:, part], seeds[part]) == together[part], (runs, first)


@pytest.mark.parametrize("optimizer", RATES)
def test_the_order_of_runs_does_not_matter(optimizer: str) -> None:
    config = problem("sums", optimizer)
    starts = np.random.default_rng(3).normal(size=(5, 9)) * 3
    seeds = np.arange(9, dtype=np.uint64)
    assert carried_out(config, starts[:, ::-1], seeds[::-1])[::-1] == carried_out(config, starts, seeds)


def test_parameters_may_differ_from_run_to_run() -> None:
    rates = np.array([0.01, 0.02, 0.3, 0.04, 3.0])
    config = problem("valley", "gd")
    starts = np.repeat([[-1.2], [1.0]], 5, axis=1)
    (symbol,) = (node for node in config.method.parameters if node is config.method.learning_rate)
    together = Columns(config.method, starts, config.criteria, parameters={symbol: rates / 100})
    together.advance(10**6)
    for k, rate in enumerate(rates):
        alone = Columns(
            config.method, starts[:, :1], config.criteria, parameters={symbol: np.array([rate / 100])}
        )
        alone.advance(10**6)
        assert alone.final.x[:, 0].tobytes() == together.final.x[:, k].tobytes()
        assert alone.ended_by(0) == together.ended_by(k)


def test_a_logged_row_is_the_same_however_many_steps_are_asked_for_at_once() -> None:
    config = problem("valley", "adam")
    found = []
    for rows in (1, 7, 1000):
        seen: list[bytes] = []
        engine = Columns(
            config.method, np.array([[-1.2], [1.0]]), config.criteria, logged=(config.method.received,)
        )
        while engine.running:
            engine.advance(rows, lambda step, row, seen=seen: seen.append(bytes([step]) + row.tobytes()))
        found.append(seen)
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 26


def test_noise_is_a_function_of_seed_stream_step_and_coordinate() -> None:
    seeds = np.array([0, 1, 2**63 - 1], np.uint64)
    three = normal(seeds, 0, 5, 4)
    for k in range(3):
        np.testing.assert_array_equal(normal(seeds[k : k + 1], 0, 5, 4)[:, 0], three[:, k])
    np.testing.assert_array_equal(normal(seeds, 0, 5, 4)[:2, 0] != three[:2, 1], True)
    others = [normal(seeds, 0, 6, 4), normal(seeds, 1, 5, 4), normal(seeds + np.uint64(1), 0, 5, 4)]
    assert all((other != three).all() for other in others)


def test_noise_is_standard_normal_and_uncorrelated() -> None:
    samples = np.array([normal(np.array([9], np.uint64), 0, step, 100)[:, 0] for step in range(1, 1001)])
    assert np.isfinite(samples).all()
    # 100,000 samples: five standard errors
    assert abs(samples.mean()) < 5 / np.sqrt(samples.size)
    assert abs(samples.var() - 1) < 5 * np.sqrt(2 / samples.size)
    assert abs((samples**3).mean()) < 5 * np.sqrt(15 / samples.size)
    assert abs((samples**4).mean() - 3) < 5 * np.sqrt(96 / samples.size)
    for a, b in ((samples[1:], samples[:-1]), (samples[:, 1:], samples[:, :-1])):
        assert abs((a * b).mean()) < 5 / np.sqrt(a.size)


def test_noise_is_added_with_its_deviation_and_the_seed_decides_it() -> None:
    config = {
        "function": "x^2 + y^2",
        "start": [1, 2],
        "noise": {"gradient": 0.5},
        "stop": {"max_steps": 400},
        "seed": 4,
    }
    from gdplay import run

    trace = run(config)
    added = np.array([trace.columns[f"g_{name}"] - 2 * trace.columns[name] for name in ("x", "y")])
    drawn = np.array([normal(np.array([4], np.uint64), 0, step + 1, 2)[:, 0] for step in range(401)]).T
    np.testing.assert_allclose(added, 0.5 * drawn, rtol=1e-9, atol=1e-12)
    assert run(config).result_hash == trace.result_hash
    assert run({**config, "seed": 5}).result_hash != trace.result_hash
    np.testing.assert_allclose(
        trace.grad_norm, 2 * np.hypot(trace.columns["x"], trace.columns["y"]), rtol=1e-12
    )
    assert (
        run({**config, "noise": {"gradient": 0}}).x[-1].tolist()
        == run({**config, "noise": {}}).x[-1].tolist()
    )


def test_a_rule_may_use_the_noise_itself() -> None:
    from gdplay import run

    trace = run(
        {
            "function": "x^2",
            "start": [1],
            "optimizer": {"step": "x = x + noise"},
            "stop": {"max_steps": 3},
            "seed": 8,
        }
    )
    moves = [normal(np.array([8], np.uint64), 0, step, 1)[0, 0] for step in (1, 2, 3)]
    np.testing.assert_array_equal(trace.x[:, 0], np.cumsum([1.0, *moves]))
