"""The elementwise primitives that are made of simpler operations, in the order of NumPy's engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from gdplay.engines.compiled.program import Program
from gdplay.formula.elementwise import integer_power


class _Letter:
    """An operation under construction, so that a chain written for arrays can be read off."""

    def __init__(self, program: Program, number: int) -> None:
        self.program, self.number = program, number

    def __mul__(self, other: _Letter) -> _Letter:
        return _Letter(self.program, self.program.add("mul", self.number, other.number))

    def __rtruediv__(self, one: float) -> _Letter:
        return _Letter(self.program, self.program.add("div", self.program.const(one), self.number))


def _chain(program: Program, params: tuple[int], a: int) -> int:
    return integer_power(params, _Letter(program, a)).number


def _at_most(program: Program, params: Any, a: int, b: int) -> int:
    # max(u, v) <= b is u <= b and v <= b, for nan too, and needs no maximum
    tests: list[int] = []
    waiting = [a]
    while waiting:
        number = waiting.pop()
        operation = program.operations[number]
        if operation.op == "max":
            waiting.extend(operation.args)
        elif operation.op == "abs" and _positive(program, operation.args[0]):
            waiting.append(operation.args[0])
        else:
            tests.append(program.add("le", number, b))
    return reduce(lambda one, other: program.add("and", one, other), tests)


def _positive(program: Program, number: int) -> bool:
    waiting = [number]
    while waiting:
        operation = program.operations[waiting.pop()]
        if operation.op == "max":
            waiting.extend(operation.args)
        elif operation.op != "abs":
            return False
    return True


def _mod(program: Program, params: Any, a: int, b: int) -> int:
    add, zero = program.add, program.const(0.0)
    rest = add("fmod", a, b)
    mixed = add("ne", add("lt", b, zero), add("lt", rest, zero))
    shifted = add("where", mixed, add("add", rest, b), rest)
    signed = add("where", add("eq", rest, zero), add("copysign", zero, b), shifted)
    return add("where", add("eq", b, zero), rest, signed)


def _floordiv(program: Program, params: Any, a: int, b: int) -> int:
    add, zero, one = program.add, program.const(0.0), program.const(1.0)
    rest = add("fmod", a, b)
    mixed = add("ne", add("lt", b, zero), add("lt", rest, zero))
    down = add("and", mixed, add("not", add("eq", rest, zero)))
    exact = add("div", add("sub", a, rest), b)
    quotient = add("where", down, add("sub", exact, one), exact)
    floor = add("floor", quotient)
    short = add("gt", add("sub", quotient, floor), program.const(0.5))
    rounded = add("where", short, add("add", floor, one), floor)
    plain = add("div", a, b)
    signed = add("where", add("eq", quotient, zero), add("copysign", zero, plain), rounded)
    return add("where", add("eq", b, zero), plain, signed)


def _sign(program: Program, params: Any, a: int) -> int:
    add, zero = program.add, program.const(0.0)
    rest = add("where", add("eq", a, zero), zero, a)  # nan stays, -0.0 does not
    low = add("where", add("lt", a, zero), program.const(-1.0), rest)
    return add("where", add("gt", a, zero), program.const(1.0), low)


def _sigmoid(program: Program, params: Any, a: int) -> int:
    add, one = program.add, program.const(1.0)
    small = add("exp", add("neg", add("abs", a)))
    top = add("where", add("ge", a, program.const(0.0)), one, small)
    return add("div", top, add("add", one, small))


def _softplus(program: Program, params: Any, a: int) -> int:
    add = program.add
    tail = add("log1p", add("exp", add("neg", add("abs", a))))
    return add("add", add("max", a, program.const(0.0)), tail)


def _several(op: str) -> Callable[..., int]:
    return lambda program, params, *args: reduce(lambda a, b: program.add(op, a, b), args)


FORMS: dict[str, Callable[..., int]] = {
    "powi":     _chain,
    "le":       _at_most,
    "mod":      _mod,
    "floordiv": _floordiv,
    "sign":     _sign,
    "sigmoid":  _sigmoid,
    "softplus": _softplus,
    "relu":     lambda program, params, a: program.add("max", a, program.const(0.0)),
    "max":      _several("max"),
    "min":      _several("min"),
    "guard":    lambda program, params, c, a: program.add(
        "where", program.add("eq", c, program.const(0.0)), program.const(0.0), a
    ),
}  # fmt: skip
"""The elementwise primitives that are made of simpler operations, in NumPy's order."""
