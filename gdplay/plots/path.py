"""A path on a panel: its line, arrows, marks, and the places where it leaves or ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from gdplay.plots.palette import DASHES, INK, LEAVES, MARKS, NEUTRAL, PAPER, Mark
from gdplay.plots.polyline import Visible, clip_path, place_arrows, thin_path
from gdplay.plots.scene import Path, Values

FEW = 80  # vertices that are drawn one by one, so that the steps can be counted
DENSE = 400  # vertices from which the line is thinner
MOST_EXITS = 12
ARROW = np.array([[0.6, 0.0], [-0.4, 0.42], [-0.4, -0.42]])  # pointing right, of length 1
ARROW_POINTS = 9.0

Entries = dict[str, Artist]  # legend label -> the artist that shows it


@dataclass(frozen=True)
class Pen:
    """What draws one path: a panel with its limits ``frame: (2, 2)``, a colour, the legend's entries.

    A path that is ``alone`` has its steps told in the legend; the marks of several share neutral entries.
    """

    axes: Axes
    frame: Values
    color: str
    entries: Entries
    alone: bool

    def scaled(self, points: Values) -> Values:
        """Return points in the coordinates in which the panel is linear, so that clipping follows the eye."""
        return self.axes.transScale.transform(points)

    def unscaled(self, points: Values) -> Values:
        """Return points from those coordinates to the panel's own."""
        return self.axes.transScale.inverted().transform(points)

    def mark(self, place: Values, mark: Mark, label: str) -> None:
        """Draw a mark if its place is in the frame, and note it in the legend."""
        if not inside(place[None], self.frame)[0]:
            return
        (drawn,) = self.axes.plot([place[0]], [place[1]], clip_on=False, **mark.style(self.color))
        shown = drawn if self.alone else Line2D([], [], **mark.style(NEUTRAL))
        self.entries.setdefault(label, shown)


def inside(points: Values, frame: Values) -> NDArray[np.bool_]:
    """Return which of the points ``(rows, 2)`` lie in a frame ``(2, 2)``."""
    return np.all((points >= frame[:, 0]) & (points <= frame[:, 1]), axis=1)


def draw_path(pen: Pen, path: Path, points: Values) -> None:
    """Draw the finite beginning of one path, ``points: (rows, 2)`` in the panel's coordinates."""
    points = points[: max(path.finite, 1)]
    if not np.isfinite(points).all():
        return
    frame = pen.scaled(pen.frame.T).T
    seen = clip_path(pen.scaled(points), frame)
    line = pen.unscaled(thin_path(seen.points, frame))
    if len(line):
        pen.entries[path.label] = _draw_line(pen, path, line)
        _draw_arrows(pen, line)
    _draw_ends(pen, path, points)
    _draw_exits(pen, path, seen, frame)
    _draw_divergence(pen, path, points)


def _draw_line(pen: Pen, path: Path, line: Values) -> Artist:
    thin = len(line) > DENSE
    common: dict[str, Any] = {"solid_joinstyle": "round", "solid_capstyle": "round"}
    pen.axes.plot(*line.T, color=PAPER, linewidth=1.9 if thin else 3.2, alpha=0.75, zorder=4.5, **common)
    # The dots are the steps.
    dot = "." if len(line) <= FEW and not path.dash else ""
    (drawn,) = pen.axes.plot(
        *line.T,
        color=pen.color,
        linewidth=1.0 if thin else 1.5,
        zorder=5,
        marker=dot,
        markersize=4.5,
        linestyle=DASHES[path.dash],
        **{**common, "dash_capstyle": "butt"},
    )
    return drawn


def _draw_arrows(pen: Pen, line: Values) -> None:
    axes = pen.axes
    length = ARROW_POINTS * axes.figure.dpi / 72
    places, directions = place_arrows(axes.transData.transform(line), length)
    if not len(places):
        return
    turns = np.stack([directions, directions[:, ::-1] * [-1, 1]], axis=1)  # rows: along, across
    corners = places[:, None] + length * np.einsum("cj,kji->kci", ARROW, turns)
    # In the panel's own units the arrows keep their shape when the figure is saved at another dpi.
    corners = axes.transAxes.inverted().transform(corners.reshape(-1, 2)).reshape(corners.shape)
    look = {"facecolor": pen.color, "edgecolor": PAPER, "linewidth": 0.7, "zorder": 5.5}
    axes.add_collection(PolyCollection(list(corners), transform=axes.transAxes, **look), autolim=False)


def _draw_ends(pen: Pen, path: Path, points: Values) -> None:
    best, last = min(path.best_row, len(points) - 1), len(points) - 1
    pen.mark(points[0], MARKS["start"], "start")
    if path.diverged is not None:
        if best > 0:
            pen.mark(points[best], MARKS["best"], "best")
    elif best == last:
        pen.mark(points[best], MARKS["best"], "best and last" if pen.alone else "best")
    else:
        pen.mark(points[last], MARKS["last"], "last")
        pen.mark(points[best], MARKS["best"], "best")


def _draw_exits(pen: Pen, path: Path, seen: Visible, frame: Values) -> None:
    if not len(seen.exits):
        return
    told = f"leaves the frame (step {path.step[seen.exit_rows[0] + 1]})" if pen.alone else "leaves the frame"
    shares = (seen.exits[:MOST_EXITS] - frame[:, 0]) / (frame[:, 1] - frame[:, 0])
    for share, place in zip(shares, pen.unscaled(seen.exits[:MOST_EXITS]), strict=True):
        axis = int(np.argmax(np.abs(share - 0.5)))
        # The way to the logarithm and back may end a last digit outside.
        pen.mark(np.clip(place, *pen.frame.T), LEAVES[axis, int(share[axis] > 0.5)], told)


def _draw_divergence(pen: Pen, path: Path, points: Values) -> None:
    # Where the path has left the frame, the border's marks say so: it did not diverge in the picture.
    last = path.finite - 1
    if path.diverged is not None and last >= 0 and inside(points[last : last + 1], pen.frame)[0]:
        told = f"diverged at step {path.diverged}" if pen.alone else "diverged"
        pen.mark(points[last], MARKS["diverged"], told)


def draw_minima(axes: Axes, places: Values, frame: Values, entries: Entries, projected: bool = False) -> None:
    """Mark the known minima ``(k, 2)`` that lie in the frame."""
    places = places[inside(places, frame)]
    if len(places):
        (drawn,) = axes.plot(*places.T, clip_on=False, **MARKS["minimum"].style(INK))
        label = "known minimum" if len(places) == 1 else "known minima"
        entries[label + (", projected" if projected else "")] = drawn
