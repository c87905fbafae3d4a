"""How the log is written as Parquet: a file that can be read only once it is complete."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from gdplay.files import OutputFile
from gdplay.places import writing
from gdplay.steplog.header import STEP
from gdplay.steplog.rows import Rows

if TYPE_CHECKING:
    from pyarrow import Schema
    from pyarrow.parquet import ParquetWriter

GROUP_ROWS = 65_536
MOST_CELLS = 4_000_000  # numbers in memory, where rows are wide


class ParquetLog:
    """A log in row groups; a log without rows leaves no file.

    Takes a file that appears whole. Raises ConfigError where the columns can't head a log, MachineError where
    the disk fails.
    """

    def __init__(self, file: OutputFile, columns: Sequence[str]) -> None:
        self._file = file
        self._columns = list(columns)
        self._rows = Rows(columns)
        self._most_cells = min(MOST_CELLS, GROUP_ROWS * (len(self._columns) + 1))
        self._writer: ParquetWriter | None = None  # while there are rows and no failure

    def append(self, steps: ArrayLike, values: ArrayLike) -> None:
        """Log rows: steps (rows,) that increase, values (rows, columns)."""
        self._rows.add(steps, values)
        if self._rows.cells >= self._most_cells:
            self._write()

    def close(self) -> None:
        """Complete the file, and let it appear; a second close does nothing."""
        self._write()
        writer, self._writer = self._writer, None
        if writer is None:
            self._file.discard()
            return
        with self._whole_or_nothing():
            writer.close()
        self._file.close()

    def _write(self) -> None:
        import pyarrow as pa

        for steps, values in self._rows.take(self._most_cells):
            table = pa.table([pa.array(steps), *map(pa.array, values.T)], names=[STEP, *self._columns])
            with self._whole_or_nothing():
                self._writer = self._writer or self._begin(table.schema)
                self._writer.write_table(table)

    def _begin(self, schema: Schema) -> ParquetWriter:
        from pyarrow.parquet import ParquetWriter

        # Doubles of a trajectory never repeat, but neighbours share their leading bytes: this takes less
        # space than dictionaries do, in less time.
        return ParquetWriter(
            Sink(self._file),
            schema,
            compression="zstd",
            use_dictionary=False,
            use_byte_stream_split=self._columns,  # type: ignore[arg-type]
        )

    @contextmanager
    def _whole_or_nothing(self) -> Iterator[None]:
        try:
            with writing(self._file.path):
                yield
        except BaseException:
            self._writer = None
            self._file.discard()
            raise

    def __enter__(self) -> ParquetLog:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Sink(io.RawIOBase):
    """An output file as Arrow wants to see it."""

    def __init__(self, file: OutputFile) -> None:
        super().__init__()
        self._file = file

    def writable(self) -> bool:
        """Tell that bytes can be written."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Append all of data and return its length. Raises MachineError."""
        return self._file.write(data)
