"""Up to which learning rate theory says that steps are stable: a row for each rule whose limit is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gdplay.curvature import curvature
from gdplay.formula.expr import Array, order
from gdplay.method import Method
from gdplay.rule import Rule
from gdplay.schedule import Setting

MOST_VARIABLES = 200


@dataclass(frozen=True)
class Limit:
    """The rate below which steps are stable around a point: ``formula`` says how it comes from ``top``, L.

    L is the largest eigenvalue of the Hessian there.
    """

    rate: float
    formula: str
    top: float


@dataclass(frozen=True)
class Row:
    """``bound`` of the momentum is the rate below which a quadratic of curvature 1 is stable."""

    bound: Callable[[float], float]
    formula: str


LIMITS = {
    # Polyak 1964 for the heavy ball; a root of the characteristic polynomial at -1 for Nesterov's form
    "gd":       Row(lambda mu: 2.0,                                 "2/{L}"),
    "momentum": Row(lambda mu: 2.0 * (1.0 + mu),                    "2(1 + momentum)/{L}"),
    "nesterov": Row(lambda mu: 2.0 * (1.0 + mu) / (1.0 + 2.0 * mu), "2(1 + momentum)/((1 + 2 momentum) {L})"),
}  # fmt: skip


def limit_at(method: Method, x: Array, given: Mapping[str, float] | None = None) -> Limit | None:
    """Return the limit that the curvature at x (n,) sets; None where no formula for it is known.

    ``given`` holds values of settings that differ from the method's own, by name. None are known for a
    gradient that is clipped, a wrapped rule, a momentum or decay that changes, where nothing curves upwards.
    """
    choices = method.choices
    if choices.clip_norm is not None or choices.clip_value is not None or method.size > MOST_VARIABLES:
        return None
    own = {"weight_decay": choices.weight_decay or 0.0, **method.rule.defaults, **choices.hyperparameters}
    settings: dict[str, Setting] = {**own, **(given or {})}
    row = _row(method.rule, settings)
    momentum, decay = settings.get("momentum", 0.0), settings["weight_decay"]
    if row is None or not isinstance(momentum, float | int) or not isinstance(decay, float | int):
        return None
    if decay and method.received not in order([method.next_point]):
        return None  # a rule that asks for gradients itself does not get the decayed one
    top = float(curvature(method.function.hessian(x)).eigenvalues[-1])
    if not (0.0 <= momentum < 1.0 and top + decay > 0.0):
        return None
    # decay adds its multiple of x to the gradient, hence of the unit matrix to the Hessian
    formula = row.formula.format(L="(L + weight_decay)" if decay else "L")
    return Limit(row.bound(float(momentum)) / (top + float(decay)), formula, top)


def _row(rule: Rule, settings: Mapping[str, Setting]) -> Row | None:
    if rule.inner is not None or not rule.convention:  # the latter is a user's own
        return None
    if rule.name != "sgd":
        return LIMITS.get(rule.name)
    if settings["momentum"] == 0:
        return LIMITS["gd"]
    if settings.get("dampening", 0.0) != 0 or settings["nesterov"] not in (0, 1):
        return None
    return LIMITS["nesterov" if settings["nesterov"] else "momentum"]
