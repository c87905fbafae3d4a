"""A graph of vectors and matrices as graphs of their elements: scalars only."""

# Object arrays have no element type.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from gdplay.formula.expr import Expr, build, const, constant_value, order
from gdplay.formula.ops import TABLE
from gdplay.formula.structure import subscripts
from gdplay.formula.words import ZERO, index

MOST_ELEMENTS = 20_000
Elements = Any
"""An object array of scalar expressions, of the node's shape."""


def unroll(output: Expr) -> Elements | None:
    """Return the elements of an expression as scalars, in an object array of its shape.

    None where a form has no elements of its own (solve) or there would be too many.
    """
    found: dict[Expr, Elements] = {}
    size = 0
    for node in order([output]):
        parts = [found[arg] for arg in node.args]
        size += int(np.prod(node.shape))
        move = MOVES.get(node.op)
        if size > MOST_ELEMENTS or (move is None and not (node.op in TABLE and TABLE[node.op].elementwise)):
            return None
        found[node] = move(node, *parts) if move else _elementwise(node, parts)
    return found[output]


def _elementwise(node: Expr, parts: list[Elements]) -> Elements:
    result = np.empty(node.shape, dtype=object)
    spread = [np.broadcast_to(part, node.shape) for part in parts]
    for place in np.ndindex(*node.shape):
        result[place] = build(node.op, *(part[place] for part in spread), params=node.params)
    return result


def _literal(node: Expr) -> Elements:
    values = constant_value(node)
    result = np.empty(node.shape, dtype=object)
    for place in np.ndindex(*node.shape):
        result[place] = const(float(values[place]))
    return result


def _symbol(node: Expr) -> Elements:
    result = np.empty(node.shape, dtype=object)
    for place in np.ndindex(*node.shape):
        result[place] = index(node, place) if place else node
    return result


def _place(node: Expr, *pieces: Elements) -> Elements:
    shape, targets = node.params
    result = np.full(shape, ZERO, dtype=object)
    taken = np.zeros(shape, dtype=bool)
    for axes, piece in zip(targets, pieces, strict=True):
        keys = (*subscripts(axes), ...)  # the dots keep a single item an array
        mask = taken[keys]
        result[keys] = np.where(mask, result[keys] + piece, piece) if np.any(mask) else piece
        taken[keys] = True
    return result


def _reduced(combine: Callable[[list[Expr]], Expr]) -> Callable[[Expr, Elements], Elements]:
    def along_first(node: Expr, a: Elements) -> Elements:
        result = np.empty(node.shape, dtype=object)
        for place in np.ndindex(*node.shape):
            result[place] = combine(list(a[(slice(None), *place)]))
        return result

    return along_first


def _total(parts: list[Expr]) -> Expr:
    return reduce(lambda a, b: a + b, [part for part in parts if part is not ZERO] or [ZERO])


def _matmul(node: Expr, a: Elements, b: Elements) -> Elements:
    result = np.empty(node.shape, dtype=object)
    rows = a if a.ndim == 2 else a[None]
    columns = b if b.ndim == 2 else b[:, None]
    full = np.empty((len(rows), columns.shape[1]), dtype=object)
    for i, j in np.ndindex(*full.shape):
        full[i, j] = _total([x * y for x, y in zip(rows[i], columns[:, j], strict=True)])
    result[...] = full.reshape(node.shape)
    return result


def _running(node: Expr, a: Elements) -> Elements:
    result = np.empty(node.shape, dtype=object)
    for place in np.ndindex(*node.shape):
        result[place] = _total(list(a[(slice(0, place[0] + 1), *place[1:])]))
    return result


def _shares(node: Expr, a: Elements) -> Elements:
    result = np.empty(node.shape, dtype=object)
    for place in np.ndindex(*node.shape):
        column = a[(slice(None), *place[1:])]
        result[place] = build("exp", a[place]) / _total([build("exp", part) for part in column])
    return result


MOVES: dict[str, Callable[..., Elements]] = {
    "const": _literal,
    "array": _literal,
    "symbol": _symbol,
    "place": _place,
    "matmul": _matmul,
    "cumsum": _running,
    "index": lambda node, a: np.asarray(a[subscripts(node.params)], dtype=object),
    "concat": lambda node, *parts: np.concatenate([np.atleast_1d(part) for part in parts]),
    "reshape": lambda node, a: a.reshape(node.shape),
    "broadcast": lambda node, a: np.broadcast_to(a, node.shape),
    "transpose": lambda node, a: a.T,
    "sum": _reduced(_total),
    "prod": _reduced(lambda parts: reduce(lambda a, b: a * b, parts)),
    "reduce_max": _reduced(lambda parts: build("max", *parts)),
    "reduce_min": _reduced(lambda parts: build("min", *parts)),
    "norm": _reduced(lambda parts: build("sqrt", _total([part**2 for part in parts]))),
    "softmax": _shares,
    "logsumexp": _reduced(lambda parts: build("log", _total([build("exp", part) for part in parts]))),
}
"""How each primitive that is not elementwise works on elements."""
