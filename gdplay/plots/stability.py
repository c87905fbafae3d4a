"""Which learning rates settle and which diverge, and how low f gets at each: found, in theory, the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from gdplay.plots.axis import choose_axis
from gdplay.plots.figure import own_style
from gdplay.plots.layout import FONT_SIZE, TITLE_SIZE, columns_for
from gdplay.plots.palette import COLORS, INK, MARKS
from gdplay.plots.scene import Values
from gdplay.plots.text import shorten, wrap
from gdplay.plots.text import width as text_width
from gdplay.plots.ticks import log_ticks, number_text

PANEL, SHARE, LOSS, BETWEEN = 4.4, 1.5, 2.6, 0.16
LEFT, GAP, RIGHT, TOP, BELOW, LINE, ROW, HEAD, APART = 0.95, 0.8, 0.3, 0.14, 0.62, 0.22, 0.22, 0.3, 0.75
ACROSS = 3
EDGE, SETTLES, BEST, CURVE = COLORS[0], COLORS[2], COLORS[3], COLORS[5]
FLOOR = 1e-30
"""f below it is drawn there: rounding would flatten all else."""

UNSTABLE: dict[str, Any] = {
    "facecolor": "#d9d9d9",
    "hatch": "///",
    "edgecolor": "#9a9a9a",
    "linewidth": 0,
}
AGAIN: dict[str, Any] = {"facecolor": COLORS[4], "alpha": 0.45, "linewidth": 0}
UNTRIED: dict[str, Any] = {"facecolor": "#f0f0f0", "linewidth": 0}
PAPER_BOX: dict[str, Any] = {"facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
ROOM = 0.85
"""Right of this part of a panel a number has no room."""

MARGIN = 100.0
"""So many times beyond what was found, on either side, is shown."""


@dataclass(frozen=True)
class Stability:
    """What was found for one setting, over trials.

    ``stable`` and ``settled`` (k,) are the shares of trials that did not diverge, and that settled, at each
    of ``rates`` (k,), ``loss`` (3, k) the quartiles of their f, nan where too many diverged. ``diverges``
    (3,) are quartiles of rates and ``settles`` is one, infinite beyond what was scanned; ``best_loss`` is
    the median at ``best``. ``theory``: the lowest and the highest limit at the minima, which
    ``formula`` gives.
    """

    label: str
    rates: Values
    stable: Values
    loss: Values
    diverges: Values
    best: float
    best_loss: float
    settled: Values | None = None
    settles: float = np.nan
    islands: Sequence[tuple[float, float]] = ()
    theory: tuple[float, float] | None = None
    formula: str = ""
    above: str = "lowest f"

    @property
    def window(self) -> tuple[float, float]:
        """The rates to show."""
        islands = (end for ends in self.islands for end in ends)
        found = [*self.diverges, self.settles, self.best, *(self.theory or ()), *islands]
        seen = [value for value in found if np.isfinite(value)] or [self.rates[0], self.rates[-1]]
        low, high = min(seen) / MARGIN, max(seen) * MARGIN**0.5
        return max(low, float(self.rates[0])), min(high, float(self.rates[-1]))

    @property
    def spread(self) -> bool:
        """Whether the trials differ."""
        return bool(((self.stable > 0) & (self.stable < 1)).any() or self.diverges[0] < self.diverges[2])


def draw_stability(found: Sequence[Stability], title: Sequence[str]) -> Figure:
    """Draw two panels for each setting: the share of stable trials, and below it the lowest f."""
    down = -(-len(found) // ACROSS)
    across = -(-len(found) // down)
    width = LEFT + across * PANEL + (across - 1) * GAP + RIGHT
    block = HEAD + SHARE + BETWEEN + LOSS
    low, high = min(each.window[0] for each in found), max(each.window[1] for each in found)
    with own_style():
        lines = wrap(title, width - 2 * RIGHT, TITLE_SIZE, 3)
        entries = _entries(found, low, high)
        columns = columns_for([text_width(label, FONT_SIZE) for label in entries], width - 2 * RIGHT)
        bottom = BELOW + -(-len(entries) // columns) * ROW
        height = bottom + down * block + (down - 1) * APART + 2 * TOP + len(lines) * LINE
        figure = Figure(figsize=(width, height), dpi=120)
        FigureCanvasAgg(figure)
        for index, each in enumerate(found):
            row, column = divmod(index, across)
            left, base = LEFT + column * (PANEL + GAP), bottom + (down - 1 - row) * (block + APART)
            at = (left / width, base / height, PANEL / width, LOSS / height)
            loss = figure.add_axes(at)
            share = figure.add_axes((at[0], (base + LOSS + BETWEEN) / height, at[2], SHARE / height))
            for axes in (share, loss):
                _rate_axis(axes, low, high, labelled=axes is loss)
                _draw_common(axes, each)
            _draw_share(share, each, first=column == 0)
            _draw_loss(loss, each)
            share.set_title(shorten(each.label, PANEL, FONT_SIZE), fontsize=FONT_SIZE + 1, pad=5,
                            parse_math=False)  # fmt: skip
        for index, line in enumerate(lines):
            at = 1 - (TOP + (index + 0.5) * LINE) / height
            figure.text(0.5, at, line, fontsize=TITLE_SIZE, ha="center", va="center", parse_math=False)
        figure.legend(list(entries.values()), list(entries), loc="lower center", ncols=columns, frameon=False,
                      bbox_to_anchor=(0.5, 0.03 / height), columnspacing=1.6, labelspacing=0.3)  # fmt: skip
    return figure


def _entries(found: Sequence[Stability], low: float, high: float) -> dict[str, Any]:
    """Return the legend: what is drawn, and nothing else."""
    trials = any(each.spread for each in found)
    entries: dict[str, Any] = {}
    if any(np.isfinite(each.loss[1]).any() for each in found):
        entries["median" if trials else "f"] = Line2D([], [], color=CURVE, linewidth=1.6)
        if trials:
            entries["middle half"] = Patch(facecolor=CURVE, alpha=0.25)
    if any((each.stable < 0.5).any() for each in found):
        entries["most diverge" if trials else "diverges"] = Patch(**UNSTABLE)
    if any(np.isfinite(each.settles) for each in found):
        entries["settle, and up to where"] = Line2D([], [], color=SETTLES, linewidth=1.6, linestyle="-.")
    if any(np.isfinite(each.diverges[1]) for each in found):
        entries["do not diverge, and up to where"] = Line2D([], [], color=EDGE, linewidth=1.6)
    if any(np.isfinite(each.diverges).all() and np.ptp(each.diverges) > 0 for each in found):
        entries["its quartiles"] = Line2D([], [], color=EDGE, linewidth=4)
    for each in found:
        if each.theory is not None:
            entries[f"in theory: {each.formula}"] = Line2D([], [], color=INK, linestyle="--", linewidth=1.2)
    if any(each.islands for each in found):
        entries["some do not diverge again"] = Patch(**AGAIN)
    if any(low < each.rates[0] or high > each.rates[-1] for each in found):
        entries["not tried"] = Patch(**UNTRIED)
    if any(np.isfinite(each.best) for each in found):
        entries["best rate"] = Line2D([], [], **MARKS["best"].style(BEST))
    return entries


def _rate_axis(axes: Axes, low: float, high: float, labelled: bool) -> None:
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    places, texts = log_ticks(low, high)
    axes.xaxis.set_major_locator(FixedLocator(list(places)))
    axes.xaxis.set_major_formatter(FixedFormatter(texts))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.tick_params(labelbottom=labelled)
    if labelled:
        axes.set_xlabel("learning rate", parse_math=False)
    axes.grid(True, color="#e3e3e3", linewidth=0.6)
    axes.set_axisbelow(True)


def _draw_common(axes: Axes, each: Stability) -> None:
    """Shade where most diverge and the islands, and mark the edges that were found and that of theory."""
    inner = np.sqrt(each.rates[:-1] * each.rates[1:])
    borders: list[float] = [each.rates[0], *inner.tolist(), each.rates[-1]]
    bad = np.concatenate([[0], each.stable < 0.5, [0]])
    changes = np.flatnonzero(np.diff(bad.astype(int))).tolist()
    for first, end in zip(changes[::2], changes[1::2], strict=True):
        left = borders[first]
        if first and np.isfinite(each.diverges[1]):  # found finer than it was scanned
            left = min(max(float(each.diverges[1]), each.rates[first - 1]), each.rates[first])
        axes.axvspan(left, borders[end], zorder=1, **UNSTABLE)
    for island in each.islands:
        first, last = np.searchsorted(each.rates, island).tolist()
        axes.axvspan(borders[first], borders[last + 1], zorder=1.5, **AGAIN)
    low, high = axes.get_xlim()
    for left, right in ((low, each.rates[0]), (each.rates[-1], high)):
        if left < right:
            axes.axvspan(left, right, zorder=1, **UNTRIED)
    if np.isfinite(each.settles):
        axes.axvline(each.settles, color=SETTLES, linestyle="-.", linewidth=1.6, zorder=3)
    if np.isfinite(each.diverges[1]):
        axes.axvline(each.diverges[1], color=EDGE, linewidth=1.6, zorder=3)
    for limit in dict.fromkeys(each.theory or ()):
        axes.axvline(limit, color=INK, linestyle="--", linewidth=1.2, zorder=3.5)


def _draw_share(axes: Axes, each: Stability, first: bool) -> None:
    """Draw which part of the trials does not diverge, and which settles."""
    shares = [(each.stable, EDGE, "-"), (each.settled, SETTLES, "-.")]
    for share, color, style in shares:
        if share is not None:
            axes.plot(each.rates, 100 * share, color=color, linestyle=style, linewidth=1.2,
                      drawstyle="steps-mid", zorder=2.5)  # fmt: skip
    axes.set_ylim(-6, 106)
    axes.yaxis.set_major_locator(FixedLocator([0, 50, 100]))
    axes.yaxis.set_major_formatter(FixedFormatter(["0", "50", "100"]))
    if first:
        axes.set_ylabel("% of trials", parse_math=False)
    low, middle, high = each.diverges
    if low < high and np.isfinite(each.diverges).all():
        axes.plot([low, high], [50, 50], color=EDGE, linewidth=4, solid_capstyle="butt", zorder=4)
    for rate, color, height in ((middle, EDGE, 80.0), (each.settles, SETTLES, 20.0)):
        if np.isfinite(rate):
            _beside(axes, float(rate), height, color)


def _draw_loss(axes: Axes, each: Stability) -> None:
    loss, best_loss = each.loss, each.best_loss
    finite = loss[np.isfinite(loss)]
    if np.isfinite(best_loss):
        finite = np.append(finite, best_loss)
    note = ""
    if len(finite) and finite.min() >= 0 and finite.min() < FLOOR < finite.max():
        loss, best_loss, finite = np.maximum(loss, FLOOR), max(best_loss, FLOOR), np.maximum(finite, FLOOR)
        note = f", or {FLOOR:g} where less"
    axis = choose_axis(finite, never_negative=bool((finite >= 0).all()), log_from=30.0)
    axis.apply(axes)
    axes.set_ylabel(f"{each.above}{note}", parse_math=False)
    low, middle, high = (axis.bound(row) for row in loss)
    axes.fill_between(each.rates, low, high, color=CURVE, alpha=0.25, linewidth=0, zorder=2)
    axes.plot(each.rates, middle, color=CURVE, linewidth=1.6, zorder=2.5)
    if np.isfinite(each.best):
        at = float(axis.bound(np.array([best_loss]))[0])
        axes.plot(each.best, at, clip_on=False, **MARKS["best"].style(BEST))
        _write(axes, number_text(each.best), (each.best, at), (0, 14), "center")
    if not len(finite):
        axes.text(0.5, 0.5, "diverges at every rate that was tried", transform=axes.transAxes, ha="center",
                  va="center", bbox=PAPER_BOX, parse_math=False)  # fmt: skip
    if each.theory is not None:
        low_rate, high_rate = each.theory
        text = number_text(low_rate, 3)
        if high_rate > low_rate:
            text += f" to {number_text(high_rate, 3)}"
        _beside(axes, high_rate, 0.93, INK, text, axes.get_xaxis_transform())


def _beside(
    axes: Axes, rate: float, height: float, color: str, text: str = "", transform: Any = "data"
) -> None:
    """Write a rate beside its line, on the side that has room."""
    left, right = axes.get_xlim()
    beyond = rate > left ** (1 - ROOM) * right**ROOM
    offset, side = ((-5, 0), "right") if beyond else ((5, 0), "left")
    _write(axes, text or number_text(rate), (rate, height), offset, side, color, transform)


def _write(
    axes: Axes,
    text: str,
    place: tuple[float, float],
    offset: tuple[float, float],
    side: str,
    color: str = INK,
    transform: Any = "data",
) -> None:
    """Write beside a place."""
    axes.annotate(text, place, offset, xycoords=transform, textcoords="offset points", color=color,
                  ha=side, va="center", bbox=PAPER_BOX, zorder=5, parse_math=False)  # fmt: skip
