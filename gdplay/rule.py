"""An optimizer as equations: its text read into the updates of the point and of what it remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from gdplay.errors import FormulaError
from gdplay.formula.expr import Array, Expr, Shape, array, const, symbol
from gdplay.formula.parse import Scope, parse, parse_updates
from gdplay.formula.words import spread

GIVEN = ("x", "g", "lr", "t", "noise", "n", "i")
"""The names that every rule sees beside its own; of these it may assign x only."""


@dataclass(frozen=True)
class Rule:
    """An optimizer's equations as text, in the form that catalogue and configs share."""

    name: str
    step: str
    learning_rate: float = 0.01
    hyperparameters: Mapping[str, float] = field(default_factory=dict[str, float])
    state: Mapping[str, str] = field(default_factory=dict[str, str])
    summary: str = ""
    cite: str = ""

    @property
    def owns(self) -> frozenset[str]:
        """The hyperparameters that the rule uses itself, ``weight_decay`` perhaps among them."""
        return frozenset(self.hyperparameters)


@dataclass(frozen=True)
class Memory:
    """One remembered quantity: its symbol, its value before the first step, its value after a step."""

    name: str
    before: Expr
    start: Expr
    after: Expr


@dataclass(frozen=True)
class Updates:
    """What one step does: the next point, and each remembered quantity."""

    point: Expr
    memory: tuple[Memory, ...]


def read_rule(rule: Rule, names: Mapping[str, Expr], functions: Mapping[str, Callable[..., Expr]]) -> Updates:
    """Return a rule's updates, given the expressions of x, g, lr, t, noise and the hyperparameters.

    A remembered quantity has the shape of its update: the smallest shapes that fit are found by trying.
    Raises FormulaError.
    """
    point = names["x"]
    vector = point.shape
    given = {**names, "n": const(float(vector[0])), "i": array(np.arange(1.0, vector[0] + 1.0))}
    starts = {name: parse(text, Scope(dict(given), functions)) for name, text in rule.state.items()}
    shapes: dict[str, Shape] = {name: start.shape or vector for name, start in starts.items()}

    def attempt(trial: dict[str, Shape]) -> tuple[dict[str, Expr], dict[str, Expr]]:
        before = {name: symbol(name, shape, "state") for name, shape in trial.items()}
        scope = Scope({**given, **before}, functions)
        return before, parse_updates(rule.step, scope, frozenset(before) | {"x"}, frozenset(given) - {"x"})

    def settled(trial: dict[str, Shape]) -> dict[str, Shape]:
        for _ in range(len(trial) + 2):
            _, after = attempt(trial)
            found = {name: after[name].shape if name in after else trial[name] for name in trial}
            if found == trial:
                break
            trial = found
        return trial

    shapes = settled(shapes)
    for name, start in starts.items():
        if shapes[name] == vector and not start.shape:
            trial = {**shapes, name: ()}
            try:
                if settled(trial) == trial:
                    shapes = trial
            except FormulaError:
                continue
    before, after = attempt(shapes)
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
        Memory(name, before[name], spread(starts[name], shapes[name]), after.get(name, before[name]))
        for name in rule.state
    )
    return Updates(spread(moved, vector), memory)


def start_values(memory: tuple[Memory, ...], values: Mapping[Expr, Array], runs: int) -> list[Array]:
    """Return what each remembered quantity is before the first step: shape + (runs,)."""
    from gdplay.engines.tape import evaluate

    found = evaluate([m.start for m in memory], values)
    return [np.array(np.broadcast_to(a, (*a.shape[:-1], runs))) for a in found]
