"""The best of a sweep while its rows pass by: settings over replicates, or runs where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdplay.objective import Function
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.chunk import Rows
from gdplay.sweeps.layout import Block, Layout
from gdplay.sweeps.order import Judge, Spread
from gdplay.sweeps.settings import Settings
from gdplay.sweeps.thinned import REPLICATES

LISTED = 10
MOST_JUDGED = 1_000_000
"""The values of so many runs are held, to rank settings by their replicates."""

LEAST_REPLICATES = 5
"""Where less than so many of each setting's replicates could be held, single runs are ranked."""


@dataclass
class Ranks:
    """What is needed of all rows to rank them, in bounded memory. Functions are ranked each by itself.

    ``judged`` is how many replicates of a setting are considered: 1 where runs are ranked.
    """

    layout: Layout
    settings: Settings
    by: str
    judged: int
    functions: list[str] = field(default_factory=list[str])
    judges: list[Judge] = field(default_factory=list[Judge])
    which: list[int] = field(default_factory=list[int])
    """The number of every group's function."""
    rows: list[int] = field(default_factory=list[int])
    best: dict[int, Block] = field(default_factory=dict[int, Block])
    held: dict[int, list[tuple[Column, ...]]] = field(default_factory=dict[int, list[tuple[Column, ...]]])

    @staticmethod
    def of(layout: Layout) -> Ranks:
        """Return the empty ranks of a sweep."""
        groups, settings = layout.groups, Settings.of(layout.groups)
        judged = settings.kept(MOST_JUDGED)
        enough = judged >= min(LEAST_REPLICATES, settings.most)
        noisy = any(
            (group.config is not None and group.config.choices.noise)
            or any(axis.key == "noise.gradient" for axis in group.axes)
            for group in groups
        )
        by = "final_f" if noisy else "best_f"
        lines = [None if group.config is None else _identity(group.config.function) for group in groups]
        found = Ranks(layout, settings, by, judged if enough else 1)
        for line in dict.fromkeys(line for line in lines if line is not None):
            mine = [group for group, own in zip(groups, lines, strict=True) if own == line]
            function = next(group.config.function for group in mine if group.config is not None)
            name = function.name if function.name != "f" else function.line
            same = sum(known.startswith(name) for known in found.functions)
            found.functions.append(name if not same else f"{name}, {function.size} variables ({same + 1})")
            found.judges.append(Judge.of(mine, by))
        order = list(dict.fromkeys(line for line in lines if line is not None))
        found.which = [-1 if line is None else order.index(line) for line in lines]
        found.rows = [0] * len(order)
        return found

    @property
    def of_settings(self) -> bool:
        """Whether settings are ranked, not runs."""
        return self.judged > 1

    def add(self, block: Block) -> None:
        """Take some rows of one group."""
        if not len(block["run"]):
            return
        number = self.settings.part(int(block["run"][0]))
        function = self.which[number]
        if function < 0:
            return
        if self.of_settings:
            self._hold(block, number, function)
            return
        judge = self.judges[function]
        ranked = judge.runs(block)
        self.rows[function] += len(ranked)
        best = {name: values[ranked[:LISTED]] for name, values in block.items()}
        if function in self.best:
            best = {name: np.concatenate([self.best[function][name], best[name]]) for name in block}
            best = {name: values[judge.runs(best)[:LISTED]] for name, values in best.items()}
        self.best[function] = best

    def _hold(self, block: Block, number: int, function: int) -> None:
        setting, replicate = self.settings.parts[number].places(block["run"])
        status = block["status"]
        ended = (replicate < self.judged) & (status != "interrupted")
        steps = np.where(status == "converged", block["steps"], np.inf)
        columns = (setting, block[self.by], steps, status == "diverged")
        self.held.setdefault(function, []).append(tuple(column[ended] for column in columns))

    def ranked(self) -> list[dict[str, Any]]:
        """Return the best rows of every function, best first, as plain data."""
        found: list[dict[str, Any]] = []
        for number, name in enumerate(self.functions):
            named = {"function_name": name} if len(self.functions) > 1 else {}
            rows = self._settings(number) if self.of_settings else self._runs(number)
            found += [{"rank": rank, **named, **row} for rank, row in enumerate(rows, 1)]
        return found

    def _runs(self, function: int) -> Iterator[dict[str, Any]]:
        columns = {name: values.tolist() for name, values in self.best.get(function, {}).items()}
        for row in range(len(columns.get("run", ()))):
            yield {
                **{name: values[row] for name, values in columns.items()},
                "statistic": self.by,
                "replicates": 1,
            }

    def _settings(self, function: int) -> Iterator[dict[str, Any]]:
        parts = self.held.get(function)
        if not parts:
            return
        spread = Spread.over(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        self.rows[function] = len(spread.setting)
        for row in spread.best(self.judges[function])[:LISTED].tolist():
            low, middle, high = spread.value[:, row].tolist()
            yield {
                **self._keys(int(spread.setting[row])),
                "statistic": f"median {self.by}",
                "replicates": int(spread.replicates[row]),
                "converged": int(spread.converged[row]),
                "diverged": int(spread.diverged[row]),
                "lower_quartile": low,
                "median": middle,
                "upper_quartile": high,
                "median_steps": float(spread.steps[1][row]),
            }

    def _keys(self, setting: int) -> dict[str, Any]:
        part = self.settings.part_of(setting)
        number = np.array([part.example(setting)])
        rows = Rows(part.group, part.group.first + number, part.group.values(number))
        keys = [key for key in self.layout.keys if key not in REPLICATES]
        return {key: self.layout.swept(key, rows).tolist()[0] for key in keys}

    def described(self) -> dict[str, Any]:
        """Return what is ranked, by what, and how many of it there are."""
        return {
            "of": "settings" if self.of_settings else "runs",
            "by": f"median {self.by}" if self.of_settings else self.by,
            "over": [key for key in self.layout.keys if key in REPLICATES] if self.of_settings else [],
            "judged_replicates": self.judged,
            "replicates": self.settings.most,
            "rows": dict(zip(self.functions, self.rows, strict=True)),
        }


def _identity(function: Function) -> tuple[str, int]:
    """Return what tells functions apart; shifted, rotated and scaled ones are the same."""
    return function.line, function.size
