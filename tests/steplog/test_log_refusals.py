"""Columns, rows and files that a log refuses."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from logs import GOOD, HEAD, opened

from gdplay.errors import ConfigError, MachineError
from gdplay.steplog import read_log

BAD_COLUMNS = ["=f", "+f", "-f", "@f", "\tf", "\rf", "", "step", "a\nb", "a\0b", "a\u202eb", "=HYPERLINK(1)"]
BAD_FILES = [
    (b"", None, "no rows"),
    (b"step,f", None, "no rows"),
    (HEAD, None, "no rows"),
    (HEAD + b"0,1", None, "no rows"),
    (b"\n0\n", 1, "the first column is ''"),
    (b"time,f\n0,1\n", 1, "the first column is 'time'"),
    (b"step,f,f\n0,1,1\n", 1, "two columns are called 'f'"),
    (b"step,=f\n0,1\n", 1, "no column can be called '=f'"),
    (b'step,"f\n0,1\n', 1, "no header of a log"),
    (b"step,\xff\n0,1\n", 1, "no header of a log"),
    (GOOD + b"3,1\n4,1,1\n", 5, "3 fields expected, 2 found"),
    (GOOD + b"3,1,1,1\n", 5, "3 fields expected, 4 found"),
    (GOOD + b"\n3,1,1\n", 5, "3 fields expected, 1 found"),
    (GOOD + b"3,1,\n", 5, "'' in column 'x' is no number"),
    (GOOD + b"3,one,1\n", 5, "'one' in column 'f' is no number"),
    (GOOD + b'3,"1",1\n', 5, "'\"1\"' in column 'f' is no number"),
    (GOOD + b"3,0x10,1\n", 5, "'0x10' in column 'f' is no number"),
    (GOOD + b"3,1,1\r4,1,1\n", 5, "3 fields expected, 5 found"),
    (GOOD + b"\x00\x00\x00,1,1\n", 5, "'\\x00\\x00\\x00' is no step"),
    (GOOD + b"3,\xff,1\n", 5, "in column 'f' is no number"),
    (GOOD + b"1.5,1,1\n", 5, "'1.5' is no step"),
    (GOOD + b"-3,1,1\n", 5, "step -3 comes after step 2"),
    (GOOD + b"2,1,1\n", 5, "step 2 comes after step 2"),
    (GOOD + b"99999999999999999999,1,1\n", 5, "is no step"),
]


@pytest.mark.parametrize("name", BAD_COLUMNS, ids=repr)
def test_a_bad_column_is_refused(path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="called"):
        opened(path, ["f", name])


def test_columns_that_coincide_are_refused(path: Path) -> None:
    with pytest.raises(ConfigError, match="two columns are called 'x'"):
        opened(path, ["x", "f", "x"])


@pytest.mark.parametrize(
    ("steps", "values"),
    [
        ([0], [[1.0]]),
        ([0], [1.0, 2.0]),
        ([0, 1], [[1.0, 2.0]]),
        (0, [[1.0, 2.0]]),
        ([4, 4], [[1, 2], [1, 2]]),
    ],
)
def test_rows_that_do_not_fit_are_refused(path: Path, steps: object, values: object) -> None:
    with opened(path, ["f", "x"]) as log:
        log.append([3], [[1.0, 2.0]])
        with pytest.raises(ValueError, match=r"expected|increase"):
            log.append(steps, values)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="increase"):
            log.append([3], [[1.0, 2.0]])
    assert read_log(path).rows == 1


@pytest.mark.parametrize(("content", "line", "said"), BAD_FILES)
def test_a_bad_file_is_refused_at_its_line(
    tmp_path: Path, content: bytes, line: int | None, said: str
) -> None:
    path = tmp_path / "steps.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_log(path)
    (complaint,) = caught.value.complaints
    assert said in complaint.message
    assert (complaint.file, complaint.line) == (str(path), line)
    assert complaint.remedy


def test_lines_are_counted_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdplay.steplog.lines.CHUNK_BYTES", 10)
    path = tmp_path / "steps.csv"
    lines = [f"{step},{step * 0.1!r}" for step in range(50)]
    path.write_text("\n".join(["step,f", *lines]) + "\n")
    assert read_log(path).columns["f"].tolist() == [step * 0.1 for step in range(50)]
    for change in "40,0.1,", "39,0.1", "40,x":
        path.write_text("\n".join(["step,f", *lines[:40], change, *lines[41:]]) + "\n")
        with pytest.raises(ConfigError) as caught:
            read_log(path)
        assert caught.value.complaints[0].line == 42


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdplay.steplog.lines.CHUNK_BYTES", 100)
    monkeypatch.setattr("gdplay.steplog.lines.LONGEST_LINE", 1000)
    path = tmp_path / "steps.csv"
    path.write_bytes(b"step,f\n0,1\n" + b"1" * 5000)
    with pytest.raises(ConfigError, match=r"steps\.csv:3: the line is too long"):
        read_log(path)


def _written_by_others(path: Path, **columns: object) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(columns), path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b""), "file size is 0"),
        (lambda path: path.write_bytes(b"PAR1" + b"x" * 100), "magic bytes not found"),
        (lambda path: _written_by_others(path, f=[1.0]), "the first column is 'f'"),
        (lambda path: _written_by_others(path, step=[1.0]), "another type"),
        (lambda path: _written_by_others(path, step=[1], f=["text"]), "another type"),
        (lambda path: _written_by_others(path, step=[0, 1], f=[1.0, None]), "a value is missing"),
    ],
)
def test_a_bad_parquet_file_is_refused(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    make(tmp_path / "steps.parquet")
    with pytest.raises(ConfigError, match=f"steps.parquet: .*{said}"):
        read_log(tmp_path / "steps.parquet")


def test_what_is_no_file_of_a_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")  # opening it would wait for ever
    for name, said in [
        ("missing.csv", "no such file"),
        ("folder.csv", "no such file"),
        ("pipe.csv", "no such file"),
        ("steps.pickle", "name a file that ends in .csv or .parquet"),
    ]:
        with pytest.raises(ConfigError, match=said):
            read_log(tmp_path / name)


def test_an_unreadable_file_is_the_machines_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(path, ["f"]) as log:
        log.append([0], [[1.0]])

    def failing(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(
        f"gdplay.steplog.read.{'parse_lines' if path.suffix == '.csv' else 'check_header'}", failing
    )
    with pytest.raises(MachineError, match="could not be read: Input/output error"):
        read_log(path)
