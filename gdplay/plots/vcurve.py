"""The error of numeric derivatives against the step, on logarithmic axes: truncation right, rounding left."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gdplay.accuracy import LEAST, Accuracy, Curve
from gdplay.formula.numeric import COMPLEX
from gdplay.plots.figure import own_style
from gdplay.plots.palette import COLORS, INK, NEUTRAL, PAPER
from gdplay.plots.text import shorten

SIZE = (8.0, 5.6)
SLOPED = ("forward", "central", "five-point")
"""The methods whose truncation error is a straight line."""


def draw_vcurve(found: Accuracy, title: str) -> Figure:
    """Draw the error curves, each with its best step (star) and its automatic step (circle)."""
    with own_style():
        figure = Figure(figsize=SIZE, dpi=120)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.09, 0.1, 0.88, 0.78))
        axes.set_xscale("log")
        axes.set_yscale("log")
        handles: list[Any] = []
        for curve, color in zip(found.curves, COLORS, strict=False):
            # its truncation error is that of central, which it would hide
            dashes = (4, 1.5) if curve.method == COMPLEX else (None, None)
            axes.plot(curve.steps, curve.errors, color=color, linewidth=1.6, dashes=dashes, zorder=3)
            if curve.method in SLOPED:
                _truncation(axes, curve, color)
            axes.plot(*curve.automatic, "o", color=color, markeredgecolor=INK, markersize=7, zorder=5)
            axes.plot(*curve.best, "*", color=color, markeredgecolor=INK, markersize=13, zorder=6)
            handles.append(Line2D([], [], color=color, linewidth=1.6, label=curve.method))
        low, high = found.curves[0].steps.min(), found.curves[0].steps.max()
        steps = np.array([low, 1e2])
        axes.plot(steps, found.rounding / steps, color=NEUTRAL, linestyle="--", linewidth=1.0, zorder=2)
        axes.set_xlim(1e-21, 2 * high)
        axes.set_ylim(LEAST / 3, 1e3)
        axes.set_xlabel("step h")
        axes.set_ylabel("error / largest component of the gradient")
        axes.grid(True, color="#e3e3e3", linewidth=0.6)
        axes.set_axisbelow(True)
        handles += [
            Line2D([], [], color=NEUTRAL, linestyle="--", label="rounding, eps |f| / h"),
            Line2D([], [], color=INK, linestyle=":", label="truncation, h^order"),
            Line2D([], [], color=PAPER, marker="*", markeredgecolor=INK, markersize=12, label="best step"),
            Line2D(
                [], [], color=PAPER, marker="o", markeredgecolor=INK, markersize=7, label="automatic step"
            ),
        ]
        axes.legend(handles=handles, loc="upper left", fontsize=8.5, framealpha=0.95)
        figure.text(
            0.53,
            0.94,
            shorten(title, SIZE[0] - 0.6, 11),
            fontsize=11,
            ha="center",
            va="center",
            parse_math=False,
        )
    return figure


def _truncation(axes: Any, curve: Curve, color: str) -> None:
    """Draw C h^order where the curve rises as it: C is the median over the steps right of the best one."""
    rising = (curve.steps > 3 * curve.best[0]) & (curve.errors < 0.1) & np.isfinite(curve.errors)
    if rising.sum() < 3:
        return
    constant = float(np.median(curve.errors[rising] / curve.steps[rising] ** curve.order))
    if constant > 0:
        axes.plot(
            curve.steps,
            constant * curve.steps**curve.order,
            color=color,
            linestyle=":",
            linewidth=1.0,
            zorder=2,
        )
