"""Which pictures a sweep has, and what each is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.curves import Curves
from gdplay.sweeps.limits import limit_of
from gdplay.sweeps.plan import Group
from gdplay.sweeps.request import Request
from gdplay.sweeps.result import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RATE = "optimizer.learning_rate"
REPLICATES = ("start", "seed")
"""Keys that make replicates: the bands are over them."""

MOST_LINES, LEAST_CONVERGED = 7, 3

NAMED = ("optimizer", "optimizer.name", "function", "function.name")
"""Keys whose values say by themselves what they are."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """A finished sweep as its pictures see it."""

    request: Request
    table: Table

    @cached_property
    def numeric(self) -> tuple[str, ...]:
        """The swept keys whose values are numbers, two at least; the learning rate first."""
        found = [key for key in self.request.keys if key not in REPLICATES and self._varies(key)]
        return tuple(sorted(found, key=lambda key: key != RATE))

    @cached_property
    def ran(self) -> Column:
        """The rows whose runs came to an end."""
        status = self.table.columns["status"]
        return np.flatnonzero((status != "failed") & (status != "interrupted"))

    @cached_property
    def floor(self) -> Column | None:
        """The known minimum of every row's function, or None where it is not known or not lowest."""
        groups = [group for group in self.request.groups if group.config is not None]
        known = [group.config.function.minimum for group in groups if group.config is not None]
        if any(value is None for value in known) or any(_moves(key) for key in self.request.keys):
            return None
        firsts = np.array([group.first for group in groups])
        which = np.searchsorted(firsts, self.table.columns["run"], side="right") - 1
        floor = np.array(known, dtype=np.float64)[which]
        best = self.table.columns["best_f"][self.ran] - floor[self.ran]
        return None if (best < 0).any() else floor

    @property
    def value(self) -> str:
        """What the values are called."""
        if self.floor is None:
            return "f"
        return "f" if not self.floor.any() else "f - f*"

    def labels(self, without: Sequence[str]) -> Column:
        """Return what sets each row apart besides some keys and replicates: (rows,) texts."""
        keys = [key for key in self.request.keys if key not in without and key not in REPLICATES]
        parts = [[self._word(key, value) for value in self.table.columns[key].tolist()] for key in keys]
        return np.array(
            [", ".join(words) for words in zip(*parts, strict=True)] or [""] * self.table.runs, dtype=object
        )

    def above(self, name: str) -> Column:
        """Return a column of values of f, from the known minimum where there is one."""
        values = self.table.columns[name].astype(np.float64)
        return values if self.floor is None else values - self.floor

    def group(self, row: int) -> Group:
        """Return the group of a row."""
        run = self.table.columns["run"][row]
        return next(g for g in self.request.groups if g.first <= run < g.first + g.runs)

    def _varies(self, key: str) -> bool:
        values = self.table.columns[key]
        return values.dtype != object and len(np.unique(values[np.isfinite(values)])) > 1

    def _word(self, key: str, value: Any) -> str:
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return text if key in NAMED else f"{key.rpartition('.')[2]} {text}"


def pictures(gallery: Gallery, curves: Callable[[], Curves]) -> dict[str, Callable[[], Figure]]:
    """Return the pictures that a sweep can have, by name, and what draws each; ``curves`` fetches curves."""
    if not gallery.numeric or not len(gallery.ran):
        return {}
    found: dict[str, Callable[[], Figure]] = {}
    if len(set(gallery.labels([gallery.numeric[0]]))) <= MOST_LINES:
        found["rates"] = lambda: _rates(gallery)
    if len(gallery.numeric) == 2:
        found["heat"] = lambda: _heat(gallery)
    found["curves"] = lambda: _losses(gallery, curves())
    return found


def _moves(key: str) -> bool:
    return key.startswith("function.constants.")


def title(gallery: Gallery) -> list[str]:
    """Return the title's lines: the function, and how many runs of how many steps."""
    configs = [group.config for group in gallery.request.groups if group.config is not None]
    functions = list(dict.fromkeys((c.function.name, c.function.line) for c in configs))
    name, line = functions[0]
    first = line if name == "f" else f"{name}:  {line}"
    if len(functions) > 1:
        first = ", ".join(dict.fromkeys(name for name, _ in functions))
    steps = sorted({config.criteria.max_steps for config in configs})
    limit = f"{steps[0]}" if len(steps) == 1 else f"{steps[0]} to {steps[-1]}"
    counts = [f"{gallery.table.runs} runs of at most {limit} steps"]
    for key in REPLICATES:
        many = len(np.unique(gallery.table.columns.get(key, np.zeros(1))))
        counts += [f"{many} {key}s"] if many > 1 else []
    return [first, ",  ".join(counts)]


def _quartiles(values: Column) -> Column:
    """Return the lower quartile, the median and the upper one of what may be infinite: members of it."""
    ordered = np.sort(np.where(np.isnan(values), np.inf, values))
    places = np.round(np.array([0.25, 0.5, 0.75]) * (len(ordered) - 1)).astype(int)
    return ordered[places]


def _rates(gallery: Gallery) -> Figure:
    from gdplay.plots.rates import RateLine, RatePicture, draw_rates

    key, table, ran = gallery.numeric[0], gallery.table, gallery.ran
    labels, at = gallery.labels([key])[ran], table.columns[key][ran]
    status = table.columns["status"][ran]
    given = {"best": gallery.above("best_f")[ran], "final": gallery.above("final_f")[ran]}
    if (status == "converged").sum() >= LEAST_CONVERGED:
        given["steps"] = np.where(status == "converged", table.columns["steps"][ran].astype(float), np.nan)
    lines: list[RateLine] = []
    banded = False
    for label in dict.fromkeys(labels.tolist()):
        mine = np.flatnonzero(labels == label)
        places, which = np.unique(at[mine], return_inverse=True)
        rows = [mine[which == k] for k in range(len(places))]
        banded = banded or any(len(each) > 1 for each in rows)
        values = {name: np.stack([_quartiles(v[each]) for each in rows], axis=1) for name, v in given.items()}
        values = {name: np.where(np.isfinite(v), v, np.nan) for name, v in values.items()}
        diverged = np.array([(status[each] == "diverged").mean() for each in rows])
        best = int(
            ran[mine[np.argmin(np.where(np.isfinite(given["best"][mine]), given["best"][mine], np.inf))]]
        )
        limit, words = limit_of(gallery.group(best), table, best) if key == RATE else (None, "")
        text = f"{label}: {words}" if label else words
        lines.append(RateLine(label, places, values, diverged, limit, text))
    names = {
        "best": f"best {gallery.value}",
        "final": f"final {gallery.value}",
        "steps": "steps until converged",
    }
    return draw_rates(RatePicture(_short(key), lines, title(gallery), names, banded))


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
        values = np.full((len(y), len(x)), np.nan)
        mine = np.flatnonzero(labels == label)
        order = mine[np.lexsort((column[mine], row[mine]))]
        cells = row[order] * len(x) + column[order]
        for part in np.split(order, np.flatnonzero(np.diff(cells)) + 1):
            values[row[part[0]], column[part[0]]] = _quartiles(best[part])[1]
        panels[label] = values
    value = f"{shown} {gallery.value}"
    return draw_heat(HeatPicture(_short(x_key), _short(y_key), x, y, panels, value, title(gallery)))


def _losses(gallery: Gallery, curves: Curves) -> Figure:
    from gdplay.plots.losses import LossCurve, draw_losses

    key, table = gallery.numeric[0], gallery.table
    labels = gallery.labels([key])
    rows = np.searchsorted(table.columns["run"], np.unique(curves.run))
    for replicate in REPLICATES:  # of replicates one is shown: the first
        if replicate in table.columns:
            numbers = table.columns[replicate]
            rows = rows[numbers[rows] == np.nanmin(numbers)]
    panels: dict[str, list[LossCurve]] = {}
    for row in rows.tolist():
        steps, f = curves.of(int(table.columns["run"][row]))
        floor = 0.0 if gallery.floor is None else gallery.floor[row]
        curve = LossCurve(float(table.columns[key][row]), steps, f - floor)
        panels.setdefault(str(labels[row]), []).append(curve)
    several = [key for key in REPLICATES if len(np.unique(table.columns.get(key, np.zeros(1)))) > 1]
    shown = [f"{key} {table.columns[key].min():g}" for key in several]
    lines = [*title(gallery), *([f"{' and '.join(shown)} shown"] if shown else [])]
    return draw_losses(panels, _short(key), gallery.value, lines)


def _short(key: str) -> str:
    head, _, last = key.rpartition(".")
    return (last if head.startswith(("optimizer", "function")) else key).replace(".", " ").replace("_", " ")
