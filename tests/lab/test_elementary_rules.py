"""Every elementary function, and every composition of two, against numbers computed by mpmath beforehand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdplay.engines.tape import evaluate
from gdplay.formula.derive import derive
from gdplay.formula.expr import symbol
from gdplay.formula.language import FUNCTIONS
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse
from gdplay.objective import from_text

KNOWN = json.loads((Path(__file__).parent / "elementary.json").read_text())
SMALLEST = 1e-14
ULPS = 64
EPS = 2.0**-52
FLAT = {"sign", "floor", "ceil", "round"}
X = symbol("x")


def formula(outer: str, inner: str) -> str:
    return f"{outer}({inner}(x))" if outer else f"{inner}(x)"


def by_inner() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in KNOWN["rows"]:
        found.setdefault(row[1], []).append(row)
    return found


def condition(outer: str, inner: str, x: float) -> float:
    """Return how much a relative error of the inner value can be magnified in the outer slope.

    The slope of tan at tan(x), say, is known no better than its argument.
    """
    if not outer:
        return 1.0
    u = float(from_text(f"{inner}(x)")([x]))
    slope = from_text(f"{outer}(x)")
    first, second = float(slope.gradient([u])[0]), float(slope.hessian([u])[0, 0])
    return 1.0 + abs(u * second / first) if first else 1.0


def test_every_function_of_one_argument_is_here() -> None:
    one = {name for name, word in FUNCTIONS.items() if word.most == 1 and not word.reduces and name != "eye"}
    assert one - FLAT == {row[1] for row in KNOWN["rows"]}
    n = len(one - FLAT)
    assert len(KNOWN["rows"]) + len(KNOWN["impossible"]) == n * (n + 1)


@pytest.mark.parametrize("inner", by_inner())
def test_gradient_is_the_known_number(inner: str) -> None:
    for outer, _, x, value, slope in by_inner()[inner]:
        f = from_text(formula(outer, inner))
        allowed = ULPS * EPS * condition(outer, inner, x)
        assert f([x]) == pytest.approx(value, rel=allowed, abs=SMALLEST), f.text
        assert f.gradient([x])[0] == pytest.approx(slope, rel=allowed, abs=SMALLEST), f.text


@pytest.mark.parametrize("inner", by_inner())
def test_derivation_ends_in_the_known_number(inner: str) -> None:
    for outer, _, x, _, slope in by_inner()[inner]:
        expr = parse(formula(outer, inner), Scope({"x": X}))
        told = derive(expr, X, shorten=False)
        (found,) = evaluate([told.together], {X: np.array([x])})
        allowed = ULPS * EPS * condition(outer, inner, x)
        assert found[0] == pytest.approx(slope, rel=allowed, abs=SMALLEST), formula(outer, inner)


@pytest.mark.parametrize("inner", by_inner())
def test_rule_is_named(inner: str) -> None:
    for outer, _, _, _, _ in by_inner()[inner]:
        expr = parse(formula(outer, inner), Scope({"x": X}))
        rules = [step.rule for step in derive(expr, X, shorten=False).steps]
        flat = {"relu"}  # its rule has the same name alone and in a chain
        if not outer:
            assert rules == [inner]
        else:
            assert rules == [outer if outer in flat else f"chain, {outer}", inner]
