"""Every primitive, and random graphs of them, in both engines."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from compiled_values import values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ulps import same, ulps

sys.path.insert(0, str(Path(__file__).parents[1] / "formula"))
from feeds import Feed, feeds
from random_graphs import graphs, point

pytest.importorskip("llvmlite")

from gdplay.engines.compiled.lower import lower
from gdplay.engines.compiled.program import Program, Uncovered
from gdplay.engines.tape import evaluate
from gdplay.formula.expr import Expr, build, order, symbol, symbols
from gdplay.formula.ops import TABLE

NASTY = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, np.inf, -np.inf, np.nan, 1e308, -1e308, 5e-324])

INEXACT = {
    "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "asin", "acos", "atan", "asinh", "acosh", "atanh", "atan2", "hypot", "erf", "cbrt", "pow",
    "sigmoid", "softplus", "softmax", "logsumexp", "solve",
}  # fmt: skip
"""The primitives that the engines compute by different functions."""

JUMPING = {
    "floor", "ceil", "round", "sign", "mod", "floordiv", "lt", "le", "gt", "ge", "eq", "ne", "not",
    "and", "or",     "where", "guard", "tan", "pow", "exp", "sin", "cos", "sub", "add",
}  # fmt: skip
"""Operations that can make much of a difference in the last bit."""

ROWS = [feed for op in TABLE for feed in feeds(op)]


def nasty_values(feed: Feed, runs: int = 40) -> dict[Expr, np.ndarray]:
    random = np.random.default_rng(len(str(feed)))
    return {node: random.choice(NASTY, (*node.shape, runs)) for node in feed.arguments()}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("feed", ROWS, ids=str)
def test_every_primitive_in_both_engines(feed: Feed) -> None:
    node = feed.node()
    usual = dict(zip(feed.arguments(), feed.values(11), strict=True))
    for given_values in (usual, nasty_values(feed)):
        (expected,) = evaluate([node], given_values)
        (found,) = values([node], given_values)
        expected = np.array(np.broadcast_to(expected, found.shape))
        if node.op == "solve":
            # which rows are exchanged first, and fused products in LAPACK, differ
            assert given_values is not usual or np.allclose(found, expected, rtol=1e-12)
        elif node.op in INEXACT:
            assert np.all(ulps(found, expected) <= 8)
        else:
            assert same(found, expected)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(graph=graphs(), seed=st.integers(0, 1000))
def test_random_graphs_in_both_engines(graph: Expr, seed: int) -> None:
    if not symbols([graph]):
        return
    given_values = {node: value[..., None] for node, value in point(seed).items()}
    (expected,) = evaluate([graph], given_values)
    if any(node.op == "matmul" and max(node.args[0].shape) > 8 for node in order([graph])):
        return
    try:
        (found,) = values([graph], given_values, lanes=2)
    except Uncovered:
        return
    expected = np.array(np.broadcast_to(expected, found.shape))
    if not any(node.op in INEXACT for node in order([graph])):
        assert same(found, expected)
    elif not any(node.op in JUMPING for node in order([graph])):
        assert np.allclose(found, expected, rtol=1e-9, atol=1e-300, equal_nan=True)


def test_a_formula_of_a_thousand_terms_is_the_same_sum() -> None:
    x = symbol("x")
    total = x
    for k in range(1_000):
        total = total + x * float(k)
    given_values = {x: np.array([0.3, -2.0, 1e300, np.nan])}
    (expected,) = evaluate([total], given_values)
    (found,) = values([total], given_values, lanes=2)
    assert same(found, expected)


def leaves(program: Program, *nodes: Expr) -> dict[Expr, np.ndarray]:
    return {
        node: np.array(
            [program.add("leaf", param=(node, k)) for k in range(int(np.prod(node.shape)))]
        ).reshape(node.shape)
        for node in nodes
    }


def test_what_is_too_long_or_has_no_form_is_refused() -> None:
    x, A, b = symbol("x", (200,)), symbol("A", (13, 13)), symbol("b", (13,))
    short, long = Program(300), Program(10_000)
    known = leaves(short, x)
    with pytest.raises(Uncovered, match="more than 300 operations"):
        lower(short, [build("sum", x * x)], known)
    known = leaves(long, A, b)
    with pytest.raises(Uncovered, match="13 x 13"):
        lower(long, [build("solve", A, b)], known)
