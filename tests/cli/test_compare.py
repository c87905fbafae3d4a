"""gdplay compare: the same start and budget for all, an honest ranking."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from calls import call

import gdplay
from gdplay.sweeps.trials import FRESH

WIDTH = 80


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_rows_are_the_runs_alone(tmp_path: Path) -> None:
    said = call(
        "compare",
        "himmelblau",
        "optimizer=gd,adam",
        "lr=0.01",
        "start=[0,0]",
        "steps=200",
        "--out",
        "out",
        "--json",
    )
    entries = {entry["setting"]: entry for entry in said.document["entries"]}
    for name, entry in entries.items():
        config = {"function": "himmelblau", "start": [0, 0], "stop": {"max_steps": 200}}
        trace = gdplay.run(config, {"optimizer": name, "optimizer.learning_rate": 0.01})
        assert (entry["best_f"], entry["final_f"]) == (trace.best.f, trace.final.f)
        target = trace.f[0] * 1e-3
        reached = (trace.f <= target).nonzero()[0]
        assert entry["steps_to_target"] == (reached[0] if len(reached) else "inf")
    assert [entry["rank"] for entry in said.document["entries"]] == [1, 2]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "compare.csv", "compare.png", "config.yaml", "summary.json"
    }  # fmt: skip
    with (tmp_path / "out" / "compare.csv").open(newline="") as file:
        assert [row["setting"] for row in csv.DictReader(file)] == list(entries)


def test_the_step_is_said_at_which_paths_part() -> None:
    words = (
        "compare",
        "rosenbrock",
        "gradient=analytic,central,forward",
        "optimizer=adam",
        "lr=0.1",
        "steps=60",
    )
    (contest,) = call(*words, "--json").document["contests"]
    partings = contest["partings"]
    config = {
        "function": "rosenbrock",
        "stop": {"max_steps": 60},
        "optimizer": {"name": "adam", "learning_rate": 0.1},
    }
    exact = gdplay.run(config).x
    for method in ("central", "forward"):
        other = gdplay.run(config, {"gradient.method": method}).x
        apart = (abs(other - exact) > 1e-6 * abs(exact).clip(1.0)).any(axis=1).nonzero()[0]
        assert partings[f"gradient {method}"] == (int(apart[0]) if len(apart) else None)
    assert "from gradient analytic: " in call(*words).out


def test_without_tuning_nothing_is_claimed() -> None:
    said = call("compare", "x^2 + 10*y^2", "lr=0.01,0.05", "steps=20")
    assert said.status == 0
    assert said.out.startswith("rank  setting             to target  best f")
    note = " ".join(said.out.split())
    assert "rates as they were given, not tuned: this shows how they move, not which is better" in note
    assert "from the same start, of at most 20 steps" in note
    assert "work of the runs drawn: each 21 f + 21 gradients" in note


def test_tuning_gives_each_the_same_and_says_what_may_be_claimed() -> None:
    said = call("compare", "himmelblau", "optimizer=gd,adam", "--tune", "steps=100", "--json").document
    first, second = said["entries"]
    assert first["trials"] == second["trials"] == 32
    assert (first["setting"], first["reached"] > 16) == ("gd", True)
    assert first["learning_rate"] != second["learning_rate"]
    (contest,) = said["contests"]
    assert contest["claim"].startswith("gd reached the target in fewer steps than adam (27 of 32 trials)")
    assert "before that 33 rates tried for each, on 8 other trials" in contest["limits"]
    assert "nothing is said about other functions, targets, budgets or settings" in contest["limits"]
    assert contest["target"] == "f <= f* + (f(start) - f*)/1000, with f* = 0 (known)"


def steps_alone(rates: dict[str, float], name: str, seed: int) -> float:
    """The steps that one trial takes to the target when it is run by itself."""
    config = {"function": "himmelblau", "start": "random", "seed": seed, "stop": {"max_steps": 60}}
    trace = gdplay.run(config, {"optimizer": name, "optimizer.learning_rate": rates[name]})
    there = np.flatnonzero(trace.f <= trace.f[0] * 1e-3)
    return float(there[0]) if len(there) else np.inf


def test_who_is_sooner_is_counted_in_the_same_trials() -> None:
    said = call("compare", "himmelblau", "optimizer=gd,adam", "--tune", "steps=60", "--json").document
    rates = {entry["setting"]: entry["learning_rate"] for entry in said["entries"]}
    (pair,) = said["contests"][0]["pairs"]
    first, second = (
        [steps_alone(rates, pair[which], FRESH + k) for k in range(32)] for which in ("first", "second")
    )
    assert pair["wins"] == sum(a < b for a, b in zip(first, second, strict=True))
    assert pair["losses"] == sum(a > b for a, b in zip(first, second, strict=True))
    entry = said["entries"][0]
    assert entry["steps_to_target"] == np.median(first)
    assert entry["reached"] == sum(np.isfinite(first))


def test_half_of_the_trials_there_ranks_above_a_single_lucky_run() -> None:
    words = ("compare", "rosenbrock", "optimizer=gd,adam,momentum", "--tune", "steps=150", "--json")
    said = call(*words).document
    reached = [entry["reached"] for entry in said["entries"]]
    assert reached == sorted(reached, reverse=True)
    assert max(reached) >= 16
    (contest,) = said["contests"]
    assert "none reached" not in contest["claim"]
    for entry in said["entries"]:
        assert entry["setting"] in contest["claim"]


def test_without_a_domain_trials_start_around_the_start() -> None:
    words = ("compare", "f(x,y)=0.5*(x^2+25*y^2)", "start=[2,1]", "optimizer=gd,momentum", "--tune")
    (contest,) = call(*words, "steps=100", "--json").document["contests"]
    assert "32 fresh trials" in contest["limits"]
    assert "random starts within 2 of the config's in each coordinate, the same for all" in contest["limits"]
    (contest,) = call(*words, "function.shift=[1,1]", "steps=100", "--json").document["contests"]
    assert "nothing may be claimed; give the function a domain" in contest["claim"]


def test_the_work_of_a_step_is_told_by_kind(tmp_path: Path) -> None:
    said = call("compare", "booth", "optimizer=gd,newton", "--tune", "steps=30", "--out", "out")
    text = " ".join(said.out.split())
    assert "newton 31 f + 31 gradients + 31 Hessians; gd 31 f + 31 gradients" in text
    assert "steps are counted, and a step is not the same work for all" in text
    with (tmp_path / "out" / "compare.csv").open(newline="") as file:
        assert [row["hessian_evaluations"] for row in csv.DictReader(file)] == ["31", "0"]


def test_the_words_follow_what_is_compared(tmp_path: Path) -> None:
    words = ("compare", "booth", "start=[1,1],[5,-5]", "steps=20")
    said = call(*words, "plot.format=svg", "noise.gradient=0.1", "--out", "out")
    assert "one run each from starts of their own" in said.out
    drawn = (tmp_path / "out" / "compare.svg").read_text()
    assert "<!-- 2 settings, starts of their own, at most 20 steps -->" in drawn
    said = call("compare", "booth", "noise.gradient=0.1,0.2", "steps=2", "--json").document
    assert {entry["setting"] for entry in said["entries"]} == {"noise 0.1", "noise 0.2"}


def test_what_has_no_best_rate_is_left_out_of_the_claim() -> None:
    words = ("compare", "f(x)=x^3", "start=[1]", "optimizer=gd,adam", "--tune", "steps=20", "--json")
    (contest,) = call(*words).document["contests"]
    doubt = "nothing is claimed of gd: no rate tried is better than the largest, 1e+06"
    assert contest["claim"] == f"{doubt}; so nothing may be claimed"
    assert contest["pairs"] == []


SHOWN = [
    ("himmelblau", "optimizer=gd,{name: adam, beta1: 0.5, beta2: 0.95, eps: 1e-5},momentum", "--tune"),
    ("booth", "function=booth,beale", "optimizer=gd,momentum,nesterov,adam,rmsprop,adagrad,adadelta,adamw"),
]  # fmt: skip


@pytest.mark.parametrize("words", SHOWN)
def test_no_line_is_wider_than_the_screen(words: tuple[str, ...]) -> None:
    said = call("compare", *words, "steps=20")
    assert said.status == 0, said.err
    assert max(map(len, said.out.splitlines())) <= WIDTH


def test_another_constant_is_another_function() -> None:
    words = ("compare", "f(x,y)=x^2+a*y^2", "function.constants.a=1,30", "optimizer=gd,adam", "steps=20")
    said = call(*words, "--json").document
    assert [contest["function"] for contest in said["contests"]] == [
        f"{words[1]}, a = 1",
        f"{words[1]}, a = 30",
    ]
    assert [entry["rank"] for entry in said["entries"]] == [1, 2, 1, 2]


def test_functions_have_contests_of_their_own(tmp_path: Path) -> None:
    said = call(
        "compare",
        "rosenbrock",
        "function=himmelblau,beale",
        "start=[1,2]",
        "optimizer=gd,adam",
        "steps=20",
        "--out",
        "out",
        "--json",
    )
    assert [(e["function"], e["rank"]) for e in said.document["entries"]] == [
        ("himmelblau", 1), ("himmelblau", 2), ("beale", 1), ("beale", 2),
    ]  # fmt: skip
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"compare-1.png", "compare-2.png"}
    assert call("compare", "x^2", "lr=0.1,0.2", "steps=2", "--out", "out", "--force").status == 0


REFUSALS = {
    ("lr=log:1e-3:1:21",): "21 settings can't be compared in one picture",
    ("optimizer=gd",): "there is one setting, so nothing to compare; give a key several values, such as "
                       "optimizer=gd,momentum,adam",
    ("steps=10,20",): "stop.max_steps: all settings get the same budget, and here it is compared",
    ("lr=0.1,0.2", "--tune"): "--tune: --tune finds the learning rate itself, and here learning_rate is "
                              "compared; compare something else, or leave --tune out",
    ("start=[1],[2]", "--tune"): "--tune tries several starts itself, and here start is compared",
    ("optimizer=gd,adam", "lr=0.1/t", "--tune"): "constant learning rate, and that of gd is 0.1/t; write lr=",
    ("optimizer=gd,adam", "lr={search: armijo}", "--tune"): "and that of gd is armijo; write lr=0.01",
    ("optimizer=gd,gdd",): "there is no optimizer 'gdd'",
    ("lr=0.1,0.2", "--target", "low"): "--target: 'low' is no value of f; write a number",
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSALS)
def test_a_refusal_leaves_nothing_behind(words: tuple[str, ...], tmp_path: Path) -> None:
    said = call("compare", "x^2", *words)
    assert said.status == 2
    assert REFUSALS[words] in said.err
    assert not list(tmp_path.rglob("*.png"))
