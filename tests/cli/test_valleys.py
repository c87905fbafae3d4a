"""Where f is flat along a valley, a map of starts has one place for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from calls import call


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


FLAT = {
    "f(x, y) = x^2":                            "valley through (0, -4.5), f ",
    "f(x, y) = (x^2 + y^2 - 4)^2":              "valley through (1.414, 1.414), f ",
    "f(x, y) = relu(x^2 + y^2 - 4)":            "valley through (-1.",
}  # fmt: skip


@pytest.mark.parametrize("formula", FLAT)
def test_a_valley_is_one_place(formula: str) -> None:
    words = (formula, "lr=0.01", "steps=2000", "--size", "10x10", "--json")
    (place,) = call("map", "basins", *words).document["places"]
    assert place["name"].startswith(FLAT[formula])
    assert place["pixels"] == 100


def test_two_minima_in_one_gentle_valley_stay_two() -> None:
    words = ("f(x, y) = 0.01*(x^2 - 1)^2 + 10*y^2", "lr=0.09", "steps=3000", "--size", "10x10", "--json")
    places = call("map", "basins", *words).document["places"]
    assert sorted(round(place["x"][0]) for place in places) == [-1, 1]
