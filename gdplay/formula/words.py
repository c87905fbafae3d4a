"""What the language's functions build from primitives."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from typing import Any

import numpy as np

from gdplay.formula.expr import (
    Expr,
    Shape,
    ShapeError,
    array,
    build,
    const,
    constant_value,
    is_constant,
)
from gdplay.formula.shapes import Axis, say

sin, cos, tan = partial(build, "sin"), partial(build, "cos"), partial(build, "tan")
asin, acos, atan = partial(build, "asin"), partial(build, "acos"), partial(build, "atan")
sinh, cosh, tanh = partial(build, "sinh"), partial(build, "cosh"), partial(build, "tanh")
asinh, acosh, atanh = partial(build, "asinh"), partial(build, "acosh"), partial(build, "atanh")
exp, expm1, log, log1p = (partial(build, op) for op in ("exp", "expm1", "log", "log1p"))
log2, log10, sqrt, cbrt = (partial(build, op) for op in ("log2", "log10", "sqrt", "cbrt"))
sign, floor, ceil, rint = (partial(build, op) for op in ("sign", "floor", "ceil", "round"))
hypot, atan2, erf, relu = (partial(build, op) for op in ("hypot", "atan2", "erf", "relu"))
sigmoid, softplus, where = (partial(build, op) for op in ("sigmoid", "softplus", "where"))
eq, both, either = (partial(build, op) for op in ("eq", "and", "or"))
guard = partial(build, "guard")
cumulate, solve = partial(build, "cumsum"), partial(build, "solve")


def reshape(a: Expr, shape: Shape) -> Expr:
    """Return the same elements, row by row, in another shape."""
    return build("reshape", a, params=(shape,))


def spread(a: Expr, shape: Shape) -> Expr:
    """Return a broadcast to a larger shape."""
    return build("broadcast", a, params=(shape,))


def ravel(a: Expr) -> Expr:
    """Return the elements as a vector, row by row; a scalar as a vector of one."""
    return reshape(a, (count(a.shape),))


def count(shape: Shape) -> int:
    """Return how many elements a shape has."""
    return reduce(lambda m, n: m * n, shape, 1)


def along(op: str, a: Expr, axis: int | None = None) -> Expr:
    """Reduce all elements, or one axis of a matrix.

    The primitives reduce the first axis; a reduction of all elements goes through the vector, one
    of the second axis through the transpose.
    """
    if axis is None:
        return build(op, ravel(a))
    if len(a.shape) != 2:
        raise _no_axis(axis, a)
    return build(op, a if axis == 0 else a.T)


def _no_axis(axis: int, a: Expr) -> ShapeError:
    return ShapeError(f"axis={axis} is for a matrix; here is {say(a.shape)}", f"leave out axis={axis}")


def mean(a: Expr, axis: int | None = None) -> Expr:
    """Return the sum divided by the number of what was summed."""
    return along("sum", a, axis) / (count(a.shape) if axis is None else a.shape[axis])


def cumsum(a: Expr, axis: int | None = None) -> Expr:
    """Return the running sums of a vector, or along one axis of a matrix."""
    if axis is None and len(a.shape) == 2:
        raise ShapeError(
            "cumsum of a matrix needs its direction", "write cumsum(W, axis=0) or cumsum(W, axis=1)"
        )
    if axis is not None and len(a.shape) != 2:
        raise _no_axis(axis, a)
    if not a.shape:
        return ravel(a)
    return cumulate(a.T).T if axis == 1 else cumulate(a)


def largest(*args: Expr, axis: int | None = None) -> Expr:
    """Return the maximum: of all elements of one argument, elementwise of several."""
    return along("reduce_max", args[0], axis) if len(args) == 1 else build("max", *args)


def smallest(*args: Expr, axis: int | None = None) -> Expr:
    """Return the minimum: of all elements of one argument, elementwise of several."""
    return along("reduce_min", args[0], axis) if len(args) == 1 else build("min", *args)


def clip(a: Expr, low: Expr, high: Expr) -> Expr:
    """Return a, held between low and high."""
    return build("min", build("max", a, low), high)


def dot(a: Expr, b: Expr) -> Expr:
    """Return the scalar product of two vectors of one length."""
    if len(a.shape) != 1 or a.shape != b.shape:
        found = f"here are {say(a.shape)} and {say(b.shape)}"
        raise ShapeError(
            f"dot needs two vectors of one length; {found}",
            "write A @ b for matrices, sum(A*B) for all products",
        )
    return build("sum", a * b)


def product(a: Expr, b: Expr) -> Expr:
    """Return a @ b; of two vectors the scalar product, whose order of summation is defined."""
    return dot(a, b) if len(a.shape) == len(b.shape) == 1 and a.shape == b.shape else build("matmul", a, b)


def outer(a: Expr, b: Expr) -> Expr:
    """Return the matrix of all products of two vectors' elements."""
    if len(a.shape) != 1 or len(b.shape) != 1:
        raise ShapeError(
            f"outer needs two vectors; here are {say(a.shape)} and {say(b.shape)}", "multiply with * or @"
        )
    return reshape(a, (a.shape[0], 1)) * reshape(b, (1, b.shape[0]))


def transpose(a: Expr) -> Expr:
    """Return the transpose of a matrix; a vector is its own."""
    return a.T


def softmax(a: Expr, axis: int | None = None) -> Expr:
    """Return exp(a)/sum(exp(a)), computed so that nothing overflows."""
    if axis is None:
        if len(a.shape) == 1:
            return build("softmax", a)
        weights = exp(log_softmax(a))
        return weights / along("sum", weights)
    if len(a.shape) != 2:
        raise _no_axis(axis, a)
    return build("softmax", a) if axis == 0 else build("softmax", a.T).T


def log_softmax(a: Expr, axis: int | None = None) -> Expr:
    """Return a - logsumexp(a), over all elements or along one axis of a matrix."""
    total = along("logsumexp", a, axis)
    return a - (reshape(total, (a.shape[0], 1)) if axis == 1 else total)


def roll(a: Expr, shift: int) -> Expr:
    """Return the vector with its elements moved along by shift places, the last coming first."""
    if len(a.shape) != 1:
        raise ShapeError(
            f"roll needs a vector; here is {say(a.shape)}", "roll one row or column, such as W[0]"
        )
    k = shift % a.shape[0]
    return concat(a[-k:], a[:-k]) if k else a


def concat(*args: Expr) -> Expr:
    """Return scalars and vectors laid end to end, or matrices of one width on top of each other."""
    if any(len(a.shape) == 2 for a in args):
        widths = {a.shape[1:] for a in args}
        if len(widths) != 1 or widths == {()}:
            found = " and ".join(say(a.shape) for a in args[:6])
            raise ShapeError(
                f"concat of {found}: the widths differ", "join matrices of one width; v[None, :] is a row"
            )
        rows = sum(a.shape[0] for a in args)
        return reshape(build("concat", *(ravel(a) for a in args)), (rows, args[0].shape[1]))
    return build("concat", *args)


def stack(*args: Expr) -> Expr:
    """Return scalars as a vector, or vectors of one length as the rows of a matrix."""
    if len({a.shape for a in args}) != 1 or len(args[0].shape) > 1:
        found = ", ".join(say(a.shape) for a in args[:6]) + (", ..." if len(args) > 6 else "")
        remedy = "join vectors of several lengths with concat(u, v)"
        raise ShapeError(f"the items must all be scalars, or vectors of one length; here are {found}", remedy)
    flat = build("concat", *args)
    return reshape(flat, (len(args), *args[0].shape)) if args[0].shape else flat


def diag(a: Expr) -> Expr:
    """Return the diagonal matrix of a vector, or the diagonal of a square matrix."""
    if len(a.shape) == 1:
        n = a.shape[0]
        return reshape(place((n * n,), [(((0, n + 1, n),), a)]), (n, n))
    if len(a.shape) == 2 and a.shape[0] == a.shape[1]:
        n = a.shape[0]
        return index(ravel(a), ((0, n + 1, n),))
    raise ShapeError(
        f"diag needs a vector or a square matrix; here is {say(a.shape)}", "cut it square, such as W[:2, :2]"
    )


def trace(a: Expr) -> Expr:
    """Return the sum of a square matrix's diagonal."""
    if len(a.shape) != 2 or a.shape[0] != a.shape[1]:
        raise ShapeError(
            f"trace needs a square matrix; here is {say(a.shape)}", "cut it square, such as W[:2, :2]"
        )
    return build("sum", diag(a))


def eye(n: int) -> Expr:
    """Return the identity matrix."""
    if not 1 <= n <= 2_000:
        raise ShapeError(f"the size of eye({n}) is out of range", "write a size from 1 to 2000")
    return array(np.eye(n))


def integers(low: int, high: int) -> Expr:
    """Return the vector low, low + 1, ..., high - 1."""
    if not 1 <= high - low <= 1_000_000:
        raise ShapeError(
            f"range({low}, {high}) has {max(0, high - low)} values; the end is excluded",
            "write one of 1 to 1000000 values",
        )
    return array(np.arange(low, high, dtype=np.float64))


def index(a: Expr, axes: tuple[Axis, ...]) -> Expr:
    """Return the items and slices of a; ``axes`` is normalised (see ``subscript``)."""
    return build("index", a, params=axes)


def place(shape: Shape, pieces: Sequence[tuple[tuple[Axis, ...], Expr]]) -> Expr:
    """Return zeros of that shape with each piece added where its axes say: the adjoint of index."""
    return build("place", *(piece for _, piece in pieces), params=(shape, tuple(axes for axes, _ in pieces)))


def subscript(a: Expr, key: Any) -> Expr:
    """Return ``a[key]`` for integers, slices and None, with NumPy's meaning; nothing may be out of range."""
    keys: list[Any] = [*key] if isinstance(key, tuple) else [key]
    taken = [k for k in keys if k is not None]
    if len(taken) > len(a.shape):
        if not a.shape:
            raise ShapeError(
                "a scalar has no items", "leave out the subscript, or declare a vector: f(x[10]) = ..."
            )
        found = f"{say(a.shape)} takes {len(a.shape)} subscript{'s' * (len(a.shape) > 1)}, not {len(taken)}"
        raise ShapeError(found, "write v[0] for a vector's item, W[0, 1] for a matrix's")
    axes = tuple(_axis(k, length, a.shape) for k, length in zip(taken, a.shape, strict=False))
    result = index(a, axes)
    if None in keys:
        kept = iter(result.shape)
        shape = tuple(1 if k is None else next(kept) for k in keys if not isinstance(k, int)) + tuple(kept)
        if len(shape) > 2:
            raise ShapeError(f"this has {len(shape)} axes; a matrix has two", "leave out a None")
        result = reshape(result, shape)
    return result


def _axis(key: int | slice, length: int, shape: Shape) -> Axis:
    if isinstance(key, slice):
        step = 1 if key.step is None else key.step
        if step == 0:
            raise ShapeError("the step of the slice is 0", "write a step such as 1, 2 or -1")
        for bound in (key.start, key.stop):
            if bound is not None and not -length <= bound <= length:
                raise ShapeError(
                    f"the slice's bound {bound} is out of range for {say(shape)}",
                    f"bounds go from 0 to {length}",
                )
        chosen = range(length)[slice(key.start, key.stop, step)]
        if not chosen:
            raise ShapeError(
                f"the slice of {say(shape)} is empty", "the start comes before the stop, which is excluded"
            )
        return (chosen[0], step, len(chosen))
    if not -length <= key < length:
        found = f"the subscript {key} is out of range for {say(shape)}"
        raise ShapeError(found, f"items count from 0 to {length - 1}")
    return key % length


def integer_value(a: Expr) -> int | None:
    """Return the whole number that a constant scalar holds, or None."""
    if not is_constant(a) or a.shape:
        return None
    value = float(constant_value(a))
    return int(value) if value.is_integer() and abs(value) < 2**53 else None


ZERO, ONE = const(0.0), const(1.0)
