"""When a run ends: every rule as a formula over what a step knows, with the status and reason it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdplay.formula.expr import Expr, build, symbol
from gdplay.formula.words import along, both
from gdplay.method import Method
from gdplay.search import LAST_RATE

LARGEST = 1.7976931348623157e308

RUNNING, DIVERGED, CONVERGED, STOPPED, STALLED, MAX_STEPS = range(6)
STATUSES = ("running", "diverged", "converged", "stopped", "stalled", "max_steps")
"""In the order of precedence, where several hold at once."""


@dataclass(frozen=True)
class Criteria:
    """What ends a run; None is never. Times are counted in steps."""

    max_steps: int = 1000
    gradient_norm: float | None = None
    value: float | None = None
    step_norm: float | None = None
    stall: int | None = None
    diverged: float = 1e10
    formula: Expr | None = None


@dataclass(frozen=True)
class Carried:
    """What an engine carries from step to step for the rules: symbols, each a scalar a run."""

    bound_f: Expr = symbol("bound_f", (), "carried")
    bound_x: Expr = symbol("bound_x", (), "carried")
    best_step: Expr = symbol("best_step", (), "carried")
    moved: Expr = symbol("moved", (), "carried")
    """The length of the last step."""
    rate: Expr = LAST_RATE
    """The learning rate that made the last step."""
    best: Expr = symbol("best", (), "carried")
    """The lowest f before this row."""


CARRIED = Carried()


@dataclass(frozen=True)
class Ending:
    """One rule: the status it gives, its formula, and the words that say why."""

    status: int
    condition: Callable[[Method, Expr, Any], Expr]
    reason: str


def _beyond(a: Expr, bound: Expr) -> Expr:
    # written so that nan, which compares to 0, is beyond too
    return build("not", build("le", abs(a), bound))


def _undefined(method: Method, size: Expr, _: float) -> Expr:
    largest = along("reduce_max", abs(method.gradient))
    return build("not", build("le", largest, LARGEST))


ENDINGS: dict[str, Ending] = {
    "f":             Ending(DIVERGED,  lambda m, size, limit: _beyond(m.f, CARRIED.bound_f),
                            "f {f} is beyond {bound_f}"),
    "x":             Ending(DIVERGED,  lambda m, size, limit: _beyond(along("reduce_max", abs(m.point)), CARRIED.bound_x),
                            "|x| {largest} is beyond {bound_x}"),
    "gradient_norm": Ending(CONVERGED, lambda m, size, limit: size <= limit,
                            "|g| {grad_norm} <= {limit}"),
    "value":         Ending(CONVERGED, lambda m, size, limit: m.f <= limit,
                            "f {f} <= {limit}"),
    "step_norm":     Ending(CONVERGED, lambda m, size, limit: both(m.t > 1, CARRIED.moved <= limit),
                            "the last step is no longer than {limit}"),
    "formula":       Ending(STOPPED,   lambda m, size, limit: build("ne", limit, 0),
                            "{limit}"),
    "undefined":     Ending(STALLED,   _undefined,
                            "gradient undefined"),
    "stall":         Ending(STALLED,   lambda m, size, limit: m.t - 1 - CARRIED.best_step >= limit,
                            "no better value in {steps}"),
    "max_steps":     Ending(MAX_STEPS, lambda m, size, limit: m.t - 1 >= limit,
                            "{steps} done"),
}  # fmt: skip
"""In the order of precedence. When the step t is about to be taken, t - 1 are done."""

ALWAYS = ("f", "x", "undefined")


def endings(method: Method, criteria: Criteria, size: Expr) -> dict[str, Expr]:
    """Return the conditions in force, each 0 or 1; ``size`` is the exact gradient's norm."""
    found: dict[str, Expr] = {}
    for name, row in ENDINGS.items():
        limit = 0.0 if name in ALWAYS else getattr(criteria, name)
        if limit is not None:
            found[name] = row.condition(method, size, limit)
    return found
