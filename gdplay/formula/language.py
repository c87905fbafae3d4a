"""THE TABLE of the language's names: functions with their usage, other spellings, constants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from gdplay.formula.expr import Expr, build, expression
from gdplay.formula.words import (
    along,
    atan2,
    clip,
    concat,
    cumsum,
    diag,
    dot,
    eye,
    hypot,
    integers,
    largest,
    log_softmax,
    mean,
    outer,
    product,
    roll,
    smallest,
    softmax,
    solve,
    stack,
    trace,
    transpose,
    where,
)


@dataclass(frozen=True)
class Word:
    """A function name: what it builds, how many arguments it takes, which of them are integers."""

    build: Callable[..., Expr]
    least: int
    most: int | None
    usage: str
    axis: bool = False
    reduces: bool = False
    """Its argument is meant to be a vector: an undeclared variable in it is taken for one."""
    integers: tuple[int, ...] = ()


def _functions() -> dict[str, Word]:
    one = "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp expm1 log log1p log2 log10 " \
          "sqrt cbrt abs sign floor ceil round erf relu sigmoid softplus"  # fmt: skip
    table = {name: Word(partial(build, name), 1, 1, f"{name}(x)") for name in one.split()}
    # fmt: off
    table |= {
        "atan2":       Word(atan2,                   2, 2,    "atan2(y, x)"),
        "hypot":       Word(hypot,                   2, 2,    "hypot(x, y)"),
        "max":         Word(largest,                 1, None, "max(v) or max(a, b, ...)", axis=True, reduces=True),
        "min":         Word(smallest,                1, None, "min(v) or min(a, b, ...)", axis=True, reduces=True),
        "sum":         Word(partial(along, "sum"),   1, 1,    "sum(v)",         axis=True, reduces=True),
        "prod":        Word(partial(along, "prod"),  1, 1,    "prod(v)",        axis=True, reduces=True),
        "mean":        Word(mean,                    1, 1,    "mean(v)",        axis=True, reduces=True),
        "norm":        Word(partial(along, "norm"),  1, 1,    "norm(v)",        axis=True, reduces=True),
        "logsumexp":   Word(partial(along, "logsumexp"), 1, 1, "logsumexp(v)",  axis=True, reduces=True),
        "cumsum":      Word(cumsum,                  1, 1,    "cumsum(v)",      axis=True, reduces=True),
        "softmax":     Word(softmax,                 1, 1,    "softmax(v)",     axis=True, reduces=True),
        "log_softmax": Word(log_softmax,             1, 1,    "log_softmax(v)", axis=True, reduces=True),
        "dot":         Word(dot,                     2, 2,    "dot(u, v)",      reduces=True),
        "outer":       Word(outer,                   2, 2,    "outer(u, v)",    reduces=True),
        "transpose":   Word(transpose,               1, 1,    "transpose(W)",   reduces=True),
        "roll":        Word(roll,                    2, 2,    "roll(v, 1)",     reduces=True, integers=(1,)),
        "concat":      Word(concat,                  1, None, "concat(u, v)"),
        "stack":       Word(stack,                   1, None, "stack(u, v)"),
        "diag":        Word(diag,                    1, 1,    "diag(v)",        reduces=True),
        "trace":       Word(trace,                   1, 1,    "trace(W)",       reduces=True),
        "where":       Word(where,                   3, 3,    "where(condition, a, b)"),
        "clip":        Word(clip,                    3, 3,    "clip(x, a, b)"),
        "range":       Word(integers,                2, 2,    "range(0, n)",    integers=(0, 1)),
        "eye":         Word(eye,                     1, 1,    "eye(n)",         integers=(0,)),
        "solve":       Word(solve,                   2, 2,    "solve(A, b)",    reduces=True),
    }
    # fmt: on
    return table


FUNCTIONS = _functions()

ALIASES = {
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "absolute": "abs", "fabs": "abs",
    "sgn": "sign", "rint": "round", "maximum": "max", "minimum": "min", "concatenate": "concat",
    "identity": "eye", "logistic": "sigmoid", "arange": "range",
}  # fmt: skip

CONSTANTS = {"pi": np.pi, "e": np.e}
KEYWORDS = frozenset(("and", "or", "not"))
RESERVED = frozenset(FUNCTIONS) | frozenset(ALIASES) | frozenset(CONSTANTS) | KEYWORDS

UFUNCS = {
    "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div",
    "floor_divide": "floordiv", "remainder": "mod", "power": "pow", "float_power": "pow", "negative": "neg",
    "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge", "square": "square",
    "matmul": "matmul", "equal": "eq", "not_equal": "ne",
}  # fmt: skip


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Expr:
    """Build what a NumPy function means when it is called on expressions.

    Raises TypeError for a function that the language does not have.
    """
    name = UFUNCS.get(ufunc.__name__, ALIASES.get(ufunc.__name__, ufunc.__name__))
    if method != "__call__" or keywords or (name not in FUNCTIONS and ufunc.__name__ not in UFUNCS):
        raise TypeError(f"numpy.{ufunc.__name__} is not part of the formula language")
    args = [expression(value) for value in inputs]
    if name == "square":
        return args[0] ** 2
    if name == "matmul":
        return product(*args)
    return FUNCTIONS[name].build(*args) if name in FUNCTIONS else build(name, *args)
