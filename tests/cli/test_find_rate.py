"""gdplay sweep --find-rate: where steps settle and where they diverge, against theory; the best rate."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import call
from matplotlib.patches import Rectangle

import gdplay
from gdplay.plots.save import figure_bytes
from gdplay.plots.stability import Stability, draw_stability
from gdplay.sweeps.edgepicture import draw_saved_edges
from gdplay.sweeps.edges import save_edges
from gdplay.sweeps.request import read_request

BOWL = ("f(x, y) = 0.5*(x^2 + 25*y^2)", "start=[2,1]")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def found(*words: str) -> list[dict[str, Any]]:
    return call("sweep", "--find-rate", *words, "--json").document["found"]


def test_steps_settle_up_to_where_theory_says() -> None:
    for row in found(*BOWL, "optimizer=gd,momentum", "steps=400"):
        low, middle, high = row["diverges_from"]
        assert low == middle == high
        # a finite number of steps diverges a little beyond the limit, and is seen to grow at once
        assert row["theory"][0] < middle < 1.1 * row["theory"][0]
        assert row["theory"] == pytest.approx([row["settles_up_to"]] * 2, rel=1e-3)
        if row["setting"] == "gd":
            assert row["best_rate"] == pytest.approx(2 / 26, rel=0.05)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("decay", [0, 10])
@pytest.mark.parametrize("scale", ["1e8", "1", "1e-6"])
def test_the_scan_lies_where_the_limit_does(scale: str, decay: float) -> None:
    (row,) = found(f"f(x, y) = {scale}*(x^2 + 25*y^2)", f"weight_decay={decay}", "steps=100")
    limit = 2 / (50 * float(scale) + decay)
    assert row["theory"] == pytest.approx([limit, limit])
    assert row["settles_up_to"] == pytest.approx(limit, rel=1e-3)
    assert row["best_rate_beyond"] == ""
    assert limit / 5 < row["best_rate"] < limit


def test_without_theory_the_scan_is_widened_until_its_end() -> None:
    own = {"step": "x = x - lr*g"}
    Path("own.yaml").write_text(json.dumps({"function": "f(x) = 1e14*x^2", "optimizer": own}))
    (row,) = found("./own.yaml", "steps=60")
    assert row["theory"] is None
    assert row["settles_up_to"] == pytest.approx(1e-14, rel=1e-3)
    Path("own.yaml").write_text(json.dumps({"function": "f(x) = 1e30*x^2", "optimizer": own}))
    said = call("sweep", "--find-rate", "./own.yaml", "steps=60").out
    assert re.search(r"^below 1e-18 +below 1e-18 +- +none +nan$", said, re.MULTILINE)


def test_a_best_rate_at_the_end_of_the_scan_is_said_to_be_one() -> None:
    said = call("sweep", "--find-rate", "f(x) = 1e-12*x", "steps=10").out
    assert ">= 1e14" in said
    assert "best rate   the scan ends at 1e14: a better one may lie above" in said


def test_the_best_rate_has_the_lowest_median_over_trials() -> None:
    (row,) = found("rosenbrock", "steps=60", "--out", "out")
    with (Path("out") / "scan.csv").open(newline="") as file:
        rows = {float(row["learning_rate"]): row for row in csv.DictReader(file)}
    medians = [float(row["median_f"]) for row in rows.values()]
    assert row["f_there"][1] == np.nanmin(medians) == float(rows[row["best_rate"]]["median_f"])
    f = [
        gdplay.run(
            {"function": "rosenbrock", "start": "random", "seed": seed, "stop": {"max_steps": 60}},
            {"optimizer.learning_rate": row["best_rate"]},
        ).best.f
        for seed in range(9)
    ]
    assert row["f_there"] == pytest.approx(np.quantile(f, [0.25, 0.5, 0.75]))


def test_several_functions_are_told_apart() -> None:
    rows = found("booth", "function=booth,beale", "optimizer=gd,adam", "steps=20", "--out", "out")
    settings = ["booth, gd", "booth, adam", "beale, gd", "beale, adam"]
    assert sorted(row["setting"] for row in rows) == sorted(settings)
    assert set(settings) <= set(texts(draw_saved_edges(Path("out"))))
    rows = found("x^2", "function=x^2,3*x^2", "steps=20")
    assert [row["setting"] for row in rows] == ["x^2", "3*x^2"]


def test_under_noise_the_last_f_counts() -> None:
    (row,) = found("booth", "noise.gradient=0.5", "steps=50", "--out", "out")
    assert (row["measure"], row["settles_up_to"]) == ("final_f", None)
    settings = {"optimizer.learning_rate": row["best_rate"], "noise.gradient": 0.5, "stop.max_steps": 50}
    config = {"function": "booth", "start": "random"}
    f = [gdplay.run(config, {**settings, "seed": seed}).final.f for seed in range(9)]
    assert row["f_there"] == pytest.approx(np.quantile(f, [0.25, 0.5, 0.75]))


def test_what_bounces_neither_settles_nor_diverges() -> None:
    # beyond 2/L the cosine holds gd in an orbit: f is the same at both its ends, and flat at neither
    (row,) = found("f(x) = 1 - cos(x)", "start=[1]", "steps=400")
    assert row["settles_up_to"] == pytest.approx(2, rel=0.05)
    assert row["diverges_from"] == ["inf"] * 3
    said = call("sweep", "--find-rate", "f(x) = 1 - cos(x)", "start=[1]", "steps=400").out
    assert re.search(r"^2(\.\d+)? +above 1e5 +2 ", said, re.MULTILINE)
    assert "why         in between the steps bounce" in said


def test_what_is_printed_says_what_was_measured() -> None:
    said = call("sweep", "--find-rate", "himmelblau", "optimizer=gd,adam", "steps=100", "stop.diverged=1e6")
    assert said.status == 0
    assert said.out.startswith("setting  settles up to  diverges from  in theory")
    words = " ".join(said.out.split())
    assert "diverges |f| or |x| comes beyond 1e6 times its start (at least 1e6) within 100 steps" in words
    assert "over        9 trials with starts and seeds of their own (medians)" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lr=0.1,0.2"], "optimizer.learning_rate: --find-rate looks for the learning rate itself"),
        (["lr=0.1/t"], "optimizer.learning_rate: gd has a learning rate that changes"),
        (
            ["optimizer.learning_rate={search: armijo}"],
            "optimizer.learning_rate: gd has a learning rate that",
        ),
        (["steps=0"], "stop.max_steps: without a step all learning rates are the same; write steps=1000"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(words: list[str], said: str) -> None:
    refused = call("sweep", "--find-rate", "booth", *words, "--out", "out")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith(said)
    assert not Path("out").exists()


def test_what_has_no_rate_is_refused() -> None:
    said = call("sweep", "--find-rate", "rosenbrock", "optimizer=newton", "steps=10")
    assert (said.status, "has no learning rate to find" in said.err) in ((0, False), (2, True))


def test_the_scan_is_saved_as_the_runs_alone() -> None:
    assert (
        call("sweep", "--find-rate", *BOWL, "optimizer=gd,momentum", "steps=30", "--out", "out").status == 0
    )
    names = {path.name for path in Path("out").iterdir()}
    assert names == {"config.yaml", "scan.csv", "stability.png", "summary.json"}
    with (Path("out") / "scan.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert 2 * 129 <= len(rows) <= 2 * (129 + 1)  # the best rates are there too
    for row in rows[::16]:
        config = {
            "function": BOWL[0],
            "start": [2, 1],
            "stop": {"max_steps": 30},
            "optimizer": row["setting"],
        }
        trace = gdplay.run(config, {"optimizer.learning_rate": row["learning_rate"]})
        stable = trace.status != "diverged"
        assert float(row["diverged"]) == (not stable)
        shown = [float(row[name]) for name in ("lower_quartile_f", "median_f", "upper_quartile_f")]
        assert np.array_equal(shown, [trace.best.f if stable else np.nan] * 3, equal_nan=True)


def texts(figure: object) -> list[str]:
    found = figure.findobj(lambda artist: hasattr(artist, "get_text"))  # type: ignore[attr-defined]
    return [text.get_text() for text in found]


def upright(axes: object, color: str) -> list[float]:
    """Return where the upright lines of a colour stand."""
    lines = [line for line in axes.lines if line.get_color() == color]  # type: ignore[attr-defined]
    places = [np.asarray(line.get_xdata()) for line in lines if list(line.get_ydata()) == [0, 1]]
    return [float(place[0]) for place in places]


def test_the_picture_shows_edges_theory_islands_and_best() -> None:
    rates = np.geomspace(1e-3, 10, 41)
    share = np.where(rates < 0.1, 1.0, np.where(rates < 0.3, 0.4, 0.0))
    found = Stability(
        label="gd",
        rates=rates,
        stable=share,
        settled=np.where(rates < 0.05, 1.0, 0.0),
        loss=np.where(share >= 0.5, rates, np.nan) * np.array([[0.5], [1.0], [2.0]]),
        diverges=np.array([0.1, 0.15, 0.3]),
        settles=0.05,
        best=0.004,
        best_loss=4e-3,
        islands=((0.5, 0.6),),
        theory=(0.06, 0.12),
        formula="2/L",
    )
    figure = draw_stability([found, found], ["f(x) = x^2"])
    upper, lower = figure.axes[1], figure.axes[0]
    for axes in (upper, lower):
        assert upright(axes, "#D55E00") == [0.15]
        assert upright(axes, "#CC79A7") == [0.05]
        assert upright(axes, "#1a1a1a") == [0.06, 0.12]
    bars = {tuple(np.asarray(line.get_xdata()).tolist()) for line in upper.lines}
    assert (0.1, 0.3) in bars
    said = texts(figure)
    words = {"gd", "0.15", "0.05", "0.004", "0.06 to 0.12", "in theory: 2/L", "some do not diverge again"}
    assert words | {"most diverge", "its quartiles"} <= set(said)
    assert "not tried" not in said
    spans = [patch.get_x() for patch in upper.patches if isinstance(patch, Rectangle)]
    assert any(0.44 < low < 0.56 for low in spans)  # the island
    assert any(0.09 < low <= 0.13 for low in spans)  # where most diverge


def test_the_picture_names_only_what_is_drawn() -> None:
    rates = np.geomspace(1e-6, 1e2, 129)
    blank = np.full((3, 129), np.nan)
    everywhere = Stability(
        "adam", rates, np.ones(129), np.ones((3, 129)), np.full(3, np.inf), 0.1, 1.0, np.ones(129), np.inf
    )
    below = np.full(3, -np.inf)
    nowhere = Stability("gd", rates, np.zeros(129), blank, below, np.nan, np.nan, np.zeros(129), -np.inf)
    lower = replace(everywhere, rates=rates * 1e-4, best=1e-5)
    for name, found in {"all": [everywhere], "nowhere": [nowhere], "shifted": [everywhere, lower]}.items():
        said = texts(draw_stability(found, ["f"]))
        assert not any("up to where" in text for text in said)
        assert ("best rate" in said) == (name != "nowhere")
        assert ("diverges at every rate that was tried" in said) == (name == "nowhere")
        assert ("not tried" in said) == (name == "shifted")


def test_an_interrupted_search_keeps_the_settings_that_are_done() -> None:
    two, request = (
        read_request(BOWL[0], [BOWL[1], f"optimizer={names}", "steps=20"])
        for names in ("gd,momentum", "gd,momentum,adam")
    )
    first = sum(row["runs"] for row in save_edges(two)[0]["found"])
    seen: list[int] = []
    summary, folder = save_edges(
        request,
        Path("out"),
        report=lambda p: seen.append(p.done),
        stop=lambda: bool(seen) and seen[-1] > first,
    )
    assert summary["status"] == "interrupted"
    assert [row["setting"] for row in summary["found"]] == ["gd", "momentum"]
    again = draw_saved_edges(folder.path)
    assert {"gd", "momentum"} <= set(texts(again))
    assert "adam" not in texts(again)
    summary, folder = save_edges(request, Path("none"), stop=lambda: True)
    assert (summary["status"], summary["found"]) == ("interrupted", [])
    assert {path.name for path in folder.path.iterdir()} == {"config.yaml", "summary.json"}


def test_a_saved_search_is_drawn_again_without_running(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("optimizer=gd,momentum", "steps=30", "--out", "out")
    assert call("sweep", "--find-rate", "himmelblau", *words).status == 0
    monkeypatch.setattr("gdplay.sweeps.race.carry_out", lambda *_: pytest.fail("nothing is run"))
    said = call("plot", "out", "-o", "again.png")
    assert (said.status, said.out) == (0, "saved again.png\n")
    assert Path("again.png").read_bytes() == (Path("out") / "stability.png").read_bytes()
    assert figure_bytes(draw_saved_edges(Path("out")), "svg").startswith(b"<?xml")
    said = call("plot", "out", "plot.kind=rates")
    assert (said.status, said.err) == (
        2,
        "'plot.kind' is no setting of a search's picture; there is one, without settings\n",
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scan.csv", ",diverged,", ",gone,"),
        ("scan.csv", "1e-06,0.0", "1e-06,all"),
        ("summary.json", '"diverges_from": [', '"diverges_from": ["far", '),
        ("summary.json", '"found"', '"lost"'),
        ("summary.json", '"best_rate": ', '"best_rate": "high", "other": '),
    ],
)
def test_a_damaged_search_is_refused(name: str, old: str, new: str) -> None:
    assert call("sweep", "--find-rate", *BOWL, "steps=30", "--out", "out").status == 0
    path = Path("out") / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    said = call("plot", "out", "-o", "again.png")
    assert said.status == 2
    assert said.err.startswith("out: the saved search is damaged: ")
    assert "; carry it out again" in said.err


def test_the_picture_has_the_format_that_the_config_asks_for() -> None:
    words = ["x^2 + 25*y^2", "start=[2,1]", "steps=20", "plot.format=pdf", "--out", "out"]
    assert "scan.csv, stability.pdf" in call("sweep", "--find-rate", *words).out
    assert Path("out/stability.pdf").read_bytes().startswith(b"%PDF")
