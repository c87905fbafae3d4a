"""A table that goes to disk as it comes is the table in memory, and needs no memory for its length."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import gdplay
from gdplay.errors import ConfigError
from gdplay.files import WholeFile, discard_abandoned
from gdplay.jsontext import loads
from gdplay.sweeps import ranks, tablefile, thinned, work
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import save_sweep
from gdplay.sweeps.saved import draw_sweep, load_sweep
from gdplay.sweeps.tablefile import SavedTable

BOWL = {"formula": "f(x, y) = a*x^2 + 10*y^2", "constants": {"a": 3}, "domain": {"x": [-1, 2], "y": [0, 1]}}
# fmt: off
SWEPT: dict[str, dict[str, Any]] = {
    "numbers":   {"learning_rate": {"logspace": [1e-3, 10, 300]}},
    "texts":     {"optimizer": ["gd", "adam", "nag"], "learning_rate": [0.1, "0.1/t", 0.3]},
    "failures":  {"optimizer": ["gd", "gdd"], "learning_rate": [0.1, -1, 0.2], "seed": [1, 2, 3]},
    "starts":    {"start": {"random": 40}, "seed": [1, 2, 3], "function.constants.a": [1, 2]},
    "functions": {"function": ["rosenbrock", "x^2 + y^4 + z^2", "x^^2"], "learning_rate": [1e-3, 1e-2]},
}
# fmt: on


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 60)
    monkeypatch.setattr(tablefile, "BLOCK_ROWS", 25)


def config(name: str) -> dict[str, Any]:
    start = {} if name in ("starts", "functions") else {"start": [0.5, 0.5]}
    return {"function": BOWL, "stop": {"max_steps": 20}, **start, "sweep": SWEPT[name]}


@pytest.mark.sampled(3)
@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("format", ["parquet", "csv"])
@pytest.mark.parametrize("name", SWEPT)
def test_the_table_on_disk_is_that_in_memory(name: str, format: str, tmp_path: Path) -> None:
    saved, _, _ = save_sweep(read_request(config(name)), tmp_path / "out", format=format)
    whole = gdplay.sweep(config(name))
    again = gdplay.sweep(config(name), out=tmp_path / "again")
    assert (list(again.columns), again.runs) == (list(whole.columns), whole.runs)
    found = saved.columns
    assert list(found) == list(whole.columns)
    assert saved.runs == whole.runs
    for column, values in whole.columns.items():
        assert found[column].dtype == values.dtype, column
        if values.dtype == object:
            assert [text.removeprefix("'") for text in found[column]] == values.tolist()
        else:
            assert np.array_equal(found[column], values, equal_nan=True), column
    if format == "parquet":
        metadata = pq.read_metadata(saved.path)
        assert max(metadata.row_group(k).num_rows for k in range(metadata.num_row_groups)) <= 25


@pytest.mark.usefixtures("small_pieces")
def test_an_interrupted_sweep_has_a_table_of_what_is_done(tmp_path: Path) -> None:
    seen: list[int] = []
    request = read_request(config("numbers"))
    whole, _, _ = save_sweep(request, tmp_path / "whole")
    saved, summary, _ = save_sweep(
        request, tmp_path / "out", report=lambda p: seen.append(p.done), stop=lambda: len(seen) >= 5
    )
    assert summary["status"] == "interrupted"
    done = np.flatnonzero(saved.columns["status"] != "interrupted")
    assert 0 < len(done) == summary["finished"] < 300
    for name, values in saved.columns.items():
        assert np.array_equal(values[done], whole.columns[name][saved.columns["run"][done]])


@pytest.mark.usefixtures("small_pieces")
def test_the_summary_is_that_of_the_whole_table(tmp_path: Path) -> None:
    for name in SWEPT:
        saved, summary, folder = save_sweep(read_request(config(name)), tmp_path / name)
        columns, said = saved.columns, loads((folder.path / "summary.json").read_bytes())
        statuses = columns["status"].tolist()
        assert summary["counts"] == {status: statuses.count(status) for status in summary["counts"]}
        assert sum(summary["counts"].values()) == summary["runs"] == summary["finished"]
        assert said["best"] == (said["ranked"][0] if len(said["ranking"]["rows"]) == 1 else None)
        reasons = columns["error"].tolist() if "error" in columns else []
        assert said["errors"] == list(dict.fromkeys(reason for reason in reasons if reason))


def peak_of(action: Callable[[], object]) -> int:
    tracemalloc.start()
    action()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 10_000)
    monkeypatch.setattr(tablefile, "BLOCK_ROWS", 2_000)
    monkeypatch.setattr(thinned, "MOST_DRAWN", 2_000)
    monkeypatch.setattr(ranks, "MOST_JUDGED", 2_000)

    def carry_out(seeds: int) -> None:
        words = ["start=[1]", "steps=2", "lr=lin:0.1:0.9:100", f"seed=lin:1:{seeds}:{seeds}"]
        save_sweep(read_request("x^2", words), tmp_path / str(seeds))

    carry_out(30)  # what is imported and cached once
    few, many = (peak_of(lambda seeds=seeds: carry_out(seeds)) for seeds in (100, 1500))
    rows = 140_000 * 11 * 8  # so much more the columns of the table alone would need
    assert many - few < rows / 5
    assert peak_of(lambda: draw_sweep(tmp_path / "1500")) < few + rows / 5


def test_what_is_drawn_of_many_runs_is_a_grid_of_them_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["lr=lin:0.01:0.09:41", "optimizer.momentum=lin:0:0.8:31", "optimizer=momentum,nag", "seed=1,2,3"]
    request = read_request("x^2 + 10*y^2", ["start=[2,1]", "steps=5", *words])
    save_sweep(request, tmp_path / "out")
    everything = load_sweep(tmp_path / "out")
    assert (everything.table.runs, everything.drawn) == (41 * 31 * 2 * 3, {})
    monkeypatch.setattr(thinned, "MOST_DRAWN", 1000)
    few = load_sweep(tmp_path / "out")
    # 12 x 12 x 2 x 3 runs are the most of that form
    assert few.drawn == {"optimizer.learning_rate": (12, 41), "optimizer.momentum": (12, 31)}
    assert few.table.runs == 12 * 12 * 2 * 3
    assert few.title[1:] == [
        "7,626 runs of at most 5 steps,  3 seeds",
        "drawn: 12 of 41 values of learning rate, 12 of 31 values of momentum",
    ]
    for key, ends in (("optimizer.learning_rate", (0.01, 0.09)), ("optimizer.momentum", (0.0, 0.8))):
        found = np.unique(few.table.columns[key])
        assert (found[0], found[-1], len(found)) == (*ends, 12)
    rows = np.searchsorted(everything.table.columns["run"], few.table.columns["run"])
    for name, values in few.table.columns.items():
        assert np.array_equal(values, everything.table.columns[name][rows])
    mesh = draw_sweep(tmp_path / "out", "heat").axes[0].collections[0].get_array()
    assert np.ma.count(np.ma.asanyarray(mesh)) == 144  # none is masked


def test_a_key_of_very_many_values_is_thinned_to_a_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = read_request("x^2", ["lr=lin:0.1:0.9:5000"]).groups
    found = thinned.thinned(groups)
    assert found is not None
    assert found[1] == {"optimizer.learning_rate": (2000, 5000)}
    assert (found[0][0], found[0][-1]) == (0, 4999)
    assert (np.diff(found[0]) > 0).all()
    assert thinned.thinned(read_request("x^2", ["lr=0.1,0.2", "seed=lin:1:5000:5000"]).groups) is None


DIES = """
import os, signal, sys
from pathlib import Path
from gdplay.sweeps import work
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import save_sweep

work.CHUNK_NUMBERS = 600
die = lambda progress: progress.done >= 300 and os.kill(os.getpid(), signal.SIGKILL)
save_sweep(read_request("x^2", sys.argv[1:]), Path("out"), report=die)
"""


def test_a_killed_sweep_leaves_no_table_and_is_made_anew(tmp_path: Path) -> None:
    words = ["lr=log:1e-3:1:900", "start=[1]", "steps=5"]
    child = subprocess.run([sys.executable, "-c", DIES, *words], cwd=tmp_path, check=False)
    assert child.returncode == -signal.SIGKILL
    out = tmp_path / "out"
    (left,) = out.glob(".sweep.parquet.*")
    assert not (out / "sweep.parquet").exists()
    os.utime(left, (0, 0))
    saved, summary, _ = save_sweep(read_request("x^2", words), out, resume=True)
    assert (summary["status"], saved.runs) == ("complete", 900)
    assert 300 <= summary["reused"] < 900
    assert not list(out.glob(".*"))
    source = read_request("x^2", words).source()
    assert np.array_equal(saved.columns["final_f"], gdplay.sweep(source).columns["final_f"])


def test_what_another_process_is_writing_is_left_to_it(tmp_path: Path) -> None:
    file = WholeFile(tmp_path / "sweep.parquet")
    (being_written,) = tmp_path.iterdir()
    os.utime(being_written, (0, 0))
    discard_abandoned(being_written)
    assert being_written.exists()
    file.write(b"whole")
    file.close()
    assert (tmp_path / "sweep.parquet").read_bytes() == b"whole"
    abandoned = tmp_path / ".sweep.parquet.0123abcd"
    abandoned.write_bytes(b"half")
    discard_abandoned(abandoned)
    assert abandoned.exists()  # young: its process may not hold it yet
    os.utime(abandoned, (0, 0))
    discard_abandoned(abandoned)
    assert not abandoned.exists()


def test_a_table_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    request = read_request("x^2", ["lr=0.1,0.2", "steps=2"])
    for format in ("parquet", "csv"):
        saved, _, _ = save_sweep(request, tmp_path / format, format=format)
        wider = SavedTable(saved.path, {**saved.types, "seed": float})
        with pytest.raises(ConfigError, match="the saved sweep is damaged: it has no column seed; carry it"):
            _ = wider.columns


def test_the_newest_table_counts(tmp_path: Path) -> None:
    save_sweep(read_request("x^2", ["lr=0.1,0.2", "steps=2"]), tmp_path / "out")
    saved, _, folder = save_sweep(
        read_request("x^2", ["lr=0.1,0.2,0.3", "steps=2"]), tmp_path / "out", resume=True, format="csv"
    )
    assert saved.path.name == "sweep.csv"
    assert load_sweep(folder.path).table.runs == 3
