"""LLVM's text for vectors: values that write the instruction as they are combined."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

FLOAT, MASK, WHOLE = "double", "i1", "i64"


def literal(number: float) -> str:
    """Return a double in LLVM's exact spelling, its bits.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('>Q', struct.pack('>d', number))[0]:016X}"


@dataclass(eq=False)
class Writer:
    """The instructions of one function, in order; ``lanes`` numbers stand side by side in every value."""

    lanes: int
    lines: list[str] = field(default_factory=list[str])
    count: int = 0
    label: str = "entry"
    used: set[str] = field(default_factory=set[str])
    """The functions that are called and have to be defined or declared."""
    inlined: frozenset[str] = frozenset()
    """The functions whose instructions are to stand where they are called."""

    def type(self, element: str) -> str:
        """Return the type of a vector of such elements."""
        return f"<{self.lanes} x {element}>"

    def name(self) -> str:
        """Return a name that is not in use yet."""
        self.count += 1
        return f"%v{self.count}"

    def fresh(self, word: str) -> str:
        """Return a label that is not in use yet."""
        self.count += 1
        return f"{word}{self.count}"

    def line(self, text: str) -> None:
        """Write one instruction."""
        self.lines.append("  " + text)

    def put(self, text: str, element: str = FLOAT) -> Value:
        """Write an instruction that gives a vector, and return it."""
        name = self.name()
        self.lines.append(f"  {name} = {text}")
        return Value(self, name, element)

    def scalar(self, text: str) -> str:
        """Write an instruction that gives a single number or pointer, and return its name."""
        name = self.name()
        self.lines.append(f"  {name} = {text}")
        return name

    def start(self, label: str) -> None:
        """Begin the next stretch of instructions, which others jump to by its label."""
        self.lines.append(f"{label}:")
        self.label = label

    def value(self, name: str, element: str = FLOAT) -> Value:
        """Return a value that was written elsewhere, such as an argument."""
        return Value(self, name, element)

    def number(self, number: float) -> Value:
        """Return a constant in every lane."""
        return Value(self, f"splat (double {literal(number)})", FLOAT)

    def whole(self, number: int) -> Value:
        """Return a constant 64-bit pattern in every lane."""
        return Value(self, f"splat (i64 {number})", WHOLE)

    def splat(self, scalar: str) -> Value:
        """Return a single double in every lane."""
        one = self.put(f"insertelement {self.type(FLOAT)} poison, double {scalar}, i64 0")
        return self.put(
            f"shufflevector {one.typed}, {self.type(FLOAT)} poison, <{self.lanes} x i32> zeroinitializer"
        )

    def load(self, pointer: str) -> Value:
        """Return the vector at an address that is a multiple of its elements' size."""
        return self.put(f"load {self.type(FLOAT)}, ptr {pointer}, align {min(64, 8 * self.lanes)}")

    def store(self, value: Value, pointer: str) -> None:
        """Write a vector to an address."""
        self.line(f"store {value.typed}, ptr {pointer}, align {min(64, 8 * self.lanes)}")

    def element(self, pointer: str, index: str | int) -> str:
        """Return the address of a double that many places behind another."""
        return self.scalar(f"getelementptr double, ptr {pointer}, i64 {index}")

    def call(self, function: str, *args: Value, element: str = FLOAT) -> Value:
        """Return what a function of vectors gives."""
        self.used.add(function)
        listed = ", ".join(arg.typed for arg in args)
        place = " alwaysinline" if function in self.inlined else ""
        return self.put(f"call {self.type(element)} @{function}({listed}){place}", element)

    def intrinsic(self, name: str, *args: Value) -> Value:
        """Return what one of LLVM's own functions on vectors gives."""
        return self.call(f"llvm.{name}.v{self.lanes}f64", *args)

    def any(self, mask: Value) -> str:
        """Return the single bit that tells whether any lane of a mask is set."""
        bits = self.scalar(f"bitcast {mask.typed} to i{self.lanes}")
        return self.scalar(f"icmp ne i{self.lanes} {bits}, 0")


@dataclass(frozen=True, eq=False)
class Value:
    """A vector of doubles, of 64-bit patterns or of bits. Operators write plain IEEE instructions."""

    writer: Writer
    name: str
    element: str

    @property
    def typed(self) -> str:
        """The value as an operand: its type, then its name."""
        return f"{self.writer.type(self.element)} {self.name}"

    def _binary(self, floating: str, whole: str, other: Value | float) -> Value:
        right = self.like(other)
        return self.writer.put(
            f"{floating if self.element == FLOAT else whole} {self.typed}, {right.name}", self.element
        )

    def like(self, other: Value | float) -> Value:
        """Return a number as a value of this kind."""
        if isinstance(other, Value):
            return other
        return self.writer.number(other) if self.element == FLOAT else self.writer.whole(int(other))

    def __add__(self, other: Value | float) -> Value:
        return self._binary("fadd", "add", other)

    def __radd__(self, other: float) -> Value:
        return self.like(other) + self

    def __sub__(self, other: Value | float) -> Value:
        return self._binary("fsub", "sub", other)

    def __rsub__(self, other: float) -> Value:
        return self.like(other) - self

    def __mul__(self, other: Value | float) -> Value:
        return self._binary("fmul", "mul", other)

    def __rmul__(self, other: float) -> Value:
        return self.like(other) * self

    def __truediv__(self, other: Value | float) -> Value:
        return self._binary("fdiv", "sdiv", other)

    def __rtruediv__(self, other: float) -> Value:
        return self.like(other) / self

    def __neg__(self) -> Value:
        return self.writer.put(f"fneg {self.typed}")

    def __abs__(self) -> Value:
        return self.writer.intrinsic("fabs", self)

    def __and__(self, other: Value | int) -> Value:
        return self._binary("and", "and", other)

    def __or__(self, other: Value | int) -> Value:
        return self._binary("or", "or", other)

    def __xor__(self, other: Value | int) -> Value:
        return self._binary("xor", "xor", other)

    def __invert__(self) -> Value:
        return self.writer.put(f"xor {self.typed}, splat (i1 true)", MASK)

    def __lshift__(self, places: int) -> Value:
        return self._binary("shl", "shl", places)

    def __rshift__(self, places: int) -> Value:
        return self._binary("lshr", "lshr", places)

    def compare(self, condition: str, other: Value | float) -> Value:
        """Return a mask; the condition is one of fcmp's (``olt``: less, neither is nan) or icmp's."""
        instruction = "fcmp" if self.element == FLOAT else "icmp"
        return self.writer.put(f"{instruction} {condition} {self.typed}, {self.like(other).name}", MASK)

    def __lt__(self, other: Value | float) -> Value:
        return self.compare("olt", other)

    def __le__(self, other: Value | float) -> Value:
        return self.compare("ole", other)

    def __gt__(self, other: Value | float) -> Value:
        return self.compare("ogt", other)

    def __ge__(self, other: Value | float) -> Value:
        return self.compare("oge", other)

    def equals(self, other: Value | float) -> Value:
        """Return the mask of ordered equality."""
        return self.compare("oeq", other)

    def is_nan(self) -> Value:
        """Return the mask of lanes that hold nan."""
        return self.compare("uno", self)

    def bits(self) -> Value:
        """Return the doubles' bits."""
        return self.writer.put(f"bitcast {self.typed} to {self.writer.type(WHOLE)}", WHOLE)

    def doubles(self) -> Value:
        """Return the doubles that have these bits."""
        return self.writer.put(f"bitcast {self.typed} to {self.writer.type(FLOAT)}")

    def where(self, yes: Value | float, no: Value | float) -> Value:
        """Return, by this mask, the lanes of one or the other."""
        left = (
            yes
            if isinstance(yes, Value)
            else no.like(yes)
            if isinstance(no, Value)
            else self.writer.number(yes)
        )
        right = left.like(no)
        return self.writer.put(f"select {self.typed}, {left.typed}, {right.typed}", left.element)

    def shaped(self, name: str, *others: Value) -> Value:
        """Return what LLVM's own elementwise function of that name gives."""
        return self.writer.intrinsic(name, self, *others)


def fma(a: Value, b: Value | float, c: Value | float) -> Value:
    """Return a*b + c, rounded once."""
    return a.writer.intrinsic("fma", a, a.like(b), a.like(c))


def polynomial(x: Value, coefficients: Sequence[float]) -> Value:
    """Return the polynomial with these coefficients, the constant one first, by Horner's rule."""
    result = x.like(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = fma(result, x, coefficient)
    return result
