"""Division by numbers that are known beforehand: no division, the same last bit."""

from __future__ import annotations

from gdplay.engines.compiled.ir import Value, fma

LARGEST = 1.7976931348623157e308
LARGE = 0x6000000000000000
"""A double has one of these bits where it is not smaller than 2^-511."""


class Guesses:
    """Quotients x/d by way of z = 1/d, and in which lanes they are right: in all but the oddest.

    One product and two fused ones give the correctly rounded quotient where nothing is close to overflow
    or underflow (Brisebarre, Muller & Raina 2004, algorithm 1, doi:10.1109/TC.2004.37). z is nan where
    d is not between 2^-100 and 2^100.
    """

    def __init__(self) -> None:
        self.large: Value | None = None
        self.total: Value | None = None

    def quotient(self, x: Value, d: Value, z: Value) -> Value:
        """Return x/d, subject to ``right``."""
        q = x * z
        result = fma(fma(-q, d, x), z, q)
        large = (x.bits() & LARGE).compare("ne", 0)
        self.large = large if self.large is None else self.large & large
        # an inf or nan among them shows in the sum
        self.total = result if self.total is None else self.total + result
        return result

    def right(self) -> Value | None:
        """Return the mask of lanes where all quotients are right, or None where there are none."""
        if self.large is None or self.total is None:
            return None
        return self.large & (abs(self.total) <= LARGEST)
