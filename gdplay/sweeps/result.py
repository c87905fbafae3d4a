"""What a sweep came to: its rows in memory, or counted and ranked while they pass by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import INTERRUPTED, NAMES
from gdplay.sweeps.layout import Block
from gdplay.sweeps.ranks import Ranks
from gdplay.sweeps.work import Progress


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


@dataclass
class Tally:
    """The counts, the ranks and the reasons of failures of all rows that were added."""

    ranks: Ranks
    rows: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))
    errors: dict[str, None] = field(default_factory=dict[str, None])

    def add(self, block: Block) -> None:
        """Take some rows of one group."""
        self.rows += len(block["run"])
        for status in NAMES:
            self.counts[status] += int(np.sum(block["status"] == status))
        if "error" in block:
            self.errors |= dict.fromkeys(error for error in set(block["error"].tolist()) if error)
        self.ranks.add(block)


def summary_of(tally: Tally, progress: Progress, seconds: float, name: str) -> dict[str, Any]:
    """Return what a sweep's ``summary.json`` holds."""
    from gdplay.trace import versions

    left = tally.counts[NAMES[INTERRUPTED]]
    ranked = tally.ranks.ranked()
    first = {row.get("function_name", ""): row for row in ranked if row["rank"] == 1}
    return {
        "name": name,
        "status": "complete" if progress.done == progress.total and not left else "interrupted",
        "runs": progress.total,
        "finished": tally.rows - left,
        "counts": {status: count for status, count in tally.counts.items() if count},
        "best": ranked[0] if len(tally.ranks.functions) == 1 and ranked else None,
        **({"best_by_function": first} if len(tally.ranks.functions) > 1 else {}),
        "ranking": tally.ranks.described(),
        "ranked": ranked,
        "errors": list(tally.errors),
        "reused": progress.reused,
        "damaged_chunks": progress.damaged,
        "engine": " and ".join(sorted(progress.engines)),
        "environments": [{**where.as_data(), "runs": runs} for where, runs in progress.environments.items()],
        "seconds": seconds,
        "versions": versions(),
    }
