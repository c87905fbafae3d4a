"""The constants of the mathematical functions: splittings of ln 2 and pi, and polynomials.

benchmarks/minimax.py makes the polynomials, by interpolation at Chebyshev's nodes in 60 digits.
"""

from __future__ import annotations

TINY, HUGE = 2.0**-1022, 1.7976931348623157e308
MAGIC = 1.5 * 2.0**52
"""Added and taken away, it rounds to a whole number, whose lowest bits then stand in the sum's."""

LN2 = (float.fromhex("0x1.62e42fefa39efp-1"), float.fromhex("0x1.abc9e3b39803fp-56"))
LN2_SHORT = (float.fromhex("0x1.62e42fefa3000p-1"), float.fromhex("0x1.3de6af278ece6p-42"))
"""ln 2 with 41 bits, so that its multiples are exact, and the rest."""
PER_LN2 = (float.fromhex("0x1.71547652b82fep+0"), float.fromhex("0x1.777d0ffda0d24p-56"))
PER_LN10 = (float.fromhex("0x1.bcb7b1526e50ep-2"), float.fromhex("0x1.95355baaafad3p-57"))
HALF_PI = (
    float.fromhex("0x1.921fb54442d18p+0"),
    float.fromhex("0x1.1a62633145c07p-54"),
    float.fromhex("-0x1.f1976b7ed8fbcp-110"),
)
TWO_THIRDS = (float.fromhex("0x1.5555555555555p-1"), float.fromhex("0x1.5555555555555p-55"))

EXP = (
    0.5,
    0.1666666666666667,
    0.04166666666666667,
    0.008333333333326084,
    0.0013888888888883711,
    0.0001984126987500228,
    2.480158732567746e-05,
    2.755725517000089e-06,
    2.755727347871858e-07,
    2.5105312729622103e-08,
    2.09147553258932e-09,
)
"""(exp(r) - 1 - r)/r^2 for |r| <= ln(2)/2."""
SIN = (
    -0.16666666666666666,
    0.008333333333333331,
    -0.00019841269841265017,
    2.755731921930192e-06,
    -2.5052106219521895e-08,
    1.6058529572267877e-10,
    -7.586576588171073e-13,
)
"""(sin(x) - x)/x^3 in x^2 for |x| <= pi/4."""
COS = (
    0.041666666666666664,
    -0.0013888888888888887,
    2.4801587301584618e-05,
    -2.7557319221382114e-07,
    2.087675578389404e-09,
    -1.1470459749675607e-11,
    4.745804889760674e-14,
)
"""(cos(x) - 1 + x^2/2)/x^4 in x^2 for |x| <= pi/4."""
LOG = (
    0.666666666666667,
    0.3999999999989889,
    0.28571428626253836,
    0.22222211089379496,
    0.1818289243253687,
    0.15331611722055008,
    0.14617807153417325,
)
"""(log((1 + s)/(1 - s)) - 2s)/s^3 in s^2 for the s of numbers between sqrt(1/2) and sqrt(2)."""
LOG_LONG = (
    0.4,
    0.2857142857142937,
    0.22222222221652765,
    0.18181818336099848,
    0.1538459488700718,
    0.1333480879881234,
    0.11706126464563398,
    0.11724327060846747,
)
"""The same without its first term, 2/3."""
