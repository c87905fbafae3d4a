"""gdplay run: one run, its log, its picture, its story."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdplay.cli.complete import sources
from gdplay.cli.options import AllowRead, Engine, Force, Json, Out, Quiet, Settings, Threads, on, with_engine

if TYPE_CHECKING:
    from gdplay.config.load import Config

SHOWN = (1, 2, 5)
PATIENCE = 1.0
"""Seconds before a progress bar appears."""


def run(
    config: Annotated[
        str,
        typer.Argument(
            autocompletion=sources,
            metavar="CONFIG",
            help="A config, a formula, a catalogue name, or - for standard input.",
        ),
    ],
    settings: Settings = None,
    out: Out = None,
    force: Force = False,
    allow_read: AllowRead = None,
    engine: Engine = None,
    threads: Threads = None,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Run a config: log every step, draw the path, say how it ended. Several configs run in turn.

    Examples:

    gdplay run configs/rosenbrock.yaml

    gdplay run configs/rosenbrock.yaml lr=0.1 optimizer=momentum steps=500

    gdplay run "x^2 + 10*y^2" lr=0.05 start=[4,1] --out results/bowl
    """
    from gdplay.cli import print_json
    from gdplay.cli.source import further_configs, read_source
    from gdplay.columns import log_columns
    from gdplay.errors import Complaint, ConfigError

    more, values = further_configs(with_engine(settings, engine))
    if more and out is not None:
        raise ConfigError(
            Complaint("--out names one folder, and here are several configs", "leave --out out")
        )
    checked = [read_source(text, values, roots=allow_read) for text in (config, *more)]
    for each in checked:
        log_columns(each)  # all are refused before the first is run
    told = not (quiet or json)
    with signals() as caught, on(threads):
        documents: list[dict[str, Any]] = []
        for each in checked:
            if not (caught and documents):
                documents.append(_one(each, out, force, told, json, caught))
    if json:
        print_json(documents if more else documents[0])
    stopped = len(documents) < len(checked) or documents[-1]["status"] == "interrupted"
    return {signal.SIGINT: 130, signal.SIGTERM: 143}[caught[0]] if caught and stopped else 0


def _one(
    config: Config, out: Path | None, force: bool, told: bool, json: bool, caught: list[signal.Signals]
) -> dict[str, Any]:
    """Carry out one run and print it; return its summary."""
    from gdplay.cli.story import ending
    from gdplay.plots.quick import import_quickly
    from gdplay.save import save_run
    from gdplay.simulation import Watch

    import_quickly()
    show = _Show(config, told=told, notes=() if json else config.notes)
    with show:
        trace, folder = save_run(config, out, force, Watch(lambda: bool(caught), show.row))
    if not json:
        show.last(trace.final.step)
        show.say(ending(trace, folder.path))
    return {**trace.summary(), "folder": str(folder.path)}


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

    def __init__(self, config: Config, told: bool, notes: tuple[str, ...]) -> None:
        self.config, self.told, self.notes = config, told, notes
        self.kept: list[tuple[int, Any]] = []
        self.printed = -1
        self.began = time.monotonic()
        self.bar: Any = None
        self.watched = told and sys.stderr is not None and sys.stderr.isatty()

    def row(self, step: int, values: Any) -> None:
        """See one row: print it if its number is round, and move the bar."""
        if step == 0:
            self.open()
        if self.told and (step == 0 or _round(step)):
            self.kept.append((step, values))
            if self.bar is None:
                self.release()
        self.newest = (step, values)
        if self.watched and step % 64 == 0 and time.monotonic() - self.began > PATIENCE:
            self.progress(step, values)

    def open(self) -> None:
        """Say what is run; only now, when nothing can be refused any more."""
        from gdplay.cli.story import opening
        from gdplay.errors import printable

        for note in self.notes:
            print(f"note: {printable(note)}", file=sys.stderr)
        if self.told:
            self.say(opening(self.config))

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
