"""gdplay plot of maps and comparisons: what was saved suffices, or what to do instead is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from calls import call


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", ["basins", "rates"])
def test_a_saved_map_is_drawn_again(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("himmelblau", "optimizer=momentum", "lr=0.01", "steps=100", "--size", "12x10", "--out", "out")
    assert call("map", kind, *words).status == 0
    monkeypatch.setattr("gdplay.sweeps.field.carry_out", lambda *_, **__: pytest.fail("nothing is run"))
    assert call("plot", "out", "-o", "again.png").out == "saved again.png\n"
    assert Path("again.png").read_bytes() == Path("out/map.png").read_bytes()
    assert call("plot", "out", "-o", "again.pdf").status == 0
    assert Path("again.pdf").read_bytes().startswith(b"%PDF-")
    refused = call("plot", "out", "plot.dpi=50")
    assert refused.err == "'plot.dpi' is no setting of a map's picture; there is one, without settings\n"


@pytest.mark.parametrize("missing", ["log", "x", "places", "reached", "outcome"])
def test_a_damaged_map_is_not_drawn(missing: str) -> None:
    assert call("map", "basins", "himmelblau", "lr=0.01", "--size", "4x4", "--out", "out").status == 0
    with np.load(Path("out") / "map.npz", allow_pickle=False) as data:
        kept = {name: data[name] for name in data if name != missing}
    np.savez(Path("out") / "map.npz", allow_pickle=False, **kept)
    said = call("plot", "out", "-o", "again.png")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"out: the saved map is damaged: '{missing}'; carry it out again")
    assert not Path("again.png").exists()


def test_a_comparison_says_how_to_draw_it_again() -> None:
    assert call("compare", "booth", "optimizer=gd,momentum", "steps=5", "--out", "c").status == 0
    said = call("plot", "c", "-o", "c.pdf")
    assert (said.status, said.out) == (2, "")
    assert (
        "carry it out again: gdplay compare c/config.yaml plot.format=pdf, with the same options" in said.err
    )
    again = call("compare", "c/config.yaml", "plot.format=pdf", "--out", "d")
    assert again.status == 0
    assert Path("d/compare.pdf").exists()


def test_a_map_is_drawn_as_the_config_says() -> None:
    options = ("plot.format=pdf", "plot.size=[6,5]", "plot.dpi=50", "plot.title=Basins of an $\\alpha$")
    said = call("map", "basins", "himmelblau", "lr=0.01", "--size", "4x4", "--out", "out", *options)
    assert said.out.splitlines()[-1] == f"{'saved':<12}out/   map.pdf, map.npz"
    assert Path("out/map.pdf").read_bytes().startswith(b"%PDF-")
    assert call("plot", "out", "-o", "again.png").status == 0
    width, height = (int.from_bytes(Path("again.png").read_bytes()[k : k + 4]) for k in (16, 20))
    assert (width, height) == (300, 250)
