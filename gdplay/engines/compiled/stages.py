"""Which parts of a step are computed once, which once a step for all runs, which in every lane."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gdplay.formula.expr import Array, Expr, const, is_constant, order
from gdplay.formula.words import both, spread, where

STEP, RUN, LANE = 1, 2, 4
"""What a node depends on: the step's number, a parameter that differs between runs, the run's own path."""


@dataclass(frozen=True)
class Stages:
    """The nodes at which the lanes' code begins: NumPy computes them beforehand.

    ``shared`` and ``single`` depend on parameters alone, the same for all runs or not; ``stepped`` on
    the step's number and on shared parameters.
    """

    shared: tuple[Expr, ...]
    single: tuple[Expr, ...]
    stepped: tuple[Expr, ...]
    inverses: Mapping[Expr, Expr]
    """Of those that lanes divide by: 1/d, computed beforehand too; nan where it is too large or small."""


def stages(outputs: Sequence[Expr], parameters: Mapping[Expr, Array], t: Expr) -> Stages:
    """Divide the graph of the outputs; a symbol that is neither t nor a parameter is a lane's own."""
    depends: dict[Expr, int] = {}
    begins: dict[Expr, None] = {}
    inverses: dict[Expr, Expr] = {}
    for node in order(outputs):
        if node.op == "symbol":
            depends[node] = STEP if node is t else _parameter(parameters.get(node))
            continue
        depends[node] = 0
        for arg in node.args:
            depends[node] |= depends[arg]
        if not _early(depends[node]):
            begins.update(dict.fromkeys(_early_ones(node.args, depends)))
            if node.op == "div" and node.args[1] in begins:
                inverses[node.args[1]] = _inverse(node.args[1])
    begins.update(dict.fromkeys(_early_ones(outputs, depends)))
    for node, inverse in inverses.items():
        begins[inverse] = None
        depends[inverse] = depends[node]
    return Stages(
        tuple(node for node in begins if depends[node] == 0),
        tuple(node for node in begins if depends[node] == RUN),
        tuple(node for node in begins if depends[node] == STEP),
        inverses,
    )


def _parameter(value: Array | None) -> int:
    return LANE if value is None else RUN if value.shape[-1] > 1 else 0


def _early(depends: int) -> bool:
    return depends in (0, STEP, RUN)


def _early_ones(nodes: Iterable[Expr], depends: Mapping[Expr, int]) -> list[Expr]:
    return [node for node in nodes if _early(depends[node]) and not is_constant(node)]


def _inverse(d: Expr) -> Expr:
    # the constants are far enough from the ends of the range for ``vectormath.quotient``
    usual = both(abs(d) >= 2.0**-100, abs(d) <= 2.0**100)
    return where(usual, 1.0 / d, spread(const(math.nan), d.shape))
