"""Derivatives as formulas: the chain rule, backwards through the graph.

The reverse pass reads the table; because adjoints are formulas, a Hessian is a gradient of gradients.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gdplay.formula import shapes
from gdplay.formula.expr import MOST_ELEMENTS, Expr, build, is_constant, order, too_large
from gdplay.formula.op import Op
from gdplay.formula.ops import TABLE
from gdplay.formula.structure import sum_to
from gdplay.formula.words import (
    ONE,
    ZERO,
    concat,
    count,
    dot,
    either,
    guard,
    place,
    ravel,
    reshape,
    spread,
    stack,
)


def gradient(output: Expr, wrt: Sequence[Expr]) -> tuple[Expr, ...]:
    """Return the derivative of a scalar with respect to each node of ``wrt``, in that node's shape.

    >>> from gdplay.formula.expr import symbol
    >>> x = symbol("x")
    >>> gradient(3 * x**2, [x])[0]
    <3*(2*x): ()>
    """
    return pullback([(output, ONE)], wrt)


@dataclass(frozen=True)
class Visit:
    """The reverse pass at one node: what comes in over each path, the sum, what each argument gets."""

    node: Expr
    paths: tuple[Expr, ...]
    incoming: Expr
    parts: tuple[Expr | None, ...] = ()


def pullback(
    seeds: Sequence[tuple[Expr, Expr]], wrt: Sequence[Expr], visits: list[Visit] | None = None
) -> tuple[Expr, ...]:
    """Return the sum over (node, incoming gradient) of the derivative with respect to each of ``wrt``.

    ``visits`` receives what was done, in the order in which it was done.
    """
    nodes = order(node for node, _ in seeds)
    targets = set(wrt)
    live = set(wrt)
    for node in nodes:
        if any(arg in live for arg in node.args):
            live.add(node)
    incoming: dict[Expr, list[Expr]] = {}
    for node, g in seeds:
        incoming.setdefault(node, []).append(g)
    selected, steep = set[Expr](), set[Expr]()
    for node in reversed(nodes):
        if node not in live or node not in incoming or not node.args or node in targets:
            continue
        paths = incoming.pop(node)
        row, g = TABLE[node.op], total(paths)
        if row.selects or node in selected:
            selected.update(node.args)
        if _steep(row, node) or node in steep:
            steep.update(node.args)
        parts = contributions(row, g, node, selected, steep)
        if visits is not None:
            visits.append(Visit(node, tuple(paths), g, parts))
        for arg, part in zip(node.args, parts, strict=True):
            if part is not None and arg in live:
                incoming.setdefault(arg, []).append(part)
    if visits is not None:
        visits += [
            Visit(node, tuple(incoming[node]), total(incoming[node])) for node in wrt if node in incoming
        ]
    return tuple(total(incoming[node]) if node in incoming else zeros(node) for node in wrt)


def contributions(
    row: Op, g: Expr, node: Expr, selected: set[Expr], steep: set[Expr]
) -> tuple[Expr | None, ...]:
    """Return what each argument receives, guarded where an exact zero has to win over inf or nan."""
    pointwise = row.elementwise or row.shape is shapes.leading_reduced
    if node in steep and (row.elementwise or (pointwise and row.pole)):
        parts = tuple(_times_slope(g, d) for d in row.adjoint(ONE, node, *node.args))
    else:
        parts = row.adjoint(g, node, *node.args)
    if row.pole and node in selected and not is_constant(g):
        # each element of g stands for its own column of a reduction, but all of g enters a matrix product
        share = g if pointwise else build("sum", ravel(abs(g)))
        parts = tuple(None if part is None else _zero_wins(share, part) for part in parts)
    if not row.elementwise:
        return parts
    pairs = zip(parts, node.args, strict=True)
    return tuple(None if part is None else sum_to(part, arg.shape) for part, arg in pairs)


def _steep(row: Op, node: Expr) -> bool:
    """Tell whether the slope can be infinite where the value is finite: of roots, not of higher powers."""
    return (
        row.steep
        and node.args[0].varies
        and not (node.op == "pow" and node.args[1].op == "const" and node.args[1].value >= 1)
    )


def _times_slope(g: Expr, slope: Expr | None) -> Expr | None:
    """Return g*slope where a slope of 0 gives 0 even if g is infinite: sqrt(x^2) at 0 has derivative 0."""
    if slope is None or is_constant(slope):
        return None if slope is None else g * slope
    return _zero_wins(slope, g * slope)


def _zero_wins(factor: Expr, part: Expr) -> Expr:
    """Return part, but 0 where the factor is 0 and part is not finite.

    Where part is finite it stays as it is, for its own derivative's sake: that of 2x*g at x = 0 is 2*g.
    """
    return guard(either(factor, build("lt", abs(part), math.inf)), part)


def total(parts: Sequence[Expr]) -> Expr:
    """Return the sum over all paths; the pieces that subscripts send back are laid into one array."""
    placed = [part for part in parts if part.op == "place"]
    rest = [part for part in parts if part.op != "place"]
    if len(placed) > 1:
        pieces = [pair for p in placed for pair in zip(p.params[1], p.args, strict=True)]
        rest.append(place(placed[0].params[0], pieces))
    else:
        rest += placed
    result = rest[0]
    for part in rest[1:]:
        result = result + part
    return result


def zeros(node: Expr) -> Expr:
    """Return zeros in the node's shape."""
    return spread(ZERO, node.shape)


def hessian(output: Expr, wrt: Sequence[Expr]) -> Expr:
    """Return the n x n matrix of second derivatives, in the order of ``flat``. Raises ShapeError."""
    slope = flat(gradient(output, wrt))
    if slope.shape[0] ** 2 > MOST_ELEMENTS:
        raise too_large(2 * slope.shape)
    return stack(*(flat(gradient(slope[k], wrt)) for k in range(slope.shape[0])))


def hessian_product(output: Expr, wrt: Sequence[Expr], direction: Expr) -> Expr:
    """Return the Hessian times a direction of shape (n,), both in the order of ``flat``."""
    slope = flat(gradient(output, wrt))
    return flat(gradient(dot(slope, direction), wrt))


def flat(parts: Sequence[Expr]) -> Expr:
    """Return scalars, vectors and matrices (row by row) laid end to end in one vector."""
    return concat(*(ravel(part) if len(part.shape) == 2 else part for part in parts))


def unflat(vector: Expr, parts: Sequence[Expr]) -> dict[Expr, Expr]:
    """Return, for each part, the piece of the vector that stands for it: the inverse of ``flat``."""
    pieces: dict[Expr, Expr] = {}
    at = 0
    for part in parts:
        size = count(part.shape)
        pieces[part] = reshape(vector[at : at + size], part.shape) if part.shape else vector[at]
        at += size
    return pieces
