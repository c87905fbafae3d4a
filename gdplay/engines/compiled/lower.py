"""A graph of vectors and matrices as a list of operations on single numbers, each in the defined order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdplay.formula.elementwise import integer_power
from gdplay.formula.expr import Expr, constant_value, is_constant
from gdplay.formula.ops import TABLE
from gdplay.formula.structure import LANES, SMALL, subscripts

Ids = NDArray[np.int64]
"""The numbers of operations, in an array of the node's shape."""

LARGEST_SYSTEM = 8
"""Linear equations are unrolled up to so many unknowns."""

LARGEST = 1.7976931348623157e308


class Uncovered(ValueError):
    """The graph holds what the compiled engine does not do; the message says what."""


@dataclass(frozen=True)
class Operation:
    """One operation on single numbers: its name, the numbers of its arguments, a constant or a place."""

    op: str
    args: tuple[int, ...] = ()
    param: Any = None


@dataclass(eq=False)
class Program:
    """Operations in order; two equal ones are one."""

    most: int
    operations: list[Operation] = field(default_factory=list[Operation])
    known: dict[Any, int] = field(default_factory=dict[Any, int])
    unsigned: set[int] = field(default_factory=set[int])
    """Operations that can't give -0.0."""
    inverses: dict[int, int] = field(default_factory=dict[int, int])
    """Of some operations, the one that gives 1/it."""

    def add(self, op: str, *args: int, param: Any = None) -> int:
        """Return the number of an operation, adding it if it is new. Raises Uncovered where it gets too long."""
        if op == "add" and self.is_zero(args[0]) and args[1] in self.unsigned:
            return args[1]
        if op == "div" and args[1] in self.inverses:
            op, args = "quotient", (*args, self.inverses[args[1]])
        key = (op, args, param.hex() if isinstance(param, float) else param)
        number = self.known.get(key)
        if number is None:
            number = self.known[key] = len(self.operations)
            if number >= self.most:
                raise Uncovered(f"the step has more than {self.most} operations on single numbers")
            self.operations.append(Operation(op, args, param))
            if op in NEVER_NEGATIVE_ZERO or (op == "add" and any(a in self.unsigned for a in args)):
                self.unsigned.add(number)
            if op == "const" and np.copysign(1.0, param) > 0:
                self.unsigned.add(number)
        return number

    def const(self, number: float) -> int:
        """Return the constant."""
        return self.add("const", param=float(number))

    def is_zero(self, number: int) -> bool:
        """Tell whether an operation is the constant 0.0."""
        return self.operations[number] == Operation("const", (), 0.0) and number in self.unsigned

    def needed(self, wanted: Iterable[int]) -> list[int]:
        """Return the numbers of all operations behind the wanted ones, in order."""
        seen = set(wanted)
        waiting = list(seen)
        while waiting:
            for arg in self.operations[waiting.pop()].args:
                if arg not in seen:
                    seen.add(arg)
                    waiting.append(arg)
        return sorted(seen)


REFUSED = {
    "difference": "numeric gradients are left to NumPy",
}
"""Why some operations are not compiled."""

NEVER_NEGATIVE_ZERO = ("abs", "exp", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")


def lower(program: Program, outputs: Iterable[Expr], leaves: Mapping[Expr, Ids]) -> list[Ids]:
    """Add a graph to the program and return the numbers of the outputs' elements.

    ``leaves`` are the nodes whose elements are there already. Raises Uncovered.
    """
    wanted = list(outputs)
    found: dict[Expr, Ids] = dict(leaves)
    for node in reachable(wanted, found):
        parts = [found[arg] for arg in node.args]
        row = TABLE.get(node.op)
        if is_constant(node):
            found[node] = each(program.const, constant_value(node))
        elif node.op in MOVES:
            found[node] = MOVES[node.op](program, node, *parts)
        elif row is not None and row.elementwise:
            build = FORMS.get(node.op)
            made = (
                (lambda *args, form=build, node=node: form(program, node.params, *args))
                if build
                else (lambda *args, op=node.op: program.add(op, *args))
            )
            found[node] = each(made, *parts, shape=node.shape)
        else:
            raise Uncovered(REFUSED.get(node.op, f"{node.op} has no compiled form"))
    return [found[node] for node in wanted]


def reachable(outputs: Iterable[Expr], known: Mapping[Expr, Any]) -> list[Expr]:
    """Return the nodes behind the outputs, each after its arguments, stopping at those already known."""
    seen: set[Expr] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in seen and node not in known:
            seen.add(node)
            waiting.extend(node.args)
    return sorted(seen, key=lambda node: node.serial)


def each(function: Callable[..., int], *parts: Any, shape: tuple[int, ...] | None = None) -> Ids:
    """Return the function of every place's elements, after broadcasting."""
    arrays = np.broadcast_arrays(*parts) if shape is None else [np.broadcast_to(p, shape) for p in parts]
    numbers = [function(*args) for args in zip(*(a.ravel().tolist() for a in arrays), strict=True)]
    return np.array(numbers, dtype=np.int64).reshape(arrays[0].shape)


def ordered(program: Program, op: str, numbers: list[int]) -> int:
    """Reduce in the one order that every engine uses (``structure.ordered``)."""
    lanes = [numbers[k::LANES] for k in range(min(LANES, len(numbers)))]
    combine = lambda a, b: program.add(op, a, b)
    return reduce(combine, [reduce(combine, lane) for lane in lanes])


def along_first(combine: Callable[[Program, list[int]], int]) -> Callable[..., Ids]:
    """Return the move that reduces the first axis."""

    def move(program: Program, node: Expr, a: Ids) -> Ids:
        columns = a.reshape(a.shape[0], -1).T.tolist()
        return np.array([combine(program, column) for column in columns], dtype=np.int64).reshape(node.shape)

    return move


def _norm(program: Program, numbers: list[int]) -> int:
    return program.add("sqrt", ordered(program, "add", [program.add("mul", a, a) for a in numbers]))


def _top(program: Program, numbers: list[int]) -> int:
    top = reduce(lambda a, b: program.add("max", a, b), numbers)
    finite = program.add("le", program.add("abs", top), program.const(LARGEST))
    return program.add("where", finite, top, program.const(0.0))


def _logsumexp(program: Program, numbers: list[int]) -> int:
    top = _top(program, numbers)
    weights = [program.add("exp", program.add("sub", a, top)) for a in numbers]
    return program.add("add", program.add("log", ordered(program, "add", weights)), top)


def _softmax(program: Program, node: Expr, a: Ids) -> Ids:
    result = np.empty_like(a).reshape(a.shape[0], -1)
    for k, column in enumerate(a.reshape(a.shape[0], -1).T.tolist()):
        top = _top(program, column)
        weights = [program.add("exp", program.add("sub", b, top)) for b in column]
        total = ordered(program, "add", weights)
        result[:, k] = [program.add("div", weight, total) for weight in weights]
    return result.reshape(a.shape)


def _place(program: Program, node: Expr, *pieces: Ids) -> Ids:
    shape, targets = node.params
    result = np.full(shape, program.const(0.0), dtype=np.int64)
    for axes, piece in zip(targets, pieces, strict=True):
        keys = subscripts(axes)
        result[keys] = each(lambda a, b: program.add("add", a, b), result[keys], piece)
    return result


def _cumsum(program: Program, node: Expr, a: Ids) -> Ids:
    result = a.copy()
    for k in range(1, len(a)):
        result[k] = each(lambda b, c: program.add("add", b, c), result[k - 1], a[k])
    return result


def _matmul(program: Program, node: Expr, a: Ids, b: Ids) -> Ids:
    rows = a if a.ndim == 2 else a[None]
    columns = b if b.ndim == 2 else b[:, None]
    if rows.shape[0] * rows.shape[1] * columns.shape[1] > SMALL:
        raise Uncovered(f"a product of {rows.shape} and {columns.shape} matrices is left to NumPy")
    result = [
        ordered(program, "add", [program.add("mul", x, y) for x, y in zip(row, column, strict=True)])
        for row in rows.tolist()
        for column in columns.T.tolist()
    ]
    return np.array(result, dtype=np.int64).reshape(node.shape)


def _solve(program: Program, node: Expr, a: Ids, b: Ids) -> Ids:
    """Eliminate with the largest pivot brought up by exchanges; a pivot of 0 makes all nan, as in NumPy's engine."""
    add, n = program.add, len(a)
    if n > LARGEST_SYSTEM:
        raise Uncovered(f"solve with a {n} x {n} matrix is left to NumPy")
    rows = [[*a[i].tolist(), *np.atleast_1d(b[i]).tolist()] for i in range(n)]
    singular = program.const(0.0)
    for k in range(n):
        for i in range(k + 1, n):
            larger = add("gt", add("abs", rows[i][k]), add("abs", rows[k][k]))
            pairs = list(zip(rows[k], rows[i], strict=True))
            rows[k] = [add("where", larger, v, u) for u, v in pairs]
            rows[i] = [add("where", larger, u, v) for u, v in pairs]
        singular = add("or", singular, add("eq", rows[k][k], program.const(0.0)))
        for i in range(k + 1, n):
            factor = add("div", rows[i][k], rows[k][k])
            rows[i] = [add("sub", v, add("mul", factor, u)) for u, v in zip(rows[k], rows[i], strict=True)]
    for k in reversed(range(n)):
        known = [add("div", v, rows[k][k]) for v in rows[k][n:]]
        rows[k][n:] = known
        for row in rows[:k]:
            row[n:] = [add("sub", v, add("mul", row[k], x)) for v, x in zip(row[n:], known, strict=True)]
    nan = program.const(math.nan)
    found = [add("where", singular, nan, x) for row in rows for x in row[n:]]
    return np.array(found, dtype=np.int64).reshape(node.shape)


MOVES: dict[str, Callable[..., Ids]] = {
    "index":      lambda program, node, a: np.asarray(a[subscripts(node.params)]),
    "place":      _place,
    "concat":     lambda program, node, *parts: np.concatenate([np.atleast_1d(part) for part in parts]),
    "reshape":    lambda program, node, a: a.reshape(node.shape),
    "broadcast":  lambda program, node, a: np.broadcast_to(a, node.shape),
    "transpose":  lambda program, node, a: a.T,
    "matmul":     _matmul,
    "solve":      _solve,
    "cumsum":     _cumsum,
    "softmax":    _softmax,
    "sum":        along_first(lambda program, numbers: ordered(program, "add", numbers)),
    "prod":       along_first(lambda program, numbers: ordered(program, "mul", numbers)),
    "reduce_max": along_first(lambda program, numbers: reduce(lambda a, b: program.add("max", a, b), numbers)),
    "reduce_min": along_first(lambda program, numbers: reduce(lambda a, b: program.add("min", a, b), numbers)),
    "norm":       along_first(_norm),
    "logsumexp":  along_first(_logsumexp),
}  # fmt: skip
"""How each primitive that is not elementwise works on the numbers of its arguments' elements."""


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
    left = program.operations[a]
    if left.op == "abs" and _positive(program, left.args[0]):
        return _at_most(program, params, left.args[0], b)
    if left.op == "max":
        return program.add("and", *(_at_most(program, params, arg, b) for arg in left.args))
    return program.add("le", a, b)


def _positive(program: Program, number: int) -> bool:
    operation = program.operations[number]
    if operation.op == "max":
        return all(_positive(program, arg) for arg in operation.args)
    return operation.op == "abs"


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
