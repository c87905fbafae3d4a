"""gdplay check: analytic against numeric derivatives, component by component, with a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdplay.cli.complete import sources
from gdplay.cli.options import Force, Json, OutFile, Settings

if TYPE_CHECKING:
    from gdplay.config.load import Config
    from gdplay.formula.expr import Array

ROWS = 8
MOST_RANDOM = 1000
FOUND_DIFFERENCES = 3


def check(
    source: Annotated[
        str,
        typer.Argument(
            autocompletion=sources,
            metavar="FORMULA|CONFIG|RUN",
            help="A formula, a catalogue name, a config, or a saved run.",
        ),
    ],
    settings: Settings = None,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="x=1,y=2", help="A point; may be given several times.")
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="forward, central, five-point, complex-step, richardson, or all.")
    ] = "central",
    step: Annotated[
        float | None, typer.Option("--step", help="The difference h [default: the method's own].")
    ] = None,
    random: Annotated[
        int, typer.Option("--random", metavar="N", help="Also at so many seeded random points of the domain.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed of the random points.")] = 0,
    curve: Annotated[
        bool, typer.Option("--curve", help="Each method's error against its step; -o draws it.")
    ] = False,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Compare analytic with numeric derivatives; the exit status is 3 where they differ.

    Examples:

    gdplay check rosenbrock --random 20

    gdplay check "max(x, 0) + sin(y)" --at x=0,y=1 --method all

    gdplay check rosenbrock --at -1.5,2 --curve -o v.png
    """
    from gdplay.cli.source import read_source

    _check_options(method, step, random, out is not None and not curve)
    config = read_source(source, settings, to_run=False)
    points = _points(config, source, at, random, seed)
    if curve:
        return _curve(config, points, out, force, json)
    return _verdicts(config, points, method, step, json)


def _check_options(method: str, step: float | None, random: int, pictureless: bool) -> None:
    import math

    from gdplay.check import LIMITS
    from gdplay.errors import Complaint, ConfigError, nearest

    known = (*LIMITS, "all")
    if method not in known:
        near = nearest(method, known)
        remedy = f"did you mean {near}?" if near else f"choose one of {', '.join(known)}"
        raise ConfigError(Complaint(f"there is no method '{method[:40]}'", remedy, key="--method"))
    if step is not None and (not math.isfinite(step) or step <= 0 or method == "all"):
        message = "each method has a step of its own" if method == "all" else f"{step:g} is no step"
        raise ConfigError(Complaint(message, "leave out --step, or write one such as 1e-6", key="--step"))
    if not 0 <= random <= MOST_RANDOM:
        raise ConfigError(Complaint(f"{random} is out of range", f"write 0 to {MOST_RANDOM}", key="--random"))
    if pictureless:
        raise ConfigError(Complaint("only --curve draws a picture", "add --curve", key="-o"))


def _points(
    config: Config, source: str, at: list[str] | None, random: int, seed: int
) -> list[tuple[str, Array]]:
    """Return what is checked: the point asked for, else a run's rows or the start; then random points."""
    import numpy as np

    from gdplay.cli.point import read_at
    from gdplay.cli.source import kind_of, saved_run
    from gdplay.lesson import sample

    function = config.function
    found: list[tuple[str, Array]] = []
    if at:
        found += [("", read_at(text, function)) for text in at]
    elif kind_of(source) == "run":
        from gdplay.saved import load_run

        trace = load_run(saved_run(source))
        rows = np.unique(np.linspace(0, len(trace.step) - 1, ROWS).round().astype(int))
        found += [
            (f"step {trace.step[row]}", trace.x[row]) for row in rows if np.isfinite(trace.x[row]).all()
        ]
    elif not random:
        found.append(("the start", config.start))
    drawn = sample(function, random, seed)
    return found + [(f"random {k + 1}", drawn[:, k]) for k in range(random)]


def _verdicts(
    config: Config, points: list[tuple[str, Array]], method: str, step: float | None, json: bool
) -> int:
    from gdplay.check import DIFFER, Case, check_all, check_point
    from gdplay.cli import print_json
    from gdplay.cli.verdicts import document, table, table_of_all
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.formula.numeric import NotAnalyticError

    cases = [Case(config.function, point) for _, point in points]
    labels = [label for label, _ in points]
    found: Any
    if method == "all":
        found = [check_all(case) for case in cases]
        every = [one for by in found for rows in by.values() if not isinstance(rows, str) for one in rows]
    else:
        try:
            found = [check_point(case, method, step) for case in cases]
        except NotAnalyticError as error:
            remedy = "choose central, or another of the real methods"
            raise ConfigError(Complaint(str(error), remedy, key="--method")) from None
        every = [one for rows in found for one in rows]
    if json:
        print_json(document(config, cases, labels, method, step, found))
    else:
        lines = table_of_all if method == "all" else table
        print(printable("\n".join(lines(config, cases, labels, method, step, found))))
    return FOUND_DIFFERENCES if any(one.verdict == DIFFER for one in every) else 0


def _curve(config: Config, points: list[tuple[str, Array]], out: Any, force: bool, json: bool) -> int:
    from gdplay.accuracy import accuracy
    from gdplay.check import MOST_COMPONENTS
    from gdplay.cli import print_json
    from gdplay.cli.lecture import place
    from gdplay.cli.picture import save_picture
    from gdplay.cli.verdicts import curve_document, curve_lines
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.plots import PICTURES

    function = config.function
    if len(points) != 1:
        raise ConfigError(
            Complaint(f"--curve is for one point, not {len(points)}", "give --at", key="--curve")
        )
    if function.size > MOST_COMPONENTS:
        message = f"--curve is for at most {MOST_COMPONENTS} coordinates, not {function.size}"
        raise ConfigError(Complaint(message, "choose a smaller dimension", key="--curve"))
    point = points[0][1]
    try:
        found = accuracy(function, point)
    except ValueError as error:
        raise ConfigError(Complaint(str(error), "choose another point with --at", key="--curve")) from None
    where = f"{function.name} at {place(function, point)}"
    saved = None
    if out is not None:
        saved = save_picture(lambda: PICTURES["accuracy"].load()(found, where), out, force)
    if json:
        print_json({**curve_document(function, point, found), **({"file": saved} if saved else {})})
        return 0
    print(printable("\n".join(curve_lines(where, found))))
    if saved:
        print(f"saved {printable(saved)}")
    return 0
