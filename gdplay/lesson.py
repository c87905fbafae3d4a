"""What there is to tell of a function's derivatives: its passes at a point, its derivations, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdplay.engines.difference import split
from gdplay.errors import Complaint, ConfigError, GdplayError, nearest
from gdplay.formula.derive import Derivation, TooLongError, compare, derive, scalar_form
from gdplay.formula.expr import Array, Expr
from gdplay.formula.words import index
from gdplay.objective import Function

POINTS = 24
MOST_WITHOUT_ASKING = 6


@dataclass(frozen=True)
class Told:
    """A derivation of one partial derivative and the number of points at which it was checked."""

    coordinate: str
    derivation: Derivation
    compared: int


def choose(function: Function, wanted: str | None) -> list[int]:
    """Return which coordinates ``--wrt`` names; without it all of a few, of many none. Raises ConfigError."""
    if wanted is None:
        return list(range(function.size)) if function.size <= MOST_WITHOUT_ASKING else []
    found: list[int] = []
    for name in _listed(wanted):
        owned = [
            k for k, c in enumerate(function.coordinates) if name in (c.replace(" ", ""), c.partition("[")[0])
        ]
        if not owned:
            near = nearest(name, function.coordinates)
            remedy = f"did you mean {near}?" if near else f"choose from {', '.join(function.coordinates[:8])}"
            raise ConfigError(Complaint(f"there is no coordinate '{name[:60]}'", remedy, key="--wrt"))
        found += owned
    return found


def _listed(text: str) -> list[str]:
    """Split at commas outside brackets."""
    parts, depth = [""], 0
    for character in text.replace(" ", ""):
        depth += (character == "[") - (character == "]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def derivations(function: Function, which: Sequence[int], shorten: bool = True) -> list[Told]:
    """Return the derivations by these coordinates, each compared with the reverse pass at sampled points.

    Raises ConfigError where the formula is too long, GdplayError where a derivation goes wrong.
    """
    formula, places = function.formula, coordinate_nodes(function)
    try:
        scalar = scalar_form(formula.expr)
        found = [(k, derive(scalar, places[k], shorten)) for k in which]
    except TooLongError as error:
        raise ConfigError(
            Complaint(str(error), "explain a smaller formula; gdplay grad has the result")
        ) from None
    values = {**split(sample(function, POINTS, 0), formula.variables), **function.constants()}
    told: list[Told] = []
    for k, derivation in found:
        compared, wrong = compare(derivation, formula.expr, formula.variables, values)
        name = function.coordinates[k]
        if wrong:
            raise GdplayError(
                f"the derivation by {name} does not end in the gradient; this is a fault of gdplay"
            )
        told.append(Told(name, derivation, compared))
    return told


def coordinate_nodes(function: Function) -> list[Expr]:
    """Return the node of each coordinate: the symbol, or the element x[k] of it."""
    return [
        index(variable, place) if place else variable
        for variable in function.formula.variables
        for place in np.ndindex(*variable.shape)
    ]


def sample(function: Function, count: int, seed: int) -> Array:
    """Return seeded random points of the domain, (n, count); where none is known of -2 to 2."""
    domain = function.known.domain or (None,) * function.size
    ends = np.array([pair or (-2.0, 2.0) for pair in domain])
    random = np.random.default_rng(seed)
    return ends[:, :1] + random.random((function.size, count)) * (ends[:, 1:] - ends[:, :1])
