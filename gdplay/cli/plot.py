"""gdplay plot: the picture of a saved run, drawn again without running anything."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from gdplay.cli.options import Force, Json, OutFile, Settings


def plot(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The folder of a saved run, sweep or map.")],
    settings: Settings = None,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw a saved run, sweep or map again from what was saved.

    Examples:

    gdplay plot runs/rosenbrock-1 -o rosenbrock.svg

    gdplay plot runs/rosenbrock-1 plot.levels=40 plot.x=[-2,2] -o wide.png

    gdplay plot runs/rates-sweep-1 plot.kind=curves -o curves.svg

    gdplay plot runs/himmelblau-basins-1 -o basins.pdf
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
    if of_many := _of_many_runs(folder):
        plot_many(folder, of_many, settings or (), out, force, json)
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


def plot_many(
    folder: Path, of_many: OfMany, settings: Sequence[str], out: Path | None, force: bool, json: bool
) -> None:
    """Draw one picture of what is saved of many runs."""
    from gdplay.cli import print_json
    from gdplay.cli.picture import save_picture
    from gdplay.errors import Complaint, ConfigError, printable

    kind = None
    for text in settings:
        key, _, kind = text.partition("=")
        if key.removeprefix("plot.") != "kind" or not of_many.kinds:
            message = f"'{key[:60]}' is no setting of a {of_many.name}'s picture"
            one = "there is one, without settings"
            raise ConfigError(
                Complaint(message, f"write plot.kind={of_many.kinds}" if of_many.kinds else one)
            )
    path = out or Path(f"{folder.resolve().name}.png")
    saved = save_picture(lambda: of_many.draw(folder, kind), path, force)
    if json:
        print_json({"file": saved, "notes": []})
    else:
        print(f"saved {printable(saved)}")


@dataclass(frozen=True)
class OfMany:
    """What the folder of many runs is, what its pictures are called if there are several, what draws one."""

    name: str
    kinds: str
    draw: Callable[[Path, str | None], Any]


def _of_many_runs(folder: Path) -> OfMany | None:
    """Return what a folder is that holds many runs, told by a file that only such folders have."""
    from gdplay.sweeps.canvas import NAME
    from gdplay.written import CHUNKS, COMPARED, SCANNED

    if (folder / CHUNKS).is_dir():
        return OfMany("sweep", "rates, heat or curves", _sweep)
    files = {SCANNED: ("search", _search), NAME: ("map", _map), COMPARED: ("comparison", _comparison)}
    for file, (name, draw) in files.items():
        if (folder / file).is_file():
            return OfMany(name, "", draw)
    return None


def _sweep(folder: Path, kind: str | None) -> Any:
    from gdplay.sweeps.saved import draw_sweep

    return draw_sweep(folder, kind)


def _search(folder: Path, _: str | None) -> Any:
    from gdplay.sweeps.edgepicture import draw_saved_edges

    return draw_saved_edges(folder)


def _map(folder: Path, _: str | None) -> Any:
    from gdplay.sweeps.mappicture import draw_saved_map

    return draw_saved_map(folder)


def _comparison(folder: Path, _: str | None) -> Any:
    from gdplay.errors import Complaint, ConfigError

    message = "the paths that a comparison's picture shows are not saved"
    remedy = f"carry it out again: gdplay compare {folder}/config.yaml plot.format=pdf, with the same options"
    raise ConfigError(Complaint(message, remedy, file=str(folder)))
