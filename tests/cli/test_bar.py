"""The progress bar: on a terminal only, never with --quiet or --json, and it says how fast runs are."""

from __future__ import annotations

import io
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from gdplay.cli import bar, execute
from gdplay.sweeps.work import Progress


class Terminal(io.StringIO):
    """Standard error as a terminal shows it."""

    def isatty(self) -> bool:
        return True


COMMANDS = (
    ("sweep", "x^2", "lr=0.1,0.2,0.3", "steps=5"),
    ("sweep", "--find-rate", "x^2", "start=[1]", "steps=5"),
    ("compare", "x^2", "lr=0.1,0.2", "steps=5"),
    ("map", "basins", "himmelblau", "--size", "4x4", "steps=5"),
)


@pytest.fixture(autouse=True)
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bar, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")


def shown(words: tuple[str, ...], error: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", error)
    with redirect_stdout(io.StringIO()):
        assert execute(words) == 0
    return error.getvalue()


@pytest.mark.parametrize("words", COMMANDS)
def test_a_terminal_sees_runs_rate_time_best_and_diverged(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = shown(words, Terminal(), monkeypatch)
    assert re.search(r"[0-9]+/[0-9]+ runs", said)
    assert re.search(r"[0-9.]+[kMG]? runs/s, best f [-0-9.e+]+, [0-9]+ diverged", said)
    assert re.search(r"[0-9-]+:[0-9-]+", said)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("words", COMMANDS)
def test_everybody_else_sees_nothing(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown((*words, "--quiet"), Terminal(), monkeypatch) == ""
    assert shown((*words, "--json"), Terminal(), monkeypatch) == ""
    assert shown(words, io.StringIO(), monkeypatch) == ""


def test_the_rate_is_of_what_was_run() -> None:
    progress = Progress(1000, done=900, reused=400, diverged=3, best=1.5)
    assert bar.described(progress, 2.0) == "250 runs/s, best f 1.5, 3 diverged"
    assert bar.described(progress, 400.0) == "1.25 runs/s, best f 1.5, 3 diverged"
    assert bar.described(progress, 4e-4).startswith("1.25M runs/s")
