"""The map panel: filled contours of two coordinates, its colour bar, and what is not finite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from gdplay.plots.levels import Levels, choose_levels, floor_of
from gdplay.plots.palette import COLORMAP, NOT_FINITE, color_of
from gdplay.plots.path import Entries, Pen, draw_minima, draw_path, inside
from gdplay.plots.scene import Path, PlotOptions, Values
from gdplay.plots.section import Section

RESOLUTION = 200
MOST_WORK = 3e8  # grid points times the numbers that f holds, beyond which the default grid is coarser
COARSEST = 32


def draw_landscape(
    axes: Axes, bar: Axes, section: Section, paths: Sequence[Path], frame: Values, options: PlotOptions
) -> Entries:
    """Draw the contours, the known minima and the paths on ``axes``, the colours' meaning on ``bar``.

    Returns the legend's entries in the order in which they should be read.
    """
    entries: Entries = {}
    axes.set_xlim(*frame[0])
    axes.set_ylim(*frame[1])
    xs, ys, grid = sample(section, frame, options.resolution)
    tracks = [section.project(path.x) for path in paths]
    levels = choose_levels(grid, _along(paths, tracks, frame), _respected(section, paths), options.levels)
    if levels is None:
        bar.set_axis_off()
    else:
        _draw_contours(axes, bar, xs, ys, grid, levels, options.colormap or COLORMAP)
    for index, (path, track) in enumerate(zip(paths, tracks, strict=True)):
        pen = Pen(axes, frame, color_of(index, len(paths)), entries, alone=len(paths) == 1)
        draw_path(pen, path, track)
    draw_minima(axes, section.project(section.landscape.minima), frame, entries, projected=section.hides)
    if not np.isfinite(grid).all():
        shade = {"facecolor": NOT_FINITE, "edgecolor": "#8a8a8a", "hatch": "////", "linewidth": 0.0}
        axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, zorder=0, **shade))
        entries["f is not finite"] = Rectangle((0, 0), 1, 1, **shade)
    return entries


def sample(section: Section, frame: Values, resolution: int | None) -> tuple[Values, Values, Values]:
    """Return the grid's ``xs: (m,)``, ``ys: (m,)`` and f on it, ``(m, m)``, a row for each y."""
    held = max(section.landscape.numbers, len(section.through))
    side = resolution or int(np.clip(np.sqrt(MOST_WORK / held), COARSEST, RESOLUTION))
    xs, ys = (np.linspace(low, high, side) for low, high in frame)
    points = np.stack([np.tile(xs, side), np.repeat(ys, side)])
    return xs, ys, section.values(points).reshape(side, side)


def _along(paths: Sequence[Path], tracks: Sequence[Values], frame: Values) -> Values:
    """Return the values of f at the paths' points within the frame."""
    found = [path.f[inside(track, frame)] for path, track in zip(paths, tracks, strict=True)]
    return np.concatenate([np.empty(0), *found])


def _respected(section: Section, paths: Sequence[Path]) -> float | None:
    return floor_of(section.landscape.minimum, *(path.f for path in paths))


def _draw_contours(
    axes: Axes, bar: Axes, xs: Values, ys: Values, grid: Values, levels: Levels, colormap: str
) -> None:
    height = np.ma.masked_where(~np.isfinite(grid), levels.height(np.nan_to_num(grid)))
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    drawn = axes.contourf(
        xs,
        ys,
        height,
        levels=levels.edges,
        cmap=colormap,
        extend=extend[levels.below, levels.above],
        zorder=1,
    )
    axes.figure.colorbar(drawn, cax=bar, drawedges=False)
    bar.yaxis.set_major_locator(FixedLocator(list(levels.ticks)))
    bar.yaxis.set_major_formatter(FixedFormatter(levels.texts))
    bar.yaxis.set_minor_locator(NullLocator())
    bar.set_ylabel(levels.label, parse_math=False)
