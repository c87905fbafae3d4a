"""Gradients against accuracy.json: each component within 64 units of rounding of its absolute path terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdplay.engines.tape import evaluate
from gdplay.formula.gradient import flat, gradient
from gdplay.formula.signature import read

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "accuracy.json").read_text(encoding="utf-8")
)
UNITS = 64
ROUNDING = 2.0**-53


def errors(case: dict[str, Any]) -> np.ndarray:
    """Return each component's error in units of rounding of the sum of its absolute path terms."""
    shapes = {name: tuple(shape) for name, shape in case["variables"].items()}
    formula = read(case["formula"], shapes)
    points, exact, paths = (np.array(column, dtype=float).T for column in zip(*case["points"], strict=True))
    values, at = {}, 0
    for node in formula.variables:
        size = int(np.prod(node.shape))
        values[node] = points[at : at + size].reshape(*node.shape, -1)
        at += size
    (found,) = evaluate([flat(gradient(formula.expr, formula.variables))], values)
    # a derivative below the normal numbers is exact to the last subnormal bit
    return np.abs(np.broadcast_to(found, exact.shape) - exact) / (ROUNDING * paths + 5e-324)


def test_the_list_is_long_and_varied() -> None:
    assert len({case["formula"] for case in CASES}) >= 150
    assert max(len(point) for case in CASES for point, _, _ in case["points"]) == 100


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["formula"])
def test_gradients_are_exact_to_64_units(case: dict[str, Any]) -> None:
    assert errors(case).max() <= UNITS


def test_half_of_all_components_are_exact_to_two_units() -> None:
    assert np.median(np.concatenate([errors(case).ravel() for case in CASES])) <= 2
