"""The columns of a sweep's table, known before the first run, and how finished runs become rows of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gdplay.config.values import parse_number
from gdplay.formula.text import number as number_text
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import MOST_POINT_COLUMNS, NAMES, OUTCOMES
from gdplay.sweeps.chunk import Rows
from gdplay.sweeps.plan import Group
from gdplay.sweeps.request import Request

Block = dict[str, Column]
"""Some rows of a table: name to (rows,), texts as objects."""

WHOLE = ("steps", "best_step")
"""Outcomes that count something."""


@dataclass(frozen=True, eq=False)
class Layout:
    """What every row of a sweep has, whatever its group."""

    groups: tuple[Group, ...]
    keys: tuple[str, ...]

    @staticmethod
    def of(request: Request) -> Layout:
        """Return the layout of a sweep's table."""
        return Layout(request.groups, request.keys)

    @cached_property
    def types(self) -> dict[str, Any]:
        """The columns in order: name to int, float, or object for texts."""
        found: dict[str, Any] = {"run": int}
        found |= {key: float if self._fixed[key] is not None else object for key in self.keys}
        found |= {name: int if name in WHOLE else float for name in OUTCOMES}
        found |= {"status": object}
        found |= {name: float for group in self.groups for name in _points(group)}
        return found | ({"error": object} if any(group.failure for group in self.groups) else {})

    def block(self, rows: Rows) -> Block:
        """Return finished runs as rows of the table; what their group does not have is nan or empty."""
        count, found = len(rows.index), dict[str, Column]()
        for name, kind in self.types.items():
            if name == "run":
                found[name] = rows.index
            elif name in self.keys:
                found[name] = self.swept(name, rows)
            elif name == "status":
                found[name] = np.array(NAMES, dtype=object)[rows.columns["status"].astype(np.int64)]
            elif name == "error":
                found[name] = np.full(count, rows.group.failure, dtype=object)
            else:
                found[name] = rows.columns[name] if name in rows.columns else np.full(count, np.nan)
            found[name] = np.asarray(found[name], dtype=kind)
        return found

    def joined(self, blocks: Iterable[Block]) -> Block:
        """Return blocks laid one after the other."""
        parts = list(blocks)
        empty = {name: np.empty(0, dtype=kind) for name, kind in self.types.items()}
        return {name: np.concatenate([part[name] for part in parts] or [empty[name]]) for name in self.types}

    @cached_property
    def _fixed(self) -> dict[str, dict[str, float] | None]:
        """The values of each key that make groups, as numbers; None where one of them is a text."""
        found: dict[str, dict[str, float] | None] = {}
        for key in self.keys:
            texts = {group.fixed[key] for group in self.groups if key in group.fixed}
            numbers = {text: value for text in texts if (value := parse_number(text)) is not None}
            found[key] = numbers if len(numbers) == len(texts) else None
        return found

    def swept(self, key: str, rows: Rows) -> Column:
        """Return the values that a swept key has in some rows."""
        count, text, numbers = len(rows.index), rows.group.fixed.get(key), self._fixed[key]
        if text is not None:
            return np.full(count, text if numbers is None else numbers[text], dtype=self.types[key])
        values = rows.columns.get(key, np.full(count, np.nan))
        if numbers is not None:
            return values
        return np.array([number_text(value) for value in values.tolist()], dtype=object)


def _points(group: Group) -> list[str]:
    """Return the names of the columns that hold a group's points."""
    if group.config is None or group.config.function.size > MOST_POINT_COLUMNS:
        return []
    which = ("start", "best", "final") if group.moves else ("best", "final")
    return [f"{when}_{name}" for when in which for name in group.config.function.coordinates]
