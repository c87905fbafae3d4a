"""What a run did: the rows of its log, where it started, was best and ended, and why it ended."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdplay.formula.expr import Array
from gdplay.version import VERSION

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gdplay.config.load import Config

POINTS = ("start", "best", "final")
MOST_ROWS = 20_000
MOST_NUMBERS = 20_000_000


def rows_in_memory(variables: int) -> int:
    """Return how many rows of a saved run are kept in memory, so that their points fit there."""
    return max(100, min(MOST_ROWS, MOST_NUMBERS // variables))


@dataclass(frozen=True)
class Point:
    """Where a run was at one step. ``x``: (n,)."""

    step: int
    x: Array
    f: float
    grad_norm: float


@dataclass(frozen=True, eq=False)
class Trace:
    """A finished run.

    ``columns`` maps the log's column names, ``step`` first, to arrays (rows,); rows = steps + 1 when
    every step is logged. ``x``: (rows, n).
    """

    config: Config
    columns: Mapping[str, Array]
    x: Array
    status: str
    reason: str
    start: Point
    best: Point
    final: Point
    engine: str
    evaluations: Mapping[str, int]
    seconds: float
    diagnosis: str = ""
    logged: int = 0
    """How many rows the log has; the columns may hold fewer of them."""
    notes: tuple[str, ...] = field(default=())

    @property
    def step(self) -> Array:
        """The step of each row: (rows,) integers."""
        return self.columns["step"]

    @property
    def f(self) -> Array:
        """The function's value at each row: (rows,)."""
        return self.columns["f"]

    @property
    def grad_norm(self) -> Array:
        """The exact gradient's Euclidean norm at each row: (rows,)."""
        return self.columns["grad_norm"]

    @property
    def learning_rate(self) -> Array:
        """The learning rate that made each row: (rows,), nan at the start."""
        return self.columns["learning_rate"]

    @property
    def steps(self) -> int:
        """How many steps the run took."""
        return self.final.step

    def summary(self) -> dict[str, Any]:
        """Return what ``summary.json`` holds."""
        return {
            "name": self.config.name,
            "status": self.status,
            "reason": self.reason,
            "diagnosis": self.diagnosis,
            "steps": self.steps,
            **{name: asdict(getattr(self, name)) for name in POINTS},
            "evaluations": dict(self.evaluations),
            "seed": self.config.seed,
            "versions": versions(),
            "engine": self.engine,
            "seconds": self.seconds,
            "notes": [*self.config.notes, *self.notes],
            "result_hash": self.result_hash,
        }

    @property
    def result_hash(self) -> str:
        """SHA-256 of x and f at start, best and final as little-endian float64, and of the status."""
        digest = hashlib.sha256()
        for name in POINTS:
            point: Point = getattr(self, name)
            digest.update(np.append(point.x, point.f).astype("<f8").tobytes())
        digest.update(self.status.encode())
        return digest.hexdigest()

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draw the path over the function's contours, beside the loss; save it where a path is given.

        The format is the path's suffix: png, svg or pdf. Raises ConfigError for another.
        """
        from gdplay.files import write_file
        from gdplay.plots.save import figure_bytes
        from gdplay.plots.trace import draw_trace

        figure = draw_trace(self)
        if path is not None:
            format = Path(path).suffix.lstrip(".").lower()
            write_file(Path(path), figure_bytes(figure, format), force=True)
        return figure

    def to_csv(self, path: str | Path) -> None:
        """Write the rows as CSV, as ``steps.csv`` has them, in place of a file of that name.

        Raises MachineError.
        """
        from gdplay.files import WholeFile
        from gdplay.places import writing
        from gdplay.steplog import CsvLog

        names = [name for name in self.columns if name != "step"]
        with writing(Path(path)):
            file = WholeFile(Path(path))
        with CsvLog(file, names) as log:
            log.append(self.step, np.column_stack([self.columns[name] for name in names]))

    def to_pandas(self) -> Any:
        """Return the rows as a pandas DataFrame; pandas has to be installed."""
        import pandas  # type: ignore[import-not-found]

        return pandas.DataFrame(dict(self.columns))


def versions() -> dict[str, str]:
    """Return the versions that a result may depend on."""
    return {"gdplay": VERSION, "numpy": np.__version__, "python": platform.python_version()}
