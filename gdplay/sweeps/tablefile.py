"""A sweep's table on disk: written and read in blocks of rows, so that its length needs no memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdplay.config.values import parse_number
from gdplay.errors import Complaint, ConfigError
from gdplay.folder import Folder
from gdplay.places import writing
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.layout import Block, Layout
from gdplay.sweeps.request import Request
from gdplay.sweeps.result import Table

if TYPE_CHECKING:
    import pyarrow as pa

FILES = ("sweep.parquet", "sweep.csv")
BLOCK_ROWS = 1 << 17
"""About so many rows are written, and at most so many read, at once."""

RUNNING = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is computed by a spreadsheet."""


class TableWriter:
    """The table ``sweep.parquet`` or ``sweep.csv`` as it is made: it appears, whole, when it is closed.

    As a context manager it is closed at the end, or thrown away by an exception. Raises MachineError where
    the disk fails.
    """

    def __init__(self, folder: Folder, types: Mapping[str, Any], format: str) -> None:
        from gdplay.steplog.parquetlog import Sink

        self.types, self.format = types, format
        self._waiting: list[Block] = []
        self._rows = 0
        self._file = folder.open_whole(f"sweep.{format}")
        try:
            with writing(self._file.path):
                self._writer = _arrow_writer(Sink(self._file), _schema(types), format)
        except BaseException:
            self._file.discard()
            raise

    def add(self, block: Block) -> None:
        """Take some rows."""
        self._waiting.append(block)
        self._rows += len(block["run"])
        if self._rows >= BLOCK_ROWS:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        waiting, self._waiting, self._rows = self._waiting, [], 0
        if not waiting:
            return
        columns = {name: np.concatenate([block[name] for block in waiting]) for name in self.types}
        if self.format == "csv":
            texts = [name for name, kind in self.types.items() if kind is object]
            columns |= {name: np.array([inert(t) for t in columns[name]], dtype=object) for name in texts}
        schema = _schema(self.types)
        arrays = [pa.array(columns[field.name], type=field.type) for field in schema]
        with writing(self._file.path):
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=schema), BLOCK_ROWS)

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._write()
                with writing(self._file.path):
                    self._writer.close()
                self._file.close()
            else:
                with suppress(Exception):  # else it says so again when it is forgotten
                    self._writer.close()
        finally:
            self._file.discard()


@dataclass(frozen=True, eq=False)
class SavedTable:
    """A table that is on disk; ``types`` are its columns. Reading raises ConfigError where it is damaged."""

    path: Path
    types: Mapping[str, Any]

    @property
    def runs(self) -> int:
        """How many rows there are."""
        return sum(len(block["run"]) for block in self.blocks(["run"]))

    @staticmethod
    def of(request: Request, folder: Path) -> SavedTable:
        """Return a sweep's table in its folder: the newest, where there are several formats."""
        found = [path for path in map(folder.joinpath, FILES) if path.is_file()]
        return SavedTable(max(found, key=lambda path: path.stat().st_mtime_ns), Layout.of(request).types)

    @property
    def columns(self) -> Block:
        """All rows, in memory."""
        return self.picked(list(self.types)).columns

    def picked(self, names: Sequence[str], runs: Column | None = None) -> Table:
        """Return some columns of the rows of some runs (increasing numbers), or of all."""
        parts: list[Block] = []
        for block in self.blocks(names if "run" in names else ["run", *names]):
            kept = slice(None) if runs is None else _among(block["run"], runs)
            parts.append({name: values[kept] for name, values in block.items()})
        empty = {name: np.empty(0, dtype=self.types[name]) for name in names}
        return Table(
            {name: np.concatenate([part[name] for part in parts] or [empty[name]]) for name in names}
        )

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield some columns, some rows at a time."""
        import pyarrow as pa

        try:
            for batch in (self._parquet if self.path.suffix == ".parquet" else self._csv)(names):
                found = {name: _numpy(batch.column(name)) for name in names}
                yield {name: values.astype(self.types[name], copy=False) for name, values in found.items()}
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(str(error).partition("\n")[0]) from error

    def _parquet(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        import pyarrow.parquet as pq

        texts = [name for name, kind in self.types.items() if kind is object]
        with pq.ParquetFile(self.path, read_dictionary=texts) as file:
            self._ask_for(names, file.schema_arrow.names)
            for number in range(file.num_row_groups):  # iter_batches reads far ahead
                yield from file.read_row_group(number, list(names), use_threads=False).to_batches()

    def _csv(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        import pyarrow.csv as pc

        types = {field.name: field.type for field in _schema(self.types)}
        parse = pc.ParseOptions(newlines_in_values=True)  # reasons of failures have several lines
        convert = pc.ConvertOptions(column_types=types)
        with pc.open_csv(self.path, parse_options=parse, convert_options=convert) as reader:
            self._ask_for(names, reader.schema.names)
            yield from (batch.select(list(names)) for batch in reader)

    def _ask_for(self, names: Sequence[str], known: Sequence[str]) -> None:
        missing = [name for name in names if name not in known]
        if missing:
            raise self._damaged(f"it has no column {missing[0]}")

    def _damaged(self, what: str) -> ConfigError:
        remedy = "carry it out again"
        return ConfigError(Complaint(f"the saved sweep is damaged: {what}", remedy, file=str(self.path)))


def _among(values: Column, runs: Column) -> Column:
    """Return which values are among increasing numbers."""
    return runs[np.minimum(np.searchsorted(runs, values), len(runs) - 1)] == values


def _numpy(array: Any) -> Column:
    """Return a column as numbers or texts; equal texts are one object."""
    if hasattr(array, "dictionary"):
        return np.array(array.dictionary.to_pylist(), dtype=object)[array.indices.to_numpy()]
    return array.to_numpy(zero_copy_only=False)


def _schema(types: Mapping[str, Any]) -> pa.Schema:
    import pyarrow as pa

    arrow = {int: pa.int64(), float: pa.float64(), object: pa.string()}
    return pa.schema([(name, arrow[kind]) for name, kind in types.items()])


def _arrow_writer(sink: Any, schema: pa.Schema, format: str) -> Any:
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    if format == "csv":
        return pc.CSVWriter(sink, schema)
    return pq.ParquetWriter(sink, schema, compression="zstd")


def inert(text: str) -> str:
    """Return a text that a spreadsheet shows instead of computing it."""
    return "'" + text if text.startswith(RUNNING) and parse_number(text) is None else text
