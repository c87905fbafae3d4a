"""A partial derivative told rule by rule: d/dx[u] is replaced step by step until none is left."""

from __future__ import annotations

from collections.abc import Callable
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
WORTHWHILE = 0.9
"""A last line that is not shorter than this share of the one before adds nothing."""


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
        shorter = () if self.shortest is self.together else (("simplified", self.shortest),)
        return (("together", self.together), *shorter)

    def plain(self) -> list[tuple[str, str, str]]:
        """Return (rule, before, after) of every step and last line as plain text."""
        return self._written(to_plain)

    def latex(self) -> list[tuple[str, str, str]]:
        """Return (rule, before, after) of every step and last line in LaTeX."""
        return self._written(to_latex)

    def _written(self, write: Callable[[Expr], str]) -> list[tuple[str, str, str]]:
        whole = pending(self.formula, self.wrt)
        rows = [(step.rule, step.before, step.after) for step in self.steps]
        rows += [(name, whole, line) for name, line in self.lines]
        return [(name, write(before), write(after)) for name, before, after in rows]


class TooLongError(ValueError):
    """A derivation that nobody would read."""


def scalar_form(output: Expr) -> Expr:
    """Return a scalar formula of vectors in terms of their elements. Raises TooLongError."""
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
    depends: dict[Expr, bool] = {wrt: True}

    def varies(u: Expr) -> bool:
        # factors that a rule regroups are new nodes: they are looked at when they are met
        for node in order([u]) if u not in depends else ():
            depends.setdefault(node, any(depends[arg] for arg in node.args))
        return depends[u]

    applied: dict[Expr, Application] = {}
    waiting = [output]
    while waiting:
        u = waiting.pop()
        if u not in applied:
            applied[u] = apply_rule(u, wrt, varies)
            waiting += reversed(applied[u].parts)
            if len(applied) > MOST_STEPS:
                raise TooLongError(f"the derivation has more than {MOST_STEPS} steps")
    steps = tuple(
        Step(
            rule.rule,
            pending(u, wrt),
            rule.combine(tuple(pending(part, wrt) for part in rule.parts)),
            rule.note,
        )
        for u, rule in applied.items()
        if u is not wrt or u is output
    )
    together = _together(output, applied)
    shorter = simplified(together) if shorten else together
    if len(to_plain(shorter)) >= WORTHWHILE * len(to_plain(together)):
        shorter = together
    return Derivation(wrt, output, steps, together, shorter)


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
                found[u] = applied[u].combine(tuple(found[part] for part in applied[u].parts))
    return found[output]


def compare(
    derivation: Derivation, original: Expr, variables: tuple[Expr, ...], values: dict[Expr, Array]
) -> tuple[int, int]:
    """Compare the last lines with the reverse pass at points; return how many were, and how many differ.

    ``values`` gives every symbol of the original formula as shape + (points,). A point where either is
    not finite is not compared.
    """
    wrt = derivation.wrt
    variable = wrt.args[0] if wrt.op == "index" else wrt
    slope = gradient(original, variables)[variables.index(variable)]
    found = evaluate(
        [slope[tuple(wrt.params)] if wrt.op == "index" else slope, *dict(derivation.lines).values()], values
    )
    points = max(value.shape[-1] for value in values.values())
    exact, *lines = (np.broadcast_to(value, (points,)) for value in found)
    with np.errstate(all="ignore"):
        apart = [np.abs(line - exact) > TOLERANCE * (1.0 + np.abs(exact)) for line in lines]
        shown = [np.isfinite(line) & np.isfinite(exact) for line in lines]
    compared = np.all(shown, axis=0)
    return int(compared.sum()), int((np.any(apart, axis=0) & compared).sum())
