"""THE TABLE of instructions: what each operation on single numbers becomes in LLVM's vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from gdplay.engines.compiled.ir import MASK, Value, Writer
from gdplay.engines.compiled.program import Program
from gdplay.engines.compiled.quotient import Guesses
from gdplay.engines.compiled.vectormath import FUNCTIONS, circle, of_angle

MOST_CIRCLES = 6
"""So many angles share the work for sine and cosine; of more, functions are called: LLVM is quicker then."""


def _extremum(condition: str, a: Value, b: Value) -> Value:
    # nan wins; of two zeros the second, as in NumPy
    return a.is_nan().where(a, a.compare(condition, b).where(a, b))


def _unequal(a: Value, b: Value) -> Value:
    return a.compare("one", b)


# fmt: off
ARITHMETIC: dict[str, Callable[..., Value]] = {
    "add":      lambda a, b: a + b,
    "sub":      lambda a, b: a - b,
    "mul":      lambda a, b: a * b,
    "div":      lambda a, b: a / b,
    "quotient": lambda a, b, inverse: a / b,
    "neg":      lambda a: -a,
    "abs":      lambda a: abs(a),
    "sqrt":     lambda a: a.shaped("sqrt"),
    "floor":    lambda a: a.shaped("floor"),
    "ceil":     lambda a: a.shaped("ceil"),
    "round":    lambda a: a.shaped("rint"),
    "copysign": lambda a, b: a.shaped("copysign", b),
    "max":      partial(_extremum, "ogt"),
    "min":      partial(_extremum, "olt"),
    "lt":       lambda a, b: a < b,
    "le":       lambda a, b: a <= b,
    "gt":       lambda a, b: a > b,
    "ge":       lambda a, b: a >= b,
    "eq":       lambda a, b: a.equals(b),
    "ne":       _unequal,
}
"""On doubles; comparisons give masks."""

LOGIC: dict[str, Callable[..., Value]] = {
    "and":      lambda a, b: a & b,
    "or":       lambda a, b: a | b,
    "not":      lambda a: ~a,
}
"""On masks."""
# fmt: on


def as_mask(a: Value) -> Value:
    """Return the truth of each lane: nan is true, as in NumPy."""
    return a if a.element == MASK else a.compare("une", 0.0)


def as_float(a: Value) -> Value:
    """Return a mask as 0 and 1."""
    return a.where(1.0, a.writer.number(0.0)) if a.element == MASK else a


def instruction(writer: Writer, op: str, args: list[Value]) -> Value:
    """Write one operation and return its value, a mask where it is a truth."""
    if op in LOGIC:
        return LOGIC[op](*map(as_mask, args))
    if op == "where":
        return as_mask(args[0]).where(as_float(args[1]), as_float(args[2]))
    numbers = [as_float(arg) for arg in args]
    if op in ARITHMETIC:
        return ARITHMETIC[op](*numbers)
    return writer.call(FUNCTIONS[op].name, *numbers)


class Circles:
    """The angles of which both sine and cosine are wanted: what the two share is written once."""

    def __init__(self, program: Program, numbers: list[int], values: dict[int, Value]) -> None:
        angles = {op: set[int]() for op in ("sin", "cos")}
        for number in numbers:
            operation = program.operations[number]
            if operation.op in angles and number not in values:
                angles[operation.op].add(operation.args[0])
        both = angles["sin"] & angles["cos"]
        self.shared = both if len(both) <= MOST_CIRCLES else frozenset[int]()
        self.values = values
        self.parts: dict[int, tuple[Value, Value, Value]] = {}

    def function(self, op: str, angle: int) -> Value:
        """Write the sine or the cosine of an angle."""
        x = as_float(self.values[angle])
        if angle not in self.parts:
            self.parts[angle] = circle(x)
        return of_angle(op, x, self.parts[angle])


def emit(
    writer: Writer,
    program: Program,
    wanted: Iterable[int],
    given: Mapping[int, Value],
    guesses: Guesses | None = None,
) -> dict[int, Value]:
    """Write the operations behind the wanted ones; ``given`` are those that have a value already.

    With ``guesses``, known divisors are multiplied with.
    """
    values = dict(given)
    numbers = program.needed(wanted, values)
    circles = Circles(program, numbers, values)
    for number in numbers:
        operation = program.operations[number]
        if number in values:
            continue
        if operation.op == "const":
            values[number] = writer.number(operation.param)
        elif operation.op == "quotient" and guesses is not None:
            values[number] = guesses.quotient(*(as_float(values[arg]) for arg in operation.args))
        elif operation.op in ("sin", "cos") and operation.args[0] in circles.shared:
            values[number] = circles.function(operation.op, operation.args[0])
        else:
            values[number] = instruction(writer, operation.op, [values[arg] for arg in operation.args])
        for note in program.notes.get(number, ()):
            writer.line(f"; {values[number].name} is {note}")
    return values
