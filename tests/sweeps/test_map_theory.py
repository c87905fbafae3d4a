"""The line that theory draws across a map of settings: runs arrive on one side of it and diverge on the other."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdplay.config.load import check
from gdplay.plots.field import Theory
from gdplay.sweeps.canvas import read_arrays
from gdplay.sweeps.field import ARRIVED, BLOWN
from gdplay.sweeps.mappicture import theory
from gdplay.sweeps.mapping import View, save_map
from gdplay.sweeps.request import read_request

BOWL = "f(x, y) = 0.5*(x^2 + 25*y^2)"
RATE = "optimizer.learning_rate"
MOMENTUM, DECAY = "optimizer.momentum", "optimizer.weight_decay"


def drawn(
    tmp_path: Path, words: tuple[str, ...], x: str | None, y: str | None, window: tuple[float, ...]
) -> tuple[Theory | None, dict[str, np.ndarray]]:
    request = read_request(BOWL, ("start=[2,1]", "steps=400", *words), may_be_single=True)
    view = View((60, 12), (window[0], window[1], window[2], window[3]), None, x, y)
    summary, folder = save_map("rates", request, view, tmp_path / "out")
    arrays = read_arrays(folder.path / "map.npz")
    return theory(check(request.tree, (), request.name), (summary["x"], summary["y"]), arrays), arrays


# fmt: off
LIMITS = {
    "heavy ball": (("optimizer=momentum",), MOMENTUM, (0.01, 1.0, 0.0, 0.9), lambda mu: 2 * (1 + mu) / 25,
                   "theory: stable up to 2(1 + momentum)/L, L = 25 at the best point"),
    "Nesterov":   (("optimizer=nesterov",), MOMENTUM, (0.01, 1.0, 0.0, 0.8), lambda mu: 2 * (1 + mu) / (1 + 2 * mu) / 25,
                   "theory: stable up to 2(1 + momentum)/((1 + 2 momentum) L), L = 25 at the best point"),
    "decay":      (("optimizer=gd",), DECAY, (0.001, 1.0, 1.0, 100.0), lambda decay: 2 / (25 + decay),
                   "theory: stable up to 2/(L + weight_decay), L = 25 at the best point"),
}
# fmt: on


@pytest.mark.parametrize("name", LIMITS)
def test_runs_diverge_beyond_the_line_only(name: str, tmp_path: Path) -> None:
    words, key, window, limit, said = LIMITS[name]
    line, arrays = drawn(tmp_path, words, None, key, window)
    assert line is not None
    assert line.words == said
    assert line.x == pytest.approx(limit(line.y))
    at = limit(arrays["y"])[:, None]
    blown, arrived = arrays["outcome"] == BLOWN, arrays["outcome"] == ARRIVED
    assert blown.any()
    assert arrived.any()
    assert not (blown & (arrays["x"] < at)).any()
    assert not (arrived & (arrays["x"] > at)).any()


def test_the_line_turns_with_the_axes(tmp_path: Path) -> None:
    window = (0.0, 0.9, 0.01, 1.0)
    line, _ = drawn(tmp_path, ("optimizer=momentum",), MOMENTUM, RATE, window)
    assert line is not None
    assert line.y == pytest.approx(2 * (1 + line.x) / 25)


UNKNOWN = {
    "no formula is known for Adam":    (("optimizer=adam",), None, None),
    "the gradient is clipped":         (("optimizer=momentum", "optimizer.clip.norm=1"), None, None),
    "the rate is on neither axis":     (("optimizer=sgd",), MOMENTUM, "optimizer.dampening"),
    "what else varies is not a setting of the optimizer": (("noise.gradient=0.1",), None, "noise.gradient"),
}  # fmt: skip


@pytest.mark.parametrize("why", UNKNOWN)
def test_where_theory_is_silent_no_line_is_drawn(why: str, tmp_path: Path) -> None:
    words, x, y = UNKNOWN[why]
    line, _ = drawn(tmp_path, words, x, y, (0.01, 1.0, 0.01, 0.9))
    assert line is None
