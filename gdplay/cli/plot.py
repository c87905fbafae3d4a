"""gdplay plot: the picture of a saved run, drawn again without running anything."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from gdplay.cli.options import Force, Json, OutFile, Settings


def plot(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The folder of a saved run or sweep.")],
    settings: Settings = None,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw a saved run or sweep again from what was saved.

    Examples:

    gdplay plot runs/rosenbrock-1 -o rosenbrock.svg

    gdplay plot runs/rosenbrock-1 plot.levels=40 plot.x=[-2,2] -o wide.png

    gdplay plot runs/rates-sweep-1 plot.kind=curves -o curves.svg
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
    if (folder / "chunks").is_dir():
        plot_sweep(folder, settings or (), out, force, json)
        return
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


def plot_sweep(folder: Path, settings: Sequence[str], out: Path | None, force: bool, json: bool) -> None:
    """Draw one picture of a saved sweep."""
    from gdplay.cli import print_json
    from gdplay.cli.picture import save_picture
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.sweeps.saved import draw_sweep

    kind = None
    for text in settings:
        key, _, kind = text.partition("=")
        if key.removeprefix("plot.") != "kind":
            message = f"'{key[:60]}' is no setting of a sweep's picture"
            raise ConfigError(Complaint(message, "write plot.kind=rates, heat or curves"))
    path = out or Path(f"{folder.resolve().name}.png")
    saved = save_picture(lambda: draw_sweep(folder, kind), path, force)
    if json:
        print_json({"file": saved, "notes": []})
    else:
        print(f"saved {printable(saved)}")
