"""gdplay run: one run, its log, its picture, its story."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdplay.cli.options import Force, Json, Out, Quiet, Settings

if TYPE_CHECKING:
    from gdplay.config.load import Config

SHOWN = (1, 2, 5)
PATIENCE = 1.0
"""Seconds before a progress bar appears."""


def run(
    config: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG", help="A config, a formula, a catalogue name, or - for standard input."
        ),
    ],
    settings: Settings = None,
    out: Out = None,
    force: Force = False,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Run a config: log every step, draw the path, say how it ended.

    Examples:

    gdplay run configs/rosenbrock.yaml

    gdplay run configs/rosenbrock.yaml lr=0.1 optimizer=momentum steps=500

    gdplay run "x^2 + 10*y^2" lr=0.05 start=[4,1] --out results/bowl
    """
    from gdplay.cli import print_json
    from gdplay.cli.source import read_source
    from gdplay.cli.story import ending, opening
    from gdplay.save import save_run

    checked = read_source(config, settings)
    told = not (quiet or json)
    for note in checked.notes:
        if not json:
            print(f"note: {note}", file=sys.stderr)
    show = _Show(checked, told)
    if told:
        show.say(opening(checked))
    with signals() as caught, show:
        from gdplay.simulation import Watch

        trace, folder = save_run(checked, out, force, Watch(lambda: bool(caught), show.row))
    if json:
        print_json({**trace.summary(), "folder": str(folder.path)})
    else:
        show.last(trace.final.step)
        show.say(ending(trace, folder.path))
    return (
        {signal.SIGINT: 130, signal.SIGTERM: 143}[caught[0]]
        if caught and trace.status == "interrupted"
        else 0
    )


@contextmanager
def signals() -> Iterator[list[signal.Signals]]:
    """Collect SIGINT and SIGTERM instead of dying of them; a second one is not caught."""
    caught: list[signal.Signals] = []
    before: dict[signal.Signals, Any] = {}

    def remember(number: int, frame: FrameType | None) -> None:
        caught.append(signal.Signals(number))
        signal.signal(number, before[signal.Signals(number)])

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, remember)
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Show:
    """Prints some of a run's rows as they come, and a progress bar on a terminal if it takes long."""

    def __init__(self, config: Config, told: bool) -> None:
        self.config, self.told = config, told
        self.kept: list[tuple[int, Any]] = []
        self.printed = -1
        self.began = time.monotonic()
        self.bar: Any = None
        self.watched = told and sys.stderr.isatty()

    def row(self, step: int, values: Any) -> None:
        """See one row: print it if its number is round, and move the bar."""
        if self.told and (step == 0 or _round(step)):
            self.kept.append((step, values))
            if self.bar is None:
                self.release()
        self.newest = (step, values)
        if self.watched and step % 64 == 0 and time.monotonic() - self.began > PATIENCE:
            self.progress(step, values)

    def release(self) -> None:
        """Print the rows that are kept back."""
        from gdplay.cli.story import step_line

        for step, values in self.kept:
            self.say(step_line(self.config, step, values))
            self.printed = step
        self.kept = []

    def last(self, step: int) -> None:
        """Print the last row if it was not printed yet."""
        if self.told and step > self.printed:
            self.kept.append(self.newest)
            self.release()

    def progress(self, step: int, values: Any) -> None:
        """Move the bar, which appears when it is first asked for."""
        if self.bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self.bar = Progress(
                console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
            )
            self.bar.start()
            self.task = self.bar.add_task("steps", total=self.config.criteria.max_steps)
        self.bar.update(self.task, completed=step, description=f"step {step}  f {values[0]:.3e}")

    def say(self, text: str) -> None:
        """Print results; a reader that has gone away is no reason to stop."""
        from gdplay.errors import printable

        try:
            print(printable(text), flush=True)
        except BrokenPipeError:
            self.told = False

    def __enter__(self) -> _Show:
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
        self.release()


def _round(step: int) -> bool:
    """Tell whether a step is 1, 2, 5, 10, 20, 50, ..."""
    while step % 10 == 0 and step:
        step //= 10
    return step in SHOWN
