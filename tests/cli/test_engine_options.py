"""--engine chooses what carries out the steps, --threads how many processors: the second changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from calls import call, content

pytest.importorskip("llvmlite")

from gdplay.engines.compiled import threads
from gdplay.sweeps.identity import identity
from gdplay.sweeps.request import read_request

COMMANDS = {
    "run": ["run", "rosenbrock", "steps=30", "--quiet"],
    "sweep": ["sweep", "rosenbrock", "optimizer=gd,adam", "lr=log:1e-4:1:150", "steps=30", "--format", "csv"],
    "find-rate": ["sweep", "--find-rate", "himmelblau", "steps=30"],
    "compare": ["compare", "rosenbrock", "lr=0.001,0.002", "steps=30"],
    "map": ["map", "basins", "himmelblau", "lr=0.01", "steps=50", "--size", "20x20"],
}
UNTOLD = ("seconds", "out")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of threads of all engines that are made, on a machine of seven processors."""
    found: list[int] = []
    first = threads.Workers.__init__

    def remember(self: threads.Workers, wanted: int | None = None) -> None:
        first(self, wanted)
        found.append(self.threads)

    monkeypatch.setattr(threads.Workers, "__init__", remember)
    monkeypatch.setattr(threads, "cores", lambda: 7)
    return found


def results(out: str) -> dict[str, object]:
    """Return what a command has written, without how long it took."""
    found: dict[str, object] = dict(content(Path(out)))
    summary = json.loads((Path(out) / "summary.json").read_text(encoding="utf-8"))
    found["summary.json"] = {key: value for key, value in summary.items() if key not in UNTOLD}
    return found


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", COMMANDS)
def test_threads_reach_every_engine_and_change_nothing(name: str, made: list[int]) -> None:
    command = [*COMMANDS[name], "--engine", "compiled"]
    for out, words, wanted in (("a", ["--threads", "3"], 3), ("b", [], 7)):
        made.clear()
        said = call(*command, *words, "--out", out)
        assert said.status == 0, said.err
        assert set(made) == {wanted}
    assert results("a") == results("b")
    assert "threads" not in (Path("a") / "config.yaml").read_text(encoding="utf-8")


def test_an_estimate_is_of_so_many_threads(made: list[int]) -> None:
    assert call(*COMMANDS["sweep"], "--dry-run", "--threads", "2", "--engine", "compiled").status == 0
    assert set(made) == {2}


def test_what_is_allowed_ends_with_the_command(made: list[int]) -> None:
    assert call(*COMMANDS["run"], "--threads", "3", "--engine", "compiled").status == 0
    assert threads.Workers().threads == 7


def test_a_sweep_goes_on_with_another_number_of_threads() -> None:
    command = [*COMMANDS["sweep"], "--engine", "compiled", "--out", "out", "--json"]
    assert call(*command, "--threads", "1").document["reused"] == 0
    again = call(*command, "--threads", "3", "--resume").document
    assert again["reused"] == again["runs"] == 300


def test_threads_are_no_part_of_what_identifies_a_group() -> None:
    group = read_request("rosenbrock", ["lr=1,2"]).groups[0]
    alone = identity(group, "compiled")
    with threads.at_most(3):
        assert identity(group, "compiled") == alone


@pytest.mark.sampled(2)
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("name", ["run", "sweep", "map"])
def test_the_engine_is_the_one_that_is_asked_for(name: str, engine: str) -> None:
    said = call(*COMMANDS[name], "engine=auto", "--engine", engine, "--out", "out")
    assert said.status == 0, said.err
    summary = json.loads((Path("out") / "summary.json").read_text(encoding="utf-8"))
    assert summary["engine"] == engine


@pytest.mark.parametrize("name", COMMANDS)
def test_an_engine_that_can_not_do_it_says_why(name: str) -> None:
    said = call(*COMMANDS[name], "gradient=central", "--engine", "compiled")
    assert said.status == 2
    assert said.err.rstrip().endswith(
        "engine: this run can't be compiled: numeric gradients are left to NumPy; "
        "write engine: auto, which takes NumPy here"
    )
    assert [path for path in Path().rglob("*") if path.is_file()] == []
    assert len(list(Path().rglob("*"))) <= 1  # the empty folder of all runs


def test_a_sweep_is_refused_before_its_first_group_is_run() -> None:
    said = call(
        "sweep",
        "rosenbrock",
        "gradient=analytic,central",
        "lr=0.001,0.002",
        "--engine",
        "compiled",
        "--out",
        "out",
    )
    assert said.status == 2
    assert said.err.startswith("engine: this run can't be compiled: numeric gradients are left to NumPy")
    assert not Path("out").exists()
