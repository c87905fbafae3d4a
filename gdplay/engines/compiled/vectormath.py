"""The mathematical functions on vectors, within 2 ulp of the correctly rounded value.

Each reduces its argument exactly enough and ends in a short polynomial (benchmarks/minimax.py makes
them); lanes outside the range where that holds go to the C library's function, one by one. Products and sums
are fused here, and only here: what users write is never contracted.
"""

from __future__ import annotations

from collections.abc import Callable

from gdplay.engines.compiled.angles import huge
from gdplay.engines.compiled.functions import Function, on_each, unless
from gdplay.engines.compiled.ir import Value, fma, polynomial

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


def rounded(x: Value) -> tuple[Value, Value]:
    """Return the nearest whole number, of less than 2^51, and the sum whose lowest bits hold it."""
    shifted = x + MAGIC
    return shifted - MAGIC, shifted


def power_of_two(shifted: Value) -> Value:
    """Return 2^n for the second value of ``rounded``, -1022 <= n <= 1023."""
    return ((shifted.bits() + 1023) << 52).float()


def exp_parts(x: Value, low: Value | None = None) -> tuple[Value, Value, Value]:
    """Return n, r and p, where exp(x + low) is 2^n*(1 + p) and p is exp(r) - 1."""
    n, _ = rounded(x * PER_LN2[0])
    r = fma(-n, LN2[1], fma(-n, LN2[0], x))
    r = r if low is None else r + low
    return n, r, fma(r * r, polynomial(r, EXP), r)


def exp(x: Value) -> Value:
    """Return e^x; the power of two is applied in two halves, so the ends of the range need no care."""
    inside = (x > 710.0).where(710.0, x)
    inside = (x < -746.0).where(-746.0, inside)
    n, _, p = exp_parts(inside)
    half, shifted = rounded(n * 0.5)
    return (p + 1.0) * power_of_two(shifted) * power_of_two(n - half + MAGIC)


def near_expm1(x: Value) -> Value:
    """Return e^x - 1 for |x| <= 40, as 2^n*p + (2^n - 1), with p in two parts."""
    n, shifted = rounded(x * PER_LN2[0])
    r, rest = quick_sum(fma(-n, LN2[0], x), -(n * LN2[1]))
    p, low = quick_sum(r, fma(r * r, polynomial(r, EXP), rest))
    scale = power_of_two(shifted)
    total, error = two_sum(scale - 1.0, scale * p)
    return total + fma(scale, low, error)


def expm1(x: Value) -> Value:
    """Return e^x - 1."""
    near = abs(x) <= 40.0
    # -0.0 stays itself
    result = x.equals(0.0).where(x, near_expm1(near.where(x, 0.0)))
    return unless(~near, result, lambda: on_each("expm1", x))


def split(x: Value) -> tuple[Value, Value]:
    """Return k and m with x = 2^k*m and m between sqrt(1/2) and sqrt(2), for a normal x > 0."""
    root = 0x3FE6A09E667F3BCD
    bits = x.bits() - root
    # the exponent as a double, by way of the bits of 2^52
    k = ((bits >> 52) | 0x4330000000000000).float() - 2.0**52
    k = (k > 1024.0).where(k - 4096.0, k)
    m = ((bits & 0x000FFFFFFFFFFFFF) + root).float()
    return k, m


def ordinary(x: Value) -> Value:
    """Return the mask of normal numbers above 0."""
    return (x >= TINY) & (x <= HUGE)


def log(x: Value) -> Value:
    """Return the natural logarithm, by s = (m - 1)/(m + 1)."""
    k, m = split(x)
    f = m - 1.0
    s, square = f / (f + 2.0), f * f * 0.5
    z = s * s
    tail = fma(s, fma(z, polynomial(z, LOG), square), k * LN2_SHORT[1])
    result = k * LN2_SHORT[0] - ((square - tail) - f)
    return unless(~ordinary(x), result, lambda: on_each("log", x))


def log1p(x: Value) -> Value:
    """Return log(1 + x); what is lost in the sum is added to m - 1."""
    u, lost = two_sum(x, x.like(1.0))
    k, m = split(u)
    scale = power_of_two(rounded(-k)[1])
    f, rest = two_sum(m - 1.0, lost * scale)
    s, square = f / (f + 2.0), f * f * 0.5
    z = s * s
    tail = fma(s, fma(z, polynomial(z, LOG), square), fma(k, LN2_SHORT[1], rest))
    result = k * LN2_SHORT[0] - ((square - tail) - f)
    common = (x > -1.0) & (x < 2.0**1000) & (abs(x) > 2.0**-60)
    return unless(~common, result, lambda: on_each("log1p", x))


def long_log(x: Value) -> tuple[Value, Value]:
    """Return the logarithm of a normal number above 0 as a sum of two, with an error of about 2^-65 of it."""
    k, m = split(x)
    f = m - 1.0
    d, d_low = quick_sum(x.like(1.0), m)
    inverse = 1.0 / d
    s = f * inverse
    s_low = fma(-s, d_low, fma(-s, d, f)) * inverse
    z, z_low = two_product(s, s)
    z_low = fma(s + s, s_low, z_low)
    b, b_low = two_product(z, TWO_THIRDS[0])
    b_low = b_low + fma(z_low, TWO_THIRDS[0], fma(z, TWO_THIRDS[1], z * z * polynomial(z, LOG_LONG)))
    b, b_low = quick_sum(b, b_low)
    p, p_low = two_product(s, b)
    p_low = fma(s, b_low, fma(s_low, b, p_low))
    h, h_low = quick_sum(s + s, p)
    h_low = h_low + (s_low + s_low + p_low)
    total, error = quick_sum(k * LN2_SHORT[0], h)
    return quick_sum(total, error + fma(k, LN2_SHORT[1], h_low))


def in_base(name: str, per: tuple[float, float]) -> Callable[[Value], Value]:
    """Return the logarithm that is the natural one times a constant."""

    def log_in_base(x: Value) -> Value:
        high, low = long_log(x)
        p, p_low = two_product(high, per[0])
        result = p + fma(low, per[0], fma(high, per[1], p_low))
        return unless(~ordinary(x), result, lambda: on_each(name, x))

    return log_in_base


def power(x: Value, y: Value) -> Value:
    """Return x^y, as exp(y*log(x)) with the logarithm in two parts."""
    high, low = long_log(x)
    p, p_low = two_product(high, y)
    p_low = fma(low, y, p_low)
    n, _, q = exp_parts(p, p_low)
    result = (q + 1.0) * power_of_two(n + MAGIC)
    common = ordinary(x) & (abs(p) <= 708.0)
    return unless(~common, result, lambda: on_each("pow", x, y))


def circle(x: Value) -> tuple[Value, Value, Value]:
    """Return sin and cos of x - n*pi/2 with |x - n*pi/2| <= pi/4, and n's bits, the two lowest right, |x| < 2^30."""
    n, shifted = rounded(x * (2.0 / 3.141592653589793))
    t = fma(-n, HALF_PI[0], x)
    product, product_low = two_product(-n, HALF_PI[1])
    r, low = two_sum(t, product)
    return *quarter(r, low + fma(-n, HALF_PI[2], product_low)), shifted.bits()


def quarter(r: Value, low: Value) -> tuple[Value, Value]:
    """Return sin and cos of r + low, |r| <= pi/4."""
    z = r * r
    half = z * 0.5
    cosine = 1.0 - half
    lost = (1.0 - cosine) - half
    cosine = cosine + fma(z * z, polynomial(z, COS), fma(-r, low, lost))
    return r + fma(r * z, polynomial(z, SIN), fma(-half, low, low)), cosine


def turned_sin(sine: Value, cosine: Value, n: Value) -> Value:
    """Return the sine after n quarter turns more."""
    chosen = (n & 1).compare("eq", 0).where(sine, cosine)
    return (chosen.bits() ^ ((n & 2) << 62)).float()


def turned_cos(sine: Value, cosine: Value, n: Value) -> Value:
    """Return the cosine after n quarter turns more."""
    return turned_sin(sine, cosine, n + 1)


def turned_tan(sine: Value, cosine: Value, n: Value) -> Value:
    """Return the tangent after n quarter turns more."""
    even = (n & 1).compare("eq", 0)
    return even.where(sine, -cosine) / even.where(cosine, sine)


TURNED = {"sin": turned_sin, "cos": turned_cos, "tan": turned_tan}


def of_angle(name: str) -> Callable[[Value], Value]:
    """Return the function of an angle: cos is even, the others odd and keep the sign of 0."""

    def function(x: Value) -> Value:
        result = TURNED[name](*circle(x))
        if name != "cos":
            result = x.equals(0.0).where(x, result)
        return unless(~(abs(x) < 2.0**30), result, lambda: on_each(name, x))

    return function


def huge_angle(name: str) -> str:
    """Return the definition of the function of one angle from 2^30 on."""

    def finish(high: Value, low: Value, quarters: str) -> Value:
        writer = high.writer
        r, r_low = two_product(high, HALF_PI[0])
        r, r_low = quick_sum(r, fma(high, HALF_PI[1], fma(low, HALF_PI[0], r_low)))
        n = writer.put(f"insertelement <1 x i64> poison, i64 {quarters}, i64 0", "i64")
        result = TURNED[name](*quarter(r, r_low), n)
        negative = writer.put("insertelement <1 x double> poison, double %x, i64 0") < 0.0
        return result if name == "cos" else negative.where(-result, result)

    return huge(f"huge.{name}", finish)


def sinh(x: Value) -> Value:
    """Return the hyperbolic sine: (e + e/(e + 1))/2 with e = exp(|x|) - 1."""
    near = abs(x) <= 40.0
    e = near_expm1(near.where(abs(x), 0.0))
    result = (0.5 * (e + e / (e + 1.0))).shaped("copysign", x)
    return unless(~near, result, lambda: on_each("sinh", x))


def cosh(x: Value) -> Value:
    """Return the hyperbolic cosine: (e + 1/e)/2 with e = exp(|x|)."""
    e = exp(abs(x))
    return unless(~(abs(x) < 709.0), 0.5 * e + 0.5 / e, lambda: on_each("cosh", x))


def tanh(x: Value) -> Value:
    """Return the hyperbolic tangent: e/(e + 2), or 1 - 2/(e + 2), with e = exp(2|x|) - 1."""
    size = abs(x)
    inside = (size > 20.0).where(20.0, size)
    e = near_expm1(inside + inside)
    large = size > 0.75
    q = large.where(2.0, e) / (e + 2.0)
    return large.where(1.0 - q, q).shaped("copysign", x)


def cbrt(x: Value) -> Value:
    """Return the cube root: the C library's, which can be 3 ulp off, with one of Newton's steps."""
    small = abs(x) < 2.0**-900
    scaled = small.where(x * 2.0**300, x)
    y = on_each("cbrt", scaled)
    square, square_low = two_product(y, y)
    rest = fma(-y, square_low, fma(-y, square, scaled))
    better = y + rest / (3.0 * square)
    result = (better.equals(better) & (abs(x) <= HUGE) & (abs(x) > 0.0)).where(better, y)
    return small.where(result * 2.0**-100, result)


def library(name: str, arity: int) -> Function:
    """Return the C library's function, lane by lane."""
    return Function(f"gd.{name}", arity, lambda *args: on_each(name, *args))


FUNCTIONS: dict[str, Function] = {
    "exp":      Function("gd.exp", 1, exp),
    "expm1":    Function("gd.expm1", 1, expm1),
    "log":      Function("gd.log", 1, log),
    "log1p":    Function("gd.log1p", 1, log1p),
    "log2":     Function("gd.log2", 1, in_base("log2", PER_LN2)),
    "log10":    Function("gd.log10", 1, in_base("log10", PER_LN10)),
    "pow":      Function("gd.pow", 2, power),
    **{name: Function(f"gd.{name}", 1, of_angle(name)) for name in TURNED},
    "sinh":     Function("gd.sinh", 1, sinh),
    "cosh":     Function("gd.cosh", 1, cosh),
    "tanh":     Function("gd.tanh", 1, tanh),
    "cbrt":     Function("gd.cbrt", 1, cbrt),
    **{name: library(name, 1) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh", "erf")},
    **{name: library(name, 2) for name in ("atan2", "hypot", "fmod")},
}  # fmt: skip
"""By the operation's name."""
