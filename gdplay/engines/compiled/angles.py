"""Angles beyond 2^30, reduced with 192 bits of 2/pi (Payne & Hanek 1983, doi:10.1145/1057600.1057602)."""

from __future__ import annotations

from collections.abc import Callable

from gdplay.engines.compiled.ir import FLOAT, Value, Writer

BITS = 1280
"""The table holds 2/pi to so many bits; the largest double needs 971 + 192 of them."""

TWO_OVER_PI = int(
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921c"
    "fe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980f"
    "ef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d08"
    "56033046fc7b6babf0cfbc209af4361d",
    16,
)
"""Its digits are checked by the tests."""


def table() -> str:
    """Return the global constant, lowest byte first, with room behind it."""
    digits = TWO_OVER_PI.to_bytes(BITS // 8, "little") + bytes(32)
    listed = "".join(f"\\{byte:02X}" for byte in digits)
    return f'@two.over.pi = internal constant [{len(digits)} x i8] c"{listed}"'


def huge(name: str, finish: Callable[[Value, Value, str], Value]) -> str:
    """Return the definition of ``NAME(double)`` for one angle beyond 2^30, or one that is not finite.

    ``finish`` gives the result for |x| from r, its low part, and the name of the number n of quarter
    turns (an i64), where |x| = n*pi/2 + r.
    """
    writer = Writer(1)
    s = writer.scalar
    writer.start("entry")
    bits = s("bitcast double %x to i64")
    exponent = s(f"and i64 {s(f'lshr i64 {bits}, 52')}, 2047")
    writer.line(f"br i1 {s(f'icmp eq i64 {exponent}, 2047')}, label %endless, label %finite")
    writer.start("endless")
    writer.line(f"ret double {s('fsub double %x, %x')}")
    writer.start("finite")
    mantissa = s(f"or i64 {s(f'and i64 {bits}, {2**52 - 1}')}, {2**52}")
    # |x| = mantissa*2^e with e = exponent - 1075; bits of 2/pi above 2^(2-e) give whole turns
    first = s(f"sub i64 {BITS - 192 + 2 + 1075}, {exponent}")
    place = s(f"getelementptr i8, ptr @two.over.pi, i64 {s(f'lshr i64 {first}, 3')}")
    window = s(f"load i256, ptr {place}, align 1")
    shift = s(f"zext i64 {s(f'and i64 {first}, 7')} to i256")
    window = s(f"trunc i256 {s(f'lshr i256 {window}, {shift}')} to i192")
    turns = s(f"mul i192 {window}, {s(f'zext i64 {mantissa} to i192')}")
    quarter = s(f"lshr i192 {s(f'add i192 {turns}, {1 << 189}')}, 190")
    rest = s(f"sub i192 {turns}, {s(f'shl i192 {quarter}, 190')}")
    below = s(f"icmp slt i192 {rest}, 0")
    size = s(f"select i1 {below}, i192 {s(f'sub i192 0, {rest}')}, i192 {rest}")
    empty = s(f"call i192 @llvm.ctlz.i192(i192 {size}, i1 false)")
    whole = s(f"shl i192 {size}, {empty}")
    high = s(f"trunc i192 {s(f'lshr i192 {whole}, 139')} to i64")
    middle = s(f"lshr i192 {whole}, 86")
    low = s(f"and i64 {s(f'trunc i192 {middle} to i64')}, {2**53 - 1}")
    zeros = s(f"trunc i192 {empty} to i64")
    r, r_low = _scaled(writer, high, zeros, -51, below), _scaled(writer, low, zeros, -104, below)
    result = finish(r, r_low, s(f"trunc i192 {quarter} to i64"))
    writer.line(f"ret double {s(f'extractelement {result.typed}, i64 0')}")
    return "\n".join([f"define internal double @{name}(double %x) noinline #0 {{", *writer.lines, "}"])


def _scaled(writer: Writer, number: str, zeros: str, power: int, below: str) -> Value:
    """Return number*2^(power - zeros), negative where ``below``."""
    s = writer.scalar
    exponent = s(f"shl i64 {s(f'sub i64 {1023 + power}, {zeros}')}, 52")
    scaled = s(f"fmul double {s(f'uitofp i64 {number} to double')}, {s(f'bitcast i64 {exponent} to double')}")
    signed = s(f"select i1 {below}, double {s(f'fneg double {scaled}')}, double {scaled}")
    return writer.put(f"insertelement <1 x double> poison, double {signed}, i64 0", FLOAT)
