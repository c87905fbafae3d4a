"""What each primitive is in NumPy's own words: the text of the call that the tape makes for a node."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np

from gdplay.formula.expr import Expr, constant_value
from gdplay.formula.ops import TABLE
from gdplay.formula.structure import subscripts

# fmt: off
FORMS: dict[str, str] = {
    # where a row's function has no name of its own, or a sign that is known better; the tests compare each
    "add":        "{0} + {1}",
    "sub":        "{0} - {1}",
    "mul":        "{0}*{1}",
    "div":        "{0}/{1}",
    "neg":        "-{0}",
    "relu":       "np.maximum({0}, 0.0)",
    "where":      "np.where({0} != 0, {1}, {2})",
    "guard":      "np.where({0} == 0, 0.0, {1})",
    "lt":         "({0} < {1}).astype(float)",
    "le":         "({0} <= {1}).astype(float)",
    "gt":         "({0} > {1}).astype(float)",
    "ge":         "({0} >= {1}).astype(float)",
    "eq":         "({0} == {1}).astype(float)",
    "ne":         "(({0} < {1}) | ({0} > {1})).astype(float)",
    "and":        "np.logical_and({0}, {1}).astype(float)",
    "or":         "np.logical_or({0}, {1}).astype(float)",
    "not":        "np.logical_not({0}).astype(float)",
    "sum":        "ordered(np.add, {0})",
    "prod":       "ordered(np.multiply, {0})",
    "reduce_max": "0.0 + np.max({0}, axis=0)",
    "reduce_min": "0.0 + np.min({0}, axis=0)",
    "cumsum":     "np.cumsum({0}, axis=0)",
    "transpose":  "np.swapaxes({0}, 0, 1)",
}
# fmt: on


def _folded(function: str, params: Any, args: Sequence[str]) -> str:
    return reduce(lambda a, b: f"{function}({a}, {b})", args)


def _power(params: tuple[int], args: Sequence[str]) -> str:
    """Write the chain of ``integer_power`` where it is short."""
    a, k = args[0], abs(params[0])
    if k > 3:
        return f"integer_power({params!r}, {a})"
    chain = "*".join([a] * k)
    return chain if params[0] > 0 else f"1.0/{chain}" if k == 1 else f"1.0/({chain})"


def _axis(key: int | slice) -> str:
    if isinstance(key, int):
        return str(key)
    step = "" if key.step == 1 else f":{key.step}"
    return f"{key.start}:{'' if key.stop is None else key.stop}{step}"


def _broadcast(params: tuple[Any], args: Sequence[str]) -> str:
    (a,) = args
    runs = f"{a}.shape[-1]" if a.isidentifier() else "1"
    return f"np.broadcast_to({a}, ({', '.join([*map(str, params[0]), runs])}))"


def numeric_name(method: str) -> str:
    """Return what a text calls a numeric gradient, which is no NumPy.

    >>> numeric_name("five-point")
    'five_point_gradient'
    """
    return f"{method.replace('-', '_')}_gradient"


SPELLED: dict[str, Callable[[Any, Sequence[str]], str]] = {
    "max":       partial(_folded, "np.maximum"),
    "min":       partial(_folded, "np.minimum"),
    "powi":      _power,
    "index":     lambda params, args: f"{args[0]}[{', '.join(map(_axis, subscripts(params)))}]",
    "reshape":   lambda params, args: f"{args[0]}.reshape({', '.join(map(str, (*params[0], -1)))})",
    "difference": lambda params, args: f"{numeric_name(params[0].method)}({', '.join(args)})",
    "broadcast": _broadcast,
}  # fmt: skip
"""What depends on a node's parameters or on how many arguments it has."""


def call(node: Expr, args: Sequence[str]) -> str:
    """Return the text that computes a node from the texts of its arguments: names, or numbers."""
    row = TABLE.get(node.op)
    if row is None or not row.elementwise or node.op == "pow":  # these look at their arguments' shapes
        args = [
            f"np.array([{a}])" if arg.op == "const" else a for arg, a in zip(node.args, args, strict=True)
        ]
    if node.op in FORMS:
        return FORMS[node.op].format(*args)
    if row is None or node.op in SPELLED:
        return SPELLED[node.op](node.params, args)
    if isinstance(row.numpy, np.ufunc):
        return f"np.{row.numpy.__name__}({', '.join(args)})"
    params = [repr(node.params)] if row.static else []
    return f"{row.numpy.__name__}({', '.join([*params, *args])})"


def literal(node: Expr) -> str:
    """Return a constant as text: a number, or an array with an axis of runs, which are alike in it."""
    values = constant_value(node)
    if not values.shape:
        written = _number(float(values))
        return f"({written})" if written.startswith("-") else written
    listed = re.sub(r"\bnan\b|\binf\b", lambda found: f"np.{found[0]}", repr(values.tolist()))
    return f"np.array({listed})[..., None]"


def _number(value: float) -> str:
    return (
        repr(value) if np.isfinite(value) else repr(value).replace("nan", "np.nan").replace("inf", "np.inf")
    )
