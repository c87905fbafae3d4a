"""A step as a list of operations on single numbers."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

NEVER_NEGATIVE_ZERO = ("abs", "exp", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")
"""What these give is not -0.0, so 0 + it is itself."""


UNROLLED = 16
"""Steps on longer vectors are loops over elements where that can be; others take each element by itself."""


class Uncovered(ValueError):  # noqa: N818 (no error where NumPy can do it)
    """The graph holds what the compiled engine does not do; the message says what."""


def _power_of_two(number: float) -> bool:
    """Tell whether dividing by a number is multiplying with its inverse, to the last bit."""
    return abs(np.frexp(number)[0]) == 0.5 and 2.0**-1000 < abs(number) < 2.0**1000


@dataclass(frozen=True)
class Operation:
    """One operation on single numbers: its name, the numbers of its arguments, a constant or a place."""

    op: str
    args: tuple[int, ...] = ()
    param: Any = None


@dataclass(eq=False)
class Program:
    """Operations in order; two equal ones are one. ``most``: how many there may be."""

    most: int
    operations: list[Operation] = field(default_factory=list[Operation])
    known: dict[Any, int] = field(default_factory=dict[Any, int])
    unsigned: set[int] = field(default_factory=set[int])
    """Operations that can't give -0.0."""
    inverses: dict[int, int] = field(default_factory=dict[int, int])
    """Of some operations, the one that gives 1/it."""
    notes: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    """What is said of operations in a text that is shown."""

    def add(self, op: str, *args: int, param: Any = None) -> int:
        """Return the number of an operation, adding it if it is new. Raises Uncovered past ``most``."""
        if op == "add" and self.is_zero(args[0]) and args[1] in self.unsigned:
            return args[1]
        if (
            op == "div"
            and (divisor := self.operations[args[1]]).op == "const"
            and _power_of_two(divisor.param)
        ):
            op, args = "mul", (args[0], self.const(1.0 / divisor.param))
        elif op == "div" and args[1] in self.inverses:
            op, args = "quotient", (*args, self.inverses[args[1]])
        # constants are told apart by their bits, as in the graph
        key = (op, args, param.hex() if isinstance(param, float) else param)
        number = self.known.get(key)
        if number is None:
            number = self.known[key] = len(self.operations)
            if number >= self.most:
                raise Uncovered(f"the step has more than {self.most} operations on single numbers")
            self.operations.append(Operation(op, args, param))
            if self._unsigned(op, args, param):
                self.unsigned.add(number)
        return number

    def _unsigned(self, op: str, args: tuple[int, ...], param: Any) -> bool:
        if op == "const":
            return bool(np.copysign(1.0, param) > 0)
        unsigned = [arg in self.unsigned for arg in args]
        return (
            op in NEVER_NEGATIVE_ZERO
            or (op == "add" and any(unsigned))
            or (op in ("max", "min") and all(unsigned))
        )

    def const(self, number: float) -> int:
        """Return the constant."""
        return self.add("const", param=float(number))

    def is_zero(self, number: int) -> bool:
        """Tell whether an operation is the constant 0.0."""
        return self.operations[number] == Operation("const", (), 0.0) and number in self.unsigned

    def needed(self, wanted: Iterable[int], known: Container[int] = ()) -> list[int]:
        """Return the numbers of the operations behind the wanted ones, in order; none behind known ones."""
        seen = set(wanted)
        waiting = list(seen)
        while waiting:
            number = waiting.pop()
            for arg in self.operations[number].args if number not in known else ():
                if arg not in seen:
                    seen.add(arg)
                    waiting.append(arg)
        return sorted(seen)

    def depending(self, numbers: Iterable[int], op: str) -> set[int]:
        """Return those of some operations that are of this kind or have one behind them."""
        found: set[int] = set()
        for number in sorted(numbers):
            operation = self.operations[number]
            if operation.op == op or not found.isdisjoint(operation.args):
                found.add(number)
        return found
