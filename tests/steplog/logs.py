"""Logs as their tests see them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gdplay.files import AppendFile, WholeFile
from gdplay.steplog import CsvLog, ParquetLog

ROOT = Path(__file__).parents[2]
HEAD = b"step,f,x\n"
GOOD = HEAD + b"0,1,2\n1,0.5,nan\n2,0.25,-inf\n"


def opened(path: Path, columns: list[str]) -> CsvLog | ParquetLog:
    """A log of its own, without a folder, in the format of the path's suffix."""
    return (
        CsvLog(AppendFile(path), columns) if path.suffix == ".csv" else ParquetLog(WholeFile(path), columns)
    )


def bits(values: np.ndarray) -> list[int]:
    """The floats as integers: -0.0 differs from 0.0, and any nan is the one nan."""
    values = np.where(np.isnan(values), np.nan, values)
    return values.view(np.int64).tolist()
