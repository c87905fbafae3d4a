"""What a sweep's pictures are drawn from, and that they show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdplay
from gdplay.errors import ConfigError
from gdplay.plots.swept import edges_of
from gdplay.sweeps.curves import read_curves, take_curves
from gdplay.sweeps.limits import limit_of
from gdplay.sweeps.pictures import Gallery, pictures
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import carry_out_sweep, save_sweep
from gdplay.sweeps.saved import draw_sweep, load_sweep

BOWL = "f(x, y) = 0.5*(x^2 + 25*y^2)"
RATES = ["start=[2,1]", "lr=log:1e-3:1:31", "optimizer=gd,momentum", "steps=60"]


def gallery(words: list[str], source: str = BOWL) -> Gallery:
    request = read_request(source, words)
    return Gallery(request, carry_out_sweep(request)[0])


def texts(figure: Any) -> str:
    found = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    return "\n".join(found)


def test_curves_are_the_runs_own(tmp_path: Path) -> None:
    shown = gallery([*RATES, "steps=1000"])
    curves = take_curves(shown.request, shown.table)
    for run in (0, 17, 40):
        steps, f = curves.of(run)
        settings = {key: shown.table.columns[key][run] for key in ("optimizer", "optimizer.learning_rate")}
        trace = gdplay.run({"function": BOWL, "start": [2, 1], "stop": {"max_steps": 1000}}, settings)
        assert len(steps) <= 200
        assert steps[-1] == trace.steps
        assert np.array_equal(f, trace.f[steps], equal_nan=True)


def test_the_limit_is_two_over_the_curvature() -> None:
    shown = gallery(RATES)
    for run, mu in ((0, 0.0), (40, 0.9)):
        limit, words = limit_of(shown.group(run), shown.table, run)
        assert limit == pytest.approx(2 * (1 + mu) / 25)
        assert f"= {limit:.3g}" in words


def test_a_line_ends_where_most_runs_diverge() -> None:
    figure = pictures(gallery(RATES), lambda: pytest.fail("no curves are needed"))["rates"]()
    axes = figure.axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) == 31]
    assert len(lines) == 2
    x, y = (np.asarray(values, dtype=float) for values in lines[0].get_data())
    assert np.isfinite(y[x < 0.08]).all()
    assert np.isnan(y[x > 0.09]).all()
    marks = [float(np.asarray(line.get_xdata())[0]) for line in axes.lines if len(line.get_xdata()) == 2]
    assert marks == pytest.approx([0.08, 0.152])
    assert {"gd", "momentum", "most runs diverge"} <= set(texts(figure).splitlines())


def test_bands_are_the_quartiles_over_starts() -> None:
    words = ["lr=0.001,0.01", "start=[1,1],[2,2],[3,3],[4,4],[5,5]", "steps=5"]
    figure = pictures(gallery(words), lambda: pytest.fail("none"))["rates"]()
    band = figure.axes[1].collections[0].get_paths()[0].vertices
    config = {"function": BOWL, "optimizer": {"learning_rate": 0.001}, "stop": {"max_steps": 5}}
    f = [gdplay.run({**config, "start": [k, k]}).final.f for k in range(1, 6)]
    assert sorted(set(band[band[:, 0] == 0.001][:, 1])) == pytest.approx([f[1], f[3]])


def test_a_heat_map_has_every_cell_where_it_belongs() -> None:
    shown = gallery(
        ["optimizer=momentum", "lr=0.001,0.01,0.1,1", "momentum=0,0.5,0.9", "start=[2,1]", "steps=60"]
    )
    figure = pictures(shown, lambda: pytest.fail("none"))["heat"]()
    mesh = figure.axes[0].collections[0].get_array().reshape(3, 4)
    table = shown.table.columns
    for row, momentum in enumerate((0, 0.5, 0.9)):
        for column, rate in enumerate((0.001, 0.01, 0.1, 1)):
            mine = (table["optimizer.momentum"] == momentum) & (table["optimizer.learning_rate"] == rate)
            (best,) = table["best_f"][mine]
            if table["status"][mine][0] == "diverged":
                assert np.ma.is_masked(mesh[row, column])
            else:
                assert mesh[row, column] == pytest.approx(best, rel=1e-6) or best < 1e-11


def test_a_saved_sweep_is_drawn_again_without_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_sweep(read_request("rosenbrock", ["lr=log:1e-4:1e-3:5", "steps=20"]), tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "chunks",
        "config.yaml",
        "curves.parquet",
        "curves.png",
        "rates.png",
        "summary.json",
        "sweep.parquet",
    }
    monkeypatch.setattr("gdplay.sweeps.run.carry_out_sweep", lambda *_: pytest.fail("nothing is run"))
    assert load_sweep(tmp_path / "out").table.runs == 5
    assert len(read_curves(tmp_path / "out").run) == 5 * 21
    assert len(draw_sweep(tmp_path / "out", "curves").axes) == 2
    with pytest.raises(ConfigError, match="this sweep has no picture 'heat'; choose one of rates, curves"):
        draw_sweep(tmp_path / "out", "heat")
    (tmp_path / "out" / "sweep.parquet").write_bytes(b"no table")
    with pytest.raises(ConfigError, match="the saved sweep is damaged"):
        draw_sweep(tmp_path / "out")


def test_a_sweep_of_names_only_has_no_picture(tmp_path: Path) -> None:
    save_sweep(read_request("rosenbrock", ["optimizer=gd,adam", "steps=3"]), tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.png"))


def test_edges_lie_between_the_places() -> None:
    assert edges_of(np.array([0.01, 1.0])) == pytest.approx([0.001, 0.1, 10.0])
