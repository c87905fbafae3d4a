"""A graph as a list of NumPy calls over columns: arrays carry a trailing axis of runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from gdplay.engines.complexforms import COMPLEX_FORMS
from gdplay.engines.difference import difference
from gdplay.formula.expr import Array, Expr, constant_value, is_constant, order
from gdplay.formula.numeric import COMPLEX, Difference
from gdplay.formula.ops import TABLE


class Tape:
    """Several outputs of one graph, computed together.

    Call it with the symbols' values, each of shape ``symbol.shape + (runs,)`` or ``+ (1,)``; it
    returns the outputs in the same form. ``forms`` replaces the NumPy functions of some primitives.
    The caller silences NumPy's warnings: inf and nan are values.
    """

    def __init__(
        self, outputs: Sequence[Expr], forms: Mapping[str, Callable[..., Array]] | None = None
    ) -> None:
        nodes = order(outputs)
        slot = {node: k for k, node in enumerate(nodes)}
        self.nodes, self.outputs = nodes, tuple(outputs)
        self.symbols = [(node, slot[node]) for node in nodes if node.op == "symbol"]
        self.wanted = [slot[output] for output in outputs]
        self.slots: list[Any] = [None] * len(nodes)
        self.unary: list[bool] = []
        self.program: list[tuple[Callable[..., Array], Any, int, bool]] = []
        for node in nodes:
            if is_constant(node):
                self.slots[slot[node]] = constant_value(node)[..., None]
            elif node.op != "symbol":
                places = [slot[arg] for arg in node.args]
                one = len(places) == 1
                self.program.append(
                    (bind(node, forms or {}), places[0] if one else itemgetter(*places), slot[node], one)
                )

    def __call__(self, values: Mapping[Expr, Array]) -> list[Array]:
        """Return the outputs for these values of the symbols."""
        slots = self.slots.copy()
        for symbol, place in self.symbols:
            slots[place] = values[symbol]
        for function, take, place, one in self.program:
            slots[place] = function(slots[take]) if one else function(*take(slots))
        return [slots[place] for place in self.wanted]


def bind(node: Expr, forms: Mapping[str, Callable[..., Array]]) -> Callable[..., Array]:
    """Return the NumPy function that computes a node from its arguments."""
    if node.op == "difference":
        what: Difference = node.params[0]
        return difference(Tape([what.output], COMPLEX_FORMS if what.method == COMPLEX else None), what)
    if node.op in forms:
        return forms[node.op]
    row = TABLE[node.op]
    return partial(row.numpy, node.params) if row.static else row.numpy


def evaluate(outputs: Sequence[Expr], values: Mapping[Expr, Array]) -> list[Array]:
    """Compute the outputs once; warnings are silenced."""
    with np.errstate(all="ignore"):
        return Tape(outputs)(values)
