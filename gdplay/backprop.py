"""The chain rule in numbers: a function's graph, computed forwards and then backwards, node by node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType

import numpy as np

from gdplay.engines.difference import split
from gdplay.engines.tape import evaluate
from gdplay.formula.expr import Array, Expr, build, intern, is_constant, symbol
from gdplay.formula.gradient import Visit, contributions, pullback
from gdplay.formula.notation import to_plain
from gdplay.formula.ops import TABLE
from gdplay.formula.text import plain
from gdplay.formula.words import ONE
from gdplay.objective import Function


@dataclass(frozen=True)
class Node:
    """One node of the forward pass. ``formula`` is in terms of earlier names; ``needs`` are those names."""

    name: str
    formula: str
    value: Array
    needs: tuple[str, ...] = ()
    kind: str = "operation"


@dataclass(frozen=True)
class Share:
    """What one argument receives: ``value`` = incoming * local; arrays have no local slope but a formula."""

    to: str
    formula: str
    local: float | None
    value: Array


@dataclass(frozen=True)
class Back:
    """One node of the backward pass: what comes in over each path, the sum, what each argument receives."""

    name: str
    paths: tuple[Array, ...]
    incoming: Array
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Backprop:
    """Both passes at one point.

    ``point``, ``gradient``: (n,); the gradient is that of ``Function.gradient``, bit for bit.
    """

    point: Array
    forward: tuple[Node, ...]
    backward: tuple[Back, ...]
    value: float
    gradient: Array


def backprop(function: Function, point: Array) -> Backprop:
    """Return both passes at a point (n,): the reverse pass of ``Function.gradient``, with its numbers."""
    formula = function.formula
    visits: list[Visit] = []
    slopes = pullback([(formula.expr, ONE)], formula.variables, visits)
    inner = [node for node in _reading_order(formula.expr) if node not in formula.variables]
    # variables first, then constants with a name, then what is computed
    nodes = [*formula.variables, *sorted(inner, key=lambda node: node.op != "symbol")]
    names = dict(_names(nodes, formula.named, formula.variables))
    words = {node: symbol(name, node.shape) for node, name in names.items()}
    shown = [_shares(visit, names, words) for visit in visits]
    wanted = [*nodes, *slopes, formula.expr]
    for visit, shares in zip(visits, shown, strict=True):
        wanted += [*visit.paths, visit.incoming]
        wanted += [expr for share in shares for expr in (share.part, share.local) if expr is not None]
    values = _values(function, point, wanted)
    forward = [_node(node, names, values[node]) for node in nodes]
    backward = [
        Back(
            names.get(visit.node, formula.name),
            tuple(values[path] for path in visit.paths),
            values[visit.incoming],
            tuple(
                Share(s.to, s.formula, None if s.local is None else float(values[s.local]), values[s.part])
                for s in shares
            ),
        )
        for visit, shares in zip(visits, shown, strict=True)
    ]
    reached = {visit.node for visit in visits}
    backward += [Back(names[v], (), np.zeros(v.shape)) for v in formula.variables if v not in reached]
    gradient = np.concatenate([values[slope].reshape(-1) for slope in slopes])
    return Backprop(point, tuple(forward), tuple(backward), float(values[formula.expr]), gradient)


def _reading_order(output: Expr, known: Mapping[Expr, Expr] = MappingProxyType({})) -> list[Expr]:
    """Return the nodes that are computed, each after its arguments, from left to right as they are written.

    The order of their making will not do: it depends on what else was read before. What ``known``
    nodes are made of is left out.
    """
    found: dict[Expr, None] = {}
    waiting = [output]
    while waiting:
        node = waiting[-1]
        args = () if node in known else node.args
        left = [arg for arg in reversed(args) if arg not in found and not is_constant(arg)]
        if left:
            waiting += left
        else:
            found.setdefault(waiting.pop())
    return [node for node in found if not is_constant(node)]


def _values(function: Function, point: Array, wanted: list[Expr]) -> dict[Expr, Array]:
    place = split(point[:, None], function.formula.variables)
    found = evaluate(wanted, {**place, **function.constants()})
    return {node: value[..., 0] for node, value in zip(wanted, found, strict=True)}


def _names(
    nodes: list[Expr], named: Mapping[str, Expr], variables: tuple[Expr, ...]
) -> Iterator[tuple[Expr, str]]:
    """Name every node: symbols and the user's parts as they are, the others v1, v2, ... in order."""
    own = {node: name for name, node in named.items() if node.args}
    taken = {node.params[0] for node in (*nodes, *variables) if node.op == "symbol"} | set(named)
    letter = next(c for c in "vwuzqpab" if not any(name[:1] == c and name[1:].isdigit() for name in taken))
    numbers = count(1)
    for node in nodes:
        yield node, node.params[0] if node.op == "symbol" else own.get(node) or f"{letter}{next(numbers)}"


def named(node: Expr, names: Mapping[Expr, str]) -> Expr:
    """Return the node with its arguments replaced by symbols of their names."""
    args = tuple(symbol(names[arg], arg.shape) if arg in names else arg for arg in node.args)
    return intern(node.op, args, node.params, node.shape, node.varies)


def _node(node: Expr, names: Mapping[Expr, str], value: Array) -> Node:
    if node.op == "symbol":
        return Node(names[node], "", value, (), "variable" if node.varies else "constant")
    needs = tuple(dict.fromkeys(names[arg] for arg in node.args if arg in names))
    return Node(names[node], to_plain(named(node, names)), value, needs)


def _in_names(output: Expr, words: Mapping[Expr, Expr]) -> Expr:
    """Return an expression in terms of named nodes, none of which is looked into."""
    new: dict[Expr, Expr] = dict(words)
    for node in _reading_order(output, words):
        if node not in new:
            args = [new.get(arg, arg) for arg in node.args]
            new[node] = build(node.op, *args, params=node.params) if args else node
    return new.get(output, output)


@dataclass(frozen=True)
class _Part:
    to: str
    formula: str
    local: Expr | None
    part: Expr


def _shares(visit: Visit, names: Mapping[Expr, str], words: Mapping[Expr, Expr]) -> list[_Part]:
    """Return the parts that go to arguments which vary, each with its local derivative or its formula."""
    node, found = visit.node, list[_Part]()
    scalar = not node.shape and TABLE[node.op].elementwise if visit.parts else False
    local = TABLE[node.op].adjoint(ONE, node, *node.args) if scalar else (None,) * len(visit.parts)
    incoming = symbol(f"df/d{names[node]}", node.shape)
    told = local if scalar or not visit.parts else contributions(TABLE[node.op], incoming, node, set(), set())
    for arg, part, slope, formula in zip(node.args, visit.parts, local, told, strict=True):
        if part is not None and formula is not None and arg.varies:
            written = to_plain(plain(_in_names(formula, words)))
            found.append(_Part(names[arg], written, slope, part))
    return found
