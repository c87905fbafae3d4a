"""A function's first and second derivatives as formulas, by the names of the coordinates."""

from __future__ import annotations

from gdplay.formula.expr import Expr
from gdplay.formula.gradient import gradient, hessian
from gdplay.formula.symbolic import simplified
from gdplay.formula.text import plain
from gdplay.formula.unroll import unroll
from gdplay.objective import Function

MOST_PARTIALS = 20
MOST_SECOND = 4


def partials(function: Function, shorten: bool = True) -> dict[str, Expr]:
    """Return each partial derivative by coordinate; of long vectors by variable, in its shape."""
    variables = function.formula.variables
    slopes = [plain(slope) for slope in gradient(function.formula.expr, variables)]
    if function.size <= MOST_PARTIALS:
        elements = [unroll(slope) for slope in slopes]
        if all(element is not None for element in elements):
            scalars = [part for element in elements if element is not None for part in element.reshape(-1)]
            return dict(zip(function.coordinates, _short(scalars, shorten), strict=True))
    return {v.params[0]: slope for v, slope in zip(variables, slopes, strict=True)}


def second_partials(function: Function, shorten: bool = True) -> dict[tuple[str, str], Expr] | None:
    """Return the second derivatives on and above the diagonal, or None where they are too many to be read."""
    n = function.size
    if n > MOST_SECOND:
        return None
    elements = unroll(plain(hessian(function.formula.expr, function.formula.variables)))
    if elements is None:
        return None
    places = [(i, j) for i in range(n) for j in range(i, n)]
    found = _short([elements[place] for place in places], shorten)
    names = function.coordinates
    return {(names[i], names[j]): expr for (i, j), expr in zip(places, found, strict=True)}


def _short(scalars: list[Expr], shorten: bool) -> list[Expr]:
    return [simplified(part) if shorten else part for part in scalars]
