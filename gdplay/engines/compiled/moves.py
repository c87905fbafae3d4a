"""The primitives that move, reduce and multiply arrays, element by element in the defined order."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdplay.engines.compiled.program import Program, Uncovered
from gdplay.formula.expr import Expr
from gdplay.formula.structure import LANES, SMALL, subscripts

Ids = NDArray[np.int64]
"""The numbers of operations, in an array of the node's shape."""

LARGEST_SYSTEM = 12
"""Linear equations are unrolled up to so many unknowns."""

LARGEST = 1.7976931348623157e308


def each(function: Callable[..., int], *parts: Any, shape: tuple[int, ...] | None = None) -> Ids:
    """Return the function of every place's elements, after broadcasting."""
    arrays = np.broadcast_arrays(*parts) if shape is None else [np.broadcast_to(p, shape) for p in parts]
    numbers = [function(*args) for args in zip(*(a.ravel().tolist() for a in arrays), strict=True)]
    return np.array(numbers, dtype=np.int64).reshape(arrays[0].shape)


def ordered(program: Program, op: str, numbers: list[int]) -> int:
    """Reduce in the one order that every engine uses (``structure.ordered``)."""
    lanes = [numbers[k::LANES] for k in range(min(LANES, len(numbers)))]
    combine = lambda a, b: program.add(op, a, b)
    return reduce(combine, [reduce(combine, lane) for lane in lanes])


def along_first(combine: Callable[[Program, list[int]], int]) -> Callable[..., Ids]:
    """Return the move that reduces the first axis."""

    def move(program: Program, node: Expr, a: Ids) -> Ids:
        columns = a.reshape(a.shape[0], -1).T.tolist()
        return np.array([combine(program, column) for column in columns], dtype=np.int64).reshape(node.shape)

    return move


def _in_order(op: str) -> Callable[[Program, list[int]], int]:
    return lambda program, numbers: ordered(program, op, numbers)


def _extremum(op: str) -> Callable[[Program, list[int]], int]:
    def combine(program: Program, numbers: list[int]) -> int:
        found = reduce(lambda a, b: program.add(op, a, b), numbers)
        return program.add("add", program.const(0.0), found)

    return combine


def _norm(program: Program, numbers: list[int]) -> int:
    return program.add("sqrt", ordered(program, "add", [program.add("mul", a, a) for a in numbers]))


def _top(program: Program, numbers: list[int]) -> int:
    top = reduce(lambda a, b: program.add("max", a, b), numbers)
    finite = program.add("le", program.add("abs", top), program.const(LARGEST))
    return program.add("where", finite, top, program.const(0.0))


def _logsumexp(program: Program, numbers: list[int]) -> int:
    top = _top(program, numbers)
    weights = [program.add("exp", program.add("sub", a, top)) for a in numbers]
    return program.add("add", program.add("log", ordered(program, "add", weights)), top)


def _softmax(program: Program, node: Expr, a: Ids) -> Ids:
    result = np.empty_like(a).reshape(a.shape[0], -1)
    for k, column in enumerate(a.reshape(a.shape[0], -1).T.tolist()):
        top = _top(program, column)
        weights = [program.add("exp", program.add("sub", b, top)) for b in column]
        total = ordered(program, "add", weights)
        result[:, k] = [program.add("div", weight, total) for weight in weights]
    return result.reshape(a.shape)


def _place(program: Program, node: Expr, *pieces: Ids) -> Ids:
    shape, targets = node.params
    result = np.full(shape, program.const(0.0), dtype=np.int64)
    for axes, piece in zip(targets, pieces, strict=True):
        keys = subscripts(axes)
        result[keys] = each(lambda a, b: program.add("add", a, b), result[keys], piece)
    return result


def _cumsum(program: Program, node: Expr, a: Ids) -> Ids:
    result = a.copy()
    for k in range(1, len(a)):
        result[k] = each(lambda b, c: program.add("add", b, c), result[k - 1], a[k])
    return result


def _matmul(program: Program, node: Expr, a: Ids, b: Ids) -> Ids:
    rows = a if a.ndim == 2 else a[None]
    columns = b if b.ndim == 2 else b[:, None]
    if rows.shape[0] * rows.shape[1] * columns.shape[1] > SMALL:
        raise Uncovered(f"a product of {rows.shape} and {columns.shape} matrices is left to NumPy")
    result = [
        ordered(program, "add", [program.add("mul", x, y) for x, y in zip(row, column, strict=True)])
        for row in rows.tolist()
        for column in columns.T.tolist()
    ]
    return np.array(result, dtype=np.int64).reshape(node.shape)


def _solve(program: Program, node: Expr, a: Ids, b: Ids) -> Ids:
    """Eliminate, the largest pivot brought up by exchanges; a pivot of 0 makes all nan, as with NumPy."""
    add, n = program.add, len(a)
    if n > LARGEST_SYSTEM:
        raise Uncovered(f"solve with a {n} x {n} matrix is left to NumPy")
    rows = [[*a[i].tolist(), *np.atleast_1d(b[i]).tolist()] for i in range(n)]
    singular = program.const(0.0)
    for k in range(n):
        for i in range(k + 1, n):
            larger = add("gt", add("abs", rows[i][k]), add("abs", rows[k][k]))
            pairs = list(zip(rows[k], rows[i], strict=True))
            rows[k] = [add("where", larger, v, u) for u, v in pairs]
            rows[i] = [add("where", larger, u, v) for u, v in pairs]
        singular = add("or", singular, add("eq", rows[k][k], program.const(0.0)))
        for i in range(k + 1, n):
            factor = add("div", rows[i][k], rows[k][k])
            rows[i] = [add("sub", v, add("mul", factor, u)) for u, v in zip(rows[k], rows[i], strict=True)]
    for k in reversed(range(n)):
        known = [add("div", v, rows[k][k]) for v in rows[k][n:]]
        rows[k][n:] = known
        for row in rows[:k]:
            row[n:] = [add("sub", v, add("mul", row[k], x)) for v, x in zip(row[n:], known, strict=True)]
    nan = program.const(math.nan)
    found = [add("where", singular, nan, x) for row in rows for x in row[n:]]
    return np.array(found, dtype=np.int64).reshape(node.shape)


MOVES: dict[str, Callable[..., Ids]] = {
    "index":      lambda program, node, a: np.asarray(a[subscripts(node.params)]),
    "place":      _place,
    "concat":     lambda program, node, *parts: np.concatenate([np.atleast_1d(part) for part in parts]),
    "reshape":    lambda program, node, a: a.reshape(node.shape),
    "broadcast":  lambda program, node, a: np.broadcast_to(a, node.shape),
    "transpose":  lambda program, node, a: a.T,
    "matmul":     _matmul,
    "solve":      _solve,
    "cumsum":     _cumsum,
    "softmax":    _softmax,
    "sum":        along_first(_in_order("add")),
    "prod":       along_first(_in_order("mul")),
    "reduce_max": along_first(_extremum("max")),
    "reduce_min": along_first(_extremum("min")),
    "norm":       along_first(_norm),
    "logsumexp":  along_first(_logsumexp),
}  # fmt: skip
"""How each primitive that is not elementwise works on the numbers of its arguments' elements."""
