"""The primitives that move, reduce and multiply whole arrays: one row each.

Their NumPy functions see a trailing axis of runs behind the node's own axes.
"""

# The rows are lambdas, whose parameters no type can be written for.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from gdplay.formula import shapes
from gdplay.formula.expr import Array, Expr, Shape, build
from gdplay.formula.op import Op
from gdplay.formula.words import (
    ONE,
    ZERO,
    concat,
    cumulate,
    eq,
    guard,
    index,
    place,
    reshape,
    spread,
    where,
)

LANES = 8
"""A long sum is kept as this many partial sums, element k going to number k mod 8."""


def ordered(ufunc: Any, a: Array) -> Array:
    """Reduce the first axis in the one order that every engine uses.

    Up to 8 elements from left to right; more as 8 interleaved partial results, each in order, then
    those from left to right. NumPy alone would sum one column in another order than several.
    """
    n = a.shape[0]
    if n <= LANES:
        return reduce(ufunc, a)
    whole = n - n % LANES
    lanes = np.ascontiguousarray(a[:whole]).reshape(whole // LANES, LANES, *a.shape[1:])
    partial = ufunc.reduce(lanes, axis=0)
    partial[: n - whole] = ufunc(partial[: n - whole], a[whole:])
    return reduce(ufunc, partial)


def _norm(a: Array) -> Array:
    return np.sqrt(ordered(np.add, a * a))


def _top(a: Array) -> Array:
    """Return what to subtract so that no exponential overflows."""
    top = np.max(a, axis=0)
    return np.where(np.isfinite(top), top, 0.0)


def _logsumexp(a: Array) -> Array:
    top = _top(a)
    return np.log(ordered(np.add, np.exp(a - top))) + top


def _softmax(a: Array) -> Array:
    # exp(a - logsumexp(a)) would lose three digits where a is near 1000
    weights = np.exp(a - _top(a))
    return weights / ordered(np.add, weights)


def subscripts(axes: tuple[shapes.Axis, ...]) -> tuple[Any, ...]:
    """Return what NumPy takes in square brackets for normalised axes."""
    keys: list[Any] = []
    for axis in axes:
        if isinstance(axis, tuple):
            start, step, count = axis
            stop = start + step * count
            keys.append(slice(start, stop if stop >= 0 else None, step))
        else:
            keys.append(axis)
    return tuple(keys)


def _index(axes: tuple[shapes.Axis, ...], a: Array) -> Array:
    return a[subscripts(axes)]


def _runs(*arrays: Array) -> int:
    return max(a.shape[-1] for a in arrays)


def _place(params: tuple[Shape, tuple[Any, ...]], *pieces: Array) -> Array:
    shape, targets = params
    result = np.zeros((*shape, _runs(*pieces)), np.result_type(*pieces))
    for axes, piece in zip(targets, pieces, strict=True):
        result[subscripts(axes)] += piece
    return result


def _concat(*pieces: Array) -> Array:
    parts = [piece if piece.ndim == 2 else piece[None] for piece in pieces]
    result = np.empty((sum(len(part) for part in parts), _runs(*parts)), np.result_type(*parts))
    at = 0
    for part in parts:
        result[at : at + len(part)] = part
        at += len(part)
    return result


def _concat_adjoint(g: Expr, y: Expr, *args: Expr) -> tuple[Expr, ...]:
    parts: list[Expr] = []
    at = 0
    for arg in args:
        parts.append(index(g, ((at, 1, arg.shape[0]),) if arg.shape else (at,)))
        at += arg.shape[0] if arg.shape else 1
    return tuple(parts)


def _reshape(params: tuple[Shape], a: Array) -> Array:
    return a.reshape(*params[0], a.shape[-1])


def _broadcast(params: tuple[Shape], a: Array) -> Array:
    return np.broadcast_to(a, (*params[0], a.shape[-1]))


def sum_to(a: Expr, shape: Shape) -> Expr:
    """Return a summed over the axes along which shape was broadcast: the adjoint of broadcasting."""
    while len(a.shape) > len(shape):
        a = build("sum", a)
    for axis, length in enumerate(shape):
        if a.shape[axis] != length:
            a = build("sum", a if axis == 0 else a.T)
            a = reshape(a, shape if axis or len(shape) == 1 else (1, *a.shape))
    return a


def others(a: Expr) -> Expr:
    """Return, for each element of the first axis, the product of all the others.

    Halves are multiplied together and the answer is spread back, so zeros need no division and the
    graph has logarithmic depth.
    """
    n = a.shape[0]
    if n == 1:
        return spread(ONE, a.shape)
    half = n // 2
    low, high = a[:half], a[half : 2 * half]
    pairs = low * high
    if n % 2:
        pairs = concat(pairs, a[2 * half :])
    rest = others(pairs)
    parts = [rest[:half] * high, rest[:half] * low]
    return concat(*parts, rest[half:]) if n % 2 else concat(*parts)


def _extremum_adjoint(g: Expr, y: Expr, a: Expr) -> tuple[Expr]:
    attained = eq(a, y)
    return (where(attained, g / build("sum", attained), ZERO),)


SMALL = 4_096
"""A matrix product with at most so many multiplications is summed in the defined order."""


def _matmul(a: Array, b: Array) -> Array:
    left = a if a.ndim == 3 else a[None]
    right = b if b.ndim == 3 else b[:, None]
    if left.shape[0] * left.shape[1] * right.shape[1] <= SMALL:
        # axes: summed, row, column, run
        result = ordered(np.add, np.swapaxes(left, 0, 1)[:, :, None] * right[:, None])
    else:
        result = np.moveaxis(np.matmul(np.moveaxis(left, -1, 0), np.moveaxis(right, -1, 0)), 0, -1)
    if b.ndim == 2:
        result = result[:, 0]
    return result if a.ndim == 3 else result[0]


def _matmul_adjoint(g: Expr, y: Expr, a: Expr, b: Expr) -> tuple[Expr, Expr]:
    if len(a.shape) == 2 and len(b.shape) == 2:
        return build("matmul", g, b.T), build("matmul", a.T, g)
    if len(a.shape) == 2:
        return reshape(g, (g.shape[0], 1)) * reshape(b, (1, b.shape[0])), build("matmul", a.T, g)
    return build("matmul", b, g), reshape(a, (a.shape[0], 1)) * reshape(g, (1, g.shape[0]))


def _solve(a: Array, b: Array) -> Array:
    runs = _runs(a, b)
    left = np.broadcast_to(np.moveaxis(a, -1, 0), (runs, *a.shape[:-1]))
    right = np.broadcast_to(np.moveaxis(b, -1, 0), (runs, *b.shape[:-1]))
    columns = right[..., None] if b.ndim == 2 else right
    result = np.full(columns.shape, np.nan)
    for k in range(runs):  # one singular matrix must not spoil its neighbours
        try:
            result[k] = np.linalg.solve(left[k], columns[k])
        except np.linalg.LinAlgError:
            continue
    return np.moveaxis(result[..., 0] if b.ndim == 2 else result, 0, -1)


def _solve_adjoint(g: Expr, y: Expr, a: Expr, b: Expr) -> tuple[Expr, Expr]:
    back = build("solve", a.T, g)
    if len(b.shape) == 1:
        return -(reshape(back, (back.shape[0], 1)) * reshape(y, (1, y.shape[0]))), back
    return -build("matmul", back, y.T), back


def _flipped(a: Expr) -> Expr:
    return index(a, ((a.shape[0] - 1, -1, a.shape[0]),))


# 0.0 + an extremum: of the zeros -0.0 and 0.0 it would depend on their order which one is found
# fmt: off
STRUCTURE: dict[str, Op] = {
    "sum":        Op(lambda g, y, a: (spread(g, a.shape),),           lambda a: ordered(np.add, a),        shapes.leading_reduced, elementwise=False),
    "prod":       Op(lambda g, y, a: (g*others(a),),                  lambda a: ordered(np.multiply, a),   shapes.leading_reduced, elementwise=False, pole=True),
    "reduce_max": Op(_extremum_adjoint,                               lambda a: 0.0 + np.max(a, axis=0),   shapes.leading_reduced, elementwise=False, selects=True),
    "reduce_min": Op(_extremum_adjoint,                               lambda a: 0.0 + np.min(a, axis=0),   shapes.leading_reduced, elementwise=False, selects=True),
    "norm":       Op(lambda g, y, a: (g*guard(y, a/y),), _norm,                            shapes.leading_reduced, elementwise=False, pole=True),
    "softmax":    Op(lambda g, y, a: (y*(g - build("sum", g*y)),),    _softmax,                            shapes.same, elementwise=False, pole=True),
    "logsumexp":  Op(lambda g, y, a: (g*build("softmax", a),),                _logsumexp,                          shapes.leading_reduced, elementwise=False, pole=True),
    "cumsum":     Op(lambda g, y, a: (_flipped(cumulate(_flipped(g))),), lambda a: np.cumsum(a, axis=0),   shapes.same, elementwise=False),
    "index":      Op(lambda g, y, a: (place(a.shape, [(y.params, g)]),), _index,                           shapes.subscripted, elementwise=False, static=True),
    "place":      Op(lambda g, y, *args: tuple(index(g, axes) for axes in y.params[1]), _place,            shapes.given, elementwise=False, static=True),
    "concat":     Op(_concat_adjoint,                                 _concat,                             shapes.joined, elementwise=False),
    "reshape":    Op(lambda g, y, a: (reshape(g, a.shape),),          _reshape,                            shapes.given, elementwise=False, static=True),
    "broadcast":  Op(lambda g, y, a: (sum_to(g, a.shape),),           _broadcast,                          shapes.given, elementwise=False, static=True),
    "transpose":  Op(lambda g, y, a: (g.T,),                          lambda a: np.swapaxes(a, 0, 1),      shapes.transposed, elementwise=False),
    "matmul":     Op(_matmul_adjoint,                                 _matmul,                             shapes.multiplied, elementwise=False, pole=True),
    "solve":      Op(_solve_adjoint,                                  _solve,                              shapes.solved, elementwise=False, pole=True),
}
# fmt: on
