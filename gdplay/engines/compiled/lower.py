"""A graph of vectors and matrices as a list of operations on single numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from gdplay.engines.compiled.forms import FORMS
from gdplay.engines.compiled.moves import MOVES, Ids, each
from gdplay.engines.compiled.program import Program, Uncovered
from gdplay.formula.expr import Expr, constant_value, is_constant
from gdplay.formula.ops import TABLE

REFUSED = {"difference": "numeric gradients are left to NumPy"}
"""Why some operations are not compiled."""


def lower(program: Program, outputs: Iterable[Expr], leaves: Mapping[Expr, Ids]) -> list[Ids]:
    """Add a graph to the program and return the numbers of the outputs' elements.

    ``leaves`` are the nodes whose elements are there already. Raises Uncovered.
    """
    wanted = list(outputs)
    found: dict[Expr, Ids] = dict(leaves)
    for node in reachable(wanted, found):
        parts = [found[arg] for arg in node.args]
        if is_constant(node):
            found[node] = each(program.const, constant_value(node))
        elif node.op in MOVES:
            found[node] = MOVES[node.op](program, node, *parts)
        elif node.op in FORMS:
            found[node] = each(partial(FORMS[node.op], program, node.params), *parts, shape=node.shape)
        elif node.op in TABLE and TABLE[node.op].elementwise:
            found[node] = each(partial(program.add, node.op), *parts, shape=node.shape)
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
