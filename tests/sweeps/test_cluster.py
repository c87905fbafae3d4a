"""A sweep on a Dask cluster: the same bits, whatever dies on the way; nothing that listens to others."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from dask import config as dask_config

from gdplay.errors import ConfigError, MachineError
from gdplay.sweeps import scheduler, work
from gdplay.sweeps.cluster import Cluster
from gdplay.sweeps.environment import here
from gdplay.sweeps.request import read_request
from gdplay.sweeps.scheduler import cluster_at
from gdplay.sweeps.store import Store
from gdplay.sweeps.work import Progress, carry_out_all

pytest.importorskip("distributed")  # whose settings would hide what a test sets before it is imported

RATES = ["lr=log:1e-3:1:400", "optimizer=gd,adam", "start={random: 3}", "steps=60"]
SLOW = ["lr=lin:1e-4:1e-3:960", "optimizer=adam", "steps=400", "engine=numpy"]


@pytest.fixture(autouse=True)
def small_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 1200)


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    with cluster_at("local", workers=2) as crew:
        yield crew


def carried(
    words: list[str],
    folder: Path,
    crew: Cluster | None = None,
    report: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = bool,
) -> tuple[bytes, Progress]:
    """Carry out a sweep into a store; return the bits of all its rows and how far it came."""
    folder.mkdir(exist_ok=True)
    request = read_request("rosenbrock", words)
    progress = Progress(request.runs, report=report)
    found: list[bytes] = []
    for rows in carry_out_all(request.groups, progress, Store(folder), stop, crew):
        found += [rows.index.tobytes(), *(rows.columns[name].tobytes() for name in sorted(rows.columns))]
    return b"".join(found), progress


def chunks(folder: Path) -> int:
    return len(list((folder / "chunks").iterdir()))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_cluster_gives_the_same_bits(tmp_path: Path, two: Cluster, engine: str) -> None:
    words, before = [*RATES, f"engine={engine}"], two.chunks
    alone, _ = carried(words, tmp_path / "here")
    together, progress = carried(words, tmp_path / "there", two)
    assert together == alone
    assert progress.environments == {here(): progress.total}
    assert two.chunks - before == chunks(tmp_path / "there") > 8
    assert two.busy > 0


@pytest.mark.parametrize("begins", ["here", "there"])
def test_a_sweep_may_change_between_cluster_and_machine(tmp_path: Path, two: Cluster, begins: str) -> None:
    first, second = (two, None) if begins == "there" else (None, two)
    seen: list[int] = []
    _, begun = carried(
        RATES, tmp_path / "out", first, lambda progress: seen.append(progress.done), lambda: len(seen) >= 4
    )
    assert 0 < begun.done < begun.total
    again, ended = carried(RATES, tmp_path / "out", second)
    assert ended.reused == begun.done
    assert again == carried(RATES, tmp_path / "whole")[0]


def test_a_killed_worker_costs_its_chunk_only(tmp_path: Path) -> None:
    alone, _ = carried(SLOW, tmp_path / "here")
    with cluster_at("local", workers=2) as crew:
        [worker, _] = crew.client.run(os.getpid).values()
        killed: list[int] = []

        def kill(progress: Progress) -> None:
            if not killed:
                os.kill(worker, signal.SIGKILL)
                killed.append(progress.done)

        together, progress = carried(SLOW, tmp_path / "there", crew, kill)
    assert killed[0] < progress.total == progress.done
    assert not psutil.pid_exists(worker)
    assert together == alone


def test_a_chunk_that_ends_every_worker_ends_the_sweep(tmp_path: Path) -> None:
    once = {"distributed.scheduler.allowed-failures": 0}
    with dask_config.set(once), cluster_at("local", workers=1) as crew:
        [worker] = crew.client.run(os.getpid).values()
        done: list[int] = []

        def kill(progress: Progress) -> None:
            done.append(progress.done)
            if len(done) == 2:
                os.kill(worker, signal.SIGKILL)

        with pytest.raises(MachineError, match=r"1 worker died on the runs \d+ to \d+; what is finished"):
            carried(SLOW, tmp_path / "out", crew, kill)
    _, again = carried(SLOW, tmp_path / "out")
    assert again.reused == done[-1] > 0


def test_a_cluster_that_goes_away_is_told(tmp_path: Path) -> None:
    with cluster_at("local", workers=1) as crew:
        gone: list[None] = []

        def shut(progress: Progress) -> None:
            if not gone:
                gone.append(crew.client.shutdown())

        with pytest.raises(MachineError, match=r"local cluster .*; what is finished is kept"):
            carried(SLOW, tmp_path / "out", crew, shut)
    assert chunks(tmp_path / "out") >= 1


def test_only_this_machine_can_reach_a_local_cluster(two: Cluster) -> None:
    own = psutil.Process()
    all_of_them = [own, *own.children(recursive=True)]
    listening = [
        link.laddr.ip
        for process in all_of_them
        for link in process.net_connections("inet")
        if link.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 5  # a scheduler, its pages, two workers and who watches over them
    assert set(listening) == {"127.0.0.1"}


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="this system has no masks of signals")
def test_the_workers_leave_the_interrupt_to_the_one_that_asks(two: Cluster) -> None:
    found = two.client.run(signal.pthread_sigmask, signal.SIG_BLOCK, [])
    assert [signal.SIGINT in held for held in found.values()] == [True] * 2
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with cluster_at("local", workers=1):
        assert len(list(tmp_path.iterdir())) == 1
    left = [c for c in psutil.Process().children(recursive=True) if c.pid not in before]
    assert [c for c in left if "resource_tracker" not in " ".join(c.cmdline())] == []
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scheduler.PRIVATE, "preload", "no.such.module")
    with pytest.raises(MachineError, match="no local cluster could be started: No module named 'no'"):
        cluster_at("local", workers=1).__enter__()


def test_a_running_cluster_is_joined_at_its_address(two: Cluster, tmp_path: Path) -> None:
    with cluster_at(two.client.scheduler.address) as crew:
        assert crew.hands == 2
        assert carried(RATES, tmp_path / "there", crew)[0] == carried(RATES, tmp_path / "here")[0]


def test_what_is_no_scheduler_is_told(two: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    [worker, *_] = two.client.nthreads()
    with pytest.raises(MachineError, match="is no Dask scheduler"), cluster_at(worker):
        pass
    monkeypatch.setattr(scheduler, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and says nothing
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with (
            pytest.raises(MachineError, match=f"no Dask scheduler answers at tcp://{address}"),
            cluster_at(address),
        ):
            pass
    with pytest.raises(MachineError, match="no Dask scheduler answers"), cluster_at(address):
        pass


def test_tls_needs_certificates() -> None:
    with (
        pytest.raises(ConfigError, match=r"names no certificates; set distributed\.comm\.tls\.ca-file"),
        cluster_at("tls://h:1"),
    ):
        pass


class Answers:
    """A cluster's client whose workers answer so."""

    def __init__(self, **said: object) -> None:
        self.said = said

    def run(self, what: object, on_error: str) -> dict[str, object]:
        return self.said


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            {"gdplay": "0.0.7"},
            r"the worker w: it has gdplay 0\.0\.7, and this is gdplay .*: install the same",
        ),
        (
            ModuleNotFoundError("No module named 'gdplay'"),
            r"the worker w: it can't load this gdplay .*: install",
        ),
        (ValueError("odd"), "the worker w: odd"),
    ],
)
def test_workers_that_cannot_work_are_told(said: object, words: str) -> None:
    with pytest.raises(MachineError, match=words):
        Cluster(Answers(w=said), "it")  # type: ignore[arg-type]
