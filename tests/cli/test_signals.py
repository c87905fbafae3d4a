"""Signals, closed streams and killed processes: what was done is kept, and nothing is said twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from calls import COMMAND, call, process, start

from gdplay.saved import load_run
from gdplay.steplog import read_log

# A run that would take hours, and prints its first rows at once.
ENDLESS = ("run", "x^2 + y^2", "steps=1e9", "lr=1e-12", "--out", "out")


def wait_for_rows(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait until the log has rows."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        log = folder / "steps.csv"
        if log.exists() and log.stat().st_size > 0:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("no rows in 30 seconds")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_that_is_kept(number: signal.Signals, status: int, tmp_path: Path) -> None:
    running = start(*ENDLESS, cwd=tmp_path)
    wait_for_rows(running, tmp_path / "out")
    running.send_signal(number)
    out, err = running.communicate(timeout=30)
    assert running.returncode == status
    assert err == "note: start not given: all ones\n"
    assert "interrupted" in out
    trace = load_run(tmp_path / "out")
    assert trace.status == "interrupted"
    assert trace.reason == f"by a signal after {trace.steps} steps"
    assert trace.step[-1] == trace.final.step == trace.steps
    assert trace.logged == trace.steps + 1
    assert set(os.listdir(tmp_path / "out")) == {"config.yaml", "steps.csv", "summary.json", "trajectory.png"}


def test_json_of_an_interrupted_run_is_one_document(tmp_path: Path) -> None:
    running = start(*ENDLESS, "--json", cwd=tmp_path)
    wait_for_rows(running, tmp_path / "out")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (130, "")
    assert json.loads(out)["status"] == "interrupted"


def interrupted_in(where: str, name: str, *words: str, cwd: Path) -> subprocess.Popen[str]:
    """Start a command during which a function interrupts its own process."""
    code = (
        "import os, signal, sys\n"
        "from gdplay.cli import execute\n"
        f"import {where} as module\n"
        "def interrupt(*any, **other):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    raise AssertionError('the signal has to end this')\n"
        f"module.{name} = interrupt\n"
        "sys.exit(execute(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", code, *words]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_second_signal_is_not_caught(tmp_path: Path) -> None:
    running = interrupted_in("gdplay.plots.trace", "draw_trace", *ENDLESS, cwd=tmp_path)
    wait_for_rows(running, tmp_path / "out")
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert err.splitlines()[-1] == "gdplay: interrupted"
    assert "Traceback" not in err
    assert not (tmp_path / "out" / "summary.json").exists()
    assert read_log(tmp_path / "out" / "steps.csv").rows > 1


def test_a_command_that_thinks_can_be_interrupted(tmp_path: Path) -> None:
    said = interrupted_in("gdplay.formula.gradient", "gradient", "grad", "x^2", cwd=tmp_path)
    assert said.communicate(timeout=30) == ("", "gdplay: interrupted\n")
    assert said.returncode == 130
    said = interrupted_in("gdplay.formula.gradient", "gradient", "grad", "x^2", "--json", cwd=tmp_path)
    out, err = said.communicate(timeout=30)
    assert (json.loads(out)["error"]["kind"], err, said.returncode) == ("interrupted", "", 130)


def test_a_killed_run_leaves_a_log_that_can_be_read(tmp_path: Path) -> None:
    running = start(*ENDLESS, cwd=tmp_path)
    wait_for_rows(running, tmp_path / "out")
    running.kill()
    running.communicate(timeout=30)
    assert os.listdir(tmp_path / "out") == ["steps.csv"]
    log = read_log(tmp_path / "out" / "steps.csv")
    assert log.rows > 1
    assert log.columns["step"].tolist() == list(range(log.rows))
    for words in (["plot", str(tmp_path / "out")], ["run", "x^2", "--out", str(tmp_path / "out"), "--force"]):
        said = call(*words)
        assert said.status == 2
        assert "it has no summary.json" in said.err
    assert os.listdir(tmp_path / "out") == ["steps.csv"]


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    pipe = f"'{sys.executable}' -m gdplay run 'x^2 + y^2' start=[1,2] steps=3000 --out out | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {pipe}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("formula     x^2 + y^2")
    assert load_run(tmp_path / "out").steps == 3000
    listing = f"'{sys.executable}' -m gdplay list functions | true"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {listing}"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_may_be_closed(closed: str, tmp_path: Path) -> None:
    line = f"'{sys.executable}' -m gdplay run 'x^2 + y^2' steps=5 --out out {closed}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert load_run(tmp_path / "out").steps == 5


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_standard_output_on_a_full_disk_is_said(tmp_path: Path) -> None:
    for words in (["list", "functions"], ["run", "x^2", "steps=5"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [*COMMAND, *words], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("gdplay: ")
        assert done.stderr.splitlines()[-1].endswith("No space left on device")
        assert "Traceback" not in done.stderr


def test_no_home_no_terminal_no_locale_and_a_folder_that_is_closed(tmp_path: Path) -> None:
    closed, results = tmp_path / "closed", tmp_path / "results"
    closed.mkdir(mode=0o555)
    results.mkdir()
    bare = {"PATH": os.defpath, "LANG": "C", "LC_ALL": "C"}
    done = process("run", "himmelblau", "steps=20", "--out", str(results / "run"), cwd=closed, env=bare)
    assert (done.returncode, done.stderr) == (0, done.stderr.splitlines()[0] + "\n")
    assert done.stderr.startswith("note: start not given")
    assert load_run(results / "run").steps <= 20
    assert list(closed.iterdir()) == []
    asked = process("grad", "x·y", cwd=closed, env=bare)
    assert asked.returncode == 2
    assert "U+00B7" in asked.stderr


def test_two_processes_in_one_folder_do_not_meet(tmp_path: Path) -> None:
    both = [start("run", "x^2", f"lr=0.{k}", "steps=50", "--quiet", cwd=tmp_path) for k in (1, 2)]
    assert [each.communicate(timeout=60) is not None and each.returncode for each in both] == [0, 0]
    assert sorted(os.listdir(tmp_path / "runs")) == ["formula-1", "formula-2"]
    rates = {load_run(tmp_path / "runs" / f"formula-{k}").config.optimizer.learning_rate for k in (1, 2)}
    assert rates == {0.1, 0.2}
