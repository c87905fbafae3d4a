from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gdplay.plots.polyline import clip_path, place_arrows, thin_curve, thin_path

UNIT = np.array([[0.0, 1.0], [0.0, 1.0]])


def test_path_that_leaves_ends_on_the_border() -> None:
    seen = clip_path(np.array([[0.5, 0.5], [0.5, 0.7], [2.5, 0.7], [9.0, 9.0]]), UNIT)
    assert seen.exits.tolist() == [[1.0, 0.7]]
    assert seen.exit_rows.tolist() == [1]
    assert seen.points[:3].tolist() == [[0.5, 0.5], [0.5, 0.7], [1.0, 0.7]]


def test_path_that_returns_has_a_break_between() -> None:
    seen = clip_path(np.array([[0.5, 0.5], [1.5, 0.5], [1.5, 0.9], [0.5, 0.9]]), UNIT)
    breaks = np.isnan(seen.points[:, 0])
    assert breaks.tolist() == [False, False, True, False, False]
    assert seen.points[3:].tolist() == [[1.0, 0.9], [0.5, 0.9]]


def test_segment_across_the_frame_is_drawn_though_both_ends_are_outside() -> None:
    seen = clip_path(np.array([[-1.0, 0.5], [2.0, 0.5]]), UNIT)
    assert np.allclose(seen.points[:2], [[0.0, 0.5], [1.0, 0.5]])


def test_start_on_the_border_that_goes_out_is_an_exit() -> None:
    seen = clip_path(np.array([[1.0, 0.5], [2.0, 0.5]]), UNIT)
    assert seen.exits.tolist() == [[1.0, 0.5]]


def test_path_outside_is_not_drawn() -> None:
    assert not len(clip_path(np.array([[2.0, 2.0], [3.0, 2.0]]), UNIT).points)
    assert not len(clip_path(np.array([[2.0, 2.0]]), UNIT).points)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(arrays(np.float64, st.tuples(st.integers(1, 12), st.just(2)), elements=st.floats(-1.7e308, 1.7e308)))
def test_what_is_drawn_lies_in_the_frame(points: np.ndarray) -> None:
    with np.errstate(under="ignore"):
        seen = clip_path(points, UNIT)
    drawn = seen.points[~np.isnan(seen.points[:, 0])]
    assert ((drawn >= -1e-9) & (drawn <= 1 + 1e-9)).all() or np.abs(points).max() > 1e5
    assert ((seen.exits >= 0) & (seen.exits <= 1)).all()


def test_thinning_keeps_ends_and_extremes() -> None:
    points = np.random.default_rng(1).uniform(0.2, 0.8, (100_000, 2))
    points[31_234], points[70_001] = (0.99, 0.5), (0.5, 0.01)
    thin = {tuple(point) for point in thin_path(points, UNIT)}
    assert len(thin) <= 2100
    assert {tuple(points[row]) for row in (0, -1, 31_234, 70_001)} <= thin


def test_thinning_drops_what_stands_still_and_keeps_breaks() -> None:
    still = np.full((5000, 2), 0.5)
    points = np.concatenate([still, [[np.nan, np.nan]], still + 0.25])
    thin = thin_path(points, UNIT)
    assert len(thin) < 10
    assert np.isnan(thin[:, 0]).sum() == 1


def test_thinning_leaves_a_short_path_alone() -> None:
    points = np.array([[0.0, 0.0], [0.5, 0.1], [1.0, 1.0]])
    assert thin_path(points, UNIT).tolist() == points.tolist()


def test_spikes_of_a_curve_survive() -> None:
    values = np.sin(np.arange(1_000_000) / 1e5)
    values[123_456], values[654_321] = 50.0, -50.0
    rows = thin_curve(values)
    assert len(rows) <= 2100
    assert {0, 123_456, 654_321, 999_999} <= set(rows.tolist())


def test_arrows_point_along_the_path() -> None:
    places, directions = place_arrows(np.array([[0.0, 0.0], [400.0, 0.0]]), 10.0)
    assert 6 <= len(places) <= 10
    assert np.allclose(directions, [1.0, 0.0])
    assert np.diff(places[:, 0]).min() > 20


def test_no_arrow_where_the_path_has_no_direction() -> None:
    zigzag = np.column_stack([np.arange(300) * 0.01, np.arange(300) % 2 * 3.0])
    assert not len(place_arrows(zigzag, 10.0)[0])
    assert not len(place_arrows(np.array([[0.0, 0.0], [5.0, 0.0]]), 10.0)[0])
