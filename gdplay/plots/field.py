"""The picture of one run for each pixel: basins by colour and brightness, settings by outcome and speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import Normal, Stroke
from numpy.typing import NDArray

from gdplay.plots.figure import own_style
from gdplay.plots.palette import INK
from gdplay.plots.panel import Bar, Image, Paper, Sides, panel_of
from gdplay.plots.scene import Values
from gdplay.plots.shades import (
    BASINS,
    DARKEST,
    DIVERGED,
    HALO,
    HATCH,
    LINE,
    NOT_RUN,
    UNFINISHED,
    UNTOLD,
    arriving,
    basin_color,
    blowing,
    greys,
)

MOST_NAMED = 12
OTHERS = 4
"""So many colours stand for those that have no name in the legend."""

MARKER = {
    "marker": "P",
    "markersize": 8,
    "markerfacecolor": "#ffffff",
    "markeredgecolor": INK,
    "linestyle": "none",
}
CODES = (0, 1, 2, 3, 4)
"""A pixel's run: not run, arrived, unfinished, diverged, or f is undefined at its start."""


@dataclass(frozen=True)
class Theory:
    """A line that theory draws: ``x`` and ``y`` (points,), and its words."""

    x: Values
    y: Values
    words: str


@dataclass(frozen=True)
class FieldPicture:
    """Pixels: ``outcome`` (one of CODES) and ``steps``: (height, width).

    ``words`` says what each code is.
    """

    sides: Sides
    outcome: NDArray[np.int8]
    steps: NDArray[np.int32]
    final_f: Values
    words: Sequence[str]
    title: Sequence[str]
    paper: Paper


def draw_basins(
    picture: FieldPicture, reached: NDArray[np.int16], places: Values, names: Sequence[str]
) -> Figure:
    """Draw which place each start reaches; ``reached``: (height, width) numbers of ``names``.

    ``places``: (k, 2), the points that are marked.
    """
    counts = np.bincount(reached[reached >= 0], minlength=len(names))
    ranked = np.argsort(-counts, kind="stable")
    colors = np.tile(to_rgb(UNTOLD), (len(names) + 1, 1))
    # where the colours suffice a place keeps its own, however much is shown of its basin
    for rank, number in enumerate(ranked if len(names) > len(BASINS) else range(len(names))):
        colors[number] = basin_color(rank)
    bright, limits = _brightness(picture)
    image = _blank(picture)
    arrived = picture.outcome == 1
    image[arrived, :3] = np.rint(255 * colors[reached[arrived]] * bright[arrived, None])
    entries: dict[str, Any] = {}
    for number in ranked[:MOST_NAMED]:
        if counts[number]:
            share = f"{100 * counts[number] / reached.size:.3g}"
            entries[f"{names[number]} ({share} %)"] = _patch(colors[number].tolist())
    more = (counts > 0).sum() - MOST_NAMED
    if more > 0:
        several = tuple(_patch(basin_color(MOST_NAMED + k)) for k in range(min(more, OTHERS)))
        entries[f"{more} more places, each in a colour"] = several
    if (arrived & (reached < 0)).any():
        entries["too many places to tell apart"] = _patch(UNTOLD)
    entries |= _others(picture)
    if limits[1] > limits[0]:
        words = f"steps: bright up to {limits[0]}, dark from {limits[1]}"
        shades = np.linspace(1, DARKEST, OTHERS)
        entries[words] = tuple(_patch((colors[ranked[0]] * shade).tolist()) for shade in shades)
    inside = places[_is_inside(places[:, 0], places[:, 1], picture.sides)]
    with own_style():
        marks = Line2D(*inside.T, **MARKER)  # type: ignore[arg-type]
        if len(inside):
            entries["the gradient is 0"] = marks
        figure, axes = panel_of(image, picture.sides, picture.title, entries, picture.paper)
        axes.add_line(marks)
    return figure


def draw_outcomes(picture: FieldPicture, theory: Theory | None = None) -> Figure:
    """Draw how fast each pair of settings arrives or diverges, and what theory says of it."""
    image = _blank(picture)
    bars: list[Bar] = []
    for code, colors in ((1, arriving()), (3, blowing())):
        mine = picture.outcome == code
        if not mine.any():
            continue
        steps = np.maximum(picture.steps[mine], 1)
        ends = float(steps.min()), float(max(steps.max(), steps.min() + 1))
        shades = ScalarMappable(LogNorm(*ends), colors)
        image[mine] = shades.to_rgba(steps, bytes=True)
        bars.append((f"steps until {picture.words[code]}", shades, ends))
    unfinished = picture.outcome == 2
    image[unfinished, :3] = np.rint(255 * greys(picture.final_f[unfinished]))[:, None]
    others = _others(picture)
    others.pop(picture.words[3], None)
    entries: dict[str, Any] = {**others}
    if unfinished.any():
        entries[f"{picture.words[2]}: the lighter, the lower f"] = entries.pop(picture.words[2])
    with own_style():
        seen = theory is not None and _is_inside(theory.x, theory.y, picture.sides).any()
        if theory is not None and seen:
            entries[theory.words] = _line(theory)
        figure, axes = panel_of(image, picture.sides, picture.title, entries, picture.paper, bars)
        if theory is not None and seen:
            axes.add_line(_line(theory))
    return figure


def _is_inside(x: Values, y: Values, sides: Sides) -> NDArray[np.bool_]:
    """Tell which points are within a panel: (points,)."""
    return (sides.x[0] <= x) & (x <= sides.x[1]) & (sides.y[0] <= y) & (y <= sides.y[1])


def _line(theory: Theory) -> Line2D:
    halo = [Stroke(linewidth=4.0, foreground=HALO), Normal()]
    style = {"color": LINE, "linewidth": 1.6, "linestyle": "--", "path_effects": halo}
    return Line2D(theory.x, theory.y, **style)  # type: ignore[arg-type]


def _blank(picture: FieldPicture) -> Image:
    """Return an image of the pixels that have no number to show; where f is undefined it is transparent."""
    image = np.zeros((*picture.outcome.shape, 4), dtype=np.uint8)
    for code, color in ((0, NOT_RUN), (1, NOT_RUN), (2, UNFINISHED), (3, DIVERGED)):
        image[picture.outcome == code] = np.rint(255 * np.array(to_rgba(color)))
    return image


def _brightness(picture: FieldPicture) -> tuple[Values, tuple[int, int]]:
    """Return 1 for the fewest steps down to the darkest for the most: (height, width), and these numbers."""
    arrived = picture.outcome == 1
    steps = np.maximum(picture.steps, 1)
    if not arrived.any():
        return np.ones(picture.steps.shape), (0, 0)
    # the slowest few on a border would darken everything else
    low, high = np.percentile(steps[arrived], [2, 98], method="nearest").tolist()
    share = (steps - low) / max(high - low, 1)
    return 1 - (1 - DARKEST) * np.clip(share, 0, 1), (low, high)


def _others(picture: FieldPicture) -> dict[str, Patch]:
    kinds = {3: DIVERGED, 2: UNFINISHED, 0: NOT_RUN, 4: NOT_RUN}
    found: dict[str, Patch] = {}
    for code, color in kinds.items():
        if (picture.outcome == code).any():
            found[picture.words[code]] = _patch(color, HATCH if code == 4 else None)
    return found


def _patch(color: Any, hatch: str | None = None) -> Patch:
    if hatch is not None:
        return Patch(facecolor=color, edgecolor=hatch, hatch="////", linewidth=0.5)
    return Patch(facecolor=color, edgecolor=INK, linewidth=0.5)
