"""A chunk means the same elsewhere: what is sent is enough, whoever carries it out, in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdplay.errors import MachineError
from gdplay.sweeps import remote, work
from gdplay.sweeps.chunk import Chunk, Made
from gdplay.sweeps.environment import UNKNOWN, Environment, differences, here
from gdplay.sweeps.identity import identity
from gdplay.sweeps.packed import extents, pack, unpack
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import save_sweep
from gdplay.sweeps.store import Store
from gdplay.sweeps.work import Progress, carry_out_all, shared_size

BOWL = {"formula": "f(x, y) = a*x^2 + exp(y^2)", "constants": {"a": 3}, "domain": {"x": [-1, 2], "y": [0, 1]}}
BASE = {"function": BOWL, "start": [0.5, 0.5], "stop": {"max_steps": 40}}
OWN = {"hyperparameters": {"mu": 0.9}, "state": {"v": 0}, "step": "v = mu*v + g\nx = x - lr*v"}
SENT: dict[str, dict[str, Any]] = {
    "rates":     {"learning_rate": {"logspace": [1e-4, 1, 7]}},
    "rules":     {"optimizer": ["gd", "momentum", "adam"], "learning_rate": [1e-3, 0.1]},
    "own rule":  {"optimizer": [OWN], "learning_rate": [1e-3, 0.1]},
    "constants": {"function.constants.a": [1, 2.5, 1e4]},
    "noise":     {"noise.gradient": [0, 0.1, 2], "seed": [1, 2]},
    "starts":    {"start": [[1, 2], [0.5, 0.25], [0.1, 1 / 3]], "learning_rate": [0.01, 0.1]},
    "at random": {"start": {"random": 3}, "seed": [4, 5]},
    "one run":   {"function.rotate": [0, 30]},
    "functions": {"function": ["rosenbrock", {"name": "sphere", "dimension": 12}]},
    "partly":    {"optimizer": ["gd", "gdd"], "learning_rate": [0.1, -1, 0.2]},
}  # fmt: skip


class Backwards:
    """Sends every chunk away and back, and gets them back in reverse order."""

    def __init__(self, hands: int = 3) -> None:
        self.hands = hands

    def carry(self, chunks: Iterator[Chunk], stop: Callable[[], bool]) -> Iterator[tuple[Chunk, Made | None]]:
        for chunk in reversed(list(chunks)):
            if stop():
                return
            order = None if chunk.idle else remote.order_of(chunk)
            yield chunk, None if order is None else remote.received(remote.carry_out_order(order)[0])


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return set(one) == set(other) and all(one[name].tobytes() == other[name].tobytes() for name in one)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("name", SENT)
def test_a_chunk_sent_gives_the_same_bits(name: str, engine: str) -> None:
    request = read_request({**BASE, "engine": engine, "sweep": SENT[name]})
    own = list(carry_out_all(request.groups, Progress(request.runs)))
    sent = list(carry_out_all(request.groups, Progress(request.runs), crew=Backwards()))
    assert len(own) == len(sent)
    for one, other in zip(own, sent, strict=True):
        assert one.group is other.group
        assert one.index.tolist() == other.index.tolist()
        assert same(one.columns, other.columns)


@pytest.mark.parametrize("name", SENT)
def test_the_config_that_is_sent_is_the_groups(name: str) -> None:
    for group in read_request({**BASE, "sweep": SENT[name]}).groups:
        if group.config is not None:
            said = unpack(remote.order_of(Chunk(0, group, 0, group.runs, "numpy"))).said
            again = replace(group, config=remote._config(said["config"]))
            assert identity(again, "numpy") == identity(group, "numpy")


def test_what_comes_early_waits_on_disk_or_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 60)
    request = read_request("rosenbrock", ["lr=log:1e-3:1:40", "optimizer=gd,adam", "steps=30"])
    own = list(carry_out_all(request.groups, Progress(request.runs)))
    for store in (None, Store(tmp_path)):
        sent = list(carry_out_all(request.groups, Progress(request.runs), store, crew=Backwards()))
        assert [rows.index.tolist() for rows in sent] == [rows.index.tolist() for rows in own]
        assert len(sent) == 11
        assert all(same(a.columns, b.columns) for a, b in zip(own, sent, strict=True))


def test_what_lies_behind_a_gap_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 60)
    request = read_request("rosenbrock", ["lr=log:1e-3:1:40", "optimizer=gd", "steps=30"])
    seen: list[int] = []
    out = tmp_path / "out"
    told = lambda progress: seen.append(progress.done)
    table, summary, _ = save_sweep(request, out, report=told, stop=lambda: len(seen) >= 2, crew=Backwards())
    assert (summary["status"], summary["finished"]) == ("interrupted", 20)
    assert table.columns["run"].tolist() == list(range(20, 40))
    _, summary, _ = save_sweep(request, out, resume=True)
    assert (summary["status"], summary["reused"]) == ("complete", 20)


def test_where_results_come_from_is_recorded_and_a_mix_told(tmp_path: Path) -> None:
    request = read_request("x^2", ["lr=0.1,0.2", "steps=3"])
    [rows] = carry_out_all(request.groups, Progress(2), store := Store(tmp_path))
    [path] = store.path.iterdir()
    assert unpack(path.read_bytes()).said == here().as_data()
    elsewhere = replace(here(), numpy="1.0", libm="musl 1.2")
    path.unlink()
    store.add(path.stem.split("-")[0], pack(rows.columns, elsewhere.as_data()))
    progress = Progress(3)
    list(carry_out_all(read_request("x^2", ["lr=0.2,0.1,0.3", "steps=3"]).groups, progress, store))
    assert progress.environments == {here(): 1, elsewhere: 2}
    numpy = f"numpy {here().numpy} and 1.0"
    assert differences(progress.environments) == [numpy, f"libm {here().libm} and musl 1.2"]


def test_an_environment_that_was_not_recorded_is_unknown() -> None:
    assert Environment.of({"numpy": "2.0"}) == replace(Environment(), numpy="2.0")
    assert Environment().gdplay == UNKNOWN
    assert differences([here(), here()]) == []


def test_another_version_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    [group] = read_request("x^2", ["lr=0.1,0.2"]).groups
    monkeypatch.setattr(remote, "VERSION", "9.9")
    order = remote.order_of(Chunk(0, group, 0, 2, "numpy"))
    monkeypatch.undo()
    with pytest.raises(MachineError, match=r"and this is gdplay 9\.9: install the same version on both"):
        remote.carry_out_order(order)


def test_what_is_refused_elsewhere_comes_back_as_words() -> None:
    [group] = read_request({"function": "x^2", "sweep": {"gradient.method": ["central"]}}).groups
    order = remote.order_of(Chunk(0, group, 0, 1, "compiled"))
    with pytest.raises(MachineError, match="this run can't be compiled"):
        remote.carry_out_order(order)


def test_the_ends_of_columns_are_known_without_reading_them(tmp_path: Path) -> None:
    columns = {"a": np.array([3.0, -1, np.nan]), "b": np.array([np.nan] * 3), "c": np.array([1, 2, 3])}
    (tmp_path / "x").write_bytes(pack(columns, {"of": "this"}))
    assert extents(tmp_path / "x") == {"a": (-1, 3), "b": (-np.inf, np.inf), "c": (1, 3)}
    again = unpack((tmp_path / "x").read_bytes())
    assert again.said == {"of": "this"}
    assert same(dict(again.columns), columns)


def test_only_chunks_that_may_hold_the_runs_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 60)
    request = read_request("rosenbrock", ["lr=log:1e-3:1:40", "optimizer=gd", "steps=30"])
    [group] = request.groups
    list(carry_out_all(request.groups, Progress(40), store := Store(tmp_path)))
    [key] = {path.stem.split("-")[0] for path in store.path.iterdir()}
    kept = store.kept(key, [])
    for first in (0, 7, 10, 35):
        wanted = group.values(np.arange(first, min(40, first + 10)))
        rates = kept.around(wanted).columns["optimizer.learning_rate"]
        assert set(wanted["optimizer.learning_rate"]) <= set(rates)
        assert len(rates) < 40


@pytest.mark.parametrize("data", [b"", b"PAR1 no more", pack({"a": np.ones(2)}, {})[:-9]])
def test_what_gdplay_did_not_write_is_thrown_away(tmp_path: Path, data: bytes) -> None:
    store, damaged = Store(tmp_path), list[str]()
    path = store.add("0" * 32, data)
    kept = store.kept("0" * 32, damaged)
    assert len(kept.around({"a": np.ones(1)}).origin) == 0
    assert damaged == [path.name]
    assert not path.exists()


@pytest.mark.parametrize("hands", [1, 2, 7, 1000])
@pytest.mark.parametrize("runs", [1, 41, 100_000, 10_000_000])
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_all_hands_get_work_that_is_worth_sending(hands: int, runs: int, engine: str) -> None:
    [group] = read_request("rosenbrock", [f"lr=lin:0.1:0.2:{max(2, runs)}", "steps=1000"]).groups
    assert group.config is not None
    size, alone = shared_size(group, engine, runs, hands), work.chunk_size(group)
    assert 1 <= size <= alone
    seconds = size * 1001 * group.config.method.numbers * work.SECONDS[engine]
    if hands > 1 and size < alone:
        assert seconds >= work.LEAST_SECONDS * 0.9
        assert runs / size <= hands * work.SHARES
    assert hands > 1 or size == alone
