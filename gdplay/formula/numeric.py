"""Numeric derivatives: each method as a row of offsets, weights and the step it takes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdplay.formula.expr import Array, Expr, intern, order

EPS = float(np.finfo(np.float64).eps)
ANALYTIC = "analytic"
COMPLEX = "complex-step"


@dataclass(frozen=True)
class Stencil:
    """f'(x) is about sum(weights * f(x + offsets*h))/h, with an error of order h^order."""

    offsets: tuple[float, ...]
    weights: tuple[float, ...]
    order: int


@dataclass(frozen=True)
class DifferenceRule:
    """A method: its stencil, the one for the domain's edge, its own step h = relative * max(1, |x|).

    With several ``levels`` the step is halved and the results are extrapolated (Richardson 1911; the
    entry of the tableau with the smallest estimated error is taken, Ridders 1982).
    """

    inner: Stencil
    edge: Stencil
    relative: float
    levels: int = 1


FORWARD = Stencil((1.0, 0.0), (1.0, -1.0), 1)
CENTRAL = Stencil((1.0, -1.0), (1 / 2, -1 / 2), 2)
FIVE = Stencil((2.0, 1.0, -1.0, -2.0), (-1 / 12, 8 / 12, -8 / 12, 1 / 12), 4)
THREE_ASIDE = Stencil((0.0, 1.0, 2.0), (-3 / 2, 4 / 2, -1 / 2), 2)
FIVE_ASIDE = Stencil((0.0, 1.0, 2.0, 3.0, 4.0), (-25 / 12, 48 / 12, -36 / 12, 16 / 12, -3 / 12), 4)

# fmt: off
RULES = {
    # the step balances truncation, of the stencil's order, and rounding
    "forward":    DifferenceRule(FORWARD, FORWARD,     EPS ** (1 / 2)),
    "central":    DifferenceRule(CENTRAL, THREE_ASIDE, EPS ** (1 / 3)),
    "five-point": DifferenceRule(FIVE,    FIVE_ASIDE,  EPS ** (1 / 5)),
    "richardson": DifferenceRule(CENTRAL, FORWARD,     0.1, levels=6),
}
# fmt: on
COMPLEX_STEP = 1e-20
"""The imaginary step: there is no cancellation, so it may be as small as one likes."""

METHODS = (ANALYTIC, *RULES, COMPLEX)

NOT_ANALYTIC = {
    "abs": "abs", "sign": "sign", "floor": "floor", "ceil": "ceil", "round": "round", "floordiv": "//",
    "mod": "%", "max": "max", "min": "min", "reduce_max": "max", "reduce_min": "min", "norm": "norm",
    "hypot": "hypot", "relu": "relu", "where": "where", "guard": "where", "atan2": "atan2",
    "erf": "erf", "cbrt": "cbrt", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
    "and": "and", "or": "or", "not": "not", "solve": "solve",
}  # fmt: skip
"""What the complex step refuses: no complex function agrees with it, or NumPy has none."""


class NotAnalyticError(ValueError):
    """A function that the complex step can't be taken through; the message names what is in the way."""


@dataclass(frozen=True, eq=False)
class Difference:
    """A numeric gradient to be taken: of which scalar, in which variables, by which method.

    ``step`` is the difference h itself, or None for the method's own. Where a stencil would leave the
    ``domain`` (a (low, high) or None for each coordinate) from inside, it is taken to one side.
    """

    output: Expr
    variables: tuple[Expr, ...]
    others: tuple[Expr, ...]
    method: str
    step: float | None = None
    domain: tuple[tuple[float, float] | None, ...] | None = None

    def at(self, point: Expr) -> Expr:
        """Return the node that computes the gradient at a point, both of shape (n,)."""
        return intern("difference", (point, *self.others), (self,), point.shape, True)

    def steps(self, x: Array, level: int = 0) -> Array:
        """Return h for each coordinate: exactly the difference of two numbers near x. ``x``: (n, runs)."""
        relative = RULES[self.method].relative
        size = np.maximum(1.0, np.abs(x)) * relative if self.step is None else np.full_like(x, self.step)
        return (x + size * 0.5**level) - x

    @property
    def evaluations(self) -> int:
        """How many values of f one gradient takes."""
        n = sum(int(np.prod(variable.shape)) for variable in self.variables)
        if self.method == COMPLEX:
            return n
        rule = RULES[self.method]
        shared = rule.inner.offsets.count(0.0)
        return n * (len(rule.inner.offsets) - shared) * rule.levels + shared


def numeric(
    output: Expr,
    variables: Sequence[Expr],
    others: Sequence[Expr],
    method: str,
    step: float | None = None,
    domain: tuple[tuple[float, float] | None, ...] | None = None,
) -> Difference:
    """Return the numeric gradient by the method of that name. Raises NotAnalyticError."""
    if method == COMPLEX:
        for node in order([output]):
            if node.op in NOT_ANALYTIC and node.varies:
                raise NotAnalyticError(
                    f"the complex step needs an analytic function, and {NOT_ANALYTIC[node.op]} is none"
                )
    return Difference(output, tuple(variables), tuple(others), method, step, domain)
