"""Critical points and what the Hessian says of a point."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gdplay.critical import critical_points
from gdplay.curvature import curvature
from gdplay.objective import from_text, function

# Himmelblau's nine: each solves both equations of the gradient (checked in the test)
HIMMELBLAU = {
    "minimum": [(3, 2), (3.584428340330, -1.848126526964), (-3.779310253378, -3.283185991286),
                (-2.805118086953, 3.131312518250)],
    "saddle": [(3.385154183607, 0.073851879838), (0.086677504556, 2.884254701175),
               (-3.073025750764, -0.081353044288), (-0.127961346731, -1.953714980445)],
    "maximum": [(-0.270844590667, -0.923038556480)],
}  # fmt: skip


def test_himmelblau_has_nine() -> None:
    found = critical_points(function("himmelblau"))
    assert [point.f for point in found] == sorted(point.f for point in found)
    for kind, places in HIMMELBLAU.items():
        points = [point.x for point in found if point.kind == kind]
        assert len(points) == len(places)
        for x, y in places:
            assert abs(4 * x * (x * x + y - 11) + 2 * (x + y * y - 7)) < 1e-7
            assert min(math.hypot(p[0] - x, p[1] - y) for p in points) < 1e-9


# formula, (kind, point) of every critical point, lowest f first
EXAMPLES = [
    ("x^3 - 3x", [("minimum", [1]), ("maximum", [-1])]),
    ("x^2 - y^2", [("saddle", [0, 0])]),
    ("x^4", [("degenerate", [0])]),
    ("x^3", [("degenerate", [0])]),
    ("x^2 + y^4", [("degenerate", [0, 0])]),
    ("(x^2 - 1)^2 + y^2", [("minimum", [-1, 0]), ("minimum", [1, 0]), ("saddle", [0, 0])]),
    ("-x^2 - y^2", [("maximum", [0, 0])]),
    ("x + y", []),
    ("exp(x)", []),
    ("abs(x) + y^2", []),
    ("max(x, 0)", []),
]


@pytest.mark.parametrize(("text", "wanted"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_kinds_and_places(text: str, wanted: list[tuple[str, list[float]]]) -> None:
    found = critical_points(from_text(text))
    assert [point.kind for point in found] == [kind for kind, _ in wanted]
    for point, (_, place) in zip(found, wanted, strict=True):
        np.testing.assert_allclose(point.x, place, atol=1e-6)


def test_search_is_seeded() -> None:
    f = function("styblinski_tang")
    first, again = critical_points(f, seed=5), critical_points(f, seed=5)
    assert [p.x.tobytes() for p in first] == [p.x.tobytes() for p in again]
    assert len(first) == 9


def test_curvature_of_a_valley() -> None:
    """Rosenbrock at (1, 1): H = [[802, -400], [-400, 200]], trace 1002, determinant 400."""
    found = curvature(function("rosenbrock").hessian([1.0, 1.0]))
    root = math.sqrt(501**2 - 400)
    assert found.eigenvalues == pytest.approx([501 - root, 501 + root], rel=1e-9)
    assert found.condition == pytest.approx((501 + root) / (501 - root), rel=1e-9)
    assert found.smoothness == pytest.approx(501 + root, rel=1e-12)
    assert found.largest_rate == pytest.approx(2 / (501 + root), rel=1e-12)
    assert found.kind == "minimum"


def test_largest_rate_is_where_descent_stops_to_converge() -> None:
    f = from_text("x^2 + 10*y^2")
    rate = curvature(f.hessian([0.0, 0.0])).largest_rate
    assert rate == 0.1
    for factor, comes_closer in ((0.99, True), (1.01, False)):
        x = np.array([1.0, 1.0])
        for _ in range(500):
            x = x - factor * rate * f.gradient(x)
        assert bool(np.abs(x).max() < 1) is comes_closer


@pytest.mark.parametrize(
    ("matrix", "kind", "condition", "rate"),
    [
        ([[2.0, 0.0], [0.0, 8.0]], "minimum", 4.0, 0.25),
        ([[-2.0, 0.0], [0.0, -8.0]], "maximum", 4.0, None),
        ([[-2.0, 0.0], [0.0, 8.0]], "saddle", 4.0, 0.25),
        ([[0.0, 0.0], [0.0, 8.0]], "degenerate", math.inf, 0.25),
        ([[0.0]], "degenerate", math.nan, None),
    ],
)
def test_kind_condition_and_rate(
    matrix: list[list[float]], kind: str, condition: float, rate: float | None
) -> None:
    found = curvature(np.array(matrix))
    assert (found.kind, found.largest_rate) == (kind, rate)
    assert found.condition == pytest.approx(condition, nan_ok=True)


def test_hessian_that_is_not_finite_is_degenerate() -> None:
    found = curvature(np.array([[np.nan, 0.0], [0.0, 1.0]]))
    assert found.kind == "degenerate"
    assert found.largest_rate is None
