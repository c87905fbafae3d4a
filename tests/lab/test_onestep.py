"""One step of a saved run, told with its numbers: it has to be the run's own step, bit for bit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdplay import run
from gdplay.catalog import entry, names
from gdplay.cli.recital import step_lines
from gdplay.errors import ConfigError
from gdplay.onestep import OneStep, explain_step
from gdplay.saved import read_summary

ROSENBROCK = "(1 - x)^2 + 100*(y - x^2)^2"
SQUARES = {"residuals": "[1 - x, 10*(y - x^2)]"}
NEEDS_RESIDUALS = {"gauss_newton", "levenberg_marquardt"}


@pytest.fixture(autouse=True)
def _no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes most of a run's time."""
    monkeypatch.setattr("gdplay.plots.trace.draw_trace", lambda trace: None)
    monkeypatch.setattr("gdplay.plots.save.figure_bytes", lambda figure, format: b"")


def wrappers() -> set[str]:
    found = {name: entry("optimizers", name).text("step") for name in names("optimizers")}
    return {name for name, step in found.items() if re.search(r"\binner\b", step)}


def saved(folder: Path, **settings: Any) -> Path:
    config: dict[str, Any] = {"function": ROSENBROCK, "start": [-1.2, 1], "engine": "numpy", **settings}
    out = folder / "run"
    run(config, out=out)
    return out


def bits(found: OneStep) -> list[str]:
    assert found.compared.columns >= 7  # learning_rate, f, grad_norm, x, y, g_x, g_y and what is remembered
    return [name for name, _, _ in found.compared.differing]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", names("optimizers"))
def test_step_is_the_logs_own(name: str, tmp_path: Path) -> None:
    inner = {"name": "adam", "learning_rate": 0.001}
    rule = {"wrap": name, "of": inner} if name in wrappers() else {"name": name}
    function: Any = SQUARES if name in NEEDS_RESIDUALS else ROSENBROCK
    folder = saved(tmp_path, function=function, optimizer=rule, stop={"max_steps": 3}, log={"columns": "all"})
    for step in (1, int(read_summary(folder)["final"]["step"])):
        told = explain_step(folder, step)
        assert (told.since, told.compared.row) == (step - 1, step)
        assert bits(told) == []
        (moved,) = [line for line in told.lines if line.name == "x"][-1:]
        np.testing.assert_array_equal(moved.value, told.after)


@pytest.mark.parametrize(
    "settings",
    [
        {"noise": {"gradient": 0.3}, "seed": 7, "optimizer": {"name": "gd", "learning_rate": 0.001}},
        {"optimizer": {"name": "adam", "clip": {"norm": 0.5}, "weight_decay": 0.1}},
        {"optimizer": {"name": "momentum", "learning_rate": "0.001*0.5^(t/3)"}},
        {"optimizer": {"name": "gd", "learning_rate": {"search": "armijo"}}},
        {
            "gradient": {"method": "forward", "step": 1e-2},
            "optimizer": {"name": "gd", "learning_rate": 0.001},
        },
    ],
    ids=["noise", "clip", "formula", "search", "inexact"],
)
def test_what_is_done_around_the_rule_is_repeated(settings: dict[str, Any], tmp_path: Path) -> None:
    told = explain_step(saved(tmp_path, stop={"max_steps": 6}, **settings), 5)
    assert bits(told) == []


def test_equations_carry_their_numbers(tmp_path: Path) -> None:
    function, start = "x^2", [3]
    folder = saved(
        tmp_path, function=function, start=start,
        optimizer={"name": "momentum", "learning_rate": 0.25, "momentum": 0.5}, stop={"max_steps": 2},
    )  # fmt: skip
    told = explain_step(folder, 2)
    # step 1: v = 6, x = 3 - 0.25*6 = 1.5; step 2: g = 3
    assert [(line.text, line.elements, line.value.tolist()) for line in told.lines] == [
        ("v = momentum*v + g", ("0.5*6 + 3",), [6.0]),
        ("x = x - lr*v", ("1.5 - 0.25*6",), [0.0]),
    ]
    assert {name: np.ravel(value).tolist() for name, value in told.given.items()} == {
        "x": [1.5], "g": [3.0], "t": [2.0], "lr": [0.25], "momentum": [0.5], "v": [6.0]
    }  # fmt: skip
    assert told.gradient.tolist() == [3.0]
    assert told.after.tolist() == [0.0]


def test_sparse_log_is_gone_through_from_its_nearest_row(tmp_path: Path) -> None:
    folder = saved(tmp_path, log={"every": 7}, stop={"max_steps": 20}, optimizer={"name": "adam"})
    dense = saved(tmp_path / "dense", stop={"max_steps": 20}, optimizer={"name": "adam"})
    for step, since, row in ((1, 0, 7), (7, 0, 7), (9, 7, 14), (20, 14, 20)):
        told = explain_step(folder, step)
        assert (told.since, told.compared.row, bits(told)) == (since, row, [])
        np.testing.assert_array_equal(told.after, explain_step(dense, step).after)


def test_log_of_norms_only_is_gone_through_from_the_start(tmp_path: Path) -> None:
    function = {"name": "rosenbrock", "dimension": 120}
    folder = saved(
        tmp_path, function=function, start=[0.5] * 120, stop={"max_steps": 4}, optimizer={"name": "adam"}
    )
    told = explain_step(folder, 4)
    assert (told.since, told.compared.row, told.compared.differing) == (0, 4, ())


def test_changed_log_is_noticed(tmp_path: Path) -> None:
    folder = saved(tmp_path, stop={"max_steps": 3}, optimizer={"name": "adam"})
    log = folder / "steps.csv"
    rows = log.read_text().splitlines()
    cells = rows[3].split(",")
    was = float(cells[4])
    cells[4] = repr(float(np.nextafter(was, 9)))
    log.write_text("\n".join([*rows[:3], ",".join(cells), *rows[4:], ""]))
    told = explain_step(folder, 2)
    assert told.compared.differing == (("x", float(np.nextafter(was, 9)), was),)


def test_difference_is_told_with_its_size(tmp_path: Path) -> None:
    folder = saved(tmp_path, stop={"max_steps": 3}, optimizer={"name": "adam"})
    log = folder / "steps.csv"
    log.write_text(log.read_text().replace("\n2,", "\n2,9"))
    said = step_lines(explain_step(folder, 2))
    (row,) = [line for line in said if line.startswith("row 2 of the log: ")]
    assert row.startswith("row 2 of the log: 1 of 11 columns differ, by ")
    assert said[-1].startswith("  f: 9")


def test_compiled_run_is_the_same_to_rounding(tmp_path: Path) -> None:
    function = "exp(sin(3x) + y^2)/(1 + x^2)"
    settings: dict[str, Any] = {"function": function, "start": [0.3, 0.4], "optimizer": {"name": "adam"}}
    folder = saved(tmp_path, **settings, engine="compiled", stop={"max_steps": 40})
    for step in (1, 20, 40):
        for name, logged, found in explain_step(folder, step).compared.differing:
            assert found == pytest.approx(logged, rel=1e-13), name


@pytest.mark.parametrize("step", [0, -1, 4])
def test_step_that_was_not_taken_is_refused(step: int, tmp_path: Path) -> None:
    folder = saved(tmp_path, stop={"max_steps": 3}, optimizer={"name": "adam"})
    with pytest.raises(
        ConfigError, match=rf"^--step: the run has no step {step}; choose a step from 1 to 3$"
    ):
        explain_step(folder, step)
