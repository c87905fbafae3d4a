"""The slow witness: what a graph is worth at one point, by loops over Python's numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gdplay.formula.expr import Expr, constant_value

Items = dict[tuple[int, ...], float]
"""An array as a mapping from subscripts to numbers; a scalar has the one subscript ()."""


def places(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    return list(itertools.product(*(range(length) for length in shape)))


def items(array: Any) -> Items:
    numbers = np.asarray(array, dtype=float)
    return {at: float(numbers[at]) for at in places(numbers.shape)}


def array(values: Items, shape: tuple[int, ...]) -> np.ndarray:
    result = np.empty(shape)
    for at, value in values.items():
        result[at] = value
    return result


def _divide(a: float, b: float) -> float:
    return float(np.float64(a) / np.float64(b))


def _library(name: str) -> Callable[..., float]:
    ufunc = getattr(np, name)
    return lambda *numbers: float(ufunc(*numbers))


def _larger(a: float, b: float) -> float:
    return math.nan if a != a or b != b else a if a > b else b


def _smaller(a: float, b: float) -> float:
    return -_larger(-a, -b)


def _sigmoid(a: float) -> float:
    small = _library("exp")(-abs(a))
    return _divide(1.0 if a >= 0 else small, 1.0 + small)


def _softplus(a: float) -> float:
    return _larger(a, 0.0) + _library("log1p")(_library("exp")(-abs(a)))


def _fold(operation: Callable[[float, float], float], numbers: list[float]) -> float:
    """Reduce in the documented order: up to 8 from the left, more in 8 lanes."""
    lanes = [numbers[k::8] for k in range(min(8, len(numbers)))]
    partial = []
    for lane in lanes:
        value = lane[0]
        for number in lane[1:]:
            value = operation(value, number)
        partial.append(value)
    value = partial[0]
    for number in partial[1:]:
        value = operation(value, number)
    return value


def _plus(a: float, b: float) -> float:
    return a + b


def _times(a: float, b: float) -> float:
    return a * b


def _logsumexp(numbers: list[float]) -> float:
    top = _fold(_larger, numbers)
    top = top if math.isfinite(top) else 0.0
    return _library("log")(_fold(_plus, [_library("exp")(a - top) for a in numbers])) + top


POINTWISE: dict[str, Callable[..., float]] = {
    "add": _plus,
    "sub": lambda a, b: a - b,
    "mul": _times,
    "div": _divide,
    "neg": lambda a: -a,
    "abs": abs,
    "max": lambda *numbers: _fold(_larger, list(numbers)),
    "min": lambda *numbers: _fold(_smaller, list(numbers)),
    "where": lambda c, a, b: a if c != 0 else b,
    "guard": lambda c, a: 0.0 if c == 0 else a,
    "relu": lambda a: _larger(a, 0.0),
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "erf": math.erf,
    "lt": lambda a, b: float(a < b),
    "le": lambda a, b: float(a <= b),
    "gt": lambda a, b: float(a > b),
    "ge": lambda a, b: float(a >= b),
    "eq": lambda a, b: float(a == b),
    "ne": lambda a, b: float(a < b or a > b),
    "and": lambda a, b: float(a != 0 and b != 0),
    "or": lambda a, b: float(a != 0 or b != 0),
    "not": lambda a: float(a == 0),
    "pow": lambda a, b: float(np.power([a, 1.0], [b, 3.0])[0]),  # alone, NumPy would square for b = 2
    "mod": _library("remainder"),
    "floordiv": _library("floor_divide"),
    "asin": _library("arcsin"),
    "acos": _library("arccos"),
    "atan": _library("arctan"),
    "atan2": _library("arctan2"),
    "asinh": _library("arcsinh"),
    "acosh": _library("arccosh"),
    "atanh": _library("arctanh"),
    "round": _library("rint"),
    **{
        name: _library(name)
        for name in [
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "tanh",
            "exp",
            "expm1",
            "log",
            "log1p",
            "log2",
            "log10",
            "sqrt",
            "cbrt",
            "sign",
            "floor",
            "ceil",
            "hypot",
        ]
    },
}

REDUCED: dict[str, Callable[[list[float]], float]] = {
    "sum": lambda numbers: _fold(_plus, numbers),
    "prod": lambda numbers: _fold(_times, numbers),
    "reduce_max": lambda numbers: _fold(_larger, numbers),
    "reduce_min": lambda numbers: _fold(_smaller, numbers),
    "norm": lambda numbers: _library("sqrt")(_fold(_plus, [a * a for a in numbers])),
    "logsumexp": _logsumexp,
}


def _stretched(values: Items, shape: tuple[int, ...], at: tuple[int, ...]) -> float:
    """Return the item that broadcasting shows at a place of the larger shape."""
    tail = at[len(at) - len(shape) :]
    return values[tuple(k if length > 1 else 0 for k, length in zip(tail, shape, strict=True))]


def _axis_places(axis: Any) -> list[int]:
    if isinstance(axis, tuple):
        start, step, count = axis
        return [start + step * k for k in range(count)]
    return [axis]


def _chosen(axes: tuple[Any, ...], shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the places that a subscript takes, in the order of the result's places."""
    rest = [list(range(length)) for length in shape[len(axes) :]]
    return list(itertools.product(*(_axis_places(axis) for axis in axes), *rest))


def _power(a: float, k: int) -> float:
    result = a
    for bit in f"{abs(k):b}"[1:]:
        result = result * result * a if bit == "1" else result * result
    return _divide(1.0, result) if k < 0 else result


def _structure(node: Expr, args: list[Items]) -> Items:
    shapes = [arg.shape for arg in node.args]
    ordered = [[values[at] for at in places(shape)] for values, shape in zip(args, shapes, strict=True)]
    match node.op:
        case "powi":
            return {at: _power(value, node.params[0]) for at, value in args[0].items()}
        case "reshape":
            return dict(zip(places(node.shape), ordered[0], strict=True))
        case "broadcast":
            return {at: _stretched(args[0], shapes[0], at) for at in places(node.shape)}
        case "transpose":
            return {(j, i): value for (i, j), value in args[0].items()}
        case "concat":
            return {(k,): value for k, value in enumerate(itertools.chain(*ordered))}
        case "index":
            chosen = _chosen(node.params, shapes[0])
            return {at: args[0][source] for at, source in zip(places(node.shape), chosen, strict=True)}
        case "place":
            result = dict.fromkeys(places(node.shape), 0.0)
            for axes, numbers in zip(node.params[1], ordered, strict=True):
                for at, number in zip(_chosen(axes, node.shape), numbers, strict=True):
                    result[at] += number
            return result
        case "cumsum":
            result = dict(args[0])
            for at in places(node.shape):
                if at[0] > 0:
                    result[at] = result[(at[0] - 1, *at[1:])] + args[0][at]
            return result
        case "softmax":
            return _softmax(args[0])
        case "matmul":
            return _product(args, shapes)
        case "solve":
            exact = np.linalg.solve(array(args[0], shapes[0]), array(args[1], shapes[1]))
            return items(exact)
    raise NotImplementedError(node.op)


def _softmax(values: Items) -> Items:
    columns: dict[tuple[int, ...], list[float]] = {}
    for at, value in values.items():
        columns.setdefault(at[1:], []).append(value)
    result: Items = {}
    for rest, numbers in columns.items():
        top = _fold(_larger, numbers)
        weights = [_library("exp")(a - (top if math.isfinite(top) else 0.0)) for a in numbers]
        total = _fold(_plus, weights)
        result |= {(k, *rest): _divide(weight, total) for k, weight in enumerate(weights)}
    return result


def _product(args: list[Items], shapes: list[tuple[int, ...]]) -> Items:
    a, b = args
    rows = [(k,) for k in range(shapes[0][0])] if len(shapes[0]) == 2 else [()]
    columns = [(k,) for k in range(shapes[1][1])] if len(shapes[1]) == 2 else [()]
    return {
        (*row, *column): _fold(_plus, [a[(*row, k)] * b[(k, *column)] for k in range(shapes[1][0])])
        for row in rows
        for column in columns
    }


def node_value(node: Expr, args: list[Items]) -> Items:
    """Return what one operation gives."""
    if node.op in POINTWISE:
        operation, shapes = POINTWISE[node.op], [arg.shape for arg in node.args]
        return {
            at: operation(*(_stretched(v, s, at) for v, s in zip(args, shapes, strict=True)))
            for at in places(node.shape)
        }
    if node.op in REDUCED:
        length = node.args[0].shape[0]
        return {at: REDUCED[node.op]([args[0][(k, *at)] for k in range(length)]) for at in places(node.shape)}
    return _structure(node, args)


def evaluate(output: Expr, point: Mapping[Expr, Any]) -> np.ndarray:
    """Return the output at a point: each node after its arguments, every number by itself."""
    values: dict[Expr, Items] = {symbol: items(number) for symbol, number in point.items()}
    waiting = [output]
    with np.errstate(all="ignore"):
        while waiting:
            node = waiting[-1]
            missing = [arg for arg in node.args if arg not in values]
            if node in values:
                waiting.pop()
            elif node.op in ("const", "array"):
                values[node] = items(constant_value(node))
            elif missing:
                waiting += missing
            else:
                values[node] = node_value(node, [values[arg] for arg in node.args])
    return array(values[output], output.shape)
