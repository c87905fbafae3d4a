"""The computational graph as a picture: every node with its formula, its value and its gradient."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from gdplay.backprop import Backprop, Node
from gdplay.digits import short
from gdplay.errors import Complaint, ConfigError
from gdplay.plots.figure import own_style
from gdplay.plots.layers import Placed, place_layers
from gdplay.plots.palette import INK, NEUTRAL, PAPER
from gdplay.plots.text import shorten

MOST_NODES = 40
BOX = (1.55, 0.68)  # inches
PITCH = (2.6, 0.9)
MARGIN, TITLE, FOOT = 0.35, 0.45, 0.35
SIZE = 9.0
FILL = {"variable": "#dcebf7", "constant": "#eeeeee", "operation": PAPER, "result": "#fdf1c9"}
VALUE, GRADIENT = "#0072B2", "#D55E00"
MOST_LABELLED = 24
"""Up to so many edges, each carries its local derivative."""


def draw_graph(passes: Backprop, title: str) -> Figure:
    """Draw the graph from left to right. Raises ConfigError where it has too many nodes to be read."""
    count = len(passes.forward)
    if count > MOST_NODES:
        message = f"the graph has {count} nodes; a picture of more than {MOST_NODES} can't be read"
        raise ConfigError(Complaint(message, "draw a smaller formula, or take the tables", key="-o"))
    placed = place_layers({node.name: node.needs for node in passes.forward})
    heights = [y for _, y in placed.at.values()] + [y for route in placed.routes.values() for _, y in route]
    low, high = min(heights), max(heights)
    wide = max(5.0, 2 * MARGIN + BOX[0] + PITCH[0] * (placed.layers - 1))
    tall = 2 * MARGIN + TITLE + FOOT + BOX[1] + PITCH[1] * (high - low)
    with own_style():
        figure = Figure(figsize=(wide, tall), dpi=120)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, wide)
        axes.set_ylim(0, tall)
        axes.set_axis_off()
        spare = (wide - 2 * MARGIN - BOX[0] - PITCH[0] * (placed.layers - 1)) / 2

        def inches(at: tuple[float, float]) -> tuple[float, float]:
            x = MARGIN + spare + BOX[0] / 2 + PITCH[0] * at[0]
            return x, MARGIN + FOOT + BOX[1] / 2 + PITCH[1] * (high - at[1])

        _edges(axes, passes, placed, inches)
        gradients = {back.name: back.incoming for back in passes.backward}
        for node in passes.forward:
            _box(
                axes, node, gradients.get(node.name), inches(placed.at[node.name]), node is passes.forward[-1]
            )
        axes.text(
            wide / 2,
            tall - MARGIN,
            shorten(title, wide - 2 * MARGIN, 11),
            fontsize=11,
            ha="center",
            va="center",
            parse_math=False,
        )
        axes.text(
            wide / 2 - 0.1, MARGIN, "value, forwards", color=VALUE, ha="right", va="center", fontsize=SIZE
        )
        axes.text(
            wide / 2 + 0.1,
            MARGIN,
            "gradient df/d..., backwards",
            color=GRADIENT,
            ha="left",
            va="center",
            fontsize=SIZE,
        )
    return figure


def _box(axes: Any, node: Node, gradient: Any, at: tuple[float, float], last: bool) -> None:
    x, y = at
    kind = "result" if last and node.kind == "operation" else node.kind
    axes.add_patch(
        FancyBboxPatch(
            (x - BOX[0] / 2, y - BOX[1] / 2),
            *BOX,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=FILL[kind],
            edgecolor=INK,
            linewidth=0.9,
            zorder=3,
        )
    )
    name = f"{node.name} = {node.formula}" if node.formula else node.name
    lines = [(name, INK), (short(node.value), VALUE)]
    lines += [("" if gradient is None else short(np.asarray(gradient)), GRADIENT)]
    for k, (words, color) in enumerate(lines):
        axes.text(
            x,
            y + (1 - k) * 0.195,
            shorten(words, BOX[0] - 0.12, SIZE),
            color=color,
            fontsize=SIZE,
            ha="center",
            va="center",
            zorder=4,
            parse_math=False,
        )


def _edges(axes: Any, passes: Backprop, placed: Placed, inches: Any) -> None:
    """Draw each edge as a curve that leaves and enters level, with the local derivative on its last piece."""
    slopes: dict[tuple[str, str], list[str]] = {}
    for back in passes.backward:
        for share in back.shares:
            if share.local is not None:
                slopes.setdefault((share.to, back.name), []).append(f"{share.local:.4g}")
    entered: dict[str, int] = {}
    for (source, target), route in sorted(placed.routes.items(), key=lambda item: placed.at[item[0][0]][1]):
        half = BOX[0] / 2
        middle = [(x + side, y) for x, y in map(inches, route) for side in (-half, half)]
        (x0, y0), (x1, y1) = inches(placed.at[source]), inches(placed.at[target])
        points = [(x0 + half, y0), *middle, (x1 - half, y1)]
        edge = PathPatch(_curve(points), facecolor="none", edgecolor=NEUTRAL, linewidth=1.1, zorder=1)
        axes.add_patch(edge)
        axes.plot(x1 - half - 0.03, y1, marker=">", color=NEUTRAL, markersize=5, zorder=2)
        if (source, target) in slopes and len(placed.routes) <= MOST_LABELLED:
            turn = entered[target] = entered.get(target, -1) + 1
            x, y = _along(points[-2], points[-1], 0.35 + 0.25 * (turn % 2))
            words = shorten(", ".join(slopes[source, target]), 0.75, SIZE - 1.5)
            axes.text(
                x,
                y,
                words,
                fontsize=SIZE - 1.5,
                color=INK,
                ha="center",
                va="center",
                zorder=2,
                parse_math=False,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
            )


Point = tuple[float, float]
LEVEL = 0.45
"""Where along a piece of an edge, from either end, its handles are."""


def _curve(points: list[Point]) -> Path:
    vertices, codes = [points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(points):
        bend = LEVEL * (x1 - x0)
        vertices += [(x0 + bend, y0), (x1 - bend, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    return Path(vertices, codes)


def _along(start: Point, end: Point, t: float) -> Point:
    """Return the point of one piece at the curve's parameter t, counted back from its end."""
    s = 1 - t
    x = 3 * s * s * t * (1 - LEVEL) + 3 * s * t * t * LEVEL + s**3
    y = 3 * s * s * t + s**3
    return start[0] + (end[0] - start[0]) * x, start[1] + (end[1] - start[1]) * y
