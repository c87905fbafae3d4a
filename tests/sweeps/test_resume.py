"""What is finished is kept, and found again by what determined it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdplay.errors import ConfigError
from gdplay.sweeps import work
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import save_sweep
from gdplay.sweeps.tablefile import SavedTable

RATES = ["lr=log:1e-3:1:40", "optimizer=gd,adam", "steps=30"]


@pytest.fixture(autouse=True)
def small_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 60)


def carried(words: list[str], out: Path, **options: object) -> tuple[SavedTable, dict[str, object]]:
    table, summary, _ = save_sweep(read_request("rosenbrock", words), out, **options)  # type: ignore[arg-type]
    return table, summary


def test_an_interrupted_sweep_goes_on(tmp_path: Path) -> None:
    seen: list[int] = []
    whole, _ = carried(RATES, tmp_path / "whole")
    _, first = carried(
        RATES, tmp_path / "out", report=lambda p: seen.append(p.done), stop=lambda: len(seen) >= 3
    )
    assert first["status"] == "interrupted"
    assert 0 < int(str(first["finished"])) < 80
    table, second = carried(RATES, tmp_path / "out", resume=True)
    assert second["status"] == "complete"
    assert second["reused"] == first["finished"]
    for name, values in whole.columns.items():
        assert np.array_equal(values, table.columns[name]) or np.array_equal(
            values, table.columns[name], equal_nan=True
        )


def test_an_extension_runs_only_what_is_new(tmp_path: Path) -> None:
    carried(["lr=0.001,0.01,0.1", "steps=20"], tmp_path / "out")
    table, summary = carried(["lr=0.1,0.2,0.001,0.01,0.003", "steps=20"], tmp_path / "out", resume=True)
    assert summary["reused"] == 3
    fresh, _ = carried(["lr=0.1,0.2,0.001,0.01,0.003", "steps=20"], tmp_path / "fresh")
    assert table.columns["final_f"].tolist() == fresh.columns["final_f"].tolist()


def test_more_starts_and_seeds_run_only_what_is_new(tmp_path: Path) -> None:
    carried(["start={random: 3}", "seed=1,2", "steps=5"], tmp_path / "out")
    _, summary = carried(["start={random: 4}", "seed=2,1,3", "steps=5"], tmp_path / "out", resume=True)
    assert summary["reused"] == 6
    carried(["start=[1,2],[3,4]", "steps=5"], tmp_path / "listed")
    _, listed = carried(["start=[0,0],[3,4],[1,2]", "steps=5"], tmp_path / "listed", resume=True)
    assert listed["reused"] == 2


# What a folder holds that was made with lr=0.001,0.01 steps=20, and what it is asked to go on with.
ANOTHER = {
    ("lr=0.001,0.01", "steps=21"):             "stop.max_steps was 20, here it is 21",
    ("lr=0.001,0.01",):                        "stop.max_steps was 20, here it is 1000",
    ("lr=0.001,0.01", "steps=20", "optimizer=adam"): "optimizer.name was gd, here it is adam",
    ("lr=0.001,0.01", "steps=20", "seed=1"):   "seed was 0, here it is 1",
    ("lr=0.002,0.02", "steps=20"):             "none of its runs is in this one",
    ("seed=0,1", "steps=20", "lr=0.1"):        "none of its runs is in this one",
    ("lr=0.001,0.01", "seed=1,2", "steps=20"): "none of its runs is in this one",
    ("start={random: 2}", "lr=0.001,0.01", "steps=20"): "none of its runs is in this one",
    ("optimizer=nag,adam", "lr=0.001,0.01", "steps=20"): "none of its runs is in this one",
}  # fmt: skip
THE_SAME = {
    # and how many runs it knows
    ("lr=0.001,0.01", "steps=20", "name=other"): 2,
    ("lr=0.01,0.1", "steps=20"): 1,
    ("lr=0.001,0.01", "steps=20", "stop.diverged=1e10", "seed=0", "optimizer=gd"): 2,
    ("lr=0.001,0.01", "steps=20,30"): 2,
    ("optimizer=adam,gd", "lr=0.001,0.01", "steps=20"): 2,
}


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def test_another_sweep_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    carried(["lr=0.001,0.01", "steps=20"], tmp_path / "out")
    before = contents(tmp_path / "out")
    for words, found in ANOTHER.items():
        with pytest.raises(ConfigError) as caught:
            carried(list(words), tmp_path / "out", resume=True)
        assert f"out holds the results of another sweep: {found}; choose another --out, or give --force " in (
            str(caught.value)
        )
    with pytest.raises(ConfigError, match=r"function.name was rosenbrock, here it is booth"):
        save_sweep(read_request("booth", ["lr=0.001,0.01", "steps=20"]), tmp_path / "out", resume=True)
    assert contents(tmp_path / "out") == before


def test_a_sweep_of_some_of_the_same_runs_goes_on(tmp_path: Path) -> None:
    for number, (words, known) in enumerate(THE_SAME.items()):
        carried(["lr=0.001,0.01", "steps=20"], tmp_path / str(number))
        assert carried(list(words), tmp_path / str(number), resume=True)[1]["reused"] == known


def test_grids_one_by_one_go_on_where_one_of_them_is_known(tmp_path: Path) -> None:
    def swept(*grids: dict[str, object]) -> dict[str, object]:
        return {"function": "rosenbrock", "stop": {"max_steps": 5}, "sweep": list(grids)}

    gd, adam = {"optimizer": ["gd"], "learning_rate": [0.01]}, {"optimizer": ["adam"], "learning_rate": [0.1]}
    crossed = {"optimizer": ["gd"], "learning_rate": [0.1]}
    save_sweep(read_request(swept(gd, adam)), tmp_path / "out")
    with pytest.raises(ConfigError, match="none of its runs is in this one"):
        save_sweep(read_request(swept(crossed)), tmp_path / "out", resume=True)
    _, summary, _ = save_sweep(read_request(swept(crossed, adam)), tmp_path / "out", resume=True)
    assert summary["reused"] == 1


def test_an_extended_sweep_keeps_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 1 << 21)
    _, first = carried(["lr=0.001,0.01", "steps=1500"], tmp_path / "out")
    _, second = carried(["lr=log:0.001:0.01:4000", "steps=1500"], tmp_path / "large")
    assert second["engine"] == "compiled"
    _, third = carried(["lr=log:0.001:0.01:4000", "steps=1500"], tmp_path / "out", resume=True)
    assert first["engine"] == third["engine"] == "numpy"
    assert third["reused"] == 2


def test_what_is_no_folder_of_a_sweep_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is no folder of a sweep"):
        carried(RATES, tmp_path / "out", resume=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "chunks").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="is no folder of a sweep"):
        carried(RATES, tmp_path / "out", resume=True)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_force_replaces_a_sweep_but_nothing_of_others(tmp_path: Path) -> None:
    carried(RATES, tmp_path / "out")
    assert carried(["lr=0.1,0.2"], tmp_path / "out", force=True)[0].runs == 2
    (tmp_path / "out" / "chunks" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"holds what gdplay did not write: chunks/mine.txt"):
        carried(RATES, tmp_path / "out", force=True)
