"""gdplay grad: the derivatives as formulas, their values at a point, and where the gradient vanishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdplay.cli.complete import sources
from gdplay.cli.options import At, Json, Latex, Settings

if TYPE_CHECKING:
    from gdplay.critical import Critical
    from gdplay.curvature import Curvature
    from gdplay.objective import Function


def grad(
    source: Annotated[
        str,
        typer.Argument(
            autocompletion=sources, metavar="FORMULA|CONFIG", help="A formula, a catalogue name or a config."
        ),
    ],
    settings: Settings = None,
    at: At = None,
    hessian: Annotated[
        bool,
        typer.Option(
            "--hessian", help="The second derivatives too, with eigenvalues and the largest stable rate."
        ),
    ] = False,
    critical: Annotated[
        bool, typer.Option("--critical", help="Search the domain for points where the gradient vanishes.")
    ] = False,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed of the search's starts.")
    ] = 0,
    simplify: Annotated[
        bool,
        typer.Option(
            "--simplify/--no-simplify",
            help="Write formulas in their shortest form, or as the rules give them.",
        ),
    ] = True,
    latex: Latex = False,
    json: Json = False,
) -> None:
    """Print the partial derivatives as formulas, and their values at a point.

    Examples:

    gdplay grad "f(x, y, z) = 3x^3*z - y^2 + 5z + 2y*z" --at x=1,y=2,z=3

    gdplay grad rosenbrock --at 1,1 --hessian

    gdplay grad himmelblau --critical
    """
    from gdplay.cli import print_json
    from gdplay.cli.derivatives import critical_lines, formula_lines, value_lines
    from gdplay.cli.point import read_at
    from gdplay.cli.source import kind_of, read_source
    from gdplay.critical import critical_points
    from gdplay.curvature import curvature
    from gdplay.derivatives import partials, second_partials
    from gdplay.errors import printable

    config = read_source(source, settings, to_run=False)
    function = config.function
    point = read_at(at, function) if at is not None else None
    if point is None and (hessian or kind_of(source) in ("config", "run", "stdin")):
        point = config.start
    if critical:
        _check_size(function)
    first = partials(function, simplify)
    second = second_partials(function, simplify) if hessian else None
    bend = curvature(function.hessian(point)) if hessian and point is not None else None
    found = critical_points(function, seed) if critical else None
    if json:
        document = _document(function, first, second, bend, found)
        if point is not None:
            where = dict(zip(function.coordinates, point, strict=True))
            document |= {"at": where, "f": float(function(point)), "gradient": function.gradient(point)}
        print_json(document)
        return
    lines = formula_lines(function, first, second, latex)
    if point is not None and not latex:
        lines += ["", *value_lines(function, point, bend)]
    if found is not None and not latex:
        lines += ["", *critical_lines(function, found)]
    print(printable("\n".join(lines)))


def _check_size(function: Function) -> None:
    from gdplay.critical import MOST_COORDINATES
    from gdplay.errors import Complaint, ConfigError

    if function.size > MOST_COORDINATES:
        message = f"--critical is for at most {MOST_COORDINATES} coordinates, not {function.size}"
        raise ConfigError(Complaint(message, "choose a smaller dimension", key="--critical"))


def _document(
    function: Function, first: Any, second: Any, bend: Curvature | None, found: list[Critical] | None
) -> dict[str, Any]:
    from gdplay.cli.derivatives import in_latex
    from gdplay.formula.text import to_text

    document: dict[str, Any] = {
        "function": function.text,
        "variables": list(function.variables),
        "partials": {name: to_text(expr) for name, expr in first.items()},
        "latex": {name: in_latex(expr) for name, expr in first.items()},
    }
    if second is not None:
        document["second_partials"] = [
            {"by": list(names), "formula": to_text(expr), "latex": in_latex(expr)}
            for names, expr in second.items()
        ]
    if bend is not None:
        document["hessian"] = bend.matrix
        document |= _curvature(bend)
    if found is not None:
        document["critical_points"] = [
            {"kind": c.kind, "x": c.x, "f": c.f, **_curvature(c.curvature)} for c in found
        ]
    return document


def _curvature(bend: Curvature) -> dict[str, Any]:
    return {
        "eigenvalues": bend.eigenvalues,
        "condition": bend.condition,
        "largest_rate": bend.largest_rate,
    }
