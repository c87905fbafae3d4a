"""A partial derivative told rule by rule: d/dx[u] is replaced step by step until none is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdplay.engines.tape import evaluate
from gdplay.formula.expr import Array, Expr, order
from gdplay.formula.gradient import gradient
from gdplay.formula.notation import pending, to_latex, to_plain, too_long
from gdplay.formula.rules import Application, apply_rule
from gdplay.formula.symbolic import simplified
from gdplay.formula.unroll import unroll

MOST_STEPS = 500
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Step:
    """One rule applied: ``before`` is d/dx[u], ``after`` holds the derivatives that are left to do."""

    rule: str
    before: Expr
    after: Expr
    note: str = ""


@dataclass(frozen=True)
class Derivation:
    """A partial derivative: the steps, the result with all of them put together, its shortest form."""

    wrt: Expr
    formula: Expr
    steps: tuple[Step, ...]
    together: Expr
    shortest: Expr

    @property
    def lines(self) -> tuple[tuple[str, Expr], ...]:
        """The last lines: the result as the rules give it, then shorter where it can be."""
        same = to_plain(self.together) == to_plain(self.shortest)
        return (("together", self.together), *(() if same else (("simplified", self.shortest),)))

    def plain(self) -> list[tuple[str, str, str]]:
        """Return (rule, before, after) of every step and last line as plain text."""
        return self._written(to_plain)

    def latex(self) -> list[tuple[str, str, str]]:
        """Return (rule, before, after) of every step and last line in LaTeX."""
        return self._written(to_latex)

    def _written(self, write: object) -> list[tuple[str, str, str]]:
        assert callable(write)
        whole = pending(self.formula, self.wrt)
        rows = [(step.rule, step.before, step.after) for step in self.steps]
        rows += [(name, whole, line) for name, line in self.lines]
        return [(name, write(before), write(after)) for name, before, after in rows]


class TooLongError(ValueError):
    """A derivation that nobody would read."""


def scalar_form(output: Expr) -> Expr:
    """Return a scalar formula of vectors in terms of their elements. Raises TooLongError where it has none."""
    elements = unroll(output)
    if elements is None or too_long(elements.item()):
        raise TooLongError("the formula written out in scalars is too long for a derivation")
    return elements.item()


def derive(output: Expr, wrt: Expr, shorten: bool = True) -> Derivation:
    """Return the derivation of a scalar formula's derivative by a symbol or an element x[k] of one.

    ``output`` is in scalars (see ``scalar_form``). Raises TooLongError beyond MOST_STEPS steps.

    >>> from gdplay.formula.expr import symbol
    >>> x = symbol("x")
    >>> [to_plain(line) for _, line in derive(3 * (2 * x**2) ** 5, x).lines]
    ['15(2x^2)^4 · 4x', '960x^9']
    """
    moving: set[Expr] = {wrt}
    for node in order([output]):
        if any(arg in moving for arg in node.args):
            moving.add(node)
    applied: dict[Expr, Application] = {}
    waiting = [output]
    while waiting:
        u = waiting.pop()
        if u not in applied:
            applied[u] = apply_rule(u, wrt, moving.__contains__)
            # regrouped factors are new nodes; they vary as what they are made of
            for part in applied[u].parts:
                moving.update(node for node in order([part]) if any(arg in moving for arg in node.args))
            waiting += reversed(applied[u].parts)
            if len(applied) > MOST_STEPS:
                raise TooLongError(f"the derivation has more than {MOST_STEPS} steps")
    steps = tuple(
        Step(rule.rule, pending(u, wrt), rule.combine(*(pending(part, wrt) for part in rule.parts)), rule.note)
        for u, rule in applied.items()
        if u is not wrt or u is output
    )
    together = _together(output, applied)
    return Derivation(wrt, output, steps, together, simplified(together) if shorten else together)


def _together(output: Expr, applied: dict[Expr, Application]) -> Expr:
    """Put the results of all steps together, innermost first."""
    found: dict[Expr, Expr] = {}
    waiting = [output]
    while waiting:
        u = waiting[-1]
        left = [part for part in applied[u].parts if part not in found]
        waiting += left
        if not left:
            waiting.pop()
            if u not in found:
                found[u] = applied[u].combine(*(found[part] for part in applied[u].parts))
    return found[output]


def disagreement(derivation: Derivation, original: Expr, variables: tuple[Expr, ...], values: dict[Expr, Array]) -> int:
    """Return at how many sampled points the last lines differ from the reverse pass of the original formula.

    ``values`` gives every symbol of the formula as shape + (points,). A point where either is not
    finite is not compared.
    """
    wrt = derivation.wrt
    variable = wrt.args[0] if wrt.op == "index" else wrt
    slope = gradient(original, variables)[variables.index(variable)]
    exact, *lines = evaluate([slope, *(line for _, line in derivation.lines)], values)
    if wrt.op == "index":
        exact = exact[tuple(wrt.params)]
    wrong = np.zeros(np.broadcast(exact, *lines).shape, dtype=bool)
    for line in lines:
        with np.errstate(all="ignore"):
            apart = np.abs(line - exact) > TOLERANCE * (1.0 + np.abs(exact))
            wrong |= apart & np.isfinite(line) & np.isfinite(exact)
    return int(wrong.sum())
