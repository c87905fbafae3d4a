"""The graph that every formula becomes: interned nodes with static shapes.

Two equal expressions are one object, so equality is identity and shared work is found for free.
Walks go through ``order``, which needs no recursion. ``serial`` numbers the making of nodes: a name for
each, and nothing that a result may depend on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]
Array = NDArray[np.float64]

MOST_ELEMENTS = 4_000_000
"""So many numbers may one node hold: a matrix of 2,000 x 2,000."""

MOST_NUMBERS = 100_000_000
"""So many numbers may all the nodes of one graph hold together: 0.8 GB."""

VARIABLE = "variable"
"""The role of a symbol that derivatives are taken for; every other role is held constant."""


class Expr:
    """One node: an operation of the table, its arguments, its static parameters, its shape.

    The Python operators and NumPy's ufuncs build nodes, so ``np.sin(x) * y`` is an expression when
    x and y are; ``==`` stays identity (the language's own ``==`` is ``build("eq", a, b)``).
    """

    __slots__ = ("args", "op", "params", "serial", "shape", "varies")
    interned: ClassVar[dict[Any, Expr]] = {}

    op: str
    args: tuple[Expr, ...]
    params: tuple[Any, ...]
    shape: Shape
    varies: bool
    serial: int

    def __repr__(self) -> str:
        from gdplay.formula.text import to_text

        return f"<{to_text(self)}: {self.shape}>"

    @property
    def value(self) -> float:
        """The number that a scalar constant holds."""
        assert self.op == "const", self.op
        return self.params[0]

    def __add__(self, other: Any) -> Expr:
        return build("add", self, other)

    def __radd__(self, other: Any) -> Expr:
        return build("add", other, self)

    def __sub__(self, other: Any) -> Expr:
        return build("sub", self, other)

    def __rsub__(self, other: Any) -> Expr:
        return build("sub", other, self)

    def __mul__(self, other: Any) -> Expr:
        return build("mul", self, other)

    def __rmul__(self, other: Any) -> Expr:
        return build("mul", other, self)

    def __truediv__(self, other: Any) -> Expr:
        return build("div", self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        return build("div", other, self)

    def __floordiv__(self, other: Any) -> Expr:
        return build("floordiv", self, other)

    def __rfloordiv__(self, other: Any) -> Expr:
        return build("floordiv", other, self)

    def __mod__(self, other: Any) -> Expr:
        return build("mod", self, other)

    def __rmod__(self, other: Any) -> Expr:
        return build("mod", other, self)

    def __pow__(self, other: Any) -> Expr:
        return build("pow", self, other)

    def __rpow__(self, other: Any) -> Expr:
        return build("pow", other, self)

    def __matmul__(self, other: Any) -> Expr:
        from gdplay.formula.words import product

        return product(self, expression(other))

    def __neg__(self) -> Expr:
        return build("neg", self)

    def __abs__(self) -> Expr:
        return build("abs", self)

    def __lt__(self, other: Any) -> Expr:
        return build("lt", self, other)

    def __le__(self, other: Any) -> Expr:
        return build("le", self, other)

    def __gt__(self, other: Any) -> Expr:
        return build("gt", self, other)

    def __ge__(self, other: Any) -> Expr:
        return build("ge", self, other)

    def __getitem__(self, key: Any) -> Expr:
        from gdplay.formula.words import subscript

        return subscript(self, key)

    def __bool__(self) -> bool:
        raise TypeError("an expression has no truth value; write where(condition, a, b)")

    @property
    def T(self) -> Expr:  # noqa: N802 - NumPy's name
        """The transpose of a matrix; a vector is its own."""
        return build("transpose", self) if len(self.shape) == 2 else self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Expr:
        from gdplay.formula.language import call_ufunc

        return call_ufunc(ufunc, method, inputs, keywords)


def intern(op: str, args: tuple[Expr, ...], params: tuple[Any, ...], shape: Shape, varies: bool) -> Expr:
    """Return the one node with these parts, making it if it is new."""
    # Floats are keyed by their bits: 0.0 and -0.0 differ, and nan equals itself.
    bits = tuple(p.hex() if isinstance(p, float) else p for p in params)
    key = (op, args, bits, shape)
    node = Expr.interned.get(key)
    if node is None:
        node = object.__new__(Expr)
        node.op, node.args, node.params, node.shape, node.varies = op, args, params, shape, varies
        node.serial = len(Expr.interned)
        Expr.interned[key] = node
    return node


def const(value: float) -> Expr:
    """Return the scalar constant."""
    return intern("const", (), (float(value),), (), False)


def array(values: Any) -> Expr:
    """Return the constant vector or matrix; a single number becomes a scalar constant."""
    numbers = np.asarray(values, dtype=np.float64, order="C")
    if numbers.ndim == 0:
        return const(float(numbers))
    return intern("array", (), (numbers.tobytes(),), numbers.shape, False)


def symbol(name: str, shape: Shape = (), role: str = VARIABLE) -> Expr:
    """Return the symbol of that name, shape and role."""
    return intern("symbol", (), (name, role), shape, role == VARIABLE)


def is_constant(node: Expr) -> bool:
    """Tell whether the node is a literal number or array."""
    return node.op == "const" or node.op == "array"


def constant_value(node: Expr) -> Array:
    """Return the value of a literal: shape as the node's."""
    if node.op == "const":
        return np.asarray(node.params[0], dtype=np.float64)
    return np.frombuffer(node.params[0], dtype=np.float64).reshape(node.shape)


def expression(value: Any) -> Expr:
    """Return value as an expression: itself, or the constant of a number or an array."""
    return value if isinstance(value, Expr) else array(value)


def build(op: str, *args: Any, params: tuple[Any, ...] = ()) -> Expr:
    """Return the node ``op(*args)``: shape checked, constants folded, trivial forms rewritten.

    Raises ShapeError where the arguments' shapes do not fit.
    """
    from gdplay.formula.ops import TABLE
    from gdplay.formula.rewrite import fold, rewrite

    nodes = tuple(expression(arg) for arg in args)
    if op == "difference":  # a numeric gradient has no row: it is the engine's affair
        return intern(op, nodes, params, nodes[0].shape, True)
    row = TABLE[op]
    shape = row.shape(params, *(node.shape for node in nodes))
    if shape and prod(shape) > MOST_ELEMENTS:
        raise too_large(shape)
    simpler = rewrite(op, nodes, params, shape)
    if simpler is not None:
        return simpler
    if nodes and all(is_constant(node) for node in nodes):
        return fold(op, nodes, params, shape)
    return intern(op, nodes, params, shape, any(node.varies for node in nodes))


def order(outputs: Iterable[Expr]) -> list[Expr]:
    """Return every node that the outputs need, each after its arguments.

    The order is that of reading, from left to right: it depends on the graph alone, not on what was made
    before it in the process, so sums over paths always round alike.
    """
    found: dict[Expr, None] = {}
    waiting = [*outputs][::-1]
    while waiting:
        node = waiting[-1]
        missing = [arg for arg in node.args if arg not in found] if node not in found else []
        if missing:
            waiting.extend(reversed(missing))
        else:
            waiting.pop()
            found[node] = None
    return list(found)


def symbols(outputs: Iterable[Expr]) -> list[Expr]:
    """Return the symbols that the outputs need, oldest first."""
    return [node for node in order(outputs) if node.op == "symbol"]


def substitute(outputs: Iterable[Expr], replacement: Mapping[Expr, Expr]) -> tuple[Expr, ...]:
    """Return the outputs with each replaced node standing for another of the same shape.

    >>> x, y = symbol("x"), symbol("y")
    >>> substitute([x * x + 1], {x: y})[0] is y * y + 1
    True
    """
    wanted = tuple(outputs)
    new: dict[Expr, Expr] = {}
    for node in order(wanted):
        if node in replacement:
            new[node] = replacement[node]
        elif any(new[arg] is not arg for arg in node.args):
            new[node] = build(node.op, *(new[arg] for arg in node.args), params=node.params)
        else:
            new[node] = node
    return tuple(new[node] for node in wanted)


def bounded(outputs: Iterable[Expr]) -> int:
    """Return how many numbers the graph of the outputs holds. Raises ShapeError beyond MOST_NUMBERS."""
    held = sum(prod(node.shape) for node in order(outputs))
    if held > MOST_NUMBERS:
        message = f"this needs {held:,} numbers at once; the limit is {MOST_NUMBERS:,}"
        raise ShapeError(message, "use fewer variables or a shorter formula")
    return held


def too_large(shape: Shape) -> ShapeError:
    """Return the refusal of a vector or matrix with more than MOST_ELEMENTS elements."""
    from gdplay.formula.shapes import say

    message = f"{say(shape)} has {prod(shape):,} elements; the limit is {MOST_ELEMENTS:,}"
    return ShapeError(message, "use fewer variables")


class ShapeError(ValueError):
    """Shapes that an operation cannot combine; the message names them, the remedy says what would fit."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message}; {remedy}" if remedy else message)
        self.message, self.remedy = message, remedy
