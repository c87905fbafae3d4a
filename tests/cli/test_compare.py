"""gdplay compare: the same start and budget for all, an honest ranking."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from calls import call

import gdplay


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
    partings = call(*words, "--json").document["partings"]
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
    assert "no rate tuned: this shows how they move, not which is better" in said.out


def test_tuning_gives_each_the_same_and_says_what_may_be_claimed() -> None:
    said = call("compare", "himmelblau", "optimizer=gd,adam", "--tune", "steps=100", "--json").document
    first, second = said["entries"]
    assert first["trials"] == second["trials"] == 16
    assert (first["setting"], first["reached"] > 8) == ("gd", True)
    assert first["learning_rate"] != second["learning_rate"]
    (claim,) = said["claim"]
    assert "gd reached the target in fewer steps than adam" in claim
    assert "33 rates tried for each); nothing is said about other functions or budgets" in claim


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
    ("lr=0.1,0.2", "--tune"): "--tune: --tune finds the learning rate itself, and here it is compared; "
                              "compare something else, or leave --tune out",
    ("optimizer=gd,gdd",): "there is no optimizer 'gdd'",
    ("lr=0.1,0.2", "--target", "low"): "--target: 'low' is no value of f; write a number",
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSALS)
def test_a_refusal_leaves_nothing_behind(words: tuple[str, ...], tmp_path: Path) -> None:
    said = call("compare", "x^2", *words)
    assert said.status == 2
    assert REFUSALS[words] in said.err
    assert not list(tmp_path.rglob("*.png"))
