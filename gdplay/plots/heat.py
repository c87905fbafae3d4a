"""A heat map over two swept numbers: what the runs come to, and where they diverge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from gdplay.plots.figure import own_style
from gdplay.plots.layout import FONT_SIZE, TITLE_SIZE
from gdplay.plots.palette import COLORMAP, INK, MARKS
from gdplay.plots.scene import Values
from gdplay.plots.swept import apply_scale, edges_of
from gdplay.plots.text import shorten, wrap
from gdplay.plots.ticks import linear_ticks, log_ticks

PANEL = 4.2
LEFT, GAP, RIGHT, TOP, BELOW, LINE, HEAD = 0.85, 0.35, 1.3, 0.14, 0.95, 0.22, 0.3
MOST_PANELS = 4
SPAN = 1e12
"""Of the values from the highest, so many times are told apart."""
DIVERGED, UNKNOWN = "#8c2d04", "#ffffff"


@dataclass(frozen=True)
class HeatPicture:
    """``panels``: a name to (rows, columns), one value for each pair of ``y`` (rows,) and ``x`` (columns,).

    nan is unknown, inf diverged.
    """

    x_key: str
    y_key: str
    x: Values
    y: Values
    panels: Mapping[str, Values]
    value: str
    title: Sequence[str]


def draw_heat(picture: HeatPicture) -> Figure:
    """Draw a panel for each optimizer; a star marks the lowest value, the first of several."""
    panels = dict(list(picture.panels.items())[:MOST_PANELS])
    finite = np.concatenate([values[np.isfinite(values)] for values in panels.values()])
    norm = _norm(finite)
    width = LEFT + len(panels) * PANEL + (len(panels) - 1) * GAP + RIGHT
    with own_style():
        lines = wrap(picture.title, width - 0.5, TITLE_SIZE, 4)
        height = BELOW + PANEL + HEAD + 2 * TOP + len(lines) * LINE
        figure = Figure(figsize=(width, height), dpi=120)
        FigureCanvasAgg(figure)
        colors = matplotlib.colormaps[f"{COLORMAP}_r"].with_extremes(bad=UNKNOWN)
        ties = 0
        for index, (name, values) in enumerate(panels.items()):
            left = LEFT + index * (PANEL + GAP)
            axes = figure.add_axes((left / width, BELOW / height, PANEL / width, PANEL / height))
            apply_scale(axes, "x", picture.x)
            apply_scale(axes, "y", picture.y)
            cells = edges_of(picture.x), edges_of(picture.y)
            shown = np.where(np.isfinite(values), np.clip(values, norm.vmin, norm.vmax), np.nan)
            axes.pcolormesh(*cells, shown, cmap=colors, norm=norm, rasterized=True)
            over = np.ma.masked_where(~np.isposinf(values), np.ones_like(values))
            axes.pcolormesh(*cells, over, cmap=ListedColormap([DIVERGED]), rasterized=True)
            lowest = _lowest(values)
            ties = max(ties, len(lowest))
            for row, column in lowest[:1]:
                axes.plot(picture.x[column], picture.y[row], **MARKS["best"].style("#ffffff"))
            axes.set_title(shorten(name, PANEL, FONT_SIZE), fontsize=FONT_SIZE + 0.5, pad=4, parse_math=False)
            axes.set_xlabel(shorten(picture.x_key, PANEL, FONT_SIZE), parse_math=False)
            axes.tick_params(labelleft=index == 0)
            if index == 0:
                axes.set_ylabel(shorten(picture.y_key, PANEL, FONT_SIZE), parse_math=False)
        below = bool((finite < float(norm.vmin or 0.0)).any())
        _add_bar(figure, ScalarMappable(norm, colors), norm, picture.value, (width, height), below)
        best = "the lowest" if ties < 2 else "one of the lowest"
        entries = {best: Line2D([], [], **MARKS["best"].style("#ffffff"))}
        entries |= (
            {"diverged": Patch(facecolor=DIVERGED)}
            if any(np.isposinf(v).any() for v in panels.values())
            else {}
        )
        figure.legend(list(entries.values()), list(entries), loc="lower center", ncols=3, frameon=False,
                      bbox_to_anchor=(0.5, 0.03 / height))  # fmt: skip
        for index, line in enumerate(lines):
            at = 1 - (TOP + (index + 0.5) * LINE) / height
            figure.text(0.5, at, line, fontsize=TITLE_SIZE, ha="center", va="center", parse_math=False)
    return figure


def _norm(values: Values) -> Normalize:
    if not len(values):
        return Normalize(0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    positive = values[values > 0]
    if low >= 0 and len(positive) and high > 30 * positive.min():
        return LogNorm(max(float(positive.min()), high / SPAN), high)
    return Normalize(low, high if high > low else low + 1.0)


def _lowest(values: Values) -> list[tuple[int, int]]:
    """Return the row and column of each of the lowest finite values."""
    finite = values[np.isfinite(values)]
    found = np.argwhere(values == finite.min()) if len(finite) else np.empty((0, 2), int)
    return [(row, column) for row, column in found.tolist()]


def _add_bar(
    figure: Figure,
    colored: ScalarMappable,
    norm: Normalize,
    value: str,
    size: tuple[float, float],
    below: bool,
) -> None:
    width, height = size
    place = (1 - (RIGHT - 0.15) / width, BELOW / height, 0.16 / width, PANEL / height)
    bar = figure.add_axes(place)
    figure.colorbar(colored, cax=bar, extend="min" if below else "neither")
    assert norm.vmin is not None
    assert norm.vmax is not None
    ticks = log_ticks if isinstance(norm, LogNorm) else linear_ticks
    places, texts = ticks(float(norm.vmin), float(norm.vmax))
    bar.yaxis.set_major_locator(FixedLocator(list(places)))
    bar.yaxis.set_major_formatter(FixedFormatter(texts))
    bar.yaxis.set_minor_locator(NullLocator())
    bar.set_ylabel(shorten(value, PANEL, FONT_SIZE), color=INK, parse_math=False)
