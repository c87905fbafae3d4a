"""What runs come to against a swept number: a line for each optimizer, bands over starts and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from gdplay.plots.axis import choose_axis
from gdplay.plots.figure import own_style
from gdplay.plots.layout import FONT_SIZE, TITLE_SIZE, columns_for
from gdplay.plots.palette import COLORS
from gdplay.plots.scene import Values
from gdplay.plots.swept import apply_scale, edges_of
from gdplay.plots.text import shorten, wrap
from gdplay.plots.text import width as text_width

PANEL, HEIGHT = 4.6, 4.6
LEFT, GAP, RIGHT, TOP, BELOW, LINE = 0.85, 0.75, 0.25, 0.14, 0.62, 0.22
ROW = 0.22
SHAPES = "osD^vP*X"
MOST_LINES = 7
BAND = 0.16
STRIP = 0.028
"""Of a panel's height: a row that tells where one of several lines diverges."""


@dataclass(frozen=True)
class RateLine:
    """Runs that differ in one swept number, and in what the band is over.

    ``values``: a quantity's name to (3, k), the lower quartile, the median and the upper one; nan
    where nothing is known. ``diverged``: (k,), the share of runs that diverged. ``limit``: up to
    where theory says that steps are stable, with the words for it.
    """

    label: str
    at: Values
    values: Mapping[str, Values]
    diverged: Values
    limit: float | None = None
    limit_text: str = ""


@dataclass(frozen=True)
class RatePicture:
    """All lines over one swept number, and what their values are called."""

    key: str
    lines: Sequence[RateLine]
    title: Sequence[str]
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    banded: bool = False


def draw_rates(picture: RatePicture) -> Figure:
    """Draw a panel for each quantity; where most runs of a line diverged, the line ends."""
    lines = list(picture.lines)[:MOST_LINES]
    names = list(lines[0].values)
    width = LEFT + len(names) * PANEL + (len(names) - 1) * GAP + RIGHT
    with own_style():
        title = wrap(picture.title, width - 2 * RIGHT, TITLE_SIZE, 3)
        entries = _entries(picture, lines)
        columns = columns_for([text_width(label, FONT_SIZE) for label in entries], width - 2 * RIGHT)
        rows = -(-len(entries) // columns)
        bottom = BELOW + rows * ROW
        height = HEIGHT + bottom + 2 * TOP + len(title) * LINE
        figure = Figure(figsize=(width, height), dpi=120)
        FigureCanvasAgg(figure)
        for index, name in enumerate(names):
            left = LEFT + index * (PANEL + GAP)
            axes = figure.add_axes((left / width, bottom / height, PANEL / width, HEIGHT / height))
            _draw_panel(axes, picture, lines, name)
        for index, line in enumerate(title):
            at = 1 - (TOP + (index + 0.5) * LINE) / height
            figure.text(0.5, at, line, fontsize=TITLE_SIZE, ha="center", va="center", parse_math=False)
        legend = figure.legend(
            list(entries.values()), list(entries), loc="lower center", ncols=columns,
            frameon=False, bbox_to_anchor=(0.5, 0.02 / height), columnspacing=1.6, labelspacing=0.3,
        )  # fmt: skip
        for text in legend.get_texts():
            text.set_parse_math(False)
    return figure


def _entries(picture: RatePicture, lines: Sequence[RateLine]) -> dict[str, Line2D | Patch]:
    found: dict[str, Line2D | Patch] = {}
    for index, line in enumerate(lines):
        label = shorten(line.label or "median" if picture.banded else line.label or "value", 2.4, FONT_SIZE)
        color = COLORS[index % len(COLORS)]
        found[label] = Line2D([], [], color=color, marker=SHAPES[index % len(SHAPES)], markersize=5)
    if picture.banded:
        found["middle half of the runs"] = Patch(facecolor="#808080", alpha=BAND * 2)
    if any((line.diverged > 0.5).any() for line in lines):
        found["most runs diverge"] = Patch(facecolor="#d9d9d9", hatch="///", edgecolor="#9a9a9a")
    for line, color in zip(lines, COLORS * 2, strict=False):
        if line.limit is not None:
            found[shorten(line.limit_text, 4.6, FONT_SIZE)] = Line2D([], [], color=color, linestyle="--")
    return found


def _draw_panel(axes: Axes, picture: RatePicture, lines: Sequence[RateLine], name: str) -> None:
    shown = [np.where(line.diverged > 0.5, np.nan, line.values[name]) for line in lines]
    # a band may reach up to where single runs blow up; the axis is that of the medians
    everything = np.concatenate([values[:2].ravel() for values in shown])
    everything = everything[np.isfinite(everything)]
    axis = choose_axis(everything, never_negative=bool((everything >= 0).all()), log_from=30.0)
    axis.apply(axes)
    at = np.unique(np.concatenate([line.at for line in lines]))
    apply_scale(axes, "x", at)
    axes.set_xlabel(shorten(picture.key, PANEL, FONT_SIZE), parse_math=False)
    axes.set_ylabel(shorten(picture.names.get(name, name), HEIGHT, FONT_SIZE), parse_math=False)
    axes.grid(True, color="#e3e3e3", linewidth=0.6)
    axes.set_axisbelow(True)
    for index, (line, values) in enumerate(zip(lines, shown, strict=True)):
        color, shape = COLORS[index % len(COLORS)], SHAPES[index % len(SHAPES)]
        low, middle, high = (axis.bound(row) for row in values)
        if picture.banded:
            axes.fill_between(line.at, low, high, color=color, alpha=BAND, linewidth=0, zorder=2)
        many = len(line.at) > 25
        axes.plot(
            line.at, middle, color=color, marker=shape, markersize=3 if many else 5, linewidth=1.4, zorder=3
        )
        if line.limit is not None and at[0] <= line.limit <= at[-1]:
            axes.axvline(line.limit, color=color, linestyle="--", linewidth=1.2, zorder=2.5)
        _shade(axes, line, index, len(lines), color)


def _shade(axes: Axes, line: RateLine, index: int, count: int, color: str) -> None:
    """Shade where most runs diverge: the panel for a single line, else a row of it for each line."""
    edges = edges_of(line.at)
    bad = line.diverged > 0.5
    for k in np.flatnonzero(bad & ~np.append(False, bad[:-1])):
        end = k + int(np.argmin(bad[k:])) if not bad[k:].all() else len(bad)
        span = (edges[k], edges[end])
        if count == 1:
            axes.axvspan(*span, facecolor="#d9d9d9", hatch="///", edgecolor="#9a9a9a", linewidth=0, zorder=1)
        else:
            top = 1 - (index + 0.2) * STRIP
            axes.axvspan(*span, top - 0.6 * STRIP, top, facecolor=color, hatch="///", edgecolor="#ffffff",
                         linewidth=0, alpha=0.75, zorder=4)  # fmt: skip
