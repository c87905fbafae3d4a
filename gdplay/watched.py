"""Formulas over a run: what ``stop.formula`` and ``log.columns`` see."""

from __future__ import annotations

from gdplay.criteria import CARRIED
from gdplay.errors import FormulaError
from gdplay.formula.expr import Expr, substitute
from gdplay.formula.gradient import unflat
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse
from gdplay.formula.words import where
from gdplay.method import Method


def read_watched(text: str, method: Method, notes: list[str], shape: tuple[int, ...] = ()) -> Expr:
    """Return a formula of a run's row as an expression.

    It sees the objective's variables and constants by their names, and ``point gradient f lr t best`` and
    the state as ``state_NAME``: t steps are done, lr made the last one, best is the lowest f so far. Where
    a variable has one of these names it wins, which is noted. Raises FormulaError.
    """
    formula = method.function.formula
    given: dict[str, Expr] = {
        "point": method.point,
        "gradient": method.gradient,
        "f": method.f,
        "lr": CARRIED.rate,
        "t": method.t - 1,
        "best": where(method.f < CARRIED.best, method.f, CARRIED.best),
        **{f"state_{m.name}": m.before for m in method.memory},
    }
    own = {variable.params[0]: variable for variable in formula.variables} | formula.constants
    for name in sorted(own.keys() & given.keys()):
        notes.append(f"'{name}' is the variable in formulas of the run, not its own {name}")
    found = parse(text, Scope({**given, **own}))
    if found.shape != shape:
        raise FormulaError(
            "the formula gives more than one number",
            "reduce it, for example with sum(...)",
            text,
            (0, len(text)),
        )
    return substitute([found], unflat(method.point, formula.variables))[0]
