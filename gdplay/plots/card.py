"""A small picture of a function over its domain: contours or a curve, and where its gradient vanishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gdplay.plots.curve import draw_curve
from gdplay.plots.figure import own_style
from gdplay.plots.landscape import draw_landscape
from gdplay.plots.palette import INK, Mark
from gdplay.plots.path import Entries, inside
from gdplay.plots.scene import Landscape, PlotOptions, Values
from gdplay.plots.section import Section
from gdplay.plots.text import shorten

SIZE = (5.6, 4.9)
DEFAULT = (-5.0, 5.0)
POINTS = {
    "minimum":    Mark("v", 8, "#F0E442", 5),
    "maximum":    Mark("^", 8, "#56B4E9", 5),
    "saddle":     Mark("D", 6, "#ffffff", 5),
    "degenerate": Mark("h", 8, "#a0a0a0", 5),
}  # fmt: skip
LABELS = {"minimum": "local minimum"}
MOST_POINTS = 60


def draw_card(landscape: Landscape, critical: Mapping[str, Sequence[Values]], title: str) -> Figure:
    """Draw f over its domain; of more than two variables the first two, the others at the best known point.

    ``critical`` maps a kind to points (n,); known minima are the landscape's own.
    """
    n = len(landscape.coordinates)
    ends = np.array([pair or DEFAULT for pair in landscape.domain or (None,) * n])
    through = landscape.minima[0] if len(landscape.minima) else ends.mean(axis=1)
    section = Section(landscape, (0,) if n == 1 else (0, 1), through)
    frame = ends[list(section.shown)]
    with own_style():
        figure = Figure(figsize=SIZE, dpi=120)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.13, 0.2, 0.66 if n > 1 else 0.83, 0.7))
        axes.set_xlabel(shorten(section.names[0], 3.0, 9.5), parse_math=False)
        if n == 1:
            entries = draw_curve(axes, section, [], frame, PlotOptions())
        else:
            entries = draw_landscape(
                axes, figure.add_axes((0.82, 0.2, 0.03, 0.7)), section, [], frame, PlotOptions()
            )
            axes.set_ylabel(shorten(section.names[1], 3.0, 9.5), parse_math=False)
        _mark(axes, section, critical, frame, entries)
        if entries:
            figure.legend(
                list(entries.values()),
                list(entries),
                loc="lower center",
                ncols=4,
                frameon=False,
                fontsize=8.5,
            )
        figure.text(
            0.5,
            0.95,
            shorten(title, SIZE[0] - 0.4, 11),
            fontsize=11,
            ha="center",
            va="center",
            parse_math=False,
        )
    return figure


def _mark(
    axes: Any, section: Section, critical: Mapping[str, Sequence[Values]], frame: Values, entries: Entries
) -> None:
    for kind, mark in POINTS.items():
        points = np.array([x for x in critical.get(kind, ()) if not _known(section, x)][:MOST_POINTS])
        if not len(points) or section.hides:
            continue
        shown = section.project(points)
        if len(section.shown) == 1:
            shown = np.column_stack([shown[:, 0], section.values(shown.T)])
            frame = np.array([frame[0], axes.get_ylim()])
        for place in shown[inside(shown, frame)]:
            (entries[LABELS.get(kind, kind)],) = axes.plot(*place, **mark.style(INK))


def _known(section: Section, x: Values) -> bool:
    minima = section.landscape.minima
    return bool(
        len(minima) and np.abs(minima - x).max(axis=1).min() < 1e-5 * max(1.0, float(np.abs(x).max()))
    )
