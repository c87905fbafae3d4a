"""How lines of a CSV log are parsed, and what is said about the first one that is wrong."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gdplay.steplog.header import STEP

CHUNK_BYTES = 8_000_000
LONGEST_LINE = 64_000_000  # bytes: a line of two million numbers
STEP_TEXT = re.compile(r"\d{1,18}")
VALUE_TEXT = re.compile(r"-?(\d+(\.\d*)?(e[+-]?\d+)?|nan|inf)", re.ASCII | re.IGNORECASE)


class BadLineError(Exception):
    """A line that no writer of logs has written."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file in chunks of whole lines, then what follows the last newline: the torn line, or nothing.

    The first chunk is the first line alone.
    """
    rest = file.readline(LONGEST_LINE)
    if rest.endswith(b"\n"):
        yield rest
        rest = b""
        while chunk := file.read(CHUNK_BYTES):
            rest += chunk
            end = rest.rfind(b"\n") + 1
            if end:
                yield rest[:end]
                rest = rest[end:]
            if len(rest) > LONGEST_LINE:
                break
    yield rest


def parse_lines(
    chunk: bytes, columns: Sequence[str], first: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the steps (rows,) and values (columns, rows) of whole lines.

    ``first`` is the number of the first line. Raises BadLineError.
    """
    import pyarrow as pa
    from pyarrow import csv

    names = [str(place) for place in range(len(columns) + 1)]
    types = dict.fromkeys(names, pa.float64()) | {names[0]: pa.int64()}
    try:
        table = csv.read_csv(
            io.BytesIO(chunk),
            csv.ReadOptions(column_names=names, block_size=len(chunk)),
            csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
            csv.ConvertOptions(column_types=types, null_values=[]),
        )
    except pa.ArrowInvalid as error:
        raise _first_bad(chunk, columns, first) from error
    if table.num_rows != chunk.count(b"\n"):  # Arrow ends a line at a carriage return, too
        raise _first_bad(chunk, columns, first)
    steps = table.column(0).to_numpy()
    if len(wrong := np.flatnonzero(np.diff(steps) <= 0)):
        at = int(wrong[0]) + 1
        raise BadLineError(first + at, f"step {steps[at]} comes after step {steps[at - 1]}")
    values = np.empty((len(columns), len(steps)))
    for row, column in zip(values, table.columns[1:], strict=True):
        row[:] = column.to_numpy()
    return steps, values


def _first_bad(chunk: bytes, columns: Sequence[str], first: int) -> BadLineError:
    """Return what is wrong with the first line that is wrong: the slow and exact reading."""
    for number, line in enumerate(chunk.decode("ascii", "replace").split("\n")[:-1], first):
        step, *fields = line.split(",")
        if len(fields) != len(columns):
            return BadLineError(number, f"{len(columns) + 1} fields expected, {len(fields) + 1} found")
        if not STEP_TEXT.fullmatch(step):
            return BadLineError(number, f"{step[:40]!r} is no {STEP}")
        for name, text in zip(columns, fields, strict=True):
            if not VALUE_TEXT.fullmatch(text):
                return BadLineError(number, f"{text[:40]!r} in column {name!r} is no number")
    return BadLineError(first, "this line or one of the next could not be read")
