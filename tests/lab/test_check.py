"""The check of analytic against numeric derivatives: verdicts and reasons, each by its smallest example."""

from __future__ import annotations

import numpy as np
import pytest

from gdplay.catalog import names
from gdplay.check import AGREE, DIFFER, LIMITS, SUSPICIOUS, Case, Compared, check_all, check_point, line
from gdplay.formula import ops
from gdplay.formula.numeric import NotAnalyticError
from gdplay.lesson import sample
from gdplay.objective import Function, from_text, function

METHODS = tuple(LIMITS)


def case(text: str, *point: float) -> Case:
    return Case(from_text(text), np.array(point, dtype=float))


def first(text: str, *point: float, method: str = "central", step: float | None = None) -> Compared:
    return check_point(case(text, *point), method, step)[0]


# formula, point, verdict, reason
VERDICTS = [
    ("x^2*y", [1.5, 2], AGREE, ""),
    ("sin(x)*exp(y)", [0.3, -1], AGREE, ""),
    # kinks: a value between the slopes of the two sides is accepted
    ("abs(x)", [0], AGREE, "a kink: the slope is -1 before and 1 behind it; 0 lies between"),
    ("max(x, 0)", [0], AGREE, "a kink: the slope is 0 before and 1 behind it; 0 lies between"),
    ("relu(x) + 2x", [0], AGREE, "a kink: the slope is 2 before and 3 behind it; 2 lies between"),
    ("max(x, 3x)", [0], AGREE, "a kink: the slope is 1 before and 3 behind it; 2 lies between"),
    ("hypot(x, y)", [0, 0], AGREE, "a kink: the slope is -1 before and 1 behind it; 0 lies between"),
    # kinks inside that cancel: f is x, the conventions give 0
    ("max(x, 0) - max(-x, 0)", [0], DIFFER, "f is smooth here, but a part of the formula may have a kink"),
    # not differentiable
    ("where(x > 0, 1, 0)", [0], SUSPICIOUS, "f jumps here: not differentiable"),
    ("floor(x) + x", [1], SUSPICIOUS, "f jumps here: not differentiable"),
    ("cbrt(x)", [0], SUSPICIOUS, "the slope grows without bound: not differentiable here"),
    # not finite
    ("sqrt(x)", [0], SUSPICIOUS, "f is not finite a step away: the edge of its domain"),
    ("log(x)", [-1], SUSPICIOUS, "f is nan here: there is nothing to compare"),
    ("1/x", [0], SUSPICIOUS, "f is inf here: there is nothing to compare"),
    # rounding
    ("1e12 + x^2", [1], SUSPICIOUS, "cancellation: f is 1e+12, its difference over a step keeps few digits"),
    # both 0
    ("(x - 1)^3", [1], AGREE, "both are 0 within the method's own error"),
    ("5 + x^2", [0], AGREE, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "point", "verdict", "reason"), VERDICTS, ids=[f"{row[0]} at {row[1]}" for row in VERDICTS]
)
def test_verdict_and_reason(text: str, point: list[float], verdict: str, reason: str) -> None:
    found = first(text, *point)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_numbers_are_those_of_the_two_gradients() -> None:
    f = from_text("x^3*y + sin(y)")
    found = check_point(Case(f, np.array([1.5, 0.7])), "central", 1e-4)
    assert [row.name for row in found] == ["x", "y"]
    assert [row.analytic for row in found] == f.gradient([1.5, 0.7]).tolist()
    assert [row.numeric for row in found] == f.gradient([1.5, 0.7], "central", 1e-4).tolist()
    for row in found:
        assert row.error == abs(row.analytic - row.numeric) / max(abs(row.analytic), abs(row.numeric))


def test_small_component_is_measured_by_the_largest() -> None:
    """The floor: next to 2e8, an error of 1e-8 in a component of 0 is rounding."""
    found = check_point(case("1e8*x^2 + (y - 1)^3", 1, 1))[1]
    assert found.analytic == 0.0
    assert found.error == pytest.approx(abs(found.numeric) / (2.0**-26 * 2e8), rel=1e-6)


@pytest.mark.parametrize(
    ("step", "verdict", "reason"),
    [
        (0.05, SUSPICIOUS, "the step 0.05 is too large: central with 6e-06 agrees"),
        (1e-13, SUSPICIOUS, "cancellation: f is 20, its difference over a step keeps few digits; "
                            "the step is too small"),
        (1e-5, AGREE, ""),
    ],
)  # fmt: skip
def test_step_is_blamed(step: float, verdict: str, reason: str) -> None:
    found = first("exp(x)", 3, step=step)
    assert (found.verdict, found.reason) == (verdict, reason)


def wrong(f: Function) -> Function:
    """Return the function with a gradient that is 1e-3 off."""

    class Wrong(Function):
        def gradient(self, x: object, method: str = "analytic", step: float | None = None) -> np.ndarray:
            found = super().gradient(x, method, step)
            return found * 1.001 if method == "analytic" else found

    return Wrong(f.formula, f.values)


@pytest.mark.parametrize("method", METHODS)
def test_wrong_gradient_is_found_by_every_method(method: str) -> None:
    smooth = from_text("x^2*y + sin(x)")
    right = check_point(Case(smooth, np.array([1.3, 0.4])), method)
    off = check_point(Case(wrong(smooth), np.array([1.3, 0.4])), method)
    assert {row.verdict for row in right} == {AGREE}
    assert {row.verdict for row in off} == {SUSPICIOUS if method == "forward" else DIFFER}


def test_wrong_gradient_is_found_along_random_directions() -> None:
    f = function({"name": "rosenbrock", "dimension": 60})
    point = np.linspace(0.5, 1.5, 60)
    right, off = check_point(Case(f, point), "five-point"), check_point(Case(wrong(f), point), "five-point")
    assert [row.name for row in right] == [f"direction {k}" for k in range(1, 11)]
    assert {row.verdict for row in right} == {AGREE}
    assert {row.verdict for row in off} == {DIFFER}


def test_line_is_the_function_along_a_direction() -> None:
    f = from_text("x^2*y")
    along = line(f, np.array([1.0, 2.0]), np.array([3.0, -1.0]))
    assert along([0.5]) == f([2.5, 1.5])
    assert along.gradient([0.5])[0] == pytest.approx(f.gradient([2.5, 1.5]) @ [3.0, -1.0], rel=1e-14)


def test_all_methods_side_by_side() -> None:
    found = check_all(case("abs(x) + y^2", 1, 1))
    assert list(found) == list(METHODS)
    assert found["complex-step"] == "the complex step needs an analytic function, and abs is none"
    for method in METHODS[:-1]:
        assert [row.verdict for row in found[method]] == [AGREE, AGREE]  # type: ignore[union-attr]
    with pytest.raises(NotAnalyticError):
        check_point(case("abs(x)", 1), "complex-step")


@pytest.mark.parametrize("name", names("functions")[::6])
def test_catalogued_functions_agree_with_their_differences(name: str) -> None:
    f = function(name)
    for k in range(3):
        found = check_point(Case(f, sample(f, 3, 1)[:, k]), "central")
        assert [(row.name, row.reason) for row in found if row.verdict == DIFFER] == []


def test_broken_rule_of_the_table_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ops.TABLE["sin"]
    monkeypatch.setitem(ops.TABLE, "sin", type(row)(lambda g, y, a: (g * a,), row.numpy))
    assert first("sin(x)^3", 0.7).verdict == DIFFER


def test_random_points_are_seeded_and_in_the_domain() -> None:
    f = function("branin")
    first_points, again, others = sample(f, 50, 3), sample(f, 50, 3), sample(f, 50, 4)
    assert first_points.tobytes() == again.tobytes() != others.tobytes()
    assert f.known.domain is not None
    for row, pair in zip(first_points, f.known.domain, strict=True):
        assert pair is not None
        assert pair[0] <= row.min() <= row.max() <= pair[1]
