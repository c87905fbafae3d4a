"""gdplay plot: the picture of a saved run, drawn again without running anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gdplay.cli.options import Force, Json, OutFile, Settings


def plot(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The folder of a saved run.")],
    settings: Settings = None,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw a saved run again from its log.

    Examples:

    gdplay plot runs/rosenbrock-1 -o rosenbrock.svg

    gdplay plot runs/rosenbrock-1 plot.levels=40 plot.x=[-2,2] -o wide.png
    """
    from gdplay.cli import print_json
    from gdplay.cli.source import saved_run
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.files import write_file
    from gdplay.plots import FORMATS
    from gdplay.plots.save import figure_bytes
    from gdplay.plots.trace import draw_trace
    from gdplay.saved import load_run

    folder = saved_run(run)
    path = out or Path(f"{folder.resolve().name}.png")
    format = path.suffix.lstrip(".").lower()
    if format not in FORMATS:
        raise ConfigError(
            Complaint(
                f"{path} ends in no picture format",
                f"end it in {', '.join('.' + f for f in FORMATS)}",
                key="-o",
            )
        )
    trace = load_run(folder, [key if key.startswith("plot.") else f"plot.{key}" for key in settings or ()])
    write_file(path, figure_bytes(draw_trace(trace), format), force)
    for note in trace.notes:
        if not json:
            print(f"note: {printable(note)}", file=sys.stderr)
    if json:
        print_json({"file": str(path), "notes": list(trace.notes)})
    else:
        print(f"saved {printable(str(path))}")
