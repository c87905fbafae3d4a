"""Print the polynomials of gdplay/engines/compiled/constants.py: interpolation at Chebyshev's nodes."""

from __future__ import annotations

import mpmath as mp

mp.mp.dps = 60


def interpolated(function, low, high, degree):
    """Return the coefficients, the constant one first, as doubles, and the largest error times the weight."""
    nodes = [
        (low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2))
        for k in range(degree + 1)
    ]
    matrix = mp.matrix(degree + 1, degree + 1)
    for i, node in enumerate(nodes):
        for j in range(degree + 1):
            matrix[i, j] = node**j
    found = mp.lu_solve(matrix, mp.matrix([function(node) for node in nodes]))
    coefficients = [float(c) for c in found]
    points = [low + (high - low) * k / 400 for k in range(401)]
    error = max(abs(sum(c * p**j for j, c in enumerate(coefficients)) - function(p)) for p in points if p)
    return coefficients, mp.log(error, 2)


def exp_tail(r):
    return mp.hyp1f1(1, 3, r) / 2  # (exp(r) - 1 - r)/r^2 without cancellation


def sin_tail(z):
    x = mp.sqrt(z)
    return (mp.sin(x) - x) / x**3 if z else -mp.mpf(1) / 6


def cos_tail(z):
    x = mp.sqrt(z)
    return (mp.cos(x) - 1 + z / 2) / z**2 if z else mp.mpf(1) / 24


def log_tail(terms):
    def tail(z):
        s = mp.sqrt(z)
        if not z:
            return mp.mpf(2) / (2 * terms + 1)
        known = sum(2 * s ** (2 * k + 1) / (2 * k + 1) for k in range(terms))
        return (mp.log((1 + s) / (1 - s)) - known) / s ** (2 * terms + 1)

    return tail


QUARTER = (mp.pi / 4 * mp.mpf("1.001")) ** 2
HALF = mp.log(2) / 2 * mp.mpf("1.001")
NARROW = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.001")

TABLE = {
    "EXP": (exp_tail, -HALF, HALF, 10),
    "SIN": (sin_tail, mp.mpf(0), QUARTER, 6),
    "COS": (cos_tail, mp.mpf(0), QUARTER, 6),
    "LOG": (log_tail(1), mp.mpf(0), NARROW, 6),
    "LOG_LONG": (log_tail(2), mp.mpf(0), NARROW, 7),
}

if __name__ == "__main__":
    for name, row in TABLE.items():
        coefficients, error = interpolated(*row)
        print(f"# error 2^{float(error):.1f}")
        print(f"{name} = (\n" + "".join(f"    {c!r},\n" for c in coefficients) + ")")
