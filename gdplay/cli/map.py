"""gdplay map: one run for every pixel of a picture."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from gdplay.cli.options import Engine, Force, Json, Out, Quiet, Resume, Threads, on, with_engine

WIDTH = 80
LISTED = 10
"""So many places, and so many reasons why runs failed, are said."""


def draw_map(
    kind: Annotated[str, typer.Argument(metavar="basins|rates", help="Starts, or pairs of settings.")],
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="A config, a formula or a catalogue name.")],
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Settings laid over the config.")
    ] = None,
    x: Annotated[
        str | None,
        typer.Option("--x", metavar="KEY", help="The setting across [default: the learning rate]."),
    ] = None,
    y: Annotated[
        str | None, typer.Option("--y", metavar="KEY", help="The setting upwards, such as momentum.")
    ] = None,
    window: Annotated[
        str | None, typer.Option("--window", metavar="X0,X1,Y0,Y1", help="What is shown.")
    ] = None,
    zoom: Annotated[
        str | None, typer.Option("--zoom", metavar="X,Y,TIMES", help="Show so much less around a point.")
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            "--size", metavar="WIDTHxHEIGHT", help="The pixels [default: 400 along the longer side]."
        ),
    ] = None,
    out: Out = None,
    force: Force = False,
    resume: Resume = False,
    engine: Engine = None,
    threads: Threads = None,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Run one pixel after the other: where starts lead, or which settings work.

    Examples:

    gdplay map basins himmelblau lr=0.01

    gdplay map rates configs/zigzag.yaml optimizer=momentum

    gdplay map rates configs/zigzag.yaml optimizer=momentum --zoom 0.03,0.8,4 --size 1000x1000

    gdplay map basins himmelblau --size 2000x2000 --out basins --resume
    """
    from gdplay.cli import print_json
    from gdplay.cli.bar import Bar
    from gdplay.cli.run import signals
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.plots.quick import import_quickly
    from gdplay.sweeps.forced import check_engine
    from gdplay.sweeps.mappicture import KINDS
    from gdplay.sweeps.mapping import View, save_map

    if kind not in KINDS:
        raise ConfigError(Complaint(f"there is no map '{kind[:40]}'", "write gdplay map basins or rates"))
    if resume and out is None:
        raise ConfigError(Complaint("--resume needs the folder to go on in", "add --out DIR", key="--resume"))
    if kind == "basins" and (x or y):
        raise ConfigError(
            Complaint("the axes of a map of starts are two coordinates", "set plot.variables=[x, y]")
        )
    request = _request(config, with_engine(settings, engine))
    keys = [None if key is None else _key(request, key, option) for key, option in ((x, "--x"), (y, "--y"))]
    view = View(_size(size), _window(window), _zoom(zoom), *keys)
    import_quickly()
    with signals() as caught, on(threads), Bar(not (quiet or json)) as bar:
        check_engine(request)
        summary, folder = save_map(kind, request, view, out, force, resume, bar.report, lambda: bool(caught))
    if json:
        print_json({**summary, "folder": str(folder.path)})
    else:
        print(
            printable(
                "\n".join([*_told(summary), f"{'saved':<12}{folder.path}/   {summary['picture']}, map.npz"])
            )
        )
    return {2: 130, 15: 143}[int(caught[0])] if caught and summary["status"] == "interrupted" else 0


def _request(config: str, settings: list[str] | None) -> Any:
    from pathlib import Path

    from gdplay.cli.source import kind_of
    from gdplay.errors import Complaint, ConfigError
    from gdplay.sweeps.request import read_request

    text = config.strip()
    source = Path(text) if kind_of(text) == "config" else text
    request = read_request(source, settings or (), may_be_single=True)
    if request.grids:
        message = f"a map is of one setting, and here {request.keys[0]} is swept"
        raise ConfigError(Complaint(message, "give one value, or name it with --x", key=request.keys[0]))
    return request


def _key(request: Any, key: str, option: str) -> str:
    from gdplay.config.short import path
    from gdplay.errors import Complaint, ConfigError

    found = path(key, request.tree)
    if found is None:
        raise ConfigError(
            Complaint(f"unknown key '{key[:60]}'", "name a setting, such as lr or momentum", key=option)
        )
    return found


def _told(summary: dict[str, Any]) -> list[str]:
    from textwrap import wrap

    total = summary["runs"]
    counts = ", ".join(f"{count} {name}" for name, count in summary["counts"].items())
    lines = [f"{summary['status']:<12}{total} runs: {counts}"]
    if summary["reused"]:
        lines.append(f"{'kept':<12}{summary['reused']} runs were known already")
    for failure, count in list(summary.get("errors", {}).items())[:LISTED]:
        reason = f"{'failed':<12}{count} runs: {failure}"
        lines += wrap(reason, WIDTH, subsequent_indent=" " * 12, break_on_hyphens=False)
    places = sorted(summary.get("places", ()), key=lambda place: -place["pixels"])
    for place in places[:LISTED]:
        lines.append(f"{'reached':<12}{place['name']}: {100 * place['pixels'] / total:.3g} % of the starts")
    if len(places) > LISTED:
        rest = sum(place["pixels"] for place in places[LISTED:])
        lines.append(f"{'':<12}and {len(places) - LISTED} more: {100 * rest / total:.3g} % of the starts")
    return lines


def _size(text: str | None) -> tuple[int, int] | None:
    from gdplay.errors import Complaint, ConfigError

    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,9})x([0-9]{1,9})", text)
    if found is None:
        raise ConfigError(Complaint(f"'{text[:40]}' is no size", "write 1000x1000", key="--size"))
    return int(found[1]), int(found[2])


def _window(text: str | None) -> tuple[float, float, float, float] | None:
    from gdplay.errors import Complaint, ConfigError

    if text is None:
        return None
    x0, x1, y0, y1 = _numbers(text, 4, "--window", "-2,2,-1,3")
    if not (x0 < x1 and y0 < y1):
        raise ConfigError(Complaint(f"{text[:60]} is no window", "write the lower end first", key="--window"))
    return x0, x1, y0, y1


def _zoom(text: str | None) -> tuple[float, float, float] | None:
    from gdplay.errors import Complaint, ConfigError

    if text is None:
        return None
    x, y, times = _numbers(text, 3, "--zoom", "0.01,0.9,10")
    if times <= 0:
        raise ConfigError(
            Complaint(f"{text[:60]} is no zoom", "write a positive number of times", key="--zoom")
        )
    return x, y, times


def _numbers(text: str, count: int, option: str, example: str) -> list[float]:
    from gdplay.config.values import parse_number
    from gdplay.errors import Complaint, ConfigError

    found = [parse_number(part.strip()) for part in text.split(",")]
    values = [value for value in found if value is not None and abs(value) < float("inf")]
    if len(found) != count or len(values) != count:
        message = f"expected {count} numbers, found '{text[:60]}'"
        raise ConfigError(Complaint(message, f"write {option} {example}", key=option))
    return values
