"""Random formulas for property tests: graphs over three variables, and soups of tokens."""

# ruff: noqa: E501 (a row of a table is one line)
from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from gdplay.formula import words
from gdplay.formula.expr import Expr, ShapeError, build, const, symbol
from gdplay.formula.scope import Scope

X, V, W = symbol("x"), symbol("v", (3,)), symbol("W", (3, 3))
VARIABLES = (X, V, W)
NAMES = {"x": X, "v": V, "W": W}

UNARY = [
    "neg",
    "abs",
    "sin",
    "cos",
    "exp",
    "log",
    "sqrt",
    "tanh",
    "atan",
    "sigmoid",
    "softplus",
    "relu",
    "sign",
    "floor",
    "not",
    "cbrt",
    "erf",
]
BINARY = [
    "add",
    "sub",
    "mul",
    "div",
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "floordiv",
    "hypot",
    "atan2",
    "max",
    "min",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "and",
    "or",
    "pow",
]
REDUCING = ["sum", "prod", "norm", "reduce_max", "reduce_min", "logsumexp"]


def scope() -> Scope:
    return Scope(dict(NAMES))


@st.composite
def graphs(draw: st.DrawFn, size: int = 12) -> Expr:
    """Return a graph that the language can write: every operation is one that a word or an operator builds."""
    constants = st.sampled_from([math.pi, 1 / 3, 0.0, 1.0, -1.0, 2.0, 0.5, -3.5, 1e-3, 7.0, 1e20, 0.1])
    pool: list[Expr] = [X, V, W, words.array([1.0, -2.0, 0.5]), const(draw(constants))]
    for _ in range(draw(st.integers(1, size))):
        a = draw(st.sampled_from(pool[-6:]))
        b = draw(st.sampled_from(pool))
        try:
            node = _grown(draw, a, b, constants)
        except ShapeError:
            continue
        if node.op not in ("const", "array"):
            pool.append(node)
    return pool[-1]


def _grown(draw: st.DrawFn, a: Expr, b: Expr, constants: st.SearchStrategy[float]) -> Expr:
    match draw(st.sampled_from(["unary", "binary", "binary", "reduce", "power", "structure", "number"])):
        case "unary":
            return build(draw(st.sampled_from(UNARY)), a)
        case "binary":
            return build(draw(st.sampled_from(BINARY)), a, b)
        case "reduce":
            axis = draw(st.sampled_from([None, 0, 1])) if len(a.shape) == 2 else None
            return words.along(draw(st.sampled_from(REDUCING)), a, axis)
        case "power":
            return a ** draw(st.sampled_from([2, 3, -1, 5, 33, 0.5, -2.5]))
        case "number":
            return build(
                draw(st.sampled_from(("add", "sub", "mul", "div", "pow"))), const(draw(constants)), a
            )
    match draw(st.integers(0, 12)):
        case 12:
            return words.softmax(a, draw(st.sampled_from([None, 0, 1])) if len(a.shape) == 2 else None)
        case 0:
            return words.product(a, b)
        case 1:
            return a.T
        case 2:
            return words.concat(a, b)
        case 3:
            return words.stack(a, b, a)
        case 4:
            return words.diag(a)
        case 5:
            return words.outer(a, b)
        case 6:
            return words.subscript(a, draw(st.sampled_from([0, -1, slice(None, None, -1), slice(1, None)])))
        case 7:
            return words.subscript(
                a, draw(st.sampled_from([(slice(None), None), (None, slice(None)), (0, slice(0, 2))]))
            )
        case 8:
            return words.cumsum(a, draw(st.sampled_from([0, 1])) if len(a.shape) == 2 else None)
        case 9:
            return words.roll(a, draw(st.integers(-4, 4)))
        case 10:
            return words.where(a > b, a, b)
        case _:
            return words.log_softmax(a, draw(st.sampled_from([None, 0, 1])) if len(a.shape) == 2 else None)


def point(seed: int) -> dict[Expr, np.ndarray]:
    """Return values for the variables, among them zeros and equal numbers."""
    random = np.random.default_rng(seed)
    return {node: np.round(random.uniform(-2, 2, node.shape) * 4) / 4 for node in VARIABLES}


TOKENS = [
    *["x", "v", "W", "n", "i", "1", "2", "0.5", "1e3", "(", ")", "[", "]", ",", ":", "=", ";", "+", "-", "*", "/", "//", "%", "@", "^", "**", "<", "<=", ">", ">=", "==", "!=", ".T", "#", "and", "or", "not", "axis=0", "None"],
    *["sin", "sum", "max", "norm", "where", "concat", "stack", "diag", "roll", "cumsum", "solve", "eye", "range", "softmax", "pi", "e", "f", "y"],
    "\n", " ", "é", "&", "1e400", ".", "_",
]  # fmt: skip


def soups() -> st.SearchStrategy[str]:
    """Return texts of shuffled tokens."""
    glue = st.sampled_from(["", "", " "])
    return st.lists(st.tuples(st.sampled_from(TOKENS), glue), max_size=30).map(
        lambda parts: "".join(token + space for token, space in parts)
    )
