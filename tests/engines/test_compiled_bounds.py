"""The few tests that stand for a step's many: where they can't tell, the conditions themselves decide."""

from __future__ import annotations

import numpy as np
import pytest
from test_compiled_columns import assert_same_results, carried, config, rates, starts
from ulps import same

pytest.importorskip("llvmlite")

from gdplay.engines.columns import Columns
from gdplay.engines.compiled.bounds import Bounds, limit
from gdplay.engines.compiled.build import plan
from gdplay.engines.compiled.columns import CompiledColumns
from gdplay.formula.expr import build, symbol

STEEP = "f(x, y, z) = (1e80*x)^2 + y^2 + x*z"
"""Its gradient overflows when squared, at the start already."""


FUNCTIONS = [
    "f(x, y) = (1 - x)^2 + 100*(y - x^2)^2",
    STEEP,
    "f(x, y, z) = x^3*y + y^4/z + z^2",
    "f(x) = 1/(x - 1)^2",
    "f(x, y) = 3*x + y^2",
    "f(x, y) = abs(x)/y + max(x, y)",
]


@pytest.mark.parametrize("diverged", [1e-200, 1.5, 30.0, 1e10, 1e308])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_runs_end_where_the_conditions_say(function: str, diverged: float) -> None:
    start = (1.5, 2.0, 3.0)[: 1 + function.partition(")")[0].count(",")]
    run = config(function, start, "momentum", stop={"max_steps": 40, "diverged": diverged})
    points = starts(run, nasty=True)
    points[:, 6], points[0, 7], points[-1, 8] = 1e160, np.inf, -1e300
    arguments = (run.method, points, run.criteria, None, (run.method.point,), rates(run, 1e-8, 3.0))
    reference, expected = carried(Columns(*arguments), 41)
    engine, found = carried(CompiledColumns(*arguments, threads=1), 41)
    assert_same_results(engine, reference)
    assert all(same(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    "bound", [0.0, 1e-200, 1e-120, 3.0, 1e10, 1e155, 1.7976931348623157e308, np.inf, np.nan]
)
def test_no_square_below_the_limit_is_of_a_number_beyond_the_bound(bound: float) -> None:
    numbers = np.concatenate([np.geomspace(5e-324, 1e308, 5000), [0.0, np.inf, np.nan]])
    with np.errstate(over="ignore", under="ignore"):
        below = numbers[numbers**2 <= limit(bound)]
    assert np.all(below <= bound)
    asked_in_time = 1e-140 < bound < 1e150
    assert not asked_in_time or below.max() > 0.3 * bound


def test_every_step_asks_about_its_bounds_first() -> None:
    run = config(stop={"max_steps": 5, "gradient_norm": 1e-3})
    step = plan(run.method, run.criteria, (), run.method.parameters).quiet
    bounds, others = Bounds.of(step.program, step.conditions)
    assert sorted(len(numbers) for numbers in bounds.within.values()) == [1, 2, 2]  # f, x and y, the gradient
    assert len(others) == 2  # gradient_norm, max_steps


def test_other_conditions_are_no_bounds() -> None:
    from gdplay.engines.compiled.lower import lower
    from gdplay.engines.compiled.program import Program

    program = Program(100)
    u, v = symbol("u"), symbol("v")
    leaves = {node: np.array(program.add("leaf", param=(node.params[0], 0))) for node in (u, v)}
    nodes = [build("not", build("le", abs(u), v)), build("not", build("le", u, 3.0)), build("lt", u, v)]
    numbers = [int(ids) for ids in lower(program, nodes, leaves)]
    assert Bounds.of(program, numbers) == (Bounds({}), numbers)
