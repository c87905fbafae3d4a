"""How a log is read back, as a whole or thinned out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdplay.errors import Complaint, ConfigError, MachineError
from gdplay.places import what_is_at
from gdplay.steplog.header import STEP, check_header, columns_of
from gdplay.steplog.lines import BadLineError, parse_lines, whole_lines
from gdplay.steplog.thin import Thinner

BATCH_ROWS = 65_536


@dataclass(frozen=True)
class LogTable:
    """A log in memory: name to (rows,), ``step`` first and int64, the others float64.

    ``rows`` counts the rows on disk; ``torn`` tells that an unfinished last line was dropped.
    """

    columns: dict[str, NDArray[np.int64] | NDArray[np.float64]]
    rows: int
    torn: bool


def read_log(path: Path, every: int = 1, most_rows: int | None = None, keep: Sequence[int] = ()) -> LogTable:
    """Return the rows of a log, whose format is the suffix of its name.

    Thinned, it is every so many rows, or at most ``most_rows`` evenly spaced ones, with the first, the last
    and the steps in ``keep`` among them; memory does not grow with the file then.

    Raises ConfigError where the file is no log of gdplay, naming its line; MachineError where it can't be
    read; ValueError where ``most_rows`` has no place for all that has to be kept.
    """
    thinner = Thinner(every, most_rows, keep)
    read = READERS.get(path.suffix)
    if read is None:
        raise _bad(path, "this is no log", f"name a file that ends in {' or '.join(READERS)}")
    try:
        if what_is_at(path.resolve()) != "a file":
            raise _bad(path, "there is no such file", "name the folder or log of a run")
        columns, torn = read(path, thinner)
    except OSError as error:
        raise MachineError(f"{path}: could not be read: {error.strerror or error}") from error
    if not thinner.rows:
        raise _bad(path, "the log has no rows", "its run ended before the first step; run it again")
    steps, values = thinner.result()
    return LogTable({STEP: steps, **dict(zip(columns, values, strict=True))}, thinner.rows, torn)


def _read_csv(path: Path, thinner: Thinner) -> tuple[list[str], bool]:
    with path.open("rb") as file:
        chunks = whole_lines(file)
        header = next(chunks)
        if not header.endswith(b"\n"):
            raise _bad(path, "the log has no rows", "its run ended before the first step; run it again")
        try:
            columns = columns_of(header)
        except ValueError as error:
            raise _bad(path, str(error), "this version of gdplay can't read the log", line=1) from None
        rest, last = b"", -1
        for chunk in chunks:
            if not chunk.endswith(b"\n"):
                rest = chunk
                break
            try:
                steps, values = parse_lines(chunk, columns, thinner.rows + 2)
                if steps[0] <= last:
                    raise BadLineError(thinner.rows + 2, f"step {steps[0]} comes after step {last}")
            except BadLineError as error:
                raise _bad(path, error.message, "the file was changed or damaged", error.line) from error
            last = int(steps[-1])
            thinner.add(steps, values)
        if file.read(1):
            raise _bad(path, "the line is too long", "the file was changed or damaged", thinner.rows + 2)
    return columns, bool(rest)


def _read_parquet(path: Path, thinner: Thinner) -> tuple[list[str], bool]:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            schema = file.schema_arrow
            check_header(*_split(schema.names))
            if schema.types != [pa.int64()] + [pa.float64()] * (len(schema) - 1):
                raise ValueError("a column has another type than a log has")
            for batch in file.iter_batches(BATCH_ROWS):
                if any(column.null_count for column in batch.columns):
                    raise ValueError("a value is missing")
                values = np.array([column.to_numpy() for column in batch.columns[1:]], dtype=np.float64)
                thinner.add(batch.column(0).to_numpy(), values.reshape(len(schema) - 1, batch.num_rows))
    except (pa.ArrowException, ValueError) as error:
        said = str(error).splitlines()[0]
        raise _bad(path, said, "the file is incomplete, was changed, or is no log of gdplay") from error
    return schema.names[1:], False


READERS: dict[str, Callable[[Path, Thinner], tuple[list[str], bool]]] = {
    ".csv":     _read_csv,
    ".parquet": _read_parquet,
}  # fmt: skip


def _split(names: list[str]) -> tuple[str, list[str]]:
    return (names[0], names[1:]) if names else ("", [])


def _bad(path: Path, message: str, remedy: str, line: int | None = None) -> ConfigError:
    return ConfigError(Complaint(message, remedy, file=str(path), line=line))
