"""Which pictures a sweep has, and what each is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.curves import Curves
from gdplay.sweeps.gallery import RATE, Gallery, short
from gdplay.sweeps.limits import limit_of
from gdplay.sweeps.spread import quartiles
from gdplay.sweeps.thinned import REPLICATES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LINES, LEAST_CONVERGED = 14, 3
"""Of more lines the best are drawn; so many runs must converge for a panel of their steps."""


def pictures(gallery: Gallery, curves: Callable[[], Curves]) -> dict[str, Callable[[], Figure]]:
    """Return the pictures that a sweep can have, by name, and what draws each; ``curves`` fetches curves."""
    if not len(gallery.ran):
        return {}
    found: dict[str, Callable[[], Figure]] = {}
    if gallery.numeric:
        found["rates"] = lambda: _rates(gallery)
    if len(gallery.numeric) == 2:
        found["heat"] = lambda: _heat(gallery)
    found["curves"] = lambda: _losses(gallery, curves())
    return found


def _rates(gallery: Gallery) -> Figure:
    from gdplay.plots.rates import RateLine, RatePicture, draw_rates

    key, table, ran = gallery.numeric[0], gallery.table, gallery.ran
    labels, at = gallery.labels([key])[ran], table.columns[key][ran]
    status = table.columns["status"][ran]
    given = {"best": gallery.above("best_f")[ran], "final": gallery.above("final_f")[ran]}
    if (status == "converged").sum() >= LEAST_CONVERGED:
        given["steps"] = np.where(status == "converged", table.columns["steps"][ran].astype(float), np.nan)
    names = list(dict.fromkeys(labels.tolist()))
    drawn, title = _best(names, labels, given["best"]), list(gallery.title)
    if len(drawn) < len(names):
        title.append(f"the best {len(drawn)} of {len(names)} settings are drawn")
    lines: list[RateLine] = []
    banded = False
    for label in drawn:
        mine = np.flatnonzero(labels == label)
        places, which = np.unique(at[mine], return_inverse=True)
        banded = banded or len(mine) > len(places)
        values = {name: quartiles(v[mine], which, len(places)) for name, v in given.items()}
        values = {name: np.where(np.isfinite(v), v, np.nan) for name, v in values.items()}
        diverged = np.bincount(which, weights=status[mine] == "diverged") / np.bincount(which)
        best = int(
            ran[mine[np.argmin(np.where(np.isfinite(given["best"][mine]), given["best"][mine], np.inf))]]
        )
        limit, words = limit_of(gallery.group(best), table, best) if key == RATE else (None, "")
        text = f"{label}: {words}" if label else words
        name = label or gallery.optimizer(best)
        lines.append(RateLine(name, places, values, diverged, limit, text))
    called = {
        "best": f"best {gallery.value}",
        "final": f"final {gallery.value}",
        "steps": "steps until converged",
    }
    return draw_rates(RatePicture(short(key), lines, title, called, banded))


def _best(names: list[str], labels: Column, best: Column) -> list[str]:
    """Return the names whose runs come lowest, at most as many as can be told apart, in their order."""
    if len(names) <= MOST_LINES:
        return names
    lowest = {name: np.min(np.where(labels == name, best, np.inf)) for name in names}
    kept = sorted(names, key=lambda name: lowest[name])[:MOST_LINES]
    return [name for name in names if name in kept]


def _heat(gallery: Gallery) -> Figure:
    from gdplay.plots.heat import HeatPicture, draw_heat

    (x_key, y_key), table, ran = gallery.numeric, gallery.table, gallery.ran
    # under noise the best value is luck: where it ends is not
    shown = "final" if "seed" in table.columns or "noise.gradient" in gallery.numeric else "best"
    labels, best = gallery.labels([x_key, y_key])[ran], gallery.above(f"{shown}_f")[ran]
    best = np.where(table.columns["status"][ran] == "diverged", np.inf, best)
    x, column = np.unique(table.columns[x_key][ran], return_inverse=True)
    y, row = np.unique(table.columns[y_key][ran], return_inverse=True)
    panels: dict[str, Column] = {}
    for label in dict.fromkeys(labels.tolist()):
        mine = np.flatnonzero(labels == label)
        cells = row[mine] * len(x) + column[mine]
        panels[label] = quartiles(best[mine], cells, len(x) * len(y))[1].reshape(len(y), len(x))
    value = f"{shown} {gallery.value}"
    return draw_heat(HeatPicture(short(x_key), short(y_key), x, y, panels, value, gallery.title))


def _losses(gallery: Gallery, curves: Curves) -> Figure:
    from gdplay.plots.losses import LossCurve, draw_losses

    table, many = gallery.table, [key for key in REPLICATES if gallery.different(key) > 1]
    # what is not a number has a panel each, in which replicates have the colours
    key = next(iter([*gallery.numeric, *many]), "run")
    labels = gallery.labels([key])
    rows = np.searchsorted(table.columns["run"], np.unique(curves.run))
    shown: list[str] = []
    for replicate in REPLICATES:  # of replicates one is shown: that of the most curves, the first of equals
        if replicate in many and replicate != key:
            numbers = table.columns[replicate]
            values, counts = np.unique(numbers[rows], return_counts=True)
            rows = rows[numbers[rows] == values[np.argmax(counts)]]
            shown.append(f"{replicate} {values[np.argmax(counts)]:g}")
    panels: dict[str, list[LossCurve]] = {}
    for row in rows.tolist():
        steps, f = curves.of(int(table.columns["run"][row]))
        floor = 0.0 if gallery.floor is None else gallery.floor[row]
        number = 0.0 if key == "run" else float(table.columns[key][row])
        curve = LossCurve(number, steps, f - floor)
        panels.setdefault(str(labels[row]), []).append(curve)
    lines = [*gallery.title, *([f"{' and '.join(shown)} shown"] if shown else [])]
    return draw_losses(panels, short(key), gallery.value, lines)
