"""How the log is written as CSV: lines that are only ever appended."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdplay.files import OutputFile
from gdplay.steplog.header import header_line
from gdplay.steplog.rows import Block, Rows

FLUSH_SECONDS = 1.0  # what a killed process loses at most
MOST_CELLS = 1_000_000  # numbers in memory: 8 MB, and 20 MB of text
FEW_CELLS = 50_000  # numbers that Python writes sooner than Arrow is imported


class CsvLog:
    """A log of one line per step, ended by its newline; floats have the fewest digits that read back exactly.

    The header comes with the first rows, so a file that is not empty holds rows. Raises ConfigError where the
    columns can't head a log, MachineError where the disk fails.
    """

    def __init__(self, file: OutputFile, columns: Sequence[str]) -> None:
        self._file = file
        self._rows = Rows(columns)
        self._header = header_line(columns)
        self._flushed = time.monotonic()

    def append(self, steps: ArrayLike, values: ArrayLike) -> None:
        """Log rows: steps (rows,) that increase, values (rows, columns)."""
        self._rows.add(steps, values)
        if self._rows.cells >= MOST_CELLS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand all rows to the operating system, so that they outlive this process."""
        try:
            for block in self._rows.take(MOST_CELLS):
                # One write, so that a header never stands without a row.
                self._file.write(self._header + _lines(block))
                self._header = b""
        except BaseException:
            self._file.discard()  # the file may end in half a line: nothing may follow it
            raise
        self._flushed = time.monotonic()

    def close(self) -> None:
        """Write what waits, and wait until the disk has it; a second close does nothing."""
        self.flush()
        self._file.close()

    def __enter__(self) -> CsvLog:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _lines(block: Block) -> bytes:
    steps, values = block
    few = values.size <= FEW_CELLS and "pyarrow" not in sys.modules
    return _in_python(steps, values) if few else _in_arrow(steps, values)


def _in_arrow(steps: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
    import pyarrow as pa
    from pyarrow import csv

    arrays = [pa.array(steps), *map(pa.array, values.T)]
    batch = pa.RecordBatch.from_arrays(arrays, names=[str(place) for place in range(len(arrays))])
    text = pa.BufferOutputStream()
    # Arrow writes the shortest digits that read back exactly, four times as fast as repr; nan, inf, -inf.
    # It reserves room for every cell of a batch: 64 kB a column if the batch were always of 8,192 rows.
    rows = min(len(steps), 8192)
    csv.write_csv(batch, text, csv.WriteOptions(include_header=False, batch_size=rows))
    return text.getvalue().to_pybytes()


def _in_python(steps: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
    rows = zip(steps.tolist(), values.tolist(), strict=True)
    text = "".join(f"{step},{','.join(map(repr, row))}\n" for step, row in rows)
    # as Arrow writes them: 2 rather than 2.0, 1e-7 rather than 1e-07
    return text.replace(".0,", ",").replace(".0\n", "\n").replace("e-0", "e-").encode()
