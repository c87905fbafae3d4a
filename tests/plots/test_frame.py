from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from landscapes import BOWL, NONE, ROSENBROCK, bowl, path_of, rosenbrock, shrinking

from gdplay.plots.frame import choose_frame
from gdplay.plots.scene import Landscape, Path, PlotOptions
from gdplay.plots.section import choose_section


def frame_of(landscape: Landscape, *paths: Path, ranges=()) -> np.ndarray:
    return choose_frame(choose_section(landscape, paths, PlotOptions()), paths, ranges)


def holds(frame: np.ndarray, *points: tuple[float, float]) -> bool:
    return bool(((np.array(points) > frame[:, 0]) & (np.array(points) < frame[:, 1])).all())


def test_start_path_and_minimum_are_in_the_picture() -> None:
    path = path_of(np.linspace([-1.5, 2.0], [-1.2, 1.5], 50), rosenbrock)
    frame = frame_of(ROSENBROCK, path)
    assert holds(frame, (-1.5, 2.0), (-1.2, 1.5), (1.0, 1.0))
    assert (frame[:, 1] - frame[:, 0] < 5).all()


def test_far_minimum_does_not_shrink_the_path() -> None:
    landscape = replace(BOWL, minima=np.array([[1e6, 0.0]]))
    assert not holds(frame_of(landscape, path_of([[1, 1], [2, 1]])), (1e6, 0.0))


@pytest.mark.parametrize("ratio", [1.3, -1.1, -5.0, 1e6])
def test_diverging_path_keeps_its_beginning_readable(ratio: float) -> None:
    path = path_of(shrinking((1.0, 0.5), ratio, 60), status="diverged")
    frame = frame_of(BOWL, path)
    assert holds(frame, (1.0, 0.5), (0.0, 0.0))
    assert (frame[:, 1] - frame[:, 0] < 12).all()


def test_overshoot_does_not_rule_the_frame() -> None:
    points = np.concatenate([[[1.0, 1.0], [1e5, -1e5]], shrinking((1.0, 1.0), 0.9, 200)])
    frame = frame_of(BOWL, path_of(points))
    assert (frame[:, 1] - frame[:, 0] < 20).all()


def test_domain_is_the_frame() -> None:
    landscape = replace(BOWL, domain=((-2.0, 2.0), (-1.0, 3.0)))
    assert frame_of(landscape, path_of(shrinking((1.5, 1.0), 0.9, 50))).tolist() == [[-2.0, 2.0], [-1.0, 3.0]]


def test_path_may_pull_the_frame_a_little_beyond_the_domain() -> None:
    landscape = replace(BOWL, domain=((-2.0, 2.0), (-2.0, 2.0)))
    frame = frame_of(landscape, path_of([[1.0, 1.0], [2.5, 0.0], [40.0, 0.0], [0.0, 0.0]]))
    assert holds(frame, (2.5, 0.0))
    assert frame[0, 1] < 4


def test_path_too_small_for_its_domain_is_shown_closer() -> None:
    landscape = replace(BOWL, domain=((-500.0, 500.0), (-500.0, 500.0)))
    frame = frame_of(landscape, path_of(shrinking((1.0, 1.0), 0.9, 50)))
    assert (frame[:, 1] - frame[:, 0] < 5).all()


def test_ranges_of_the_user_are_kept() -> None:
    frame = frame_of(BOWL, path_of([[1, 1], [0, 0]]), ranges=((-7.0, 9.0), None))
    assert frame[0].tolist() == [-7.0, 9.0]
    assert holds(frame[1:], (1.0,), (0.0,))


def test_run_along_one_coordinate_has_height() -> None:
    frame = frame_of(BOWL, path_of(np.linspace([1.0, 0.0], [0.0, 0.0], 20)))
    assert frame[1, 1] - frame[1, 0] >= 0.25


EXTREME = [
    [[0, 0]],
    [[1e15, 1e15], [1e15 + 0.25, 1e15]],
    [[1e-300, 0], [2e-300, 0]],
    [[1.7e308, -1.7e308], [-1.7e308, 1.7e308]],
    [[np.nan, 1.0]],
    [[1, 1], [1e200, -1e308], [np.inf, np.nan]],
]


@pytest.mark.parametrize("points", EXTREME)
def test_frame_has_a_finite_width_whatever_the_path(points: list[list[float]]) -> None:
    frame = frame_of(Landscape(bowl, ("x", "y"), NONE), path_of(points))
    grid = np.linspace(frame[:, 0], frame[:, 1], 50)
    assert np.isfinite(grid).all()
    assert (np.diff(grid, axis=0) > 0).all()


def test_run_that_wanders_above_its_start_is_seen_whole() -> None:
    points = np.cumsum(np.random.default_rng(0).normal(0, 0.1, (2000, 2)), axis=0)
    frame = frame_of(BOWL, path_of(points))
    inside = ((points > frame[:, 0]) & (points < frame[:, 1])).all(axis=1)
    assert inside.mean() > 0.95


def test_run_that_still_accelerates_is_seen_from_its_beginning() -> None:
    landscape = Landscape(lambda x: -bowl(x), ("x", "y"), NONE)
    frame = frame_of(landscape, path_of(shrinking((1.0, 0.5), 1.2, 100), landscape.f))
    assert (frame[:, 1] - frame[:, 0] < 12).all()
