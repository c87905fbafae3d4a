"""What is finished is kept, and found again by what determined it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdplay.errors import ConfigError
from gdplay.sweeps import work
from gdplay.sweeps.request import read_request
from gdplay.sweeps.result import Table
from gdplay.sweeps.run import save_sweep

RATES = ["lr=log:1e-3:1:40", "optimizer=gd,adam", "steps=30"]


@pytest.fixture(autouse=True)
def small_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 60)


def carried(words: list[str], out: Path, **options: object) -> tuple[Table, dict[str, object]]:
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
    _, listed = carried(["start=[1,2],[3,4]", "steps=5"], tmp_path / "out", resume=True)
    assert listed["reused"] == 0
    _, listed = carried(["start=[0,0],[3,4],[1,2]", "steps=5"], tmp_path / "out", resume=True)
    assert listed["reused"] == 2


def test_what_changes_a_result_is_run_again(tmp_path: Path) -> None:
    carried(["lr=0.001,0.01", "steps=20"], tmp_path / "out")
    assert carried(["lr=0.001,0.01", "steps=21"], tmp_path / "out", resume=True)[1]["reused"] == 0
    assert (
        carried(["lr=0.001,0.01", "steps=20", "name=other"], tmp_path / "out", resume=True)[1]["reused"] == 2
    )


def test_an_extended_sweep_keeps_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 1 << 21)
    _, first = carried(["lr=0.001,0.01", "steps=20"], tmp_path / "out")
    _, second = carried(["lr=log:0.001:0.01:4000", "steps=1500"], tmp_path / "large")
    carried(["lr=0.001,0.01", "steps=1500"], tmp_path / "out", resume=True)
    assert second["engine"] == "compiled"
    _, third = carried(["lr=log:0.001:0.01:4000", "steps=1500"], tmp_path / "out", resume=True)
    assert first["engine"] == third["engine"] == "numpy"
    assert third["reused"] == 2


def test_what_is_no_folder_of_a_sweep_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is no folder of a sweep"):
        carried(RATES, tmp_path / "out", resume=True)


def test_force_replaces_a_sweep_but_nothing_of_others(tmp_path: Path) -> None:
    carried(RATES, tmp_path / "out")
    assert carried(["lr=0.1,0.2"], tmp_path / "out", force=True)[0].runs == 2
    (tmp_path / "out" / "chunks" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"holds what gdplay did not write: chunks/mine.txt"):
        carried(RATES, tmp_path / "out", force=True)
