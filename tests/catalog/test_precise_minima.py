"""The stored minima are the true ones to the last digit, by Newton's method in 50 digits."""

from __future__ import annotations

import random

import numpy as np
import pytest
from polish_minima import polish

from gdplay import function
from gdplay.catalog import entry, names

ISOLATED = [
    name
    for name in names("functions")
    if entry("functions", name).node.get("minima") is not None
    and entry("functions", name).text("at") != "kink"
    and "singular" not in entry("functions", name).words("properties")
]


def check(name: str) -> None:
    f = function(name)
    assert f.known.minima is not None
    for stored in f.known.minima[:4]:
        x, value = polish(f, stored)
        # whole numbers are exact; the rounded constants of the formula move its minimum from there
        digits = 1e-13 if (stored == np.round(stored)).all() else 2.0**-50
        assert (
            np.abs(x.astype(float) - stored) <= np.where(stored == 0, 1e-15, digits * np.abs(stored))
        ).all()
        assert f(stored) == pytest.approx(float(value), rel=2e-11, abs=2e-12 if abs(value) < 1e-12 else 0)


@pytest.mark.parametrize("name", random.Random(1669).sample(ISOLATED, 12))
def test_a_sample_of_minima_has_all_its_digits(name: str) -> None:
    check(name)


@pytest.mark.full
@pytest.mark.parametrize("name", ISOLATED)
def test_every_minimum_has_all_its_digits(name: str) -> None:
    check(name)
