"""Whatever ends its writer, a log can be read up to there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from logs import HEAD, ROOT, opened

from gdplay.errors import ConfigError, MachineError
from gdplay.files import AppendFile, OutputFile
from gdplay.folder import claim
from gdplay.steplog import open_steps, read_log


def test_a_last_line_torn_anywhere_is_dropped(tmp_path: Path) -> None:
    whole = HEAD + b"0,1,2\n10,0.5,nan\n"
    last = b"20,0.25,-1.5e-300\n"
    path = tmp_path / "steps.csv"
    for kept in range(len(last) + 1):
        path.write_bytes(whole + last[:kept])
        table = read_log(path)
        assert table.torn == (0 < kept < len(last))
        assert table.columns["step"].tolist() == [0, 10, 20][: 3 if kept == len(last) else 2]
        assert table.rows == len(table.columns["f"]) == len(table.columns["step"])


def test_a_torn_line_that_is_not_the_last_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    path.write_bytes(HEAD + b"0,1,2\n1,0.\n2,1,1\n3,1")
    with pytest.raises(ConfigError, match=r"steps\.csv:3: 3 fields expected, 2 found"):
        read_log(path)


def test_a_killed_writer_leaves_its_first_rows(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import gdplay.steplog.csvlog as csvlog\n"
        "from gdplay.files import AppendFile\n"
        "csvlog.FLUSH_SECONDS = 0.005\n"
        "log = csvlog.CsvLog(AppendFile(Path(sys.argv[1])), ['f', 'x'])\n"
        "step = 0\n"
        "while True:\n"
        "    log.append([step], [[step / 3, -step]]); step += 1\n"
        "    if step == 1000: log.flush(); print('going', flush=True)"
    )
    path = tmp_path / "steps.csv"
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"going\n"
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    table = read_log(path)
    steps = np.arange(table.rows)
    assert table.rows >= 1000
    assert (table.columns["step"] == steps).all()
    assert (table.columns["f"] == steps / 3).all()
    assert (table.columns["x"] == -steps).all()


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_full_disk_keeps_what_fits(tmp_path: Path, format: str) -> None:
    code = (
        "import resource, sys; from pathlib import Path; import numpy as np\n"
        "from gdplay.errors import MachineError; from gdplay.folder import claim\n"
        "from gdplay.steplog import open_steps\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "values = np.random.default_rng(0).standard_normal((50_000, 2))\n"
        "try:\n"
        "    with claim(Path(sys.argv[1]), 'run', Path(), False) as folder:\n"
        "        with open_steps(folder, ['f', 'x'], sys.argv[2]) as log:\n"
        "            for row in range(50_000):\n"
        "                log.append([row], values[row:row + 1])\n"
        "                if row % 100 == 0 and sys.argv[2] == 'csv': log.flush()\n"
        "except MachineError as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "run"), format]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    path = tmp_path / "run" / f"steps.{format}"
    assert said == f"{path}: could not be written: File too large\n"
    if format == "parquet":  # a torn one can't be read: nothing stays
        assert list(tmp_path.iterdir()) == []
        return
    assert path.stat().st_size == 100_000
    table = read_log(path)
    values = np.random.default_rng(0).standard_normal((50_000, 2))
    assert table.rows > 2000
    assert (table.columns["x"] == values[: table.rows, 1]).all()


@pytest.mark.parametrize("moment", ["append", "close"])
def test_nothing_follows_a_failed_write(path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Space that comes back after a failure must not let later rows follow half a line."""
    monkeypatch.setattr("gdplay.steplog.csvlog.MOST_CELLS", 2 if moment == "append" else 100)
    monkeypatch.setattr("gdplay.steplog.parquetlog.MOST_CELLS", 2 if moment == "append" else 100)

    def failing(file: OutputFile, data: bytes) -> int:
        raise MachineError(f"{file.path}: full")

    log = opened(path, ["f"])
    if moment == "close":
        log.append([0], [[1.0]])
    with monkeypatch.context() as full:
        full.setattr(AppendFile, "write", failing)
        with pytest.raises(MachineError, match="full"):
            log.close() if moment == "close" else log.append([0], [[1.0]])
    with pytest.raises(ValueError, match="is closed"), log:
        log.append([1], [[2.0]])
    log.close()
    assert not path.exists() or path.read_bytes() == b""
    assert [name for name in os.listdir(path.parent) if name != path.name] == []


def test_a_parquet_log_appears_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdplay.steplog.parquetlog.MOST_CELLS", 2)
    path = tmp_path / "steps.parquet"
    with opened(path, ["f"]) as log:
        for step in range(5):
            log.append([step], [[step / 7]])
        assert not path.exists()
    assert read_log(path).columns["f"].tolist() == [step / 7 for step in range(5)]
    assert os.listdir(tmp_path) == ["steps.parquet"]


def test_a_csv_log_is_flushed_by_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("gdplay.steplog.csvlog.time.monotonic", lambda: now[0])
    path = tmp_path / "steps.csv"
    with opened(path, ["f"]) as log:
        log.append([0], [[1.0]])
        assert path.read_bytes() == b""
        now[0] += 1.0
        log.append([1], [[2.0]])
        assert path.read_bytes() == b"step,f\n0,1\n1,2\n"
        log.append([2], [[3.0]])
    assert path.read_bytes() == b"step,f\n0,1\n1,2\n2,3\n"


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_folder_has_its_log(tmp_path: Path, format: str) -> None:
    with claim(None, "run", tmp_path, force=False) as folder, open_steps(folder, ["f"], format) as log:
        assert not folder.has_rows()
        log.append([0], [[1.0]])
        log.close()
        assert folder.has_rows()
    assert read_log(folder.path / f"steps.{format}").columns["f"].tolist() == [1.0]


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_run_that_fails_before_its_first_row_leaves_nothing(tmp_path: Path, format: str) -> None:
    with (
        pytest.raises(RuntimeError),
        claim(None, "run", tmp_path, force=False) as folder,
        open_steps(folder, ["f"], format),
    ):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
