"""The problems of More, Garbow & Hillstrom have the values that are published for them."""

from __future__ import annotations

import pytest

from gdplay import function

# variables, f at the standard start, the minimum; six digits
STANDARD = {
    "extended_rosenbrock":         (2, 24.2, 0),
    "freudenstein_roth":           (2, 400.5, 0),
    "powell_badly_scaled":         (2, 1.13526, 0),
    "brown_badly_scaled":          (2, 9.99998e11, 0),
    "beale":                       (2, 14.2031, 0),
    "jennrich_sampson":            (2, 4171.31, 124.362),
    "helical_valley":              (3, 2500, 0),
    "bard":                        (3, 41.6817, 8.21488e-3),
    "gaussian":                    (3, 3.88811e-6, 1.12793e-8),
    "meyer":                       (3, 1.69361e9, 87.9459),
    "gulf":                        (3, 12.1107, 0),
    "box3d":                       (3, 1031.15, 0),
    "powell_singular":             (4, 215, 0),
    "colville":                    (4, 19192, 0),
    "kowalik_osborne":             (4, 5.31317e-3, 3.07506e-4),
    "brown_dennis":                (4, 7.92669e6, 85822.2),
    "osborne1":                    (5, 0.879026, 5.46489e-5),
    "biggs_exp6":                  (6, 0.77907, 0),
    "osborne2":                    (11, 2.09342, 4.01377e-2),
    "watson":                      (6, 30, 2.28767e-3),
    "penalty1":                    (4, 885.063, 2.24998e-5),
    "penalty2":                    (4, 2.34001, 9.37629e-6),
    "variably_dimensioned":        (10, 2.19855e6, 0),
    "trigonometric":               (10, 7.07576e-3, 0),
    "brown_almost_linear":         (10, 273.248, 0),
    "discrete_boundary_value":     (10, 7.88519e-4, 0),
    "discrete_integral_equation":  (10, 6.34168e-2, 0),
    "broyden_tridiagonal":         (10, 21, 0),
    "broyden_banded":              (10, 360, 0),
    "linear_full_rank":            (10, 50, 10),
    "linear_rank_1":               (10, 8.65867e6, 190 / 41),
    "linear_rank_1_zeros":         (10, 4.068e6, 454 / 74),
    "chebyquad":                   (8, 3.86177e-2, 3.51687e-3),
}  # fmt: skip


@pytest.mark.parametrize("name", STANDARD)
def test_standard_starts_have_the_published_values(name: str) -> None:
    n, at_start, least = STANDARD[name]
    f = function(name)
    assert f.size == n
    assert f(f.known.start) == pytest.approx(at_start, rel=1e-5)
    assert f.minimum == pytest.approx(least, rel=1e-5, abs=1e-12)
    assert f.formula.residuals is not None
