"""Every run of a sweep is, bit for bit, the run alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdplay
from gdplay.errors import ConfigError
from gdplay.sweeps.request import read_request

ROSENBROCK = {"name": "rosenbrock", "dimension": 2}
BOWL = {"formula": "f(x, y) = a*x^2 + exp(y^2)", "constants": {"a": 3}, "domain": {"x": [-1, 2], "y": [0, 1]}}
SWEPT: dict[str, dict[str, Any]] = {
    "rates":        {"learning_rate": {"logspace": [1e-4, 1, 7]}},
    "optimizers":   {"optimizer": ["gd", "momentum", "adam"], "learning_rate": [1e-3, 0.1]},
    "hyper":        {"optimizer.name": ["adam"], "optimizer.beta1": [0.5, 0.9], "optimizer.eps": [1e-8, 1]},
    "constants":    {"function.constants.a": [1, 2.5, 1e4]},
    "noise":        {"noise.gradient": [0, 0.1, 2], "seed": [1, 2]},
    "clip":         {"optimizer.clip.norm": [0.1, 10]},
    "starts":       {"start": [[1, 2], [0.5, 0.25]], "learning_rate": [0.01, 0.1]},
    "schedules":    {"learning_rate": ["0.1/t", "0.1*0.9^t", 0.05]},
    "gradients":    {"gradient.method": ["analytic", "central"]},
    "functions":    {"function": ["rosenbrock", "himmelblau"], "learning_rate": [1e-3, 1e-2]},
    "placement":    {"function.rotate": [0, 30]},
    "steps":        {"stop.max_steps": [1, 7]},
    "inside":       {"optimizer.learning_rate.value": [0.1, 0.2]},
}  # fmt: skip
CONFIGS: dict[str, dict[str, Any]] = {
    "inside": {"optimizer": {"learning_rate": {"schedule": "exponential", "value": 0.3}}},
    "clip": {"optimizer": {"clip": {"norm": 1}}},
}


def alone(config: dict[str, Any], settings: dict[str, Any]) -> gdplay.Trace:
    """Run one combination by itself."""
    order = sorted(settings, key=lambda key: "." in key)
    return gdplay.run(config, {key: settings[key] for key in order})


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", SWEPT)
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_a_run_is_the_run_alone(name: str, engine: str) -> None:
    config = {"function": BOWL, "start": [0.5, 0.5], "stop": {"max_steps": 40}, **CONFIGS.get(name, {})}
    table = gdplay.sweep({**config, "sweep": SWEPT[name], "engine": engine})
    keys = [key for key in table.columns if key in read_request({**config, "sweep": SWEPT[name]}).keys]
    assert table.runs == int(
        np.prod([len(v) if isinstance(v, list) else v["logspace"][2] for v in SWEPT[name].values()])
    )
    for run in range(table.runs):
        settings = {key: table.columns[key][run] for key in keys}
        if name == "starts":
            settings["start"] = SWEPT[name]["start"][int(settings["start"])]
        if "seed" in settings:
            settings["seed"] = int(settings["seed"])
        if "stop.max_steps" in settings:
            settings["stop.max_steps"] = int(settings["stop.max_steps"])
        trace = alone({**config, "engine": "numpy"}, settings)
        row = {key: values[run] for key, values in table.columns.items()}
        assert (row["status"], row["steps"], row["best_step"]) == (trace.status, trace.steps, trace.best.step)
        for column, value in (("final_f", trace.final.f), ("best_f", trace.best.f)):
            assert np.array_equal(row[column], value, equal_nan=True), (settings, column)
        final = [row[f"final_{name}"] for name in trace.config.function.coordinates]
        assert np.array_equal(final, trace.final.x, equal_nan=True)


def test_random_starts_belong_to_seed_and_number() -> None:
    base = {"function": "himmelblau", "stop": {"max_steps": 5}}
    both = gdplay.sweep({**base, "sweep": {"start": {"random": 3}, "seed": [4, 5]}})
    single = gdplay.sweep({**base, "start": "random", "sweep": {"seed": [4, 5]}})
    first = both.columns["start"] == 0
    assert both.columns["final_f"][first].tolist() == single.columns["final_f"].tolist()
    assert len(set(both.columns["final_f"].tolist())) == 6
    for run, seed in enumerate((4, 5)):
        trace = gdplay.run({**base, "start": "random", "seed": seed})
        assert single.columns["final_f"][run] == trace.final.f
        assert [single.columns[f"start_{c}"][run] for c in "xy"] == trace.start.x.tolist()


def test_many_runs_beside_each_other_do_not_change_one(tmp_path: Path) -> None:
    base = {"function": ROSENBROCK, "optimizer": "adam", "stop": {"max_steps": 30}, "engine": "compiled"}
    many = gdplay.sweep({**base, "sweep": {"learning_rate": {"logspace": [1e-3, 1, 1001]}}})
    few = gdplay.sweep(
        {**base, "sweep": {"learning_rate": [1e-3, float(many.columns["optimizer.learning_rate"][333])]}}
    )
    assert few.columns["final_f"][1] == many.columns["final_f"][333]


def test_a_combination_that_cannot_be_run_is_a_row_with_its_error() -> None:
    table = gdplay.sweep(
        {"function": BOWL, "sweep": {"optimizer": ["gd", "gdd"], "learning_rate": [0.1, -1, 0.2]}}
    )
    assert table.columns["status"].tolist().count("failed") == 4
    good = table.columns["status"] != "failed"
    assert table.columns["optimizer.learning_rate"][good].tolist() == [0.1, 0.2]
    assert table.columns["error"][good].tolist() == ["", ""]
    said = " ".join(table.columns["error"][~good])
    assert "there is no optimizer 'gdd'" in said
    assert "expected a number above 0, found '-1'" in said
    assert sorted(table.columns["run"].tolist()) == list(range(6))


def test_bad_starts_fail_alone() -> None:
    config = {"function": "log(x) + y^2", "sweep": {"start": [[1, 1], [-1, 1], [1, 2, 3], [2, 1]]}}
    table = gdplay.sweep(config)
    assert [int(k) for k in table.columns["start"][table.columns["status"] == "failed"]] == [1, 2]


def test_fail_fast_ends_at_the_first() -> None:
    with pytest.raises(ConfigError, match="there is no optimizer 'gdd'"):
        _ = read_request({"function": BOWL, "sweep": {"optimizer": ["gd", "gdd"]}}, fail_fast=True).groups


def test_a_sweep_of_which_nothing_can_be_run_is_refused() -> None:
    with pytest.raises(ConfigError, match="no run of the sweep is possible"):
        gdplay.sweep({"function": BOWL, "sweep": {"optimizer": ["gdd"]}})


def test_numbers_and_formulas_of_one_key_are_texts_in_one_column() -> None:
    chosen = [{"learning_rate": [0.1, 0.2]}, {"learning_rate": ["0.1/t"]}]
    table = gdplay.sweep({"function": BOWL, "stop": {"max_steps": 3}, "sweep": chosen})
    assert table.columns["optimizer.learning_rate"].tolist() == ["0.1", "0.2", "0.1/t"]


def test_the_source_is_left_as_it_was(tmp_path: Path) -> None:
    request = read_request({"function": BOWL, "sweep": {"function.constants.a": [1, 2]}})
    before = request.source()
    from gdplay.sweeps.run import save_sweep

    save_sweep(request, tmp_path / "out")
    assert request.source() == before
    assert gdplay.sweep(tmp_path / "out" / "config.yaml").runs == 2
