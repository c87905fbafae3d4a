"""gdplay compare: several settings from the same start, on one map and in one table."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gdplay.cli.bar import Bar
from gdplay.cli.complete import sources
from gdplay.cli.options import Engine, Force, Json, Out, Quiet, Threads, on, with_engine


def compare(
    config: Annotated[
        str,
        typer.Argument(
            autocompletion=sources, metavar="CONFIG", help="A config, a formula or a catalogue name."
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=A,B,C...", help="Several values are compared, a single one is set."),
    ] = None,
    tune: Annotated[
        bool,
        typer.Option("--tune", help="Find each one's learning rate first, with the same effort for all."),
    ] = False,
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="F", help="The value of f to reach [default: f* + (f(start) - f*)/1000]."
        ),
    ] = None,
    out: Out = None,
    force: Force = False,
    engine: Engine = None,
    threads: Threads = None,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Compare settings: the same start and budget, one map, a ranked table.

    Examples:

    gdplay compare configs/rosenbrock.yaml optimizer=gd,momentum,adam

    gdplay compare himmelblau optimizer=gd,adam,rmsprop --tune steps=300

    gdplay compare "x^2 + 10*y^2" lr=0.01,0.05,0.09
    """
    from pathlib import Path

    from gdplay.cli import print_json
    from gdplay.cli.run import signals
    from gdplay.cli.source import kind_of
    from gdplay.cli.standings import saved, standings
    from gdplay.config.values import parse_number
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.plots.quick import import_quickly
    from gdplay.sweeps.compare import save_comparison
    from gdplay.sweeps.protocol import Protocol
    from gdplay.sweeps.request import read_request
    from gdplay.sweeps.work import Progress

    goal = None if target is None else parse_number(target)
    if target is not None and goal is None:
        raise ConfigError(Complaint(f"'{target[:40]}' is no value of f", "write a number", key="--target"))
    import_quickly()
    text = config.strip()
    source = Path(text) if kind_of(text) == "config" else text
    request = read_request(source, with_engine(settings, engine), may_be_single=True)
    with signals() as caught, on(threads), Bar(not (quiet or json)) as bar:
        protocol = Protocol(tune, goal, lambda: bool(caught), Progress(0, report=bar.report))
        summary, folder = save_comparison(request, protocol, out, force)
    if json:
        print_json({**summary, "folder": str(folder.path)})
    else:
        files = sorted(path.name for path in folder.path.glob("compare*"))
        print(printable("\n".join([*standings(summary), *saved(str(folder.path), files)])), file=sys.stdout)
    return {2: 130, 15: 143}[int(caught[0])] if caught else 0
