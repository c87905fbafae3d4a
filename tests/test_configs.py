"""Every example config runs, says on top what to look at, and shows what it promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gdplay
from gdplay.config.load import load
from gdplay.save import save_run

FOLDER = Path(__file__).parents[1] / "configs"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SWEEPS = [name for name in NAMES if "\nsweep:" in (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")]
ENDS = {
    # how a run of the config ends, and the f that its best step comes below
    "beale":         ("converged", 1e-10),
    "diverges":      ("diverged",  60.0),
    "himmelblau":    ("converged", 1e-15),
    "line-search":   ("converged", 1e-12),
    "neuron":        ("converged", 1e-15),
    "noise":         ("max_steps", 1e-2),
    "one-variable":  ("converged", -0.58),
    "own-optimizer": ("max_steps", 1e-3),
    "restarts":      ("max_steps", 1e-2),
    "rosenbrock":    ("converged", 1e-11),
    "saddle":        ("converged", -0.999),
    "schedule":      ("max_steps", 1e-3),
    "ten-variables": ("converged", 1e-15),
    "zigzag":        ("converged", 1e-10),
}  # fmt: skip


def trace_of(name: str) -> gdplay.Trace:
    return gdplay.run(FOLDER / f"{name}.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_the_comment_says_what_to_look_at(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    comment = text.split("\n\n")[0][: text.index("\nfunction:")]
    assert all(line.startswith("#") for line in comment.splitlines())
    assert "Look at" in " ".join(line.lstrip("# ") for line in comment.splitlines())


@pytest.mark.parametrize("name", ENDS)
def test_it_ends_as_it_should(name: str) -> None:
    trace = trace_of(name)
    status, least = ENDS[name]
    assert trace.status == status, trace.reason
    assert trace.best.f < least


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*ENDS, *SWEEPS)])
def test_the_others_run(name: str) -> None:
    config = load(FOLDER / f"{name}.yaml", ["stop.max_steps=20"])
    assert gdplay.run(FOLDER / f"{name}.yaml", {"stop.max_steps": 20}).final.step <= config.criteria.max_steps


@pytest.mark.parametrize("name", ["rosenbrock", "diverges", "one-variable", "ten-variables"])
def test_its_folder_is_complete(name: str, tmp_path: Path) -> None:
    trace, folder = save_run(load(FOLDER / f"{name}.yaml", ["stop.max_steps=50"]), tmp_path / "out")
    assert sorted(path.name for path in folder.path.iterdir()) == [
        "config.yaml", "steps.csv", "summary.json", "trajectory.png",
    ]  # fmt: skip
    again = gdplay.run(folder.path / "config.yaml")
    assert again.result_hash == trace.result_hash


def test_zigzag_changes_its_side_at_every_step() -> None:
    y = trace_of("zigzag").columns["y"][:50]
    assert (y[1:] * y[:-1] < 0).all()


def test_the_saddle_holds_the_path_for_a_while() -> None:
    trace = trace_of("saddle")
    waiting = (abs(trace.f) < 0.01).sum()
    assert waiting > 20


def test_the_diagnosis_names_a_rate_that_works() -> None:
    assert "try 0.01" in trace_of("diverges").diagnosis
    assert gdplay.run(FOLDER / "diverges.yaml", {"optimizer.learning_rate": 0.01}).best.f < 1e-6


def test_the_schedule_lowers_the_floor_of_the_noise() -> None:
    f = trace_of("schedule").f
    assert f[801:].mean() < 0.25 * f[100:200].mean()


def test_every_cycle_ends_in_another_minimum() -> None:
    trace = trace_of("restarts")
    minima = trace.config.function.known.minima
    assert minima is not None
    ends = trace.x[[250, 500, 750, 1000]]
    away = np.linalg.norm(ends[:, None, :] - minima[None, :, :], axis=2)
    assert sorted(away.argmin(axis=1).tolist()) == [0, 1, 2, 3]
    assert away.min(axis=1).max() < 0.2
    # the loss comes down with the rate, and is thrown up with it
    f = trace.f
    assert all(
        np.median(f[end - 20 : end]) < 0.1 * np.median(f[end + 5 : end + 25]) for end in (250, 500, 750)
    )


def test_the_search_takes_the_whole_step_once_the_curvature_is_known() -> None:
    trace = trace_of("line-search")
    rates = trace.learning_rate[1:]
    assert len(rates) < 50
    assert np.all(np.log2(rates) == np.round(np.log2(rates)))
    assert rates[0] < 0.01
    assert np.mean(rates[10:] == 1) > 0.7
    assert gdplay.run(FOLDER / "line-search.yaml", {"optimizer.name": "gd"}).status == "max_steps"


def test_gradient_descent_is_blind_to_rotation_and_adam_is_not() -> None:
    table = gdplay.sweep(FOLDER / "rotation.yaml").columns
    assert set(table["status"]) == {"converged"}
    steps = {name: table["steps"][table["optimizer"] == name] for name in ("gd", "adam")}
    assert len(set(steps["gd"].tolist())) == 1
    assert steps["adam"][3] > 3 * steps["adam"][0]
    assert steps["adam"][0] == steps["adam"][-1]


def test_adam_bears_a_hundred_times_the_rate_of_gradient_descent() -> None:
    table = gdplay.sweep(FOLDER / "rates.yaml").columns
    best = {}
    for name in ("gd", "adam"):
        mine = table["optimizer"] == name
        rates = table["optimizer.learning_rate"][mine]
        medians = [np.median(table["final_f"][mine][rates == rate]) for rate in np.unique(rates)]
        best[name] = np.unique(rates)[np.nanargmin(medians)]
    assert best["adam"] > 50 * best["gd"]


def test_the_more_noise_the_smaller_the_best_rate() -> None:
    table = gdplay.sweep(FOLDER / "noise-study.yaml").columns
    noise, rate = table["noise.gradient"], table["optimizer.learning_rate"]
    best = []
    for sigma in (noise.min(), noise.max()):
        rates = np.unique(rate)
        ends = [np.median(table["final_f"][(noise == sigma) & (rate == r)]) for r in rates]
        best.append(rates[np.argmin(ends)])
    assert best[0] > 2 * best[1]
