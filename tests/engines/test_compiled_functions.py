"""The mathematical functions of the compiled engine: within 2 ulp, special values included."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from compiled_values import Loop, operation
from ulps import same, ulps

pytest.importorskip("llvmlite")

from gdplay.engines.compiled.quotient import Guesses

ACCURATE = json.loads(Path(__file__).with_name("accurate.json").read_text())

SPECIAL = np.array(
    [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, np.inf, -np.inf, np.nan, 1e308, -1e308, 5e-324, -5e-324, 1e-310]
)

LIBRARY = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "cbrt": np.cbrt, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh,
    "acosh": np.arccosh, "atanh": np.arctanh, "erf": np.vectorize(math.erf),
    "pow": np.power, "atan2": np.arctan2, "hypot": np.hypot, "fmod": np.fmod,
}  # fmt: skip
OF_TWO = ("pow", "atan2", "hypot", "fmod")


@pytest.mark.parametrize("op", ACCURATE)
@pytest.mark.parametrize("lanes", [8])
def test_functions_are_within_2_ulp(op: str, lanes: int) -> None:
    arguments = [np.array([float.fromhex(x) for x in column]) for column in ACCURATE[op]["arguments"]]
    exact = np.array([float.fromhex(x) for x in ACCURATE[op]["values"]])
    apart = ulps(operation(op, *arguments, lanes=lanes), exact)
    worst = int(np.argmax(apart))
    assert apart[worst] <= 2, (op, [a[worst] for a in arguments], exact[worst], apart[worst])


@pytest.mark.parametrize("op", LIBRARY)
def test_special_values_are_numpys(op: str) -> None:
    arguments = [SPECIAL]
    if op in OF_TWO:
        arguments = [np.array(column) for column in zip(*itertools.product(SPECIAL, SPECIAL), strict=True)]
    with np.errstate(all="ignore"):
        expected = LIBRARY[op](*arguments)
    found = operation(op, *arguments)
    exactly = ~np.isfinite(expected) | (expected == 0) | (np.abs(expected) == 1)
    assert same(found[exactly], expected[exactly])
    assert np.all(ulps(found, expected) <= 4), op


@pytest.mark.parametrize("op", ["exp", "log", "sin", "pow", "tanh"])
def test_a_lane_does_not_see_its_neighbours(op: str) -> None:
    usual = np.linspace(0.1, 3.0, 40)
    arguments = (usual, usual) if op == "pow" else (usual,)
    alone = operation(op, *arguments)
    mixed = [np.where(np.arange(40) % 3 == 0, 1e300, a) for a in arguments]
    beside = operation(op, *mixed)
    kept = np.arange(40) % 3 != 0
    assert same(beside[kept], alone[kept])
    assert same(operation(op, *arguments, lanes=2), alone)
    assert same(operation(op, *arguments, lanes=16), alone)


def test_division_by_a_known_number_is_exact_where_it_says_so() -> None:
    random = np.random.default_rng(3)
    x = np.concatenate([random.uniform(-4, 4, 4000), SPECIAL, [1e-300, 1e-305, -1e307, 1e150, 1e-140]])
    for d in (0.1, 3.0, 1 - 0.999, 1 - 0.9**7, np.nextafter(2.0, 1.0), 1e-20, -7e10, np.nan):
        divisor = np.full_like(x, d)
        with np.errstate(all="ignore"):
            expected = x / divisor
        loop, guesses = Loop(3, 8), Guesses()
        result = guesses.quotient(*loop.args)
        right = guesses.right()
        assert right is not None
        found, sure = loop.call([result, right], (x, divisor, 1.0 / divisor))
        assert same(found[sure == 1], expected[sure == 1]), d
        assert np.isnan(d) or np.all(sure[:4000] == 1), d
        assert not np.any(sure[~np.isfinite(expected) | (expected == 0)])


@pytest.mark.parametrize("bits", [5, 6, 7])
def test_the_division_of_brisebarre_muller_raina_in_few_bits(bits: int) -> None:
    """All quotients of numbers with few bits: the algorithm with each operation rounded, in fractions."""
    numbers = range(1 << (bits - 1), 1 << bits)

    def rounded(value: Fraction) -> Fraction:
        if not value:
            return value
        size = abs(value)
        exponent = math.floor(math.log2(size)) - bits + 1
        unit = Fraction(2) ** exponent
        return round(value / unit) * unit

    for d in numbers:
        z = rounded(Fraction(1, d))
        for x in numbers:
            q = rounded(x * z)
            assert rounded(q + rounded(x - q * d) * z) == rounded(Fraction(x, d)), (x, d)
