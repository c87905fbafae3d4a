"""The loss panel: f against the steps, on a logarithmic axis wherever the numbers allow one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from gdplay.plots.axis import choose_axis
from gdplay.plots.levels import HUGE, above_label, finite, floor_of
from gdplay.plots.palette import DASHES, MARKS, REACHED, color_of
from gdplay.plots.path import Entries, Pen
from gdplay.plots.polyline import thin_curve
from gdplay.plots.scene import Path, Values


def draw_loss(axes: Axes, paths: Sequence[Path], minimum: float | None) -> Entries:
    """Draw f - f* of every path where f* is known and no path goes below it, else f.

    Spikes survive thinning; a value of 0 stands on the lower border of a logarithmic axis, with a mark.
    Beside runs that hold, one that diverges is cut at the upper border.
    """
    entries: Entries = {}
    floor = floor_of(minimum, *(path.f for path in paths))
    shown = [np.clip(path.f[: path.finite], -HUGE, HUGE) - (floor or 0.0) for path in paths]
    if floor is not None:
        shown = [np.maximum(values, 0.0) for values in shown]
    holds = [values for path, values in zip(paths, shown, strict=True) if path.diverged is None]
    ranged = [*holds, *(values[:1] for values in shown)] if holds else shown
    axis = choose_axis(finite(np.concatenate(ranged)), never_negative=floor is not None)
    axis.apply(axes)
    axes.set_ylabel("f" if floor is None else above_label(floor), parse_math=False)
    ends = [edge for path in paths for edge in (int(path.step[0]), int(path.step[-1]))]
    room = 0.03 * max(max(ends) - min(ends), 1)
    frame = np.array([[min(ends) - room, max(ends) + room], [axis.low, axis.high]])
    for index, (path, values) in enumerate(zip(paths, shown, strict=True)):
        pen = Pen(axes, frame, color_of(index, len(paths)), entries, alone=len(paths) == 1)
        if len(values):
            _draw_curve(pen, path, np.clip(values, axis.low, axis.high))
        if axis.scale == "log" and (values <= 0).any():
            row = int(np.argmax(values <= 0))
            pen.mark(np.array([path.step[row], axis.low]), REACHED, "f = 0" if floor is None else "f = f*")
    axes.set_xlabel("step", parse_math=False)
    axes.set_xlim(*frame[0])
    inches = axes.get_window_extent().width / axes.figure.dpi
    axes.xaxis.set_major_locator(MaxNLocator(int(np.clip(1.8 * inches, 1, 6)), integer=True))
    axes.ticklabel_format(axis="x", scilimits=(-3, 5))
    axes.grid(True, color="#e3e3e3", linewidth=0.6)
    axes.set_axisbelow(True)
    return entries


def _draw_curve(pen: Pen, path: Path, values: Values) -> None:
    rows = thin_curve(values)
    look: dict[str, Any] = {"color": pen.color, "linestyle": DASHES[path.dash]}
    pen.axes.plot(path.step[rows], values[rows], linewidth=1.3, zorder=3, **look)
    places = np.column_stack([path.step[: len(values)], values])
    best, last = min(path.best_row, len(values) - 1), len(values) - 1
    pen.mark(places[0], MARKS["start"], "start")
    if path.diverged is not None:
        pen.mark(
            places[last], MARKS["diverged"], f"diverged at step {path.diverged}" if pen.alone else "diverged"
        )
    elif best != last:
        pen.mark(places[last], MARKS["last"], "last")
    if path.diverged is None or best > 0:
        pen.mark(places[best], MARKS["best"], "best and last" if pen.alone and best == last else "best")
