"""A finished sweep as its pictures see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.plan import Group
from gdplay.sweeps.request import Request
from gdplay.sweeps.result import Table
from gdplay.sweeps.tablefile import SavedTable
from gdplay.sweeps.thinned import REPLICATES, thinned

RATE = "optimizer.learning_rate"

NAMED = ("optimizer", "optimizer.name", "function", "function.name")
"""Keys whose values say by themselves what they are."""

WORDS = {
    "function.rotate": "rotation in degrees",
    "noise.gradient": "noise of the gradient",
    "stop.max_steps": "most steps",
    "seed": "seed",
    "start": "start",
}
"""What keys are called at an axis and in a legend, where their last words do not say it."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """The rows that are drawn. ``drawn``: of which keys not all values are, how many of how many."""

    request: Request
    table: Table
    drawn: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    runs: int = 0
    """How many runs the sweep has; 0: those in the table."""

    @staticmethod
    def of(request: Request, saved: SavedTable) -> Gallery:
        """Return the pictures' view of a table on disk. Raises ConfigError where that is damaged."""
        names = ["run", *request.keys, "status", "steps", "best_f", "final_f"]
        names += [
            name for name in saved.types if name.startswith("best_") and name not in (*names, "best_step")
        ]
        few = thinned(request.groups)
        if few is None:
            return Gallery(request, saved.picked(names))
        return Gallery(request, saved.picked(names, few[0]), few[1], saved.runs)

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

    @property
    def title(self) -> list[str]:
        """The title's lines: the function, how many runs of how many steps, and which of them are drawn."""
        configs = [group.config for group in self.request.groups if group.config is not None]
        functions = list(dict.fromkeys((c.function.name, c.function.line) for c in configs))
        name, line = functions[0]
        first = line if name == "f" else f"{name}:  {line}"
        if len(functions) > 1:
            first = ", ".join(dict.fromkeys(name for name, _ in functions))
        steps = sorted({config.criteria.max_steps for config in configs})
        limit = f"{steps[0]}" if len(steps) == 1 else f"{steps[0]} to {steps[-1]}"
        counts = [f"{self.runs or self.table.runs:,} runs of at most {limit} steps"]
        for key in REPLICATES:
            many = self.drawn[key][1] if key in self.drawn else self.different(key)
            counts += [f"{many:,} {key}s"] if many > 1 else []
        kept = [(key, *self.drawn[key]) for key in self.request.keys if key in self.drawn]
        said = [f"{few:,} of {many:,} values of {short(key)}" for key, few, many in kept]
        return [first, ",  ".join(counts), *([f"drawn: {', '.join(said)}"] if said else [])]

    def different(self, key: str) -> int:
        """Return how many values of a key are in the table."""
        return len(np.unique(self.table.columns.get(key, np.zeros(1))))

    def labels(self, without: Sequence[str]) -> Column:
        """Return what sets each row apart besides some keys and replicates: (rows,) texts."""
        keys = [key for key in self.request.keys if key not in without and key not in REPLICATES]
        found: Column | None = None
        for key in keys:
            values, which = np.unique(self.table.columns[key], return_inverse=True)
            words = np.array([_word(key, value) for value in values.tolist()], dtype=object)[which]
            found = words if found is None else found + ", " + words
        return np.full(self.table.runs, "", dtype=object) if found is None else found

    def above(self, name: str) -> Column:
        """Return a column of values of f, from the known minimum where there is one."""
        values = self.table.columns[name].astype(np.float64)
        return values if self.floor is None else values - self.floor

    def group(self, row: int) -> Group:
        """Return the group of a row."""
        run = self.table.columns["run"][row]
        return next(g for g in self.request.groups if g.first <= run < g.first + g.runs)

    def optimizer(self, row: int) -> str:
        """Return the name of a row's optimizer."""
        config = self.group(row).config
        assert config is not None
        return config.method.rule.title

    def _varies(self, key: str) -> bool:
        values = self.table.columns[key]
        return values.dtype != object and len(np.unique(values[np.isfinite(values)])) > 1


def short(key: str) -> str:
    """Return what a key is called in a picture."""
    if key in WORDS:
        return WORDS[key]
    head, _, last = key.rpartition(".")
    return (last if head.startswith(("optimizer", "function")) else key).replace(".", " ").replace("_", " ")


def _moves(key: str) -> bool:
    return key.startswith("function.constants.")


def _word(key: str, value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if key in NAMED:  # {name: momentum, momentum: 0.5} is momentum, momentum 0.5
        return text.strip("{}").removeprefix("name: ").replace(": ", " ")
    return f"{short(key)} {text}"
