"""The rules of differentiation, as one learns them: which one a formula calls for, what it leaves to do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from gdplay.formula.expr import Expr, build, const, intern
from gdplay.formula.ops import TABLE
from gdplay.formula.text import plain
from gdplay.formula.words import ONE, ZERO, log, where

Slopes = tuple[Expr, ...]
"""The derivatives of the parts that a rule leaves to do, in their order."""


@dataclass(frozen=True)
class Application:
    """A rule applied to one formula: the parts that are still to be differentiated, and how they combine."""

    rule: str
    parts: tuple[Expr, ...]
    combine: Callable[[Slopes], Expr]
    note: str = ""


def times(a: Expr, b: Expr) -> Expr:
    """Return the product for reading: zeros and ones vanish, a number joins the leading number.

    Nothing is done to numbers further inside, so 15(2x^2)^4 · 4x stays as the chain rule gives it.
    """
    if ZERO in (a, b):
        return ZERO
    if a is ONE or b is ONE:
        return b if a is ONE else a
    if b.op == "const":
        a, b = b, a
    if a.op == "const":
        return _scaled(a.value, b)
    return build("mul", a, b)


def _scaled(factor: float, b: Expr) -> Expr:
    """Return the number times b, joined with the number that b begins with."""
    spine: list[tuple[str, Expr]] = []
    head = b
    while head.op in ("mul", "div"):
        spine.append((head.op, head.args[1]))
        head = head.args[0]
    if head.op == "neg":
        return _scaled(-factor, head.args[0])
    if head.op != "const":
        return build("mul", const(factor), b)
    value = factor * head.value
    whole = not (spine and value == 1.0 and spine[-1][0] == "mul")
    head = const(value) if whole else spine.pop()[1]
    return reduce(lambda left, step: build(step[0], left, step[1]), reversed(spine), head)


def plus(a: Expr, b: Expr) -> Expr:
    """Return the sum for reading: zeros vanish."""
    return b if a is ZERO else a if b is ZERO else build("add", a, b)


def minus(a: Expr, b: Expr) -> Expr:
    """Return the difference for reading: zeros vanish."""
    return a if b is ZERO else build("neg", b) if a is ZERO else build("sub", a, b)


def over(a: Expr, b: Expr) -> Expr:
    """Return the quotient for reading: a zero stays zero."""
    return ZERO if a is ZERO else build("div", a, b)


def selected(condition: Expr, a: Expr, b: Expr) -> Expr:
    """Return the choice for reading."""
    return a if a is b else where(condition, a, b)


def apply_rule(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    """Return the rule that differentiates u by ``wrt``, where ``varies`` tells which parts depend on it."""
    if u is wrt:
        return Application("variable", (), lambda _: ONE)
    if not varies(u):
        return Application("constant", (), lambda _: ZERO)
    rule = RULES.get(u.op, _elementary)
    return rule(u, wrt, varies)


def _sum(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    """Flatten a chain of sums and differences into one step."""
    terms: list[tuple[bool, Expr]] = []
    left = u
    while left.op in ("add", "sub"):
        terms.append((left.op == "sub", left.args[1]))
        left = left.args[0]
    terms.append((False, left))
    terms.reverse()

    def combine(slopes: Slopes) -> Expr:
        result = slopes[0]
        for (negative, _), slope in zip(terms[1:], slopes[1:], strict=True):
            result = (minus if negative else plus)(result, slope)
        return result

    return Application("sum", tuple(term for _, term in terms), combine)


def _product(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    factors: list[Expr] = []
    left = u
    while left.op == "mul":
        factors.append(left.args[1])
        left = left.args[0]
    factors = [left, *reversed(factors)]
    fixed = [f for f in factors if not varies(f)]
    moving = [f for f in factors if varies(f)]
    if fixed:
        outside, inside = reduce(times, fixed), reduce(lambda a, b: build("mul", a, b), moving)
        return Application("constant multiple", (inside,), lambda d: times(outside, d[0]))
    first, last = reduce(lambda a, b: build("mul", a, b), moving[:-1]), moving[-1]
    return Application("product", (first, last), lambda d: plus(times(d[0], last), times(first, d[1])))


def _quotient(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    a, b = u.args
    if not varies(b):
        return Application("constant multiple", (a,), lambda d: over(d[0], b))
    if not varies(a):
        return Application("reciprocal", (b,), lambda d: times(-over(a, b**2), d[0]))
    return Application("quotient", (a, b), lambda d: over(minus(times(d[0], b), times(a, d[1])), b**2))


def _power(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    base = u.args[0]
    power = const(float(u.params[0])) if u.op == "powi" else u.args[1]
    if not varies(power):
        outer = times(power, base ** (power - 1))
        if base is wrt:
            return Application("power", (), lambda _: outer)
        return Application("chain, power", (base,), lambda d: times(outer, d[0]))
    if not varies(base):
        rate = u if base.op == "const" and base.value == math.e else times(u, _log(base))
        if power is wrt:
            return Application("exponential", (), lambda _: rate)
        return Application("chain, exponential", (power,), lambda d: times(rate, d[0]))
    return Application(
        "power of a function by a function", (base, power),
        lambda d: times(u, plus(times(d[1], log(base)), over(times(power, d[0]), base))),
    )  # fmt: skip


def _log(base: Expr) -> Expr:
    """Return the logarithm, that of a number too: log(2) is not yet 0.693."""
    return intern("log", (base,), (), (), False) if base.op == "const" else log(base)


def _extremum(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    beats = "gt" if u.op == "max" else "lt"
    first = u.args[0] if len(u.args) == 2 else build(u.op, *u.args[:-1])
    last = u.args[-1]
    if not varies(first) or not varies(last):
        moving, other = (last, first) if varies(last) else (first, last)
        return Application(u.op, (moving,), lambda d: selected(build(beats, moving, other), d[0], ZERO))
    note = "at a tie each takes an equal share"
    return Application(u.op, (first, last), lambda d: selected(build(beats, first, last), d[0], d[1]), note)


def _choice(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    condition, a, b = u.args
    return Application("cases", (a, b), lambda d: selected(condition, d[0], d[1]))


def _elementary(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    """Take the slopes from the table of primitives: the outer derivative of each function."""
    slopes = TABLE[u.op].adjoint(ONE, u, *u.args)
    pairs = [(arg, plain(s)) for arg, s in zip(u.args, slopes, strict=True) if s is not None and varies(arg)]
    if not pairs:
        return Application(f"{u.op} (flat between its jumps)", (), lambda _: ZERO)
    if pairs[0][0] is wrt and len(pairs) == 1:
        return Application(u.op, (), lambda _: pairs[0][1])
    outer = [slope for _, slope in pairs]
    return Application(
        f"chain, {u.op}", tuple(arg for arg, _ in pairs),
        lambda inner: reduce(plus, (times(s, d) for s, d in zip(outer, inner, strict=True))),
    )  # fmt: skip


def _negative(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    return Application("constant multiple", u.args, lambda d: ZERO if d[0] is ZERO else -d[0])


def _relu(u: Expr, wrt: Expr, varies: Callable[[Expr], bool]) -> Application:
    (a,) = u.args
    return Application("relu", (a,), lambda d: selected(a > 0, d[0], ZERO))


RULES: dict[str, Callable[[Expr, Expr, Callable[[Expr], bool]], Application]] = {
    "add": _sum, "sub": _sum, "neg": _negative, "mul": _product, "div": _quotient,
    "powi": _power, "pow": _power,
    "max": _extremum, "min": _extremum, "where": _choice, "relu": _relu,
}  # fmt: skip
"""The rules of their own; every other function's slope is in the table of primitives."""
