"""An optimizer as equations: its text read into the updates of the point and of what it remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from gdplay.errors import FormulaError
from gdplay.formula.expr import Array, Expr, Shape, array, const, symbol
from gdplay.formula.scope import Scope
from gdplay.formula.statements import Statement, parse, parse_updates
from gdplay.formula.words import spread

GIVEN = ("x", "g", "lr", "t", "noise", "n", "i", "inner")
"""The names that every rule sees beside its own; of these it may assign x only.

``inner`` is the next point of the rule that a wrapper wraps.
"""

UNKNOWN_AT_START = ("g", "lr", "t", "noise", "inner")
"""What a start value can't refer to: it does not exist before the first step."""

MOST_VECTORS = 3
"""So many remembered quantities at once are tried as vectors where a rule refuses numbers for them."""


@dataclass(frozen=True)
class Rule:
    """An optimizer's equations as text, in the form that catalogue and configs share.

    ``convention`` tells whose form of the optimizer this is; ``inner`` is the rule that it wraps.
    """

    name: str
    step: str
    learning_rate: float = 0.01
    hyperparameters: Mapping[str, float] = field(default_factory=dict[str, float])
    state: Mapping[str, str] = field(default_factory=dict[str, str])
    summary: str = ""
    cite: str = ""
    convention: str = ""
    inner: Rule | None = None

    @property
    def title(self) -> str:
        """The name, with that of the rule it wraps."""
        return f"{self.name} of {self.inner.title}" if self.inner else self.name

    @property
    def owns(self) -> frozenset[str]:
        """The hyperparameters that the rule uses itself, ``weight_decay`` perhaps among them."""
        return frozenset(self.defaults)

    @property
    def defaults(self) -> dict[str, float]:
        """The hyperparameters of the rule and of what it wraps, with their defaults."""
        return {**self.hyperparameters, **(self.inner.defaults if self.inner else {})}

    @property
    def remembered(self) -> frozenset[str]:
        """The names of the state of the rule and of what it wraps."""
        return frozenset(self.state) | (self.inner.remembered if self.inner else frozenset())


@dataclass(frozen=True)
class Memory:
    """One remembered quantity: its symbol, its value before the first step, its value after a step."""

    name: str
    before: Expr
    start: Expr
    after: Expr


@dataclass(frozen=True)
class Updates:
    """What one step does: the next point, each remembered quantity, and the statements that say so."""

    point: Expr
    memory: tuple[Memory, ...]
    statements: tuple[Statement, ...]


def read_rule(rule: Rule, names: Mapping[str, Expr], functions: Mapping[str, Callable[..., Expr]]) -> Updates:
    """Return a rule's updates, given the expressions of x, g, lr, t, noise and the hyperparameters.

    Raises FormulaError.
    """
    point = names["x"]
    vector = point.shape
    own = rule.defaults.keys() - rule.hyperparameters.keys()
    given = {name: value for name, value in names.items() if name not in own}
    given |= {"n": const(float(vector[0])), "i": array(np.arange(1.0, vector[0] + 1.0))}
    wrapped: tuple[Memory, ...] = ()
    earlier: tuple[Statement, ...] = ()
    if rule.inner is not None:
        hidden = rule.hyperparameters.keys()
        seen = {name: value for name, value in names.items() if name not in hidden}
        inner = read_rule(rule.inner, seen, functions)
        given["inner"], wrapped, earlier = inner.point, inner.memory, inner.statements
    known = {name: value for name, value in given.items() if name not in UNKNOWN_AT_START}
    starts = {name: parse(text, Scope(dict(known))) for name, text in rule.state.items()}

    def attempt(shapes: Mapping[str, Shape]) -> tuple[dict[str, Expr], list[Statement]]:
        before = {name: symbol(name, shape, "state") for name, shape in shapes.items()}
        scope = Scope({**given, **before}, functions)
        return before, parse_updates(rule.step, scope, frozenset(given) - {"x"})

    before, statements = attempt(_shapes(attempt, starts, vector))
    after = last_values(statements)
    if "x" not in after:
        raise FormulaError(
            "the rule never assigns x", "end with, for example, x = x - lr*g", rule.step, (0, 1)
        )
    moved = after["x"]
    if moved.shape not in (vector, ()):
        raise FormulaError(
            f"x has shape {vector}, but the rule gives it {moved.shape}", "", rule.step, (0, 1)
        )
    memory = tuple(
        Memory(name, before[name], spread(starts[name], before[name].shape), after.get(name, before[name]))
        for name in rule.state
    )
    return Updates(spread(moved, vector), (*wrapped, *memory), (*earlier, *statements))


def last_values(statements: Iterable[Statement]) -> dict[str, Expr]:
    """Return the last value of every name that the statements assign."""
    return {statement.name: statement.value for statement in statements}


Attempt = Callable[[Mapping[str, Shape]], tuple[dict[str, Expr], list[Statement]]]


def _shapes(attempt: Attempt, starts: Mapping[str, Expr], vector: Shape) -> dict[str, Shape]:
    """Return the smallest shapes of the remembered quantities at which every update keeps its shape.

    A start that is a number leaves open whether a number or a vector is remembered: numbers are
    tried first, then as few vectors as the rule's equations ask for.
    """
    smallest = {name: start.shape for name, start in starts.items()}
    open_ones = [name for name, shape in smallest.items() if not shape]
    for count in range(min(len(open_ones), MOST_VECTORS) + 1):
        for vectors in combinations(open_ones, count):
            try:
                return _settled(attempt, smallest | dict.fromkeys(vectors, vector))
            except FormulaError:
                continue
    return _settled(attempt, smallest | dict.fromkeys(open_ones, vector))


def _settled(attempt: Attempt, shapes: dict[str, Shape]) -> dict[str, Shape]:
    """Return the shapes that the updates give, from these shapes on."""
    for _ in range(len(shapes) + 2):
        after = last_values(attempt(shapes)[1])
        found = {name: after[name].shape if name in after else shapes[name] for name in shapes}
        if found == shapes:
            return shapes
        shapes = found
    return shapes


def start_values(memory: tuple[Memory, ...], given: Mapping[Expr, Array], runs: int) -> list[Array]:
    """Return what each remembered quantity is before the first step: shape + (runs,)."""
    from gdplay.engines.tape import evaluate

    # a hyperparameter may be a formula in t: its first value counts
    found = evaluate([m.start for m in memory], {symbol("t", (), "step"): np.ones(1), **given})
    return [np.array(np.broadcast_to(a, (*a.shape[:-1], runs))) for a in found]
