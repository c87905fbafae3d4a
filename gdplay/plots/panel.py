"""Pixels in their frame, with ticks, a title and a legend: at least a dot of the file for each pixel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
from numpy.typing import NDArray

from gdplay.plots.layout import FONT_SIZE, LEAST, TITLE_SIZE, columns_for
from gdplay.plots.offset import offset_ticks, shifted
from gdplay.plots.scene import Values
from gdplay.plots.shades import HATCH, NOT_RUN
from gdplay.plots.text import shorten, width, wrap
from gdplay.plots.ticks import log_ticks

PANEL, ASPECTS = 6.4, (0.4, 2.0)
LEFT, RIGHT, BAR, TOP, BELOW, LINE, ROW = 0.55, 0.3, 1.15, 0.14, 0.6, 0.22, 0.21
DPI = (120.0, 600.0)
TICK = 0.2
"""Inches that a tick of a bar needs."""


@dataclass(frozen=True)
class Sides:
    """The ends of a panel's axes, which of them are logarithmic, and what stands beside them."""

    x: tuple[float, float]
    y: tuple[float, float]
    log: tuple[bool, bool]
    labels: tuple[str, str]


@dataclass(frozen=True)
class Paper:
    """How large a figure is: ``aspect`` is its panel's height over its width.

    ``size`` (inches) replaces what follows from that, ``dpi`` a dot for each pixel.
    """

    aspect: float = 1.0
    size: tuple[float, float] | None = None
    dpi: float | None = None


Image = NDArray[np.uint8]
"""Pixels: (height, width, 4), each red, green, blue and how opaque it is."""

Bar = tuple[str, ScalarMappable, tuple[float, float]]
"""A bar of colours: its words, its colours, its ends."""


def panel_of(
    image: Image,
    sides: Sides,
    title: Sequence[str],
    entries: Mapping[str, Any],
    paper: Paper,
    bars: Sequence[Bar] = (),
) -> tuple[Figure, Axes]:
    """Return a figure of an image and its axes; what is transparent is hatched.

    ``entries`` is the legend: words to a mark or several.
    """
    ends, labels = (sides.x, sides.y), list(sides.labels)
    ticks: list[tuple[Values, list[str]]] = []
    for k in range(2):
        found, offset = offset_ticks(*ends[k], sides.log[k])
        ticks.append(found)
        labels[k] = shifted(labels[k], offset)
    left = LEFT + max(width(text, FONT_SIZE) for text in ticks[1][1])
    right = BAR if bars else RIGHT
    across = paper.size[0] if paper.size else left + PANEL + right
    lines = wrap(title, across - 0.4, TITLE_SIZE, 5)
    words = [shorten(label, across - 1.0, FONT_SIZE) for label in entries]
    columns = columns_for([width(label, FONT_SIZE) for label in words], across - 0.4) if words else 1
    bottom = BELOW + -(-len(words) // columns) * ROW
    above = 2 * TOP + len(lines) * LINE
    wide = max(LEAST, across - left - right)
    height = paper.size[1] if paper.size else bottom + wide * float(np.clip(paper.aspect, *ASPECTS)) + above
    panel = wide, max(LEAST, height - bottom - above)
    dpi = paper.dpi or float(np.clip(image.shape[1] / wide, *DPI))
    figure = Figure(figsize=(across, height), dpi=dpi)
    FigureCanvasAgg(figure)
    place = (left / across, bottom / height, panel[0] / across, panel[1] / height)
    _add_pixels(figure.add_axes(place, zorder=-1), image)
    axes = figure.add_axes(place, facecolor="none")
    for k, (which, axis) in enumerate((("x", axes.xaxis), ("y", axes.yaxis))):
        axes.set(**{f"{which}scale": "log" if sides.log[k] else "linear", f"{which}lim": ends[k]})
        axis.set_major_locator(FixedLocator(list(ticks[k][0])))
        axis.set_major_formatter(FixedFormatter(ticks[k][1]))
        axis.set_minor_locator(NullLocator())
        axis.set_label_text(shorten(labels[k], panel[k], FONT_SIZE), parse_math=False)
    for index, line in enumerate(lines):
        at = 1 - (TOP + (index + 0.5) * LINE) / height
        figure.text(0.5, at, line, fontsize=TITLE_SIZE, ha="center", va="center", parse_math=False)
    if words:
        _add_legend(figure, words, list(entries.values()), columns)
    _add_bars(figure, bars)
    return figure, axes


def _add_pixels(axes: Axes, image: Image) -> None:
    if (image[..., 3] == 0).any():
        under = Rectangle(
            (0, 0), 1, 1, facecolor=NOT_RUN, edgecolor=HATCH, hatch="////", linewidth=0, zorder=0
        )
        axes.add_patch(under)
    axes.imshow(image, origin="lower", extent=(0, 1, 0, 1), aspect="auto", interpolation="nearest", zorder=1)
    axes.set_axis_off()


def _add_legend(figure: Figure, words: Sequence[str], marks: Sequence[Any], columns: int) -> None:
    legend = figure.legend(
        marks, words, loc="lower center", ncols=columns, frameon=False,
        bbox_to_anchor=(0.5, 0.04 / figure.get_size_inches()[1]), columnspacing=1.4, labelspacing=0.25,
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.0)},
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def _add_bars(figure: Figure, bars: Sequence[Bar]) -> None:
    across, height = figure.get_size_inches()
    box = figure.axes[-1].get_position()
    each = box.height / max(1, len(bars))
    for index, (words, shades, (low, high)) in enumerate(bars):
        gap = 0.2 / height if len(bars) > 1 else 0.0
        bottom = box.y0 + index * each + index * gap / 2
        bar = figure.add_axes((box.x1 + 0.12 / across, bottom, 0.16 / across, each - gap / 2))
        figure.colorbar(shades, cax=bar)
        ticks, texts = log_ticks(low, high)
        tall = (each - gap / 2) * height
        whole = np.flatnonzero(np.abs(ticks - np.round(ticks)) < 1e-9)
        whole = whole[:: int(np.ceil(len(whole) * TICK / tall)) or 1]
        bar.yaxis.set_major_locator(FixedLocator(list(ticks[whole])))
        bar.yaxis.set_major_formatter(FixedFormatter([texts[k] for k in whole]))
        bar.yaxis.set_minor_locator(NullLocator())
        bar.set_ylabel(shorten(words, tall, FONT_SIZE), parse_math=False)
