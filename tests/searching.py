"""What the tests of line searches share: methods with a search, played for some steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gdplay.config.rules import catalogued
from gdplay.config.searches import searched
from gdplay.criteria import Criteria
from gdplay.engines.columns import Columns
from gdplay.formula.expr import Array
from gdplay.method import Choices, Method, make_method
from gdplay.objective import Function, from_text
from gdplay.search import Search

ROSENBROCK = from_text("f(x, y) = (1 - x)^2 + 100*(y - x^2)^2")
START = np.array([-1.2, 1.0])


def search(name: str, **numbers: float) -> Search:
    found = searched(name)
    return replace(found, hyperparameters={**found.hyperparameters, **numbers})


def method(rule: str, name: str, function: Function = ROSENBROCK, **numbers: float) -> Method:
    return make_method(function, catalogued(rule), Choices(learning_rate=search(name, **numbers)))


def played(m: Method, starts: Array, steps: int, **criteria: Any) -> tuple[Columns, list[Array]]:
    """Return the engine after so many steps, and every row: rate, point (n), f, for each run."""
    rows: list[Array] = []
    engine = Columns(
        m, starts.reshape(m.size, -1).copy(), Criteria(max_steps=steps, **criteria), logged=(m.point,)
    )
    engine.advance(steps + 1, lambda step, row: rows.append(row.copy()))
    return engine, rows
