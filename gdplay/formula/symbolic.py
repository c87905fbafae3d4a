"""Shorter forms of scalar formulas through SymPy: the only file that knows it.

SymPy receives constructed objects with dummy names, never text. What it returns is used only if it has
the same values at sampled points.
"""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import reduce
from typing import Any

import numpy as np

from gdplay.engines.tape import evaluate
from gdplay.formula.expr import Expr, build, const, order
from gdplay.formula.signature import natural

MOST_NODES = 300
SECONDS = 2.0
SAMPLES = 16
SHORT = 6
"""A coefficient with so few characters is written as a decimal, a longer one as a fraction."""

PLAIN = (
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "exp",
    "log",
)
"""The functions that SymPy has under the same name; all others are opaque to it."""


class _TooLongError(Exception):
    pass


def _sympy() -> Any:
    import sympy  # pyright: ignore[reportMissingTypeStubs]

    return sympy


def simplified(output: Expr) -> Expr:
    """Return a scalar expression in a shorter form, or as it is where none is found in time."""
    nodes = order([output])
    if len(nodes) > MOST_NODES or output.op in ("const", "symbol"):
        return output
    _sympy()  # before the clock runs: SymPy imported by half is broken for good

    try:
        with _time_limit(SECONDS):
            shorter = _Bridge(nodes).shortest(output)
    except (_TooLongError, RecursionError):
        return output
    return shorter if _same_values(output, shorter) else output


@contextmanager
def _time_limit(seconds: float) -> Generator[None]:
    """Raise _TooLongError after some time where the system can; SymPy itself knows no limit."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def expire(*_: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _same_values(a: Expr, b: Expr) -> bool:
    """Compare two expressions at sampled points; where the first is not finite nothing is asked."""
    symbols = [node for node in order([a, b]) if node.op == "symbol"]
    random = np.random.default_rng(0)
    values = {node: random.uniform(0.1, 2.0, (*node.shape, SAMPLES)) for node in symbols}
    for node in symbols[::2]:
        values[node] = values[node] * random.choice([-1.0, 1.0], (*node.shape, SAMPLES))
    left, right = (np.broadcast_to(v, (SAMPLES,)) for v in evaluate([a, b], values))
    ok = np.isfinite(left)
    return bool(np.all(np.abs(left - right)[ok] <= 1e-9 * (1.0 + np.abs(left[ok]))))


class _Bridge:
    """Carries one expression to SymPy and back: what it can't know becomes a dummy."""

    def __init__(self, nodes: list[Expr]) -> None:
        self.sympy = _sympy()
        self.behind: dict[Any, Expr] = {}
        self.over: dict[Expr, Any] = {}
        # SymPy sorts terms by name: the dummies' follow the user's names, x before y
        names = sorted((natural(node.params[0]), k) for k, node in enumerate(nodes) if node.op == "symbol")
        self.ranks = {nodes[k]: rank for rank, (_, k) in enumerate(names)}
        for node in nodes:
            self.over[node] = self._to(node)

    def shortest(self, output: Expr) -> Expr:
        """Return the shortest of a few forms."""
        from gdplay.formula.text import to_text

        start = self.over[output]
        forms = [start, self.sympy.factor_terms(start)]
        if start.is_polynomial() and len(start.free_symbols) <= 6:
            forms.append(self.sympy.expand(start))
        written = [self._from(form) for form in dict.fromkeys(forms)]
        return min(written, key=lambda expr: len(to_text(expr)))

    def _to(self, node: Expr) -> Any:
        sympy, args = self.sympy, [self.over[arg] for arg in node.args]
        match node.op:
            case "const":
                return self._number(node.value)
            case "add" | "sub":
                return args[0] + args[1] if node.op == "add" else args[0] - args[1]
            case "mul" | "div":
                return args[0] * args[1] if node.op == "mul" else args[0] / args[1]
            case "neg":
                return -args[0]
            case "powi":
                return args[0] ** node.params[0]
            case "pow":
                return args[0] ** args[1]
            case "sqrt":
                return sympy.sqrt(args[0])
            case op if op in PLAIN:
                return getattr(sympy, op)(args[0])
            case _:
                rank = self.ranks.get(node, len(self.ranks) + len(self.behind))
                dummy = sympy.Dummy(f"v{rank:06d}")
                self.behind[dummy] = node
                return dummy

    def _number(self, value: float) -> Any:
        sympy = self.sympy
        over_pi = value / math.pi
        for q in (1, 2, 3, 4, 6, 12):
            if (
                abs(over_pi) < 100
                and (over_pi * q).is_integer()
                and round(over_pi * q) * math.pi / q == value
                and value
            ):
                return sympy.Rational(round(over_pi * q), q) * sympy.pi
        if value == math.e:
            return sympy.E
        return sympy.Rational(repr(float(value))) if math.isfinite(value) else sympy.nan

    def _from(self, form: Any) -> Expr:
        """Return a SymPy object as an expression; it is as deep as it is short."""
        sympy = self.sympy
        if form in self.behind:
            return self.behind[form]
        if form.is_number and form.is_real:
            return const(self._float(form))
        if form.is_Add:
            return _joined(build, "add", [self._from(part) for part in self._ordered(form)])
        if form.is_Mul:
            return self._product(form)
        if form.is_Pow:
            base, power = form.args
            if power == sympy.Rational(1, 2):
                return build("sqrt", self._from(base))
            if base == sympy.E:
                return build("exp", self._from(power))
            return self._from(base) ** self._from(power)
        name = type(form).__name__
        if name not in PLAIN:
            raise _TooLongError
        return build(name, *(self._from(arg) for arg in form.args))

    def _float(self, form: Any) -> float:
        return form.p / form.q if form.is_Rational else float(form)

    def _ordered(self, form: Any) -> list[Any]:
        """Return a sum's terms, one without a minus first, so that -2*y + 2*z reads 2*z - 2*y."""
        terms = list(form.as_ordered_terms())
        terms.sort(key=lambda term: bool(term.could_extract_minus_sign()))
        return terms

    def _product(self, form: Any) -> Expr:
        sympy = self.sympy
        coefficient, factor = form.as_coeff_Mul()
        if coefficient.is_Rational and coefficient.q > 1 and len(repr(self._float(coefficient))) <= SHORT:
            # 0.52*x, as it was written, not 13*x/25
            rest = self._from(factor)
            product = const(abs(self._float(coefficient))) * rest
            return -product if coefficient < 0 else product
        above, below = sympy.fraction(form, exact=True)
        if below == 1:
            number, rest = form.as_coeff_Mul()
            factors = list(rest.as_ordered_factors()) if rest.is_Mul else [rest]
            numbers = [factor for factor in factors if factor.is_number]
            value = math.prod([self._float(number), *(float(factor) for factor in numbers)])
            parts = [self._from(factor) for factor in factors if not factor.is_number]
            if value != 1.0 or not parts:
                parts.insert(0, const(abs(value)) if parts else const(value))
                if value == -1.0:
                    parts = parts[1:]
                product = _joined(build, "mul", parts)
                return -product if value < 0 and len(parts) and product.op != "const" else product
            return _joined(build, "mul", parts)
        return self._from(above) / self._from(below)


def _joined(make: Callable[..., Expr], op: str, parts: list[Expr]) -> Expr:
    return reduce(lambda a, b: make(op, a, b), parts)
