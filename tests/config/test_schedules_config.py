# ruff: noqa: E501  (tables: aligned rows are read down their columns)
"""Schedules and searches in a config: words, complaints, overrides, the saved config, the preview, the runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from gdplay.catalog import names
from gdplay.cli import execute
from gdplay.config.load import Config, load
from gdplay.errors import ConfigError
from gdplay.formula.expr import symbol
from gdplay.save import resolved
from gdplay.schedule import Schedule
from gdplay.search import Search
from gdplay.simulation import simulate

BOWL = {"function": "x^2 + 10*y^2", "start": [3, 1]}


def config(learning_rate: Any, *settings: str, **optimizer: Any) -> Config:
    data = {
        **BOWL,
        "optimizer": {"name": "gd", "learning_rate": learning_rate, **optimizer},
        "stop": {"max_steps": 40},
    }
    return load(data, settings)


def schedule(found: Config) -> dict[str, Any]:
    assert isinstance(found.choices.learning_rate, Schedule)
    return found.choices.learning_rate.data()


def complaint(learning_rate: Any, *settings: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config(learning_rate, *settings)
    return str(caught.value)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"schedule": "StepLR", "lr": 0.2, "step_size": 7, "gamma": 0.5}, {"schedule": "step", "value": 0.2, "every": 7, "gamma": 0.5}),
        ({"schedule": "steplr", "learning_rate": 0.2, "every": 7}, {"schedule": "step", "value": 0.2, "every": 7, "gamma": 0.1}),
        (
            {"schedule": "exponential_decay", "init_value": 0.3, "transition_steps": 5, "decay_rate": 0.9, "staircase": True},
            {"schedule": "exponential", "value": 0.3, "gamma": 0.9, "every": 5, "begin": 0, "end": 0, "staircase": True},
        ),
        (
            {"schedule": "piecewise_constant_schedule", "value": 1, "boundaries_and_scales": {"9": 0.1, "4": 0.5}},
            {"schedule": "piecewise_constant", "value": 1, "boundaries": [4, 9], "factors": [0.5, 0.1]},
        ),
        (
            {"schedule": "SequentialLR", "milestones": [5], "schedulers": ["0.1/t", {"schedule": "LinearLR", "lr": 0.1}]},
            {"schedule": "joined", "boundaries": [5], "schedules": ["0.1/t", {"schedule": "linear_factor", "value": 0.1, "start": 1 / 3, "end": 1, "steps": 5}]},
        ),
    ],
)  # fmt: skip
def test_other_libraries_words_become_gdplay_s(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert schedule(config(theirs)) == ours


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"schedule": "cosin"}, ["there is no schedule 'cosin'", "did you mean cosine?"]),
        ({"value": 0.1}, ["expected a schedule's name", "gdplay list schedules"]),
        ({"schedule": "step", "evry": 3}, ["optimizer.learning_rate.evry", "did you mean every?"]),
        (
            {"schedule": "step", "every": "often"},
            ["optimizer.learning_rate.every", "expected a number, found 'often'"],
        ),
        ({"schedule": "step", "every": 0}, ["gives nan at step 1"]),
        ({"schedule": "step", "lr": 0.1, "value": 0.2}, ["value and lr are the same"]),
        ({"schedule": "multistep"}, ["multistep needs milestones", "write milestones: [100, 200]"]),
        (
            {"schedule": "one_cycle", "anneal": "cosinus"},
            ["expected one of cosine, linear", "did you mean cosine?"],
        ),
        ({"schedule": "warmup"}, ["warmup needs then"]),
        ({"schedule": "warmup", "then": {"schedule": "nothing"}}, ["optimizer.learning_rate.then.schedule"]),
        ({"schedule": "joined", "boundaries": [5, 9], "schedules": [0.1, 0.2]}, ["joined: "]),
        ({"schedule": "chained", "schedules": 3}, ["expected a list of schedules, found '3'"]),
        ({"search": "armija"}, ["there is no search 'armija'", "did you mean armijo?"]),
        ({"search": "armijo", "c1": 2}, ["optimizer.learning_rate.c1", "from 0 to 1"]),
        ({"search": "armijo", "shrimk": 0.5}, ["did you mean shrink?"]),
    ],
)
def test_what_is_wrong_is_said_with_its_key_and_the_remedy(wrong: dict[str, Any], said: list[str]) -> None:
    found = complaint(wrong)
    assert all(part in found for part in said), found


def test_optax_s_words_of_a_search_are_understood() -> None:
    found = config(
        {"search": "armijo", "decrease_factor": 0.8, "slope_rtol": 0.01, "max_learning_rate": 2}
    ).choices.learning_rate
    assert isinstance(found, Search)
    assert found.data() == {
        "search": "armijo",
        "initial": 2,
        "c1": 0.01,
        "shrink": 0.8,
        "grow": 0,
        "limit": 100,
    }


# ---------------------------------------------------------------- overrides


STEP = {"schedule": "StepLR", "lr": 0.05, "step_size": 9}


@pytest.mark.parametrize(
    ("setting", "expected", "note"),
    [
        ("lr.value=0.02", {"schedule": "step", "value": 0.02, "every": 9, "gamma": 0.1}, ""),
        ("learning_rate.step_size=3", {"schedule": "step", "value": 0.05, "every": 3, "gamma": 0.1}, ""),
        ("learning_rate.schedule=step", {"schedule": "step", "value": 0.05, "every": 9, "gamma": 0.1}, ""),
        ("lr={schedule: linear}", {"schedule": "linear", "value": 0.05, "steps": 40, "end": 0, "begin": 0}, "learning_rate: step is replaced; its value is kept"),
    ],
)  # fmt: skip
def test_a_setting_is_laid_over_a_schedule(setting: str, expected: dict[str, Any], note: str) -> None:
    found = config(STEP, setting)
    assert schedule(found) == expected
    assert [text for text in found.notes if text.startswith("learning_rate")] == ([note] if note else [])


def test_a_number_replaces_a_schedule_and_a_schedule_starts_from_a_number() -> None:
    number = config(STEP, "lr=0.3")
    assert number.choices.learning_rate == 0.3
    assert "learning_rate: step is replaced (learning_rate.value=... would keep it)" in number.notes
    assert schedule(config(0.07, "lr={schedule: rex}"))["value"] == 0.07
    assert isinstance(config(STEP, "lr={search: armijo}").choices.learning_rate, Search)


# ---------------------------------------------------------------- saved, swept


@pytest.mark.parametrize(
    "learning_rate",
    [
        {"schedule": "warmup", "steps": 5, "then": {"schedule": "cosine", "value": 0.05}},
        {"schedule": "plateau", "value": 0.08, "patience": 2},
        {"schedule": "piecewise_interpolate", "value": 0.05, "boundaries": [10, 20], "factors": [0.5, 0.1]},
        {"search": "strong_wolfe", "c2": 0.3},
    ],
)
def test_the_saved_config_runs_the_same(learning_rate: dict[str, Any]) -> None:
    first = config(learning_rate)
    again = load(resolved(first, "numpy"))
    assert resolved(again, "numpy") == resolved(first, "numpy")
    assert simulate(again).result_hash == simulate(first).result_hash


def test_the_numbers_of_a_schedule_are_inputs_of_the_step() -> None:
    found = config(
        {
            "schedule": "warmup",
            "steps": 5,
            "then": {"schedule": "multistep", "value": 0.05, "milestones": [9, 20]},
        }
    )
    parameters = {node.params[0]: value.tolist() for node, value in found.method.parameters.items()}
    assert parameters["learning_rate.steps"] == [5.0]
    assert parameters["learning_rate.then.milestones"] == [[9.0], [20.0]]
    assert symbol("learning_rate.then.value", (), "hyperparameter") in found.method.parameters


# ---------------------------------------------------------------- runs


def test_a_run_of_no_steps_may_have_a_schedule() -> None:
    assert simulate(config({"schedule": "cosine"}, "stop.max_steps=0")).steps == 0


def test_any_hyperparameter_can_be_scheduled() -> None:
    trace = simulate(
        config(0.01, name="momentum", momentum={"schedule": "linear", "value": 0.9, "steps": 10, "end": 0.1})
    )
    x, v, slopes = np.array([3.0, 1.0]), np.zeros(2), np.array([2.0, 20.0])
    for t in range(1, 41):
        v = (0.9 + (0.1 - 0.9) * min(t - 1, 10) / 10) * v + slopes * x
        x = x - 0.01 * v
        assert trace.x[t] == pytest.approx(x, rel=1e-12, abs=1e-300)


def test_a_plateau_follows_the_values_of_its_own_run() -> None:
    trace = simulate(config({"schedule": "plateau", "value": 0.1, "patience": 2, "factor": 0.5, "eps": 0}))
    # the rate 2/L throws y to and fro for ever, until it is halved
    best, bad, rate = np.inf, 0, 0.1
    for k in range(40):
        assert trace.learning_rate[k + 1] == rate
        best, bad = (trace.f[k], 0) if trace.f[k] < best * (1 - 1e-4) else (best, bad + 1)
        if bad > 2:
            rate, bad = rate * 0.5, 0
    assert rate < 0.1
    assert "learning_rate_best" in trace.columns


def test_polyak_s_rate_is_the_distance_to_the_minimum_over_the_squared_gradient() -> None:
    trace = simulate(config({"schedule": "polyak"}))
    assert trace.learning_rate[1:] == pytest.approx(trace.f[:-1] / trace.grad_norm[:-1] ** 2, rel=1e-12)


def test_the_log_has_the_accepted_rates_and_the_summary_counts_the_search() -> None:
    trace = simulate(config({"search": "armijo", "shrink": 0.5}))
    rates = trace.learning_rate[1:]
    assert np.isin(rates, 0.5 ** np.arange(10)).all()
    tried = 1 - np.log2(rates)
    rows = trace.steps + 1
    assert trace.summary()["evaluations"] == {
        "function": rows + int(tried.sum()),
        "gradient": rows,
        "hessian": 0,
    }


def test_schedules_are_the_same_in_both_engines() -> None:
    pytest.importorskip("llvmlite")
    rate = {"schedule": "one_cycle", "value": 0.05, "anneal": "linear"}
    runs = [
        simulate(config(rate, f"engine={engine}", "stop.max_steps=200")) for engine in ("numpy", "compiled")
    ]
    assert [run.engine for run in runs] == ["numpy", "compiled"]
    assert runs[1].learning_rate[1:] == pytest.approx(runs[0].learning_rate[1:], rel=1e-12)


# ---------------------------------------------------------------- commands


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "cycle.yaml"
    path.write_text(
        "function: x^2\nstart: [1]\noptimizer:\n  name: momentum\n  learning_rate: {schedule: one_cycle, value: 0.1}\n"
        "  momentum: {schedule: one_cycle_momentum}\nstop: {max_steps: 100}\n"
    )
    return path


def test_show_previews_without_running(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = written.with_suffix(".png")
    assert execute(["show", str(written), "--schedule", "-o", str(picture)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["step", "learning_rate", "momentum"]
    assert lines[1].split() == ["1", "0.004", "0.95"]
    assert lines[-1] == f"saved {picture}"
    assert imread(picture).shape[1] == 960
    assert sorted(path.name for path in written.parent.iterdir()) == ["cycle.png", "cycle.yaml"]


def test_show_previews_as_json_with_settings(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["show", str(written), "--schedule", "lr=0.1/t", "steps=4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["step"] == [1, 2, 3, 4]
    assert found["learning_rate"] == [0.1, 0.05, 0.1 / 3, 0.025]
    assert len(found["momentum"]) == 4


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("{search: armijo}", "searched for in every step (armijo)"),
        ("{schedule: plateau}", "plateau follows the values of the run"),
    ],
)
def test_what_follows_the_run_has_no_preview(
    written: Path, rate: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["show", str(written), "--schedule", f"lr={rate}"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["schedules", "searches"])
def test_every_entry_is_listed_and_has_a_card(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["list", kind]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(names(kind))
    assert all(len(line) <= 80 and not line.endswith("...") for line in listed)
    for name in names(kind):
        assert execute(["show", kind, name]) == 0
        card = capsys.readouterr().out
        assert "source" in card
        assert all(len(line) <= 80 for line in card.splitlines())


def test_a_schedule_is_found_by_another_library_s_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["show", "CosineAnnealingLR"]) == 0
    assert capsys.readouterr().out.startswith("cosine\n")
