"""Quartiles: NumPy's where all is finite, never between a number and infinity."""

from __future__ import annotations

import numpy as np
import pytest

from gdplay.sweeps.spread import quartiles, quartiles_of


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 16, 33])
def test_finite_values_have_the_quartiles_of_numpy(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    assert np.allclose(quartiles_of(values), np.quantile(values, [0.25, 0.5, 0.75]), rtol=1e-14)


def dumb(values: list[float], part: float) -> float:
    """The quartile by walking to its place among the sorted values."""
    ordered = sorted(float("inf") if value != value else value for value in values)
    place = part * (len(ordered) - 1)
    below = int(place)
    if place == below:
        return ordered[below]
    low, high = ordered[below], ordered[below + 1]
    return low + (place - below) * (high - low) if abs(low) < float("inf") > abs(high) else high


def test_quartiles_are_those_of_each_cell() -> None:
    generator = np.random.default_rng(0)
    values = generator.choice([-np.inf, 1.0, 2.0, 3.5, np.inf, np.nan], 300)
    cells = generator.integers(0, 40, 300)
    found = quartiles(values, cells, 60)
    for cell in range(60):
        mine = values[cells == cell].tolist()
        expected = [dumb(mine, part) for part in (0.25, 0.5, 0.75)] if mine else [np.nan] * 3
        assert np.array_equal(found[:, cell], expected, equal_nan=True)


def test_half_of_the_values_infinite_is_an_infinite_median() -> None:
    assert quartiles_of(np.array([5.0, 7.0, np.inf, np.inf]))[1] == np.inf
    assert quartiles_of(np.array([5.0, 7.0, np.inf]))[1] == 7.0
