"""The mathematical functions on vectors, within 2 ulp."""

from __future__ import annotations

from gdplay.engines.compiled.functions import Function, unless
from gdplay.engines.compiled.ir import Value, fma


def quotient(x: Value, d: Value, z: Value) -> Value:
    """Return x/d, correctly rounded, where z is 1/d rounded: one product and two fused ones.

    Brisebarre, Muller & Raina 2004, algorithm 1, doi:10.1109/TC.2004.37. It needs numbers far from
    overflow and underflow; z is nan where d is not, other lanes are divided.
    """
    q = x * z
    result = fma(fma(-q, d, x), z, q)
    safe = (abs(x) >= 2.0**-900) & (abs(result) <= 2.0**1000)
    return unless(~safe, result, lambda: x / d)


FUNCTIONS: dict[str, Function] = {
    "quotient": Function("gd.quotient", 3, quotient),
}
BY_SYMBOL = {function.name: function for function in FUNCTIONS.values()}
