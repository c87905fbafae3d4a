"""A map's colours can be told apart, by readers without red or green receptors too."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from gdplay.plots.shades import (
    BASINS,
    DARKEST,
    DIVERGED,
    GREYS,
    NOT_RUN,
    UNFINISHED,
    arriving,
    blowing,
)

# What a screen's linear red, green and blue look like: Machado, Oliveira and Fernandes (2009), table 1,
# severity 1. White stays white, so each row adds up to 1.
EYES = {
    "all receptors": np.eye(3),
    "no red":        np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "no green":      np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])

GREY = np.repeat(np.linspace(*GREYS, 20)[:, None], 3, axis=1)
FLAT = {name: np.array([to_rgb(name)]) for name in (DIVERGED, UNFINISHED, NOT_RUN)}
SHADES = {name: np.outer(np.linspace(DARKEST, 1, 9), to_rgb(name)) for name in BASINS}
RAMPS = {
    "arrives": arriving()(np.linspace(0, 1, 20))[:, :3],
    "diverges": blowing()(np.linspace(0, 1, 20))[:, :3],
    "unfinished": GREY,
    "not run": FLAT[NOT_RUN],
}


def lab(colors: np.ndarray, eye: np.ndarray) -> np.ndarray:
    """Return CIE L*, a*, b* of colours (k, 3) as an eye sees them."""
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ eye.T, 0, 1) @ (TO_XYZ / TO_XYZ.sum(axis=1, keepdims=True)).T
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def distance(a: np.ndarray, b: np.ndarray, eye: np.ndarray) -> float:
    """Return the smallest distance of a colour of one kind from one of the other; about 2 is just seen."""
    return float(np.linalg.norm(lab(a, eye)[:, None] - lab(b, eye)[None], axis=2).min())


def test_the_measure_is_that_of_the_literature() -> None:
    red = lab(np.array([[1.0, 0.0, 0.0]]), EYES["all receptors"])
    assert red[0] == pytest.approx([53.24, 80.09, 67.20], abs=0.1)
    assert all(eye.sum(axis=1) == pytest.approx(1, abs=1e-4) for eye in EYES.values())


@pytest.mark.parametrize("eye", EYES)
def test_every_shade_of_a_basin_is_far_from_all_others(eye: str) -> None:
    kinds = {**SHADES, **FLAT}
    for a, b in combinations(kinds, 2):
        least = 10 if BASINS[-1] in (a, b) else 20  # five basins are safe, the sixth nearly
        assert distance(kinds[a], kinds[b], EYES[eye]) > least, (a, b)


@pytest.mark.parametrize("eye", EYES)
def test_outcomes_are_far_from_each_other(eye: str) -> None:
    for a, b in combinations(RAMPS, 2):
        assert distance(RAMPS[a], RAMPS[b], EYES[eye]) > 12, (a, b)
