"""The picture of a map: what is in it is in its legend, and the other way round."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdplay.plots.field import FieldPicture, Theory, draw_basins, draw_outcomes
from gdplay.plots.offset import offset_ticks, shifted
from gdplay.plots.panel import Paper, Sides
from gdplay.plots.shades import BASINS

WORDS = ("not run", "arrived", "unfinished", "diverged", "f undefined at the start")


def picture(outcome: Any, sides: Sides | None = None, paper: Paper | None = None) -> FieldPicture:
    codes = np.array(outcome, dtype=np.int8)
    steps = np.arange(1, codes.size + 1, dtype=np.int32).reshape(codes.shape)
    sides = sides or Sides((0, 1), (0, 1), (False, False), ("x", "y"))
    return FieldPicture(sides, codes, steps, steps / 7.0, WORDS, ["f", "gd"], paper or Paper())


def legend_of(figure: Any) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def pixels_of(figure: Any) -> np.ndarray:
    return np.asarray(figure.axes[0].images[0].get_array())


@pytest.mark.parametrize("code", range(5))
def test_the_legend_has_the_outcomes_that_there_are(code: int) -> None:
    codes = np.full((4, 4), code)
    reached = np.where(codes == 1, 0, -1).astype(np.int16)
    said = legend_of(draw_basins(picture(codes), reached, np.empty((0, 2)), ["(1, 2)"]))
    others = {WORDS[k] for k in (0, 2, 3, 4)}
    assert others & set(said) == ({WORDS[code]} & others)
    assert ("(1, 2) (100 %)" in said) == (code == 1)
    named = " ".join(legend_of(draw_outcomes(picture(codes))))
    assert [word for word in ("not run", "unfinished", "f undefined") if word in named] == (
        [] if code in (1, 3) else [{0: "not run", 2: "unfinished", 4: "f undefined"}[code]]
    )


def test_undefined_is_hatched_and_all_else_covers_the_hatch() -> None:
    codes = [[4, 1], [3, 0]]
    alpha = pixels_of(draw_outcomes(picture(codes)))[..., 3]
    assert alpha.tolist() == [[0, 255], [255, 255]]


def test_a_place_keeps_its_colour_when_less_of_its_basin_is_shown() -> None:
    names, none = ["a", "b"], np.empty((0, 2))
    seen = []
    for reached in ([[0, 0], [0, 1]], [[1, 1], [1, 0]]):
        numbers = np.array(reached, dtype=np.int16)
        figure = draw_basins(picture(np.ones((2, 2))), numbers, none, names)
        image = pixels_of(figure)[..., :3]
        seen.append([image[numbers == k].max(axis=0) for k in range(2)])
        assert legend_of(figure)[0] == f"{names[reached[0][0]]} (75 %)"
    hue = [[color / color.max() for color in colors] for colors in seen]
    assert np.allclose(hue[0], hue[1], atol=0.01)
    assert len(names) <= len(BASINS)


def test_places_without_a_name_are_said() -> None:
    reached = np.arange(16, dtype=np.int16).reshape(4, 4)
    names = [f"place {k}" for k in range(16)]
    said = legend_of(draw_basins(picture(np.ones((4, 4))), reached, np.empty((0, 2)), names))
    assert "4 more places, each in a colour" in said
    assert len([text for text in said if text.startswith("place")]) == 12
    lost = draw_basins(picture(np.ones((4, 4))), np.full((4, 4), -1, np.int16), np.empty((0, 2)), ["a"])
    assert "too many places to tell apart" in legend_of(lost)


def test_the_numbers_of_steps_are_those_of_the_shades() -> None:
    codes = np.ones((10, 10))
    figure = draw_basins(picture(codes), np.zeros((10, 10), np.int16), np.empty((0, 2)), ["a"])
    (said,) = [text for text in legend_of(figure) if text.startswith("steps")]
    assert said == "steps: bright up to 3, dark from 98"
    brightness = pixels_of(figure)[..., 2].ravel()
    assert (brightness[:3] == brightness[0]).all()
    assert (brightness[97:] == brightness[99]).all()
    assert (np.diff(brightness[2:98].astype(int)) <= 0).all()
    assert brightness[0] > 1.3 * brightness[99]


def test_theorys_line_is_in_the_legend_where_it_is_in_the_panel() -> None:
    inside, outside = (Theory(np.array([x, x]), np.array([0.0, 1.0]), "2/L") for x in (0.5, 1.5))
    drawn = draw_outcomes(picture([[1, 3]]), inside)
    assert (legend_of(drawn), len(drawn.axes[1].lines)) == (["2/L"], 1)
    left = draw_outcomes(picture([[1, 3]]), outside)
    assert (legend_of(left), len(left.axes[1].lines)) == ([], 0)


@pytest.mark.parametrize("depth", [1e3, 1e6, 1e10, 1e13])
@pytest.mark.parametrize("middle", [-0.27, 3.2, 12345.678])
@pytest.mark.parametrize("log", [False, True])
def test_ticks_of_a_deep_zoom_are_short_and_true(middle: float, depth: float, log: bool) -> None:
    low, high = abs(middle) * (1 - 5 / depth), abs(middle) * (1 + 5 / depth)
    (places, texts), offset = offset_ticks(low, high, log)
    assert max(map(len, texts)) <= 8
    assert 2 <= len(texts) == len(set(texts))
    assert [float(text) + offset for text in texts] == pytest.approx(places, abs=(high - low) / 50)
    assert len(shifted("y", offset)) < 25


@pytest.mark.parametrize("depth", [1.0, 1e6, 1e10])
def test_nothing_is_cut_at_the_left(depth: float) -> None:
    ends = -0.92 - 1 / depth, -0.92 + 1 / depth
    figure = draw_outcomes(picture([[1, 3]], Sides(ends, ends, (False, False), ("a", "momentum"))))
    figure.canvas.draw()
    axis = figure.axes[1].yaxis
    assert axis.label.get_window_extent().x0 > 0
    assert min(label.get_window_extent().x0 for label in axis.get_ticklabels()) > 0


def test_the_panel_has_the_shape_that_is_asked_for() -> None:
    box = draw_outcomes(picture([[1, 3]], paper=Paper(aspect=0.5))).axes[1].get_window_extent()
    assert box.height / box.width == pytest.approx(0.5)


def test_a_size_and_a_resolution_are_kept_to() -> None:
    figure = draw_outcomes(picture([[1, 3]], paper=Paper(size=(7, 4), dpi=50)))
    assert (figure.get_size_inches().tolist(), figure.dpi) == ([7, 4], 50)
    for axes in figure.axes[1:]:
        assert 0 < axes.get_position().x0 < axes.get_position().x1 < 1
        assert 0 < axes.get_position().y0 < axes.get_position().y1 < 1
