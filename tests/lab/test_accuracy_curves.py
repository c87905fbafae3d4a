"""The error of each numeric method against its step: truncation and rounding where theory puts them."""

from __future__ import annotations

import numpy as np
import pytest

from gdplay.accuracy import LEAST, Accuracy, accuracy
from gdplay.objective import from_text
from gdplay.plots.save import figure_bytes
from gdplay.plots.vcurve import draw_vcurve

POINT = np.array([1.1, 0.3])
# method: the slope of the truncation error, the range of the best step, the worst error there
THEORY = {
    "forward":      (1, 1e-10, 1e-6, 1e-6),
    "central":      (2, 1e-8, 1e-4, 1e-9),
    "five-point":   (4, 1e-5, 1e-2, 1e-11),
    "richardson":   (12, 1e-4, 2, 1e-12),
    "complex-step": (2, 1e-19, 1e-7, 1e-15),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Accuracy:
    return accuracy(from_text("exp(x)*sin(3x + y)/(1 + y^2)"), POINT)


def test_every_method_has_its_curve(found: Accuracy) -> None:
    assert {curve.method: curve.order for curve in found.curves} == {m: row[0] for m, row in THEORY.items()}
    assert found.refused == {}


def test_best_and_automatic_steps_are_where_theory_puts_them(found: Accuracy) -> None:
    for curve in found.curves:
        _, low, high, worst = THEORY[curve.method]
        step, error = curve.best
        assert low <= step <= high, curve.method
        assert LEAST <= error <= worst, curve.method
        assert curve.automatic[1] <= worst, curve.method


def test_truncation_has_the_methods_order(found: Accuracy) -> None:
    for curve in found.curves:
        if curve.method in ("forward", "central", "five-point"):
            right = (curve.steps > 5 * curve.best[0]) & (curve.errors < 1e-2) & (curve.errors > 1e-9)
            slope = np.polyfit(np.log(curve.steps[right]), np.log(curve.errors[right]), 1)[0]
            assert slope == pytest.approx(curve.order, abs=0.15), curve.method


def test_rounding_falls_with_the_step(found: Accuracy) -> None:
    (central,) = [curve for curve in found.curves if curve.method == "central"]
    left = (central.steps > 1e-13) & (central.steps < 1e-7)
    product = central.errors[left] * central.steps[left] / found.rounding
    assert 0.05 < np.median(product) < 20


def test_point_without_a_finite_gradient_is_refused() -> None:
    with pytest.raises(ValueError, match="f or its gradient is not finite here"):
        accuracy(from_text("sqrt(x)"), np.array([0.0]))


def test_method_that_is_not_possible_is_named() -> None:
    refused = accuracy(from_text("abs(x) + x^2"), np.array([1.5])).refused
    assert refused == {"complex-step": "the complex step needs an analytic function, and abs is none"}


def test_picture_has_both_marks_of_every_method(found: Accuracy) -> None:
    figure = draw_vcurve(found, "f at $x_1")
    (axes,) = figure.axes
    marks = {(line.get_marker(), *line.get_xydata()[0]) for line in axes.lines if len(line.get_xydata()) == 1}
    for curve in found.curves:
        assert ("*", *curve.best) in marks
        assert ("o", *curve.automatic) in marks
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert figure_bytes(figure, "svg") == figure_bytes(draw_vcurve(found, "f at $x_1"), "svg")
