"""How the log is written as CSV: lines that are only ever appended."""

from __future__ import annotations

import time
from collections.abc import Sequence

from numpy.typing import ArrayLike

from gdplay.files import OutputFile
from gdplay.steplog.header import header_line
from gdplay.steplog.rows import Block, Rows

FLUSH_SECONDS = 1.0  # what a killed process loses at most
MOST_CELLS = 1_000_000  # numbers in memory: 8 MB, and 20 MB of text


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
    import pyarrow as pa
    from pyarrow import csv

    steps, values = block
    arrays = [pa.array(steps), *map(pa.array, values.T)]
    batch = pa.RecordBatch.from_arrays(arrays, names=[str(place) for place in range(len(arrays))])
    text = pa.BufferOutputStream()
    # Arrow writes the shortest digits that read back exactly, four times as fast as repr; nan, inf, -inf.
    csv.write_csv(batch, text, csv.WriteOptions(include_header=False, batch_size=8192))
    return text.getvalue().to_pybytes()
