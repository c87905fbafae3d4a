"""What shape each operation gives, and how a misfit is said."""

from __future__ import annotations

from typing import Any

from gdplay.formula.expr import Shape, ShapeError

Axis = int | tuple[int, int, int]
"""One axis of a subscript: an item, or the (start, step, count) of a slice."""


def say(shape: Shape) -> str:
    """Name a shape in words.

    >>> say(()), say((3,)), say((4, 2))
    ('a scalar', 'a vector of 3', 'a 4 x 2 matrix')
    """
    if not shape:
        return "a scalar"
    return f"a vector of {shape[0]}" if len(shape) == 1 else f"a {shape[0]} x {shape[1]} matrix"


def broadcast(params: tuple[Any, ...], *shapes: Shape) -> Shape:
    """Return the common shape under NumPy's broadcasting."""
    result: Shape = ()
    for shape in shapes:
        if shape == result:
            continue
        long, short = (shape, result) if len(shape) >= len(result) else (result, shape)
        joined = list(long)
        for k in range(1, len(short) + 1):
            if long[-k] == 1:
                joined[-k] = short[-k]
            elif short[-k] != long[-k] and short[-k] != 1:
                remedy = "use arrays of one length, or reduce with sum or dot"
                raise ShapeError(f"{say(result)} and {say(shape)} do not fit together", remedy)
        result = tuple(joined)
    return result


def leading_reduced(params: tuple[Any, ...], shape: Shape) -> Shape:
    """Return the shape left when the first axis is reduced."""
    return shape[1:]


def same(params: tuple[Any, ...], shape: Shape) -> Shape:
    """Return the shape unchanged."""
    return shape


def given(params: tuple[Any, ...], *shapes: Shape) -> Shape:
    """Return the shape that the first parameter states."""
    return params[0]


def joined(params: tuple[Any, ...], *shapes: Shape) -> Shape:
    """Return the length of scalars and vectors laid end to end."""
    return (sum(shape[0] if shape else 1 for shape in shapes),)


def subscripted(params: tuple[Axis, ...], shape: Shape) -> Shape:
    """Return what is left of a shape after items and slices are taken."""
    return tuple(axis[2] for axis in params if isinstance(axis, tuple)) + shape[len(params) :]


def transposed(params: tuple[Any, ...], shape: Shape) -> Shape:
    """Return the shape of a matrix with its axes exchanged."""
    return shape[::-1]


def multiplied(params: tuple[Any, ...], a: Shape, b: Shape) -> Shape:
    """Return the shape of the matrix product."""
    if not a or not b:
        raise ShapeError(
            f"@ multiplies vectors and matrices; here are {say(a)} and {say(b)}", "multiply numbers with *"
        )
    if a[-1] != b[0]:
        vectors = len(a) == len(b) == 1
        remedy = (
            "use vectors of one length"
            if vectors
            else "transpose one with .T, or multiply elementwise with *"
        )
        raise ShapeError(f"{say(a)} @ {say(b)}: the inner lengths {a[-1]} and {b[0]} differ", remedy)
    return a[:-1] + b[1:]


def solved(params: tuple[Any, ...], a: Shape, b: Shape) -> Shape:
    """Return the shape of the solution x of a @ x = b."""
    if len(a) != 2 or a[0] != a[1]:
        raise ShapeError(
            f"solve needs a square matrix first; here is {say(a)}", "write solve(A, b) for A @ x = b"
        )
    if not b or b[0] != a[0]:
        found = f"solve of {say(a)} needs {a[0]} values on the right; here is {say(b)}"
        raise ShapeError(found, "give b one value for each row of A")
    return b
