"""The picture of one run for each pixel: basins by colour and brightness, settings by outcome and speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, hsv_to_rgb, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
from numpy.typing import NDArray

from gdplay.plots.figure import own_style
from gdplay.plots.layout import FONT_SIZE, TITLE_SIZE, columns_for
from gdplay.plots.palette import COLORS, INK
from gdplay.plots.scene import Values
from gdplay.plots.text import shorten, width, wrap
from gdplay.plots.ticks import linear_ticks, log_ticks, number_text

PANEL = 6.4
LEFT, RIGHT, BAR, TOP, BELOW, LINE, ROW = 0.9, 0.3, 1.15, 0.14, 0.6, 0.22, 0.21
DPI = (120.0, 600.0)
MOST_NAMED = 12
BASINS = (COLORS[5], COLORS[3], "#009E73", COLORS[2], COLORS[4], "#F0E442")
GOLDEN = 0.618033988749895
DARKEST = 0.3
GREYS = (0.42, 0.85)
DIVERGED, UNFINISHED, UNKNOWN = "#111111", "#9a9a9a", "#ffffff"
MARKER = {
    "marker": "P",
    "markersize": 8,
    "markerfacecolor": "#ffffff",
    "markeredgecolor": INK,
    "linestyle": "none",
}
ARRIVES, BLOWS = "viridis_r", "OrRd_r"


@dataclass(frozen=True)
class FieldPicture:
    """Pixels: ``outcome`` (0 unknown, 1 arrived, 2 unfinished, 3 diverged) and ``steps``: (height, width).

    ``x`` and ``y`` are the window's ends, with whether they stand on logarithmic axes.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    log: tuple[bool, bool]
    labels: tuple[str, str]
    outcome: NDArray[np.int8]
    steps: NDArray[np.int32]
    final_f: Values
    title: Sequence[str]


def draw_basins(
    picture: FieldPicture, reached: NDArray[np.int16], places: Values, names: Sequence[str]
) -> Figure:
    """Draw which place each start reaches; ``reached``: (height, width), ``places``: (k, 2) as shown."""
    counts = np.bincount(reached[reached >= 0], minlength=len(names))
    ranked = np.argsort(-counts, kind="stable")
    colors = np.ones((len(names) + 1, 3))
    for rank, number in enumerate(ranked):
        colors[number] = _basin_color(rank)
    image = colors[reached] * _brightness(picture)[..., None]
    arrived = picture.outcome == 1
    for code, color in ((0, UNKNOWN), (2, UNFINISHED), (3, DIVERGED)):
        image[picture.outcome == code] = to_rgb(color)
    entries: dict[str, Patch | Line2D] = {}
    for number in ranked[:MOST_NAMED]:
        if counts[number]:
            share = number_text(float(100 * counts[number] / reached.size), 2)
            entries[f"{names[number]}  ({share} %)"] = Patch(facecolor=tuple(colors[number].tolist()))
    if (counts > 0).sum() > MOST_NAMED:
        entries[f"and {(counts > 0).sum() - MOST_NAMED} more places"] = Patch(facecolor=UNKNOWN)
    entries |= _others(picture)
    if arrived.any() and np.ptp(picture.steps[arrived]):
        low, high = picture.steps[arrived].min(), picture.steps[arrived].max()
        entries[f"bright: {low} steps, dark: {high}"] = Line2D([], [], linestyle="none")
    with own_style():
        figure, axes = _figure(picture, image, entries, bar=False)
        inside = [
            p for p in places if picture.x[0] <= p[0] <= picture.x[1] and picture.y[0] <= p[1] <= picture.y[1]
        ]
        for place in inside[: MOST_NAMED * 10]:
            axes.plot(*place, **MARKER)  # type: ignore[arg-type]
    return figure


def draw_outcomes(picture: FieldPicture) -> Figure:
    """Draw how fast each pair of settings arrives or diverges."""
    image = np.empty((*picture.outcome.shape, 3))
    bars: list[tuple[str, ScalarMappable, tuple[float, float]]] = []
    for code, name, words in ((1, ARRIVES, "steps until arrived"), (3, BLOWS, "steps until diverged")):
        mine = picture.outcome == code
        if not mine.any():
            continue
        steps = np.maximum(picture.steps[mine], 1)
        ends = float(steps.min()), float(max(steps.max(), steps.min() + 1))
        shades = ScalarMappable(LogNorm(*ends), matplotlib.colormaps[name])
        image[mine] = shades.to_rgba(steps)[:, :3]
        bars.append((words, shades, ends))
    image[picture.outcome == 0] = to_rgb(UNKNOWN)
    image[picture.outcome == 2] = _greys(picture.final_f[picture.outcome == 2])[:, None]
    with own_style():
        entries = {label: artist for label, artist in _others(picture).items() if label != "diverged"}
        if "unfinished" in entries:
            entries["unfinished: the lighter, the lower f"] = entries.pop("unfinished")
        figure, _ = _figure(picture, image, entries, bar=True)
        _add_bars(figure, bars)
    return figure


def _greys(f: Values) -> Values:
    """Return a grey for each value, lighter for lower ones, evenly over their ranks: (pixels,)."""
    f = np.where(np.isnan(f), np.inf, f)
    ordered = np.unique(f)
    return GREYS[1] - (GREYS[1] - GREYS[0]) * np.searchsorted(ordered, f) / max(1, len(ordered) - 1)


def _basin_color(rank: int) -> tuple[float, float, float]:
    if rank < len(BASINS):
        return to_rgb(BASINS[rank])
    found = hsv_to_rgb(((rank * GOLDEN) % 1.0, 0.55, 0.92))
    return float(found[0]), float(found[1]), float(found[2])


def _brightness(picture: FieldPicture) -> Values:
    """Return 1 for the fewest steps down to the darkest for the most: (height, width)."""
    arrived = picture.outcome == 1
    steps = np.log(np.maximum(picture.steps, 1))
    if not arrived.any():
        return np.ones(picture.steps.shape)
    # the slowest few on a border would darken everything else
    low, high = np.percentile(steps[arrived], [1, 99])
    share = (steps - low) / max(high - low, 1e-9)
    return 1 - (1 - DARKEST) * np.clip(share, 0, 1)


def _others(picture: FieldPicture) -> dict[str, Patch | Line2D]:
    kinds = ((3, "diverged", DIVERGED), (2, "unfinished", UNFINISHED), (0, "not run", UNKNOWN))
    present = [(label, color) for code, label, color in kinds if (picture.outcome == code).any()]
    return {label: Patch(facecolor=color, edgecolor=INK, linewidth=0.5) for label, color in present}


def _figure(
    picture: FieldPicture, image: Values, entries: dict[str, Patch | Line2D], bar: bool
) -> tuple[Figure, Axes]:
    """Return a figure with the pixels in their frame: at least a dot of the file for each of them."""
    high, wide = picture.outcome.shape
    panel = PANEL, PANEL * float(np.clip(high / wide, 0.4, 2.0))
    across = LEFT + panel[0] + (BAR if bar else RIGHT)
    lines = wrap(picture.title, across - 0.4, TITLE_SIZE, 4)
    labels = [shorten(label, across - 1.0, FONT_SIZE) for label in entries]
    columns = columns_for([width(label, FONT_SIZE) for label in labels], across - 0.4) if labels else 1
    bottom = BELOW + -(-len(labels) // columns) * ROW
    height = bottom + panel[1] + 2 * TOP + len(lines) * LINE
    figure = Figure(figsize=(across, height), dpi=float(np.clip(wide / panel[0], *DPI)))
    FigureCanvasAgg(figure)
    place = (LEFT / across, bottom / height, panel[0] / across, panel[1] / height)
    pixels = figure.add_axes(place, zorder=-1)
    pixels.imshow(image, origin="lower", extent=(0, 1, 0, 1), aspect="auto", interpolation="nearest")
    pixels.set_axis_off()
    axes = figure.add_axes(place, facecolor="none")
    for which, ends, log in (("x", picture.x, picture.log[0]), ("y", picture.y, picture.log[1])):
        (axes.set_xscale if which == "x" else axes.set_yscale)("log" if log else "linear")
        (axes.set_xlim if which == "x" else axes.set_ylim)(*ends)
        places, texts = (log_ticks if log else linear_ticks)(*ends)
        axis = axes.xaxis if which == "x" else axes.yaxis
        axis.set_major_locator(FixedLocator(list(places)))
        axis.set_major_formatter(FixedFormatter(texts))
        axis.set_minor_locator(NullLocator())
    axes.set_xlabel(shorten(picture.labels[0], panel[0], FONT_SIZE), parse_math=False)
    axes.set_ylabel(shorten(picture.labels[1], panel[1], FONT_SIZE), parse_math=False)
    for index, line in enumerate(lines):
        at = 1 - (TOP + (index + 0.5) * LINE) / height
        figure.text(0.5, at, line, fontsize=TITLE_SIZE, ha="center", va="center", parse_math=False)
    if labels:
        legend = figure.legend(
            list(entries.values()), labels, loc="lower center", ncols=columns, frameon=False,
            bbox_to_anchor=(0.5, 0.04 / height), columnspacing=1.4, labelspacing=0.25,
        )  # fmt: skip
        for text in legend.get_texts():
            text.set_parse_math(False)
    return figure, axes


def _add_bars(figure: Figure, bars: Sequence[tuple[str, ScalarMappable, tuple[float, float]]]) -> None:
    across, height = figure.get_size_inches()
    box = figure.axes[-1].get_position()
    each = box.height / max(1, len(bars))
    for index, (words, shades, (low, high)) in enumerate(bars):
        gap = 0.2 / height if len(bars) > 1 else 0.0
        place = (
            box.x1 + 0.12 / across,
            box.y0 + index * each + index * gap / 2,
            0.16 / across,
            each - gap / 2,
        )
        bar = figure.add_axes(place)
        figure.colorbar(shades, cax=bar)
        ticks, texts = log_ticks(low, high)
        whole = np.abs(ticks - np.round(ticks)) < 1e-9
        bar.yaxis.set_major_locator(FixedLocator(list(ticks[whole])))
        bar.yaxis.set_major_formatter(
            FixedFormatter([t for t, keep in zip(texts, whole, strict=True) if keep])
        )
        bar.yaxis.set_minor_locator(NullLocator())
        bar.set_ylabel(words, parse_math=False)
