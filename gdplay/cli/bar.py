"""The progress bar of a command that carries out many runs."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gdplay.sweeps.work import Progress

PATIENCE = 1.0
"""Seconds before a bar appears."""


class Bar:
    """A bar on a terminal, after a second: runs, their rate, the time left, best f, how many diverged."""

    def __init__(self, told: bool) -> None:
        self.watched = told and sys.stderr.isatty()
        self.began = time.monotonic()
        self.bar: Any = None

    def report(self, progress: Progress) -> None:
        """Move the bar."""
        seconds = time.monotonic() - self.began
        if not self.watched or seconds < PATIENCE:
            return
        if self.bar is None:
            self.bar = _bar()
            self.task = self.bar.add_task(described(progress, seconds), total=progress.total)
            self.bar.start()
        description = described(progress, seconds)
        self.bar.update(self.task, completed=progress.done, total=progress.total, description=description)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def described(progress: Progress, seconds: float) -> str:
    """Return what stands behind a bar, of runs in so many seconds; what was known already is not counted.

    >>> from gdplay.sweeps.work import Progress
    >>> described(Progress(90000, done=50000, reused=2000, diverged=7, best=0.125), 4.0)
    '12k runs/s, best f 0.125, 7 diverged'
    """
    rate = (progress.done - progress.reused) / max(seconds, 1e-9)
    return f"{_few(rate)} runs/s, best f {progress.best:.3g}, {progress.diverged} diverged"


def _few(rate: float) -> str:
    """Return a number to three digits: 12.3, 4.56k, 789M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rate >= size:
            return f"{float(f'{rate / size:.3g}'):g}{letter}"
    return f"{rate:.3g}"


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(bar_width=None),
        TextColumn("{task.completed}/{task.total} runs"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}"),
    )
    console = Console(stderr=True)
    return Progress(
        *columns, console=console, expand=True, transient=True, redirect_stdout=False, redirect_stderr=False
    )
