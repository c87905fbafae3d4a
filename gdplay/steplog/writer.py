"""Which formats a log comes in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from numpy.typing import ArrayLike

from gdplay.files import OutputFile
from gdplay.folder import Folder
from gdplay.steplog.csvlog import CsvLog
from gdplay.steplog.parquetlog import ParquetLog


class StepLog(Protocol):
    """A log that is being written."""

    def append(self, steps: ArrayLike, values: ArrayLike) -> None:
        """Log rows: steps (rows,) that increase, values (rows, columns). Raises MachineError."""
        ...

    def close(self) -> None:
        """Complete the log on disk; a second close does nothing. Raises MachineError."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


@dataclass(frozen=True)
class Format:
    """A format of logs: who writes it, and whether its file appears only when it is complete."""

    write: Callable[[OutputFile, Sequence[str]], StepLog]
    whole: bool


FORMATS = {
    "csv":     Format(CsvLog,     whole=False),
    "parquet": Format(ParquetLog, whole=True),
}  # fmt: skip


def open_steps(folder: Folder, columns: Sequence[str], format: str = "csv") -> StepLog:
    """Return the log ``steps.csv`` or ``steps.parquet`` in a folder, with these columns after ``step``."""
    row = FORMATS[format]
    return row.write(folder.open_log(f"steps.{format}", row.whole), columns)
