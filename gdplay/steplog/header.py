"""What the header of a log may hold, and how a line of CSV spells it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

STEP = "step"
FORMULA_STARTS = "=+-@"  # a spreadsheet would run a cell that starts so


def fault(columns: Sequence[str]) -> str:
    """Return what is wrong with the names of the columns after ``step``, or nothing.

    >>> fault(["f", "W[0,1]"]), fault(["f", "f"])
    ('', "two columns are called 'f'")
    """
    seen = {STEP}
    for name in columns:
        if name in seen:
            return f"two columns are called {name!r}"
        if not name or not name.isprintable() or name.startswith(tuple(FORMULA_STARTS)):
            return f"no column can be called {name!r}"
        seen.add(name)
    return ""


def header_line(columns: Sequence[str]) -> bytes:
    """Return the first line of a CSV log, quoted as RFC 4180 says where a name holds a comma.

    >>> header_line(["f", "W[0,1]"])
    b'step,f,"W[0,1]"\\n'
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([STEP, *columns])
    return line.getvalue().encode()


def columns_of(line: bytes) -> list[str]:
    """Return the names after ``step`` in the first line of a CSV log. Raises ValueError if it is none.

    >>> columns_of(b'step,f,"W[0,1]"')
    ['f', 'W[0,1]']
    """
    try:
        first, *columns = next(csv.reader([line.decode()], strict=True)) or [""]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"this is no header of a log ({error})") from None
    check_header(first, columns)
    return columns


def check_header(first: str, columns: Sequence[str]) -> None:
    """Raise ValueError unless these are the columns of a log."""
    if first != STEP:
        raise ValueError(f"the first column is {first[:40]!r}, and should be {STEP!r}")
    if wrong := fault(columns):
        raise ValueError(wrong)
