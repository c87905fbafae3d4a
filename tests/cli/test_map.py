"""gdplay map: every pixel is the run alone."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from calls import call

import gdplay

HIMMELBLAU = ("himmelblau", "lr=0.01", "steps=300")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def arrays(folder: str) -> dict[str, np.ndarray]:
    with np.load(Path(folder) / "map.npz", allow_pickle=False) as data:
        return dict(data)


def test_a_pixel_of_the_basins_is_the_run_from_there() -> None:
    said = call("map", "basins", *HIMMELBLAU, "--size", "24x16", "--out", "out", "--json").document
    data = arrays("out")
    assert data["reached"].shape == (16, 24)
    assert said["counts"] == {"arrived": 384}
    assert sum(place["pixels"] for place in said["places"]) == 384
    for row, column in ((0, 0), (3, 20), (15, 7)):
        config = {"function": "himmelblau", "start": [data["x"][column], data["y"][row]]}
        trace = gdplay.run(
            config, {"stop.max_steps": 300, "stop.gradient_norm": 1e-4, "optimizer.learning_rate": 0.01}
        )
        assert data["steps"][row, column] == trace.steps
        assert data["final_f"][row, column] == trace.final.f
        assert np.abs(data["places"][data["reached"][row, column]] - trace.final.x).max() < 1e-3


def test_four_minima_are_named() -> None:
    said = call("map", "basins", *HIMMELBLAU, "--size", "40x40", "--out", "out")
    lines = [line for line in said.out.splitlines() if line.startswith("reached")]
    assert len(lines) == 4
    assert any("(3, 2), f 0" in line for line in lines)
    assert (Path("out") / "map.png").stat().st_size > 10_000


def test_a_place_that_is_not_known_is_found() -> None:
    said = call(
        "map",
        "basins",
        "x^2*(x-2)^2 + y^2",
        "lr=0.05",
        "steps=400",
        "--window",
        "-0.5,2.5,-1,1",
        "--size",
        "30x20",
        "--json",
    )
    places = sorted((round(p["x"][0], 2) + 0.0, p["pixels"]) for p in said.document["places"])
    assert [x for x, _ in places] == [0, 2]


def test_a_pixel_of_the_rates_is_the_run_with_them() -> None:
    words = ("f(x, y) = 0.5*(x^2 + 25*y^2)", "optimizer=momentum", "start=[2,1]", "steps=200")
    said = call("map", "rates", *words, "--size", "20x10", "--out", "out", "--json").document
    assert set(said["counts"]) == {"arrived", "unfinished", "diverged"}
    data = arrays("out")
    assert np.allclose(data["x"][1:] / data["x"][:-1], 10 ** (5 / 20))
    assert np.allclose(np.diff(data["y"]), 0.1)
    for row, column in ((0, 0), (4, 12), (8, 10), (9, 19)):
        config = {"function": words[0], "start": [2, 1], "stop": {"max_steps": 200, "gradient_norm": 1e-4}}
        settings = {"optimizer.learning_rate": data["x"][column], "optimizer.momentum": data["y"][row]}
        trace = gdplay.run({**config, "optimizer": "momentum"}, settings)
        assert data["steps"][row, column] == trace.steps
        codes = {"converged": 1, "max_steps": 2, "diverged": 3}
        assert data["outcome"][row, column] == codes[trace.status]


def test_a_zoom_renders_the_region_again_at_full_depth() -> None:
    base = ("map", "rates", "rosenbrock", "optimizer=momentum", "steps=50", "--size", "8x8", "--json")
    near = call(*base, "--zoom", "0.003,0.5,10").document
    low, high = near["window"][:2]
    assert 0 < low < 0.003 < high
    assert high / low < 10**0.5
    assert low * high == pytest.approx(0.003**2)
    assert near["window"][2:] == pytest.approx([0.45625, 0.54375])
    same = call(*base, "--window", "0.002,0.004,0.4,0.6").document
    assert same["window"] == pytest.approx([0.002125, 0.003875, 0.4125, 0.5875])


def test_any_two_numbers_may_be_the_axes() -> None:
    said = call(
        "map",
        "rates",
        "rosenbrock",
        "optimizer=adam",
        "--x",
        "beta1",
        "--y",
        "beta2",
        "steps=5",
        "--size",
        "5x4",
        "--json",
    )
    assert (said.document["x"], said.document["y"]) == ("optimizer.beta1", "optimizer.beta2")


REFUSALS = {
    ("heat", "x^2"): "there is no map 'heat'; write gdplay map basins or rates",
    ("basins", "x^2"): "f has one variable, and a map of starts needs two",
    ("basins", "rosenbrock", "--size", "100000x100000"): "pixels are 10,000,000,000 runs; write 2 to",
    ("basins", "rosenbrock", "--size", "big"): "--size: 'big' is no size; write 1000x1000",
    ("basins", "rosenbrock", "--window", "1,2,3"): "--window: expected 4 numbers, found '1,2,3'; write",
    ("basins", "rosenbrock", "--window", "2,1,3,4"): "is no window; write the lower end first",
    ("rates", "rosenbrock"): "gd has no hyperparameter beside the learning rate",
    ("rates", "rosenbrock", "lr=0.1,0.2"): "and here optimizer.learning_rate is swept",
    ("rates", "rosenbrock", "--y", "momentun"): "--y: unknown key 'momentun'",
    ("basins", "rosenbrock", "--x", "lr"): "the axes of a map of starts are two coordinates",
    ("rates", "booth", "optimizer=momentum", "--x", "momentum", "--y", "momentum"): "--y: optimizer.momentum is the setting across too; name",
    ("rates", "booth", "--x", "optimizer"): "--x: optimizer is no number; name a setting such as momentum or lr",
    ("rates", "booth", "--y", "seed"): "--y: which values of seed are shown has to be said; add --window X0,X1,Y0,Y1",
    ("rates", "booth", "--x", "steps"): "--x: which values of stop.max_steps are shown has to be said; add --window",
    ("rates", "booth", "--y", "seed", "--window", "0,1,0.2,0.8"): "--y: there are no two whole numbers from 0.2 to 0.8",
    ("basins", "booth", "--zoom", "3,2,1e30"): "from 3.0 to 3.0 there are no 400 different numbers for the pixels of x",
    ("basins", "booth", "--window=-1e308,1e308,0,1"): "numbers for the pixels of x; show less, or ask for fewer pixels",
    ("basins", "booth", "--zoom", "3,2,1e-320"): "numbers for the pixels of x; show less, or ask for fewer pixels",
    ("rates", "booth", "optimizer=momentum", "--zoom", "0,0.5,2"): "--zoom: the axis of x is logarithmic, and 0 is not",
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSALS)
def test_a_refusal_comes_before_any_work(words: tuple[str, ...], tmp_path: Path) -> None:
    said = call("map", *words)
    assert said.status == 2
    assert REFUSALS[words] in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_map_is_resumed() -> None:
    words = ("map", "basins", *HIMMELBLAU, "--size", "8x6", "--out", "out")
    assert "kept" not in call(*words).out
    again = call(*words, "--resume")
    assert again.status == 0
    assert "kept        48 runs were known already" in again.out
    other = call(*words, "--resume", "--window", "0,1,0,1")
    assert (other.status, other.err) == (
        2,
        "--out: out holds another map: its config, window or size is different; "
        "give the same ones, or choose another folder\n",
    )
    assert "--resume needs the folder to go on in; add --out DIR" in call(*words[:5], "--resume").err


def test_a_deep_zoom_does_not_split_a_minimum() -> None:
    words = ("himmelblau", "--zoom=-0.27,-0.92,1e6", "optimizer=momentum", "lr=0.01", "--size", "20x20")
    (place,) = call("map", "basins", *words, "--json").document["places"]
    assert place["name"] == "(3.584, -1.848), f 0"
    assert place["pixels"] == 400


def test_where_f_is_undefined_nothing_has_diverged() -> None:
    words = ("f(x, y) = (log(x) - 1)^2 + y^2", "lr=0.1", "--size", "20x10", "--out", "out")
    said = call("map", "basins", *words)
    assert said.out.splitlines()[0] == "complete    200 runs: 100 arrived, 100 f undefined at the start"
    assert (arrays("out")["outcome"][:, :10] == 4).all()


def test_places_that_are_not_listed_are_counted() -> None:
    out = call("map", "basins", "rastrigin", "lr=0.001", "--size", "33x33").out
    assert len(re.findall("^reached", out, re.MULTILINE)) == 10
    rest = re.search(r"^ {12}and (\d+) more: [\d.]+ % of the starts$", out, re.MULTILINE)
    assert rest is not None
    assert int(rest[1]) == 111


def test_why_pixels_were_not_run_is_said() -> None:
    words = ("map", "rates", "booth", "optimizer=momentum", "--window=-0.1,0.1,0,1", "--size", "6x4")
    said = call(*words)
    assert "12 not run, " in said.out
    assert "failed      12 runs: command line: optimizer.learning_rate: expected a number\n" in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    (reason,) = call(*words, "--json").document["errors"].items()
    assert reason[1] == 12


def test_whole_numbers_are_the_pixels_of_a_setting_that_has_only_them() -> None:
    words = ("booth", "--x", "steps", "--y", "lr", "--window", "1,6.5,0.01,0.2", "--size", "50x4")
    said = call("map", "rates", *words, "--out", "out", "--json").document
    assert said["runs"] == 24
    assert arrays("out")["x"].tolist() == [1, 2, 3, 4, 5, 6]
    few = call(
        "map",
        "rates",
        "booth",
        "--y",
        "seed",
        "noise.gradient=1",
        "--window",
        "0.01,0.1,0,99",
        "--size",
        "2x4",
    )
    assert few.out.startswith("complete    8 runs: ")


def test_without_a_size_the_picture_has_the_windows_shape() -> None:
    words = ("x^2 + y^2", "lr=0.5", "--window", "-3,3,-2,2", "--out", "out", "--json")
    assert call("map", "basins", *words).document["runs"] == 400 * 267


def test_one_axis_named_leaves_the_learning_rate_to_the_other() -> None:
    words = ("map", "rates", "booth", "steps=2", "--size", "3x3", "--json")
    across = call(*words, "--x", "weight_decay").document
    upwards = call(*words, "--y", "lr", "optimizer=momentum").document
    assert (across["x"], across["y"]) == ("optimizer.weight_decay", "optimizer.learning_rate")
    assert (upwards["x"], upwards["y"]) == ("optimizer.momentum", "optimizer.learning_rate")
