"""The mathematical functions on vectors, within 2 ulp of the correctly rounded value.

Each reduces its argument exactly enough and ends in a short polynomial; lanes outside the range where
that holds go to the C library's function, one by one. Products and sums are fused here and in
``quotient`` only: what users write is never contracted.
"""

from __future__ import annotations

from collections.abc import Callable

from gdplay.engines.compiled.angles import huge
from gdplay.engines.compiled.constants import (
    COS,
    EXP,
    HALF_PI,
    HUGE,
    LN2,
    LN2_SHORT,
    LOG,
    LOG_LONG,
    MAGIC,
    PER_LN2,
    PER_LN10,
    SIN,
    TINY,
    TWO_THIRDS,
)
from gdplay.engines.compiled.exact import quick_sum, two_product, two_sum
from gdplay.engines.compiled.functions import Function, on_each, unless
from gdplay.engines.compiled.ir import Value, fma, polynomial


def rounded(x: Value) -> tuple[Value, Value]:
    """Return the nearest whole number, of less than 2^51, and the sum whose lowest bits hold it."""
    shifted = x + MAGIC
    return shifted - MAGIC, shifted


def power_of_two(shifted: Value) -> Value:
    """Return 2^n for the second value of ``rounded``, -1022 <= n <= 1023."""
    return ((shifted.bits() + 1023) << 52).doubles()


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
    k = ((bits >> 52) | 0x4330000000000000).doubles() - 2.0**52
    k = (k > 1024.0).where(k - 4096.0, k)
    m = ((bits & 0x000FFFFFFFFFFFFF) + root).doubles()
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
    """Return sin and cos of x - n*pi/2, the nearest n, and n's bits of which the two lowest are right."""
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
    return (chosen.bits() ^ ((n & 2) << 62)).doubles()


def turned_cos(sine: Value, cosine: Value, n: Value) -> Value:
    """Return the cosine after n quarter turns more."""
    return turned_sin(sine, cosine, n + 1)


def turned_tan(sine: Value, cosine: Value, n: Value) -> Value:
    """Return the tangent after n quarter turns more."""
    even = (n & 1).compare("eq", 0)
    return even.where(sine, -cosine) / even.where(cosine, sine)


TURNED = {"sin": turned_sin, "cos": turned_cos, "tan": turned_tan}


def of_angle(name: str, x: Value, parts: tuple[Value, Value, Value]) -> Value:
    """Return sin, cos or tan of x, given its ``circle``: cos is even, the others keep the sign of 0."""
    result = TURNED[name](*parts)
    if name != "cos":
        result = x.equals(0.0).where(x, result)
    return unless(~(abs(x) < 2.0**30), result, lambda: on_each(name, x))


def _angle(name: str) -> Callable[[Value], Value]:
    return lambda x: of_angle(name, x, circle(x))


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
    **{name: Function(f"gd.{name}", 1, _angle(name)) for name in TURNED},
    "sinh":     Function("gd.sinh", 1, sinh),
    "cosh":     Function("gd.cosh", 1, cosh),
    "tanh":     Function("gd.tanh", 1, tanh),
    "cbrt":     Function("gd.cbrt", 1, cbrt),
    **{name: library(name, 1) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh", "erf")},
    **{name: library(name, 2) for name in ("atan2", "hypot", "fmod")},
}  # fmt: skip
"""By the operation's name."""
