from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gdplay.plots.levels import choose_levels, floor_of

NO_PATH = np.empty(0)
XS = np.linspace(-2, 2, 41)
X, Y = np.meshgrid(XS, XS)
ROSENBROCK = (1 - X) ** 2 + 100 * (Y - X**2) ** 2
SPREAD = np.geomspace(1e-4, 1e4, 500)


def sound(grid: np.ndarray, levels) -> bool:
    """Whether matplotlib can draw the levels: increasing, finite, of order one."""
    heights = levels.height(grid[np.isfinite(grid)])
    return (
        len(levels.edges) >= 2
        and bool((np.diff(levels.edges) > 0).all())
        and bool(np.isfinite(heights).all())
        and len(levels.ticks) == len(levels.texts)
        and float(np.abs(levels.edges).max()) < 1e3
    )


def test_levels_of_a_valley_are_evenly_spaced_in_the_logarithm_and_hold_powers_of_ten() -> None:
    levels = choose_levels(ROSENBROCK, NO_PATH, 0.0)
    assert levels.label == "f - f*   (f* = 0)"
    assert np.ptp(np.diff(levels.edges)) < 1e-9
    assert all(np.isclose(levels.edges, tick, atol=1e-9).any() for tick in levels.ticks)
    assert levels.height(np.array([1e-3, 1.0, 100.0]))[1:].tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    ("minimum", "along", "label"),
    [
        (0.0, [5.0], "f - f*   (f* = 0)"),
        (None, [5.0], "f - min shown"),
        (0.0, [-1e-3], "f - min shown"),  # a run below f*
        (0.0, [-1e-12], "f - f*   (f* = 0)"),  # rounding of a stored f*
        (np.nan, [5.0], "f - min shown"),
    ],
)
def test_label_says_what_f_is_measured_from(minimum: float | None, along: list[float], label: str) -> None:
    assert choose_levels(ROSENBROCK, np.array(along), minimum).label == label


def test_one_enormous_cell_takes_no_colours_from_the_rest() -> None:
    plain, spoiled = (
        choose_levels(SPREAD, NO_PATH, 0.0),
        choose_levels(np.append(SPREAD, 1e290), NO_PATH, 0.0),
    )
    assert spoiled.edges[-1] <= plain.edges[-1] + 1
    assert spoiled.above


def test_small_range_is_linear() -> None:
    levels = choose_levels(np.linspace(100, 101, 300), NO_PATH, 0.0)
    assert levels.label == "f"
    assert {"100", "101"} <= set(levels.texts)


def test_constant_has_one_band_and_its_value() -> None:
    levels = choose_levels(np.full(9, 3.0), np.full(4, 3.0), None)
    assert (len(levels.edges), levels.texts) == (2, ["3"])


def test_nothing_finite_gives_no_levels() -> None:
    assert choose_levels(np.array([np.nan, np.inf, -np.inf]), NO_PATH, 0.0) is None


@pytest.mark.parametrize("count", [2, 3, 11, 100])
@pytest.mark.parametrize("grid", [ROSENBROCK, np.linspace(5, 6, 50)])
def test_count_is_kept(count: int, grid: np.ndarray) -> None:
    assert len(choose_levels(grid, NO_PATH, None, count).edges) == count


def test_own_levels_are_the_borders_of_the_bands() -> None:
    levels = choose_levels(ROSENBROCK, NO_PATH, 0.0, [10, 1, 500.0])
    assert levels.texts == ["1", "10", "500"]
    assert levels.height(np.array([1.0, 10.0, 500.0])).tolist() == levels.edges.tolist()


def test_single_own_level_parts_below_from_above() -> None:
    levels = choose_levels(ROSENBROCK, NO_PATH, 0.0, [7.0])
    below, above = levels.height(np.array([6.9, 7.1]))
    assert levels.edges[0] < below < levels.edges[1] < above < levels.edges[2]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    grid=arrays(np.float64, st.integers(1, 30), elements=st.floats(allow_nan=True, allow_infinity=True)),
    minimum=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    wanted=st.none() | st.integers(2, 30) | st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=4),
)
def test_any_numbers_give_drawable_levels(grid, minimum, wanted) -> None:
    with np.errstate(under="ignore"):
        levels = choose_levels(grid, grid[:3], minimum, wanted)
    assert (levels is None) == (not np.isfinite(grid).any())
    assert levels is None or sound(grid, levels)


def test_floor_is_known_only_while_respected() -> None:
    assert floor_of(1.0, np.array([1.0, np.nan, np.inf])) == 1.0
    assert floor_of(1.0, np.array([2.0]), np.array([0.5])) is None
    assert floor_of(None, np.array([2.0])) is None
