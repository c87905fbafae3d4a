"""The rewrites that are exact in IEEE arithmetic, applied as nodes are made.

Never 0*x or x - x, which inf and nan would betray. Constants are folded by the row's own NumPy
function, so a folded number is the one that an engine would compute.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gdplay.formula.expr import Expr, Shape, array, build, const, constant_value, intern
from gdplay.formula.op import Op

LONGEST_CHAIN = 32
MOST_FOLDED = 1_000_000


def rewrite(op: str, args: tuple[Expr, ...], params: tuple[Any, ...], shape: Shape) -> Expr | None:
    """Return a simpler node that always has the same value, or None."""
    if (scalar := _under_fill(op, args, params, shape)) is not None:
        return scalar
    rule = RULES.get(op)
    return rule(args, params, shape) if rule else None


def _under_fill(op: str, args: tuple[Expr, ...], params: tuple[Any, ...], shape: Shape) -> Expr | None:
    """Do once, on scalars, what would be done on every element of filled arrays."""
    from gdplay.formula.ops import TABLE

    if not shape or not TABLE[op].elementwise or not any(a.op == "broadcast" for a in args):
        return None
    inner = [a.args[0] if a.op == "broadcast" else a for a in args]
    if any(a.shape for a in inner):
        return None
    return build("broadcast", build(op, *inner, params=params), params=(shape,))


def fold(op: str, args: tuple[Expr, ...], params: tuple[Any, ...], shape: Shape) -> Expr:
    """Return the constant that the operation gives on constants."""
    from gdplay.formula.ops import TABLE

    row = TABLE[op]
    size = int(np.prod(shape, dtype=np.float64))
    if size > MOST_FOLDED:
        return intern(op, args, params, shape, False)
    arrays = [constant_value(arg)[..., None] for arg in args]
    return array(evaluate(row, params, arrays)[..., 0])


def evaluate(row: Op, params: tuple[Any, ...], arrays: list[Any]) -> Any:
    """Return what the row computes on arrays of shape ``shape + (runs,)``; nothing raises or warns."""
    with np.errstate(all="ignore"):
        return row.numpy(params, *arrays) if row.static else row.numpy(*arrays)


def _unspread(args: tuple[Expr, ...], shape: Shape) -> tuple[Expr, ...]:
    """Drop a broadcast that the operation would do itself, beside an argument of the full shape."""
    if any(a.op == "broadcast" for a in args) and any(a.shape == shape and a.op != "broadcast" for a in args):
        return tuple(a.args[0] if a.op == "broadcast" else a for a in args)
    return args


def _negated(a: Expr) -> Expr | None:
    """Return b where a is -b. Signs are kept outside products and quotients, so this shows at once."""
    if a.op == "neg":
        return a.args[0]
    # -0.0 counts: the text -0*x is read as (-0)*x
    negative = a.op == "const" and math.copysign(1.0, a.value) < 0 and not math.isnan(a.value)
    return const(-a.value) if negative else None


def _add(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    a, b = _unspread(args, shape)
    if (positive := _negated(b)) is not None:
        return build("sub", a, positive)
    if (positive := _negated(a)) is not None:
        return build("sub", b, positive)
    return build("add", a, b) if (a, b) != args else None


def _sub(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    a, b = _unspread(args, shape)
    if (positive := _negated(b)) is not None:
        return build("add", a, positive)
    return build("sub", a, b) if (a, b) != args else None


def _mul(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    a, b = _unspread(args, shape)
    if b.op == "const" and a.op != "const":
        a, b = b, a
    if a.op == "const" and a.value == 1.0 and b.shape == shape:
        return b
    if (signed := _sign_outside("mul", a, b)) is not None:
        return signed
    return build("mul", a, b) if (a, b) != args else None


def _div(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    a, b = _unspread(args, shape)
    if b.op == "const" and b.value == 1.0 and a.shape == shape:
        return a
    if (signed := _sign_outside("div", a, b)) is not None:
        return signed
    return build("div", a, b) if (a, b) != args else None


def _sign_outside(op: str, a: Expr, b: Expr) -> Expr | None:
    if a.op == b.op == "const":
        return None
    left, right = _negated(a), _negated(b)
    if left is None and right is None:
        return None
    result = build(op, a if left is None else left, b if right is None else right)
    return build("neg", result) if left is None or right is None else result


def _neg(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    return args[0].args[0] if args[0].op == "neg" else None


def _pow(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    a, b = args
    if b.op != "const" or not b.value.is_integer() or abs(b.value) > LONGEST_CHAIN:
        return None
    if b.value == 0.0:
        return array(np.ones(shape))
    return a if b.value == 1.0 else build("powi", a, params=(int(b.value),))


def _where(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    c, a, b = _unspread(args, shape)
    if c.op == "const":
        return build("broadcast", a if c.value != 0.0 else b, params=(shape,))
    return build("where", c, a, b) if (c, a, b) != args else None


def _broadcast(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    (a,) = args
    if a.shape == shape:
        return a
    if a.op == "broadcast":
        return build("broadcast", a.args[0], params=params)
    # A filled constant stays a scalar underneath, so that products with it can drop the filling.
    return intern("broadcast", args, params, shape, a.varies) if a.op == "const" else None


def _reshape(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    (a,) = args
    if a.shape == shape:
        return a
    if a.op == "broadcast" and not a.args[0].shape:
        return build("broadcast", a.args[0], params=params)
    return build("reshape", a.args[0], params=params) if a.op == "reshape" else None


def _transpose(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    return args[0].args[0] if args[0].op == "transpose" else None


def _index(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    (a,) = args
    if shape == a.shape and all(axis[0] == 0 and axis[1] == 1 for axis in params):
        return a
    if a.op == "broadcast":
        return build("broadcast", a.args[0], params=(shape,)) if not a.args[0].shape else None
    if a.op == "concat" and isinstance(params[0], int):
        return _element(a, params[0])
    return None


def _element(joined: Expr, k: int) -> Expr:
    for piece in joined.args:
        size = piece.shape[0] if piece.shape else 1
        if k < size:
            return build("index", piece, params=(k,)) if piece.shape else piece
        k -= size
    raise AssertionError("the subscript was checked against the shape")


def _concat(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    return args[0] if len(args) == 1 and args[0].shape else None


def _extremum(args: tuple[Expr, ...], params: Any, shape: Shape) -> Expr | None:
    return args[0] if len(args) == 1 else None


RULES = {
    "add": _add, "sub": _sub, "mul": _mul, "div": _div, "neg": _neg, "pow": _pow, "where": _where,
    "broadcast": _broadcast, "reshape": _reshape, "transpose": _transpose, "index": _index,
    "concat": _concat, "max": _extremum, "min": _extremum,
}  # fmt: skip
