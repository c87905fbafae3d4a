"""A map goes on where it was interrupted or killed, and becomes the map that it would have been."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdplay.errors import ConfigError
from gdplay.sweeps import field, work
from gdplay.sweeps.mapping import View, save_map
from gdplay.sweeps.request import read_request

SIZE = (24, 16)
# fmt: off
MAPS = {
    "basins": ("himmelblau", "lr=0.01", "steps=300"),
    "rates":  ("f(x, y) = 0.5*(x^2 + 25*y^2)", "optimizer=momentum", "start=[2,1]", "steps=100"),
}
OTHERS: dict[str, Callable[[str], tuple[str, tuple[str, ...], View]]] = {
    "a longer run": lambda kind: (kind, (*MAPS[kind], "steps=301"), View(SIZE)),
    "a window":     lambda kind: (kind, MAPS[kind], View(SIZE, window=(0.1, 0.5, 0.1, 0.5))),
    "a size":       lambda kind: (kind, MAPS[kind], View((16, 24))),
    "a function":   lambda kind: (kind, ("x^2 + y^2", *MAPS[kind][1:]), View(SIZE)),
    "another kind": lambda kind: ({"basins": "rates", "rates": "basins"}[kind],
                                  (*MAPS[kind], "optimizer=momentum"), View(SIZE)),
}
# fmt: on


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK_NUMBERS", 400)


def mapped(kind: str, out: Path, **options: Any) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    source, *words = MAPS[kind]
    summary, folder = save_map(
        kind, read_request(source, words, may_be_single=True), View(SIZE), out, **options
    )
    with np.load(folder.path / "map.npz", allow_pickle=False) as data:
        return dict(data), summary


def same(found: dict[str, np.ndarray], whole: dict[str, np.ndarray]) -> bool:
    names = ("x", "y", "outcome", "steps", "final_f", "best_f", *(["reached"] if "reached" in whole else []))
    return all(np.array_equal(found[name], whole[name], equal_nan=name != "outcome") for name in names)


@pytest.mark.parametrize("kind", MAPS)
def test_an_interrupted_map_goes_on(kind: str, tmp_path: Path) -> None:
    whole, _ = mapped(kind, tmp_path / "whole")
    seen: list[int] = []
    part, first = mapped(
        kind, tmp_path / "out", report=lambda p: seen.append(p.done), stop=lambda: len(seen) >= 2
    )
    known = int((part["outcome"] != field.UNKNOWN).sum())
    assert (first["status"], first["counts"]["not run"]) == ("interrupted", 24 * 16 - known)
    assert 0 < known < 24 * 16
    found, second = mapped(kind, tmp_path / "out", resume=True)
    assert (second["status"], second["reused"]) == ("complete", known)
    assert same(found, whole)
    assert (tmp_path / "out" / "map.png").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from gdplay.sweeps import canvas, work
from gdplay.sweeps.mapping import View, save_map
from gdplay.sweeps.request import read_request

work.CHUNK_NUMBERS, canvas.PERIOD, canvas.SHARE = 400, 0.0, 0.0
kind, source, *words = sys.argv[1:]
die = lambda progress: progress.done >= 200 and os.kill(os.getpid(), signal.SIGKILL)
save_map(kind, read_request(source, words, may_be_single=True), View((24, 16)), Path("out"), report=die)
"""


@pytest.mark.parametrize("kind", MAPS)
def test_a_killed_map_goes_on(kind: str, tmp_path: Path) -> None:
    whole, _ = mapped(kind, tmp_path / "whole")
    child = subprocess.run([sys.executable, "-c", KILLED, kind, *MAPS[kind]], cwd=tmp_path, check=False)
    assert child.returncode == -signal.SIGKILL
    assert not (tmp_path / "out" / "summary.json").exists()
    found, summary = mapped(kind, tmp_path / "out", resume=True)
    assert 100 <= summary["reused"] < 24 * 16  # all tiles but the last
    assert same(found, whole)


@pytest.mark.parametrize("kind", MAPS)
def test_a_finished_map_is_not_run_again(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = mapped(kind, tmp_path / "out")
    monkeypatch.setattr(field, "carry_out", lambda *_, **__: pytest.fail("nothing is run"))
    found, summary = mapped(kind, tmp_path / "out", resume=True)
    assert (summary["status"], summary["reused"]) == ("complete", 24 * 16)
    assert same(found, whole)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("kind", MAPS)
def test_another_map_in_the_folder_is_refused_and_left(kind: str, other: str, tmp_path: Path) -> None:
    mapped(kind, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    asked, (source, *words), view = OTHERS[other](kind)
    request = read_request(source, words, may_be_single=True)
    with pytest.raises(ConfigError, match="holds another map: its config, window or size is different; give"):
        save_map(asked, request, view, tmp_path / "out", resume=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def rewritten(path: Path, **arrays: np.ndarray) -> None:
    with np.load(path, allow_pickle=False) as data:
        found = dict(data)
    np.savez(path, allow_pickle=False, **{**found, **arrays})


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty":        lambda path: path.write_bytes(b""),
    "torn":         lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "changed":      lambda path: path.write_bytes(path.read_bytes()[:300] + b"?" + path.read_bytes()[301:]),
    "smaller":      lambda path: rewritten(path, outcome=np.zeros((2, 2), np.int8)),
    "other places": lambda path: rewritten(path, places=np.zeros((1, 2))),
    "flat places":  lambda path: rewritten(path, places=np.zeros(9)),
}  # fmt: skip


@pytest.mark.sampled(2)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_map_is_refused(damage: str, tmp_path: Path) -> None:
    mapped("basins", tmp_path / "out")
    DAMAGES[damage](tmp_path / "out" / "map.npz")
    with pytest.raises(ConfigError, match=r"out holds a map that is damaged; carry it out again in another"):
        mapped("basins", tmp_path / "out", resume=True)


NO_MAPS: dict[str, Callable[[Path], object]] = {
    "nothing":  lambda path: None,
    "a folder": Path.mkdir,
    "a link":   lambda path: path.symlink_to(path.parent.parent / "mine" / "map.npz"),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_MAPS)
def test_what_is_no_folder_of_a_map_is_refused(what: str, tmp_path: Path) -> None:
    mapped("basins", tmp_path / "mine")
    (tmp_path / "out").mkdir()
    NO_MAPS[what](tmp_path / "out" / "map.npz")
    with pytest.raises(ConfigError, match=r"is no folder of a map; give the folder of an earlier map in"):
        mapped("basins", tmp_path / "out", resume=True)
