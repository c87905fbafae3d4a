"""What a sweep's pictures are drawn from, and that they show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdplay
from gdplay.errors import ConfigError
from gdplay.plots.swept import edges_of, is_logarithmic, ticks_of
from gdplay.sweeps import curves
from gdplay.sweeps.curves import read_curves, take_curves
from gdplay.sweeps.gallery import Gallery
from gdplay.sweeps.limits import limit_of
from gdplay.sweeps.pictures import pictures
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import carry_out_sweep, save_sweep
from gdplay.sweeps.saved import draw_sweep, load_sweep

BOWL = "f(x, y) = 0.5*(x^2 + 25*y^2)"
RATES = ["start=[2,1]", "lr=log:1e-3:1:31", "optimizer=gd,momentum", "steps=60"]


def gallery(words: list[str], source: str = BOWL) -> Gallery:
    request = read_request(source, words)
    return Gallery(request, carry_out_sweep(request)[0])


def no_curves() -> Any:
    pytest.fail("no curves are needed")


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
    figure = pictures(gallery(RATES), no_curves)["rates"]()
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


def test_a_sweep_of_names_only_has_a_panel_for_each() -> None:
    shown = gallery(["optimizer=gd,{name: momentum, momentum: 0.5}", "start=[2,1]", "steps=3"])
    found = pictures(shown, lambda: take_curves(shown.request, shown.table))
    assert list(found) == ["curves"]
    figure: Any = found["curves"]()
    assert [axes.get_title() for axes in figure.axes] == ["gd", "momentum, momentum 0.5"]


def test_what_a_picture_leaves_out_is_said() -> None:
    many = ["start=[2,1]", "lr=0.01,0.03", "steps=5", "function.constants.a=lin:1:20:20"]
    shown = gallery(many, "f(x, y) = x^2 + a*y^2")
    found = pictures(shown, lambda: take_curves(shown.request, shown.table))
    lines: Any = found["rates"]()
    assert "the best 14 of 20 settings are drawn" in texts(lines)
    assert len({line.get_linestyle() for line in lines.axes[0].lines[:14]}) == 2
    panels: Any = found["curves"]()
    assert "9 of 20 settings are drawn" in texts(panels)
    assert [axes.get_title() for axes in panels.axes[:9]][::8] == ["a 1", "a 20"]


def test_a_limit_in_the_frame_is_drawn_and_named() -> None:
    limit = 2 / 25
    for rates, drawn in (("0.02,0.05,0.079", True), ("0.01,0.02,0.03", False)):
        figure: Any = pictures(gallery(["start=[2,1]", f"lr={rates}", "steps=9"]), no_curves)["rates"]()
        places = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_linestyle() == "--"]
        assert places == ([pytest.approx(limit)] if drawn else [])
        assert ("2/L" in texts(figure)) == drawn


def test_a_value_of_zero_is_marked_at_the_floor() -> None:
    figure = pictures(gallery(["start=[2,1]", "lr=0.001,0.04,0.05", "steps=3000"]), no_curves)["rates"]()
    assert "0, or below 1e-30" in texts(figure)


def test_an_axis_is_logarithmic_where_the_numbers_are_spread_so() -> None:
    assert not is_logarithmic(np.linspace(0.01, 0.2, 20))
    assert is_logarithmic(np.geomspace(0.01, 0.2, 20))
    assert is_logarithmic(np.array([1.0, 2.0, 5.0, 10.0, 20.0, 50.0]))
    assert ticks_of(np.array([0.0, 0.5, 0.9, 0.99]), -0.25, 1.04)[1] == ["0", "0.5", "0.9", "0.99"]
    assert ticks_of(np.array([0.0, 0.5, 0.9, 0.99]), -5.0, 5.0)[1] == ["-4", "-2", "0", "2", "4"]


def test_edges_lie_between_the_places() -> None:
    assert edges_of(np.array([0.01, 1.0])) == pytest.approx([0.001, 0.1, 10.0])


def test_of_many_replicates_enough_curves_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "MOST_RUNS", 20)
    shown = gallery(["lr=log:1e-3:0.05:15", "seed=3,1,2,7", "start=[2,1],[1,1]", "steps=5"])
    taken = take_curves(shown.request, shown.table)
    runs, columns = np.unique(taken.run), shown.table.columns
    assert len(runs) <= 20
    ends = {columns["best_f"].min(), columns["best_f"].max()}
    assert ends <= set(columns["best_f"][runs].tolist())
    first = runs[(columns["seed"][runs] == 1) & (columns["start"][runs] == 0)]
    figure = pictures(shown, lambda: taken)["curves"]()
    assert 10 <= len(first) == len(figure.axes[0].collections[0].get_paths())
    assert "seed 1 and start 0 shown" in texts(figure).replace("start 0 and seed 1", "seed 1 and start 0")


def test_pictures_have_the_format_that_the_config_asks_for(tmp_path: Path) -> None:
    words = ["start=[2,1]", "lr=0.01,0.02", "steps=3", "plot.format=svg"]
    _, summary, folder = save_sweep(read_request(BOWL, words), tmp_path / "out")
    assert summary["pictures"] == ["rates.svg", "curves.svg"]
    assert (folder.path / "rates.svg").read_bytes().startswith(b"<?xml")
    assert not list(folder.path.glob("*.png"))
