"""gdplay sweep: what it prints, and what it keeps when it is killed, damaged or not alone."""

from __future__ import annotations

import csv
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from calls import call, process, start

from gdplay.sweeps import work
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import save_sweep
from gdplay.sweeps.work import Progress

RATES = ["lr=log:1e-3:1:40", "optimizer=gd,adam", "steps=30"]


@pytest.fixture(autouse=True)
def small_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 60)


def rows(folder: Path) -> dict[str, list[object]]:
    return pq.read_table(folder / "sweep.parquet").to_pydict()


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-7], lambda data: data[:9] + b"?" + data[10:], lambda data: b""]
)
def test_a_damaged_chunk_is_found_said_and_run_again(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    whole, _, _ = save_sweep(read_request("rosenbrock", RATES), tmp_path / "out")
    victim = sorted((tmp_path / "out" / "chunks").iterdir())[1]
    lost = pq.read_metadata(victim).num_rows
    victim.write_bytes(damage(victim.read_bytes()))
    said = call("sweep", "rosenbrock", *RATES, "--out", "out", "--resume")
    assert said.status == 0
    assert f"damaged     {victim.name[:12]}.. in chunks/: run again\n" in said.out
    assert f"kept        {80 - lost} runs were known already" in said.out
    assert rows(tmp_path / "out")["final_f"] == whole.columns["final_f"].tolist()
    assert "damaged" not in call("sweep", "rosenbrock", *RATES, "--out", "out", "--resume").out


def test_a_killed_process_loses_at_most_a_chunk(tmp_path: Path) -> None:
    words = [
        "lr=lin:1e-4:1e-3:400",
        "optimizer=gd,adam,momentum,nag,rmsprop,adagrad,adadelta,nadam",
        "steps=3000",
    ]
    worker = start("sweep", "rosenbrock", *words, "engine=numpy", "--out", "out", cwd=tmp_path)
    chunks = tmp_path / "out" / "chunks"
    deadline = time.monotonic() + 30
    while len(list(chunks.glob("[0-9a-f]*.parquet"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    kept = sum(pq.read_metadata(path).num_rows for path in chunks.glob("[0-9a-f]*.parquet"))
    assert 800 <= kept < 3200
    assert not (tmp_path / "out" / "summary.json").exists()
    request = read_request("rosenbrock", [*words, "engine=numpy"])
    progress: list[int] = []

    def count(seen: Progress) -> None:
        progress.append(seen.reused)

    save_sweep(
        request,
        tmp_path / "out",
        resume=True,
        report=count,
        stop=lambda: bool(progress) and progress[-1] >= kept,
    )
    assert progress[-1] >= kept


def test_two_processes_on_one_folder(tmp_path: Path) -> None:
    save_sweep(read_request("rosenbrock", ["lr=0.0001,0.01", "steps=300"]), tmp_path / "out")
    words = [
        "sweep",
        "rosenbrock",
        "lr=log:1e-4:1e-2:300",
        "optimizer=gd,adam",
        "steps=300",
        "--out",
        "out",
        "--resume",
    ]
    both = [start(*words, cwd=tmp_path) for _ in range(2)]
    ended = [worker.communicate(timeout=60) for worker in both]
    assert [worker.returncode for worker in both] == [0, 0], ended
    again = process(*words, "--json", cwd=tmp_path)
    assert json.loads(again.stdout)["reused"] == 600
    assert json.loads(again.stdout)["damaged_chunks"] == []
    assert len(rows(tmp_path / "out")["run"]) == 600


def test_the_table_can_be_csv(tmp_path: Path) -> None:
    said = call("sweep", "rosenbrock", "lr=0.001,nan", "steps=5", "--out", "out", "--format", "csv")
    assert said.status == 0
    with (tmp_path / "out" / "sweep.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert float(first["optimizer.learning_rate"]) == 0.001
    assert second["status"] == "failed"
    assert "expected a number" in second["error"]


def test_json_is_one_document(tmp_path: Path) -> None:
    said = call("sweep", "rosenbrock", "lr=0.001,0.9", "steps=5", "--json")
    found = said.document
    assert (found["runs"], found["status"], found["counts"]) == (
        2,
        "complete",
        {"diverged": 1, "max_steps": 1},
    )
    assert found["best"]["optimizer.learning_rate"] == 0.001
    assert Path(found["folder"], "sweep.parquet").exists()
    assert said.err == ""


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said = call("sweep", "rosenbrock", "lr=log:1e-4:1:61", "optimizer=gd,adam", "steps=20", "--dry-run")
    assert said.out.startswith("optimizer.learning_rate (61) x optimizer (2)\n122 runs in 2 groups, about ")
    assert list(tmp_path.iterdir()) == []
    found = call("sweep", "rosenbrock", "lr=0.1,0.2", "--dry-run", "--json").document
    assert found["grids"] == [[{"key": "optimizer.learning_rate", "values": 2}]]
    assert (found["runs"], found["groups"]) == (2, 1)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_dry_run_is_as_large_as_the_folder_will_be(tmp_path: Path) -> None:
    for words in (["lr=0.001,0.002", "steps=5"], ["lr=log:1e-4:1e-2:300", "seed=1,2,3", "steps=50"]):
        told = call("sweep", "booth", *words, "--dry-run", "--json").document["bytes"]
        call("sweep", "booth", *words, "--out", "out", "--force")
        assert 1 / 3 < told / sum(map(len, files(tmp_path / "out").values())) < 3


def test_a_dry_run_says_what_is_known_and_touches_nothing(tmp_path: Path) -> None:
    call("sweep", "rosenbrock", *RATES, "--out", "out")
    (tmp_path / "out" / "chunks" / f"{'0' * 32}-{'1' * 32}.parquet").write_bytes(b"damaged")
    before = files(tmp_path / "out")
    words = ["lr=log:1e-3:1:40", "optimizer=gd,adam,nag", "steps=30", "--dry-run", "--out", "out"]
    said = call("sweep", "rosenbrock", *words, "--resume")
    assert said.out.endswith("up to 80 of them are known already\n")
    assert call("sweep", "rosenbrock", *words, "--resume", "--json").document["known"] == 80
    assert "known" not in call("sweep", "rosenbrock", *words, "--json").document
    assert call("sweep", "booth", *words, "--resume").status == 2
    assert files(tmp_path / "out") == before


def test_resume_asks_for_the_folder() -> None:
    said = call("sweep", "rosenbrock", "lr=0.1,0.2", "--resume")
    assert said.status == 2
    assert "--resume: --resume needs the folder to go on in; add --out DIR" in said.err
