"""Analytic against numeric derivatives: their distance, the verdict, the reason where it can be told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdplay.formula.expr import Array, order, symbol
from gdplay.formula.numeric import EPS, RULES, NotAnalyticError
from gdplay.formula.signature import Formula
from gdplay.objective import Function
from gdplay.probe import Probe, probe

AGREE, SUSPICIOUS, DIFFER = "agree", "suspicious", "differ"

LIMITS = {
    # method:       agree below, differ from; a few thousand times the best error that theory promises
    "forward":      (1e-5,  1e-2),
    "central":      (1e-7,  1e-4),
    "five-point":   (1e-8,  1e-5),
    "richardson":   (1e-8,  1e-5),
    "complex-step": (1e-12, 1e-9),
}  # fmt: skip
NOT_DIFFERENTIABLE = {
    "jump": "f jumps here: not differentiable",
    "cusp": "the slope grows without bound: not differentiable here",
}
KINKED = frozenset((
    "abs", "max", "min", "reduce_max", "reduce_min", "relu", "where", "hypot", "norm", "sign", "floor",
    "ceil", "round", "mod", "floordiv",
))  # fmt: skip
FLOOR = EPS**0.5
MOST_COMPONENTS = 50
DIRECTIONS = 10
"""Beyond MOST_COMPONENTS variables, so many random directions are compared instead."""


@dataclass(frozen=True)
class Compared:
    """One component, or direction: both derivatives, their relative difference, the verdict, the reason."""

    name: str
    analytic: float
    numeric: float
    error: float
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class Case:
    """What is compared at one point: components where they are few, else slopes along random directions."""

    function: Function
    point: Array
    seed: int = 0

    @property
    def whole(self) -> bool:
        """Whether every component is compared."""
        return self.function.size <= MOST_COMPONENTS

    @cached_property
    def directions(self) -> Array:
        """The directions, (n, k): along one every coordinate moves by max(1, |x|), up or down."""
        n = self.function.size
        if self.whole:
            return np.eye(n)
        signs = np.random.default_rng(self.seed).choice([-1.0, 1.0], (n, DIRECTIONS))
        return signs * np.maximum(1.0, np.abs(self.point))[:, None]

    @property
    def names(self) -> list[str]:
        """What each direction is called."""
        if self.whole:
            return list(self.function.coordinates)
        return [f"direction {k + 1}" for k in range(DIRECTIONS)]

    @cached_property
    def analytic(self) -> Array:
        """The analytic slopes along the directions: (k,)."""
        gradient = self.function.gradient(self.point)
        return gradient if self.whole else self.directions.T @ gradient

    @cached_property
    def probes(self) -> list[Probe]:
        """What f does along each direction."""
        return probe(self.function, self.point, self.directions)

    @cached_property
    def lines(self) -> list[Function]:
        """f as a function of the way t along each direction."""
        return [line(self.function, self.point, d) for d in self.directions.T]

    def numeric(self, method: str, step: float | None = None) -> Array:
        """Return the numeric slopes along the directions: (k,). Raises NotAnalyticError."""
        if self.whole:
            return self.function.gradient(self.point, method, step)
        return np.array([f.gradient(np.zeros(1), method, step)[0] for f in self.lines])


def line(function: Function, point: Array, direction: Array) -> Function:
    """Return f(point + t*direction) as a function of t."""
    t, n = symbol("t"), function.size
    fixed = {name: symbol(name, (n,), "constant") for name in ("the point", "the direction")}
    placed = function.value_at(fixed["the point"] + t * fixed["the direction"])
    formula = Formula("", function.name, placed, (t,), {**function.formula.constants, **fixed})
    return Function(
        formula, {**function.values, "the point": point, "the direction": direction}, function.name
    )


def check_point(case: Case, method: str = "central", step: float | None = None) -> list[Compared]:
    """Compare the derivatives at one point by one method. Raises NotAnalyticError."""
    analytic, numeric = case.analytic, case.numeric(method, step)
    both = np.abs(np.concatenate([analytic, numeric]))
    largest = float(both[np.isfinite(both)].max(initial=0.0))
    if not case.whole:
        with np.errstate(all="ignore"):
            moved = case.function.gradient(case.point) * np.abs(case.directions[:, 0])
            largest = max(largest, float(np.sqrt((moved**2).sum())))
    value = float(case.function(case.point))
    doubled = case.numeric(method, 2 * _step(case, method, step))
    found: list[Compared] = []
    for k, name in enumerate(case.names):
        a, n = float(analytic[k]), float(numeric[k])
        error = relative(a, n, FLOOR * largest)
        own = abs(n - float(doubled[k])) + 4 * EPS * abs(value) / _step(case, method, step)
        verdict, reason = _judge(case, k, method, step, a, n, error, own, value)
        found.append(Compared(name, a, n, error, verdict, reason))
    return found


def relative(a: float, b: float, floor: float) -> float:
    """Return |a - b|/max(|a|, |b|, floor); 0 where both are the same.

    >>> relative(1.0, 1.5, 0.0)
    0.3333333333333333
    """
    if a == b or (a != a and b != b):
        return 0.0
    if not np.isfinite(a) or not np.isfinite(b):
        return float("inf")
    return abs(a - b) / max(abs(a), abs(b), floor)


def _step(case: Case, method: str, step: float | None) -> float:
    """Return the step in force, of about the size that it has for the largest coordinate."""
    if step is not None:
        return step
    relative_step = RULES[method].relative if method in RULES else EPS**0.5
    return relative_step * max(1.0, float(np.abs(case.point).max()) if case.whole else 1.0)


def _judge(
    case: Case, k: int, method: str, step: float | None, a: float, n: float, error: float, own: float,
    value: float,
) -> tuple[str, str]:  # fmt: skip
    """Return the verdict on one component and the reason."""
    agree, differ = LIMITS[method]
    near = case.probes[k]
    if not np.isfinite(value):
        return SUSPICIOUS, f"f is {value} here: there is nothing to compare"
    if not np.isfinite(a) or not np.isfinite(n):
        return _not_finite(a, n, near)
    if near.kind == "kink":
        low, high = sorted((near.before, near.after))
        # + 0.0 makes 0 of -0
        sides = f"a kink: the slope is {near.before + 0.0:.4g} before and {near.after + 0.0:.4g} behind it"
        if low - 1e-6 * near.scale - near.noise <= a <= high + 1e-6 * near.scale + near.noise:
            return AGREE, f"{sides}; {a:.4g} lies between"
        return DIFFER, f"{sides}; {a:.4g} is not between"
    if error < agree:
        return AGREE, ""
    if near.kind in NOT_DIFFERENTIABLE:
        return SUSPICIOUS, NOT_DIFFERENTIABLE[near.kind]
    if max(abs(a), abs(n)) <= 2 * own <= 0.02 * max(abs(near.far_before), abs(near.far_after)):
        return AGREE, "both are 0 within the method's own error"
    rounding = 4 * EPS * abs(value) / _step(case, method, step)
    if abs(a - n) <= 4 * rounding:
        words = f"cancellation: f is {value:.2g}, its difference over a step keeps few digits"
        return SUSPICIOUS, words if step is None else words + "; the step is too small"
    better = _better_step(case, k, a, agree)
    if better is not None:
        used = _step(case, method, step)
        word = "large" if used > better else "small"
        return SUSPICIOUS, f"the step {used:.2g} is too {word}: central with {better:.1g} agrees"
    if error < differ:
        return SUSPICIOUS, ""
    inside = any(node.op in KINKED for node in order([case.function.formula.expr]))
    return DIFFER, "f is smooth here, but a part of the formula may have a kink" if inside else ""


def _not_finite(a: float, n: float, near: Probe) -> tuple[str, str]:
    if near.kind == "edge":
        return SUSPICIOUS, "f is not finite a step away: the edge of its domain"
    if near.kind in NOT_DIFFERENTIABLE:
        return SUSPICIOUS, NOT_DIFFERENTIABLE[near.kind]
    if not np.isfinite(a):
        return DIFFER, f"the analytic derivative is {a}, but f has a slope here"
    return SUSPICIOUS, f"the numeric derivative is {n}: f is not finite a step away"


def _better_step(case: Case, k: int, a: float, agree: float) -> float | None:
    """Return a step with which the central difference comes to the analytic value, or None."""
    for h in (6e-6, 1e-5, 1e-6, 1e-4, 1e-7, 1e-3, 1e-2, 1e-8):
        n = float(case.numeric("central", h)[k])
        if relative(a, n, 0.0) < max(agree, 1e-7):
            return h
    return None


def check_all(case: Case) -> dict[str, list[Compared] | str]:
    """Compare by every method; where one can't be used, say why."""
    found: dict[str, list[Compared] | str] = {}
    for method in LIMITS:
        try:
            found[method] = check_point(case, method)
        except NotAnalyticError as error:
            found[method] = str(error)
    return found
