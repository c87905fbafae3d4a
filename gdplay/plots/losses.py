"""The loss curves of many runs, coloured by a swept number, a panel for each optimizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gdplay.plots.axis import choose_axis
from gdplay.plots.figure import own_style
from gdplay.plots.layout import FONT_SIZE, TITLE_SIZE
from gdplay.plots.palette import COLORMAP
from gdplay.plots.scene import Values
from gdplay.plots.swept import apply_scale, is_logarithmic
from gdplay.plots.text import shorten, wrap

PANEL, HEIGHT, ACROSS = 4.2, 3.6, 3
LEFT, GAP, RIGHT, TOP, BELOW, LINE = 0.85, 0.35, 1.25, 0.14, 0.62, 0.22
MOST_PANELS = 9
"""Of more, evenly spread ones are drawn, and it is said."""

HEAD = 0.3


@dataclass(frozen=True)
class LossCurve:
    """One run's f at some of its steps, and the swept number that colours it."""

    number: float
    step: Values
    f: Values


def draw_losses(
    panels: Mapping[str, Sequence[LossCurve]], key: str, value: str, title: Sequence[str]
) -> Figure:
    """Draw f against the steps; ``value`` says what f is called. What diverges leaves at the top."""
    if len(panels) > MOST_PANELS:
        title = [*title, f"{MOST_PANELS} of {len(panels)} settings are drawn"]
        names = list(panels)
        places = np.linspace(0, len(names) - 1, MOST_PANELS).round().astype(int).tolist()
        panels = {names[place]: panels[names[place]] for place in places}
    across = min(ACROSS, len(panels))
    down = -(-len(panels) // across)
    everything = [curve for curves in panels.values() for curve in curves]
    numbers = np.unique([curve.number for curve in everything])
    width = LEFT + across * PANEL + (across - 1) * GAP + (RIGHT if len(numbers) > 1 else GAP)
    logarithmic = is_logarithmic(numbers)
    norm = (LogNorm if logarithmic else Normalize)(numbers[0], numbers[-1])
    # the upper border is just above the highest start: what grows beyond it diverges
    highest = max(float(curve.f[0]) for curve in everything)
    values = np.concatenate([curve.f for curve in everything])
    values = values[np.isfinite(values) & (values <= highest)]
    axis = choose_axis(values, never_negative=bool((values >= 0).all()), log_from=30.0)
    with own_style():
        lines = wrap(title, width - 0.5, TITLE_SIZE, 5)
        top = 2 * TOP + len(lines) * LINE
        height = top + down * (HEIGHT + HEAD) + (down - 1) * 0.35 + BELOW
        figure = Figure(figsize=(width, height), dpi=120)
        FigureCanvasAgg(figure)
        last = max(float(curve.step[-1]) for curve in everything)
        for index, (name, curves) in enumerate(panels.items()):
            row, column = divmod(index, across)
            left = LEFT + column * (PANEL + GAP)
            bottom = BELOW + (down - 1 - row) * (HEIGHT + HEAD + 0.35)
            axes = figure.add_axes((left / width, bottom / height, PANEL / width, HEIGHT / height))
            axis.apply(axes)
            axes.set_xlim(-0.02 * last, 1.02 * last)
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            points = [np.column_stack([c.step, _within(axis.bound(c.f), axis.high)]) for c in curves]
            segments = LineCollection(points, cmap=COLORMAP, norm=norm, linewidths=1.1, alpha=0.9)
            segments.set_array(np.array([curve.number for curve in curves]))
            axes.add_collection(segments, autolim=False)
            axes.grid(True, color="#e3e3e3", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.set_title(shorten(name, PANEL, FONT_SIZE), fontsize=FONT_SIZE + 0.5, pad=4, parse_math=False)
            axes.tick_params(labelleft=column == 0)
            if column == 0:
                axes.set_ylabel(shorten(value, HEIGHT, FONT_SIZE), parse_math=False)
            if index + across >= len(panels):
                axes.set_xlabel("step", parse_math=False)
        if len(numbers) > 1:
            place = (
                (LEFT + across * (PANEL + GAP)) / width - 0.01,
                BELOW / height,
                0.16 / width,
                HEIGHT / height,
            )
            bar = figure.add_axes(place)
            figure.colorbar(ScalarMappable(norm, matplotlib.colormaps[COLORMAP]), cax=bar)
            apply_scale(bar, "y", numbers)
            bar.set_ylim(numbers[0], numbers[-1])
            bar.set_ylabel(shorten(key, HEIGHT, FONT_SIZE), parse_math=False)
        for index, line in enumerate(lines):
            at = 1 - (TOP + (index + 0.5) * LINE) / height
            figure.text(0.5, at, line, fontsize=TITLE_SIZE, ha="center", va="center", parse_math=False)
    return figure


def _within(values: Values, high: float) -> Values:
    """Return the values, those beyond the border a little above it, up to the first not finite."""
    ends = np.append(np.flatnonzero(~np.isfinite(values)), len(values))[0]
    found = np.minimum(np.where(np.isnan(values), np.inf, values), high * 1.5 if high > 0 else high + 1.0)
    found[ends + 1 :] = np.nan
    return found
