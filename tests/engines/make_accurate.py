"""Write accurate.json: arguments of the functions, and their values to the last bit (needs mpmath).

python tests/engines/make_accurate.py
"""

from __future__ import annotations

import json
from pathlib import Path

import mpmath as mp
import numpy as np

COUNT = 40
FILE = Path(__file__).with_name("accurate.json")
random = np.random.default_rng(5)


def uniform(low, high):
    return random.uniform(low, high, COUNT)


def sizes(low, high, signed=True):
    """Return numbers of all magnitudes between."""
    numbers = np.exp(random.uniform(np.log(low), np.log(high), COUNT))
    return numbers * random.choice([-1, 1], COUNT) if signed else numbers


def near(point):
    """Return a point's neighbours."""
    below, above = np.nextafter(point, -np.inf), np.nextafter(point, np.inf)
    return np.array([point, below, above])


# the double that comes closest to a multiple of pi/2 (Muller, Elementary Functions, 2016, table 11.2)
WORST = np.array([6381956970095103 * 2.0**797])
ANGLES = [
    uniform(-100, 100),
    sizes(1e-12, 1e9),
    np.arange(1, 30) * np.pi / 2,
    sizes(1e9, 1e300),
    WORST,
    near(2.0**30),
]
POSITIVE = [
    sizes(1e-308, 1e308, False),
    uniform(0.5, 2),
    near(1.0),
    near(np.sqrt(0.5)),
    near(np.sqrt(2)),
    np.array([5e-324, 1e-310]),
]

ARGUMENTS = {
    "exp": [uniform(-745, 709), sizes(1e-20, 1), near(709.78), near(-708.4), near(-745.13)],
    "expm1": [uniform(-38, 45), uniform(-1.1, 1.1), sizes(1e-20, 1), near(40.0), near(-40.0)],
    "log": POSITIVE,
    "log2": [*POSITIVE, 2.0 ** random.integers(-1000, 1000, 20)],
    "log10": [*POSITIVE, 10.0 ** np.arange(0, 22)],
    "log1p": [sizes(1e-20, 1e300, False), uniform(-1, 1), sizes(1e-20, 1e-2), near(-1 + 2.0**-30)],
    "sin": ANGLES, "cos": ANGLES, "tan": ANGLES,
    "sinh": [uniform(-710, 710), sizes(1e-20, 10), near(40.0)],
    "cosh": [uniform(-710, 710), sizes(1e-20, 10), near(709.0)],
    "tanh": [uniform(-20, 20), uniform(-1, 1), sizes(1e-20, 10), near(0.75), near(20.0)],
    "cbrt": [sizes(1e-308, 1e308), sizes(1e-322, 1e-309)],
    "asin": [uniform(-1, 1)], "acos": [uniform(-1, 1)], "atan": [sizes(1e-5, 1e5)],
    "asinh": [sizes(1e-5, 1e300), uniform(-2, 2)], "acosh": [uniform(1, 10), sizes(1, 1e300, False)],
    "atanh": [uniform(-1, 1)], "erf": [uniform(-6, 6), sizes(1e-20, 1)],
}  # fmt: skip

# x^y near overflow, near 1, of subnormals, with whole exponents
PAIRS = {
    "pow": [
        (sizes(1e-300, 1e300, False), uniform(-1, 1)),
        (uniform(0.5, 2), uniform(-1000, 1000)),
        (uniform(0.9, 1.1), uniform(-7000, 7000)),
        (-uniform(0, 10), np.round(uniform(-300, 300))),
        (sizes(1e-322, 1e-309, False), uniform(-0.9, 0.9)),
    ],
    "atan2": [(sizes(1e-5, 1e5), sizes(1e-5, 1e5))],
    "hypot": [(sizes(1e-300, 1e300), sizes(1e-300, 1e300)), (uniform(-3, 3), uniform(-3, 3))],
}


def exact(op, *args):
    """Return the double that is nearest to the value."""
    with mp.workprec(1400 if max(map(abs, args)) > 1e9 else 400):
        numbers = [mp.mpf(float(arg)) for arg in args]
        special = {
            "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
            "log1p": lambda x: mp.log(1 + x),
            "log2": lambda x: mp.log(x) / mp.log(2),
            "pow": lambda x, y: x ** (int(y) if y == int(y) and x < 0 else y),
        }
        try:
            return float(special.get(op, getattr(mp, op, None))(*numbers))
        except OverflowError:
            return float("inf")


def main():
    found = {}
    for op, parts in {**ARGUMENTS, **PAIRS}.items():
        columns = (
            [np.concatenate(p) for p in zip(*parts, strict=True)] if op in PAIRS else [np.concatenate(parts)]
        )
        results = [exact(op, *args) for args in zip(*columns, strict=True)]
        found[op] = {
            "arguments": [[float(x).hex() for x in c] for c in columns],
            "values": [r.hex() for r in results],
        }
    FILE.write_text(json.dumps(found, indent=0) + "\n")


if __name__ == "__main__":
    main()
