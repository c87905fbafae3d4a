"""The primitives that work element by element: one row each."""

# The rows are lambdas, whose parameters no type can be written for.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import math
from functools import partial, reduce
from typing import Any

import numpy as np

from gdplay.formula.expr import Expr, build
from gdplay.formula.op import Op
from gdplay.formula.words import (
    ZERO,
    cos,
    cosh,
    either,
    eq,
    exp,
    guard,
    hypot,
    log,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    where,
)


def integer_power(params: tuple[int], a: Any) -> Any:
    """Return a^k by the one chain of multiplications that every engine uses (binary, from the left)."""
    result = a
    for bit in bin(abs(params[0]))[3:]:
        result = result * result
        if bit == "1":
            result = result * a
    return 1.0 / result if params[0] < 0 else result


def _sigmoid(a: Any) -> Any:
    small = np.exp(-np.abs(a))
    return np.where(a >= 0, 1.0, small) / (1.0 + small)


def _softplus(a: Any) -> Any:
    return np.maximum(a, 0.0) + np.log1p(np.exp(-np.abs(a)))


def _erf(a: Any) -> Any:
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(a), dtype=np.float64)


def _compare(ufunc: Any) -> Any:
    return lambda *args: ufunc(*args).astype(np.float64)


def _power(a: Any, b: Any) -> Any:
    # NumPy squares or takes a root where one exponent of 2 or 0.5 serves all: a bit more or less than its
    # power gives, so a single run would differ from many. Exponents with places of their own prevent that.
    exponents = np.ascontiguousarray(np.broadcast_to(b, np.broadcast_shapes(a.shape, b.shape)))
    if exponents.size == 1:
        return np.power(a, np.repeat(exponents, 2, axis=-1))[..., :1]
    return np.power(a, exponents)


def _power_adjoint(g: Expr, y: Expr, a: Expr, b: Expr) -> tuple[Expr, Expr]:
    base = b * a ** (b - 1)
    if b.op != "const":
        base = guard(either(b, a), base)  # x^0 has derivative 0 at 0 too
    growth = y * log(a)
    if a.op != "const" or a.value == 0.0:
        growth = guard(y, growth)  # 0^b log 0 is 0 * -inf, whose limit is 0 for b > 0
    return g * base, g * growth


def _extremum_adjoint(beats: str, g: Expr, y: Expr, *args: Expr) -> tuple[Expr | None, ...]:
    """Share g equally among the varying arguments that attain y; a constant that attains it takes all."""
    varying = [a for a in args if a.varies]
    if len(args) == 2 and len(varying) == 1:
        other = args[0] if varying[0] is args[1] else args[1]
        share = where(build(beats, varying[0], other), g, ZERO)
        return tuple(share if a.varies else None for a in args)
    if len(args) == 2:
        a, b = args
        half = where(eq(a, b), g / 2, ZERO)
        return where(build(beats, a, b), g, half), where(build(beats, b, a), g, half)
    attained = [eq(a, y) for a in varying]
    part = g / reduce(lambda m, n: m + n, attained)
    for a in args:
        if not a.varies:
            part = where(eq(a, y), ZERO, part)
    shares = iter(where(hit, part, ZERO) for hit in attained)
    return tuple(next(shares) if a.varies else None for a in args)


def _none(count: int) -> Any:
    return lambda g, y, *args: (None,) * count


def _hypot_adjoint(g: Expr, y: Expr, a: Expr, b: Expr) -> tuple[Expr, Expr]:
    # g/y would overflow where y is tiny; a/y cannot
    return g * guard(y, a / y), g * guard(y, b / y)


_LN2, _LN10, _ERF = math.log(2.0), math.log(10.0), 2.0 / math.sqrt(math.pi)

# fmt: off
ELEMENTWISE: dict[str, Op] = {
    "add":      Op(lambda g, y, a, b: (g, g),                              np.add),
    "sub":      Op(lambda g, y, a, b: (g, -g),                             np.subtract),
    "mul":      Op(lambda g, y, a, b: (g*b, g*a),                          np.multiply, pole=True),
    "div":      Op(lambda g, y, a, b: (g/b, -(g*(y/b))),                   np.divide,           domain=(0.5, 3), pole=True),
    "floordiv": Op(_none(2),                                               np.floor_divide,     domain=(0.5, 3)),
    "mod":      Op(lambda g, y, a, b: (g, -(g*(a//b))),                    np.remainder,        domain=(0.5, 3)),
    "neg":      Op(lambda g, y, a: (-g,),                                  np.negative),
    "pow":      Op(_power_adjoint,                                         _power,              domain=(0.1, 3), pole=True, steep=True),
    "powi":     Op(lambda g, y, a: (g*(y.params[0]*a**(y.params[0] - 1)),), integer_power, static=True, domain=(0.1, 3), pole=True),
    "sqrt":     Op(lambda g, y, a: (g/(2*y),),                             np.sqrt,             domain=(0.1, 4), pole=True, steep=True),
    "cbrt":     Op(lambda g, y, a: (g/(3*(y*y)),),                         np.cbrt,             domain=(0.1, 4), pole=True, steep=True),
    "exp":      Op(lambda g, y, a: (g*y,),                                 np.exp,              pole=True),
    "expm1":    Op(lambda g, y, a: (g*exp(a),),                            np.expm1,            pole=True),
    "log":      Op(lambda g, y, a: (g/a,),                                 np.log,              domain=(0.1, 4), pole=True),
    "log1p":    Op(lambda g, y, a: (g/(1 + a),),                           np.log1p,            domain=(-0.9, 4), pole=True),
    "log2":     Op(lambda g, y, a: (g/(_LN2*a),),                          np.log2,             domain=(0.1, 4), pole=True),
    "log10":    Op(lambda g, y, a: (g/(_LN10*a),),                         np.log10,            domain=(0.1, 4), pole=True),
    "sin":      Op(lambda g, y, a: (g*cos(a),),                            np.sin,              pole=True),
    "cos":      Op(lambda g, y, a: (-(g*sin(a)),),                         np.cos,              pole=True),
    "tan":      Op(lambda g, y, a: (g*(1 + y*y),),                         np.tan,              domain=(-1.5, 1.5), pole=True),
    "asin":     Op(lambda g, y, a: (g/sqrt((1 - a)*(1 + a)),),             np.arcsin,           domain=(-0.9, 0.9), pole=True, steep=True),
    "acos":     Op(lambda g, y, a: (-(g/sqrt((1 - a)*(1 + a))),),          np.arccos,           domain=(-0.9, 0.9), pole=True, steep=True),
    "atan":     Op(lambda g, y, a: (g/(1 + a*a),),                         np.arctan),
    "sinh":     Op(lambda g, y, a: (g*cosh(a),),                           np.sinh,             pole=True),
    "cosh":     Op(lambda g, y, a: (g*sinh(a),),                           np.cosh,             pole=True),
    # 1 - y*y would cancel where tanh is flat
    "tanh":     Op(lambda g, y, a: (g/cosh(a)**2,),                        np.tanh),
    "asinh":    Op(lambda g, y, a: (g/hypot(a, 1),),                       np.arcsinh),
    "acosh":    Op(lambda g, y, a: (g/(sqrt(a - 1)*sqrt(a + 1)),),         np.arccosh,          domain=(1.1, 4), pole=True, steep=True),
    "atanh":    Op(lambda g, y, a: (g/((1 - a)*(1 + a)),),                 np.arctanh,          domain=(-0.9, 0.9), pole=True),
    "atan2":    Op(lambda g, y, a, b: (g*(b/(a*a + b*b)), -(g*(a/(a*a + b*b)))), np.arctan2,    domain=(0.2, 3), pole=True),
    "hypot":    Op(_hypot_adjoint,                                         np.hypot,            domain=(0.2, 3)),
    "abs":      Op(lambda g, y, a: (g*sign(a),),                           np.abs,              domain=(0.1, 3)),
    "sign":     Op(_none(1),                                               np.sign,             domain=(0.1, 3)),
    "floor":    Op(_none(1),                                               np.floor,            domain=(0.1, 0.9)),
    "ceil":     Op(_none(1),                                               np.ceil,             domain=(0.1, 0.9)),
    "round":    Op(_none(1),                                               np.rint,             domain=(0.6, 0.9)),
    "erf":      Op(lambda g, y, a: (g*(_ERF*exp(-(a*a))),),                _erf),
    "relu":     Op(lambda g, y, a: (where(a > 0, g, ZERO),),               lambda a: np.maximum(a, 0.0), domain=(0.1, 3), selects=True),
    "sigmoid":  Op(lambda g, y, a: (g*(y*sigmoid(-a)),),                   _sigmoid),
    "softplus": Op(lambda g, y, a: (g*sigmoid(a),),                        _softplus),
    "max":      Op(partial(_extremum_adjoint, "gt"),                       lambda *a: reduce(np.maximum, a), selects=True),
    "min":      Op(partial(_extremum_adjoint, "lt"),                       lambda *a: reduce(np.minimum, a), selects=True),
    "where":    Op(lambda g, y, c, a, b: (None, where(c, g, ZERO), where(c, ZERO, g)),
                   lambda c, a, b: np.where(c != 0, a, b),                 selects=True),
    # 0 where the first argument is 0: where(c == 0, 0, a), written by derivatives at kinks
    "guard":    Op(lambda g, y, c, a: (None, guard(c, g)),                 lambda c, a: np.where(c == 0, 0.0, a), selects=True),
    "lt":       Op(_none(2),                                               _compare(np.less)),
    "le":       Op(_none(2),                                               _compare(np.less_equal)),
    "gt":       Op(_none(2),                                               _compare(np.greater)),
    "ge":       Op(_none(2),                                               _compare(np.greater_equal)),
    "eq":       Op(_none(2),                                               _compare(np.equal)),
    "ne":       Op(_none(2),                                               lambda a, b: ((a < b) | (a > b)).astype(np.float64)),
    "and":      Op(_none(2),                                               _compare(np.logical_and)),
    "or":       Op(_none(2),                                               _compare(np.logical_or)),
    "not":      Op(_none(1),                                               _compare(np.logical_not)),
}
# fmt: on
