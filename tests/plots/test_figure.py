from __future__ import annotations

import dataclasses

import matplotlib
import numpy as np
import pytest
from landscapes import BOWL, NONE, ROSENBROCK, bowl, path_of, rosenbrock, shrinking

from gdplay.errors import ConfigError
from gdplay.plots import FORMATS, PICTURES
from gdplay.plots.figure import draw_run
from gdplay.plots.save import figure_bytes
from gdplay.plots.scene import Landscape, Path, PlotOptions

SMALL = PlotOptions(resolution=15, dpi=40)
CONVERGING = path_of(shrinking((1.5, 1.0), 0.9, 40))
DIVERGING = path_of([[1, 1], [-2, 3], [50, -60], [1e9, 1e9], [np.inf, np.nan]], every=10)
HOSTILE = ["$\\undefined{x}$", "$\\frac{$ $$ $x_{1}_{2}$", "\x1b]0;x\x07 \u202e 中文", "long " * 500, "_", ""]


def legend_of(figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def titles_of(figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def draw(landscape: Landscape, *paths: Path, titles=("title",), **options):
    figure = draw_run(landscape, paths, titles, dataclasses.replace(SMALL, **options))
    figure.canvas.draw()
    return figure


def test_marks_of_a_run() -> None:
    best_before_last = path_of([[1, 1], [0.1, 0], [0.5, 0.5]])
    assert legend_of(draw(BOWL, best_before_last)) == ["gd", "start", "last", "best", "known minimum"]
    assert legend_of(draw(BOWL, CONVERGING)) == ["gd", "start", "best and last", "known minimum"]


def test_diverging_run_is_marked_where_it_leaves_and_where_it_ended() -> None:
    figure = draw(BOWL, DIVERGING)
    assert {"leaves the frame (step 20)", "diverged at step 40"} <= set(legend_of(figure))
    axes = figure.axes[0]
    # it diverged outside the frame: the cross stands in the loss panel only
    assert [line.get_marker() for line in axes.lines].count("X") == 0
    assert "X" in [line.get_marker() for line in figure.axes[1].lines]
    (out,) = [line for line in axes.lines if line.get_marker() in ("<", ">", "^", "v")]
    place, limits = np.ravel(out.get_data()), np.array([axes.get_xlim(), axes.get_ylim()])
    assert np.isclose(place[:, None], limits).any()
    assert {"<": place[0] == limits[0, 0], ">": place[0] == limits[0, 1]}.get(out.get_marker(), True)


def test_run_that_is_lost_inside_the_frame_is_marked_there() -> None:
    lost = path_of([[1, 1], [0.5, 0.5], [np.nan, np.nan]], status="diverged")
    axes = draw(BOWL, lost).axes[0]
    (cross,) = [line for line in axes.lines if line.get_marker() == "X"]
    assert np.ravel(cross.get_data()).tolist() == [0.5, 0.5]


def test_threshold_ends_a_run_as_diverged_without_inf() -> None:
    assert "diverged at step 59" in legend_of(
        draw(BOWL, path_of(shrinking((1, 1), -1.5, 60), status="diverged"))
    )


def test_loss_is_above_the_known_minimum_on_a_log_axis() -> None:
    loss = draw(BOWL, CONVERGING).axes[1]
    assert (loss.get_yscale(), loss.get_ylabel()) == ("log", "f - f*   (f* = 0)")
    assert loss.lines[0].get_ydata().tolist() == CONVERGING.f.tolist()


@pytest.mark.parametrize(
    ("values", "scale"),
    [([5, 4, 3], "log"), ([5, -4, -3], "linear"), ([1e9, 3, -2, -3, 5, 2], "symlog"), ([0, 0, 0], "linear")],
)
def test_loss_axis_fits_the_values(values: list[float], scale: str) -> None:
    path = dataclasses.replace(path_of([[1, 1]] * len(values)), f=np.array(values, dtype=float))
    loss = draw(dataclasses.replace(BOWL, minimum=None), path).axes[1]
    assert (loss.get_yscale(), loss.get_ylabel()) == (scale, "f")


def test_run_below_the_stated_minimum_shows_f() -> None:
    figure = draw(dataclasses.replace(BOWL, minimum=0.5), CONVERGING)
    assert figure.axes[1].get_ylabel() == "f"
    assert figure.axes[2].get_ylabel() == "f - min shown"


def test_reaching_the_minimum_exactly_is_marked_on_the_log_axis() -> None:
    figure = draw(BOWL, path_of([[1, 1], [0.5, 0.5], [0, 0]]))
    loss = figure.axes[1]
    assert "f = f*" in legend_of(figure)
    assert loss.lines[0].get_ydata()[-1] == loss.get_ylim()[0]


def test_one_variable_is_a_curve() -> None:
    landscape = Landscape(bowl, ("w",), np.zeros((1, 1)), 0.0)
    figure = draw(landscape, path_of(shrinking((1.5,), 0.8, 20)))
    curve, loss = figure.axes
    assert (curve.get_xlabel(), curve.get_ylabel(), loss.get_xlabel()) == ("w", "f", "step")
    assert np.allclose(curve.lines[0].get_ydata(), curve.lines[0].get_xdata() ** 2)


def test_steep_curve_gets_a_log_axis() -> None:
    landscape = Landscape(lambda x: np.exp(x[0] ** 2) - 1, ("x",), np.zeros((1, 1)), 0.0, ((-6, 6),))
    assert draw(landscape, path_of([[5.0], [0.1]], landscape.f)).axes[0].get_yscale() == "log"


def test_more_variables_are_cut_through_the_best_point() -> None:
    seen: list[np.ndarray] = []

    def f(x: np.ndarray) -> np.ndarray:
        seen.append(x)
        return bowl(x)

    landscape = Landscape(f, tuple(f"x[{k}]" for k in range(5)), np.zeros((1, 5)), 0.0)
    path = path_of([[1, 2, 3, 4, 5], [0.1, 0.2, 0.3, 0.4, 0.5], [1, 1, 1, 1, 1]])
    figure = draw(landscape, path, variables=(1, 3))
    assert titles_of(figure)[-1] == "x[1] and x[3] shown, the others at the best point"
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("x[1]", "x[3]")
    points = np.concatenate(seen, axis=1)
    assert np.unique(points[[0, 2, 4]], axis=1).ravel().tolist() == [0.1, 0.3, 0.5]
    assert len(np.unique(points[1])) == 15


def test_region_that_is_not_finite_is_named() -> None:
    landscape = Landscape(lambda x: np.where(x[0] > 0, bowl(x), np.nan), ("x", "y"), NONE)
    assert "f is not finite" in legend_of(draw(landscape, path_of([[0.02, 1], [1, 2]])))


def test_several_paths_have_their_own_colours_and_labels() -> None:
    paths = [dataclasses.replace(CONVERGING, label=name) for name in ("a", "b", "c")]
    figure = draw(BOWL, *paths, DIVERGING)
    assert {"a", "b", "c", "gd", "diverged"} <= set(legend_of(figure))
    assert len({line.get_color() for line in figure.axes[1].lines if len(line.get_xdata()) > 1}) == 4
    assert figure.axes[1].get_ylim()[1] < 1e6


@pytest.mark.sampled(3)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_the_user_is_never_parsed(text: str, format: str) -> None:
    landscape = dataclasses.replace(ROSENBROCK, coordinates=(text, text + "2"))
    path = path_of([[-1.5, 2], [-1.4, 2]], rosenbrock, label=text)
    figure = draw_run(landscape, [path], [text, text], SMALL)
    assert len(figure_bytes(figure, format)) > 1000


def test_title_shows_dollars_and_escapes_and_ends_in_an_ellipsis() -> None:
    shown = titles_of(draw(BOWL, CONVERGING, titles=[*HOSTILE[:3], "many words " * 200]))
    assert shown[:3] == [HOSTILE[0], HOSTILE[1], "\\x1b]0;x\\x07 \\u202e \\u4e2d\\u6587"]
    assert len(shown) == 4
    assert shown[-1].endswith("…")
    assert len(titles_of(draw(BOWL, CONVERGING, title="mine"))) == 1


def test_title_option_replaces_the_first_line() -> None:
    assert titles_of(draw(BOWL, CONVERGING, titles=["a", "b"], title="mine")) == ["mine", "b"]


@pytest.mark.parametrize("format", FORMATS)
def test_same_picture_same_bytes(format: str) -> None:
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": None}):
        content = figure_bytes(draw_run(BOWL, [DIVERGING], ["t"], SMALL), format)
    assert content == figure_bytes(draw_run(BOWL, [DIVERGING], ["t"], SMALL), format)
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[format])


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ConfigError, match="write one of png, svg, pdf"):
        figure_bytes(draw(BOWL, CONVERGING), "gif")


BAD = [
    ({"x": (1.0, 1.0)}, "plot.x: [1, 1] is no range"),
    ({"y": (0.0, np.inf)}, "plot.y"),
    ({"variables": (0, 0)}, "plot.variables"),
    ({"variables": (0, 2)}, "plot.variables"),
    ({"levels": 1}, "plot.levels: 1 is out of range; write 2 to 500"),
    ({"levels": []}, "plot.levels"),
    ({"levels": [np.nan]}, "plot.levels"),
    ({"resolution": 10**7}, "plot.resolution"),
    ({"size": (70_000.0, 5.0)}, "plot.size"),
    ({"dpi": 1e8}, "plot.dpi"),
    ({"size": (100.0, 100.0), "dpi": 2000.0}, "200000 x 200000 pixels"),
    ({"colormap": "virids"}, "did you mean viridis"),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_options_that_cannot_be_drawn_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        draw(BOWL, CONVERGING, **options)
    assert message in str(refused.value)


def test_options_are_obeyed() -> None:
    figure = draw(BOWL, CONVERGING, x=(-9.0, 8.0), y=(-7.0, 6.0), size=(4.0, 3.0), levels=[1.0, 2.0, 30.0])
    assert (figure.axes[0].get_xlim(), figure.axes[0].get_ylim()) == ((-9.0, 8.0), (-7.0, 6.0))
    assert figure.get_size_inches().tolist() == [4.0, 3.0]
    assert [tick.get_text() for tick in figure.axes[2].get_yticklabels()] == ["1", "2", "30"]


NASTY = {
    "constant": lambda x: 0 * x[0] + 3,
    "nan": lambda x: x[0] * np.nan,
    "inf": lambda x: np.full(x.shape[1], np.inf),
    "huge": lambda x: 1e308 * np.tanh(x[0]),
    "tiny": lambda x: 1e-300 * x[0] ** 2,
    "denormal": lambda x: 5e-324 * np.round(abs(x[0])),
    "half inf": lambda x: np.where(x[0] > 0, np.inf, x[0] ** 2),
    "jump": lambda x: np.sign(x[0]) * 1e5,
    "linear": lambda x: x.sum(axis=0),
    "unbounded": lambda x: -np.exp(np.minimum(x[0] ** 2, 700)),
    "rounding": lambda x: 1 + 1e-15 * np.sin(1e3 * x[0]),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("variables", [1, 2])
def test_nasty_landscapes_are_drawn(name: str, variables: int) -> None:
    landscape = Landscape(NASTY[name], ("x", "y")[:variables], np.zeros((1, variables)), 0.0)
    points = np.array([[1, 2], [-3, 1], [1e20, -1e200], [np.nan, 0]])[:, :variables]
    figure = draw(landscape, path_of(points, landscape.f))
    assert np.isfinite([axes.get_position().bounds for axes in figure.axes]).all()
    assert "start" in legend_of(figure) or name in ("nan", "inf", "half inf")


def test_table_of_pictures_loads() -> None:
    assert PICTURES["trajectory"].load() is draw_run


def test_labels_that_the_legend_could_confuse_are_numbered() -> None:
    paths = [dataclasses.replace(CONVERGING, label=label) for label in ("adam", "adam", "start", "")]
    shown = legend_of(draw(BOWL, *paths))
    assert {"adam", "adam (2)", "start (3)", "path (4)", "start"} <= set(shown)


def test_legend_and_title_stay_within_the_figure() -> None:
    figure = draw(
        BOWL, *[dataclasses.replace(DIVERGING, label="W" * k) for k in range(1, 60, 7)], titles=HOSTILE
    )
    width, height = figure.canvas.get_width_height()
    for artist in [*figure.texts, *figure.legends]:
        box = artist.get_window_extent()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height
    lowest = min(axes.get_tightbbox().y0 for axes in figure.axes)
    assert figure.legends[0].get_window_extent().y1 <= lowest + 1


def test_legend_of_many_paths_says_how_many_it_leaves_out() -> None:
    paths = [dataclasses.replace(CONVERGING, label=f"run {k}") for k in range(30)]
    assert "and 10 more" in legend_of(draw(BOWL, *paths))
