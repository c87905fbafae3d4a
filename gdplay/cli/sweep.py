"""gdplay sweep: many runs, a table, the best setting."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from gdplay.cli.bar import Bar
from gdplay.cli.complete import sources
from gdplay.cli.findrate import find
from gdplay.cli.options import Engine, Force, Json, Out, Quiet, Resume, Threads, on, with_engine

if TYPE_CHECKING:
    from pathlib import Path

    from gdplay.sweeps.crew import Crew
    from gdplay.sweeps.request import Request


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
    resume: Resume = False,
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
    engine: Engine = None,
    threads: Threads = None,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask",
            metavar="ADDRESS",
            help="Send the work to the Dask cluster there; local starts one on this machine.",
        ),
    ] = None,
    allow_remote: Annotated[
        bool,
        typer.Option(
            "--allow-remote", help="Let --dask use a network without tls://: everyone in it is trusted."
        ),
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Run a config for many settings and rank them.

    Examples:

    gdplay sweep configs/rosenbrock.yaml "learning_rate=logspace(1e-4,1,61)"

    gdplay sweep rosenbrock optimizer=gd,momentum,adam lr=log:1e-4:1:61 seed=1,2,3

    gdplay sweep configs/rates.yaml --out rates --resume

    gdplay sweep --find-rate himmelblau optimizer=gd,momentum,adam

    gdplay sweep configs/rates.yaml --dask tls://cluster.example:8786
    """
    from gdplay.cli import print_json
    from gdplay.cli.run import signals
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.sweeps.forced import check_engine
    from gdplay.sweeps.run import save_sweep

    if format not in ("parquet", "csv"):
        raise ConfigError(
            Complaint(f"there is no table format '{format[:40]}'", "choose parquet or csv", key="--format")
        )
    if resume and out is None:
        raise ConfigError(Complaint("--resume needs the folder to go on in", "add --out DIR", key="--resume"))
    if dask is not None and (dry_run or find_rate):
        alone = "--dry-run" if dry_run else "--find-rate"
        raise ConfigError(Complaint(f"{alone} works on this machine alone", "leave --dask out", key="--dask"))
    settings = with_engine(settings, engine)
    if find_rate:
        with on(threads):
            return find(config, settings, out, force, quiet, json)
    request = request_of(config, settings, fail_fast)
    if dry_run:
        with on(threads):
            return _foretell(request, out if resume else None, json)
    with signals() as caught, on(threads), _crew(dask, allow_remote) as crew, Bar(not (quiet or json)) as bar:
        check_engine(request)
        _, summary, folder = save_sweep(
            request, out, force, resume, format, bar.report, lambda: bool(caught), crew
        )
    if json:
        print_json({**summary, "folder": str(folder.path)})
    else:
        from gdplay.cli.swept import told

        print(printable("\n".join(told(summary, request.keys, folder.path, f"sweep.{format}"))))
    return {2: 130, 15: 143}[int(caught[0])] if caught and summary["status"] == "interrupted" else 0


def _crew(dask: str | None, allow_remote: bool) -> AbstractContextManager[Crew | None]:
    """Return the context in which a Dask cluster carries out chunks, if one is asked for."""
    if dask is None:
        return nullcontext()
    from gdplay.sweeps.scheduler import cluster_at

    return cluster_at(dask.strip(), allow_remote)


def request_of(config: str, settings: list[str] | None, fail_fast: bool) -> Request:
    """Return the sweep that a command line asks for. Raises ConfigError."""
    from pathlib import Path

    from gdplay.cli.source import kind_of
    from gdplay.sweeps.request import read_request

    text = config.strip()
    _ask_one_function(text)
    return read_request(Path(text) if kind_of(text) == "config" else text, settings or (), fail_fast)


def _ask_one_function(text: str) -> None:
    """Raise ConfigError where several functions' names stand for one CONFIG."""
    from gdplay.catalog import names
    from gdplay.errors import Complaint, ConfigError

    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and set(parts) <= set(names("functions")):
        remedy = f"write {parts[0]} function={','.join(parts)}"
        raise ConfigError(Complaint("a single function is due here", remedy, key="CONFIG"))


def _foretell(request: Request, out: Path | None, json: bool) -> int:
    """Say what a sweep would do: its grid, its runs, an estimate of time and size.

    ``out`` is a folder to go on in, if there is one.
    """
    from gdplay.cli import print_json
    from gdplay.sweeps.estimate import estimate
    from gdplay.sweeps.resumed import ask_akin

    if out is not None:
        ask_akin(request, out)
    found = estimate(request, out)
    if json:
        print_json(found)
        return 0
    for grid in found["grids"]:
        print(" x ".join(f"{axis['key']} ({axis['values']})" for axis in grid))
    groups = f"{found['groups']} group{'' if found['groups'] == 1 else 's'}"
    cost = f"about {found['seconds']:.2g} s and {found['bytes'] / 1e6:.2g} MB"
    print(f"{found['runs']} runs in {groups}, {cost}")
    if out is not None:
        print(f"up to {found['known']} of them are known already")
    return 0
