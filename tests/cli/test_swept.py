"""What gdplay sweep prints: tables of at most 80 columns, and what they are ranked by."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from calls import Said, call

from gdplay.cli.sweeptable import fitted
from gdplay.cli.swept import labelled, told
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import save_sweep

CONFIGS = Path(__file__).parents[2] / "configs"
MAPPINGS = "optimizer={name: momentum, momentum: 0.5},{name: adam, beta1: 0.8, beta2: 0.99},gd"
SPHERE = {3: "x^2 + y^2 + z^2", 4: "x^2 + y^2 + z^2 + w^2"}
# fmt: off
SWEEPS: dict[str, list[str]] = {
    "starts":     ["rosenbrock", "optimizer=gd,adam", "lr=0.001,0.1", "start={random: 3}", "steps=20"],
    "converging": ["booth", "optimizer=gd,adam", "lr=0.1,0.05", "seed=1,2", "stop.value=1e-2"],
    "functions":  ["booth", "function=rosenbrock,booth,beale", "lr=0.001,0.01", "steps=20"],
    "many keys":  ["booth", MAPPINGS, "lr=0.01,0.1", "clip.norm=1,2", "steps=5,9", "noise.gradient=0.1,1"],
    "failures":   ["booth", "optimizer=gd,gdd,ada", "lr=0.1,-1", "steps=5"],
    "nothing":    ["booth", "lr=1e200,1e201", "steps=5"],
}
# fmt: on


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def swept(name: str) -> Said:
    said = call("sweep", *SWEEPS[name], "--out", "out")
    assert (said.status, said.err) == (0, "")
    return said


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", SWEEPS)
def test_no_line_is_wider_than_the_screen(name: str) -> None:
    assert max(map(len, swept(name).out.splitlines())) <= 80


def test_the_study_of_rotation_shows_starts_and_fast_runs_first() -> None:
    lines = call("sweep", str(CONFIGS / "rotation.yaml"), "--out", "out").out.splitlines()
    assert lines[0].split() == ["optimizer", "rotate", "start", "status", "steps", "best", "f", "final", "f"]
    rows = [line.split() for line in lines[1:11]]
    assert [row[0] for row in rows] == ["gd"] * 7 + ["adam"] * 3
    assert {row[1] for row in rows[7:9]} == {"0", "90"}
    assert "  (4, 1)  " in lines[8]
    assert "  (-1, 4)  " in lines[9]
    assert lines[11] == "... and 4 more runs"
    assert lines[13] == "ranked      by the best f; of equally low ones the converged first, by steps"
    assert lines[-1] == "saved       out/   sweep.parquet 14 rows, rates.png, curves.png"


def test_replicates_are_ranked_together() -> None:
    lines = swept("starts").out.splitlines()
    assert lines[0].split() == ["optimizer", "learning_rate", "median", "best", "f", "quartiles", "diverged"]
    assert "\nranked      settings by the median best f over 3 starts each\n" in "\n".join(lines)
    best = json.loads(Path("out/summary.json").read_text())["best"]
    assert (best["rank"], best["statistic"], best["replicates"]) == (1, "median best_f", 3)
    assert lines[1].split()[:3] == [
        best["optimizer"],
        f"{best['optimizer.learning_rate']:.5g}",
        f"{best['median']:.5g}",
    ]


def test_replicates_that_converge_have_their_steps() -> None:
    out = swept("converging").out
    assert out.splitlines()[0].split()[-3:] == ["converged", "steps", "diverged"]
    rows = [line.split()[-3:] for line in out.splitlines()[1:5]]
    assert [row[0] for row in rows] == ["2/2"] * 4
    assert [int(row[1]) for row in rows] == sorted(int(row[1]) for row in rows)
    assert "over 2 seeds each; of equally low" in out


def test_every_function_has_its_table() -> None:
    blocks = swept("functions").out.split("\n\n")
    assert [block.splitlines()[0] for block in blocks[:3]] == ["rosenbrock", "booth", "beale"]
    assert blocks[1].splitlines()[1].split()[0] == "learning_rate"
    assert [len(block.splitlines()) for block in blocks[:3]] == [4, 4, 4]


def test_a_wide_table_has_its_keys_below() -> None:
    lines = swept("many keys").out.splitlines()
    assert lines[0].split() == ["rank", "status", "steps", "best", "f", "final", "f"]
    assert lines[1].startswith("1     max_steps")
    assert lines[2].startswith("      optimizer ")
    assert re.fullmatch(r"[^{]*noise 0\.1( 2 .*)?", " ".join(lines[2:4]).replace("     ", ""))


@pytest.mark.parametrize(
    ("start", "shown"), [([1.25, 2, 3], "(1.25, 2, 3)"), ([1.123, 2.123, 3.123, 4.123], "0")]
)
def test_a_start_is_shown_where_it_is_short(start: list[float], shown: str) -> None:
    grids = [{"learning_rate": [rate], "start": [start]} for rate in (0.1, 0.2)]
    config = {"function": SPHERE[len(start)], "stop": {"max_steps": 3}, "sweep": grids}
    request = read_request(config)
    _, summary, _ = save_sweep(request, Path("out"))
    header, first, *_ = told(summary, request.keys, Path("out"), "sweep.parquet")
    at, end = header.index("start"), header.index("status")
    assert first[at:end].strip() == shown


def test_failures_are_wrapped_beside_their_label() -> None:
    lines = swept("failures").out.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("failed"))
    assert len([line for line in lines if line.startswith("failed")]) == 1
    assert lines[first + 1].startswith(" " * 12)
    assert len(lines[first]) <= 80


def test_a_name_of_a_file_is_not_broken() -> None:
    name = "x-" * 60
    assert labelled("saved", f"in {name}") == ["saved       in", f"{'':<12}{name}"]


def test_what_is_not_the_order_gives_way() -> None:
    keys = {"a": ["x" * 32], "b": ["y" * 32]}
    outcomes = {"final_f": [1.0], "best_f": [0.5]}
    assert fitted(keys, outcomes, ("final_f",))[0].split() == ["a", "b", "best", "f"]
    assert fitted(keys, outcomes, ("best_f",))[0].split() == ["a", "b", "final", "f"]


def test_an_interrupted_sweep_says_how_to_go_on(tmp_path: Path) -> None:
    seen: list[int] = []
    request = read_request("rosenbrock", ["optimizer=gd,adam", "lr=0.01,0.1", "steps=5"])
    _, summary, _ = save_sweep(
        request, tmp_path / "out", report=lambda p: seen.append(p.done), stop=lambda: bool(seen)
    )
    lines = told(summary, request.keys, Path("out"), "sweep.parquet")
    assert "go on       with the same command and --out out --resume" in lines
    assert lines[-1] == "saved       out/   sweep.parquet 2 rows"
    assert "go on" not in call("sweep", "booth", "lr=0.1,0.2", "steps=5").out


def test_where_nothing_is_ranked_it_is_said_why() -> None:
    about = {"of": "settings", "by": "median best_f", "rows": {"booth": 0}}
    counted = {"runs": 2, "counts": {"interrupted": 2}, "errors": [], "reused": 0, "damaged_chunks": []}
    summary = {"ranked": [], "ranking": about, **counted, "environments": [], "pictures": []}
    for status, why in {"interrupted": "no run is finished", "complete": "no run has a finite value"}.items():
        lines = told({**summary, "status": status}, ["seed"], Path("out"), "sweep.csv")
        assert lines[0] == f"ranked      nothing: {why}"
        assert lines[-1] == "saved       out/   sweep.csv 2 rows"


def test_several_functions_are_no_config() -> None:
    said = call("sweep", "rosenbrock,booth,beale", "lr=0.1,0.2")
    assert said.status == 2
    assert (
        "CONFIG: a single function is due here; write rosenbrock function=rosenbrock,booth,beale" in said.err
    )
