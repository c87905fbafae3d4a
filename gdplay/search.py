"""A line search as three formulas, ``start``, ``until`` and ``next``, over phi(a) and its slope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdplay.formula.expr import (
    Array,
    Expr,
    ShapeError,
    build,
    constant_value,
    is_constant,
    order,
    substitute,
    symbol,
)
from gdplay.formula.gradient import gradient
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse, parse_updates
from gdplay.formula.words import ZERO, dot
from gdplay.rule import last_values
from gdplay.schedule import plain

KINDS = ("function", "gradient", "hessian")
"""What is counted, in this order."""

LAST_RATE = symbol("rate", (), "carried")
"""The learning rate that made the last step; nan before the first."""

RATES = 4
"""A search tries about so many rates in a step; how long it takes is estimated with it."""

LIMIT = "limit"
"""The hyperparameter that every search has: after so many rates it gives up."""


@dataclass(frozen=True)
class Search:
    """A search's formulas as text, in the form of the catalogue, with its numbers.

    ``start`` assigns the first ``lr``; the search is done where ``until`` is not 0; else ``next``
    assigns another ``lr``. ``state`` are names of its own with their start values, each of which may
    use the ones before it. After ``limit`` rates the step takes ``otherwise``.
    """

    name: str
    start: str
    until: str
    next: str
    hyperparameters: Mapping[str, float]
    state: Mapping[str, str] = field(default_factory=dict[str, str])
    otherwise: str = "lr"
    card: Mapping[str, str] = field(default_factory=dict[str, str])

    def data(self) -> dict[str, Any]:
        """Return the search as a config's mapping, complete."""
        return {"search": self.name, **{name: plain(value) for name, value in self.hyperparameters.items()}}

    def __str__(self) -> str:
        return (
            f"{self.name} ({', '.join(f'{name} {value:g}' for name, value in self.hyperparameters.items())})"
        )


@dataclass(frozen=True)
class Cost:
    """What the parts of a search compute: how often f, the gradient, the Hessian."""

    start: tuple[int, ...]
    trial: tuple[int, ...]
    move: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class LineSearch:
    """A search as expressions over ``unknowns``: the rate, then the search's own state, all scalars.

    ``begin`` and ``next`` give each of the unknowns.
    """

    search: Search
    unknowns: tuple[Expr, ...]
    begin: tuple[Expr, ...]
    until: Expr
    next: tuple[Expr, ...]
    otherwise: Expr
    limit: Expr
    parameters: Mapping[Expr, Array]
    cost: Cost

    @property
    def rate(self) -> Expr:
        """The rate that is tried."""
        return self.unknowns[0]


@dataclass(frozen=True, eq=False)
class Line:
    """Where a step leads as its rate changes: ``next_point`` as an expression of ``rate``.

    ``value`` and ``slope`` give f and its gradient at a place; ``f`` is the value at ``point``. A
    gradient costs ``gradient_cost``; ``inside`` is what the step itself computes at places that depend
    on the rate.
    """

    rate: Expr
    point: Expr
    next_point: Expr
    f: Expr
    value: Callable[[Expr], Expr]
    slope: Callable[[Expr], Expr]
    gradient_cost: tuple[int, ...] = (0, 1, 0)
    inside: tuple[int, ...] = (0, 0, 0)


Asked = frozenset[tuple[str, Expr]]
"""What was asked for at which rates."""


class _Along:
    """phi, slope and curvature as functions of a rate, counting the distinct rates they are asked for."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.asked: set[tuple[str, Expr]] = set()
        self.slopes: dict[Expr, Expr] = {}
        self.stays = stays(line.next_point, line.rate, line.point)
        self.table = {"phi": self.phi, "slope": self.slope, "curvature": self.curvature}
        self.weight = symbol("weight", line.point.shape, "direction")
        self.direction = gradient(dot(line.next_point, self.weight), [line.rate])[0]
        self.along = line.value(line.next_point)

    def phi(self, *args: Expr) -> Expr:
        a = self.rate("phi", args)
        if self.is_free(a):
            return self.line.f
        self.asked.add(("function", a))
        return substitute([self.along], {self.line.rate: a})[0]

    def slope(self, *args: Expr) -> Expr:
        a = self.rate("slope", args)
        if a not in self.slopes:  # a numeric gradient would be computed again
            at = self.line.point
            if not self.is_free(a):
                self.asked.add(("gradient", a))
                at = substitute([self.line.next_point], {self.line.rate: a})[0]
            known = {self.weight: self.line.slope(at), self.line.rate: a}
            self.slopes[a] = substitute([self.direction], known)[0]
        return self.slopes[a]

    def curvature(self, *args: Expr) -> Expr:
        a = self.rate("curvature", args)
        self.asked.add(("hessian", a))
        second = gradient(gradient(self.along, [self.line.rate])[0], [self.line.rate])[0]
        return substitute([second], {self.line.rate: a})[0]

    def rate(self, name: str, args: tuple[Expr, ...]) -> Expr:
        if len(args) != 1 or args[0].shape:
            raise ShapeError(f"{name}(a) takes one number, a rate")
        return args[0]

    def is_free(self, a: Expr) -> bool:
        """Tell whether the step with this rate leads nowhere, so that f and the gradient are known."""
        return self.stays and is_constant(a) and float(constant_value(a)) == 0.0

    def spent(self, new: Asked, known: Asked = frozenset()) -> tuple[int, ...]:
        """Count what it takes to answer, at each new rate with the step's own computations."""
        rates = {a for _, a in new} - {a for _, a in known}
        each = {"function": (1, 0, 0), "gradient": self.line.gradient_cost, "hessian": (0, 0, 1)}
        found = [*(each[what] for what, _ in new), *(self.line.inside for _ in rates), (0, 0, 0)]
        return tuple(np.sum(found, axis=0).tolist())

    def cost(self, trial: Asked, unknowns: Iterable[Expr]) -> Cost:
        """Count all that was asked for, of which ``trial`` by the test of a rate.

        What does not depend on the unknowns is computed once in a step.
        """
        moving = dependent((a for _, a in self.asked), unknowns)
        start = frozenset((what, a) for what, a in self.asked if a not in moving)
        trial = trial - start
        return Cost(
            self.spent(start), self.spent(trial), self.spent(frozenset(self.asked) - start - trial, trial)
        )


def read_search(search: Search, line: Line, seen: Mapping[str, Expr], path: str) -> LineSearch:
    """Return a search along a line, given the expressions that it sees: t and last, the step before's rate.

    ``path`` is the key in the config, after which its symbols are named. Raises FormulaError.
    """
    along = _Along(line)
    given = {name: symbol(f"{path}.{name}", (), "hyperparameter") for name in search.hyperparameters}
    parameters = {given[name]: np.array([value]) for name, value in search.hyperparameters.items()}
    names = {**seen, **given}
    fixed = frozenset(names)
    begin: dict[str, Expr] = {}
    for name, text in search.state.items():
        begin[name] = parse(text, Scope({**names, **begin}, along.table))
    started = last_values(parse_updates(search.start, Scope({**names, **begin}, along.table), fixed))
    begin = {"lr": started["lr"], **{name: started.get(name, value) for name, value in begin.items()}}
    before = frozenset(along.asked)
    unknowns = {"lr": line.rate, **{name: symbol(f"search_{name}", (), "search") for name in search.state}}
    here = {**names, **unknowns}
    until = parse(search.until, Scope(dict(here), along.table))
    tested = frozenset(along.asked) - before
    moved = last_values(parse_updates(search.next, Scope(dict(here), along.table), fixed))
    return LineSearch(
        search,
        tuple(unknowns.values()),
        tuple(begin[name] for name in unknowns),
        until,
        tuple(moved.get(name, before_) for name, before_ in unknowns.items()),
        parse(search.otherwise, Scope(dict(here))),
        given[LIMIT],
        parameters,
        along.cost(tested, unknowns.values()),
    )


def dependent(outputs: Iterable[Expr], on: Iterable[Expr]) -> set[Expr]:
    """Return the nodes below the outputs that depend on some of these symbols."""
    found = set(on)
    for node in order(outputs):
        if any(arg in found for arg in node.args):
            found.add(node)
    return found


def stays(moved: Expr, rate: Expr, point: Expr) -> bool:
    """Tell whether the expression is the point itself where the rate is 0 and all else is finite.

    >>> x, lr, g = symbol("x", (2,)), symbol("lr"), symbol("g", (2,))
    >>> stays(x - lr * g, lr, x), stays(0.9 * x - lr * g, lr, x)
    (True, False)
    """
    simpler: dict[Expr, Expr | None] = {rate: ZERO}
    for node in order([moved]):
        if node not in simpler:
            simpler[node] = _at_zero(node, [simpler[arg] for arg in node.args])
    return simpler[moved] is point


LINEAR = ("div", "neg", "broadcast", "reshape", "index", "transpose", "sum")
"""What is 0 where the first argument is."""


def _at_zero(node: Expr, args: list[Expr | None]) -> Expr | None:
    """Return what a node is at the rate 0: ZERO, the node itself where it is the same, or None: who knows."""
    zero = [arg is ZERO for arg in args]
    if node is ZERO:
        return ZERO
    if node.op in ("add", "sub") and any(zero):
        left, right = args
        found = left if zero[1] else right if node.op == "add" else None
        return found if found is None or found is ZERO or found.shape == node.shape else None
    if node.op in ("mul", "matmul") and any(zero):
        return ZERO
    if (node.op in LINEAR and zero[0]) or (node.op == "solve" and zero[1]):
        return ZERO
    if node.op == "concat" and all(zero):
        return ZERO
    if all(a is b for a, b in zip(args, node.args, strict=True)):
        return node
    known = [
        arg for arg, old in zip(args, node.args, strict=True) if arg is not None and arg.shape == old.shape
    ]
    # making the node again rewrites 1*x into x
    return build(node.op, *known, params=node.params) if len(known) == len(args) else None
