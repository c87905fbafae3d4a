"""What runs come to against a swept number: a line for each optimizer, bands over starts and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from gdplay.plots.axis import choose_axis
from gdplay.plots.figure import own_style
from gdplay.plots.layout import FONT_SIZE, TITLE_SIZE, columns_for
from gdplay.plots.palette import COLORS, NEUTRAL, REACHED
from gdplay.plots.scene import Values
from gdplay.plots.swept import apply_scale, edges_of
from gdplay.plots.text import shorten, wrap
from gdplay.plots.text import width as text_width
from gdplay.plots.ticks import number_text

PANEL, HEIGHT = 4.6, 4.6
LEFT, GAP, RIGHT, TOP, BELOW, LINE = 0.85, 0.75, 0.25, 0.14, 0.62, 0.22
ROW = 0.22
SHAPES = "osD^vP*X"
DASHES = ("-", (0, (4, 1.5)))
"""Of lines with the same colour: the first seven, the next seven."""

SMALLEST = 1e-30
"""Values below it are as good as 0, and stand at the bottom of a logarithmic axis."""

BAND = 0.16
MANY = 25
"""So many places on a line have small marks."""

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
    lines = picture.lines
    names = list(lines[0].values)
    width = LEFT + len(names) * PANEL + (len(names) - 1) * GAP + RIGHT
    with own_style():
        title = wrap(picture.title, width - 2 * RIGHT, TITLE_SIZE, 4)
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
        found[shorten(line.label, 4.6, FONT_SIZE)] = Line2D([], [], markersize=5, **_look(index))
    if picture.banded:
        found["middle half of the runs"] = Patch(facecolor="#808080", alpha=BAND * 2)
    if any((line.diverged > 0.5).any() for line in lines):
        found["most runs diverge"] = Patch(facecolor="#d9d9d9", hatch="///", edgecolor="#9a9a9a")
    left, right = _frame(lines)
    for index, line in enumerate(lines):
        if line.limit is not None and left <= line.limit <= right:
            look = {"color": _look(index)["color"], "linestyle": "--"}
            found[shorten(line.limit_text, 4.6, FONT_SIZE)] = Line2D([], [], **look)
    if any(len(_at_floor(line, values)) for line in lines for values in line.values.values()):
        found[f"0, or below {number_text(SMALLEST)}"] = Line2D([], [], **REACHED.style(NEUTRAL))
    return found


def _look(index: int) -> dict[str, Any]:
    """Return how one of several lines is drawn."""
    dashes = DASHES[index // len(COLORS) % len(DASHES)]
    return {
        "color": COLORS[index % len(COLORS)],
        "marker": SHAPES[index % len(SHAPES)],
        "linestyle": dashes,
    }


def _frame(lines: Sequence[RateLine]) -> tuple[float, float]:
    """Return the ends of the horizontal axis."""
    edges = edges_of(_places(lines))
    return float(edges[0]), float(edges[-1])


def _places(lines: Sequence[RateLine]) -> Values:
    return np.unique(np.concatenate([line.at for line in lines]))


def _shown(line: RateLine, values: Values) -> Values:
    """Return what is drawn of a line's values: what is as good as 0 is 0, and where it diverges nothing."""
    flat = np.where(np.abs(values) < SMALLEST, 0.0, values)
    return np.where(line.diverged > 0.5, np.nan, flat)


def _at_floor(line: RateLine, values: Values) -> Values:
    """Return the places where a median is 0."""
    return line.at[_shown(line, values)[1] == 0]


def _draw_panel(axes: Axes, picture: RatePicture, lines: Sequence[RateLine], name: str) -> None:
    shown = [_shown(line, line.values[name]) for line in lines]
    # a band may reach up to where single runs blow up; the axis is that of the medians
    everything = np.concatenate([values[:2].ravel() for values in shown])
    everything = everything[np.isfinite(everything)]
    axis = choose_axis(everything, never_negative=bool((everything >= 0).all()), log_from=30.0)
    axis.apply(axes)
    strips = [line for line in lines if len(lines) > 1 and (line.diverged > 0.5).any()]
    _leave_room(axes, len(strips) * STRIP)
    apply_scale(axes, "x", _places(lines))
    axes.set_xlabel(shorten(picture.key, PANEL, FONT_SIZE), parse_math=False)
    axes.set_ylabel(shorten(picture.names.get(name, name), HEIGHT, FONT_SIZE), parse_math=False)
    axes.grid(True, color="#e3e3e3", linewidth=0.6)
    axes.set_axisbelow(True)
    left, right = _frame(lines)
    for index, (line, values) in enumerate(zip(lines, shown, strict=True)):
        look = _look(index)
        low, middle, high = (axis.bound(row) for row in values)
        if picture.banded:
            axes.fill_between(line.at, low, high, color=look["color"], alpha=BAND, linewidth=0, zorder=2)
        size = 3 if len(line.at) > MANY else 5
        axes.plot(line.at, middle, markersize=size, linewidth=1.4, zorder=3, **look)
        if axis.scale == "log":
            zeros = _at_floor(line, line.values[name])
            axes.plot(zeros, np.full(len(zeros), axis.low), clip_on=False, **REACHED.style(look["color"]))
        if line.limit is not None and left <= line.limit <= right:
            axes.axvline(line.limit, color=look["color"], linestyle="--", linewidth=1.2, zorder=2.5)
        strip = next((k for k, other in enumerate(strips) if other is line), None)
        _shade(axes, line, strip, look["color"])


def _leave_room(axes: Axes, part: float) -> None:
    """Raise the upper border by a part of the panel's height, on any scale."""
    above = axes.transAxes.transform((0.0, 1.0 + part / (1.0 - part)))
    axes.set_ylim(top=float(axes.transData.inverted().transform(above)[1]))


def _shade(axes: Axes, line: RateLine, strip: int | None, color: str) -> None:
    """Shade where most runs diverge: a strip of the panel, or where there is none for the line the panel."""
    edges = edges_of(line.at)
    bad = line.diverged > 0.5
    for k in np.flatnonzero(bad & ~np.append(False, bad[:-1])):
        end = k + int(np.argmin(bad[k:])) if not bad[k:].all() else len(bad)
        span = (edges[k], edges[end])
        if strip is None:
            axes.axvspan(*span, facecolor="#d9d9d9", hatch="///", edgecolor="#9a9a9a", linewidth=0, zorder=1)
        else:
            top = 1 - (strip + 0.2) * STRIP
            axes.axvspan(*span, top - 0.6 * STRIP, top, facecolor=color, hatch="///", edgecolor="#ffffff",
                         linewidth=0, alpha=0.75, zorder=4)  # fmt: skip
