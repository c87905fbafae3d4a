"""Sums and products with their rounding errors, in vectors."""

from __future__ import annotations

from gdplay.engines.compiled.ir import Value, fma


def two_sum(a: Value, b: Value) -> tuple[Value, Value]:
    """Return a + b and its rounding error (Knuth, The Art of Computer Programming 2, 4.2.2)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def quick_sum(a: Value, b: Value | float) -> tuple[Value, Value]:
    """Return a + b and its rounding error where a is 0 or has the larger exponent (Dekker 1971)."""
    s = a + b
    return s, a.like(b) - (s - a)


def two_product(a: Value, b: Value | float) -> tuple[Value, Value]:
    """Return a*b and its rounding error."""
    p = a * b
    return p, fma(a, b, -p)
