"""What a log holds is what is read back, bit by bit."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from logs import GOOD, bits, opened

from gdplay.steplog import CsvLog, read_log

NASTY = [5e-324, 2.2250738585072014e-308, -0.0, 0.0, 1e308, -1.7976931348623157e308, math.nan, math.inf]
NASTY += [-math.inf, 0.1 + 0.2, 1 / 3, 1e22, 1e23, 2.0**53 + 2, 9007199254740993.0, 1e-5, 123456789.0, -1.0]


def in_plain_python(path: Path) -> dict[str, list[float]]:
    """A CSV log read in the simplest way there is; no name in it may hold a comma."""
    head, *lines = path.read_text().splitlines()
    columns = zip(*[map(float, line.split(",")) for line in lines], strict=True)
    return dict(zip(head.split(","), map(list, columns), strict=True))


def test_nasty_floats_come_back(path: Path) -> None:
    with opened(path, ["f"]) as log:
        log.append(np.arange(len(NASTY)), np.array(NASTY)[:, None])
    table = read_log(path)
    assert table.columns["step"].dtype == np.int64
    assert table.columns["step"].tolist() == list(range(len(NASTY)))
    assert bits(table.columns["f"]) == bits(np.array(NASTY))
    assert (table.rows, table.torn) == (len(NASTY), False)


def test_the_text_is_short_and_exact(tmp_path: Path) -> None:
    with opened(tmp_path / "steps.csv", ["f", "W[0,1]"]) as log:
        log.append([0, 2], [[0.1 + 0.2, math.nan], [-0.0, -math.inf]])
        log.append([10], [[1e-7, math.inf]])
    expected = b'step,f,"W[0,1]"\n0,0.30000000000000004,nan\n2,-0,-inf\n10,1e-7,inf\n'
    assert (tmp_path / "steps.csv").read_bytes() == expected


@settings(max_examples=40, deadline=None)
@given(
    values=arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.floats()),
    first=st.integers(0, 2**40),
)
def test_any_rows_come_back(tmp_path_factory: pytest.TempPathFactory, values: np.ndarray, first: int) -> None:
    folder = tmp_path_factory.mktemp("log")
    names = [f"x[{place}]" for place in range(values.shape[1])]
    steps = first + 3 * np.arange(len(values))
    for path in folder / "steps.csv", folder / "steps.parquet":
        with opened(path, names) as log:
            for row in range(0, len(values), 7):
                log.append(steps[row : row + 7], values[row : row + 7])
        table = read_log(path)
        assert list(table.columns) == ["step", *names]
        assert table.columns["step"].tolist() == steps.tolist()
        for place, name in enumerate(names):
            assert bits(table.columns[name]) == bits(values[:, place])
    plain = in_plain_python(folder / "steps.csv")
    assert [bits(np.array(plain[name])) for name in names] == [bits(column) for column in values.T.copy()]


def test_the_bytes_do_not_depend_on_how_rows_came(tmp_path: Path) -> None:
    values = np.random.default_rng(1).standard_normal((100, 3))
    for size in 1, 7, 100:
        with opened(tmp_path / f"{size}.csv", ["f", "x", "y"]) as log:
            for row in range(0, 100, size):
                log.append(np.arange(100)[row : row + size], values[row : row + size])
                if row % 3 == 0 and isinstance(log, CsvLog):
                    log.flush()
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


def test_rows_are_copied(path: Path) -> None:
    row = np.zeros((1, 1))
    with opened(path, ["f"]) as log:
        for step in range(3):
            row[0, 0] = step
            log.append([step], row)
    assert read_log(path).columns["f"].tolist() == [0, 1, 2]


def test_many_columns_come_back(path: Path) -> None:
    values = np.random.default_rng(0).standard_normal((3, 2000))
    with opened(path, [f"x[{place}]" for place in range(2000)]) as log:
        log.append([0, 1, 2], values)
    table = read_log(path)
    assert [table.columns[f"x[{place}]"].tolist() for place in range(2000)] == values.T.tolist()


def test_a_line_longer_than_a_block_of_arrow_is_read(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    names = [f"x{place}" for place in range(3000)]
    values = [f"{place}.{'0' * 1500}" for place in range(3000)]
    path.write_text("\n".join([",".join(["step", *names]), ",".join(["0", *values]), ""]))
    table = read_log(path)
    assert [table.columns[name].tolist() for name in names] == [[place] for place in range(3000)]


def test_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    path.write_bytes(GOOD.replace(b"\n", b"\r\n") + b"3,1\r")
    table = read_log(path)
    assert table.torn
    assert list(table.columns) == ["step", "f", "x"]
    assert table.columns["f"].tolist() == [1, 0.5, 0.25]


def test_a_long_log_comes_back(path: Path) -> None:
    """Also prints how long it took: pytest -s shows it."""
    count, width = 100_000, 10
    values = np.random.default_rng(0).standard_normal((count, width))
    start = time.perf_counter()
    with opened(path, [f"x[{place}]" for place in range(width)]) as log:
        for row in range(0, count, 1000):
            log.append(np.arange(row, row + 1000), values[row : row + 1000])
    written = time.perf_counter()
    table = read_log(path)
    read = time.perf_counter()
    print(f"{path.suffix}: {written - start:.2f} s to write, {read - written:.2f} s to read {count} rows")
    assert all((table.columns[f"x[{place}]"] == values[:, place]).all() for place in range(width))
    assert (table.columns["step"] == np.arange(count)).all()
