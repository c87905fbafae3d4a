"""gdplay grad: the partial derivatives as formulas, and the gradient at a point."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gdplay.cli.complete import sources
from gdplay.cli.options import At, Json, Settings

MOST_PARTIALS = 20


def grad(
    source: Annotated[
        str, typer.Argument(autocompletion=sources, metavar="FORMULA|CONFIG", help="A formula, a catalogue name or a config.")
    ],
    settings: Settings = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Print the partial derivatives as formulas, and their values at a point.

    Examples:

    gdplay grad "f(x, y, z) = 3x^3*z - y^2 + 5z + 2y*z" --at x=1,y=2,z=3

    gdplay grad rosenbrock --at 1,1
    """
    from gdplay.cli import print_json
    from gdplay.cli.point import read_at
    from gdplay.cli.source import kind_of, read_source
    from gdplay.errors import printable
    from gdplay.formula.text import number

    config = read_source(source, settings, to_run=False)
    function = config.function
    point = read_at(at, function) if at is not None else None
    if point is None and kind_of(source) in ("config", "run", "stdin"):
        point = config.start
    partials = written_partials(function)
    values = None if point is None else (float(function(point)), function.gradient(point))
    if json:
        document: dict[str, Any] = {
            "function": function.text,
            "variables": list(function.variables),
            "partials": partials,
        }
        if values is not None:
            document |= {
                "at": dict(zip(function.coordinates, point, strict=True)),
                "f": values[0],
                "gradient": values[1],
            }
        print_json(document)
        return
    lines = [
        " ".join(function.text.split()),
        "",
        *(f"df/d{name} = {text}" for name, text in partials.items()),
    ]
    if values is not None and point is not None:
        where = ", ".join(f"{name}={number(v)}" for name, v in zip(function.coordinates, point, strict=True))
        lines += ["", f"at {where}", f"f        = {number(values[0])}"]
        lines += [f"gradient = [{', '.join(number(float(v)) for v in values[1])}]"]
    print(printable("\n".join(lines)))


def written_partials(function: Any) -> dict[str, str]:
    """Return each partial derivative's formula by coordinate, simplified; of long vectors by variable."""
    from gdplay.formula.gradient import gradient
    from gdplay.formula.symbolic import simplified
    from gdplay.formula.text import plain, to_text
    from gdplay.formula.unroll import unroll

    variables = function.formula.variables
    slopes = gradient(function.formula.expr, variables)
    if function.size <= MOST_PARTIALS:
        elements = [unroll(plain(slope)) for slope in slopes]
        if all(element is not None for element in elements):
            scalars = [part for element in elements for part in element.reshape(-1)]
            return {
                name: to_text(simplified(part))
                for name, part in zip(function.coordinates, scalars, strict=True)
            }
    return {v.params[0]: to_text(plain(slope)) for v, slope in zip(variables, slopes, strict=True)}
