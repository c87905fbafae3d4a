"""What is ranked best: settings over their replicates, the converged by steps, every function by itself."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdplay.sweeps import ranks, work
from gdplay.sweeps.layout import Layout
from gdplay.sweeps.ranks import LISTED, Ranks
from gdplay.sweeps.request import Request, read_request
from gdplay.sweeps.run import save_sweep
from gdplay.sweeps.work import Progress, carry_out_all

REPLICATES = ("seed", "start")
# fmt: off
SWEEPS: dict[str, list[str]] = {
    "starts":      ["rosenbrock", "optimizer=gd,adam", "lr=log:1e-3:1:9", "start={random: 5}", "steps=60"],
    "both":        ["rosenbrock", "seed=0,1,2", "lr=log:1e-3:1:9", "start={random: 4}", "steps=60"],
    "outside in":  ["rosenbrock", "seed=0,1", "optimizer=gd,nag", "start=[1, 2],[0, 3]", "lr=0.001,0.01"],
    "noise":       ["booth", "seed=0,1,2,3", "noise.gradient=0.1,1", "lr=log:1e-3:1:9", "steps=60"],
    "converging":  ["booth", "start=[1, 2],[4, 3],[9, 9]", "lr=log:1e-2:0.3:15", "stop.gradient_norm=1e-3"],
    "failures":    ["booth", "optimizer=gd,gdd", "lr=0.1,-1,0.05", "seed=1,2", "steps=20"],
    "unfit start": ["log(x) + 1/x", "start=[2],[-1],[3]", "lr=0.1,0.2", "steps=20"],
}
# fmt: on


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 60)


def carried(request: Request, layout: Layout) -> list[dict[str, Any]]:
    """Return every row of a sweep as plain data."""
    rows: list[dict[str, Any]] = []
    for chunk in carry_out_all(request.groups, Progress(request.runs)):
        block = layout.block(chunk)
        rows += [{name: block[name][k] for name in block} for k in range(len(block["run"]))]
    return rows


def ranked(request: Request, layout: Layout) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    found = Ranks.of(layout)
    for chunk in carry_out_all(request.groups, Progress(request.runs)):
        found.add(layout.block(chunk))
    rows = found.ranked()
    return rows, found.described()


def median_of(values: list[float]) -> float:
    ordered = sorted(values)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return (low + high) / 2 if math.isfinite(high) else high


@pytest.mark.parametrize("name", SWEEPS)
def test_settings_are_ranked_by_the_median_of_their_replicates(name: str) -> None:
    source, *words = SWEEPS[name]
    request = read_request(source, words)
    layout = Layout.of(request)
    rows, about = ranked(request, layout)
    by = "final_f" if name == "noise" else "best_f"
    keys = [key for key in request.keys if key not in REPLICATES]
    cells: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in carried(request, layout):
        if row["status"] != "failed":
            cells.setdefault(tuple(row[key] for key in keys), []).append(row)
    assert (about["of"], about["by"], list(about["rows"].values())) == (
        "settings",
        f"median {by}",
        [len(cells)],
    )
    assert len(rows) == min(LISTED, len(cells))
    values: list[float] = []
    speeds: list[float] = []
    for cell in cells.values():
        ends = [math.inf if row["status"] == "diverged" else row[by] for row in cell]
        values.append(median_of(ends))
        speeds.append(median_of([row["steps"] if row["status"] == "converged" else math.inf for row in cell]))
    medians = [row["median"] for row in rows]
    for row in rows:
        cell = cells[tuple(row[key] for key in keys)]
        ends = [math.inf if each["status"] == "diverged" else each[by] for each in cell]
        assert row["median"] == pytest.approx(median_of(ends), rel=1e-12)
        assert (row["replicates"], row["statistic"]) == (len(cell), f"median {by}")
        assert row["diverged"] == sum(each["status"] == "diverged" for each in cell)
        assert row["converged"] == sum(each["status"] == "converged" for each in cell)
        assert row["lower_quartile"] <= row["median"] <= row["upper_quartile"]
    if name == "converging":
        fastest = sorted(speeds)[: len(rows)]
        assert [row["median_steps"] for row in rows] == pytest.approx(fastest)
        assert fastest[0] < fastest[1]
        assert medians != sorted(medians)
    else:
        assert medians == pytest.approx(sorted(values)[: len(rows)])


def test_of_the_converged_the_fastest_is_first_and_of_a_higher_minimum_behind() -> None:
    grids = [
        {"start": [point], "learning_rate": [0.001, 0.002]} for point in ([4, 4], [1.1, 0.9], [0.2, 0.1])
    ]
    stop = {"max_steps": 500, "gradient_norm": 1e-4}
    request = read_request({"function": "rastrigin", "stop": stop, "sweep": grids})
    rows = carried(request, Layout.of(request))
    assert {row["status"] for row in rows} == {"converged"}
    judge = Ranks.of(Layout.of(request)).judges[0]
    block = {name: np.array([row[name] for row in rows], dtype=object) for name in ("status",)}
    numbers = ("run", "steps", "best_f", "final_f", "best_step")
    block |= {name: np.array([row[name] for row in rows], dtype=float) for name in numbers}
    found = judge.runs(block).tolist()
    minima = [round(rows[k]["best_f"], 2) for k in found]
    steps = [rows[k]["steps"] for k in found]
    assert minima == sorted(minima)
    assert len(set(minima)) == 3
    assert minima[0] == 0
    for k in range(0, 6, 2):
        assert minima[k] == minima[k + 1]
        assert steps[k] < steps[k + 1]


def block_of(runs: int) -> dict[str, Any]:
    """Return rows of every status and of many equal values."""
    generator = np.random.default_rng(0)
    statuses = np.array(["converged", "max_steps", "diverged", "interrupted", "failed"], dtype=object)
    return {
        "run": np.arange(runs),
        "status": generator.choice(statuses, runs),
        "best_f": generator.choice([0.0, 1e-9, 1e-3, 0.5, 1.0, np.nan, np.inf, -np.inf], runs),
        "final_f": generator.choice([0.5, 1.0, 2.0], runs),
        "best_step": generator.integers(0, 3, runs),
        "steps": generator.integers(0, 3, runs),
    }


def test_the_ranks_do_not_depend_on_how_rows_come() -> None:
    layout = Layout.of(read_request("x^2", ["lr=lin:0.1:0.9:400"]))
    block = block_of(400)
    together = Ranks.of(layout)
    together.add(block)
    apart = Ranks.of(layout)
    for part in np.array_split(np.random.default_rng(1).permutation(400), 37):
        apart.add({name: values[part] for name, values in block.items()})
    assert apart.ranked() == together.ranked()
    assert apart.described() == together.described()
    assert [row["rank"] for row in together.ranked()] == list(range(1, LISTED + 1))
    rankable = np.isfinite(block["best_f"]) & (block["status"] != "failed")
    assert list(together.described()["rows"].values()) == [rankable.sum()]


def test_equal_values_are_told_apart_by_where_they_end_and_when_they_were_best() -> None:
    judge = Ranks.of(Layout.of(read_request("x^2", ["lr=0.1,0.2"]))).judges[0]
    rows = {
        "run": np.arange(5),
        "status": np.array(["diverged", *["max_steps"] * 4], dtype=object),
        "best_f": np.array([0.0, 0.0, 0.0, 0.0, 1e-30]),
        "final_f": np.array([0.0, 1e-3, 0.0, 0.0, 1e-30]),
        "best_step": np.array([0, 1, 9, 4, 1]),
        "steps": np.full(5, 9),
    }
    assert judge.runs(rows).tolist() == [3, 2, 1, 4, 0]


def test_beyond_a_stop_value_only_steps_count() -> None:
    judge = Ranks.of(Layout.of(read_request("x^2", ["lr=0.1,0.2", "stop.value=0.5", "start=[3]"]))).judges[0]
    assert judge.level(np.array([0.5, 0.1, -3.0])).tolist() == [judge.level(np.array([0.5]))[0]] * 3
    assert judge.level(np.array([0.6]))[0] > judge.level(np.array([0.5]))[0]


def test_every_function_has_ranks_of_its_own_but_a_turned_one_is_the_same(tmp_path: Path) -> None:
    words = ["function=rosenbrock,booth,x^2 + y^4", "lr=0.001,0.01,0.1", "steps=20", "start=[1, 2]"]
    _, summary, _ = save_sweep(read_request("booth", words), tmp_path / "out")
    assert summary["best"] is None
    assert list(summary["best_by_function"]) == ["rosenbrock", "booth", "x^2 + y^4"]
    assert [row["rank"] for row in summary["ranked"] if row["function_name"] == "booth"] == [1, 2, 3]
    turned = read_request("booth", ["function.rotate=0,30,60", "lr=0.01,0.02", "steps=20"])
    rows, about = ranked(turned, Layout.of(turned))
    assert about["rows"] == {"booth": 6}
    assert "function_name" not in rows[0]
    sizes = read_request("rastrigin", ["function.dimension=2,3", "lr=0.001,0.01", "steps=5"])
    assert len(ranked(sizes, Layout.of(sizes))[1]["rows"]) == 2


def test_of_many_replicates_the_first_are_held_and_of_too_many_settings_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = read_request("x^2", ["lr=lin:0.1:0.9:7", "seed=lin:1:40:40", "start=[1]", "steps=3"])
    layout = Layout.of(request)
    monkeypatch.setattr(ranks, "MOST_JUDGED", 7 * 6 + 1)
    rows, about = ranked(request, layout)
    assert (about["of"], about["judged_replicates"], about["replicates"]) == ("settings", 6, 40)
    assert [row["replicates"] for row in rows] == [6] * 7
    monkeypatch.setattr(ranks, "MOST_JUDGED", 7 * 5 - 1)
    rows, about = ranked(request, layout)
    assert (about["of"], about["by"], about["judged_replicates"]) == ("runs", "best_f", 1)
    assert [row["statistic"] for row in rows] == ["best_f"] * LISTED
    assert about["rows"] == {"x^2": 280}
