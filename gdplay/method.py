"""Objective, optimizer and learning rate joined into one step as a graph: all that an engine sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from gdplay.errors import Complaint, ConfigError
from gdplay.formula.expr import Array, Expr, ShapeError, bounded, order, symbol
from gdplay.formula.scope import Scope
from gdplay.formula.statements import Statement, parse
from gdplay.formula.words import along
from gdplay.objective import Function
from gdplay.rule import Memory, Rule, read_rule
from gdplay.schedule import Setting, read_setting
from gdplay.search import KINDS, LAST_RATE, Line, LineSearch, Search, dependent, read_search

TRANSFORMS = {
    # in this order, each where its setting is given
    "noise":        "g + noise_scale*noise",
    "clip_norm":    "where(norm(g) > clip_norm, g*(clip_norm/norm(g)), g)",
    "clip_value":   "clip(g, -clip_value, clip_value)",
    "weight_decay": "g + weight_decay*x",
}  # fmt: skip
"""What may be done to the gradient before the rule receives it."""


@dataclass(frozen=True)
class Choices:
    """What the user chose around a rule."""

    learning_rate: Setting | Search = 0.01
    hyperparameters: Mapping[str, Setting] = field(default_factory=dict[str, Setting])
    gradient: str = "analytic"
    gradient_step: float | None = None
    noise: Setting = 0.0
    clip_norm: Setting | None = None
    clip_value: Setting | None = None
    weight_decay: Setting | None = None


@dataclass(frozen=True, eq=False)
class Method:
    """One step as a graph over the symbols of the point, the step's number and what is remembered.

    ``point``, ``gradient`` (exact), ``received`` (what the rule gets) and ``next_point`` have shape
    (n,); ``parameters`` holds the value of every other symbol, of shape + (1,) or + (runs,).
    """

    function: Function
    rule: Rule
    choices: Choices
    point: Expr
    t: Expr
    noise: Expr
    f: Expr
    gradient: Expr
    received: Expr
    learning_rate: Expr
    next_point: Expr
    memory: tuple[Memory, ...]
    parameters: Mapping[Expr, Array]
    evaluations: Mapping[str, int]
    """How often a step computes the function, the gradient and the Hessian; at one place once."""
    statements: tuple[Statement, ...] = ()
    """The rule's own lines with their values, in order."""
    settings: Mapping[str, Expr] = field(default_factory=dict[str, Expr])
    """The learning rate and the hyperparameters by the names that the rule's lines call them."""
    search: LineSearch | None = None
    """How the learning rate is found where it is searched for; then ``learning_rate`` is its unknown."""

    @property
    def size(self) -> int:
        """The number n of coordinates."""
        return self.point.shape[0]

    @cached_property
    def numbers(self) -> int:
        """How many numbers a step of one run holds. Raises ShapeError where they are too many."""
        return bounded([self.f, self.gradient, self.next_point, *(m.after for m in self.memory)])


class _Calls:
    """The functions that a rule may call, counting the distinct places they are computed at."""

    def __init__(self, function: Function, choices: Choices) -> None:
        self.function, self.choices = function, choices
        self.places: dict[str, set[tuple[Expr, ...]]] = {
            "function": set(),
            "gradient": set(),
            "hessian": set(),
        }
        self.gradients: dict[tuple[Expr, ...], Expr] = {}
        self.table = {
            "f": self.f, "grad": self.grad, "hess": self.hess, "hvp": self.hvp,
            "residuals": self.residuals, "jacobian": self.jacobian,
        }  # fmt: skip

    def f(self, *args: Expr) -> Expr:
        self.count("f", "function", args, 1)
        return self.function.value_at(args[0])

    def grad(self, *args: Expr) -> Expr:
        self.count("grad", "gradient", args, 1)
        if args not in self.gradients:  # numeric ones would be computed again
            choices = self.choices
            self.gradients[args] = self.function.gradient_at(args[0], choices.gradient, choices.gradient_step)
        return self.gradients[args]

    def hess(self, *args: Expr) -> Expr:
        self.count("hess", "hessian", args, 1)
        return self.function.hessian_at(args[0])

    def hvp(self, *args: Expr) -> Expr:
        self.count("hvp", "hessian", args, 2)
        return self.function.hessian_product_at(*args)

    def evaluations(self) -> dict[str, int]:
        """Return how often a step computes what; a numeric gradient counts as the values it takes."""
        found = {what: len(places) for what, places in self.places.items()}
        for gradient in self.gradients.values():
            if gradient.op == "difference":
                found["gradient"] -= 1
                found["function"] += gradient.params[0].evaluations
        return found

    def residuals(self, *args: Expr) -> Expr:
        self.count("residuals", "function", args, 1)
        return self.function.residuals_at(args[0])

    def jacobian(self, *args: Expr) -> Expr:
        self.count("jacobian", "gradient", args, 1)
        return self.function.jacobian_at(args[0])

    def count(self, name: str, what: str, args: tuple[Expr, ...], most: int) -> None:
        n = self.function.size
        if len(args) != most or any(arg.shape != (n,) for arg in args):
            usage = f"{name}(x, v)" if most == 2 else f"{name}(x)"
            raise ShapeError(f"{usage} takes {most} vector{'s' * (most > 1)} of {n}")
        self.places[what].add(args)


def make_method(function: Function, rule: Rule, choices: Choices) -> Method:
    """Return the step of a rule on a function. Raises FormulaError where a text of it is wrong."""
    n = function.size
    point, t, noise = symbol("point", (n,), "point"), symbol("t", (), "step"), symbol("noise", (n,), "noise")
    parameters: dict[Expr, Array] = dict(function.constants())

    calls = _Calls(function, choices)
    exact = function.gradient_at(point)
    seen = {"t": t, "f": calls.f(point), "g": calls.grad(point)}
    remembered: list[Memory] = []

    def setting(name: str, value: Setting) -> Expr:
        found = read_setting(value, seen, name)
        parameters.update(found.parameters)
        remembered.extend(found.memory)
        return found.value

    chosen = {**rule.defaults, **choices.hyperparameters}
    hyperparameters = {name: setting(name, value) for name, value in chosen.items()}
    searched = choices.learning_rate if isinstance(choices.learning_rate, Search) else None
    rate = symbol("lr", (), "search") if searched else setting("learning_rate", choices.learning_rate)  # type: ignore[arg-type]
    g = seen["g"]
    names = {"x": point, "t": t, "noise": noise}
    given: dict[str, Setting | None] = {
        "noise": choices.noise or None,
        "clip_norm": choices.clip_norm,
        "clip_value": choices.clip_value,
        "weight_decay": None if "weight_decay" in rule.owns else choices.weight_decay,
    }
    for name, text in TRANSFORMS.items():
        value = given[name]
        if value is not None:
            own = "noise_scale" if name == "noise" else name
            g = parse(text, Scope({**names, "g": g, own: setting(own, value)}))
    updates = read_rule(rule, {**names, "g": g, "lr": rate, **hyperparameters}, calls.table)
    search = None
    if searched is not None:
        line = _line(calls, rate, updates.point, seen)
        search = read_search(searched, line, {"t": t, "last": LAST_RATE}, "learning_rate")
        parameters.update(search.parameters)
    return Method(
        function, rule, choices, point, t, noise, seen["f"], exact, g, rate,
        updates.point, (*updates.memory, *remembered), parameters,
        calls.evaluations(), updates.statements, {"lr": rate, **hyperparameters}, search,
    )  # fmt: skip


def _line(calls: _Calls, rate: Expr, moved: Expr, seen: Mapping[str, Expr]) -> Line:
    """Return the line that a search goes along. Raises ConfigError where the step has no rate."""
    places = [(what, args) for what, found in calls.places.items() for args in found]
    moving = dependent([moved, *(arg for _, args in places for arg in args)], [rate])
    if moved not in moving:
        message = "the optimizer does not use the learning rate, so there is nothing to search for"
        raise ConfigError(Complaint(message, "leave learning_rate out", key="optimizer.learning_rate"))
    if any(node.op == "difference" for node in order([moved]) if node in moving):
        message = "the step takes numeric gradients at places that depend on the rate, so phi has no slope"
        raise ConfigError(Complaint(message, "write gradient: analytic", key="gradient"))
    point, g = symbol("point", moved.shape, "point"), seen["g"]
    numeric = (g.params[0].evaluations, 0, 0) if g.op == "difference" else (0, 1, 0)
    inside = tuple(
        sum(what == kind and any(arg in moving for arg in args) for what, args in places) for kind in KINDS
    )
    choices = calls.choices

    def slope(at: Expr) -> Expr:
        return g if at is point else calls.function.gradient_at(at, choices.gradient, choices.gradient_step)

    return Line(rate, point, moved, seen["f"], calls.function.value_at, slope, numeric, inside)


def norm(vector: Expr) -> Expr:
    """Return the Euclidean norm."""
    return along("norm", vector)
