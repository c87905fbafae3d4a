"""A graph of scalars and vectors as operations on one element that stands for all of a vector's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from gdplay.engines.compiled.forms import FORMS
from gdplay.engines.compiled.lower import REFUSED, reachable
from gdplay.engines.compiled.moves import LARGEST
from gdplay.engines.compiled.program import Program, Uncovered
from gdplay.formula.expr import Expr, constant_value, is_constant
from gdplay.formula.ops import TABLE
from gdplay.formula.shapes import Axis
from gdplay.formula.structure import SMALL

MOST_PIECES = 8
"""A vector is put together from so many pieces at most: each element asks all of them."""

Span = tuple[int, int, int]
"""Where a piece stands in a vector: start, step, count."""


@dataclass(eq=False)
class Elements(Program):
    """A program whose operations are scalars or, where their length is not 0, the element of a vector.

    A vector of equal elements may be a scalar. Besides those of ``Program`` there are:

    - ``array`` reads a vector's element from memory;
    - ``view`` (start, step) and ``element`` (k) read other elements of a vector than the one in hand;
    - ``placed`` adds pieces into zeros, ``joined`` lays them end to end, each on its span;
    - ``total`` (operation, length) reduces in the one order that every engine uses, 8 partial results;
    - ``cumsum`` gives all partial sums.
    """

    lengths: dict[int, int] = field(default_factory=dict[int, int])

    def add(self, op: str, *args: int, param: Any = None) -> int:
        """Return the number of an elementwise operation. Raises Uncovered past ``most``."""
        number = super().add(op, *args, param=param)
        self.lengths.setdefault(number, max((self.lengths[arg] for arg in args), default=0))
        return number

    def special(self, op: str, *args: int, param: Any, length: int) -> int:
        """Return the number of an operation that is not elementwise."""
        number = super().add(op, *args, param=param)
        self.lengths[number] = length
        return number

    def view(self, a: int, start: int, step: int, count: int) -> int:
        """Return every ``step``-th element of a vector."""
        operation = self.operations[a]
        if self.lengths[a] == 0 or (start, step, count) == (0, 1, self.lengths[a]):
            return a
        if operation.op == "view":
            first, stride = operation.param
            return self.view(operation.args[0], first + stride * start, stride * step, count)
        return self.special("view", a, param=(start, step), length=count)

    def element(self, a: int, k: int) -> int:
        """Return one element of a vector."""
        operation = self.operations[a]
        if self.lengths[a] == 0:
            return a
        if operation.op == "view":
            first, stride = operation.param
            return self.element(operation.args[0], first + stride * k)
        return self.special("element", a, param=k, length=0)

    def total(self, op: str, a: int, length: int) -> int:
        """Return the reduction of a vector of that length."""
        return self.special("total", a, param=(op, length), length=0)


def lower(elements: Elements, outputs: Iterable[Expr], leaves: Mapping[Expr, int]) -> list[int]:
    """Add a graph to the program and return the outputs' numbers. Raises Uncovered.

    ``leaves`` are the nodes that are there already, all vectors of constants among them.
    """
    wanted = list(outputs)
    found: dict[Expr, int] = dict(leaves)
    for node in reachable(wanted, found):
        if len(node.shape) > 1:
            raise Uncovered("matrices beside long vectors are left to NumPy")
        parts = [found[arg] for arg in node.args]
        if is_constant(node):
            found[node] = elements.const(constant_value(node).flat[0])
        elif node.op in MOVES:
            found[node] = MOVES[node.op](elements, node, *parts)
        elif node.op in TABLE and TABLE[node.op].elementwise:
            form = FORMS.get(node.op)
            function = partial(form, elements, node.params) if form else partial(elements.add, node.op)
            found[node] = function(*(_fitting(elements, part, node) for part in parts))
        else:
            raise Uncovered(REFUSED.get(node.op, f"{node.op} of long vectors has no compiled form"))
    return [found[node] for node in wanted]


def uniform(node: Expr) -> bool:
    """Tell whether a constant's elements are all the same, to the last bit."""
    bits = np.ascontiguousarray(constant_value(node)).view(np.uint64).ravel()
    return bool((bits == bits[0]).all())


def _fitting(elements: Elements, part: int, node: Expr) -> int:
    """Return an argument as it is, or the only element of a vector that is broadcast."""
    return elements.element(part, 0) if node.shape and elements.lengths[part] < node.shape[0] else part


def _index(elements: Elements, node: Expr, a: int) -> int:
    (axis,) = node.params
    return elements.element(a, axis) if isinstance(axis, int) else elements.view(a, *axis)


def _place(elements: Elements, node: Expr, *pieces: int) -> int:
    shape, targets = node.params
    return _assembled(elements, "placed", pieces, [_span(axes[0]) for axes in targets], shape[0])


def _concat(elements: Elements, node: Expr, *pieces: int) -> int:
    spans: list[Span] = []
    at = 0
    for arg in node.args:
        spans.append((at, 1, arg.shape[0] if arg.shape else 1))
        at += spans[-1][2]
    return _assembled(elements, "joined", pieces, spans, at)


def _assembled(elements: Elements, op: str, pieces: tuple[int, ...], spans: list[Span], length: int) -> int:
    if len(pieces) > MOST_PIECES:
        raise Uncovered(f"a long vector of {len(pieces)} pieces is left to NumPy")
    return elements.special(op, *pieces, param=tuple(spans), length=length)


def _span(axis: Axis) -> Span:
    return (axis, 1, 1) if isinstance(axis, int) else axis


def _ordered(op: str) -> Callable[[Elements, Expr, int], int]:
    return lambda elements, node, a: elements.total(op, a, node.args[0].shape[0])


def _extremum(op: str) -> Callable[[Elements, Expr, int], int]:
    return lambda elements, node, a: elements.add("add", elements.const(0.0), _ordered(op)(elements, node, a))


def _norm(elements: Elements, node: Expr, a: int) -> int:
    return elements.add("sqrt", _ordered("add")(elements, node, elements.add("mul", a, a)))


def _weights(elements: Elements, node: Expr, a: int) -> tuple[int, int]:
    """Return what an exponential is taken of less, and the exponentials."""
    top = _ordered("max")(elements, node, a)
    finite = elements.add("le", elements.add("abs", top), elements.const(LARGEST))
    top = elements.add("where", finite, top, elements.const(0.0))
    return top, elements.add("exp", elements.add("sub", a, top))


def _logsumexp(elements: Elements, node: Expr, a: int) -> int:
    top, weights = _weights(elements, node, a)
    return elements.add("add", elements.add("log", _ordered("add")(elements, node, weights)), top)


def _softmax(elements: Elements, node: Expr, a: int) -> int:
    _, weights = _weights(elements, node, a)
    return elements.add("div", weights, _ordered("add")(elements, node, weights))


def _matmul(elements: Elements, node: Expr, a: int, b: int) -> int:
    if node.args[0].shape[0] > SMALL:
        raise Uncovered("a product of vectors so long is left to NumPy")
    return elements.total("add", elements.add("mul", a, b), node.args[0].shape[0])


def _same(elements: Elements, node: Expr, a: int) -> int:
    return a if node.shape and elements.lengths[a] == node.shape[0] else elements.element(a, 0)


MOVES: dict[str, Callable[..., int]] = {
    "index":      _index,
    "place":      _place,
    "concat":     _concat,
    "reshape":    _same,
    "broadcast":  _same,
    "matmul":     _matmul,
    "cumsum":     lambda elements, node, a: elements.special("cumsum", a, param=None, length=node.shape[0]),
    "softmax":    _softmax,
    "sum":        _ordered("add"),
    "prod":       _ordered("mul"),
    "reduce_max": _extremum("max"),
    "reduce_min": _extremum("min"),
    "norm":       _norm,
    "logsumexp":  _logsumexp,
}  # fmt: skip
"""How each primitive that is not elementwise is made of operations on elements."""
