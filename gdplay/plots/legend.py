"""The legend of a run's figure: its paths, and what their marks mean."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gdplay.plots.layout import FONT_SIZE, HANDLE, ROW, SIDE, Layout, columns_for
from gdplay.plots.path import Entries
from gdplay.plots.scene import Path
from gdplay.plots.text import width

MOST_ENTRIES = 20
MARKS_INCHES = 10.5  # all the legend's entries but the paths', side by side


def legend_rows(paths: Sequence[Path], size: tuple[float, float]) -> int:
    """Return the rows that the legend may need: the panels' size must be known before anything is drawn."""
    room = size[0] - 2 * SIDE
    widths = [width(path.label, FONT_SIZE) for path in paths[:MOST_ENTRIES]]
    if len(paths) == 1:
        return max(1, math.ceil((widths[0] + HANDLE + MARKS_INCHES) / room))
    return -(-len(widths) // columns_for(widths, room)) + math.ceil(MARKS_INCHES / room)


def add_legend(figure: Figure, entries: Entries, names: Sequence[str], layout: Layout) -> None:
    """Draw the legend: several paths above, what their marks mean below."""
    lines = {name: entries[name] for name in names if name in entries}
    if len(names) == 1:
        _add_rows(figure, entries, layout, layout.legend)
        return
    marks = {label: artist for label, artist in entries.items() if label not in lines}
    if len(lines) > MOST_ENTRIES:
        more = f"and {len(lines) - MOST_ENTRIES} more"
        lines = {**dict(list(lines.items())[:MOST_ENTRIES]), more: Line2D([], [], linestyle="none")}
    groups = [group for group in (lines, marks) if group]
    rows = [-(-len(group) // _columns(group, layout)) for group in groups]
    top = layout.legend + sum(rows) * ROW / layout.size[1] / 2
    for group, count in zip(groups, rows, strict=True):
        _add_rows(figure, group, layout, top - count * ROW / layout.size[1] / 2)
        top -= count * ROW / layout.size[1]


def _columns(entries: Entries, layout: Layout) -> int:
    return columns_for([width(label, FONT_SIZE) for label in entries], layout.size[0] - 2 * SIDE)


def _add_rows(figure: Figure, entries: Entries, layout: Layout, middle: float) -> None:
    legend = figure.legend(
        list(entries.values()),
        list(entries),
        loc="center",
        ncols=_columns(entries, layout),
        frameon=False,
        borderaxespad=0.0,
        columnspacing=1.5,
        handlelength=1.6,
        labelspacing=0.3,
        bbox_to_anchor=(0.5, middle),
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
