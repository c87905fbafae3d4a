"""Scheduled settings against the step, one panel each, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gdplay.plots.axis import choose_axis
from gdplay.plots.figure import own_style
from gdplay.plots.layout import TITLE_SIZE
from gdplay.plots.palette import COLORS
from gdplay.plots.polyline import thin_curve
from gdplay.plots.scene import Values
from gdplay.plots.text import shorten, wrap

WIDTH, PANEL, GAP = 8.0, 2.7, 0.18
LEFT, RIGHT, BELOW, TOP, LINE = 0.95, 0.25, 0.55, 0.16, 0.22
TITLE_LINES = 4
FEW = 60
"""Up to so many steps each has a mark of its own."""

WIDE = 100.0
"""Where a tenth of the steps are lower than the highest by this factor, a straight axis would hide them."""


def draw_schedule(steps: Values, curves: Mapping[str, Values], title: Sequence[str]) -> Figure:
    """Draw each setting's values (rows,) at the steps (rows,) below the lines of a title."""
    with own_style():
        lines = wrap(title, WIDTH - LEFT - RIGHT, TITLE_SIZE, TITLE_LINES)
        height = BELOW + len(curves) * (PANEL + GAP) - GAP + 2 * TOP + len(lines) * LINE
        figure = Figure(figsize=(WIDTH, height), dpi=120)
        FigureCanvasAgg(figure)
        for index, (name, values) in enumerate(curves.items()):
            bottom = BELOW + (len(curves) - 1 - index) * (PANEL + GAP)
            box = (LEFT / WIDTH, bottom / height, 1 - (LEFT + RIGHT) / WIDTH, PANEL / height)
            axes = figure.add_axes(box)
            _draw_curve(axes, steps, values, COLORS[-2] if index == 0 else COLORS[index % len(COLORS)])
            axes.set_ylabel(shorten(name, PANEL, TITLE_SIZE), parse_math=False)
            axes.tick_params(labelbottom=index == len(curves) - 1)
            if index == len(curves) - 1:
                axes.set_xlabel("step", parse_math=False)
        for index, line in enumerate(lines):
            place = 1 - (TOP + (index + 0.5) * LINE) / height
            figure.text(0.5, place, line, fontsize=TITLE_SIZE, ha="center", va="center", parse_math=False)
    return figure


def _draw_curve(axes: Axes, steps: Values, values: Values, color: str) -> None:
    low = float(np.quantile(values, 0.1))
    choose_axis(values, log_from=1.0 if 0 < low * WIDE <= values.max() else np.inf).apply(axes)
    room = 0.02 * max(float(np.ptp(steps)), 1.0)
    axes.set_xlim(steps[0] - room, steps[-1] + room)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    rows = thin_curve(values)
    marker = "o" if len(steps) <= FEW else ""
    axes.plot(steps[rows], values[rows], color=color, linewidth=1.6, marker=marker, markersize=3.5, zorder=3)
    axes.grid(True, color="#e3e3e3", linewidth=0.6)
    axes.set_axisbelow(True)
