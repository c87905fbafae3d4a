"""The value of a formula's graph in arithmetic of 50 digits, written apart from gdplay's own engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np

from gdplay.formula.expr import Expr, constant_value, is_constant, order

mpmath.mp.dps = 50

Values = Any
"""An array of mpmath's numbers, with dtype object."""


def precise(numbers: Any) -> Values:
    """Return an array of float64 as one of exact numbers."""
    return np.frompyfunc(mpmath.mpf, 1, 1)(np.asarray(numbers, dtype=object))


def each(function: Callable[..., Any], count: int = 1) -> Callable[..., Values]:
    """Return a function of numbers as one of arrays."""
    return np.frompyfunc(function, count, 1)


def _power(a: Any, b: Any) -> Any:
    whole = b == int(b)
    return a ** (int(b) if whole else b)


def _quotient(a: Any, b: Any) -> Any:
    return mpmath.nan if b == 0 else a / b


def _logarithm(a: Any) -> Any:
    return -mpmath.inf if a == 0 else mpmath.log(a)


def _subscript(axes: Any) -> tuple[Any, ...]:
    return tuple(np.arange(k[2]) * k[1] + k[0] if isinstance(k, tuple) else k for k in axes)


def _place(params: Any, *pieces: Values) -> Values:
    result = precise(np.zeros(params[0]))
    for axes, piece in zip(params[1], pieces, strict=True):
        key = _subscript(axes)
        lists = [k for k in key if isinstance(k, np.ndarray)]
        result[np.ix_(*lists) if len(lists) == 2 else key] += piece
    return result


def _index(params: Any, a: Values) -> Values:
    for axis, key in reversed(list(enumerate(_subscript(params)))):
        a = np.take(a, key, axis=axis)
    return a


ELEMENTWISE: dict[str, Callable[..., Values]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "neg": np.negative,
    "div": each(_quotient, 2), "pow": each(_power, 2),
    "mod": each(lambda a, b: a - b * mpmath.floor(a / b), 2),
    "sqrt": each(mpmath.sqrt), "exp": each(mpmath.exp), "log": each(_logarithm), "log10": each(mpmath.log10),
    "sin": each(mpmath.sin), "cos": each(mpmath.cos), "sinh": each(mpmath.sinh), "cosh": each(mpmath.cosh),
    "acos": each(mpmath.acos), "acosh": each(mpmath.acosh), "atan2": each(mpmath.atan2, 2),
    "hypot": each(mpmath.hypot, 2), "abs": each(abs), "sign": each(mpmath.sign),
    "max": each(max, 2), "min": each(min, 2), "where": each(lambda c, a, b: a if c else b, 3),
    "guard": each(lambda c, a: a if c else mpmath.mpf(0), 2),
    "lt": each(lambda a, b: int(a < b), 2), "le": each(lambda a, b: int(a <= b), 2),
    "gt": each(lambda a, b: int(a > b), 2), "ge": each(lambda a, b: int(a >= b), 2),
    "eq": each(lambda a, b: int(a == b), 2), "ne": each(lambda a, b: int(a != b), 2),
    "and": each(lambda a, b: int(bool(a and b)), 2), "or": each(lambda a, b: int(bool(a or b)), 2),
}  # fmt: skip

STRUCTURE: dict[str, Callable[..., Values]] = {
    "powi":       lambda node, a: a ** node.params[0],
    "sum":        lambda node, a: np.sum(a, axis=0),
    "prod":       lambda node, a: np.prod(a, axis=0),
    "reduce_max": lambda node, a: np.max(a, axis=0),
    "norm":       lambda node, a: each(mpmath.sqrt)(np.sum(a * a, axis=0)),
    "cumsum":     lambda node, a: np.cumsum(a, axis=0),
    "index":      lambda node, a: _index(node.params, a),
    "place":      lambda node, *pieces: _place(node.params, *pieces),
    "concat":     lambda node, *pieces: np.concatenate([np.atleast_1d(piece) for piece in pieces]),
    "reshape":    lambda node, a: np.reshape(a, node.params[0]),
    "broadcast":  lambda node, a: np.broadcast_to(a, node.params[0]),
    "transpose":  lambda node, a: np.transpose(a),
    "matmul":     lambda node, a, b: a @ b,
}  # fmt: skip


def evaluate(output: Expr, values: Mapping[Expr, Values]) -> Values:
    """Return the output's value, given those of the symbols."""
    known: dict[Expr, Values] = dict(values)
    for node in order([output]):
        if is_constant(node):
            known[node] = precise(constant_value(node))
        elif node.op != "symbol":
            args = [known[arg] for arg in node.args]
            row = ELEMENTWISE.get(node.op)
            known[node] = row(*args) if row else STRUCTURE[node.op](node, *args)
    return known[output]
