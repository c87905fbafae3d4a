"""gdplay sweep: many runs, a table, the best setting."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdplay.cli.complete import sources
from gdplay.cli.findrate import find
from gdplay.cli.options import Force, Json, Out, Quiet

if TYPE_CHECKING:
    from gdplay.sweeps.request import Request
    from gdplay.sweeps.result import Table
    from gdplay.sweeps.work import Progress

SAID = 3
PATIENCE = 1.0


def sweep(
    config: Annotated[
        str,
        typer.Argument(
            autocompletion=sources, metavar="CONFIG", help="A config, a formula or a catalogue name."
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUES]...", help="Several values sweep (a,b,c or logspace(1e-4,1,61)), one sets."
        ),
    ] = None,
    out: Out = None,
    force: Force = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on in the folder --out: only what is missing is run.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be run, how long and how large.")
    ] = False,
    find_rate: Annotated[
        bool,
        typer.Option("--find-rate", help="Find where the learning rate becomes unstable, and the best one."),
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="End at the first combination that can't be run.")
    ] = False,
    format: Annotated[
        str, typer.Option("--format", metavar="parquet|csv", help="The table's file format.")
    ] = "parquet",
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Run a config for many settings and rank them.

    Examples:

    gdplay sweep configs/rosenbrock.yaml "learning_rate=logspace(1e-4,1,61)"

    gdplay sweep rosenbrock optimizer=gd,momentum,adam lr=log:1e-4:1:61 seed=1,2,3

    gdplay sweep configs/rates.yaml --out rates --resume

    gdplay sweep --find-rate himmelblau optimizer=gd,momentum,adam
    """
    from gdplay.cli import print_json
    from gdplay.cli.run import signals
    from gdplay.errors import Complaint, ConfigError
    from gdplay.sweeps.run import save_sweep

    if format not in ("parquet", "csv"):
        raise ConfigError(
            Complaint(f"there is no table format '{format[:40]}'", "choose parquet or csv", key="--format")
        )
    if resume and out is None:
        raise ConfigError(Complaint("--resume needs the folder to go on in", "add --out DIR", key="--resume"))
    if find_rate:
        return find(config, settings, out, force, json)
    request = request_of(config, settings, fail_fast)
    if dry_run:
        return _foretell(request, json)
    with signals() as caught, Bar(not (quiet or json)) as bar:
        table, summary, folder = save_sweep(
            request, out, force, resume, format, bar.report, lambda: bool(caught)
        )
    if json:
        print_json({**summary, "folder": str(folder.path)})
    else:
        _print(table, summary, f"{folder.path}/   sweep.{format}, {table.runs} rows")
    return {2: 130, 15: 143}[int(caught[0])] if caught and summary["status"] == "interrupted" else 0


def request_of(config: str, settings: list[str] | None, fail_fast: bool) -> Request:
    """Return the sweep that a command line asks for. Raises ConfigError."""
    from pathlib import Path

    from gdplay.cli.source import kind_of
    from gdplay.sweeps.request import read_request

    text = config.strip()
    return read_request(Path(text) if kind_of(text) == "config" else text, settings or (), fail_fast)


def _foretell(request: Request, json: bool) -> int:
    """Say what a sweep would do: its grid, its runs, an estimate of time and size."""
    from gdplay.cli import print_json
    from gdplay.sweeps.estimate import estimate

    found = estimate(request)
    if json:
        print_json(found)
        return 0
    for grid in request.grids:
        print(" x ".join(f"{axis.key} ({len(axis)})" for axis in grid.axes))
    cost = f"about {found['seconds']:.2g} s and {found['bytes'] / 1e6:.2g} MB"
    print(f"{found['runs']} runs in {found['groups']} groups, {cost}")
    return 0


def _print(table: Table, summary: dict[str, Any], saved: str) -> None:
    from gdplay.cli.ranking import ranking
    from gdplay.errors import printable

    start = list(table.columns).index("status")
    names = [*list(table.columns)[1:start], "status", "steps", "best_f", "final_f"]
    ranked = table.ranked()
    lines = ranking({name: table.columns[name][ranked] for name in names})
    counts = ", ".join(f"{count} {status}" for status, count in summary["counts"].items())
    lines += ["", f"{summary['status']:<12}{summary['runs']} runs: {counts}"]
    if "error" in table.columns:
        said = dict.fromkeys(error for error in table.columns["error"] if error)
        lines += [f"{'failed':<12}{error}" for error in list(said)[:SAID]]
        lines += [f"{'':<12}... and {len(said) - SAID} other reasons"] if len(said) > SAID else []
    if summary["reused"]:
        lines.append(f"{'kept':<12}{summary['reused']} runs were known already")
    if summary["damaged_chunks"]:
        lines.append(f"{'damaged':<12}{', '.join(summary['damaged_chunks'])}: run again")
    lines.append(f"{'saved':<12}{saved}")
    print(printable("\n".join(lines)))


class Bar:
    """A progress bar on a terminal, after a second."""

    def __init__(self, told: bool) -> None:
        self.watched = told and sys.stderr.isatty()
        self.began = time.monotonic()
        self.bar: Any = None

    def report(self, progress: Progress) -> None:
        """Move the bar."""
        if not self.watched or time.monotonic() - self.began < PATIENCE:
            return
        if self.bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                BarColumn(),
                TextColumn("{task.completed}/{task.total} runs"),
                TimeRemainingColumn(),
                TextColumn("{task.description}"),
            )
            self.bar = Progress(
                *columns,
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self.bar.start()
            self.task = self.bar.add_task("", total=progress.total)
        said = f"best f {progress.best:.3g}, {progress.diverged} diverged"
        self.bar.update(self.task, completed=progress.done, description=said)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.stop()
