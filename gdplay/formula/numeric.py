"""Numeric derivatives: each method as a table of offsets, weights and the step it takes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdplay.formula.expr import Array, Expr, intern

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class DifferenceRule:
    """f'(x) is about sum(weights * f(x + offsets*h))/h, with h = relative * max(1, |x|)."""

    offsets: tuple[float, ...]
    weights: tuple[float, ...]
    relative: float


RULES = {
    # the step that balances truncation and rounding: eps^(1/3) for an error of order h^2
    "central": DifferenceRule((1.0, -1.0), (0.5, -0.5), EPS ** (1 / 3)),
}
METHODS = ("analytic", *RULES)


@dataclass(frozen=True, eq=False)
class Difference:
    """A numeric gradient to be taken: of which scalar, in which variables, by which rule.

    ``step`` is the difference h itself, or None for the rule's own.
    """

    output: Expr
    variables: tuple[Expr, ...]
    others: tuple[Expr, ...]
    rule: DifferenceRule
    step: float | None = None

    def steps(self, x: Array) -> Array:
        """Return h for each coordinate, signed as x is and exactly the difference of two numbers near x.

        ``x``: (n, runs).
        """
        size = (
            np.maximum(1.0, np.abs(x)) * self.rule.relative
            if self.step is None
            else np.full_like(x, self.step)
        )
        return (x + np.copysign(size, x)) - x

    def at(self, point: Expr) -> Expr:
        """Return the node that computes the gradient at a point, both of shape (n,)."""
        return intern("difference", (point, *self.others), (self,), point.shape, True)


def numeric(
    output: Expr, variables: Sequence[Expr], others: Sequence[Expr], method: str, step: float | None
) -> Difference:
    """Return the numeric gradient by the method of that name."""
    return Difference(output, tuple(variables), tuple(others), RULES[method], step)
