"""A sweep's folder: its table, its summary, its config."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdplay.config.values import parse_number
from gdplay.folder import Folder
from gdplay.formula.text import number as number_text
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import INTERRUPTED, NAMES
from gdplay.sweeps.plan import Group
from gdplay.sweeps.work import OUTCOMES, Progress, Rows

LISTED = 10


@dataclass
class Table:
    """A sweep's rows in memory: name to (runs,) array, texts as objects."""

    columns: dict[str, Column]

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.columns["run"])

    def to_pandas(self) -> Any:
        """Return the rows as a pandas DataFrame; pandas has to be installed."""
        import pandas  # type: ignore[import-not-found]

        return pandas.DataFrame(self.columns)

    def ranked(self, count: int = LISTED) -> Column:
        """Return the numbers of the rows with the lowest finite best value, best first."""
        best = np.where(np.isfinite(self.columns["best_f"]), self.columns["best_f"], np.inf)
        order = np.argsort(best, kind="stable")
        return order[np.isfinite(best[order])][:count]


@dataclass
class Collected:
    """Rows as they come, laid into one table at the end."""

    groups: Sequence[Group]
    keys: tuple[str, ...]
    parts: list[tuple[Rows, int]] = field(default_factory=list[tuple[Rows, int]])

    def add(self, rows: Rows) -> None:
        """Take some finished runs."""
        self.parts.append((rows, len(rows.index)))

    def table(self) -> Table:
        """Return all rows taken, in the order of the sweep; what a group does not have is nan or empty."""
        names = list(dict.fromkeys(name for rows, _ in self.parts for name in rows.columns))
        points = [name for name in names if name not in self.keys and name not in OUTCOMES]
        columns: dict[str, Column] = {"run": self._joined(lambda rows: rows.index)}
        for key in self.keys:
            columns[key] = self._swept(key)
        status = self._joined(lambda rows: rows.columns["status"])
        columns["status"] = np.array(NAMES, dtype=object)[status.astype(np.int64)]
        for name in OUTCOMES[1:]:
            columns[name] = self._joined(lambda rows, name=name: rows.columns[name])
        blank = lambda rows: np.full(len(rows.index), np.nan)
        for name in points:
            columns[name] = self._joined(lambda rows, name=name: rows.columns.get(name, blank(rows)))
        if any(group.failure for group in self.groups):
            said = lambda rows: np.full(len(rows.index), rows.group.failure, dtype=object)
            columns["error"] = self._joined(said)
        return Table(columns)

    def _swept(self, key: str) -> Column:
        """Return a swept key's values: numbers where all of them are, else texts."""
        given = {group.fixed[key] for group in self.groups if key in group.fixed}
        as_numbers = {text: parse_number(text) for text in given}
        plain = all(value is not None for value in as_numbers.values())

        def values(rows: Rows) -> Column:
            runs = len(rows.index)
            if key in rows.group.fixed:
                text = rows.group.fixed[key]
                return np.full(runs, as_numbers[text]) if plain else np.full(runs, text, dtype=object)
            found = rows.columns.get(key, np.full(runs, np.nan))
            return found if plain else np.array([number_text(v) for v in found.tolist()], dtype=object)

        return self._joined(values)

    def _joined(self, take: Callable[[Rows], Column]) -> Column:
        return np.concatenate([take(rows) for rows, _ in self.parts]) if self.parts else np.empty(0)


def write_table(folder: Folder, table: Table, format: str) -> str:
    """Write the table as ``sweep.parquet`` or ``sweep.csv``; return the file's name. Raises MachineError."""
    import io

    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    columns = table.columns
    if format == "csv":
        texts = {name: values for name, values in columns.items() if values.dtype == object}
        columns = columns | {name: [_inert(text) for text in values] for name, values in texts.items()}
    data = pa.table({name: pa.array(values) for name, values in columns.items()})
    buffer = io.BytesIO()
    if format == "parquet":
        pq.write_table(data, buffer, compression="zstd")
    else:
        pc.write_csv(data, buffer)
    name = f"sweep.{format}"
    folder.write(name, buffer.getvalue())
    return name


def _inert(text: str) -> str:
    """Return a text that a spreadsheet shows instead of computing it."""
    return (
        "'" + text
        if text.startswith(("=", "+", "-", "@", "\t", "\r")) and parse_number(text) is None
        else text
    )


def summary_of(table: Table, progress: Progress, seconds: float, name: str) -> dict[str, Any]:
    """Return what a sweep's ``summary.json`` holds."""
    from gdplay.trace import versions

    counts = {status: int(np.sum(table.columns["status"] == status)) for status in NAMES}
    ranked = table.ranked(1)
    best = {key: values[ranked[0]] for key, values in table.columns.items()} if len(ranked) else None
    return {
        "name": name,
        "status": "complete"
        if progress.done == progress.total and not counts[NAMES[INTERRUPTED]]
        else "interrupted",
        "runs": progress.total,
        "finished": table.runs - counts[NAMES[INTERRUPTED]],
        "counts": {status: count for status, count in counts.items() if count},
        "best": best,
        "reused": progress.reused,
        "damaged_chunks": progress.damaged,
        "engine": " and ".join(sorted(progress.engines)),
        "seconds": seconds,
        "versions": versions(),
    }
