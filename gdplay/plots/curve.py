"""The panel of one variable: the curve of f with the path on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from gdplay.plots.axis import choose_axis
from gdplay.plots.levels import above_label, finite, floor_of
from gdplay.plots.palette import NOT_FINITE, color_of
from gdplay.plots.path import Entries, Pen, draw_minima, draw_path
from gdplay.plots.scene import Path, PlotOptions, Values
from gdplay.plots.section import Section

RESOLUTION = 1000
LOG_FROM = 1e4  # the ratio of heights from which a straight axis hides the low end


def draw_curve(
    axes: Axes, section: Section, paths: Sequence[Path], frame: Values, options: PlotOptions
) -> Entries:
    """Draw f over ``frame: (1, 2)``, or f - f* where its range asks for a logarithmic axis."""
    entries: Entries = {}
    xs = np.linspace(frame[0, 0], frame[0, 1], options.resolution or RESOLUTION)
    values = section.values(xs[None])
    floor = floor_of(section.landscape.minimum, values, *(path.f for path in paths))
    shown = finite(values)
    typical = np.median(shown - (shown.min() if floor is None else floor)) if shown.size else 0.0
    wide = bool(shown.size) and shown.max() - shown.min() > LOG_FROM * typical
    offset = floor if wide and floor is not None else 0.0
    axis = choose_axis(shown - offset, never_negative=wide and floor is not None, log_from=LOG_FROM)
    if options.y is not None:
        axis = choose_axis(np.array(options.y, dtype=float), log_from=np.inf)
    axis.apply(axes)
    axes.set_xlim(*frame[0])
    height = lambda f: axis.bound(np.clip(f, -1e300, 1e300) - offset)
    axes.plot(
        xs,
        np.where(np.isfinite(values), height(np.nan_to_num(values)), np.nan),
        color="#0072B2",
        linewidth=1.8,
    )
    limits = np.array([frame[0], [axis.low, axis.high]])
    for index, path in enumerate(paths):
        with np.errstate(invalid="ignore"):
            points = np.column_stack([section.project(path.x)[:, 0], height(path.f)])
        draw_path(Pen(axes, limits, color_of(index, len(paths)), entries, len(paths) == 1), path, points)
    minima = section.project(section.landscape.minima)[:, 0]
    draw_minima(axes, np.column_stack([minima, height(section.values(minima[None]))]), limits, entries)
    if not np.isfinite(values).all():
        axes.fill_between(
            xs,
            0,
            1,
            where=~np.isfinite(values),
            transform=axes.get_xaxis_transform(),
            color=NOT_FINITE,
            zorder=0,
        )
        entries["f is not finite"] = axes.collections[-1]
    axes.set_ylabel(above_label(offset) if wide and floor is not None else "f", parse_math=False)
    return entries
